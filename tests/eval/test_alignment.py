from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.eval.alignment import align_fragments, align_spans, overlapping
from communique.eval.columns import Fragments, Spans

Row = tuple[int, int, int, int]


def side(rows: list[Row]) -> Spans:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Spans(*columns)


def fragments(contents: list[list[tuple[int, int]]]) -> Fragments:
    rows = [(owner, *span) for owner, spans in enumerate(contents) for span in spans]
    return Fragments(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


ROW = st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(1, 6), st.integers(0, 2)).map(
    lambda row: (row[0], row[1], row[1] + row[2], row[3])
)


def _shared(a: Row, b: Row) -> int:
    return max(0, min(a[2], b[2]) - max(a[1], b[1])) if a[0] == b[0] else 0


def test_the_order_of_predictions_does_not_decide_what_is_found() -> None:
    # gold [0, 5); the greedy matcher of a peer gives 0 for one order and 2/3 for the other
    gold = side([(0, 0, 5, 1)])
    for rows in permutations([(0, 0, 2, 1), (0, 0, 5, 1)]):
        pairs = align_spans(gold, side(list(rows)))
        assert len(pairs) == 1
        assert pairs.same.all()
        assert rows[pairs.pred[0]] == (0, 0, 5, 1)


def test_touching_spans_do_not_overlap() -> None:
    assert len(align_spans(side([(0, 0, 3, 1)]), side([(0, 3, 5, 1)]))) == 0


def test_matching_is_optimal_where_greedy_is_not() -> None:
    # A=[0,10) B=[8,14); X=[5,13) Y=[0,6). Overlaps: AX 5, AY 6, BX 5, BY 0.
    # Greedy by gold order and largest overlap may take AX and leave B and Y alone: 5.
    # The best is AY + BX = 11.
    gold, pred = side([(0, 0, 10, 0), (0, 8, 14, 0)]), side([(0, 5, 13, 0), (0, 0, 6, 0)])
    pairs = align_spans(gold, pred)
    assert sorted(zip(pairs.gold.tolist(), pairs.pred.tolist(), strict=True)) == [(0, 1), (1, 0)]
    assert pairs.overlap.sum() == 11


def test_of_equally_good_pairings_the_one_with_equal_types_is_taken() -> None:
    gold = side([(0, 0, 4, 7)])
    pairs = align_spans(gold, side([(0, 0, 2, 1), (0, 2, 4, 7)]))
    assert pairs.pred.tolist() == [1]


@given(st.lists(ROW, max_size=12), st.lists(ROW, max_size=12))
def test_overlapping_finds_every_pair_once(gold: list[Row], pred: list[Row]) -> None:
    g, p, shared = overlapping(side(gold), side(pred))
    found = list(zip(g.tolist(), p.tolist(), shared.tolist(), strict=True))
    expected = [
        (i, j, _shared(a, b))
        for i, a in enumerate(gold)
        for j, b in enumerate(pred)
        if _shared(a, b)
    ]
    assert sorted(found) == sorted(expected)


@given(st.lists(ROW, max_size=5, unique=True), st.lists(ROW, max_size=5, unique=True))
@settings(deadline=None)  # the first time, scipy is imported
def test_what_is_not_identical_shares_the_most_it_can(gold: list[Row], pred: list[Row]) -> None:
    pairs = align_spans(side(gold), side(pred))
    assert len(set(pairs.gold.tolist())) == len(set(pairs.pred.tolist())) == len(pairs)
    taken = list(zip(pairs.gold.tolist(), pairs.pred.tolist(), pairs.same.tolist(), strict=True))
    for i, j, same in taken:
        assert _shared(gold[i], pred[j]) > 0
        assert same == (gold[i][:3] == pred[j][:3])
    left_gold = [row for i, row in enumerate(gold) if i not in {g for g, _, same in taken if same}]
    left_pred = [row for j, row in enumerate(pred) if j not in {p for _, p, same in taken if same}]
    # brute force over all one-to-one pairings of what was left after the identical ones
    short, long = sorted((left_gold, left_pred), key=len)
    best = max(
        sum(_shared(a, b) for a, b in zip(short, order, strict=False))
        for order in permutations(long, len(short))
    )
    assert (
        sum(int(o) for o, same in zip(pairs.overlap, pairs.same, strict=True) if not same) == best
    )


@given(st.lists(ROW, max_size=8), st.lists(ROW, max_size=8), st.randoms())
def test_alignment_does_not_depend_on_the_order_of_rows(gold, pred, random) -> None:  # type: ignore[no-untyped-def]
    def pairs_of(gold: list[Row], pred: list[Row]) -> list[tuple[Row, Row]]:
        pairs = align_spans(side(gold), side(pred))
        return sorted((gold[g], pred[p]) for g, p in zip(pairs.gold, pairs.pred, strict=True))

    before = pairs_of(gold, pred)
    random.shuffle(gold)
    random.shuffle(pred)
    assert pairs_of(gold, pred) == before


@pytest.mark.parametrize(
    ("gold", "pred", "pairs"),
    [
        # the same code points, cut differently: [0,9) = [0,5) + [5,9)
        ([[(0, 9)]], [[(0, 5), (5, 9)]], [(0, 0, 9, True)]),
        # fragments in another order
        ([[(0, 4), (6, 9)]], [[(6, 9), (0, 4)]], [(0, 0, 7, True)]),
        # a fragment is missing: 4 of 7 code points shared
        ([[(0, 4), (6, 9)]], [[(0, 4)]], [(0, 0, 4, False)]),
        # overlaps of several fragments add up: B shares 3 + 3 with the gold, A shares 5
        ([[(0, 5), (10, 15)]], [[(0, 5)], [(2, 5), (10, 13)]], [(0, 1, 6, False)]),
        # nothing shared
        ([[(0, 4)]], [[(4, 8)]], []),
        # the identical one first, though the other shares as much
        ([[(0, 4)]], [[(0, 8)], [(0, 4)]], [(0, 1, 4, True)]),
    ],
)
def test_contents_are_aligned_by_the_code_points_they_share(
    gold: list[list[tuple[int, int]]],
    pred: list[list[tuple[int, int]]],
    pairs: list[tuple[int, int, int, bool]],
) -> None:
    found = align_fragments(
        fragments(gold),
        np.zeros(len(gold), dtype=np.int64),
        fragments(pred),
        np.zeros(len(pred), dtype=np.int64),
    )
    columns = (
        found.gold.tolist(),
        found.pred.tolist(),
        found.overlap.tolist(),
        found.same.tolist(),
    )
    assert list(zip(*columns, strict=True)) == pairs


def test_identical_contents_in_different_documents_are_kept_apart() -> None:
    found = align_fragments(
        fragments([[(0, 4)]]), np.array([0]), fragments([[(0, 4)]]), np.array([1])
    )
    assert len(found) == 0


def test_of_identical_contents_those_with_the_same_key_are_paired() -> None:
    gold, pred = fragments([[(0, 4)], [(0, 4)]]), fragments([[(0, 4)], [(0, 4)]])
    docs = np.zeros(2, dtype=np.int64)
    found = align_fragments(gold, docs, pred, docs, (np.array([5, 6]), np.array([6, 5])))
    assert sorted(zip(found.gold.tolist(), found.pred.tolist(), strict=True)) == [(0, 1), (1, 0)]
