"""The measures by name; each turns a comparison into per-document counts."""

from __future__ import annotations

from communique.eval.measures import (
    chains,
    claims,
    coreference,
    events,
    linking,
    mentions,
    peers,
    quotes,
    times,
)
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "Measure"]

MODULES = (claims, mentions, coreference, linking, times, quotes, events, chains, peers)

MEASURES: dict[str, Measure] = {
    measure.name: measure for module in MODULES for measure in module.MEASURES
}
