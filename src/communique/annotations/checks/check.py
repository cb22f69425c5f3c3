"""A check: one question about texts, records or the corpus, with a stable id, and their table.

A check is a generator over a context that yields what it finds. Checks that the readers of files
make are in the table too, without a generator, so that the table says everything that
``communique corpus validate`` can say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from communique.errors import Problem, Severity

__all__ = ["CHECKS", "Check", "Finding", "Scope", "check", "declare", "problem_of"]

Scope = Literal["file", "text", "record", "placement", "document", "corpus"]
"""What a check looks at: bytes, one text, one record, where a record lies, one document with what
belongs to it, or all of them together."""

C = TypeVar("C")
Find = Callable[[C], "Iterator[Finding]"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found, where (JSONPath), and what it expected.

    ``file`` and ``doc_id`` are for checks that look at more than one file.
    """

    path: str | None
    found: str
    expected: str
    file: str | None = None
    doc_id: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One question; ``mend`` says what to do when the answer is no.

    ``needs_text`` checks are left out when the text is not here; ``predictions`` ones are also
    made of the output of a system, of which only soundness is asked and not good annotation.
    ``find`` is ``None`` for what the readers of files find.
    """

    id: str
    scope: Scope
    severity: Severity
    question: str
    mend: str
    needs_text: bool = False
    predictions: bool = False
    find: Callable[[Any], Iterator[Finding]] | None = None


CHECKS: dict[str, Check] = {}
"""All checks by id, in the order in which they are made."""


def check(
    check_id: str,
    question: str,
    *,
    mend: str,
    scope: Scope = "record",
    severity: Severity = "error",
    needs_text: bool = False,
    predictions: bool = False,
) -> Callable[[Find[C]], Find[C]]:
    """Put a generator of findings into the table."""

    def register(find: Find[C]) -> Find[C]:
        _add(Check(check_id, scope, severity, question, mend, needs_text, predictions, find))
        return find

    return register


def declare(
    check_id: str,
    question: str,
    *,
    mend: str,
    scope: Scope = "file",
    severity: Severity = "error",
    predictions: bool = False,
) -> None:
    """Put a check into the table that is made elsewhere, such as by the reader of a file."""
    _add(Check(check_id, scope, severity, question, mend, predictions=predictions))


def problem_of(one: Check, finding: Finding, *, file: str | None, doc_id: str | None) -> Problem:
    """A finding of a check as a problem of a file."""
    return Problem(
        check=one.id,
        found=finding.found,
        expected=finding.expected,
        mend=one.mend,
        severity=one.severity,
        file=finding.file or file,
        doc_id=finding.doc_id or doc_id,
        path=finding.path,
    )


def _add(one: Check) -> None:
    if one.id in CHECKS:
        raise ValueError(f"the check {one.id} is registered twice")
    CHECKS[one.id] = one
