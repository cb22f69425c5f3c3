"""Buckets: ranges from the gold alone, attributes by hand, sums equal to the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import SCHEMA, records
from communique.annotations.record import Entity, Event, Mention, Quote, Record, Span, Time, Zone
from communique.eval.errors import Bucket, buckets, judge
from communique.eval.errors.attributes import Attribute, attributes
from communique.eval.errors.buckets import quantile_cuts
from communique.eval.scoring import paired, score
from judged import compared, record, side

ENTITIES = (Entity("p", "PER"),)


def found(gold: Record, pred: Record, *, text: str | None = None) -> dict[tuple[str, str], Bucket]:
    comparison = compared(gold, pred) if text is None else compared(gold, pred, text=text)
    facts = [{"genre": "wire", "world": "real-geography"}]
    return {
        (one.attribute, one.label): one for one in buckets(comparison, judge(comparison), facts)
    }


def attribute(gold: Record, pred: Record, list_name: str, name: str) -> Attribute:
    comparison = compared(gold, pred)
    return next(one for one in attributes(comparison, list_name) if one.name == name)


@pytest.mark.parametrize(
    ("values", "cuts"),
    [
        ([], ()),
        ([3], ()),
        ([2, 2, 2, 2], ()),
        # the quartiles of 1..8 are 2, 4, 6
        ([1, 2, 3, 4, 5, 6, 7, 8], (2, 4, 6)),
        # more than three quarters have 1: one cut, behind it
        ([1, 1, 1, 1, 1, 1, 1, 5, 9], (1,)),
        ([0, 0, 1, 1], (0,)),
    ],
)
def test_quantile_cuts(values: list[int], cuts: tuple[int, ...]) -> None:
    assert quantile_cuts(np.array(values, dtype=np.int64)) == cuts


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_cuts_rise_and_leave_no_range_of_the_gold_empty(values: list[int]) -> None:
    cuts = quantile_cuts(np.array(values, dtype=np.int64))
    assert list(cuts) == sorted(set(cuts))
    places = np.searchsorted(cuts, values)
    assert set(places.tolist()) == set(range(len(cuts) + 1))


def test_lengths_levels_and_nesting_by_hand() -> None:
    # tokens of "ab ab ab …" begin at 0, 3, 6, …
    gold = record(
        entities=ENTITIES,
        mentions=(
            Mention("m1", "p", Span(0, 2), "NAM"),
            Mention("m2", "p", Span(3, 11), "NOM"),
            Mention("m3", "p", Span(3, 5), "NAM"),
            Mention("m4", "p", Span(15, 20), "NOM"),
        ),
    )
    pred = record(
        entities=ENTITIES,
        mentions=(
            Mention("m1", "p", Span(0, 2), "NAM"),
            Mention("m2", "p", Span(3, 11), "NAM"),
            Mention("m3", "p", Span(21, 23), "PRO"),
        ),
    )
    # lengths of the gold 1, 3, 1, 2: the quartiles are 1, 1, 2
    cells = {key: one.total.sum(axis=0).tolist() for key, one in found(gold, pred).items()}
    assert cells["length", "1 token"] == [1, 2, 1, 2]
    assert cells["length", "2 tokens"] == [0, 0, 0, 1]
    assert cells["length", "3+ tokens"] == [1, 1, 1, 1]
    # only the gold m3 lies in another one
    assert cells["nesting", "0"] == [2, 3, 2, 3]
    assert cells["nesting", "1+"] == [0, 0, 0, 1]
    # the span is right though the level is not: for precision it is a name, for recall a noun
    assert cells["level", "NAM"] == [2, 2, 1, 2]
    assert cells["level", "NOM"] == [0, 0, 1, 2]
    assert cells["level", "PRO"] == [0, 1, 0, 0]
    assert ("genre", "wire") not in cells  # all in one bucket: that says nothing


def test_without_texts_lengths_are_in_characters() -> None:
    gold = record(
        times=(Time("t1", "DATE", Span(0, 4), "2031"), Time("t2", "DATE", Span(6, 16), "2031"))
    )
    comparison = paired(side(gold, text=None), side(gold, text=None))[0]
    length = next(iter(attributes(comparison, "times")))
    assert (length.unit, length.gold.tolist()) == ("characters", [4, 10])


def test_distance_of_the_source() -> None:
    mentions = (
        Mention("m1", "p", Span(0, 2), "NAM"),
        Mention("m2", "p", Span(30, 32), "NAM"),
        Mention("m3", "p", Span(21, 23), "NAM"),
    )
    gold = record(
        entities=ENTITIES,
        mentions=mentions,
        quotes=(
            # tokens at 3 and 6 stand between the source and the content
            Quote("q1", (Span(9, 14),), source="m1"),
            # from the second fragment: one token, at 27
            Quote("q2", (Span(9, 14), Span(18, 26)), source="m2"),
            # the source stands inside
            Quote("q3", (Span(18, 26),), source="m3", parent="q2"),
            Quote("q4", (Span(40, 44),)),
        ),
    )
    distance = attribute(gold, gold, "quotes", "distance of the source")
    assert distance.gold.tolist() == [2, 1, 0, -1]
    assert attribute(gold, gold, "quotes", "nesting").gold.tolist() == [0, 0, 1, 0]
    assert ("distance of the source", "no source") in found(gold, gold)


def test_places_are_those_of_the_gold_on_both_sides() -> None:
    zones = (Zone("z1", "headline", Span(0, 10)), Zone("z2", "body", Span(12, 40)))
    gold = record(
        zones=zones,
        quotes=(Quote("q1", (Span(12, 30),)), Quote("q2", (Span(20, 30),), parent="q1")),
        events=(Event("v1", Span(3, 5), "AID"), Event("v2", Span(21, 23), "AID")),
    )
    # the prediction has no zones and no quotes of its own, and one event behind all zones
    pred = record(
        events=(
            Event("v1", Span(3, 5), "AID"),
            Event("v2", Span(15, 17), "AID"),
            Event("v3", Span(50, 52), "AID"),
        )
    )
    zone = attribute(gold, pred, "events", "zone")
    names = [*SCHEMA.labels("zone_type"), "none"]
    assert [names[place] for place in zone.gold] == ["headline", "body"]
    assert [names[place] for place in zone.pred] == ["headline", "body", "none"]
    around = attribute(gold, pred, "events", "quotes around it")
    assert (around.gold.tolist(), around.pred.tolist()) == ([0, 2], [0, 1, 0])


def test_a_circle_of_parents_ends() -> None:
    gold = record(
        quotes=(
            Quote("q1", (Span(0, 4),), parent="q2"),
            Quote("q2", (Span(6, 9),), parent="q1"),
        )
    )
    assert min(attribute(gold, gold, "quotes", "nesting").gold) > 1


def test_genre_and_world_come_from_the_documents() -> None:
    one = record(times=(Time("t1", "DATE", Span(0, 4), "2031"),))
    two = replace(one, doc_id="d2")
    comparison = paired(side(one, two), side(one, replace(two, times=())))[0]
    facts = [{"genre": "crisis", "world": "reported"}, {"genre": "wire", "world": "reported"}]
    cells = {
        (one.attribute, one.label): one.total.tolist()
        for one in buckets(comparison, judge(comparison), facts)
    }
    assert cells == {
        ("genre", "wire"): [[0, 0, 0, 0], [0, 0, 0, 1]],
        ("genre", "crisis"): [[1, 1, 1, 1], [0, 0, 0, 0]],
    }


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_the_buckets_of_an_attribute_add_up_to_the_score(gold: Record, pred: Record) -> None:
    sides = side(gold), side(pred)
    result = score(*sides)
    comparison = paired(*sides)[0]
    sums: dict[tuple[str, str], list[float]] = {}
    for one in buckets(comparison, judge(comparison)):
        total = sums.setdefault((one.list_name, one.attribute), [0.0] * 4)
        for place, number in enumerate(one.total.sum(axis=0)):
            total[place] += number
    measures = {
        "mentions": "mentions.strict",
        "times": "times.strict",
        "quotes": "quotes.joint",
        "events": "events.trig-c",
    }
    for (list_name, name), (tp_pred, n_pred, tp_gold, n_gold) in sums.items():
        expected = result.score(measures[list_name])
        assert (n_pred, n_gold) == (expected.count("n_pred"), expected.count("n_gold")), name
        if list_name != "times":  # times.strict asks for the value too
            assert tp_pred == tp_gold == expected.count("tp"), name
