"""Errors of events: their type, what the text commits itself to, and who takes part."""

from __future__ import annotations

import numpy as np

from communique.eval.alignment import Pairs, align_spans
from communique.eval.comparison import Comparison
from communique.eval.errors.arguments import argument_faults
from communique.eval.errors.categories import CATEGORIES, FAULTS
from communique.eval.errors.spans import judge_spans
from communique.eval.errors.verdicts import Verdicts, laid_out

__all__ = ["aligned_events", "judge_events", "judge_triggers"]

ATTRIBUTES = {
    "realis": "realis",
    "polarity": "polarity",
    "certainty": "certainty",
    "mode": "event_mode",
}
"""Fields of an event that are compared, with their vocabularies."""


def aligned_events(comparison: Comparison) -> Pairs:
    """Events aligned by trigger, those that only overlap included, as rows of the two sides."""
    kept = comparison.kept("events")
    gold, pred = comparison.gold.events.spans, comparison.pred.events.spans
    pairs = align_spans(gold.take(kept.gold), pred.take(kept.pred))
    return Pairs(kept.gold[pairs.gold], kept.pred[pairs.pred], pairs.overlap, pairs.same)


def judge_triggers(comparison: Comparison, pairs: Pairs) -> tuple[Verdicts, Verdicts]:
    """Verdicts on triggers as typed spans; ``pairs`` are the aligned events."""
    gold, pred = comparison.gold.events.spans, comparison.pred.events.spans
    return judge_spans("triggers", gold, pred, comparison.kept("events"), pairs)


def judge_events(comparison: Comparison, pairs: Pairs) -> tuple[Verdicts, Verdicts]:
    """Verdicts on whole events; ``pairs`` are the aligned events.

    A part of a split trigger that is not the aligned one is spurious here.
    """
    gold, pred = comparison.gold.events, comparison.pred.events
    wrong = {"type": gold.spans.type[pairs.gold] != pred.spans.type[pairs.pred]}
    for field, vocabulary in ATTRIBUTES.items():
        labels = comparison.schema.labels(vocabulary)
        missing = -1 if field == "mode" else 0
        codes = [side.rows.codes(field, labels, missing=missing) for side in (gold, pred)]
        wrong[field] = codes[0][pairs.gold] != codes[1][pairs.pred]
    role, missed, extra = argument_faults(comparison, pairs)
    wrong |= {"role": role, "missing-argument": missed, "extra-argument": extra}
    wrong["extent"] = ~pairs.same
    faults = np.stack([wrong[name] for name in FAULTS["events"]], axis=-1)
    # the categories stand in the order of the faults, behind "correct"
    any_fault = faults.any(axis=-1)
    category = np.where(any_fault, 1 + np.argmax(faults, axis=-1), 0)
    assert len(CATEGORIES["events"]) == len(FAULTS["events"]) + 3
    return laid_out("events", pairs, comparison.kept("events"), category, faults)
