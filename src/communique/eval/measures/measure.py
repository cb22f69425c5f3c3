"""What a measure is, and how pairs become counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts, Floats, Form
from communique.eval.keys import Ints

__all__ = ["Measure", "Side", "counted"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named way to count what is right.

    ``lists`` are the lists of a record that both sides must have, first the one whose items are
    counted. ``types`` is the vocabulary of the per-type rows or ``None``, ``needs_texts`` says that
    it cannot do without the texts.
    ``unless`` may give a reason why it makes no sense for a comparison. One that is not
    ``default`` is scored only when it is asked for by its name.
    """

    name: str
    lists: tuple[str, ...]
    count: Callable[[Comparison], Counts]
    types: str | None = None
    form: Form = PRF
    needs_texts: bool = False
    unless: Callable[[Comparison], str | None] | None = None
    default: bool = True

    @property
    def definition(self) -> str:
        """What it measures, in words."""
        return " ".join((self.count.__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class Side:
    """Document and type of each row of one side, and which rows count (by default all)."""

    doc: Ints
    type: Ints
    rows: Ints | None = None

    @property
    def counting(self) -> tuple[Ints, Ints]:
        """Document and type of the rows that count."""
        if self.rows is None or len(self.rows) == len(self.doc):
            return self.doc, self.type
        return self.doc[self.rows], self.type[self.rows]


def counted(
    comparison: Comparison,
    vocabulary: str,
    gold: Side,
    pred: Side,
    pairs: tuple[Ints, Ints],
    credit: NDArray[Any] | None = None,
) -> Counts:
    """Precision, recall and F1 counts of paired rows.

    ``pairs`` are rows of both sides; a pair is worth its ``credit``, by default one. All credit
    counts in the total. A type alone counts the pairs in which both sides have it.
    """
    labels = comparison.schema.labels(vocabulary)
    g, p = pairs
    credit = np.ones(len(g)) if credit is None else np.asarray(credit, dtype=np.float64)
    doc, type_of_pair = gold.doc[g], gold.type[g]
    # where types differ a credit of nothing: to pick rows would cost more than to add zeros
    hits = doc, type_of_pair, credit * (type_of_pair == pred.type[p])
    columns = [hits, (*pred.counting, None), (*gold.counting, None)]
    total = np.stack(
        [
            np.bincount(doc, weights=credit, minlength=comparison.n_docs),
            np.bincount(columns[1][0], minlength=comparison.n_docs),
            np.bincount(columns[2][0], minlength=comparison.n_docs),
        ],
        axis=-1,
    ).astype(np.float64)
    sums = [
        np.bincount(type_, weights=weights, minlength=len(labels)) for _, type_, weights in columns
    ]
    typed = None
    if comparison.per_type:
        shape = (comparison.n_docs, len(labels))
        typed = np.stack([_table(shape, *column) for column in columns], axis=-1)
    return Counts(PRF, total, labels, np.stack(sums, axis=-1).astype(np.float64), typed)


def _table(shape: tuple[int, int], doc: Ints, column: Ints, weights: NDArray[Any] | None) -> Floats:
    size = shape[0] * shape[1]
    flat = np.bincount(doc * shape[1] + column, weights=weights, minlength=size)
    return flat.reshape(shape).astype(np.float64)
