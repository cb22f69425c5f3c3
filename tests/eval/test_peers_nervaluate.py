from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from annotated import SCHEMA, records
from communique.annotations.record import Entity, Mention, Record, Span
from communique.eval.columns import Spans
from communique.eval.inputs import side_of_records
from communique.eval.measures.peers.nervaluate import Scenario, nervaluate_matches
from communique.eval.scoring import score

LABELS = ("PER", "ORG", "LOC")
SCENARIOS: dict[Scenario, str] = {
    "strict": "strict",
    "exact": "exact",
    "partial": "partial",
    "type": "ent_type",
}
"""Our names and the package's."""

Listed = list[tuple[int, int, str]]
"""Start, end and label, in the order of the list."""

SPAN = st.tuples(st.integers(0, 16), st.integers(0, 6), st.sampled_from(LABELS)).map(
    lambda one: (one[0], one[0] + one[1], one[2])
)
# long enough that touching an end of it is less than one per cent
LONG = st.tuples(st.integers(0, 3), st.integers(95, 320), st.sampled_from(LABELS)).map(
    lambda one: (one[0], one[0] + one[1], one[2])
)
DOCUMENT = st.lists(SPAN | SPAN | SPAN | LONG, max_size=8)


def package(gold: list[Listed], pred: list[Listed], labels: tuple[str, ...] = LABELS) -> Any:
    sides = [
        [[{"start": s, "end": e, "label": label} for s, e, label in one] for one in side]
        for side in (gold, pred)
    ]
    return Evaluator(*sides, tags=list(labels), loader="dict").evaluate()


def spans(documents: list[Listed]) -> Spans:
    rows = [
        (doc, start, end, LABELS.index(label))
        for doc, one in enumerate(documents)
        for start, end, label in one
    ]
    return Spans(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def outcome(gold: list[Listed], pred: list[Listed], scenario: Scenario) -> tuple[int, ...]:
    """Correct, incorrect or partial, spurious, missed."""
    matches = nervaluate_matches(spans(gold), spans(pred), scenario)
    took = matches.gold >= 0
    missed = sum(map(len, gold)) - len(set(matches.gold[took].tolist()))
    return (
        int(matches.correct.sum()),
        int((took & ~matches.correct).sum()),
        int((~took).sum()),
        missed,
    )


@given(st.lists(st.tuples(DOCUMENT, DOCUMENT), min_size=1, max_size=3))
@settings(max_examples=500, deadline=None)
def test_matches_are_the_packages_in_any_order_of_its_input(
    documents: list[tuple[Listed, Listed]],
) -> None:
    gold, pred = [one[0] for one in documents], [one[1] for one in documents]
    overall = package(gold, pred)["overall"]
    for ours, theirs in SCENARIOS.items():
        found = overall[theirs]
        assert outcome(gold, pred, ours) == (
            found.correct,
            found.incorrect + found.partial,
            found.spurious,
            found.missed,
        )


@given(records("d1"), records("d1"), records("d2"), records("d2"))
@settings(max_examples=100, deadline=None)
def test_measures_are_the_package_on_spans_in_order(
    g1: Record, p1: Record, g2: Record, p2: Record
) -> None:
    g1, g2 = (replace(one, zones=()) for one in (g1, g2))
    sides = [side_of_records(pair, name="side") for pair in ((g1, g2), (p1, p2))]
    listed = [[in_order(one) for one in pair] for pair in ((g1, g2), (p1, p2))]
    labels = SCHEMA.labels("entity_type")
    results = package(listed[0], listed[1], labels)
    names = [f"peers.nervaluate.{scenario}" for scenario in SCENARIOS]
    result = score(*sides, measures=names, per_type=True)
    for ours, theirs in SCENARIOS.items():
        name = f"peers.nervaluate.{ours}"
        check(result.score(name).values, results["overall"][theirs])
        by_type = result.by_type(name)
        assert set(by_type) == set(results["entities"])
        for label, one in by_type.items():
            check(one.values, results["entities"][label][theirs])
        typed = result.counts[name].typed
        assert typed is not None
        assert (typed.sum(axis=0) == result.counts[name].type_sums).all()


def check(ours: dict[str, float | None], theirs: Any) -> None:
    # the package says 0 where there is nothing to divide by
    for name in ("precision", "recall", "f1"):
        assert (ours[name] or 0) == pytest.approx(getattr(theirs, name))


def in_order(record: Record) -> Listed:
    """The mentions as the package takes them: by start, end and type, half-open ends unchanged."""
    labels = SCHEMA.labels("entity_type")
    rows = []
    for mention in record.mentions or ():
        entity = record.entity_of(mention.id)
        assert entity is not None
        rows.append((*mention.span, labels.index(entity.type)))
    return [(start, end, labels[number]) for start, end, number in sorted(rows)]


def test_what_is_listed_first_decides() -> None:
    # the first prediction takes the gold span away from the second, which is perfect
    gold, first, second = (0, 5, "PER"), (0, 2, "PER"), (0, 5, "PER")
    assert package([[gold]], [[first, second]])["overall"]["strict"].f1 == 0
    assert package([[gold]], [[second, first]])["overall"]["strict"].f1 == pytest.approx(2 / 3)
    assert outcome([[gold]], [[first, second]], "strict") == (0, 1, 1, 0)
    assert outcome([[gold]], [[second, first]], "strict") == (1, 0, 1, 0)


def test_ends_are_inclusive_to_the_package() -> None:
    # [0, 3) and [3, 5) share nothing
    gold, pred = [[(0, 3, "PER")]], [[(3, 5, "PER")]]
    assert package(gold, pred)["overall"]["partial"].partial == 1
    assert outcome(gold, pred, "partial") == (0, 1, 0, 0)
    # with the last position in the place of the end it is right
    gold, pred = [[(0, 2, "PER")]], [[(3, 4, "PER")]]
    assert package(gold, pred)["overall"]["partial"].partial == 0
    assert outcome(gold, pred, "partial") == (0, 0, 1, 1)


def test_less_than_one_per_cent_is_no_overlap_to_the_package() -> None:
    gold, pred = [[(0, 149, "PER")]], [[(149, 160, "PER")]]
    assert package(gold, pred)["overall"]["partial"].partial == 0
    assert outcome(gold, pred, "partial") == (0, 0, 1, 1)


def test_our_own_measures_do_not_depend_on_the_order() -> None:
    def record(*ends: int) -> Record:
        return Record(
            "d1",
            SCHEMA.version,
            "test",
            entities=(Entity("e1", "PER"),),
            mentions=tuple(
                Mention(f"m{i}", "e1", Span(0, end), "NAM") for i, end in enumerate(ends)
            ),
        )

    gold = side_of_records([record(5)], name="gold")
    for ends in ((2, 5), (5, 2)):
        pred = side_of_records([record(*ends)], name="pred")
        result = score(gold, pred, measures=["mentions.strict", "peers.nervaluate.strict"])
        assert result.score("mentions.strict").sums == (1, 2, 1)
        assert result.score("peers.nervaluate.strict").sums == (0, 2, 1)


def test_a_long_row_of_overlapping_spans_is_served_one_after_another() -> None:
    row = [(at, at + 3, "PER") for at in range(0, 600, 2)]
    moved = [(at + 1, at + 4, "PER") for at in range(0, 600, 2)]
    found = package([row], [moved])["overall"]["partial"]
    assert outcome([row], [moved], "partial") == (0, found.partial, found.spurious, found.missed)
