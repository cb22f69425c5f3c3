"""The files that follow from the schema and are checked in beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.files import read_text, write_text
from communique.schemas.instructions import GUIDELINES
from communique.schemas.json_schema import document_schema, record_schema
from communique.schemas.label_studio import labelling_config
from communique.schemas.schema import Schema
from communique.schemas.tables import fill_tables

__all__ = [
    "GUIDELINES",
    "PAGES",
    "difference",
    "generated_texts",
    "stale_files",
    "write_generated",
]

PAGES = ("annotating.md",)
"""Pages in ``docs/`` whose tables are generated; an installed package has none of them."""

MEND = "run communique schemas generate"


def generated_texts(schema: Schema) -> Mapping[Path, str]:
    """The text of each generated file as it should be now, by its path; no clock, no chance.

    Pages that are written by hand are read first, since only their tables are generated.

    Raises:
        InvalidInput: the guidelines are missing, or a page has a marker that cannot be filled.

    """
    texts = {
        "record.schema.json": _json(record_schema(schema)),
        "document.schema.json": _json(document_schema(schema)),
        "label-studio.xml": labelling_config(schema),
        "label-studio-spans.xml": labelling_config(schema, "spans"),
        "label-studio-links.xml": labelling_config(schema, "links"),
    }
    docs = [schema.folder.parent / "docs" / name for name in PAGES]
    pages = [schema.folder / GUIDELINES, *(path for path in docs if path.is_file())]
    return {schema.folder / name: text for name, text in texts.items()} | {
        path: fill_tables(read_text(path), schema, source=str(path)) for path in pages
    }


def stale_files(schema: Schema) -> list[Problem]:
    """One problem per generated file that is missing or does not say what the schema says."""
    try:
        texts = generated_texts(schema)
    except InvalidInput as error:
        return list(error.problems)
    problems = (difference(path, text) for path, text in texts.items())
    return [problem for problem in problems if problem]


def write_generated(schema: Schema) -> Mapping[Path, bool]:
    """Write the generated files; true for those that changed.

    Raises:
        CommuniqueError: the schema is the one of an installed package, which is not for editing.
        InvalidInput: as in ``generated_texts``; nothing is written then.

    """
    if not (schema.folder.parent / "pyproject.toml").is_file():
        raise CommuniqueError(
            f"{schema.folder}: found the schema of an installed package, expected a checkout; "
            "clone the repository and install it with pip install -e ."
        )
    texts = generated_texts(schema)
    return {path: write_text(path, text) for path, text in texts.items()}


def difference(
    path: Path, expected: str, *, check: str = "schema.generated", mend: str = MEND
) -> Problem | None:
    """Where a file first differs from what it should say; ``None`` when it does not."""

    def problem(found: str, expected: str, line: int | None = None) -> Problem:
        return Problem(
            check=check,
            found=found,
            expected=expected,
            file=str(path),
            line=line,
            mend=mend,
        )

    if not path.is_file():
        return problem("no file", "the generated file")
    try:
        found = read_text(path)
    except InvalidInput as error:
        return problem(error.problems[0].found, error.problems[0].expected)
    if found == expected:
        return None
    here, there = found.splitlines(keepends=True), expected.splitlines(keepends=True)
    same = (
        number for number, pair in enumerate(zip(here, there, strict=False)) if len(set(pair)) > 1
    )
    number = next(same, min(len(here), len(there)))
    return problem(_line(here, number), _line(there, number), number + 1)


def _line(lines: list[str], number: int) -> str:
    return quoted(lines[number].removesuffix("\n")) if number < len(lines) else "no more lines"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
