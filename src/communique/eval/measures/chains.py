"""Coreference of events: which triggers denote the same act.

The measures of ``communique.eval.measures.coreference`` over triggers instead of mentions. Events
with the same `chain` are a cluster, an event without one is a singleton. Types and attributes of
the events play no part.
"""

from __future__ import annotations

import numpy as np

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.contingency import Clusters
from communique.eval.keys import Ints, packed
from communique.eval.measures.coreference import coreference_measures

__all__ = ["MEASURES", "chain_clusters"]


def chain_clusters(comparison: Comparison) -> tuple[Clusters, Clusters]:
    """The compared triggers of both sides, clustered by chain."""
    kept = comparison.kept("events")
    return _clusters(comparison.gold, kept.gold), _clusters(comparison.pred, kept.pred)


def _clusters(side: Columns, rows: Ints) -> Clusters:
    spans = side.events.spans.take(rows)
    chains = side.events.rows.strings("chain").dictionary_encode()
    code = np.asarray(chains.indices.fill_null(-1).to_numpy(), dtype=np.int64)[rows]
    alone = len(chains.dictionary) + np.arange(len(rows))
    (key,) = packed((spans.doc, np.where(code >= 0, code, alone)))
    _, cluster = np.unique(key, return_inverse=True)
    return Clusters(spans.doc, spans.start, spans.end, cluster)


MEASURES = coreference_measures("chains", "events", chain_clusters)
