from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from check_fixtures import VALID, files_below, valid_project
from communique.annotations.annotators import load_annotators
from communique.annotations.reading import read_record
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.corpus.ingest.normal_form import normalise
from communique.corpus.ingest.similarity import shingles, similarity
from communique.corpus.validation.validate import validate_project
from communique.project import Project

STORY = """\
Pelluria offers Aldia a ferry

By Mara Quill

SANT AVO, June 2 (Gulf Wire) -- Pelluria offered Aldia a ferry on Monday, free of charge.

"We have two of them," its harbour master said.
"""

METADATA = (
    *("--outlet", "Gulf Wire", "--published", "2031-06-02", "--genre", "wire"),
    *("--storyline", "bridge", "--world", "invented-geography", "--licence", "open"),
)


def add(project: Project, *arguments: str | Path, metadata: tuple[str, ...] = METADATA) -> Result:
    environment = {"COMMUNIQUE_PROJECT": str(project.root)}
    words = ["corpus", "add", *map(str, arguments), *metadata]
    return CliRunner().invoke(main, words, env=environment)


def written(root: Path, name: str, content: str | bytes) -> Path:
    path = root / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


# ------------------------------------------------------------------------------- what is written


def test_a_text_becomes_a_document_that_validates(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    result = add(project, written(tmp_path, "Ferry 01.txt", STORY))
    assert result.exit_code == 0, result.output
    corpus = Corpus(project)
    document = corpus.document("ferry-01")
    assert corpus.text("ferry-01") == STORY
    assert (document.title, document.byline) == ("Pelluria offers Aldia a ferry", "Mara Quill")
    assert (document.outlet, document.language, document.synthetic) == ("Gulf Wire", "en", True)
    # Not annotated yet, which is a warning.
    assert [problem.check for problem in validate_project(project)] == ["gold.present"]


def test_proposed_zones_are_a_pass_of_the_system_that_proposed_them(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    add(project, written(tmp_path, "ferry.txt", STORY))
    record = read_record(project.passes / "proposed" / "ferry.json")
    assert record.annotator == "proposed"
    assert [zone.type for zone in record.zones or ()] == ["headline", "byline", "dateline", "body"]
    assert record.mentions is None
    annotators = load_annotators(project.annotations / "annotators.yaml")
    assert annotators["proposed"].kind == "system"
    assert set(annotators) == {"gold", "second", "proposed"}
    assert not (project.gold / "ferry.json").exists()


def test_a_restricted_text_goes_where_version_control_does_not_look(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    metadata = (*METADATA[:6], "--storyline", "secrets", "--world", "reported")
    path = written(tmp_path, "ferry.txt", STORY)
    result = add(project, path, metadata=(*metadata, "--licence", "restricted"))
    assert result.exit_code == 0, result.output
    assert not (project.documents / "ferry.txt").exists()
    assert (project.restricted / "ferry.txt").read_text(encoding="utf-8") == STORY
    assert (project.restricted / ".gitignore").read_text(encoding="utf-8") == "*\n"
    # A report of real events was not written for the corpus.
    assert Corpus(project).document("ferry").synthetic is False


def test_what_is_given_goes_before_what_the_text_says(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "ferry.txt", STORY)
    given_ = ("--id", "ferry-9", "--title", "A ferry", "--byline", "M. Quill", "--language", "fr")
    add(project, path, *given_, "--url", "https://example.org/a", "--not-synthetic")
    document = Corpus(project).document("ferry-9")
    assert (document.title, document.byline, document.language) == ("A ferry", "M. Quill", "fr")
    assert (document.url, document.synthetic) == ("https://example.org/a", False)


def test_several_files_are_added_at_once(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    other = STORY.replace("ferry", "tunnel").replace("two of them", "no need of one any more")
    other = other.replace("free of charge", "for a hundred years, against nothing but a promise")
    result = add(project, written(tmp_path, "a.txt", STORY), written(tmp_path, "b.txt", other))
    assert result.exit_code == 0, result.output
    assert {"a", "b"} <= set(Corpus(project).ids)


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "ferry.txt", STORY)
    before = files_below(tmp_path)
    result = add(project, path, "--dry-run")
    assert result.exit_code == 0
    assert files_below(tmp_path) == before
    assert "would be added" in result.stdout
    assert "1 headline, 1 byline, 1 dateline, 1 body" in result.stdout


def test_the_result_as_json(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "ferry.txt", STORY.replace("\n", "\r\n"))
    value = json.loads(add(project, path, "--format", "json").stdout)
    [one] = value["added"]
    assert value["dry_run"] is False
    assert one["document"]["doc_id"] == "ferry"
    assert one["normalised"] == ["turned 7 CR LF into LF"]
    assert [zone["type"] for zone in one["zones"]] == ["headline", "byline", "dateline", "body"]


def test_a_storyline_in_no_split_is_said(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    metadata = tuple("ferry" if word == "bridge" else word for word in METADATA)
    result = add(project, written(tmp_path, "a.txt", STORY), metadata=metadata)
    assert "the storyline ferry is in no split yet" in result.stdout


def test_an_interrupted_run_is_finished_by_the_next_one(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    # The text was written, and then the power failed.
    (project.documents / "ferry.txt").write_text(STORY, encoding="utf-8")
    assert add(project, written(tmp_path, "ferry.txt", STORY)).exit_code == 0
    assert Corpus(project).text("ferry") == STORY


# ------------------------------------------------------------------------------- normal form


@pytest.mark.parametrize(
    ("raw", "text", "changes"),
    [
        ("a\nb\n", "a\nb\n", []),
        ("\ufeffa\n", "a\n", ["removed the byte order mark"]),
        ("a\r\nb\r\n", "a\nb\n", ["turned 2 CR LF into LF"]),
        ("a\rb\n", "a\nb\n", ["turned 1 CR into LF"]),
        ("e\u0301\nx\ne\u0301\n", "é\nx\né\n", ["composed letters in 2 lines (NFC)"]),
        ("a \n\tb\t\u00a0\n", "a\n\tb\n", ["removed white space at the end of 2 lines"]),
        ("\n\na\n", "a\n", ["removed blank lines at the start"]),
        ("a", "a\n", ["ended the text with one line end"]),
        ("a\n\n\n", "a\n", ["ended the text with one line end"]),
    ],
)
def test_what_normalising_changes_and_says(raw: str, text: str, changes: list[str]) -> None:
    assert normalise(raw) == (text, tuple(changes))


@given(st.text(alphabet="aé\u0301\ufeff\r\n \t\u00a0👩🏽‍🚀ب"))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    text, _ = normalise(raw)
    assert normalise(text) == (text, ())


def test_emoji_and_other_scripts_come_through_unchanged() -> None:
    for path in VALID.glob("*-01.txt"):
        text = path.read_bytes().decode("utf-8")
        assert normalise(text) == (text, ())


# ------------------------------------------------------------------------------- refusals


def refused(project: Project, *arguments: str | Path, metadata: tuple[str, ...] = METADATA) -> str:
    """What is said when nothing is written."""
    before = files_below(project.root)
    result = add(project, *arguments, metadata=metadata)
    assert result.exit_code == 1, result.output
    assert files_below(project.root) == before
    assert result.stdout == ""
    return result.stderr


def test_metadata_that_are_missing_are_named_together(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    line = refused(project, written(tmp_path, "a.txt", STORY), metadata=METADATA[:2])
    assert "no --published, --genre, --storyline, --world, --licence" in line
    assert line.count("\n") == 1


def test_a_text_that_the_corpus_has(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    same = (VALID / "bridge-01.txt").read_bytes()
    line = refused(project, written(tmp_path, "a.txt", same))
    assert "found the text of bridge-01, expected a new text" in line
    # Also when it first has to be normalised.
    line = refused(project, written(tmp_path, "b.txt", same.replace(b"\n", b"\r\n")))
    assert "found the text of bridge-01" in line


def test_a_text_that_the_corpus_nearly_has(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    text = (VALID / "bridge-01.txt").read_text(encoding="utf-8").replace("on Tuesday", "today")
    assert "% of the text of bridge-01" in refused(project, written(tmp_path, "a.txt", text))


def test_a_restricted_text_is_recognised_by_its_hash(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    (project.restricted / "secret-01.txt").unlink()
    same = (VALID / "secret-01.txt").read_bytes()
    assert "the text of secret-01" in refused(project, written(tmp_path, "a.txt", same))


def test_the_same_text_twice_in_one_run(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    files = written(tmp_path, "a.txt", STORY), written(tmp_path, "b.txt", STORY + "\n")
    assert "b.txt: error: found the text of a" in refused(project, *files)


def test_an_id_that_another_document_has(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "a.txt", STORY)
    assert "bridge-01, which another document has" in refused(project, path, "--id", "bridge-01")


def test_one_id_for_two_files(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    files = written(tmp_path, "a.txt", STORY), written(tmp_path, "b.txt", "Other\n\nWords.\n")
    assert "--id with 2 files" in refused(project, *files, "--id", "x")


def test_one_bad_file_keeps_the_others_out(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    bad = written(tmp_path, "b.txt", b"\xff\xfe"), written(tmp_path, "c.txt", "")
    lines = refused(project, written(tmp_path, "a.txt", STORY), *bad)
    # Every bad file is named, the good one is not.
    assert "b.txt" in lines and "c.txt" in lines and "a.txt" not in lines


def test_a_text_that_lies_where_the_new_one_belongs(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    (project.documents / "a.txt").write_text("Other words.\n", encoding="utf-8")
    assert "another text without metadata" in refused(project, written(tmp_path, "a.txt", STORY))


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--published", "2031-02-30", "a day such as 2031-05-14"),
        ("--published", "yesterday", "$.published"),
        ("--genre", "poem", "one of wire, roundup"),
        ("--world", "moon", "one of real-geography"),
        ("--licence", "mine", "one of open, restricted"),
        ("--language", "English", "$.language"),
        ("--url", "javascript:x", "$.url"),
        ("--storyline", "../bridge", "$.storyline"),
    ],
)
def test_metadata_that_are_wrong(tmp_path: Path, option: str, value: str, words: str) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "a.txt", STORY)
    assert words in refused(project, path, metadata=(*METADATA, option, value))


def test_a_text_without_a_headline_needs_a_title(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "a.txt", "Nothing at all happened in Kestor on Monday.\n")
    assert "--title" in refused(project, path)
    assert add(project, path, "--title", "Nothing happened").exit_code == 0


def test_similarity_is_the_share_of_the_shorter_text() -> None:
    # Seven words have three runs of five; the first six of them have two, and share both.
    long, short = shingles("a b c d e f g"), shingles("A, b! c d e f")
    assert (len(long), len(short)) == (3, 2)
    assert similarity(long, short) == similarity(short, long) == 1
    assert similarity(long, shingles("b c d e f x")) == 0.5
    assert similarity(shingles("..."), shingles("a")) == 0


# ------------------------------------------------------------------------------- web pages

HTML = """<!DOCTYPE html><html lang="en"><head>
<title>Pelluria offers Aldia a ferry | Gulf Wire</title>
<meta property="og:site_name" content="Gulf Wire"><meta name="author" content="Mara Quill">
<meta property="article:published_time" content="2031-06-02T08:00:00Z">
<link rel="canonical" href="https://example.org/ferry"></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav><article>
<h1>Pelluria offers Aldia a ferry</h1>
<p>SANT AVO, June 2 (Gulf Wire) -- Pelluria offered Aldia a ferry on Monday, free of charge, and
asked for nothing but the right to name it.</p>
<p>"We have <b>two</b> of them," its harbour master said, and pointed at the quay where both of
them were waiting for passengers who had long since stopped coming.</p>
</article><footer>All rights reserved.</footer></body></html>
"""


def test_a_page_says_itself_when_and_where_it_was_published(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "ferry.html", HTML)
    result = add(project, path, metadata=METADATA[4:])
    assert result.exit_code == 0, result.output
    corpus = Corpus(project)
    document, text = corpus.document("ferry"), corpus.text("ferry") or ""
    assert document.title == "Pelluria offers Aldia a ferry"
    assert (document.outlet, document.byline) == ("Gulf Wire", "Mara Quill")
    assert (document.published, document.url) == ("2031-06-02", "https://example.org/ferry")
    assert text.startswith("Pelluria offers Aldia a ferry\n\nSANT AVO, June 2")
    assert '"We have two of them," its harbour master said' in text
    assert "Home" not in text and "rights reserved" not in text
    record = read_record(project.passes / "proposed" / "ferry.json")
    assert [zone.type for zone in record.zones or ()] == ["headline", "dateline", "body"]


def test_a_page_without_a_story(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "empty.html", "<html><body></body></html>")
    assert "no story on the page" in refused(project, path)


def test_without_the_extra_a_page_is_refused_in_one_line(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    path = written(tmp_path, "ferry.html", HTML)
    before = files_below(project.root)
    # A process in which trafilatura cannot be imported.
    code = (
        "import sys; sys.modules['trafilatura'] = None; "
        "from communique.cli import main; main(sys.argv[1:])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "corpus", "add", str(path), *METADATA],
        env={"COMMUNIQUE_PROJECT": str(project.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "pip install 'communique[html]'" in result.stderr
    assert result.stderr.count("\n") == 1
    assert files_below(project.root) == before
