from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records, shuffled
from communique.annotations.record import Entity, Event, Mention, Record, Span, Zone
from communique.eval.inputs import Side, side_of_records
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result, score

TEXT = ("ab " * LENGTH)[:LENGTH]
NAMES = [name for name in MEASURES if name.startswith(("coref.", "chains."))]


def side(*records: Record) -> Side:
    return side_of_records(records, name="side", texts={one.doc_id: TEXT for one in records})


def scored(gold: Record, pred: Record, measures: Sequence[str] = NAMES) -> Result:
    return score(side(gold), side(pred), measures=measures)


def mentioned(*entities: Sequence[int], zones: tuple[Zone, ...] = ()) -> Record:
    """A record whose entities have mentions of one code point at these places."""
    return Record(
        "d1",
        SCHEMA.version,
        "test",
        zones=zones,
        entities=tuple(Entity(f"e{i}", "PER") for i in range(len(entities))),
        mentions=tuple(
            Mention(f"m{i}-{n}", f"e{i}", Span(place, place + 1), "NAM")
            for i, places in enumerate(entities)
            for n, place in enumerate(places)
        ),
    )


def chained(*events: tuple[int, str | None]) -> Record:
    """A record with events at these places in these chains."""
    return Record(
        "d1",
        SCHEMA.version,
        "test",
        events=tuple(
            Event(f"v{i}", Span(place, place + 1), "AID", chain=chain)
            for i, (place, chain) in enumerate(events)
        ),
    )


def test_every_measure_is_there_with_and_without_singletons() -> None:
    kinds = {"conll", "muc", "b3", "ceaf-e", "ceaf-m", "lea", "blanc"}
    for task in ("coref", "chains"):
        names = {name.removeprefix(f"{task}.") for name in NAMES if name.startswith(task)}
        assert names == kinds | {f"{kind}.no-singletons" for kind in kinds}
    for name in NAMES:
        assert MEASURES[name].definition
        assert MEASURES[name].default is not name.endswith(".no-singletons")


def test_singletons_count_unless_the_name_says_otherwise() -> None:
    gold, pred = mentioned([0, 1, 2], [4], [6]), mentioned([0, 1], [2], [4], [8])
    result = scored(gold, pred)
    # with: predicted 0, 1 among their own, 2 and 4 too, 8 not: 4 of 5;
    # gold 0 and 1 with 2/3, 2 with 1/3, 4 with 1, 6 with 0: 8/3 of 5
    assert result.score("coref.b3").sums == pytest.approx((4, 5, 8 / 3, 5))
    # without: {0,1} against {0,1,2}: 2 of 2; 2·2/3 of 3
    assert result.score("coref.b3.no-singletons").sums == pytest.approx((2, 2, 4 / 3, 3))
    # MUC never sees them
    assert (
        result.score("coref.muc").sums
        == result.score("coref.muc.no-singletons").sums
        == (
            1,
            1,
            2,
        )
    )


def test_what_lies_in_masked_zones_is_left_out_first() -> None:
    zones = (Zone("z1", "boilerplate", Span(0, 10)), Zone("z2", "body", Span(11, 60)))
    # the mention at 3 is in boilerplate; without it the entity is a singleton
    gold, pred = mentioned([20, 21], [30], zones=zones), mentioned([20, 21], [30, 3])
    result = scored(gold, pred)
    assert result.score("coref.muc").sums == (1, 1, 1)
    assert result.score("coref.ceaf-e").sums == (2, 2, 2)
    assert result.score("coref.ceaf-e.no-singletons").sums == (1, 1, 1)


def test_entities_without_a_mention_are_no_clusters() -> None:
    pred = replace(mentioned([0, 1]), entities=(Entity("e9", "PER"), Entity("e0", "PER")))
    assert scored(mentioned([0, 1]), pred).score("coref.ceaf-e").sums == (1, 1, 1)


def test_chains_by_hand() -> None:
    gold = chained((0, "c1"), (1, "c1"), (2, "c1"), (3, None), (4, None))
    pred = chained((0, "x"), (1, "x"), (2, None), (3, "y"), (9, "y"))
    result = scored(gold, pred)
    # clusters {0 1 2} {3} {4} and {0 1} {2} {3 9}
    assert result.score("chains.muc").sums == (1, 2, 2)
    # predicted 0 1 2 right, 3 half of its chain, 9 not: 3 1/2 of 5;
    # gold 2·2/3 + 1/3 + 1 + 0 = 8/3 of 5
    assert result.score("chains.b3").sums == pytest.approx((3.5, 5, 8 / 3, 5))
    # {0 1 2}-{0 1} 4/5 and {3}-{3 9} 2/3
    assert result.score("chains.ceaf-e").sums == pytest.approx((22 / 15, 3, 3))
    # {0 1} and {3 9} against {0 1 2}
    assert result.score("chains.b3.no-singletons").sums == pytest.approx((2, 4, 4 / 3, 3))


def test_chains_of_the_same_name_in_two_documents_are_two() -> None:
    one, two = chained((0, "c1"), (1, "c1")), replace(chained((0, "c1"), (1, "c1")), doc_id="d2")
    result = score(side(one, two), side(one, two), measures=NAMES[-14:])
    assert result.score("chains.ceaf-e").sums == (2, 2, 2)


def test_a_trigger_of_two_events_is_two_mentions() -> None:
    gold = chained((0, "c1"), (1, "c1"), (0, "c2"), (2, "c2"))
    pred = chained((0, "x"), (2, "x"), (1, "y"), (0, "y"))
    assert scored(gold, pred).score("chains.b3").sums == (4, 4, 4, 4)


def test_json_has_the_six_keys_and_the_sums() -> None:
    result = scored(mentioned([0, 1]), mentioned([0, 1]))
    six = {"precision", "recall", "f1", "tp", "n_pred", "n_gold"}
    for name in (one for one in result.counts if one.startswith("coref.")):
        found = result.score(name).as_json()
        assert six <= set(found)
        assert found["f1"] == 1.0
    assert result.score("coref.blanc").as_json()["coref_links_common"] == 1
    assert result.score("coref.b3").as_json()["tp_gold"] == 2


@given(records())
@settings(max_examples=40, deadline=None)
def test_gold_against_itself_is_one(gold: Record) -> None:
    result = scored(gold, gold)
    assert all(result.score(name).value in (1.0, None) for name in NAMES)


@given(st.data(), records(), records())
@settings(max_examples=60, deadline=None)
def test_order_of_lists_changes_nothing(data: st.DataObject, gold: Record, pred: Record) -> None:
    before = scored(gold, pred)
    after = scored(data.draw(shuffled(gold)), data.draw(shuffled(pred)))
    assert all(before.score(name) == after.score(name) for name in NAMES)


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_swapping_the_sides_swaps_precision_and_recall(gold: Record, pred: Record) -> None:
    gold, pred = replace(gold, zones=()), replace(pred, zones=())
    forward, back = scored(gold, pred), scored(pred, gold)
    for name in NAMES:
        assert forward.score(name).values["precision"] == back.score(name).values["recall"]
        assert forward.score(name).value == back.score(name).value
