"""Coreference as the CoNLL-2012 reference scorer 8.01 counts it (Pradhan et al. 2014).

MUC, B³ and CEAF are the same as ours on clusters that do not overlap. What differs: of a predicted
span that the key has too and that stands several times, only the first copy is kept, whatever the
others would have been worth; BLANC looks at the key alone to decide which kind of link counts; and
the mean of the three F1 takes an undefined one for 0. Clusters are read in the order of their first
mentions, of two that begin alike the larger first. The scorer itself refuses responses with more
than ten repeated mentions; these do not.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.contingency import (
    Clusters,
    Contingency,
    content_places,
    contingency,
    distinct,
)
from communique.eval.coreference import BLANC, CONLL, KINDS
from communique.eval.counts import PRF, SPLIT_PRF, Counts, Floats, Form, ratio
from communique.eval.keys import packed
from communique.eval.measures.coreference import entity_clusters
from communique.eval.measures.measure import Measure

__all__ = ["MEASURES", "SCORER_BLANC", "as_scorer_reads"]

COUNTS = {kind.name: kind.counts for kind in KINDS}


def as_scorer_reads(gold: Clusters, pred: Clusters) -> tuple[Clusters, Clusters]:
    """The mentions that the scorer is left with.

    Of equal spans in the key the first cluster's stays (the scorer only warns of them). Of equal
    spans in the response the first stays when the key has that span; others are all kept, and are
    mentions of their own, even two in one cluster.
    """
    keys = packed((gold.doc, gold.start, gold.end), (pred.doc, pred.start, pred.end))
    once = distinct(gold), distinct(pred)
    places = content_places(*once)
    in_key = np.isin(keys[1], keys[0])
    sides = []
    for side, key, place, one in zip((gold, pred), keys, places, once, strict=True):
        first = np.full(side.n_clusters, np.iinfo(np.int64).max)
        np.minimum.at(first, side.cluster, side.start)
        numbers = np.arange(side.n_clusters)
        rank = np.empty(side.n_clusters, dtype=np.int64)
        size = np.bincount(one.cluster)
        rank[np.lexsort((numbers, place, -size, first))] = numbers
        order = np.lexsort((rank[side.cluster], key))
        again = np.zeros(len(side), dtype=bool)
        again[order[1:]] = key[order[1:]] == key[order[:-1]]
        sides.append((side, again))
    (gold, gold_again), (pred, pred_again) = sides
    own = np.flatnonzero(pred_again & ~in_key)
    end = pred.end.copy()
    end[own] = -1 - own  # a place that nothing else has
    pred = Clusters(pred.doc, pred.start, end, pred.cluster)
    return gold.take(~gold_again), pred.take(~(pred_again & in_key))


_tables: WeakKeyDictionary[Comparison, Contingency] = WeakKeyDictionary()


def _table(comparison: Comparison) -> Contingency:
    if comparison not in _tables:
        sides = as_scorer_reads(*entity_clusters(comparison))
        _tables[comparison] = contingency(comparison.n_docs, *sides)
    return _tables[comparison]


def muc(comparison: Comparison) -> Counts:
    """The reference scorer's `muc`."""
    return Counts(PRF, COUNTS["muc"](_table(comparison)))


def b_cubed(comparison: Comparison) -> Counts:
    """The reference scorer's `bcub`."""
    return Counts(SPLIT_PRF, COUNTS["b3"](_table(comparison)))


def ceaf_m(comparison: Comparison) -> Counts:
    """The reference scorer's `ceafm`."""
    return Counts(PRF, COUNTS["ceaf-m"](_table(comparison)))


def ceaf_e(comparison: Comparison) -> Counts:
    """The reference scorer's `ceafe`."""
    return Counts(PRF, COUNTS["ceaf-e"](_table(comparison)))


def blanc(comparison: Comparison) -> Counts:
    """The reference scorer's `blanc`: where the key has no coreference links, non-coreference
    links alone, and the other way round; where it has no links at all, 0.
    """
    return Counts(SCORER_BLANC, COUNTS["blanc"](_table(comparison)))


def conll(comparison: Comparison) -> Counts:
    """The mean of the F1 of the reference scorer's `muc`, `bcub` and `ceafe`; of these an
    undefined one is 0.
    """
    return Counts(SCORER_CONLL, COUNTS["conll"](_table(comparison)))


def _blanc_values(sums: Floats) -> dict[str, Floats]:
    coref, other = sums[..., 0:3], sums[..., 3:6]
    has_coref, has_other = coref[..., 2] > 0, other[..., 2] > 0
    any_link = (coref[..., 1:] + other[..., 1:]).sum(axis=-1) > 0

    def value(of_coref: Floats, of_other: Floats) -> Floats:
        of_coref, of_other = np.nan_to_num(of_coref), np.nan_to_num(of_other)
        mean = has_coref * of_coref + has_other * of_other
        mean = mean / np.maximum(has_coref.astype(np.float64) + has_other, 1)
        return np.where(any_link, mean, np.nan)

    return {
        "precision": value(*(ratio(kind[..., 0], kind[..., 1]) for kind in (coref, other))),
        "recall": value(*(ratio(kind[..., 0], kind[..., 2]) for kind in (coref, other))),
        "f1": value(
            *(ratio(2 * kind[..., 0], kind[..., 1] + kind[..., 2]) for kind in (coref, other))
        ),
    }


def _conll_values(sums: Floats) -> dict[str, Floats]:
    parts = [
        PRF.compute(sums[..., 0:3]),
        SPLIT_PRF.compute(sums[..., 3:7]),
        PRF.compute(sums[..., 7:10]),
    ]
    nothing = np.all([np.isnan(part["f1"]) for part in parts], axis=0)
    return {
        name: np.where(nothing, np.nan, np.mean([np.nan_to_num(one[name]) for one in parts], 0))
        for name in ("precision", "recall", "f1")
    }


SCORER_BLANC = Form("scorer-blanc", BLANC.columns, "f1", _blanc_values)
"""BLANC with the boundary rule of the reference scorer."""

SCORER_CONLL = Form("scorer-conll", CONLL.columns, "f1", _conll_values)
"""The mean of three F1, undefined ones as 0."""

MEASURES = tuple(
    Measure(f"peers.conll2012.{name}", ("mentions",), count, form=form, default=False)
    for name, count, form in (
        ("conll", conll, SCORER_CONLL),
        ("muc", muc, PRF),
        ("b3", b_cubed, SPLIT_PRF),
        ("ceaf-e", ceaf_e, PRF),
        ("ceaf-m", ceaf_m, PRF),
        ("blanc", blanc, SCORER_BLANC),
    )
)
