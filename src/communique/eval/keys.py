"""Rows of integers as single sortable keys, and one-to-one matching of equal keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ints", "match_equal", "packed"]

Ints = NDArray[np.int64]

ROOM = 2**62


def packed(*sides: Sequence[Ints]) -> tuple[Ints, ...]:
    """One key per row for each side, equal exactly where all columns are equal.

    Each side is a sequence of columns of one length; all sides have the same columns. Keys order
    rows as the columns do, the first column first. Columns whose ranges do not fit 62 bits
    together are first replaced by their ranks.
    """
    columns = [
        [np.asarray(side[i], dtype=np.int64) for side in sides] for i in range(len(sides[0]))
    ]
    keys = columns[0]
    room = _span(keys)
    keys = [key - _least(columns[0]) for key in keys]
    for column in columns[1:]:
        width = _span(column)
        if room * width > ROOM:
            keys, room = _ranks(keys)
        if room * width > ROOM:
            column, width = _ranks(column)
        least = _least(column)
        keys = [key * width + (part - least) for key, part in zip(keys, column, strict=True)]
        room *= width
    return tuple(keys)


def match_equal(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(i, j)`` with ``left[i] == right[j]``, one-to-one: the k-th occurrence of a key on
    the left goes with its k-th occurrence on the right. Ordered by key.
    """
    by_left, by_right = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    left_key, right_key = left[by_left], right[by_right]
    at = np.searchsorted(right_key, left_key, side="left") + _occurrence(left_key)
    inside = at < len(right_key)
    hit = np.zeros(len(left_key), dtype=bool)
    hit[inside] = right_key[at[inside]] == left_key[inside]
    return by_left[hit], by_right[at[hit]]


def _occurrence(ordered: Ints) -> Ints:
    """For each place of a sorted array, how many equal values stand before it."""
    places = np.arange(len(ordered))
    if not len(ordered):
        return places
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    return places - np.maximum.accumulate(np.where(first, places, 0))


def _span(columns: Sequence[Ints]) -> int:
    sizes = [column for column in columns if len(column)]
    if not sizes:
        return 1
    return max(int(c.max()) for c in sizes) - min(int(c.min()) for c in sizes) + 1


def _least(columns: Sequence[Ints]) -> int:
    return min((int(column.min()) for column in columns if len(column)), default=0)


def _ranks(columns: Sequence[Ints]) -> tuple[list[Ints], int]:
    """The columns with each value replaced by its rank among all of them."""
    values, inverse = np.unique(np.concatenate(columns), return_inverse=True)
    bounds = np.cumsum([len(column) for column in columns])[:-1]
    return [np.asarray(part) for part in np.split(inverse, bounds)], max(len(values), 1)
