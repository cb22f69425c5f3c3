"""The four scenarios as nervaluate 1.2.1 matches spans: greedily, in the order they are listed.

Each prediction in turn takes a gold span that is still free: a perfect one if there is one, else
the first that it overlaps. What comes first decides, and a prediction can take away the gold span
that a later one would match perfectly. Ends are inclusive to nervaluate, so [0, 3) and [3, 5)
overlap when they are given to it as they stand; and an overlap of less than 1 % of the gold span is
none. The measures give it half-open spans ordered by start, end and type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from communique.eval.alignment import overlapping
from communique.eval.columns import Bools, Spans
from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts, Floats
from communique.eval.keys import Ints, packed
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "Matches", "Scenario", "nervaluate_matches"]

TYPES = "entity_type"
LEAST_OVERLAP = 1.0
"""Per cent of the gold span, nervaluate's default."""

Scenario = Literal["strict", "exact", "partial", "type"]


@dataclass(frozen=True, slots=True)
class Matches:
    """For each predicted span the gold one it took, or -1, and whether it is correct.

    One that took a gold span and is not correct is `partial` in the scenario of that name and
    `incorrect` in the others; one that took none is spurious, a gold span nobody took is missed.
    """

    gold: Ints
    correct: Bools


def nervaluate_matches(gold: Spans, pred: Spans, scenario: Scenario) -> Matches:
    """What the predictions take, in the order of the rows; ends are inclusive.

    The predictions of one document depend on one another, those of different connected components
    of overlapping spans do not: the first ones of all components are served at once, then all the
    second ones, and so on.
    """
    g, p, correct = _candidates(gold, pred, scenario)
    taken = np.zeros(len(gold), dtype=bool)
    match = np.full(len(pred), -1, dtype=np.int64)
    right = np.zeros(len(pred), dtype=bool)
    turn = _turns(g, p, len(pred))[p]
    order = np.argsort(turn, kind="stable")
    g, p, correct, turn = g[order], p[order], correct[order], turn[order]
    bounds = np.flatnonzero(np.diff(turn, prepend=-1, append=-1)) if len(turn) else turn
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        free = begin + np.flatnonzero(~taken[g[begin:end]])
        free = free[np.diff(p[free], prepend=-1) != 0]
        taken[g[free]] = True
        match[p[free]], right[p[free]] = g[free], correct[free]
    return Matches(match, right)


def _candidates(gold: Spans, pred: Spans, scenario: Scenario) -> tuple[Ints, Ints, Bools]:
    """The pairs that may match, those of each prediction together and the best first."""
    g, p, shared = overlapping(
        *(Spans(one.doc, one.start, one.end + 1, one.type) for one in (gold, pred))
    )
    enough = (shared / (gold.end[g] - gold.start[g] + 1)) * 100.0 >= LEAST_OVERLAP
    g, p = g[enough], p[enough]
    apart = np.abs(gold.start[g] - pred.start[p]) + np.abs(gold.end[g] - pred.end[p])
    same_type = gold.type[g] == pred.type[p]
    if scenario == "type":
        correct = same_type
        # of the gold spans of its type the closest, of the others the first
        apart = np.where(correct, apart, 0)
    else:
        correct = apart == 0
        if scenario == "strict":
            correct &= same_type
        apart = np.zeros_like(apart)
    order = np.lexsort((g, apart, ~correct, p))
    return g[order], p[order], correct[order]


def _turns(g: Ints, p: Ints, n_pred: int) -> Ints:
    """For each prediction its place among those of its component of overlapping spans."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(g):
        return np.zeros(n_pred, dtype=np.int64)
    n = n_pred + int(g.max()) + 1
    graph = coo_array((np.ones(len(g), dtype=np.int8), (p, n_pred + g)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    component = label[:n_pred]
    order = np.argsort(component, kind="stable")
    first = np.searchsorted(component[order], component[order])
    turn = np.empty(n_pred, dtype=np.int64)
    turn[order] = np.arange(n_pred) - first
    return turn


def strict(comparison: Comparison) -> Counts:
    """What nervaluate calls `strict`: span and type are equal."""
    return _scenario(comparison, "strict")


def exact(comparison: Comparison) -> Counts:
    """What nervaluate calls `exact`: the span is equal."""
    return _scenario(comparison, "exact")


def partial(comparison: Comparison) -> Counts:
    """What nervaluate calls `partial`: an equal span counts one, an overlapping one a half."""
    return _scenario(comparison, "partial")


def by_type(comparison: Comparison) -> Counts:
    """What nervaluate calls `ent_type`: the spans overlap and the types are equal."""
    return _scenario(comparison, "type")


def _scenario(comparison: Comparison, scenario: Scenario) -> Counts:
    kept, n_docs = comparison.kept("mentions"), comparison.n_docs
    gold = _listed(comparison.gold.mentions.spans.take(kept.gold))
    pred = _listed(comparison.pred.mentions.spans.take(kept.pred))
    total = _sums(gold, pred, scenario, n_docs)
    # a type alone is matched anew, without the spans of the others
    labels = comparison.schema.labels(TYPES)
    gold, pred = (
        Spans(side.doc * len(labels) + side.type, side.start, side.end, side.type)
        for side in (gold, pred)
    )
    typed = _sums(gold, pred, scenario, n_docs * len(labels)).reshape(n_docs, len(labels), 3)
    return Counts(PRF, total, labels, typed.sum(axis=0), typed if comparison.per_type else None)


def _listed(spans: Spans) -> Spans:
    (key,) = packed((spans.doc, spans.start, spans.end, spans.type))
    return spans.take(np.argsort(key, kind="stable"))


def _sums(gold: Spans, pred: Spans, scenario: Scenario, n_docs: int) -> Floats:
    matches = nervaluate_matches(gold, pred, scenario)
    half = (matches.gold >= 0) & ~matches.correct if scenario == "partial" else 0
    columns = [
        np.bincount(pred.doc, weights=matches.correct + 0.5 * half, minlength=n_docs),
        np.bincount(pred.doc, minlength=n_docs),
        np.bincount(gold.doc, minlength=n_docs),
    ]
    return np.stack(columns, axis=-1).astype(np.float64)


MEASURES = (
    Measure("peers.nervaluate.strict", ("mentions",), strict, TYPES, default=False),
    Measure("peers.nervaluate.exact", ("mentions",), exact, TYPES, default=False),
    Measure("peers.nervaluate.partial", ("mentions",), partial, TYPES, default=False),
    Measure("peers.nervaluate.type", ("mentions",), by_type, TYPES, default=False),
)
