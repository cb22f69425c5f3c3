"""Scores of parts of what was compared: by genre, world, storyline, outlet, level or zone.

Genre, world, storyline and outlet are facts of a document, so their scores are sums over some of
the per-document counts. A level or a zone is a fact of an annotation, so it narrows both sides
before they are compared: an annotation of one group never matches one of another.
"""

from __future__ import annotations

from collections.abc import Mapping

from communique.eval.comparison import Comparison
from communique.eval.counts import Score
from communique.eval.inputs import FACTS, Side
from communique.eval.scoring import Result, counted_measures, paired

__all__ = ["AXES", "grouped"]

NARROWING = {"level": "mention_level", "zone": "zone_type"}

AXES = (*FACTS, *NARROWING)
"""What scores can be grouped by."""


def grouped(
    result: Result, axis: str, gold: Side, pred: Side, *, split: str | None = None
) -> Mapping[str, Mapping[str, Score]]:
    """The scores of a result's measures for each value of an axis: ``{value: {measure: score}}``.

    Levels concern the measures of mentions only. Values with nothing on either side are left out.
    """
    if axis in FACTS:
        return _by_fact(result, axis)
    comparison = paired(gold, pred, split=split)[0]
    names = [name for name in result.counts if axis == "zone" or name.startswith("mentions.")]
    values = comparison.schema.labels(NARROWING[axis])
    found = {value: _narrowed(comparison, axis, value, names) for value in values}
    return {value: scores for value, scores in found.items() if _any(scores)}


def _by_fact(result: Result, axis: str) -> dict[str, dict[str, Score]]:
    rows: dict[str, list[int]] = {}
    for row, doc_id in enumerate(result.doc_ids):
        rows.setdefault(result.facts.get(doc_id, {}).get(axis, "unknown"), []).append(row)
    return {
        value: {name: counts.over(rows[value]) for name, counts in result.counts.items()}
        for value in sorted(rows)
    }


def _narrowed(comparison: Comparison, axis: str, value: str, names: list[str]) -> dict[str, Score]:
    counts, _ = counted_measures(comparison.narrowed(axis, value), names)
    return {name: one.score for name, one in counts.items()}


def _any(scores: Mapping[str, Score]) -> bool:
    return any(any(score.sums) for score in scores.values())
