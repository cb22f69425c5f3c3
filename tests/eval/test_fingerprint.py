from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import SCHEMA, records, shuffled
from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.eval.fingerprint import document_marks, fingerprint
from communique.eval.inputs import side_of_records

WHOLE = Record(
    "d1",
    SCHEMA.version,
    "test",
    "a" * 64,
    (Zone("z1", "body", Span(0, 50)),),
    (Entity("e1", "PER", kb="person:p1"), Entity("e2", "GPE", nil="unnamed", members=("e1",))),
    (Mention("m1", "e1", Span(0, 2), "NAM"),),
    (Time("t1", "DATE", Span(3, 5), "2031"),),
    (Quote("q1", (Span(6, 9), Span(10, 12)), (Span(13, 15),), "m1"),),
    (Event("v1", Span(16, 18), "AID", arguments=(Argument("actor", "m1"),)),),
)


def marks(*records: Record) -> list[int]:
    table = side_of_records(records, name="x").table
    return [int(mark) for mark in document_marks(table, SCHEMA)]


@given(st.data(), records())
@settings(deadline=None)
def test_neither_order_nor_slices_nor_dictionaries_change_a_mark(
    data: st.DataObject, record: Record
) -> None:
    other = replace(record, doc_id="d2")
    assert marks(data.draw(shuffled(record))) == marks(record)
    assert marks(other, record) == [*marks(other), *marks(record)]
    table = side_of_records([other, record], name="x").table
    assert document_marks(table.slice(1), SCHEMA).tolist() == marks(record)


@pytest.mark.parametrize(
    "other",
    [
        replace(WHOLE, doc_id="d2"),
        replace(WHOLE, text_sha256=None),
        replace(WHOLE, text_sha256="a" * 63 + "b"),
        replace(WHOLE, times=None),
        replace(WHOLE, times=()),
        replace(WHOLE, times=(replace(WHOLE.times[0], span=Span(3, 6)),)),  # type: ignore[index]
        replace(WHOLE, times=(replace(WHOLE.times[0], span=Span(5, 3)),)),  # type: ignore[index]
        replace(WHOLE, times=WHOLE.times * 2),  # type: ignore[operator, arg-type]
        replace(WHOLE, entities=WHOLE.entities[:1]),  # type: ignore[index]
        replace(WHOLE, entities=(WHOLE.entities[0], Entity("e2", "GPE", nil="unnamed"))),  # type: ignore[index]
        replace(WHOLE, mentions=(replace(WHOLE.mentions[0], title=True),)),  # type: ignore[index]
        replace(WHOLE, mentions=(replace(WHOLE.mentions[0], entity="e2"),)),  # type: ignore[index]
        replace(WHOLE, quotes=(replace(WHOLE.quotes[0], content=(Span(6, 9),)),)),  # type: ignore[index]
        replace(WHOLE, quotes=(replace(WHOLE.quotes[0], source=None),)),  # type: ignore[index]
        replace(WHOLE, events=(replace(WHOLE.events[0], realis="future"),)),  # type: ignore[index]
        replace(WHOLE, events=(replace(WHOLE.events[0], arguments=()),)),  # type: ignore[index]
    ],
)
def test_whatever_is_said_changes_the_mark(other: Record) -> None:
    assert marks(other) != marks(WHOLE)


def test_eight_digits_depend_on_the_order_of_documents() -> None:
    one, two = np.array([1, 2], dtype=np.uint64), np.array([2, 1], dtype=np.uint64)
    assert len(fingerprint(one)) == 8
    assert fingerprint(one) != fingerprint(two)


def test_strings_of_any_length_are_told_apart() -> None:
    names = ["", *("x" * n for n in range(1, 20)), "x" * 7 + "y", "é", "e"]
    column = pa.array(names)
    table = pa.table({"doc_id": column, "annotator": column.dictionary_encode()})
    found = document_marks(table, SCHEMA)
    assert len(set(found.tolist())) == len(names)
    assert (document_marks(table.slice(5, 9), SCHEMA) == found[5:14]).all()
    plain = table.set_column(1, "annotator", column)
    assert (document_marks(plain, SCHEMA) == found).all()
