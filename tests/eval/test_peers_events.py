"""TextEE and OneIE are no packages, so their scorers are written here again, from what they say
they count: tuples in sets and lists, in plain Python, without a look at our columns.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import SCHEMA, records, shuffled
from communique.annotations.record import Argument, Entity, Event, Mention, Record, Span, Time
from communique.eval.inputs import side_of_records
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result, score

TEXTEE = [name for name in MEASURES if name.startswith("peers.textee.")]
ONEIE = [name for name in MEASURES if name.startswith("peers.oneie.")]

Sums = tuple[int, int, int]
"""Right, predicted, gold."""

ORDER = {name: place for place, name in enumerate(SCHEMA.labels("event_type"))}


def scored(gold: list[Record], pred: list[Record], measures: list[str]) -> Result:
    gold, pred = ([replace(one, zones=()) for one in side] for side in (gold, pred))
    return score(
        side_of_records(gold, name="gold"), side_of_records(pred, name="pred"), measures=measures
    )


def target(record: Record, argument: Argument) -> Span:
    """The span that an argument points to."""
    return next(span for _, id_, span in record.located() if id_ == argument.target)


def textee(gold: list[Record], pred: list[Record]) -> dict[str, Sums]:
    sets: dict[str, list[set[tuple[object, ...]]]] = {}
    for side in (gold, pred):
        found: dict[str, set[tuple[object, ...]]] = {
            name.removeprefix("peers.textee."): set() for name in TEXTEE
        }
        for one in side:
            for event in one.events or ():
                found["trig-i"].add((one.doc_id, event.trigger))
                found["trig-c"].add((one.doc_id, event.trigger, event.type))
                for argument in event.arguments:
                    span = target(one, argument)
                    found["arg-i"].add((one.doc_id, event.type, span))
                    found["arg-c"].add((one.doc_id, event.type, span, argument.role))
                    attached = (one.doc_id, event.trigger, event.type, span)
                    found["arg-i.attached"].add(attached)
                    found["arg-c.attached"].add((*attached, argument.role))
        for name, tuples in found.items():
            sets.setdefault(name, []).append(tuples)
    return {name: (len(g & p), len(p), len(g)) for name, (g, p) in sets.items()}


def oneie(gold: list[Record], pred: list[Record]) -> dict[str, Sums]:
    sums = {name.removeprefix("peers.oneie."): [0, 0, 0] for name in ONEIE}

    def triggers(record: Record) -> list[tuple[Span, str]]:
        listed = [(event.trigger, event.type) for event in record.events or ()]
        return sorted(listed, key=lambda one: (one[0], ORDER[one[1]]))

    def arguments(record: Record) -> set[tuple[Span, str, str]]:
        return {
            (target(record, argument), event.type, argument.role)
            for event in record.events or ()
            for argument in event.arguments
        }

    for one_gold, one_pred in zip(gold, pred, strict=True):
        gold_triggers = triggers(one_gold)
        for span, type_ in triggers(one_pred):
            there = [gold_type for gold_span, gold_type in gold_triggers if gold_span == span]
            sums["trig-i"][0] += bool(there)
            sums["trig-c"][0] += there[:1] == [type_]
        gold_arguments, pred_arguments = arguments(one_gold), arguments(one_pred)
        for span, type_, role in pred_arguments:
            roles = [one[2] for one in gold_arguments if one[:2] == (span, type_)]
            sums["arg-i"][0] += bool(roles)
            sums["arg-c"][0] += role in roles
        for name in ("trig-i", "trig-c"):
            sums[name][1] += len(one_pred.events or ())
            sums[name][2] += len(gold_triggers)
        for name in ("arg-i", "arg-c"):
            sums[name][1] += len(pred_arguments)
            sums[name][2] += len(gold_arguments)
    return {name: (a, b, c) for name, (a, b, c) in sums.items()}


def numbers(result: Result, prefix: str) -> dict[str, tuple[float, ...]]:
    return {name.removeprefix(prefix): result.score(name).sums for name in result.counts}


@st.composite
def crowded(draw: st.DrawFn, doc_id: str) -> Record:
    """A record whose events stand close together, so that triggers and arguments often agree."""
    places = [Span(at, at + 2) for at in (0, 4, 8)]
    events = draw(
        st.lists(
            st.builds(
                Event,
                id=st.just(""),
                trigger=st.sampled_from(places),
                type=st.sampled_from(["AID", "CONSULT", "AGREE"]),
                arguments=st.lists(
                    st.builds(
                        Argument,
                        st.sampled_from(["actor", "recipient"]),
                        st.sampled_from(["m1", "m2", "t1"]),
                    ),
                    max_size=3,
                ).map(tuple),
            ),
            max_size=5,
        )
    )
    return Record(
        doc_id,
        SCHEMA.version,
        "test",
        entities=(Entity("e1", "GPE"),),
        # two mentions of one span: their arguments are one tuple
        mentions=(
            Mention("m1", "e1", Span(20, 22), "NAM"),
            Mention("m2", "e1", Span(20, 22), "NAM"),
        ),
        times=(Time("t1", "DATE", Span(30, 32), "2031"),),
        events=tuple(replace(event, id=f"v{i}") for i, event in enumerate(events)),
    )


@given(crowded("d1"), crowded("d1"), crowded("d2"), crowded("d2"))
@settings(max_examples=200, deadline=None)
def test_crowded_documents(g1: Record, p1: Record, g2: Record, p2: Record) -> None:
    gold, pred = [g1, g2], [p1, p2]
    result = scored(gold, pred, TEXTEE)
    assert numbers(result, "peers.textee.") == textee(gold, pred)
    result = scored(gold, pred, ONEIE)
    assert numbers(result, "peers.oneie.") == oneie(gold, pred)


@given(st.data(), records(), records())
@settings(max_examples=60, deadline=None)
def test_any_documents_in_any_order(data: st.DataObject, gold: Record, pred: Record) -> None:
    assert numbers(scored([gold], [pred], TEXTEE), "peers.textee.") == textee([gold], [pred])
    found = numbers(scored([gold], [pred], ONEIE), "peers.oneie.")
    assert found == oneie([gold], [pred])
    other = [data.draw(shuffled(gold))], [data.draw(shuffled(pred))]
    assert numbers(scored(*other, ONEIE), "peers.oneie.") == found


def record(*events: tuple[int, str]) -> Record:
    return Record(
        "d1",
        SCHEMA.version,
        "test",
        events=tuple(
            Event(f"v{i}", Span(at, at + 2), type_) for i, (at, type_) in enumerate(events)
        ),
    )


def test_a_trigger_of_two_types_is_where_they_part() -> None:
    # AGREE comes before AID in the schema, so OneIE asks the gold trigger for AGREE alone
    assert ORDER["AGREE"] < ORDER["AID"]
    gold, pred = [record((0, "AGREE"), (0, "AID"))], [record((0, "AID"))]
    names = ["events.trig-i", "events.trig-c"]
    result = scored(gold, pred, [*TEXTEE, *ONEIE, *names])
    # one span of one; one of two triggers; one of two events
    assert result.score("peers.textee.trig-i").sums == (1, 1, 1)
    assert result.score("peers.oneie.trig-i").sums == (1, 1, 2)
    assert result.score("events.trig-i").sums == (1, 1, 2)
    # found, not found, found
    assert result.score("peers.textee.trig-c").sums == (1, 1, 2)
    assert result.score("peers.oneie.trig-c").sums == (0, 1, 2)
    assert result.score("events.trig-c").sums == (1, 1, 2)


def test_a_trigger_predicted_twice_is_right_twice_to_oneie() -> None:
    gold, pred = [record((0, "AID"))], [record((0, "AID"), (0, "AID"))]
    result = scored(gold, pred, ["peers.oneie.trig-c", "peers.textee.trig-c", "events.trig-c"])
    assert result.score("peers.oneie.trig-c").values["recall"] == 2.0
    # to TextEE it is one; to us the second is spurious
    assert result.score("peers.textee.trig-c").sums == (1, 1, 1)
    assert result.score("events.trig-c").sums == (1, 2, 1)


def test_two_roles_of_one_argument_are_identified_twice_by_oneie() -> None:
    def attended(*roles: str) -> Record:
        return Record(
            "d1",
            SCHEMA.version,
            "test",
            entities=(Entity("e1", "GPE"),),
            mentions=(Mention("m1", "e1", Span(20, 22), "NAM"),),
            events=(
                Event(
                    "v1", Span(0, 2), "AID", arguments=tuple(Argument(role, "m1") for role in roles)
                ),
            ),
        )

    gold, pred = [attended("actor")], [attended("actor", "recipient")]
    result = scored(gold, pred, ["peers.oneie.arg-i", "peers.textee.arg-i", "events.arg-i"])
    assert result.score("peers.oneie.arg-i").sums == (2, 2, 1)
    assert result.score("peers.textee.arg-i").sums == (1, 1, 1)
    assert result.score("events.arg-i").sums == (1, 1, 1)
