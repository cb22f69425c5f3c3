"""Errors of typed spans: mentions, times, and triggers as mere spans."""

from __future__ import annotations

import numpy as np

from communique.eval.alignment import Pairs, overlapping
from communique.eval.columns import Bools, Spans
from communique.eval.comparison import Comparison, Kept
from communique.eval.errors.categories import CATEGORIES
from communique.eval.errors.verdicts import NOBODY, Verdicts, laid_out
from communique.eval.keys import Ints

__all__ = ["judge_mentions", "judge_spans", "judge_times"]

CORRECT, BOUNDARY, TYPE, BOTH, SPLIT, MERGED = range(6)
assert CATEGORIES["mentions"][:6] == (
    "correct",
    "boundary",
    "type",
    "boundary+type",
    "split",
    "merged",
)


def judge_mentions(comparison: Comparison) -> tuple[Verdicts, Verdicts]:
    """Verdicts on mentions; faults are also a wrong level and a wrong use (metonymy)."""
    pairs = comparison.mentions
    gold, pred = comparison.gold.mentions, comparison.pred.mentions
    more = np.stack(
        [
            gold.level[pairs.gold] != pred.level[pairs.pred],
            gold.use[pairs.gold] != pred.use[pairs.pred],
        ],
        axis=-1,
    )
    kept = comparison.kept("mentions")
    return judge_spans("mentions", gold.spans, pred.spans, kept, pairs, more)


def judge_times(comparison: Comparison) -> tuple[Verdicts, Verdicts]:
    """Verdicts on times; faults are also a wrong value and a wrong modifier."""
    pairs = comparison.times
    gold_value, pred_value = comparison.time_values
    labels = comparison.schema.labels("time_mod")
    gold_mod, pred_mod = (
        side.rows("times").codes("mod", labels) for side in (comparison.gold, comparison.pred)
    )
    more = np.stack(
        [
            gold_value[pairs.gold] != pred_value[pairs.pred],
            gold_mod[pairs.gold] != pred_mod[pairs.pred],
        ],
        axis=-1,
    )
    kept = comparison.kept("times")
    return judge_spans("times", comparison.gold.times, comparison.pred.times, kept, pairs, more)


def judge_spans(
    name: str, gold: Spans, pred: Spans, kept: Kept, pairs: Pairs, more: Bools | None = None
) -> tuple[Verdicts, Verdicts]:
    """Verdicts on both sides of a list of typed spans.

    ``pairs`` is their alignment by overlap; ``more`` are faults of the pairs beyond extent and
    type. Among what has no equal span on the other side, a gold span is *split* when two or more
    disjoint predictions lie in it with more than half of their code points, and a prediction
    *merged* when two or more disjoint gold spans lie in it so. Splits and merges come before the
    one-to-one alignment, and what is whole in one and part in another counts as the whole.
    """
    typed = gold.type[pairs.gold] == pred.type[pairs.pred]
    category = np.where(pairs.same, np.where(typed, CORRECT, TYPE), np.where(typed, BOUNDARY, BOTH))
    faults = np.stack([~pairs.same, ~typed], axis=-1)
    if more is not None:
        faults = np.concatenate([faults, more], axis=-1)
    verdicts = laid_out(name, pairs, kept, category, faults)
    free = [
        np.setdiff1d(rows, done[pairs.same], assume_unique=True)
        for rows, done in ((kept.gold, pairs.gold), (kept.pred, pairs.pred))
    ]
    i, j, shared = overlapping(gold.take(free[0]), pred.take(free[1]))
    g, p = free[0][i], free[1][j]
    in_gold = 2 * shared > pred.end[p] - pred.start[p]
    in_pred = 2 * shared > gold.end[g] - gold.start[g]
    split = in_gold & _several(g, p, in_gold, gold, pred)
    merged = in_pred & _several(p, g, in_pred, pred, gold)
    # the parts first, so that what is also a whole ends as one
    _mark(verdicts[0], MERGED, g[merged], p[merged], shared[merged], pred)
    _mark(verdicts[1], SPLIT, p[split], g[split], shared[split], gold)
    _mark(verdicts[0], SPLIT, g[split], p[split], shared[split], pred)
    _mark(verdicts[1], MERGED, p[merged], g[merged], shared[merged], gold)
    return verdicts


def _several(whole: Ints, part: Ints, inside: Bools, wholes: Spans, parts: Spans) -> Bools:
    """For each pair, whether its whole has at least two parts that do not overlap."""
    first_end = np.full(len(wholes), np.iinfo(np.int64).max)
    last_start = np.full(len(wholes), -1)
    np.minimum.at(first_end, whole[inside], parts.end[part[inside]])
    np.maximum.at(last_start, whole[inside], parts.start[part[inside]])
    found: Bools = first_end[whole] <= last_start[whole]
    return found


def _mark(
    verdicts: Verdicts, category: int, rows: Ints, partners: Ints, shared: Ints, other: Spans
) -> None:
    """Give rows a category, and of their partners the one with which they share most."""
    order = np.lexsort(
        (other.type[partners], other.end[partners], other.start[partners], -shared, rows)
    )
    rows, partners = rows[order], partners[order]
    first = np.flatnonzero(np.diff(rows, prepend=NOBODY))
    place = np.searchsorted(verdicts.rows, rows[first])
    verdicts.category[place] = category
    verdicts.partner[place] = partners[first]
