from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from communique.errors import CommuniqueError, InvalidInput
from communique.schemas.generated import generated_texts, stale_files, write_generated
from communique.schemas.schema import Schema, load_schema

SCREENS = ["label-studio.xml", "label-studio-spans.xml", "label-studio-links.xml"]
NAMES = ["record.schema.json", "document.schema.json", *SCREENS, "guidelines.md", "annotating.md"]


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    """The schema in a checkout of its own, with fresh files."""
    shutil.copytree(load_schema().folder, tmp_path / "schemas")
    (tmp_path / "docs").mkdir()
    shutil.copy(load_schema().folder.parent / "docs" / "annotating.md", tmp_path / "docs")
    (tmp_path / "pyproject.toml").touch()
    return load_schema(tmp_path / "schemas" / "communique.yaml")


def test_the_files_that_are_checked_in_are_fresh() -> None:
    assert [str(problem) for problem in stale_files(load_schema())] == []


def test_the_files_and_their_order(schema: Schema) -> None:
    assert [path.name for path in generated_texts(schema)] == NAMES
    assert generated_texts(schema) == generated_texts(schema)


def test_writing_changes_only_what_is_stale_and_the_second_time_nothing(schema: Schema) -> None:
    (schema.folder / "label-studio.xml").write_text("<View/>\n", encoding="utf-8")
    (schema.folder / "record.schema.json").unlink()
    untouched = (schema.folder / "document.schema.json").stat().st_mtime_ns
    changed = write_generated(schema)
    assert [path.name for path, new in changed.items() if new] == [
        "record.schema.json",
        "label-studio.xml",
    ]
    assert (schema.folder / "document.schema.json").stat().st_mtime_ns == untouched
    assert stale_files(schema) == []
    assert not any(write_generated(schema).values())


def test_a_missing_and_a_stale_file_are_one_problem_each(schema: Schema) -> None:
    (schema.folder / "record.schema.json").unlink()
    path = schema.folder / "label-studio.xml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[2] = "  <Stylish>\n"
    path.write_text("".join(lines), encoding="utf-8")
    missing, stale = stale_files(schema)
    assert str(missing) == (
        f"{schema.folder / 'record.schema.json'}: error: found no file, expected the generated "
        "file; run communique schemas generate [schema.generated]"
    )
    assert (stale.file, stale.line) == (str(path), 3)
    assert (stale.found, stale.expected) == ('"  <Stylish>"', '"  <Style>"')


@pytest.mark.parametrize(
    ("change", "found", "expected"),
    [
        (lambda text: text + "more\n", '"more"', "no more lines"),
        (lambda text: text[: text.rindex("}")], "no more lines", '"}"'),
        (lambda text: text.replace("\n", "\r\n"), '"{\\r"', '"{"'),
        (lambda text: text.rstrip("\n"), '"}"', '"}"'),
    ],
)
def test_the_first_line_that_differs_is_named(
    schema: Schema, change: object, found: str, expected: str
) -> None:
    path = schema.folder / "document.schema.json"
    text = path.read_bytes().decode()
    path.write_bytes(change(text).encode())  # type: ignore[operator]
    (problem,) = stale_files(schema)
    assert (problem.found, problem.expected) == (found, expected)


def test_a_change_of_the_schema_makes_the_files_stale(schema: Schema) -> None:
    source = schema.folder / "communique.yaml"
    text = source.read_text(encoding="utf-8")
    old = 'description: "A bare name."'
    assert old in text
    source.write_text(text.replace(old, 'description: "A name."'), encoding="utf-8")
    load_schema.cache_clear()
    changed = load_schema(source)
    stale = [Path(str(problem.file)).name for problem in stale_files(changed)]
    assert stale == [*SCREENS, "guidelines.md"]
    write_generated(changed)
    assert stale_files(changed) == []


def test_the_tables_of_a_page_in_docs_are_generated_and_nothing_else_of_it(schema: Schema) -> None:
    page = schema.folder.parent / "docs" / "annotating.md"
    fresh = page.read_text(encoding="utf-8")
    row = "| cue | w | The words that attribute. |"
    assert fresh.count(row) == 1
    page.write_text(f"By hand.\n{fresh.replace(row, '| cue | x |')}", encoding="utf-8")
    (problem,) = stale_files(schema)
    assert (problem.file, problem.expected) == (str(page), f'"{row}"')
    changed = write_generated(schema)
    assert [path for path, new in changed.items() if new] == [page]
    assert page.read_text(encoding="utf-8") == f"By hand.\n{fresh}"
    page.write_text("<!-- generated: nothing -->\n", encoding="utf-8")
    assert {problem.file for problem in stale_files(schema)} == {str(page)}
    page.unlink()  # as in an installed package
    assert stale_files(schema) == []


def test_a_file_that_is_not_utf8_is_a_problem_not_a_traceback(schema: Schema) -> None:
    (schema.folder / "label-studio.xml").write_bytes(b"\xff<View/>")
    (problem,) = stale_files(schema)
    assert problem.found == "byte 0xff at offset 0"


def test_guidelines_that_are_missing_or_cannot_be_filled(schema: Schema) -> None:
    guidelines = schema.folder / "guidelines.md"
    guidelines.write_text("<!-- generated: nothing -->\n<!-- end -->\n", encoding="utf-8")
    assert [problem.check for problem in stale_files(schema)] == ["schema.table"]
    (schema.folder / "label-studio.xml").unlink()
    with pytest.raises(InvalidInput):
        write_generated(schema)
    assert not (schema.folder / "label-studio.xml").exists()
    guidelines.unlink()
    assert [problem.check for problem in stale_files(schema)] == ["file.readable"]


def test_nothing_is_generated_into_an_installed_package(schema: Schema) -> None:
    (schema.folder.parent / "pyproject.toml").unlink()
    before = {path: path.read_bytes() for path in schema.folder.iterdir()}
    with pytest.raises(CommuniqueError, match="found the schema of an installed package"):
        write_generated(schema)
    assert stale_files(schema) == []
    assert {path: path.read_bytes() for path in schema.folder.iterdir()} == before
