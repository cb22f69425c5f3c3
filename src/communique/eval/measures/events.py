"""Events: triggers and arguments, as in the event extraction literature (ACE, TextEE).

An argument is the span that plays a role: of a mention, of a time, or the trigger of another
event. "Attached" asks that it belongs to the right trigger, not only to an event of the right type.
"""

from __future__ import annotations

import numpy as np

from communique.eval.attributes import attribute_counts, attribute_form
from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints, packed
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.measures.sets import counted_sets
from communique.schemas.schema import load_schema

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


def arg_coref(comparison: Comparison) -> Counts:
    """As `events.arg-c.attached`, but an argument is its entity, whatever mention names it.

    A predicted mention stands for the gold entity that has a mention with just its span; times and
    events stand for themselves. Coref-F1 of Li, Ji and Han (2021).
    """
    return _arguments(comparison, role=True, attached=True, by_entity=True)


def realis(comparison: Comparison) -> Counts:
    """Realis of events whose triggers have equal spans."""
    return _attribute(comparison, "realis", "realis")


def polarity(comparison: Comparison) -> Counts:
    """Polarity of events whose triggers have equal spans."""
    return _attribute(comparison, "polarity", "polarity")


def certainty(comparison: Comparison) -> Counts:
    """Certainty of events whose triggers have equal spans."""
    return _attribute(comparison, "certainty", "certainty")


def _attribute(comparison: Comparison, field: str, vocabulary: str) -> Counts:
    labels, pairs = comparison.schema.labels(vocabulary), comparison.triggers
    gold, pred = (
        side.events.rows.codes(field, labels, missing=0)
        for side in (comparison.gold, comparison.pred)
    )
    doc = comparison.gold.events.spans.doc[pairs.gold]
    return attribute_counts(comparison.n_docs, labels, doc, gold[pairs.gold], pred[pairs.pred])


def _triggers(comparison: Comparison, *, typed: bool) -> Counts:
    kept, pairs = comparison.kept("events"), comparison.triggers
    gold, pred = comparison.gold.events.spans, comparison.pred.events.spans
    return counted(
        comparison,
        TYPES,
        Side(gold.doc, gold.type, kept.gold),
        Side(pred.doc, pred.type, kept.pred),
        (pairs.gold, pairs.pred),
        gold.type[pairs.gold] == pred.type[pairs.pred] if typed else None,
    )


def _arguments(
    comparison: Comparison, *, role: bool, attached: bool, by_entity: bool = False
) -> Counts:
    """Arguments as sets of tuples: one that stands twice with all the same is one."""
    kept = comparison.kept("events")
    targets = _targets(comparison) if by_entity else (None, None)
    gold = _tuples(comparison.gold, kept.gold, role, attached, targets[0])
    pred = _tuples(comparison.pred, kept.pred, role, attached, targets[1])
    return counted_sets(comparison, TYPES, gold, pred)


def _targets(comparison: Comparison) -> tuple[Ints, Ints]:
    """For each argument of both sides, a number for what it stands for in its document.

    Entities of the gold have even numbers, spans that stand for no gold entity odd ones.
    """
    gold, pred = comparison.gold.events, comparison.pred.events
    spans = packed((gold.target.start, gold.target.end), (pred.target.start, pred.target.end))
    entities = (
        np.append(comparison.gold.mentions.entity, [-1, -1])[gold.mention],
        comparison.gold_entity_of_pred_mention[pred.mention],
    )
    gold_number, pred_number = (
        np.where(entity >= 0, 2 * entity, 2 * span + 1)
        for entity, span in zip(entities, spans, strict=True)
    )
    return gold_number, pred_number


def _tuples(
    side: Columns, kept: Ints, role: bool, attached: bool, target: Ints | None
) -> list[Ints]:
    """Document, event type, what the argument is and what else is asked for, of kept events."""
    events = side.events
    owner, where = events.owner, events.target
    # lengths in the place of ends: smaller numbers, that fit one key together
    columns = [where.doc, events.spans.type[owner]]
    columns += [where.start, where.end - where.start] if target is None else [target]
    if role:
        columns.append(events.role)
    if attached:
        length = events.spans.end - events.spans.start
        columns += [events.spans.start[owner], length[owner]]
    if len(kept) == len(events.spans):
        return columns
    of_kept = np.isin(owner, kept)
    return [column[of_kept] for column in columns]


MEASURES = (
    Measure("events.trig-i", ("events",), trig_i, TYPES),
    Measure("events.trig-c", ("events",), trig_c, TYPES),
    Measure("events.arg-i", ("events",), arg_i, TYPES),
    Measure("events.arg-c", ("events",), arg_c, TYPES),
    Measure("events.arg-i.attached", ("events",), arg_i_attached, TYPES),
    Measure("events.arg-c.attached", ("events",), arg_c_attached, TYPES),
    Measure("events.arg-coref", ("events", "mentions"), arg_coref, TYPES),
    *(
        Measure(f"events.{count.__name__}", ("events",), count, form=attribute_form(labels))
        for count, labels in (
            (realis, load_schema().labels("realis")),
            (polarity, load_schema().labels("polarity")),
            (certainty, load_schema().labels("certainty")),
        )
    ),
)
