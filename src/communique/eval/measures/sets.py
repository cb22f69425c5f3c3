"""How sets of tuples are counted: arguments and claims, of which a document has each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts, Floats
from communique.eval.keys import ROOM, Ints, packed, ranked

__all__ = ["Tuples", "counted_sets", "tuples_of"]


@dataclass(frozen=True, slots=True)
class Tuples:
    """One key per tuple on both sides, equal where the tuples are.

    A key divided by ``room`` is ``document * types + type``, so keys can be sorted and counted
    without their rows.
    """

    gold: Ints
    pred: Ints
    room: int
    labels: tuple[str, ...]

    def some(self, gold: Ints, pred: Ints) -> Tuples:
        """The tuples at some rows of both sides."""
        return Tuples(self.gold[gold], self.pred[pred], self.room, self.labels)


def tuples_of(
    comparison: Comparison, vocabulary: str, gold: Sequence[Ints], pred: Sequence[Ints]
) -> Tuples:
    """Tuples out of columns: the document, the type as a place in ``vocabulary``, and the rest."""
    labels = comparison.schema.labels(vocabulary)
    cells = [side[0] * len(labels) + side[1] for side in (gold, pred)]
    rest = list(packed(gold[2:], pred[2:]))
    room = _room(rest)
    if comparison.n_docs * len(labels) * room > ROOM:
        rest = ranked(*rest)
        room = _room(rest)
    keys = [cell * room + ours for cell, ours in zip(cells, rest, strict=True)]
    return Tuples(keys[0], keys[1], room, labels)


def counted_sets(comparison: Comparison, tuples: Tuples) -> Counts:
    """Precision, recall and F1 counts of tuples that are equal in all columns.

    A tuple that stands in a document several times counts once.
    """
    gold, pred = _once(tuples.gold), _once(tuples.pred)
    both = np.concatenate([gold, pred])
    both.sort(kind="stable")  # two sorted runs: a merge
    common = both[np.flatnonzero(both[1:] == both[:-1])]
    shape = comparison.n_docs, len(tuples.labels)
    tables = [
        np.bincount(key // tuples.room, minlength=shape[0] * shape[1])
        .reshape(shape)
        .astype(np.float64)
        for key in (common, pred, gold)
    ]
    return Counts(
        PRF,
        # faster than `sum` along a short axis, and no threads as for a matrix product
        _side_by_side([np.einsum("dt->d", table) for table in tables]),
        tuples.labels,
        _side_by_side([table.sum(axis=0) for table in tables]),
        _side_by_side(tables) if comparison.per_type else None,
    )


def _room(columns: Sequence[Ints]) -> int:
    return 1 + max(int(column.max(initial=0)) for column in columns)


def _once(key: Ints) -> Ints:
    """The different keys in order."""
    key = np.sort(key)
    return key[np.flatnonzero(np.diff(key, prepend=-1))]


def _side_by_side(columns: Sequence[Floats]) -> Floats:
    return np.stack(columns, axis=-1)
