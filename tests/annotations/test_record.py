"""The record and its spans."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.annotations.record import (
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)

SPANS = st.tuples(st.integers(0, 9), st.integers(1, 5)).map(lambda p: Span(p[0], p[0] + p[1]))

RELATIONS = [
    # (one, other, overlaps, contains, crosses)
    (Span(0, 3), Span(3, 5), False, False, False),  # half-open: they touch
    (Span(0, 3), Span(2, 5), True, False, True),
    (Span(0, 5), Span(1, 3), True, True, False),
    (Span(1, 3), Span(0, 5), True, False, False),
    (Span(0, 5), Span(0, 5), True, True, False),
    (Span(0, 5), Span(0, 3), True, True, False),
    (Span(0, 5), Span(3, 5), True, True, False),
    (Span(0, 1), Span(4, 5), False, False, False),
]


@pytest.mark.parametrize(("one", "other", "overlaps", "contains", "crosses"), RELATIONS)
def test_relations(one: Span, other: Span, overlaps: bool, contains: bool, crosses: bool) -> None:
    assert one.overlaps(other) is other.overlaps(one) is overlaps
    assert one.contains(other) is contains
    assert one.crosses(other) is other.crosses(one) is crosses


@given(SPANS, SPANS)
def test_relations_are_those_of_sets_of_code_points(one: Span, other: Span) -> None:
    left, right = set(range(*one)), set(range(*other))
    assert one.overlaps(other) == bool(left & right)
    assert one.contains(other) == (right <= left)
    assert one.crosses(other) == bool(left & right and left - right and right - left)


def test_a_slice_counts_code_points() -> None:
    assert Span(1, 3).slice("a🇩🇪b") == "🇩🇪"  # a flag is two code points
    assert Span(0, 2).slice("e\u0301a") == "e\u0301"


RECORD = Record(
    "d1",
    "1.0",
    "gold",
    zones=(Zone("z1", "body", Span(0, 9)),),
    entities=(Entity("e1", "GPE"), Entity("e2", "PER")),
    mentions=(Mention("m1", "e1", Span(0, 1), "NAM"), Mention("m2", "e9", Span(1, 2), "NAM")),
    times=(Time("t1", "DATE", Span(2, 3)),),
    quotes=(Quote("q1", (Span(3, 4), Span(5, 6)), (Span(4, 5),)),),
    events=(Event("v1", Span(6, 7), "AID"),),
)


def test_look_up() -> None:
    assert RECORD.mention_by_id["m2"].span == Span(1, 2)
    assert RECORD.entity_by_id["e2"].type == "PER"
    assert RECORD.entity_of("m1") == Entity("e1", "GPE")
    assert RECORD.entity_of("m2") is None  # its entity is not there
    assert RECORD.entity_of("m3") is None
    assert RECORD.entity_of(None) is None


def test_all_spans_but_those_of_zones() -> None:
    assert list(RECORD.located()) == [
        ("mentions", "m1", Span(0, 1)),
        ("mentions", "m2", Span(1, 2)),
        ("times", "t1", Span(2, 3)),
        ("quotes", "q1", Span(3, 4)),
        ("quotes", "q1", Span(5, 6)),
        ("quotes", "q1", Span(4, 5)),
        ("events", "v1", Span(6, 7)),
    ]


def test_an_absent_layer_is_not_an_empty_one() -> None:
    empty = Record("d1", "1.0", "gold", mentions=())
    absent = Record("d1", "1.0", "gold")
    assert empty != absent
    assert list(absent.located()) == []
    assert dict(absent.mention_by_id) == {}
    assert dict(absent.entity_by_id) == {}


def test_records_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        RECORD.doc_id = "d2"  # type: ignore[misc]
