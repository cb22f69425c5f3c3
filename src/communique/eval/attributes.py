"""Agreement on an attribute of matched annotations: accuracy, macro F1 and Cohen's κ."""

from __future__ import annotations

from functools import cache

import numpy as np

from communique.eval.counts import Counts, Floats, Form, ratio
from communique.eval.keys import Ints

__all__ = ["attribute_counts", "attribute_form"]


def attribute_counts(
    n_docs: int, labels: tuple[str, ...], doc: Ints, gold: Ints, pred: Ints
) -> Counts:
    """Confusion counts per document; ``gold`` and ``pred`` are places in ``labels``."""
    size = len(labels)
    cell = (doc * size + gold) * size + pred
    total = np.bincount(cell, minlength=n_docs * size * size).reshape(n_docs, size * size)
    return Counts(attribute_form(labels), total.astype(np.float64))


@cache
def attribute_form(labels: tuple[str, ...]) -> Form:
    """The form of a confusion matrix, gold labels in rows.

    ``accuracy`` is the share of equal labels and stands under precision, recall and F1 too, which
    here are one. ``macro_f1`` is the mean F1 of the labels that occur. ``kappa`` is Cohen's κ
    (1960), undefined when both sides use one and the same label only.
    """
    size = len(labels)

    def compute(sums: Floats) -> dict[str, Floats]:
        table = sums.reshape(*sums.shape[:-1], size, size)
        n = table.sum(axis=(-1, -2))
        right = np.diagonal(table, axis1=-2, axis2=-1)
        gold, pred = table.sum(axis=-1), table.sum(axis=-2)
        accuracy = ratio(right.sum(axis=-1), n)
        f1 = ratio(2 * right, gold + pred)
        there = np.sum(gold + pred > 0, axis=-1).astype(np.float64)
        chance = ratio(np.sum(gold * pred, axis=-1), n * n)
        return {
            "precision": accuracy,
            "recall": accuracy,
            "f1": accuracy,
            "accuracy": accuracy,
            "macro_f1": ratio(np.nansum(f1, axis=-1), there),
            "kappa": ratio(accuracy - chance, 1 - chance),
        }

    columns = tuple(f"{gold}>{pred}" for gold in labels for pred in labels)
    return Form("attribute", columns, "accuracy", compute)
