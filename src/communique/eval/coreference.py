"""Coreference measures: functions of the cells and margins of one contingency table.

Each gives counts per document that add up over documents, which is how the CoNLL-2012 reference
scorer sums. What a mention is and how repeated spans are met: ``communique.eval.contingency``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from communique.eval.assignment import greatest_sums
from communique.eval.contingency import Contingency
from communique.eval.counts import PRF, SPLIT_PRF, Floats, Form, ratio
from communique.eval.keys import Ints

__all__ = ["BLANC", "CONLL", "KINDS", "Kind"]


def muc(table: Contingency) -> Floats:
    """Links that join all mentions of a cluster, one fewer than it has mentions; those needed to
    mend the other side's partition of it are missing (Vilain et al. 1995). Singletons have none.
    """
    right = table.of_cells(table.common - 1)
    n_pred = table.of_pred(np.maximum(table.pred_size - 1, 0))
    n_gold = table.of_gold(np.maximum(table.gold_size - 1, 0))
    return np.stack([right, n_pred, n_gold], axis=-1)


def b_cubed(table: Contingency) -> Floats:
    """For each mention, the share of its cluster that is with it on the other side too, averaged
    over the predicted mentions for precision and the gold ones for recall; a mention that the
    other side lacks is worth 0 (Bagga and Baldwin 1998).
    """
    square = table.common.astype(np.float64) ** 2
    return np.stack(
        [
            table.of_cells(square / table.pred_size[table.pred]),
            table.of_pred(table.pred_size),
            table.of_cells(square / table.gold_size[table.gold]),
            table.of_gold(table.gold_size),
        ],
        axis=-1,
    )


def ceaf_m(table: Contingency) -> Floats:
    """Mentions in common under the one-to-one map of clusters that has the most of them, φ3
    (Luo 2005).
    """
    best = _best(table, table.common.astype(np.float64))
    return np.stack([best, table.of_pred(table.pred_size), table.of_gold(table.gold_size)], axis=-1)


def ceaf_e(table: Contingency) -> Floats:
    """Similarity of clusters, twice the common mentions over all mentions of both, under the
    one-to-one map that makes its sum greatest, per cluster, φ4 (Luo 2005).
    """
    both = table.gold_size[table.gold] + table.pred_size[table.pred]
    best = _best(table, 2 * table.common / both)
    n_pred, n_gold = table.of_pred(table.pred_size > 0), table.of_gold(table.gold_size > 0)
    return np.stack([best, n_pred, n_gold], axis=-1)


def lea(table: Contingency) -> Floats:
    """For each cluster, the share of its coreference links that the other side has, weighted by
    its size; a singleton is right when it is a singleton on the other side too (Moosavi and
    Strube 2016).
    """
    links = _pairs(table.common)
    gold_size, pred_size = table.gold_size[table.gold], table.pred_size[table.pred]
    alone = (gold_size == 1) & (pred_size == 1)

    def resolved(size: Ints) -> Floats:
        # size · links / (size · (size - 1) / 2)
        return np.where(size > 1, 2 * links / np.maximum(size - 1, 1), alone)

    return np.stack(
        [
            table.of_cells(resolved(pred_size)),
            table.of_pred(table.pred_size),
            table.of_cells(resolved(gold_size)),
            table.of_gold(table.gold_size),
        ],
        axis=-1,
    )


def blanc(table: Contingency) -> Floats:
    """The mean of two F1: of coreference links and of non-coreference links, that is of all pairs
    of mentions in one cluster and in two (Luo et al. 2014). Where neither side has links of one
    kind, the other kind alone counts; where there are no links at all, 1 or 0 as the sides have
    the same mentions or not.
    """
    common = np.stack(
        [
            table.of_cells(_pairs(table.common)),
            table.of_pred(_pairs(table.pred_size)),
            table.of_gold(_pairs(table.gold_size)),
        ],
        axis=-1,
    )
    mentions = np.stack(
        [
            table.of_cells(table.common),
            table.of_pred(table.pred_size),
            table.of_gold(table.gold_size),
        ],
        axis=-1,
    )
    # of the pairs of common mentions, those that neither side has in one cluster
    shared_gold = np.bincount(table.gold, weights=table.common, minlength=len(table.gold_size))
    shared_pred = np.bincount(table.pred, weights=table.common, minlength=len(table.pred_size))
    other = _pairs(mentions) - common
    other[:, 0] += 2 * common[:, 0]
    other[:, 0] -= table.of_gold(_pairs(shared_gold)) + table.of_pred(_pairs(shared_pred))
    return np.concatenate([common, other, mentions], axis=-1)


def conll(table: Contingency) -> Floats:
    """The mean of the F1 of MUC, B³ and CEAF-e, the score of the CoNLL-2012 shared task (Pradhan
    et al. 2012); one that is undefined, MUC where there are only singletons, is left out. The
    means of their precisions and recalls stand beside it.
    """
    return np.concatenate([muc(table), b_cubed(table), ceaf_e(table)], axis=-1)


def _blanc_values(sums: Floats) -> dict[str, Floats]:
    coref, other, mentions = sums[..., 0:3], sums[..., 3:6], sums[..., 6:9]
    there = [(kind[..., 1] + kind[..., 2] > 0).astype(np.float64) for kind in (coref, other)]
    n = there[0] + there[1]
    same = (mentions[..., 0] == mentions[..., 1]) & (mentions[..., 0] == mentions[..., 2])
    any_mention = mentions[..., 1] + mentions[..., 2] > 0
    without_links = np.where(any_mention, same.astype(np.float64), np.nan)

    def mean(part: Callable[[Floats], Floats]) -> Floats:
        total = np.nan_to_num(part(coref)) + np.nan_to_num(part(other))
        return np.where(n > 0, ratio(total, n), without_links)

    return {
        "precision": mean(lambda kind: ratio(kind[..., 0], kind[..., 1])),
        "recall": mean(lambda kind: ratio(kind[..., 0], kind[..., 2])),
        "f1": mean(lambda kind: ratio(2 * kind[..., 0], kind[..., 1] + kind[..., 2])),
    }


def _conll_values(sums: Floats) -> dict[str, Floats]:
    parts = [
        PRF.compute(sums[..., 0:3]),
        SPLIT_PRF.compute(sums[..., 3:7]),
        PRF.compute(sums[..., 7:10]),
    ]
    defined = np.sum([~np.isnan(part["f1"]) for part in parts], axis=0).astype(np.float64)
    return {
        name: ratio(np.sum([np.nan_to_num(part[name]) for part in parts], axis=0), defined)
        for name in ("precision", "recall", "f1")
    }


BLANC = Form(
    "blanc",
    tuple(
        f"{kind}_{count}"
        for kind in ("coref_links", "other_links", "mentions")
        for count in ("common", "pred", "gold")
    ),
    "f1",
    _blanc_values,
)
"""The counts of BLANC: links of both kinds, and mentions for documents without links."""

CONLL = Form(
    "conll",
    tuple(
        f"{name}_{column}"
        for name, form in (("muc", PRF), ("b3", SPLIT_PRF), ("ceaf_e", PRF))
        for column in form.columns
    ),
    "f1",
    _conll_values,
)
"""The counts of MUC, B³ and CEAF-e side by side."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A coreference measure: its name, its form, and its counts per document of a table."""

    name: str
    form: Form
    counts: Callable[[Contingency], Floats]


KINDS = (
    Kind("conll", CONLL, conll),
    Kind("muc", PRF, muc),
    Kind("b3", SPLIT_PRF, b_cubed),
    Kind("ceaf-e", PRF, ceaf_e),
    Kind("ceaf-m", PRF, ceaf_m),
    Kind("lea", SPLIT_PRF, lea),
    Kind("blanc", BLANC, blanc),
)


def _best(table: Contingency, value: Floats) -> Floats:
    """The greatest sum of values of cells that share no cluster, per document."""
    cells, sums = greatest_sums(table.blocks, value)
    return table.of_cells(sums, cells)


def _pairs(n: Floats | Ints) -> Floats:
    """How many unordered pairs ``n`` things make."""
    many = np.asarray(n, dtype=np.float64)
    return many * (many - 1) / 2
