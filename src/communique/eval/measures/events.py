"""Events: triggers and arguments, as in the event extraction literature (ACE, TextEE).

An argument is the span that plays a role: of a mention, of a time, or the trigger of another
event. "Attached" asks that it belongs to the right trigger, not only to an event of the right type.
"""

from __future__ import annotations

import numpy as np

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints, match_equal, packed
from communique.eval.measures.measure import Measure, Side, counted

__all__ = ["MEASURES"]

TYPES = "event_type"


def trig_i(comparison: Comparison) -> Counts:
    """The trigger's span is equal (identification)."""
    return _triggers(comparison, typed=False)


def trig_c(comparison: Comparison) -> Counts:
    """The trigger's span and the event's type are equal (classification)."""
    return _triggers(comparison, typed=True)


def arg_i(comparison: Comparison) -> Counts:
    """The argument's span and its event's type are equal."""
    return _arguments(comparison, role=False, attached=False)


def arg_c(comparison: Comparison) -> Counts:
    """The argument's span and role and its event's type are equal."""
    return _arguments(comparison, role=True, attached=False)


def arg_i_attached(comparison: Comparison) -> Counts:
    """As `events.arg-i`, and the trigger's span is equal."""
    return _arguments(comparison, role=False, attached=True)


def arg_c_attached(comparison: Comparison) -> Counts:
    """As `events.arg-c`, and the trigger's span is equal."""
    return _arguments(comparison, role=True, attached=True)


def _triggers(comparison: Comparison, *, typed: bool) -> Counts:
    kept = comparison.kept("events")
    gold, pred = comparison.gold.events.spans, comparison.pred.events.spans
    # rows in the order of their types, so that equal spans pair the same way in any order
    g_rows = kept.gold[np.argsort(gold.type[kept.gold], kind="stable")]
    p_rows = kept.pred[np.argsort(pred.type[kept.pred], kind="stable")]
    g, p = gold.take(g_rows), pred.take(p_rows)
    same_type = match_equal(
        *packed((g.doc, g.start, g.end, g.type), (p.doc, p.start, p.end, p.type))
    )
    pairs = g_rows[same_type[0]], p_rows[same_type[1]]
    if not typed:
        g_rows, p_rows = np.delete(g_rows, same_type[0]), np.delete(p_rows, same_type[1])
        g, p = gold.take(g_rows), pred.take(p_rows)
        i, j = match_equal(*packed((g.doc, g.start, g.end), (p.doc, p.start, p.end)))
        pairs = np.concatenate([pairs[0], g_rows[i]]), np.concatenate([pairs[1], p_rows[j]])
    return counted(
        comparison,
        TYPES,
        Side(gold.doc, gold.type, kept.gold),
        Side(pred.doc, pred.type, kept.pred),
        pairs,
    )


def _arguments(comparison: Comparison, *, role: bool, attached: bool) -> Counts:
    """Arguments as sets of tuples: one that stands twice with all the same is one."""
    kept = comparison.kept("events")
    gold = _tuples(comparison.gold, kept.gold, role, attached)
    pred = _tuples(comparison.pred, kept.pred, role, attached)
    gold_key, pred_key = packed(gold, pred)
    gold_one = np.unique(gold_key, return_index=True)[1]
    pred_one = np.unique(pred_key, return_index=True)[1]
    g, p = match_equal(gold_key[gold_one], pred_key[pred_one])
    return counted(
        comparison,
        TYPES,
        Side(gold[0], gold[1], gold_one),
        Side(pred[0], pred[1], pred_one),
        (gold_one[g], pred_one[p]),
    )


def _tuples(side: Columns, kept: Ints, role: bool, attached: bool) -> list[Ints]:
    """Document, event type, argument span and what else is asked for, of kept events."""
    events = side.events
    of_kept = np.isin(events.owner, kept)
    owner, target = events.owner[of_kept], events.target.take(of_kept)
    columns = [target.doc, events.spans.type[owner], target.start, target.end]
    if role:
        columns.append(events.role[of_kept])
    if attached:
        columns += [events.spans.start[owner], events.spans.end[owner]]
    return columns


MEASURES = (
    Measure("events.trig-i", ("events",), trig_i, TYPES),
    Measure("events.trig-c", ("events",), trig_c, TYPES),
    Measure("events.arg-i", ("events",), arg_i, TYPES),
    Measure("events.arg-c", ("events",), arg_c, TYPES),
    Measure("events.arg-i.attached", ("events",), arg_i_attached, TYPES),
    Measure("events.arg-c.attached", ("events",), arg_c_attached, TYPES),
)
