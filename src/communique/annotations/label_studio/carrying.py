"""Records on their way to the server and back, held to losing nothing on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from communique.annotations.checks import prediction_problems, record_problems
from communique.annotations.fit import check_fit
from communique.annotations.label_studio.mapping import record_of
from communique.annotations.label_studio.remote import Source
from communique.annotations.label_studio.results import results_of
from communique.annotations.reading import record_value
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.schemas.label_studio import MEMO
from communique.schemas.schema import Schema
from communique.schemas.structure import structural_problems

__all__ = ["annotated_lists", "carried", "complaints", "received", "sent"]


def carried(record: Record, source: Source) -> Record:
    """The part of a record that goes to the server: without what is derived, and with the hash."""
    quotes = record.quotes and tuple(
        replace(quote, type=None, depth=None, anonymous=None, implicit=None)
        for quote in record.quotes
    )
    return replace(record, quotes=quotes, text_sha256=record.text_sha256 or source.sha256)


def annotated_lists(record: Record, schema: Schema) -> tuple[str, ...]:
    """The lists of the layers that were annotated."""
    return tuple(name for name in schema.lists if getattr(record, name) is not None)


def sent(record: Record, source: Source, schema: Schema) -> list[dict[str, Any]]:
    """A record as regions.

    Raises:
        InvalidInput: it is no sound record of this text, or would come back changed.

    """
    check_fit(record, source.text, sha256=source.sha256)
    problems = prediction_problems(record, source.text, sha256=source.sha256, schema=schema)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidInput(errors)
    result = results_of(record, source.text, schema)
    back = received(
        result, source, record.annotator, schema, layers=annotated_lists(record, schema)
    )
    if back != carried(record, source):
        raise InvalidInput(
            [
                Problem(
                    check="label-studio.lossless",
                    found=f"a record by {record.annotator} that would come back changed",
                    expected="one that survives the way to the server and back",
                    mend=f"bring it up to schema version {schema.version}",
                    doc_id=record.doc_id,
                )
            ]
        )
    return result


def received(
    result: Sequence[dict[str, Any]],
    source: Source,
    annotator: str,
    schema: Schema,
    *,
    layers: Collection[str] | None,
) -> Record:
    """The record that regions stand for.

    ``layers`` are the lists that were to be annotated, for annotations that began empty; one that
    began with a record has in it which lists that record had.

    Raises:
        InvalidInput: they stand for none, with every problem that was found.

    """
    record = record_of(
        list(result), source.text, doc_id=source.doc_id, annotator=annotator, schema=schema
    )
    remembered = any(one.get("from_name") == MEMO for one in result if isinstance(one, dict))
    if layers is not None and not remembered:
        # nobody says here what was annotated and found empty, so what was not meant to be is not
        empty = [name for name in schema.lists if not getattr(record, name)]
        left_out: dict[str, Any] = {name: None for name in empty if name not in layers}
        record = replace(record, **left_out)
    return replace(record, text_sha256=source.sha256)


def complaints(record: Record, source: Source, schema: Schema, *, partial: bool) -> list[Problem]:
    """The errors of a record that came from the server.

    ``partial`` is for passes that leave out on purpose what a finished record must have.
    """
    where = f"{source.doc_id} by {record.annotator}"
    problems = structural_problems(record_value(record, schema), "record", source=where)
    if problems:
        return problems
    try:
        check_fit(record, source.text, sha256=source.sha256, source=where)
    except InvalidInput as error:
        return list(error.problems)
    if partial:
        found = prediction_problems(record, source.text, sha256=source.sha256, schema=schema)
    else:
        found = record_problems(
            record, source.text, sha256=source.sha256, published=source.published, schema=schema
        )
    return [problem for problem in found if problem.severity == "error"]
