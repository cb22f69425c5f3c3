"""The measures by name; each turns a comparison into per-document counts."""

from __future__ import annotations

from communique.eval.measures import events, mentions, quotes
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "Measure"]

MEASURES: dict[str, Measure] = {
    measure.name: measure for module in (mentions, quotes, events) for measure in module.MEASURES
}
