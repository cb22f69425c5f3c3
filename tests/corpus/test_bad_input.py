"""Bad input through the real command line: one clear line, exit code 1, nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from check_fixtures import files_below, load, valid_project
from communique.cli import main
from communique.project import Project

METADATA = (
    *("--outlet", "Gulf Wire", "--published", "2031-06-02", "--genre", "wire"),
    *("--storyline", "bridge", "--world", "invented-geography", "--licence", "open"),
)
TEXT = b"Aldia waits\n\nBy Mara Quill\n\nAldia waited for a week.\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return valid_project(tmp_path / "project")


def run(project: Project, *words: str | Path) -> Result:
    environment = {"COMMUNIQUE_PROJECT": str(project.root)}
    result = CliRunner().invoke(main, [str(word) for word in words], env=environment)
    # An exception that nobody meant would be a traceback on a terminal.
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(project: Project, *words: str | Path) -> list[str]:
    """The lines of a command that finds something wrong and leaves everything as it was."""
    before = files_below(project.root.parent)
    result = run(project, *words)
    assert result.exit_code == 1, result.output
    assert files_below(project.root.parent) == before
    is_validation = words[:2] == ("corpus", "validate")
    return (result.stdout if is_validation else result.stderr).splitlines()


def gold(project: Project, **changes: Any) -> Path:
    """The gold record with changed lists: ``{list: {index: {field: value}}}``."""
    path = project.gold / "bridge-01.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    for name, items in changes.items():
        for index, fields in items.items():
            value[name][index].update(fields)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def line_of(project: Project, check: str, path: str | None) -> str:
    [line] = refused(project, "corpus", "validate")
    assert line.endswith(f"[{check}]"), line
    assert path is None or f": {path}: error: found " in line, line
    return line


# ------------------------------------------------------------------------------- records


def test_wrong_offsets(project: Project) -> None:
    gold(project, mentions={0: {"span": [10_000, 10_005]}})
    assert "an end of at most" in line_of(project, "span.bounds", "$.mentions[0].span")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ([-5, 0], "found -5, expected at least 0"),
        ([15.5, 20], 'found "15.5", expected a whole number'),
        (["15", 20], 'found "15", expected a whole number'),
        ([True, 20], "found true, expected a whole number"),
        ([15], "found a list of 1, expected a list of 2"),
        ([15, 10**30], "expected at most 2147483647"),
        (None, "found null, expected a list"),
    ],
)
def test_offsets_that_are_none(project: Project, span: Any, words: str) -> None:
    gold(project, mentions={0: {"span": span}})
    assert words in line_of(project, "record.structure", None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "20.0"])
def test_numbers_that_are_no_offsets(project: Project, number: str) -> None:
    path = project.gold / "bridge-01.json"
    text = path.read_text(encoding="utf-8")
    assert '"span": [0, 13]' in text
    path.write_text(text.replace('"span": [0, 13]', f'"span": [0, {number}]'), encoding="utf-8")
    line = line_of(project, "record.structure", "$.zones[0].span[1]")
    assert f'found "{number}", expected a whole number' in line


def test_unknown_labels(project: Project) -> None:
    gold(project, events={0: {"type": "GOSSIP"}})
    line = line_of(project, "record.structure", "$.events[0].type")
    assert 'found "GOSSIP", expected one of AGREE, CONSULT' in line


def test_unknown_keys(project: Project) -> None:
    gold(project, mentions={0: {"sapn": [1, 2]}})
    assert "unknown key sapn" in line_of(project, "record.structure", "$.mentions[0]")


def test_dangling_ids(project: Project) -> None:
    gold(project, mentions={3: {"entity": "e77"}})
    assert 'found "e77"' in line_of(project, "ref.resolved", "$.mentions[3].entity")


def test_crossing_mentions(project: Project) -> None:
    # "Aldia" and "Borva" of the headline are [15, 20) and [29, 34): "Aldia acc" and "ccuses Borva".
    gold(project, mentions={0: {"span": [15, 28]}, 1: {"span": [21, 34]}})
    line = line_of(project, "mention.crossing", "$.mentions[1].span")
    assert 'found [21, 34] across the end of "m1" at 28' in line


def test_a_record_for_an_unknown_document(project: Project) -> None:
    path = project.passes / "second" / "tunnel-01.json"
    path.parent.mkdir()
    record = json.loads((project.gold / "bridge-01.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "doc_id": "tunnel-01", "annotator": "second"}))
    assert 'found "tunnel-01"' in line_of(project, "document.known", "$.doc_id")


def test_the_same_document_twice(project: Project) -> None:
    folder = project.root.parent / "predictions"
    folder.mkdir()
    for name in ("a.json", "b.json"):
        (folder / name).write_bytes((project.gold / "bridge-01.json").read_bytes())
    [line] = refused(project, "corpus", "validate", folder)
    assert "b.json" in line and "again, as in a.json" in line and "[record.twice]" in line


def test_a_key_twice(project: Project) -> None:
    path = project.gold / "bridge-01.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"annotator": "gold", ', 1), encoding="utf-8")
    assert 'the key "annotator" twice' in line_of(project, "file.json", None)


def test_json_that_nests_without_end(project: Project) -> None:
    (project.gold / "bridge-01.json").write_text("[" * 200_000, encoding="utf-8")
    line_of(project, "file.json", None)


def test_a_doc_id_that_escapes_the_folder(project: Project) -> None:
    path = project.gold / "bridge-01.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "doc_id": "../../etc/passwd"}), encoding="utf-8")
    assert 'found "../../etc/passwd"' in line_of(project, "record.structure", "$.doc_id")


def test_a_surrogate_without_its_other_half(project: Project) -> None:
    path = project.gold / "bridge-01.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"P3D"', '"\\ud83d"'), encoding="utf-8")
    assert 'found "\\ud83d"' in line_of(project, "time.value", "$.times[3].value")


def test_terminal_controls_in_a_value_are_shown_and_not_sent(project: Project) -> None:
    gold(project, times={3: {"value": "\x1b[2J\u202e"}})
    line = line_of(project, "time.value", "$.times[3].value")
    assert "\\u001b[2J\\u202e" in line and "\x1b" not in line


def test_the_installed_command_says_the_same(project: Project) -> None:
    gold(project, events={0: {"type": "GOSSIP"}})
    result = subprocess.run(
        [sys.executable, "-c", "from communique.cli import main; main()", "corpus", "validate"],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout.count("\n"), result.stderr.count("\n")) == (1, 1, 1)
    assert result.stdout.startswith("annotations/gold/bridge-01.json: bridge-01: $.events[0].type")


# ------------------------------------------------------------------------------- texts


def rewritten(project: Project, data: bytes) -> None:
    """Another text for a document, which its metadata and its record identify."""
    import hashlib

    (project.documents / "bridge-01.txt").write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    for path, key in ((project.documents, "sha256"), (project.gold, "text_sha256")):
        value = json.loads((path / "bridge-01.json").read_text(encoding="utf-8"))
        (path / "bridge-01.json").write_text(json.dumps({**value, key: sha256}), encoding="utf-8")


def original(project: Project) -> bytes:
    return (project.documents / "bridge-01.txt").read_bytes()


def test_a_text_that_is_not_utf8(project: Project) -> None:
    rewritten(project, original(project) + "Köln\n".encode("latin-1"))
    assert "byte 0xf6 at offset" in line_of(project, "file.utf8", None)


def test_a_text_with_crlf(project: Project) -> None:
    # At the end, where it shifts no offset.
    rewritten(project, original(project).rstrip() + b"\r\n")
    assert "found 1 CR" in line_of(project, "text.line-ends", None)


def test_a_text_with_a_bom(project: Project) -> None:
    rewritten(project, b"\xef\xbb\xbf" + original(project))
    lines = refused(project, "corpus", "validate")
    # The offsets of the record are all wrong by one now; the cause is among what is said.
    assert any("[text.bom]" in line for line in lines)


def test_a_text_of_ten_megabytes(project: Project) -> None:
    rewritten(project, b"words " * 1_700_000)
    assert "more than 4,194,304 bytes" in line_of(project, "file.size", None)


def test_an_empty_text(project: Project) -> None:
    rewritten(project, b"")
    assert "found no text" in line_of(project, "file.empty", None)


# ------------------------------------------------------------------------------- common files


def test_a_yaml_bomb(project: Project) -> None:
    bomb = load(Path(__file__).parents[1] / "fixtures" / "checks" / "bad" / "file.yaml.yaml")
    text = bomb["files"]["corpus/splits.yaml"]
    (project.corpus / "registry" / "bomb.yaml").write_text(text, encoding="utf-8")
    assert "found the alias *a in line 2" in line_of(project, "file.yaml", None)


def test_yaml_that_builds_objects(project: Project) -> None:
    text = "state:x: !!python/object/apply:os.system [touch /tmp/never]\n"
    (project.corpus / "registry" / "bad.yaml").write_text(text, encoding="utf-8")
    line_of(project, "file.yaml", None)


@pytest.mark.parametrize(
    ("name", "text", "check"),
    [
        ("corpus/registry/x.yaml", "city:x: {type: GPE, name: X, aliases: 3}", "registry.entry"),
        ("corpus/registry/x.yaml", "city:x: {type: GPE, name: 3}", "registry.entry"),
        ("corpus/registry/x.yaml", "city:x: {type: GPE, name: X, seat_of: 3}", "registry.entry"),
        ("corpus/registry/x.yaml", "7: {type: GPE, name: X}", "registry.entry"),
        ("corpus/registry/x.yaml", "? [a]\n: 3", "file.yaml"),
        ("corpus/splits.yaml", "train: [{a: b}]", "splits.file"),
        ("corpus/splits.yaml", "train: 3", "splits.file"),
        ("corpus/splits.yaml", "somewhere: [bridge]", "splits.file"),
        ("annotations/annotators.yaml", "gold: [human]", "annotators.entry"),
        ("corpus/bands.yaml", "document_tokens: .inf\nbands: {}", "bands.file"),
        ("corpus/bands.yaml", "document_tokens: 1\nbands: {events: {corpus: 3}}", "bands.file"),
    ],
)  # fmt: skip
def test_common_files_with_other_values(project: Project, name: str, text: str, check: str) -> None:
    (project.root / name).write_text(text, encoding="utf-8")
    line_of(project, check, None)


# ------------------------------------------------------------------------------- adding texts


def refused_text(project: Project, data: bytes, *options: str, name: str = "new.txt") -> str:
    path = project.root.parent / name
    path.write_bytes(data)
    [line] = refused(project, "corpus", "add", path, *METADATA, *options)
    return line


def test_adding_works_at_all(project: Project) -> None:
    path = project.root.parent / "new.txt"
    path.write_bytes(TEXT)
    assert run(project, "corpus", "add", path, *METADATA).exit_code == 0
    assert (project.documents / "new.txt").read_bytes() == TEXT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "found no text"),
        (b" \n\r\n\t", "found no text"),
        # 12 + 1 + 14 + 1 + 25 bytes before it.
        (TEXT + b"\xff\n", "found byte 0xff at offset 53, expected UTF-8"),
        ("Köln".encode("latin-1"), "found byte 0xf6 at offset 1"),
        (TEXT.decode().encode("utf-16"), "found byte 0xff at offset 0"),
        (b"words " * 1_700_000, "more than 4,194,304 bytes"),
        (TEXT + b"\x00", "found U+0000 in line"),
        (TEXT + b"\x1b[2J\n", "found U+001B in line"),
        (TEXT + "\ufffd\n".encode(), "found U+FFFD in line"),
    ],
)
def test_a_text_that_cannot_be_added(project: Project, data: bytes, words: str) -> None:
    assert words in refused_text(project, data)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + TEXT, TEXT.replace(b"\n", b"\r\n")])
def test_bom_and_crlf_are_normalised_and_that_is_said(project: Project, data: bytes) -> None:
    path = project.root.parent / "new.txt"
    path.write_bytes(data)
    result = run(project, "corpus", "add", path, *METADATA)
    assert (project.documents / "new.txt").read_bytes() == TEXT
    assert "byte order mark" in result.stdout or "CR LF into LF" in result.stdout


@pytest.mark.parametrize(
    "doc_id",
    ["../escape", "/etc/escape", "a/b", "..", ".", "", "a\\b", "A", "a b", "a\n", "é", "x" * 81],
)
def test_an_id_that_is_no_name_of_a_file(project: Project, doc_id: str) -> None:
    line = refused_text(project, TEXT, "--id", doc_id)
    assert "$.doc_id" in line and "expected text that matches" in line


def test_a_file_whose_name_gives_no_id(project: Project) -> None:
    assert "$.doc_id" in refused_text(project, TEXT, name="文.txt")


def test_files_that_cannot_be_read(project: Project) -> None:
    lines = refused(project, "corpus", "add", project.root / "none.txt", project.root, *METADATA)
    assert ["[file.readable]" in line for line in lines] == [True, True]


def test_a_folder_that_cannot_be_written(project: Project) -> None:
    # A file stands where the folder of proposed zones belongs.
    (project.passes / "proposed").touch()
    path = project.root.parent / "new.txt"
    path.write_bytes(TEXT)
    result = run(project, "corpus", "add", path, *METADATA)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1 and "proposed" in result.stderr
    # What makes a document of the text is written last, so there is no half of one.
    assert not (project.documents / "new.json").exists()
