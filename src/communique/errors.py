"""What can be wrong, and how it is said: one line per problem.

The exception tree::

    CommuniqueError            anything this package raises on purpose
    ├── InvalidInput           input that has problems, all of them listed
    └── ServerError            Label Studio refused, failed or could not be reached
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

__all__ = ["CommuniqueError", "InvalidInput", "Problem", "quoted"]

LONGEST_QUOTE = 80
"""Code points of outside text that a message repeats at most."""

Severity = Literal["error", "warning"]


class CommuniqueError(Exception):
    """Root of the errors of this package; its text is one clear line."""


class InvalidInput(CommuniqueError):
    """Input that cannot be used, with every problem that was found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    ``path`` is a JSONPath into the object (``$.mentions[3].span``); ``line`` counts from 1.
    """

    check: str
    found: str
    expected: str
    file: str | None = None
    line: int | None = None
    doc_id: str | None = None
    path: str | None = None
    mend: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = self.file and (f"{self.file}:{self.line}" if self.line else self.file)
        where = ": ".join(part for part in (place, self.doc_id, self.path) if part)
        mend = f"; {self.mend}" if self.mend else ""
        text = f"found {self.found}, expected {self.expected}{mend}"
        return f"{where or 'input'}: {self.severity}: {text} [{self.check}]"

    def as_json(self) -> dict[str, str | int | None]:
        """The fields by name, for ``--format json``."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def quoted(value: object) -> str:
    """Outside text or a JSON value made safe for one line of a terminal: escaped and bounded."""
    if isinstance(value, str) and len(value) > LONGEST_QUOTE:
        value = value[: LONGEST_QUOTE - 1] + "…"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = json.dumps(repr(value), ensure_ascii=False)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= LONGEST_QUOTE + 2 else text[: LONGEST_QUOTE + 1] + "…"
