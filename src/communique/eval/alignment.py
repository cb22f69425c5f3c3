"""Which gold annotation goes with which predicted one.

Identical pairs first; what is left is matched one-to-one by overlap, optimally: of all ways to
pair what overlaps, one that shares the most code points, of those one with the most pairs of equal
type, and of those one with the most pairs. What still ties is decided by numbers drawn from the
contents of both sides alike. So the result depends on which annotations there are, and never on the
order they are listed in, on other documents, or on which side is called gold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from communique.eval.choice import TIE_BITS, best_pairs
from communique.eval.columns import Bools, Fragments, Spans
from communique.eval.keys import Ints, match_equal, ordered, packed, ranked, ranks_among, without

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
    g, p, (gold_left, pred_left) = _equal_spans(gold, pred)
    rest_gold, rest_pred = gold.take(gold_left), pred.take(pred_left)
    i, j, shared = overlapping(rest_gold, rest_pred)
    tie = _tie(_span_marks(rest_gold)[i], _span_marks(rest_pred)[j])
    chosen = best_pairs(i, j, shared, rest_gold.type[i] == rest_pred.type[j], tie)
    i, j, shared = i[chosen], j[chosen], shared[chosen]
    return Pairs(
        np.concatenate([g, gold_left[i]]),
        np.concatenate([p, pred_left[j]]),
        np.concatenate([gold.end[g] - gold.start[g], shared]),
        np.arange(len(g) + len(i)) < len(g),
    )


def match_spans(gold: Spans, pred: Spans) -> Pairs:
    """Pairs of equal spans, one-to-one, those of equal type first."""
    g, p, _ = _equal_spans(gold, pred)
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
    free = _owners(gold), _owners(pred)
    g, p, (gold_left, pred_left) = _identical(levels, *free)
    rest_gold, rest_pred = _of_owners(gold, gold_left), _of_owners(pred, pred_left)
    i, j, shared = overlapping(
        _fragment_spans(rest_gold, gold_doc[gold_left]),
        _fragment_spans(rest_pred, pred_doc[pred_left]),
    )
    i, j, shared = _summed(rest_gold.owner[i], rest_pred.owner[j], shared)
    tie = _tie(
        _content_marks(rest_gold, len(gold_left))[i], _content_marks(rest_pred, len(pred_left))[j]
    )
    chosen = best_pairs(i, j, shared, np.zeros(len(i), dtype=bool), tie)
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
    step = 1 + max(int(side.end.max(initial=0)) for side in (gold, pred))
    return (
        gold.doc * step + gold.start,
        gold.doc * step + gold.end,
        pred.doc * step + pred.start,
        pred.doc * step + pred.end,
    )


def _starting_in(start: Ints, end: Ints, points: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(range, point)`` for every point inside a half-open range."""
    rows, in_order = ordered(points)
    low, high = (ranks_among(in_order, edge) for edge in (start, end))
    count = np.maximum(high - low, 0)
    ranges = np.repeat(np.arange(len(start)), count)
    within = np.arange(len(ranges)) - np.repeat(np.cumsum(count) - count, count)
    return ranges, rows[np.repeat(low, count) + within]


Rests = tuple[Ints, Ints]
"""The rows of both sides that have no partner yet, in an order that their content decides."""


def _equal_spans(gold: Spans, pred: Spans) -> tuple[Ints, Ints, Rests]:
    """Pairs of equal spans, those of equal type first, and what is left of both sides."""
    # the outer span before the inner one, as most lists have them: then nothing needs sorting
    typed = packed(*((side.doc, side.start, -side.end, side.type) for side in (gold, pred)))
    g, p = match_equal(*typed)
    gold_left, pred_left = (
        _by_key(key, without(len(key), done)) for key, done in zip(typed, (g, p), strict=True)
    )
    rest = gold.take(gold_left), pred.take(pred_left)
    i, j = match_equal(*packed(*((side.doc, side.start, -side.end) for side in rest)))
    return (
        np.concatenate([g, gold_left[i]]),
        np.concatenate([p, pred_left[j]]),
        (gold_left[without(len(gold_left), i)], pred_left[without(len(pred_left), j)]),
    )


def _identical(
    levels: Sequence[tuple[Ints, ...]], gold_free: Ints, pred_free: Ints
) -> tuple[Ints, Ints, Rests]:
    """Pairs of free rows with equal keys, one-to-one, the first level before the next."""
    free = [_by_key(key, rows) for key, rows in zip(levels[0], (gold_free, pred_free), strict=True)]
    done: list[tuple[Ints, Ints]] = []
    for keys in levels:
        pairs = match_equal(*(key[rows] for key, rows in zip(keys, free, strict=True)))
        done.append((free[0][pairs[0]], free[1][pairs[1]]))
        free = [rows[without(len(rows), ours)] for rows, ours in zip(free, pairs, strict=True)]
    g, p = (np.concatenate(side) for side in zip(*done, strict=True))
    return g, p, (free[0], free[1])


def _by_key(key: Ints, rows: Ints) -> Ints:
    return rows[ordered(key[rows])[0]]


Marks = NDArray[np.uint64]
"""Numbers that stand for contents, nearly always different ones for different contents."""

MIXERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
"""Odd numbers with well spread bits; which ones does not matter, only that they stay."""


def _mixed(*columns: Ints) -> Marks:
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for column, mixer in zip(columns, MIXERS, strict=False):
        total += (column.astype(np.uint64) + np.uint64(1)) * np.uint64(mixer)
    return total ^ (total >> np.uint64(29))


def _span_marks(spans: Spans) -> Marks:
    return _mixed(spans.start, spans.end, spans.type)


def _content_marks(fragments: Fragments, n_owners: int) -> Marks:
    marks = np.zeros(n_owners, dtype=np.uint64)
    np.add.at(marks, fragments.owner, _mixed(fragments.start, fragments.end))
    return marks


def _tie(gold: Marks, pred: Marks) -> Ints:
    """A number for each pair that stays the same when the two sides are swapped."""
    # a sum would be no use: all assignments of the same rows would come to the same
    mixed = (gold ^ pred) * np.uint64(MIXERS[0])
    return (mixed >> np.uint64(64 - TIE_BITS)).astype(np.int64)


def merge_fragments(fragments: Fragments) -> Fragments:
    """The fragments of each owner in order, overlapping and touching ones made one."""
    order, _ = ordered(*packed((fragments.owner, fragments.start, fragments.end)))
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
    columns = [
        (doc, count, *_edges(side, first, count > 0))
        for (side, doc), count, first in zip(sides, counts, firsts, strict=True)
    ]
    keys = list(packed(*columns))
    deepest = max((int(count.max()) for count in counts if len(count)), default=0)
    for k in range(1, deepest):
        rows = [np.flatnonzero(count > k) for count in counts]
        parts = [
            (key[row], side.start[first[row] + k], side.end[first[row] + k])
            for key, row, (side, _), first in zip(keys, rows, sides, firsts, strict=True)
        ]
        # equal counts differ in nothing but content, so ranks among them stay apart
        for key, row, rank in zip(keys, rows, ranked(*packed(*parts)), strict=True):
            key[row] = rank
    if deepest > 1:
        keys = list(packed(*zip(counts, keys, strict=True)))
    return keys[0], keys[1]


def _edges(fragments: Fragments, first: Ints, there: Bools) -> tuple[Ints, Ints]:
    """Start and end of the first fragment of each owner; 0 where there is none."""
    owners = np.flatnonzero(there)
    edges = np.zeros((2, len(there)), dtype=np.int64)
    edges[0, owners] = fragments.start[first[owners]]
    edges[1, owners] = fragments.end[first[owners]]
    return edges[0], edges[1]


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
    rows, pair = ordered(*packed((g, p)))
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    return g[rows[first]], p[rows[first]], np.add.reduceat(shared[rows], first)


def _owners(fragments: Fragments) -> Ints:
    """The owners that have a fragment, of merged fragments."""
    owner = fragments.owner
    return owner[np.flatnonzero(np.diff(owner, prepend=-1))]
