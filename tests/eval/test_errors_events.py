"""Categories of quotes and events, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
)
from communique.eval.errors import FAULTS, Judgement
from judged import categories, judged, record

ENTITIES = (Entity("a", "PER"), Entity("b", "GPE"))
MENTIONS = (
    Mention("m1", "a", Span(0, 2), "NAM"),
    Mention("m2", "a", Span(30, 32), "PRO"),
    Mention("m3", "b", Span(40, 44), "NAM"),
)
TIMES = (Time("t1", "DATE", Span(50, 54), "2031"),)


def with_quotes(*quotes: Quote, mentions: tuple[Mention, ...] | None = MENTIONS) -> Record:
    return record(entities=ENTITIES, mentions=mentions, times=TIMES, quotes=quotes)


def with_events(*events: Event, mentions: tuple[Mention, ...] = MENTIONS) -> Record:
    return record(entities=ENTITIES, mentions=mentions, times=TIMES, events=events)


def faults(judgement: Judgement, row: int = 0) -> set[str]:
    marks = judgement.gold.faults[row]
    return {name for name, there in zip(FAULTS[judgement.name], marks, strict=True) if there}


def test_quotes() -> None:
    gold = with_quotes(
        Quote("q1", (Span(4, 8),), (Span(2, 3),), "m1"),
        Quote("q2", (Span(10, 14),), (), "m1"),
        Quote("q3", (Span(16, 20),), (), "m1"),
        Quote("q4", (Span(22, 26),), (), None),
        Quote("q5", (Span(33, 36),), (), "m3"),
    )
    pred = with_quotes(
        # another mention of the right entity, and another cue
        Quote("p1", (Span(4, 8),), (Span(3, 4),), "m2"),
        Quote("p2", (Span(10, 14),), (), "m3"),
        Quote("p3", (Span(16, 19),), (), "m1"),
        # nobody was to be named
        Quote("p4", (Span(22, 27),), (), "m1"),
        Quote("p5", (Span(45, 48),), (), None),
    )
    found = judged(gold, pred)["quotes"]
    assert categories(found) == (
        ["correct", "wrong-speaker", "wrong-extent", "wrong-speaker+extent", "missed"],
        ["correct", "wrong-speaker", "wrong-extent", "wrong-speaker+extent", "spurious"],
    )
    assert faults(found, 0) == {"cue"}
    assert faults(found, 3) == {"speaker", "extent"}


def test_a_cue_on_one_side_only_is_a_wrong_cue() -> None:
    gold = with_quotes(Quote("q1", (Span(4, 8),), (Span(2, 3),), "m1"))
    pred = with_quotes(Quote("p1", (Span(4, 8),), (), "m1", kind="attitude", polarity="negative"))
    assert faults(judged(gold, pred)["quotes"]) == {"cue", "kind", "polarity"}
    assert faults(judged(pred, gold)["quotes"]) == {"cue", "kind", "polarity"}


def test_speakers_are_not_judged_without_mentions() -> None:
    gold = with_quotes(Quote("q1", (Span(4, 8),), (), "m1"))
    pred = replace(with_quotes(Quote("p1", (Span(4, 8),), (), None)), mentions=None, entities=None)
    assert categories(judged(gold, pred)["quotes"]) == (["correct"], ["correct"])


GOLD = Event(
    "v1",
    Span(10, 16),
    "CONSULT",
    mode="visit",
    arguments=(Argument("actor", "m1"), Argument("place", "m3"), Argument("time", "t1")),
)


@pytest.mark.parametrize(
    ("change", "category", "others"),
    [
        ({}, "correct", set()),
        ({"type": "AGREE", "realis": "future"}, "wrong-type", {"realis"}),
        ({"realis": "future", "polarity": "negative"}, "wrong-realis", {"polarity"}),
        ({"polarity": "negative"}, "wrong-polarity", set()),
        ({"certainty": "possible"}, "wrong-certainty", set()),
        ({"mode": None}, "wrong-mode", set()),
        ({"mode": "phone"}, "wrong-mode", set()),
        ({"trigger": Span(12, 16)}, "wrong-extent", set()),
        # the pronoun is a mention of the actor too
        (
            {
                "arguments": (
                    Argument("actor", "m2"),
                    Argument("place", "m3"),
                    Argument("time", "t1"),
                )
            },
            "correct",
            set(),
        ),
        # the place was taken for the one who is met; no argument is missing
        (
            {
                "arguments": (
                    Argument("actor", "m1"),
                    Argument("recipient", "m3"),
                    Argument("time", "t1"),
                )
            },
            "wrong-role",
            set(),
        ),
        (
            {"arguments": (Argument("actor", "m1"), Argument("place", "m3"))},
            "missing-argument",
            set(),
        ),
        # m1 in two roles: one is right, so the other is one too many
        (
            {"arguments": (*GOLD.arguments, Argument("recipient", "m1"))},
            "extra-argument",
            set(),
        ),
        # somebody else acts: the actor is missing, and one is too many
        (
            {
                "arguments": (
                    Argument("place", "m3"),
                    Argument("time", "t1"),
                    Argument("topic", "v2"),
                )
            },
            "missing-argument",
            {"extra-argument"},
        ),
    ],
)
def test_events(change: dict[str, object], category: str, others: set[str]) -> None:
    other = Event("v2", Span(20, 24), "AID")
    gold = with_events(GOLD, other)
    pred = with_events(replace(GOLD, **change), other)  # type: ignore[arg-type]
    found = judged(gold, pred)["events"]
    assert categories(found) == ([category, "correct"], [category, "correct"])
    first = set() if category == "correct" else {category.removeprefix("wrong-")}
    assert faults(found) == first | others


def test_missed_and_spurious_events() -> None:
    found = judged(with_events(GOLD), with_events(replace(GOLD, trigger=Span(20, 24))))["events"]
    assert categories(found) == (["missed"], ["spurious"])


def test_an_argument_with_a_wrong_boundary_is_not_blamed_twice() -> None:
    # the boundary is the mention's own error
    longer = (*MENTIONS[:2], replace(MENTIONS[2], span=Span(38, 44)))
    found = judged(with_events(GOLD), with_events(GOLD, mentions=longer))
    assert categories(found["mentions"])[0] == ["correct", "correct", "boundary"]
    assert categories(found["events"])[0] == ["correct"]


def test_arguments_that_are_events_go_by_the_alignment() -> None:
    outer = Event("v1", Span(10, 16), "REJECT", arguments=(Argument("topic", "v2"),))
    inner = Event("v2", Span(20, 24), "CONSULT")
    gold = with_events(outer, inner)
    moved = with_events(outer, replace(inner, trigger=Span(21, 24)))
    elsewhere = with_events(outer, replace(inner, trigger=Span(46, 48)))
    assert categories(judged(gold, moved)["events"])[0] == ["correct", "wrong-extent"]
    found = judged(gold, elsewhere)["events"]
    assert categories(found)[0] == ["missing-argument", "missed"]
    assert faults(found) == {"missing-argument", "extra-argument"}


def test_an_argument_that_stands_twice_is_one() -> None:
    twice = replace(GOLD, arguments=(*GOLD.arguments, Argument("actor", "m2")))
    assert categories(judged(with_events(GOLD), with_events(twice))["events"])[0] == ["correct"]


def test_arguments_are_judged_only_by_what_the_system_does() -> None:
    pred = replace(
        with_events(replace(GOLD, arguments=(Argument("time", "t1"),))),
        mentions=None,
        entities=None,
    )
    assert categories(judged(with_events(GOLD), pred)["events"])[0] == ["correct"]
