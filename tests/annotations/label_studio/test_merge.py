from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotated import SCHEMA, records
from communique.annotations.checks.context import Context
from communique.annotations.label_studio.merge import three_way
from communique.annotations.record import Event, Mention, Record, Span, Time

LISTS = tuple(SCHEMA.lists)


def dangling(record: Record) -> set[str]:
    ids = {item.id for name in LISTS for item in getattr(record, name) or ()}
    return {one.target for one in Context(record).references if one.target not in ids}


@st.composite
def edited(draw: st.DrawFn, base: Record) -> Record:
    """The record with some of its lists cut down, dropped or taken from another record."""
    other = draw(records())
    changed: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(LISTS), max_size=3, unique=True)):
        items = getattr(base, name) or ()
        changed[name] = draw(st.sampled_from([items[1:], items[:-1], None, getattr(other, name)]))
    return replace(base, **changed)


@given(records(), st.data())
def test_who_alone_changed_something_is_right(base: Record, data: st.DataObject) -> None:
    changed = data.draw(edited(base))
    assert three_way(base, changed, base).record == changed
    assert three_way(base, base, changed).record == changed
    assert three_way(base, changed, changed).what == "same"


@given(records(), st.data())
def test_a_merge_has_every_change_and_does_not_depend_on_the_side(
    base: Record, data: st.DataObject
) -> None:
    one, two = data.draw(edited(base)), data.draw(edited(base))
    merged, mirrored = three_way(base, one, two), three_way(base, two, one)
    assert merged.record == mirrored.record
    if merged.record is None:
        assert merged.what == "conflict" and merged.reasons
        return
    for name in (field.name for field in fields(Record)):
        was, here, there, now = (getattr(r, name) for r in (base, one, two, merged.record))
        assert now in (here, there)
        for side in (here, there):
            assert side in (was, now)
    if merged.what == "merged":
        assert not dangling(merged.record)


@given(records(), records())
def test_without_a_common_version_every_difference_is_a_conflict(one: Record, two: Record) -> None:
    assert three_way(None, one, two).what == ("same" if one == two else "conflict")


BASE = Record(
    "d1",
    SCHEMA.version,
    "a",
    mentions=(Mention("m1", "e1", Span(0, 2), "NAM"),),
    entities=(),
    times=(),
    events=(),
)


def test_a_reference_to_what_the_other_side_deleted_or_replaced_is_a_conflict() -> None:
    base = replace(BASE, times=(Time("t1", "DATE", Span(4, 6), "2031"),), mentions=())
    event = Event("v1", Span(8, 9), "CONSULT", arguments=(_argument("t1"),))
    here = replace(base, events=(event,))
    assert three_way(base, here, replace(base, times=())).what == "conflict"
    moved = replace(base, times=(Time("t1", "DATE", Span(20, 22), "2031"),))
    assert three_way(base, here, moved).what == "conflict"
    mended = replace(base, times=(Time("t1", "DATE", Span(4, 6), "2032"),))
    merged = three_way(base, here, mended)
    assert merged.record == replace(here, times=mended.times)


def _argument(target: str) -> Any:
    from communique.annotations.record import Argument

    return Argument("time", target)
