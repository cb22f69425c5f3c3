"""The columnar kernel against a slow one in plain Python, on random documents."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records
from communique.annotations.record import Record, Span
from communique.corpus.tokens import tokens
from communique.eval import directory
from communique.eval.alignment import align_spans
from communique.eval.columns import Columns, Spans
from communique.eval.inputs import side_of_records
from communique.eval.scoring import score
from communique.eval.tagging import tagged_chunks

TEXT = ("ab " * LENGTH)[:LENGTH]
TYPES = SCHEMA.labels("entity_type")

Row = tuple[int, int, int, int]
"""Document, start, end, type."""


def both(first: Record, second: Record) -> list[Record]:
    """Two documents of one side."""
    return [first, replace(second, doc_id="d2")]


# -- columns ---------------------------------------------------------------------------------------


@given(records(), records())
@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("places_per_entry", [directory.SPARSE, 0])
def test_references_lead_where_the_ids_say(
    places_per_entry: int, first: Record, second: Record
) -> None:
    documents = both(first, second)
    with pytest.MonkeyPatch.context() as patch:
        # with no place at all for a table, ids are found by sorting
        patch.setattr(directory, "SPARSE", places_per_entry)
        columns = Columns(side_of_records(documents, name="x").table, SCHEMA)
        mentions, events = columns.mentions, columns.events
        entity_ids = [(n, one.id) for n, doc in enumerate(documents) for one in doc.entities or ()]
        mention_ids = [(n, one.id) for n, doc in enumerate(documents) for one in doc.mentions or ()]
        assert [entity_ids[row] for row in mentions.entity] == [
            (n, one.entity) for n, doc in enumerate(documents) for one in doc.mentions or ()
        ]
        assert [None if row < 0 else mention_ids[row] for row in columns.quotes.source] == [
            one.source and (n, one.source)
            for n, doc in enumerate(documents)
            for one in doc.quotes or ()
        ]
        where = zip(events.target.doc, events.target.start, events.target.end, strict=True)
        assert [(int(n), int(start), int(end)) for n, start, end in where] == [
            (n, *_span_of(doc, argument.target))
            for n, doc in enumerate(documents)
            for event in doc.events or ()
            for argument in event.arguments
        ]


def _span_of(record: Record, target: str) -> Span:
    return next(span for _, name, span in record.located() if name == target)


# -- alignment -------------------------------------------------------------------------------------


ROW = st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(1, 5), st.integers(0, 2)).map(
    lambda row: (row[0], row[1], row[1] + row[2], row[3])
)
ROWS = st.lists(ROW, max_size=7)


def spans(rows: list[Row]) -> Spans:
    return Spans(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def shared(one: Row, other: Row) -> int:
    return max(0, min(one[2], other[2]) - max(one[1], other[1])) if one[0] == other[0] else 0


def slow_alignment(gold: list[Row], pred: list[Row]) -> tuple[int, int, int, int, int]:
    """Pairs of equal span and type, of equal span; then the most that the rest can have: code
    points in common, pairs of equal type, pairs.
    """
    typed = Counter(gold) & Counter(pred)
    gold_left, pred_left = Counter(gold) - typed, Counter(pred) - typed
    places = [Counter(row[:3] for row in side.elements()) for side in (gold_left, pred_left)]
    same = places[0] & places[1]
    short, long = sorted((_without(gold_left, same), _without(pred_left, same)), key=len)
    best = (0, 0, 0)
    for order in permutations(long, len(short)):
        pairs = [(a, b) for a, b in zip(short, order, strict=True) if shared(a, b)]
        worth = (
            sum(shared(a, b) for a, b in pairs),
            sum(a[3] == b[3] for a, b in pairs),
            len(pairs),
        )
        best = max(best, worth)
    return (typed.total(), same.total(), *best)


def _without(rows: Counter[Row], places: Counter[tuple[int, int, int]]) -> list[Row]:
    """The rows without as many at each place as were paired there: the first ones by type."""
    left, taken = [], Counter(places)
    for row in sorted(rows.elements()):
        if taken[row[:3]]:
            taken[row[:3]] -= 1
        else:
            left.append(row)
    return left


@given(ROWS, ROWS)
@settings(deadline=None, max_examples=60)
def test_alignment_is_as_good_as_the_best(gold: list[Row], pred: list[Row]) -> None:
    pairs = align_spans(spans(gold), spans(pred))
    found = [(gold[g], pred[p]) for g, p in zip(pairs.gold, pairs.pred, strict=True)]
    equal = [pair for pair, same in zip(found, pairs.same, strict=True) if same]
    rest = [pair for pair, same in zip(found, pairs.same, strict=True) if not same]
    assert all(a[:3] == b[:3] for a, b in equal)
    typed = sum(a == b for a, b in equal)
    assert slow_alignment(gold, pred) == (
        typed,
        len(equal) - typed,
        sum(shared(a, b) for a, b in rest),
        sum(a[3] == b[3] for a, b in rest),
        len(rest),
    )


@given(ROWS, ROWS)
@settings(deadline=None, max_examples=200)
def test_no_tie_depends_on_which_side_is_gold(gold: list[Row], pred: list[Row]) -> None:
    forth, back = align_spans(spans(gold), spans(pred)), align_spans(spans(pred), spans(gold))
    assert sorted((gold[g], pred[p]) for g, p in zip(forth.gold, forth.pred, strict=True)) == (
        sorted((gold[g], pred[p]) for p, g in zip(back.gold, back.pred, strict=True))
    )


# -- flat tags -------------------------------------------------------------------------------------


def slow_chunks(rows: list[Row], words: list[list[Span]]) -> list[Row]:
    kept: list[Row] = []
    for doc, start, end, kind in sorted(rows, key=lambda row: (row[0], row[1], -row[2], row[3])):
        covered = [n for n, word in enumerate(words[doc]) if word.start < end and start < word.end]
        free = not kept or kept[-1][0] != doc or (covered and covered[0] >= kept[-1][2])
        if covered and free:
            kept.append((doc, covered[0], covered[-1] + 1, kind))
    return kept


@st.composite
def cut_texts(draw: st.DrawFn) -> list[list[Span]]:
    """Three documents of tokens with gaps between some."""
    documents = []
    for _ in range(3):
        edges = sorted(draw(st.sets(st.integers(0, 16), max_size=12)))
        documents.append([Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)])
    return documents


@given(st.lists(ROW, max_size=20), cut_texts())
def test_flat_chunks_are_those_of_a_plain_loop(rows: list[Row], words: list[list[Span]]) -> None:
    found = tagged_chunks(spans(rows), words)
    columns = (found.doc.tolist(), found.start.tolist(), found.end.tolist(), found.type.tolist())
    assert list(zip(*columns, strict=True)) == slow_chunks(rows, words)


# -- counts ----------------------------------------------------------------------------------------


def mention_rows(documents: list[Record]) -> list[Row]:
    return [
        (n, one.span.start, one.span.end, TYPES.index(doc.entity_by_id[one.entity].type))
        for n, doc in enumerate(documents)
        for one in doc.mentions or ()
    ]


def argument_tuples(record: Record) -> set[tuple[object, ...]]:
    return {
        (event.type, event.trigger, argument.role, _span_of(record, argument.target))
        for event in record.events or ()
        for argument in event.arguments
    }


@given(*[records() for _ in range(4)])
@settings(deadline=None, max_examples=40)
def test_counts_are_those_of_plain_loops(g1: Record, g2: Record, p1: Record, p2: Record) -> None:
    golds = both(replace(g1, zones=()), replace(g2, zones=()))
    preds = both(p1, p2)
    texts = {"d1": TEXT, "d2": TEXT}
    gold_side = side_of_records(golds, name="gold", texts=texts)
    result = score(gold_side, side_of_records(preds, name="pred"), per_type=True)

    def totals(name: str) -> list[tuple[float, ...]]:
        return [tuple(row) for row in result.counts[name].total.tolist()]

    gold, pred = mention_rows(golds), mention_rows(preds)
    for n in range(2):
        ours = [row for row in gold if row[0] == n], [row for row in pred if row[0] == n]
        typed, same, _, of_type, rest = slow_alignment(*ours)
        sizes = len(ours[1]), len(ours[0])
        assert totals("mentions.strict")[n] == (typed, *sizes)
        assert totals("mentions.exact")[n] == (typed + same, *sizes)
        assert totals("mentions.partial")[n] == (typed + same + rest / 2, *sizes)
        assert totals("mentions.type")[n] == (typed + of_type, *sizes)
        chunks = [Counter(slow_chunks(side, [list(tokens(TEXT))] * 2)) for side in ours]
        assert totals("mentions.bio")[n] == (
            (chunks[0] & chunks[1]).total(),
            chunks[1].total(),
            chunks[0].total(),
        )
        arguments = argument_tuples(preds[n]), argument_tuples(golds[n])
        right = arguments[0] & arguments[1]
        assert totals("events.arg-c.attached")[n] == (len(right), *map(len, arguments))
        for number, kind in enumerate(TYPES):
            # a type's row counts the pairs in which both sides have it
            both_have = Counter(r for r in ours[0] if r[3] == number) & Counter(
                r for r in ours[1] if r[3] == number
            )
            typed_counts = result.counts["mentions.strict"].typed
            assert typed_counts is not None
            assert typed_counts[n, number].tolist() == [
                both_have.total(),
                sum(row[3] == number for row in ours[1]),
                sum(row[3] == number for row in ours[0]),
            ], kind
