"""How sets of tuples are counted: arguments and claims, of which a document has each once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts
from communique.eval.keys import ROOM, Ints, packed, ranked

__all__ = ["counted_sets"]


def counted_sets(
    comparison: Comparison, vocabulary: str, gold: Sequence[Ints], pred: Sequence[Ints]
) -> Counts:
    """Precision, recall and F1 counts of tuples that are equal in all columns.

    The first column is the document and the second the type, a place in ``vocabulary``; a tuple
    that stands in a document several times counts once.
    """
    labels = comparison.schema.labels(vocabulary)
    shape = comparison.n_docs, max(len(labels), 1)
    rest = list(packed(gold[2:], pred[2:]))
    room = _room(rest)
    if shape[0] * shape[1] * room > ROOM:
        rest = ranked(*rest)
        room = _room(rest)
    # document and type stand in front, so sorted keys can be counted without their rows
    gold_key, pred_key = (
        _once((side[0] * shape[1] + side[1]) * room + ours)
        for side, ours in zip((gold, pred), rest, strict=True)
    )
    both = np.concatenate([gold_key, pred_key])
    both.sort(kind="stable")  # two sorted runs: a merge
    common = both[np.flatnonzero(both[1:] == both[:-1])]
    table = np.stack(
        [
            np.bincount(key // room, minlength=shape[0] * shape[1]).reshape(shape)
            for key in (common, pred_key, gold_key)
        ],
        axis=-1,
    ).astype(np.float64)
    typed = table if comparison.per_type else None
    return Counts(PRF, table.sum(axis=1), labels, table.sum(axis=0), typed)


def _room(columns: Sequence[Ints]) -> int:
    return 1 + max(int(column.max(initial=0)) for column in columns)


def _once(key: Ints) -> Ints:
    """The different keys in order."""
    key.sort()
    return key[np.flatnonzero(np.diff(key, prepend=-1))]
