"""Which gold annotation goes with which predicted one.

Identical pairs first; what is left is matched one-to-one by overlap, optimally: of all ways to
pair what overlaps, one that shares the most code points, and of those one with the most pairs of
equal type. Rows are put into an order that depends on their content alone, so the result depends
on which annotations there are and never on the order they are listed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from communique.eval.columns import Bools, Fragments, Spans
from communique.eval.keys import Ints, match_equal, packed

__all__ = [
    "Pairs",
    "align_fragments",
    "align_spans",
    "best_pairs",
    "content_keys",
    "match_spans",
    "merge_fragments",
    "overlapping",
]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Aligned rows: gold row ``gold[i]`` goes with predicted row ``pred[i]``.

    ``overlap`` counts the code points that the two share; ``same`` says that they cover just the
    same code points.
    """

    gold: Ints
    pred: Ints
    overlap: Ints
    same: Bools

    def __len__(self) -> int:
        return len(self.gold)


def align_spans(gold: Spans, pred: Spans) -> Pairs:
    """The alignment of two sets of typed spans."""
    gold_span, pred_span = packed(
        (gold.doc, gold.start, gold.end), (pred.doc, pred.start, pred.end)
    )
    gold_typed, pred_typed = packed((gold_span, gold.type), (pred_span, pred.type))
    levels = [(gold_typed, pred_typed), (gold_span, pred_span)]
    g, p = _identical(levels, np.arange(len(gold)), np.arange(len(pred)))
    gold_left, pred_left = _left(gold_typed, g), _left(pred_typed, p)
    rest_gold, rest_pred = gold.take(gold_left), pred.take(pred_left)
    i, j, shared = overlapping(rest_gold, rest_pred)
    chosen = best_pairs(i, j, shared, rest_gold.type[i] == rest_pred.type[j])
    i, j, shared = i[chosen], j[chosen], shared[chosen]
    return Pairs(
        np.concatenate([g, gold_left[i]]),
        np.concatenate([p, pred_left[j]]),
        np.concatenate([gold.end[g] - gold.start[g], shared]),
        np.arange(len(g) + len(i)) < len(g),
    )


def match_spans(gold: Spans, pred: Spans) -> Pairs:
    """Pairs of equal spans, one-to-one, those of equal type first."""
    gold_span, pred_span = packed(
        (gold.doc, gold.start, gold.end), (pred.doc, pred.start, pred.end)
    )
    typed = packed((gold_span, gold.type), (pred_span, pred.type))
    levels = [typed, (gold_span, pred_span)]
    g, p = _identical(levels, np.arange(len(gold)), np.arange(len(pred)))
    return Pairs(g, p, gold.end[g] - gold.start[g], np.ones(len(g), dtype=bool))


def align_fragments(
    gold: Fragments,
    gold_doc: Ints,
    pred: Fragments,
    pred_doc: Ints,
    first: tuple[Ints, Ints] | None = None,
) -> Pairs:
    """The alignment of annotations that consist of fragments, by the code points they share.

    ``gold_doc`` and ``pred_doc`` give the document of each owner. Two annotations that cover the
    same code points are identical, however they are cut. ``first`` are keys of gold and predicted
    owners: of several identical ones, those with equal keys are paired first.
    """
    gold, pred = merge_fragments(gold), merge_fragments(pred)
    gold_content, pred_content = content_keys(gold, gold_doc, pred, pred_doc)
    levels = [(gold_content, pred_content)]
    if first is not None:
        levels.insert(0, packed((gold_content, first[0]), (pred_content, first[1])))  # type: ignore[arg-type]
    # an annotation without any fragment is in no place and matches nothing
    g, p = _identical(levels, np.unique(gold.owner), np.unique(pred.owner))
    gold_left, pred_left = _left(levels[0][0], g), _left(levels[0][1], p)
    rest_gold, rest_pred = _of_owners(gold, gold_left), _of_owners(pred, pred_left)
    i, j, shared = overlapping(
        _fragment_spans(rest_gold, gold_doc[gold_left]),
        _fragment_spans(rest_pred, pred_doc[pred_left]),
    )
    i, j, shared = _summed(rest_gold.owner[i], rest_pred.owner[j], shared)
    chosen = best_pairs(i, j, shared, np.zeros(len(i), dtype=bool))
    i, j, shared = i[chosen], j[chosen], shared[chosen]
    size = np.bincount(gold.owner, weights=gold.end - gold.start, minlength=len(gold_doc))
    return Pairs(
        np.concatenate([g, gold_left[i]]),
        np.concatenate([p, pred_left[j]]),
        np.concatenate([size[g].astype(np.int64), shared]),
        np.arange(len(g) + len(i)) < len(g),
    )


def overlapping(gold: Spans, pred: Spans) -> tuple[Ints, Ints, Ints]:
    """All pairs of rows that share a code point, and how many they share.

    Two half-open ranges overlap just when one of them starts inside the other, so the pairs are
    those where the prediction starts in the gold span and those where the gold span starts behind
    the prediction's start and inside it. The cost grows with the number of such pairs only.
    """
    gold_start, gold_end, pred_start, pred_end = _one_line(gold, pred)
    left, right = _starting_in(gold_start, gold_end, pred_start)
    late, early = _starting_in(pred_start + 1, pred_end, gold_start)
    g, p = np.concatenate([left, early]), np.concatenate([right, late])
    shared = np.minimum(gold_end[g], pred_end[p]) - np.maximum(gold_start[g], pred_start[p])
    return g, p, shared


def _one_line(gold: Spans, pred: Spans) -> tuple[Ints, Ints, Ints, Ints]:
    """Starts and ends with all documents laid behind one another, so that none overlap."""
    n_docs = 1 + max((int(side.doc.max()) for side in (gold, pred) if len(side)), default=0)
    length = np.zeros(n_docs, dtype=np.int64)
    for side in (gold, pred):
        np.maximum.at(length, side.doc, side.end)
    base = np.cumsum(length) - length
    return (
        base[gold.doc] + gold.start,
        base[gold.doc] + gold.end,
        base[pred.doc] + pred.start,
        base[pred.doc] + pred.end,
    )


def _starting_in(start: Ints, end: Ints, points: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(range, point)`` for every point inside a half-open range."""
    order = np.argsort(points, kind="stable")
    ordered = points[order]
    low, high = np.searchsorted(ordered, start), np.searchsorted(ordered, end)
    count = np.maximum(high - low, 0)
    ranges = np.repeat(np.arange(len(start)), count)
    within = np.arange(len(ranges)) - np.repeat(np.cumsum(count) - count, count)
    return ranges, order[np.repeat(low, count) + within]


def _identical(
    levels: Sequence[tuple[Ints, ...]], gold_free: Ints, pred_free: Ints
) -> tuple[Ints, Ints]:
    """Pairs of free rows with equal keys, one-to-one, the first level before the next."""
    first_gold, first_pred = levels[0]
    gold_free = gold_free[np.argsort(first_gold[gold_free], kind="stable")]
    pred_free = pred_free[np.argsort(first_pred[pred_free], kind="stable")]
    gold_done, pred_done = [], []
    for gold_key, pred_key in levels:
        i, j = match_equal(gold_key[gold_free], pred_key[pred_free])
        gold_done.append(gold_free[i])
        pred_done.append(pred_free[j])
        gold_free, pred_free = np.delete(gold_free, i), np.delete(pred_free, j)
    return np.concatenate(gold_done), np.concatenate(pred_done)


def _left(key: Ints, done: Ints) -> Ints:
    """The rows that are not done, in the order of their keys."""
    left = np.ones(len(key), dtype=bool)
    left[done] = False
    rows = np.flatnonzero(left)
    return rows[np.argsort(key[rows], kind="stable")]


def best_pairs(g: Ints, p: Ints, shared: Ints, bonus: Bools) -> Ints:
    """Which of the candidate pairs to take, one-to-one, for the greatest sum of ``shared``.

    Pairs fall into connected components. A component with one row on one side takes its best
    pair; only what is left needs an assignment.
    """
    if not len(g):
        return np.zeros(0, dtype=np.int64)
    alone = (np.bincount(g)[g] == 1) & (np.bincount(p)[p] == 1)
    rest = np.flatnonzero(~alone)
    if not len(rest):
        return np.arange(len(g))
    component = _components(g[rest], p[rest])
    order = np.lexsort((p[rest], g[rest], ~bonus[rest], -shared[rest], component))
    rest, component = rest[order], component[order]
    first = np.flatnonzero(np.diff(component, prepend=-1))
    size = np.diff(first, append=len(rest))
    taken = [np.flatnonzero(alone)]
    crowded = []
    for axis in (g[rest], p[rest]):
        low = np.minimum.reduceat(axis, first)
        crowded.append(low != np.maximum.reduceat(axis, first))
    both = crowded[0] & crowded[1]
    taken.append(rest[first[~both]])
    for begin, count in zip(first[both], size[both], strict=True):
        rows = rest[begin : begin + count]
        taken.append(rows[_assigned(g[rows], p[rows], shared[rows], bonus[rows])])
    return np.concatenate(taken)


def _components(g: Ints, p: Ints) -> Ints:
    """The connected component of each pair, numbered by the least gold row in it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, row = np.unique(g, return_inverse=True)
    columns, column = np.unique(p, return_inverse=True)
    n = len(rows) + len(columns)
    graph = coo_array((np.ones(len(g), dtype=np.int8), (row, len(rows) + column)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label[row], dtype=np.int64)


def _assigned(g: Ints, p: Ints, shared: Ints, bonus: Bools) -> Ints:
    """The optimal one-to-one choice within one component."""
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(g, return_inverse=True)
    columns, column = np.unique(p, return_inverse=True)
    # a bonus never outweighs a code point, however many pairs there are
    scale = min(len(rows), len(columns)) + 1
    weight = np.zeros((len(rows), len(columns)))
    weight[row, column] = shared * scale + bonus
    place = np.full(weight.shape, -1)
    place[row, column] = np.arange(len(g))
    chosen = place[linear_sum_assignment(weight, maximize=True)]
    return np.asarray(chosen[chosen >= 0])


def merge_fragments(fragments: Fragments) -> Fragments:
    """The fragments of each owner in order, overlapping and touching ones made one."""
    order = np.lexsort((fragments.end, fragments.start, fragments.owner))
    owner, start, end = fragments.owner[order], fragments.start[order], fragments.end[order]
    if not len(owner):
        return fragments
    # the furthest end so far within the owner; owners are told apart by a large step
    step = int(end.max()) + 1
    reach = np.maximum.accumulate(end + owner * step) - owner * step
    new = np.ones(len(owner), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (start[1:] > reach[:-1])
    first = np.flatnonzero(new)
    return Fragments(owner[first], start[first], np.maximum.reduceat(end, first))


def content_keys(
    gold: Fragments, gold_doc: Ints, pred: Fragments, pred_doc: Ints
) -> tuple[Ints, Ints]:
    """A key per owner on both sides, equal where document and code points are equal."""
    sides = [(gold, gold_doc), (pred, pred_doc)]
    counts = [np.bincount(side.owner, minlength=len(doc)) for side, doc in sides]
    firsts = [np.cumsum(count) - count for count in counts]
    keys = [
        np.array(key)
        for key in packed(*((doc, c) for (_, doc), c in zip(sides, counts, strict=True)))
    ]
    deepest = max((int(count.max()) for count in counts if len(count)), default=0)
    for k in range(deepest):
        rows = [np.flatnonzero(count > k) for count in counts]
        at = [first[row] + k for first, row in zip(firsts, rows, strict=True)]
        columns = [
            (key[row], side.start[place], side.end[place])
            for key, row, (side, _), place in zip(keys, rows, sides, at, strict=True)
        ]
        both = np.concatenate(packed(*columns))
        # equal counts differ in nothing but content, so ranks among them stay apart
        ranks = np.unique(both, return_inverse=True)[1]
        for key, row, part in zip(keys, rows, np.split(ranks, [len(rows[0])]), strict=True):
            key[row] = part
    final = packed(*((doc, c, key) for (_, doc), c, key in zip(sides, counts, keys, strict=True)))
    return final[0], final[1]


def _of_owners(fragments: Fragments, owners: Ints) -> Fragments:
    """The fragments of some owners, which are renumbered by their places in ``owners``."""
    size = 1 + max(int(owners.max(initial=-1)), int(fragments.owner.max(initial=-1)))
    place = np.full(size, -1)
    place[owners] = np.arange(len(owners))
    owner = place[fragments.owner]
    keep = owner >= 0
    return Fragments(owner[keep], fragments.start[keep], fragments.end[keep])


def _fragment_spans(fragments: Fragments, doc: Ints) -> Spans:
    nothing: NDArray[np.int64] = np.zeros(len(fragments.owner), dtype=np.int64)
    return Spans(doc[fragments.owner], fragments.start, fragments.end, nothing)


def _summed(g: Ints, p: Ints, shared: Ints) -> tuple[Ints, Ints, Ints]:
    """Each pair of owners once, with the code points that all their fragments share."""
    if not len(g):
        return g, p, shared
    pair, inverse = np.unique(np.stack([g, p]), axis=1, return_inverse=True)
    total = np.bincount(inverse.reshape(-1), weights=shared).astype(np.int64)
    return pair[0], pair[1], total
