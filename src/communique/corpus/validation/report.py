"""What a validation reports: problems in a stable order, and how much was looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from communique.errors import Problem

__all__ = ["Report", "sorted_problems"]


@dataclass(frozen=True)
class Report:
    """What a validation has found, sorted, and how much it has looked at.

    ``without_text`` are the documents whose text is not here (restricted, not hydrated): the
    checks of words were left out there.
    """

    problems: tuple[Problem, ...]
    files: int
    documents: int
    records: int
    without_text: tuple[str, ...]

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many of the problems are warnings."""
        return len(self.problems) - self.errors

    @property
    def summary(self) -> str:
        """One line: how much was looked at, what was found, and what could not be looked at."""
        line = (
            f"{_count(self.files, 'file')}, {_count(self.documents, 'document')}, "
            f"{_count(self.records, 'record')}: "
            f"{_count(self.errors, 'error')}, {_count(self.warnings, 'warning')}"
        )
        if self.without_text:
            names = ", ".join(self.without_text)
            line += f"; checks that need the text were skipped, because it is not here: {names}"
        return line

    def as_json(self) -> dict[str, Any]:
        """Problems and counts as plain JSON."""
        return {
            "problems": [problem.as_json() for problem in self.problems],
            "summary": {
                "files": self.files,
                "documents": self.documents,
                "records": self.records,
                "errors": self.errors,
                "warnings": self.warnings,
                "without_text": list(self.without_text),
            },
        }


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each once, by file, line, document, place and check.

    Files below the current folder are named from there. Numbers in places count as numbers.
    """
    here = Path.cwd()
    placed = {replace(one, file=_near(one.file, here)) for one in problems}
    return tuple(sorted(placed, key=_order))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _near(file: str | None, here: Path) -> str | None:
    if file is None or not Path(file).is_relative_to(here):
        return file
    return str(Path(file).relative_to(here))


def _order(problem: Problem) -> tuple[object, ...]:
    parts = re.split(r"(\d+)", problem.path or "")
    path = tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
    return (
        problem.file or "",
        problem.line or 0,
        problem.doc_id or "",
        path,
        problem.check,
        problem.found,
        problem.expected,
    )
