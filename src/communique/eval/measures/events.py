"""Events: triggers and arguments, as in the event extraction literature (ACE, TextEE).

An argument is the span that plays a role: of a mention, of a time, or the trigger of another
event. "Attached" asks that it belongs to the right trigger, not only to an event of the right type.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from communique.eval.attributes import attribute_counts, attribute_form
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints, packed
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.measures.sets import counted_sets, tuples_of
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
    named = comparison.shared(_named_arguments if by_entity else _arguments_in_place)
    columns = [
        [
            one.doc,
            one.type,
            one.what,
            *([one.role] if role else []),
            *([one.trigger] if attached else []),
        ]
        for one in named
    ]
    return counted_sets(comparison, tuples_of(comparison, TYPES, columns[0], columns[1]))


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments of kept events; ``what`` and ``trigger`` are numbers, equal on both sides."""

    doc: Ints
    type: Ints
    what: Ints
    role: Ints
    trigger: Ints


def _arguments_in_place(comparison: Comparison) -> list[_Arguments]:
    """Arguments told apart by their spans."""
    # lengths in the place of ends are smaller numbers, which fit one key with more others
    return _kept_arguments(
        comparison,
        packed(
            *(
                (where.start, where.end - where.start)
                for where in (comparison.gold.events.target, comparison.pred.events.target)
            )
        ),
    )


def _named_arguments(comparison: Comparison) -> list[_Arguments]:
    """Arguments told apart by their entities."""
    return _kept_arguments(comparison, _targets(comparison))


def _kept_arguments(comparison: Comparison, what: tuple[Ints, ...]) -> list[_Arguments]:
    sides = comparison.gold.events, comparison.pred.events
    kept = comparison.kept("events")
    triggers = packed(*((one.spans.start, one.spans.end - one.spans.start) for one in sides))
    found = []
    for events, rows, ours, trigger in zip(
        sides, (kept.gold, kept.pred), what, triggers, strict=True
    ):
        owner = events.owner
        columns = [events.target.doc, events.spans.type[owner], ours, events.role, trigger[owner]]
        if len(rows) < len(events.spans):
            of_kept = np.flatnonzero(np.isin(owner, rows))
            columns = [column[of_kept] for column in columns]
        found.append(_Arguments(*columns))
    return found


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
