from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records, shuffled
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
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.inputs import Side, side_of_records
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result, score
from communique.eval.signature import Signature

READ_GOLD_COREFERENCE = {
    "quotes.source",
    "quotes.joint",
    "quotes.addressee",
    "events.arg-coref",
    "metonymy",
    "claims",
    "claims.expanded",
    "claims.author",
    "claims.first-hand",
    "claims.second-hand",
}
"""Measures that ask which gold entity something is; they have a gold side by definition."""

TEXT = ("ab " * LENGTH)[:LENGTH]


def side(*records: Record, name: str = "side", text: str = TEXT) -> Side:
    return side_of_records(records, name=name, texts={one.doc_id: text for one in records})


def numbers(result: Result) -> dict[str, tuple[float, float, float]]:
    return {
        name: (one["tp"], one["n_pred"], one["n_gold"])
        for name, one in ((name, result.score(name).as_json()) for name in result.counts)
    }


def record(**lists: tuple[object, ...]) -> Record:
    layers = {"entities": (), "mentions": (), "times": (), "quotes": (), "events": ()} | lists
    return Record("d1", SCHEMA.version, "test", **layers)  # type: ignore[arg-type]


@given(records())
@settings(max_examples=60, deadline=None)
def test_gold_against_itself_is_one_everywhere(gold: Record) -> None:
    result = score(side(gold), side(gold))
    assert set(result.counts) == {name for name, one in MEASURES.items() if one.default}
    for name in result.counts:
        assert result.score(name).value in (1.0, None)
        assert all(one.value == 1.0 for one in result.by_type(name).values())


@given(st.data(), records(), records())
@settings(max_examples=60, deadline=None)
def test_the_order_of_lists_changes_nothing(
    data: st.DataObject, gold: Record, pred: Record
) -> None:
    before = numbers(score(side(gold), side(pred)))
    other = data.draw(shuffled(gold)), data.draw(shuffled(pred))
    assert numbers(score(side(other[0]), side(other[1]))) == before


@given(records("d1"), records("d1"), records("d2"), records("d2"))
@settings(max_examples=40, deadline=None)
def test_parts_add_up_to_the_whole(g1: Record, p1: Record, g2: Record, p2: Record) -> None:
    whole = score(side(g1, g2), side(p2, p1))
    parts = score(side(g1), side(p1)), score(side(g2), side(p2))
    for name in whole.counts:
        merged = parts[0].counts[name] + parts[1].counts[name]
        assert merged.score == whole.counts[name].score
        assert merged.by_type() == whole.counts[name].by_type()
        assert (merged.total == whole.counts[name].total).all()


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_swapping_the_sides_swaps_precision_and_recall(gold: Record, pred: Record) -> None:
    # zones are taken from the gold, so without them the two sides are alike
    gold, pred = replace(gold, zones=()), replace(pred, zones=())
    forward, back = score(side(gold), side(pred)), score(side(pred), side(gold))
    for name in set(forward.counts) - READ_GOLD_COREFERENCE:
        there, back_again = forward.score(name).values, back.score(name).values
        assert there["precision"] == pytest.approx(back_again["recall"])
        assert there["f1"] == pytest.approx(back_again["f1"])


def test_mention_scenarios_by_hand() -> None:
    # gold:  PER [0,4)   GPE [6,10)  ORG [12,16)  PER [20,24)
    # pred:  PER [0,4)   ORG [6,10)  ORG [13,16)  LOC [40,44)
    # strict: the first.  exact: the first two.  partial: 1 + 1 + ½.  type: first and third.
    entities = (Entity("p", "PER"), Entity("g", "GPE"), Entity("o", "ORG"), Entity("l", "LOC"))

    def mention(number: int, entity: str, start: int, end: int) -> Mention:
        return Mention(f"m{number}", entity, Span(start, end), "NAM")

    gold = record(
        entities=entities,
        mentions=(
            mention(1, "p", 0, 4),
            mention(2, "g", 6, 10),
            mention(3, "o", 12, 16),
            mention(4, "p", 20, 24),
        ),
    )
    pred = record(
        entities=entities,
        mentions=(
            mention(1, "p", 0, 4),
            mention(2, "o", 6, 10),
            mention(3, "o", 13, 16),
            mention(4, "l", 40, 44),
        ),
    )
    result = score(side(gold), side(pred))
    found = {name: one for name, (one, _, _) in numbers(result).items() if "mentions" in name}
    assert found["mentions.strict"] == 1
    assert found["mentions.exact"] == 2
    assert found["mentions.partial"] == 2.5
    assert found["mentions.type"] == 2
    assert result.score("mentions.strict").values["precision"] == 1 / 4
    assert result.by_type("mentions.strict")["PER"].sums == (1, 1, 2)


def test_quotes_by_hand() -> None:
    entities = (Entity("a", "PER"), Entity("b", "PER"))
    gold = record(
        entities=entities,
        mentions=(
            Mention("m1", "a", Span(0, 2), "NAM"),
            Mention("m2", "a", Span(30, 32), "PRO"),
            Mention("m3", "b", Span(40, 42), "NAM"),
        ),
        quotes=(
            Quote("q1", (Span(6, 12),), (Span(3, 5),), "m1"),
            Quote("q2", (Span(15, 20),), (), "m2"),
            Quote("q3", (Span(50, 55),), (), None),
        ),
    )
    pred = record(
        entities=(Entity("x", "PER"),),
        mentions=(Mention("n1", "x", Span(30, 32), "NAM"), Mention("n2", "x", Span(40, 42), "NAM")),
        quotes=(
            # right extent; the pronoun's span is a mention of the right entity
            Quote("p1", (Span(6, 12),), (Span(3, 5),), "n1"),
            # overlapping extent, wrong speaker
            Quote("p2", (Span(14, 18),), (), "n2"),
            # overlapping extent, rightly without a speaker
            Quote("p3", (Span(52, 58),), (), None),
            # nothing there
            Quote("p4", (Span(22, 25),), (), None),
        ),
    )
    found = numbers(score(side(gold), side(pred)))
    assert found["quotes.content.strict"] == (1, 4, 3)
    assert found["quotes.content.partial"] == (3, 4, 3)
    assert found["quotes.cue.strict"] == (1, 1, 1)
    assert found["quotes.source"] == (2, 3, 3)
    assert found["quotes.joint"] == (2, 4, 3)


def test_the_types_of_quotes_are_those_that_each_side_makes_of_its_contents() -> None:
    text = 'He said "no deal is near" today, and that was it.\n'
    inner, marked, wide = Span(9, 24), Span(8, 25), Span(0, 25)
    gold = record(quotes=(Quote("q1", (marked,)), Quote("q2", (Span(33, 48),))))
    pred = record(quotes=(Quote("p1", (wide,)), Quote("p2", (Span(37, 48),))))
    found = score(side(gold, text=text), side(pred, text=text), measures=["quotes.type"])
    table = found.score("quotes.type")
    assert table.count("direct>mixed") == table.count("indirect>indirect") == 1
    assert sum(table.sums) == 2
    # without its marks the same words are still direct: what counts is where they stand
    alone = record(quotes=(Quote("q1", (inner,)),))
    found = score(side(alone, text=text), side(gold, text=text), measures=["quotes.type"])
    assert found.score("quotes.type").count("direct>direct") == 1


def test_events_by_hand() -> None:
    shared = {
        "entities": (Entity("e1", "GPE"),),
        "mentions": (
            Mention("m1", "e1", Span(0, 2), "NAM"),
            Mention("m2", "e1", Span(9, 11), "NAM"),
        ),
        "times": (Time("t1", "DATE", Span(30, 33), "2031"),),
    }
    gold = record(
        **shared,
        events=(
            Event(
                "v1",
                Span(3, 6),
                "CONSULT",
                arguments=(
                    Argument("actor", "m1"),
                    Argument("recipient", "m2"),
                    Argument("time", "t1"),
                ),
            ),
            Event("v2", Span(20, 25), "AID", arguments=(Argument("recipient", "m2"),)),
        ),
    )
    pred = record(
        **shared,
        events=(
            # right trigger and type; m2 in a wrong role; the time is missing
            Event(
                "w1",
                Span(3, 6),
                "CONSULT",
                arguments=(Argument("actor", "m1"), Argument("actor", "m2")),
            ),
            # wrong type on the right trigger
            Event("w2", Span(20, 25), "AGREE", arguments=(Argument("recipient", "m2"),)),
            # right type on a wrong trigger: its argument is right, only unattached
            Event("w3", Span(40, 45), "AID", arguments=(Argument("recipient", "m2"),)),
        ),
    )
    found = numbers(score(side(gold), side(pred)))
    assert found["events.trig-i"] == (2, 3, 2)
    assert found["events.trig-c"] == (1, 3, 2)
    # (type, span): CONSULT m1, CONSULT m2, AID m2 are right; of 4 predicted and 4 gold
    assert found["events.arg-i"] == (3, 4, 4)
    # with the role: CONSULT actor m1, AID recipient m2
    assert found["events.arg-c"] == (2, 4, 4)
    assert found["events.arg-i.attached"] == (2, 4, 4)
    assert found["events.arg-c.attached"] == (1, 4, 4)


def test_predictions_in_masked_zones_are_counted_apart() -> None:
    entities = (Entity("e1", "PER"),)
    gold = record(
        zones=(Zone("z1", "boilerplate", Span(0, 10)), Zone("z2", "body", Span(11, 60))),
        entities=entities,
        mentions=(Mention("m1", "e1", Span(20, 22), "NAM"),),
    )
    pred = record(
        entities=entities,
        mentions=(
            Mention("m1", "e1", Span(20, 22), "NAM"),
            Mention("m2", "e1", Span(3, 5), "NAM"),
        ),
    )
    result = score(side(gold), side(pred))
    assert numbers(result)["mentions.strict"] == (1, 1, 1)
    assert result.masked["mentions"] == 1


def test_nothing_on_either_side_is_undefined() -> None:
    result = score(side(record()), side(record()))
    values = result.score("mentions.strict").values
    assert values == {"precision": None, "recall": None, "f1": None}


def test_only_what_a_system_does_is_scored() -> None:
    gold = record(times=(Time("t1", "DATE", Span(0, 2), "2031"),))
    pred = Record("d1", SCHEMA.version, "mentions-only", entities=(), mentions=())
    result = score(side(gold), side(pred))
    assert {name.partition(".")[0] for name in result.counts} <= {
        "mentions",
        "linking",
        "metonymy",
        "coref",
    }
    assert result.skipped["quotes.joint"] == "the predictions have no quotes"
    with pytest.raises(CommuniqueError, match="nothing to score"):
        score(side(gold), side(pred), measures=["events.trig-i"])


@pytest.mark.parametrize(
    ("pred", "check"),
    [
        (record(mentions=(Mention("m1", "e9", Span(0, 2), "NAM"),)), "eval.reference"),
        (record(entities=(Entity("e1", "PER"), Entity("e1", "PER"))), "eval.id"),
        (
            record(
                entities=(Entity("e1", "PER"),),
                mentions=(Mention("m1", "e1", Span(58, 61), "NAM"),),
            ),
            "eval.span",
        ),
        (record(events=(Event("v1", Span(4, 4), "AID"),)), "eval.span"),
        (record(entities=(Entity("e1", "MARTIAN"),)), "eval.label"),
        (
            record(events=(Event("v1", Span(0, 2), "AID", arguments=(Argument("actor", "zz"),)),)),
            "eval.reference",
        ),
        (record(quotes=(Quote("q1", (Span(0, 2),), source="m7"),)), "eval.reference"),
    ],
)
def test_unsound_predictions_are_refused_with_their_place(pred: Record, check: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        score(side(record()), side(pred, name="P.jsonl"))
    problems = caught.value.problems
    assert [one.check for one in problems] == [check]
    assert problems[0].file == "P.jsonl"
    assert problems[0].doc_id == "d1"
    assert problems[0].path is not None


def test_documents_must_be_the_same() -> None:
    two = replace(record(), doc_id="d2")
    with pytest.raises(InvalidInput) as missing:
        score(side(record(), two), side(two))
    assert [(p.check, p.doc_id) for p in missing.value.problems] == [("eval.missing", "d1")]
    with pytest.raises(InvalidInput) as unknown:
        score(side(record()), side(record(), two))
    assert [(p.check, p.doc_id) for p in unknown.value.problems] == [("eval.unknown", "d2")]
    with pytest.raises(InvalidInput) as twice:
        score(side(record()), side(record(), record()))
    assert [(p.check, p.doc_id) for p in twice.value.problems] == [("eval.twice", "d1")]
    with pytest.raises(InvalidInput) as other:
        score(
            side(replace(record(), text_sha256="a" * 64)),
            side(replace(record(), text_sha256="b" * 64)),
        )
    assert [p.check for p in other.value.problems] == ["eval.text"]


def test_a_layer_in_some_documents_only_is_refused() -> None:
    gold = record(), replace(record(), doc_id="d2")
    pred = record(), replace(record(), doc_id="d2", quotes=None)
    with pytest.raises(InvalidInput) as caught:
        score(side(*gold), side(*pred))
    assert [(p.check, p.doc_id) for p in caught.value.problems] == [("eval.layer", "d2")]


def test_signature_reads_back_and_tells_golds_apart() -> None:
    one = score(side(record()), side(record())).signature
    assert Signature.parse(str(one)) == one
    assert one.conditions["docs"] == "1"
    other = record(entities=(Entity("e1", "PER"),))
    assert score(side(other), side(other)).signature != one
    with pytest.raises(ValueError, match="key:value"):
        Signature.parse("a|b")
