"""What is wrong with a record or a text, by all the checks that can be made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

from communique.annotations.checks import (
    entities,
    events,
    identity,
    mentions,
    quotes,
    spans,
    times,
    zones,
)
from communique.annotations.checks import text as text_checks
from communique.annotations.checks.check import CHECKS, Check, problem_of
from communique.annotations.checks.context import Context, Gazetteer
from communique.annotations.record import Record
from communique.errors import Problem
from communique.schemas.schema import Schema, load_schema

__all__ = ["prediction_problems", "record_problems", "text_problems"]

MODULES = (identity, spans, zones, entities, mentions, times, quotes, events, text_checks)
"""The modules whose checks are made; importing them has filled the table."""


def record_problems(
    record: Record,
    text: str | None,
    *,
    sha256: str | None = None,
    published: date | None = None,
    gazetteer: Gazetteer | None = None,
    schema: Schema | None = None,
    source: str | None = None,
) -> list[Problem]:
    """What is wrong with an annotated record that is structurally sound.

    ``text`` is the exact text, ``None`` when it is not here: then checks of words are left out.
    They are left out as well when the record belongs to another text, which is a problem of its
    own. ``sha256`` is the hash that the text has or ought to have (by default that of ``text``).
    Without ``published`` or ``gazetteer``, what needs them is left out.
    """
    sha256 = sha256 or (_hash(text) if text is not None else None)
    if record.text_sha256 is not None and sha256 is not None and record.text_sha256 != sha256:
        text = None
    context = Context(record, text, sha256, published, gazetteer, schema or load_schema())
    return list(_found(context, predictions_only=False, source=source))


def prediction_problems(
    record: Record,
    text: str | None = None,
    *,
    sha256: str | None = None,
    schema: Schema | None = None,
    source: str | None = None,
) -> list[Problem]:
    """What is wrong with the output of a system that is structurally sound.

    Asked is whether it can be scored: spans, ids, references, whole layers, the hash if it is
    given. What makes annotation good or bad is for the scores. ``sha256`` is as for
    ``record_problems``.
    """
    sha256 = sha256 or (_hash(text) if text is not None else None)
    if record.text_sha256 is not None and sha256 is not None and record.text_sha256 != sha256:
        text = None
    context = Context(record, text, sha256, schema=schema or load_schema())
    return list(_found(context, predictions_only=True, source=source))


def text_problems(text: str, *, source: str | None, doc_id: str | None = None) -> list[Problem]:
    """What is wrong with the form of a text: byte order mark, line ends, normal form."""
    return [
        problem_of(one, finding, file=source, doc_id=doc_id)
        for one in _checks("text")
        if one.find
        for finding in one.find(text)
    ]


def _found(context: Context, *, predictions_only: bool, source: str | None) -> Iterator[Problem]:
    for one in _checks("record"):
        if one.find is None or (one.needs_text and context.text is None):
            continue
        if predictions_only and not one.predictions:
            continue
        for finding in one.find(context):
            yield problem_of(one, finding, file=source, doc_id=context.record.doc_id)


def _checks(scope: str) -> Iterator[Check]:
    return (one for one in CHECKS.values() if one.scope == scope)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
