"""The measures by name; each turns a comparison into per-document counts."""

from __future__ import annotations

from communique.eval.measures import claims, events, linking, mentions, quotes, times
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "Measure"]

MODULES = (claims, mentions, linking, times, quotes, events)

MEASURES: dict[str, Measure] = {
    measure.name: measure for module in MODULES for measure in module.MEASURES
}
