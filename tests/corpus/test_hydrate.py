from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from check_fixtures import VALID, files_below, valid_project
from communique.cli import main
from communique.corpus.ingest.hydrate import repairs
from communique.corpus.validation.validate import validate_project
from communique.project import Project

# 18 letters of headline, 2 line ends, 15 of speech, 16 of its source, 1 line end: 52.
TEXT = 'Aldia thanks Borva\n\n"Merci à vous," said Ilka Rahn.\n'
"""The restricted text, with a letter that other encodings write differently."""

CHANGE = {"doc": "secret-01", "text": [("Thank you", "Merci à vous")],
          "draft": {"quotes": [{"id": "q1", "content": 'p2:"Merci à vous,"'}]}}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose restricted text is not hydrated."""
    made = valid_project(tmp_path / "project", CHANGE)
    (made.restricted / "secret-01.txt").unlink()
    return made


def hydrate(project: Project, doc_id: str, data: bytes | str, *options: str) -> Result:
    file = project.root.parent / "copy.txt"
    file.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    words = ["corpus", "hydrate", doc_id, str(file), *options]
    return CliRunner().invoke(main, words, env={"COMMUNIQUE_PROJECT": str(project.root)})


def refused(project: Project, doc_id: str, data: bytes | str, *options: str) -> str:
    """What is said when nothing is written."""
    before = files_below(project.root)
    result = hydrate(project, doc_id, data, *options)
    assert result.exit_code == 1, result.output
    assert files_below(project.root) == before
    assert result.stderr.count("\n") == 1
    for words in ("Merci", "thanks", "Rahn"):
        assert words not in result.output
    return result.stderr


def test_the_text_is_stored_and_then_everything_is_checked(project: Project) -> None:
    assert validate_project(project).without_text == ("secret-01",)
    result = hydrate(project, "secret-01", TEXT)
    assert (result.exit_code, result.stdout) == (0, "secret-01: stored, 52 code points\n")
    assert (project.restricted / "secret-01.txt").read_bytes() == TEXT.encode("utf-8")
    report = validate_project(project)
    assert (list(report), report.without_text) == ([], ())


def test_storing_it_again_changes_nothing(project: Project) -> None:
    hydrate(project, "secret-01", TEXT)
    before = files_below(project.root)
    result = hydrate(project, "secret-01", TEXT)
    assert (result.exit_code, result.stdout) == (0, "secret-01: already there, 52 code points\n")
    assert files_below(project.root) == before


def test_the_folder_ignores_itself(project: Project) -> None:
    hydrate(project, "secret-01", TEXT)
    assert (project.restricted / ".gitignore").read_text(encoding="utf-8") == "*\n"


CRLF = TEXT.replace("\n", "\r\n")
DECOMPOSED = TEXT.replace("à", "a\u0300")

DIFFERENCES = [
    (CRLF.encode(), "line ends that are not LF", "convert the line ends to LF"),
    (TEXT.replace("\n", "\r").encode(), "line ends that are not LF", "convert the line ends"),
    (b"\xef\xbb\xbf" + TEXT.encode(), "a byte order mark", "without a byte order mark"),
    (TEXT.replace("\n", "  \n").encode(), "white space at the ends of lines", "strip the lines"),
    (TEXT.rstrip().encode(), "another number of line ends at the end", "end with one line end"),
    ((TEXT + "\n\n").encode(), "another number of line ends at the end", "end with one line end"),
    (("\n \n" + TEXT).encode(), "white space at the start or end of the text", "strip the text"),
    (DECOMPOSED.encode(), "letters that are not in normal form NFC", "normalise it to NFC"),
    (TEXT.encode("cp1252"), "the encoding Windows-1252", "save it as UTF-8"),
    (TEXT.encode("utf-16"), "the encoding UTF-16", "save it as UTF-8"),
]


@pytest.mark.parametrize(("data", "difference", "mend"), DIFFERENCES)
def test_the_first_difference_is_named(
    project: Project, data: bytes, difference: str, mend: str
) -> None:
    line = refused(project, "secret-01", data)
    assert f"found the text with {difference}, expected exactly the text" in line
    assert mend in line


@pytest.mark.parametrize(("data", "difference", "mend"), DIFFERENCES)
def test_the_difference_is_mended_when_that_is_wanted(
    project: Project, data: bytes, difference: str, mend: str
) -> None:
    result = hydrate(project, "secret-01", data, "--repair")
    assert result.exit_code == 0, result.output
    assert f"(mended: {difference})" in result.stdout
    assert (project.restricted / "secret-01.txt").read_bytes() == TEXT.encode("utf-8")


def test_several_differences_are_named_together(project: Project) -> None:
    data = b"\xef\xbb\xbf" + CRLF.rstrip().encode()
    line = refused(project, "secret-01", data)
    assert (
        "a byte order mark, and line ends that are not LF and "
        "another number of line ends at the end" in line
    )


def test_a_text_that_ends_without_a_line_end(tmp_path: Path) -> None:
    change = {**CHANGE, "text": [*CHANGE["text"], ("Rahn.\n", "Rahn.")]}
    project = valid_project(tmp_path / "project", change)
    (project.restricted / "secret-01.txt").unlink()
    line = refused(project, "secret-01", TEXT)
    assert "another number of line ends at the end" in line
    assert "without a line end" in line


@pytest.mark.parametrize("option", [(), ("--repair",)])
def test_another_text_is_only_measured(project: Project, option: tuple[str, ...]) -> None:
    line = refused(project, "secret-01", TEXT.replace("Merci", "Pardon"), *option)
    assert "found another text (53 code points)" in line


def test_bytes_that_are_no_text(project: Project) -> None:
    assert "found another text" in refused(project, "secret-01", bytes(range(256)))


def test_an_empty_file(project: Project) -> None:
    assert "found no text" in refused(project, "secret-01", b"\n\n")


def test_a_file_of_ten_megabytes(project: Project) -> None:
    assert "more than 4,194,304 bytes" in refused(project, "secret-01", b"a" * 10_000_000)


def test_a_file_that_is_not_there(project: Project) -> None:
    words = ["corpus", "hydrate", "secret-01", str(project.root / "none.txt")]
    result = CliRunner().invoke(main, words, env={"COMMUNIQUE_PROJECT": str(project.root)})
    assert result.exit_code == 1
    assert "No such file" in result.stderr


def test_a_text_that_ships_needs_no_hydration(project: Project) -> None:
    text = (VALID / "bridge-01.txt").read_bytes()
    line = refused(project, "bridge-01", text)
    assert "the licence open" in line


@pytest.mark.parametrize(
    "doc_id", ["tunnel-01", "../../secret-01", "/etc/passwd", "secret-01/../secret-01", "..", ""]
)
def test_a_document_that_is_not_in_the_corpus(project: Project, doc_id: str) -> None:
    before = files_below(project.root.parent)
    result = hydrate(project, doc_id, TEXT)
    assert result.exit_code == 1
    assert "one of the 6 documents" in result.stderr
    after = files_below(project.root.parent)
    after.pop("copy.txt")
    assert after == before


def test_a_text_that_was_changed_in_place_is_replaced(project: Project) -> None:
    (project.restricted / "secret-01.txt").write_text("spoilt", encoding="utf-8")
    assert "stored" in hydrate(project, "secret-01", TEXT).stdout
    assert (project.restricted / "secret-01.txt").read_bytes() == TEXT.encode("utf-8")


def test_repairs_are_tried_from_none_to_many_and_each_text_once() -> None:
    tried = list(repairs(b"a \r\nb"))
    assert tried[0][0] == "a \r\nb" and tried[0][2] == ()
    assert len({sha256 for _, sha256, _ in tried}) == len(tried)
    numbers = [len(made) for _, _, made in tried]
    assert numbers == sorted(numbers)
    # Line ends, white space at line ends, one line end at the end: "a\nb\n".
    assert "a\nb\n" in [text for text, _, _ in tried]
