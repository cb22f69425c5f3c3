"""Coreference of entity mentions, by every measure in use.

Singletons, entities with one mention, count. The same measures without the singletons of either
side, as in OntoNotes, have `.no-singletons` behind their names and are scored when asked for.
Masked zones are left out before anything is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.contingency import Clusters, Contingency, contingency, without_singletons
from communique.eval.coreference import KINDS, Kind
from communique.eval.counts import Counts
from communique.eval.keys import Ints
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "coreference_measures", "entity_clusters"]

Sides = Callable[[Comparison], tuple[Clusters, Clusters]]


def entity_clusters(comparison: Comparison) -> tuple[Clusters, Clusters]:
    """The compared mentions of both sides, clustered by entity."""
    kept = comparison.kept("mentions")
    return _clusters(comparison.gold, kept.gold), _clusters(comparison.pred, kept.pred)


def _clusters(side: Columns, rows: Ints) -> Clusters:
    spans = side.mentions.spans
    return Clusters(spans.doc[rows], spans.start[rows], spans.end[rows], side.mentions.entity[rows])


def coreference_measures(task: str, list_name: str, sides: Sides) -> tuple[Measure, ...]:
    """All coreference measures of the clusters that ``sides`` finds in a list."""
    tables = _Tables(sides)
    return tuple(
        _measure(task, list_name, kind, tables, singletons=singletons)
        for singletons in (True, False)
        for kind in KINDS
    )


def _measure(
    task: str, list_name: str, kind: Kind, tables: _Tables, *, singletons: bool
) -> Measure:
    def count(comparison: Comparison) -> Counts:
        return Counts(kind.form, kind.counts(tables.of(comparison, singletons=singletons)))

    count.__doc__ = kind.counts.__doc__
    name = f"{task}.{kind.name}"
    if not singletons:
        count.__doc__ = f"As `{name}`, without the clusters of one mention on either side."
        name += ".no-singletons"
    return Measure(name, (list_name,), count, form=kind.form, default=singletons)


class _Tables:
    """The contingency tables of a comparison, made once for all measures."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.made: WeakKeyDictionary[Comparison, dict[bool, Contingency]] = WeakKeyDictionary()

    def of(self, comparison: Comparison, *, singletons: bool) -> Contingency:
        """The table with or without singletons."""
        made = self.made.setdefault(comparison, {})
        if singletons not in made:
            gold, pred = self.sides(comparison)
            if not singletons:
                gold, pred = without_singletons(gold), without_singletons(pred)
            made[singletons] = contingency(comparison.n_docs, gold, pred)
        return made[singletons]


MEASURES = coreference_measures("coref", "mentions", entity_clusters)
