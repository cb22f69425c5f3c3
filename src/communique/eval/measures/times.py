"""Time expressions: span, type and value, as in TempEval-3."""

from __future__ import annotations

from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.measures.measure import Measure, Side, counted

__all__ = ["MEASURES"]

TYPES = "time_type"


def span(comparison: Comparison) -> Counts:
    """The span is equal."""
    return _times(comparison, comparison.times.same)


def relaxed(comparison: Comparison) -> Counts:
    """The spans overlap."""
    return _times(comparison, None)


def strict(comparison: Comparison) -> Counts:
    """The span and the type are equal."""
    pairs = comparison.times
    same_type = comparison.gold.times.type[pairs.gold] == comparison.pred.times.type[pairs.pred]
    return _times(comparison, pairs.same & same_type)


def value(comparison: Comparison) -> Counts:
    """Share of times with equal spans whose ISO values are equal; none on both sides is equal."""
    pairs = comparison.times
    g, p = pairs.gold[pairs.same], pairs.pred[pairs.same]
    gold, pred = comparison.time_values
    sides = comparison.gold.times, comparison.pred.times
    return counted(
        comparison,
        TYPES,
        Side(sides[0].doc, sides[0].type, g),
        Side(sides[1].doc, sides[1].type, p),
        (g, p),
        gold[g] == pred[p],
    )


def _times(comparison: Comparison, credit: object) -> Counts:
    kept, pairs = comparison.kept("times"), comparison.times
    gold, pred = comparison.gold.times, comparison.pred.times
    return counted(
        comparison,
        TYPES,
        Side(gold.doc, gold.type, kept.gold),
        Side(pred.doc, pred.type, kept.pred),
        (pairs.gold, pairs.pred),
        credit,  # type: ignore[arg-type]
    )


MEASURES = (
    Measure("times.span", ("times",), span, TYPES),
    Measure("times.relaxed", ("times",), relaxed, TYPES),
    Measure("times.strict", ("times",), strict, TYPES),
    Measure("times.value", ("times",), value, TYPES),
)
