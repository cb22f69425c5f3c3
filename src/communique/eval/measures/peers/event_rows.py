"""Triggers and arguments of the compared events as rows of integers, for the peers' scorers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.keys import Ints

__all__ = ["Arguments", "arguments_of", "triggers_of"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments: document, span and role, and trigger and type of their event."""

    doc: Ints
    start: Ints
    end: Ints
    role: Ints
    type: Ints
    trigger_start: Ints
    trigger_end: Ints


def triggers_of(comparison: Comparison) -> tuple[tuple[Ints, ...], tuple[Ints, ...]]:
    """Document, start, end and type of the triggers of both sides."""
    kept = comparison.kept("events")
    gold = comparison.gold.events.spans.take(kept.gold)
    pred = comparison.pred.events.spans.take(kept.pred)
    return (gold.doc, gold.start, gold.end, gold.type), (pred.doc, pred.start, pred.end, pred.type)


def arguments_of(comparison: Comparison) -> tuple[Arguments, Arguments]:
    """The arguments of both sides."""
    kept = comparison.kept("events")
    return _arguments(comparison.gold, kept.gold), _arguments(comparison.pred, kept.pred)


def _arguments(side: Columns, kept: Ints) -> Arguments:
    events = side.events
    rows = np.isin(events.owner, kept)
    owner, target = events.owner[rows], events.target.take(rows)
    return Arguments(
        target.doc,
        target.start,
        target.end,
        events.role[rows],
        events.spans.type[owner],
        events.spans.start[owner],
        events.spans.end[owner],
    )
