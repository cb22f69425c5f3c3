"""Two clusterings of mentions as one sparse table: how many mentions each pair of clusters shares.

A mention is a span, and only equal spans are the same mention. A cluster is a set: a span that a
cluster has twice counts once. A span that stands in several clusters (overlapping clusters, a
trigger of two events) is as many mentions, and each of them goes with at most one mention of the
other side, those first whose clusters have the most spans in common. So nothing is dropped, a
hedge costs precision, no measure exceeds one, and nothing depends on the order of lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.alignment import content_keys
from communique.eval.assignment import Blocks, blocks_of
from communique.eval.columns import Bools, Fragments
from communique.eval.counts import Floats
from communique.eval.keys import Ints, match_equal, ordered, packed

__all__ = [
    "Clusters",
    "Contingency",
    "content_places",
    "contingency",
    "distinct",
    "without_singletons",
]

QUANTUM = 2.0**-32
"""Sums are rounded to multiples of this, so that the order of adding fractions leaves no trace."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """The mentions of one side: document, half-open span, and the number of the cluster.

    Clusters are numbered from 0 over all documents and lie in one document each; not every number
    need have a mention.
    """

    doc: Ints
    start: Ints
    end: Ints
    cluster: Ints

    def __len__(self) -> int:
        return len(self.doc)

    @property
    def n_clusters(self) -> int:
        """One more than the greatest number."""
        return int(self.cluster.max(initial=-1)) + 1

    @property
    def doc_of_cluster(self) -> Ints:
        """The document of each cluster; 0 for one without mentions."""
        doc = np.zeros(self.n_clusters, dtype=np.int64)
        doc[self.cluster] = self.doc
        return doc

    def take(self, rows: Ints | Bools) -> Clusters:
        """The mentions at some rows."""
        return Clusters(self.doc[rows], self.start[rows], self.end[rows], self.cluster[rows])


@dataclass(frozen=True)
class Contingency:
    """How many mentions each gold cluster shares with each predicted one.

    ``gold``, ``pred`` and ``common`` are the cells that are not zero: two cluster numbers and a
    count. Documents and sizes are by cluster number; a size may be 0.
    """

    n_docs: int
    gold_doc: Ints
    gold_size: Ints
    pred_doc: Ints
    pred_size: Ints
    gold: Ints
    pred: Ints
    common: Ints

    @cached_property
    def doc(self) -> Ints:
        """The document of each cell."""
        return self.gold_doc[self.gold]

    @cached_property
    def blocks(self) -> Blocks:
        """The cells by connected component."""
        return blocks_of(self.gold, self.pred)

    def of_cells(self, values: NDArray[Any], cells: Ints | None = None) -> Floats:
        """Values of all or some cells, summed over each document."""
        return self._by_doc(self.doc if cells is None else self.doc[cells], values)

    def of_gold(self, values: NDArray[Any]) -> Floats:
        """Values of gold clusters, summed over each document."""
        return self._by_doc(self.gold_doc, values)

    def of_pred(self, values: NDArray[Any]) -> Floats:
        """Values of predicted clusters, summed over each document."""
        return self._by_doc(self.pred_doc, values)

    def _by_doc(self, doc: Ints, values: NDArray[Any]) -> Floats:
        sums = np.bincount(doc, weights=values, minlength=self.n_docs)
        return np.round(sums.astype(np.float64) / QUANTUM) * QUANTUM


def contingency(n_docs: int, gold: Clusters, pred: Clusters) -> Contingency:
    """The table of two sides over the same documents, which are numbered from 0."""
    gold_key, pred_key = packed((gold.doc, gold.start, gold.end), (pred.doc, pred.start, pred.end))
    gold, gold_key = _once(gold, gold_key)
    pred, pred_key = _once(pred, pred_key)
    if _repeats(gold_key) or _repeats(pred_key):
        g, p = _match_copies(gold, gold_key, pred, pred_key)
    else:
        g, p = match_equal(gold_key, pred_key)
    cell, common = _cells(gold.cluster[g], pred.cluster[p])
    return Contingency(
        n_docs,
        gold.doc_of_cluster,
        np.bincount(gold.cluster),
        pred.doc_of_cluster,
        np.bincount(pred.cluster),
        *cell,
        common,
    )


def distinct(side: Clusters) -> Clusters:
    """The mentions in the order of their spans, a span of one cluster once."""
    (key,) = packed((side.doc, side.start, side.end))
    return _once(side, key)[0]


def without_singletons(side: Clusters) -> Clusters:
    """The mentions whose cluster has another span as well."""
    side = distinct(side)
    return side.take(np.bincount(side.cluster)[side.cluster] > 1)


def content_places(gold: Clusters, pred: Clusters) -> tuple[Ints, Ints]:
    """For each cluster of both sides its place in one order by document and content.

    Clusters with the same spans have the same place, on either side; smaller ones come first, then
    those whose spans begin first.
    """
    parts: list[Any] = []
    for side in (gold, pred):
        order = np.lexsort((side.end, side.start, side.cluster))
        parts.append(Fragments(side.cluster[order], side.start[order], side.end[order]))
        parts.append(side.doc_of_cluster)
    return content_keys(*parts)


def _once(side: Clusters, key: Ints) -> tuple[Clusters, Ints]:
    """The mentions in the order of their keys, a span of one cluster once."""
    rows, sorted_key = ordered(key)
    if _repeats(sorted_key):
        rows = np.lexsort((side.cluster, key))
        new = np.ones(len(rows), dtype=bool)
        new[1:] = (np.diff(key[rows]) != 0) | (np.diff(side.cluster[rows]) != 0)
        rows = rows[new]
        sorted_key = key[rows]
    return side.take(rows), sorted_key


def _repeats(sorted_key: Ints) -> bool:
    return len(_repeated(sorted_key)) > 0


def _cells(gold: Ints, pred: Ints) -> tuple[tuple[Ints, Ints], Ints]:
    """The pairs of clusters that occur, in order, and how often."""
    width = int(pred.max(initial=0)) + 1
    cell, count = np.unique(gold * width + pred, return_counts=True)
    return np.divmod(cell, width), count


def _match_copies(
    gold: Clusters, gold_key: Ints, pred: Clusters, pred_key: Ints
) -> tuple[Ints, Ints]:
    """Pairs of mentions with equal spans, one-to-one, where some spans stand several times."""
    repeated = np.unique(np.concatenate([_repeated(gold_key), _repeated(pred_key)]))
    gold_many, pred_many = np.isin(gold_key, repeated), np.isin(pred_key, repeated)
    gold_one, pred_one = np.flatnonzero(~gold_many), np.flatnonzero(~pred_many)
    g, p = match_equal(gold_key[gold_one], pred_key[pred_one])
    # what the clusters of repeated spans have in common decides between the copies
    gold_rows = np.flatnonzero(_in_clusters_of(gold, gold_many))
    pred_rows = np.flatnonzero(_in_clusters_of(pred, pred_many))
    i, j = _ranked_pairs(
        gold.take(gold_rows), gold_key[gold_rows], pred.take(pred_rows), pred_key[pred_rows]
    )
    i, j = gold_rows[i], pred_rows[j]
    i, j = _best_first(i[gold_many[i]], j[gold_many[i]])
    return np.concatenate([gold_one[g], i]), np.concatenate([pred_one[p], j])


def _repeated(sorted_key: Ints) -> Ints:
    return np.asarray(sorted_key[1:][sorted_key[1:] == sorted_key[:-1]])


def _in_clusters_of(side: Clusters, rows: Bools) -> Bools:
    """The mentions whose cluster has one of some mentions."""
    wanted = np.zeros(side.n_clusters, dtype=bool)
    wanted[side.cluster[rows]] = True
    return np.asarray(wanted[side.cluster])


def _ranked_pairs(
    gold: Clusters, gold_key: Ints, pred: Clusters, pred_key: Ints
) -> tuple[Ints, Ints]:
    """All pairs of mentions with equal spans, those of the most similar clusters first.

    They are ranked by content alone, and the same way whichever side is the gold.
    """
    low, high = (np.searchsorted(pred_key, gold_key, side=side) for side in ("left", "right"))
    copies = high - low
    g = np.repeat(np.arange(len(gold)), copies)
    p = np.repeat(low - (np.cumsum(copies) - copies), copies) + np.arange(len(g))
    of_gold, of_pred = gold.cluster[g], pred.cluster[p]
    pair = of_gold * pred.n_clusters + of_pred
    _, cell, common = np.unique(pair, return_inverse=True, return_counts=True)
    sizes = np.bincount(gold.cluster)[of_gold] - np.bincount(pred.cluster)[of_pred]
    ranking = [-common[cell], np.abs(sizes)]
    # clusters with the same spans are told apart by a number, and keep to their twins throughout
    places = content_places(gold, pred)
    for by_cluster in (places, tuple(_number_among_equals(place) for place in places)):
        both = by_cluster[0][of_gold], by_cluster[1][of_pred]
        ranking += [np.minimum(*both), np.maximum(*both)]
    order = np.lexsort(ranking[::-1])
    return g[order], p[order]


def _best_first(g: Ints, p: Ints) -> tuple[Ints, Ints]:
    """The pairs that are left when the first one is taken again and again, one-to-one."""
    nothing: Ints = np.zeros(0, dtype=np.int64)
    taken: list[tuple[Ints, Ints]] = [(nothing, nothing)]
    while len(g):
        rank = np.arange(len(g))
        best = np.ones(len(g), dtype=bool)
        for side in (g, p):
            first = np.full(int(side.max()) + 1, len(g), dtype=np.int64)
            np.minimum.at(first, side, rank)
            best &= first[side] == rank
        taken.append((g[best], p[best]))
        free = ~np.isin(g, g[best]) & ~np.isin(p, p[best])
        g, p = g[free], p[free]
    return np.concatenate([one[0] for one in taken]), np.concatenate([one[1] for one in taken])


def _number_among_equals(place: Ints) -> Ints:
    """For each item how many items before it have the same place."""
    order = np.argsort(place, kind="stable")
    number = np.empty(len(place), dtype=np.int64)
    number[order] = np.arange(len(place)) - np.searchsorted(place[order], place[order])
    return number
