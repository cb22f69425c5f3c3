"""Rows of integers as single sortable keys, and one-to-one matching of equal keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Ints",
    "below",
    "distinct",
    "match_equal",
    "ordered",
    "packed",
    "ranked",
    "ranks_among",
    "without",
]

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
    least, room = _range(columns[0])
    keys = [key - least for key in columns[0]]
    for column in columns[1:]:
        least, width = _range(column)
        if room * width > ROOM:
            keys = ranked(*keys)
            room = _range(keys)[1]
        if room * width > ROOM:
            column = ranked(*column)
            least, width = _range(column)
        for key, part in zip(keys, column, strict=True):
            # in place: a third of the time went into fresh memory for each step
            key *= width
            key += part
            key -= least
        room *= width
    return tuple(keys)


def ordered(key: Ints) -> tuple[Ints, Ints]:
    """The rows in the order of their keys, equal keys in the order of the rows; and their keys."""
    n = len(key)
    if n < 2 or (key[1:] >= key[:-1]).all():
        return np.arange(n), key
    least, width = _range([key])
    bits = n.bit_length()
    # numpy sorts plain integers about ten times as fast as it argsorts them stably
    if width << bits <= 2 * ROOM:
        both = np.sort(((key - least) << bits) | np.arange(n))
        return both & ((1 << bits) - 1), (both >> bits) + least
    rows = np.argsort(key)
    in_order = key[rows]
    new = in_order[1:] != in_order[:-1]
    if new.all():
        return rows, in_order
    group = np.concatenate([[0], np.cumsum(new)])
    return np.sort((group << bits) | rows) & ((1 << bits) - 1), in_order


def below(values: Ints, needles: Ints) -> Ints:
    """How many values are less than each needle; both sorted, as ``np.searchsorted`` finds it.

    By merging, which for sorted needles is several times as fast as that many binary searches.
    """
    # a needle stands before the values that are equal to it
    both = np.concatenate([needles << 1, (values << 1) | 1])
    both.sort(kind="stable")
    return np.flatnonzero((both & 1) == 0) - np.arange(len(needles))


def ranks_among(values: Ints, needles: Ints) -> Ints:
    """As ``below``, for needles in any order."""
    by_size, in_order = ordered(needles)
    rank = np.empty(len(needles), dtype=np.int64)
    rank[by_size] = below(values, in_order)
    return rank


def match_equal(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Pairs ``(i, j)`` with ``left[i] == right[j]``, one-to-one: the k-th occurrence of a key on
    the left goes with its k-th occurrence on the right. Ordered by key.
    """
    by_left, left_key = ordered(left)
    by_right, right_key = ordered(right)
    if not len(left) or not len(right):
        return by_left[:0], by_right[:0]
    at = below(right_key, left_key)
    again = left_key[1:] == left_key[:-1]
    if again.any():
        at += _occurrence(again)
    found = right_key[np.minimum(at, len(right_key) - 1)] == left_key
    hit = np.flatnonzero(found & (at < len(right_key)))
    return by_left[hit], by_right[at[hit]]


def distinct(key: Ints) -> Ints:
    """The first row of each key, in the order of the keys."""
    rows, in_order = ordered(key)
    if len(key) < 2:
        return rows
    return rows[np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]]))]


def without(n: int, rows: Ints) -> Ints:
    """The numbers below ``n`` that are not among ``rows``."""
    left = np.ones(n, dtype=bool)
    left[rows] = False
    return np.flatnonzero(left)


def _occurrence(again: NDArray[np.bool_]) -> Ints:
    """For each place of a sorted array, how many equal values stand before it.

    ``again`` says for each place but the first that it repeats the one before.
    """
    places = np.arange(len(again) + 1)
    start = places.copy()
    start[1:][again] = 0
    latest: Ints = np.maximum.accumulate(start)
    return places - latest


def _range(columns: Sequence[Ints]) -> tuple[int, int]:
    """The least value of all columns, and how many values there are up to the greatest."""
    sizes = [column for column in columns if len(column)]
    if not sizes:
        return 0, 1
    least = min(int(column.min()) for column in sizes)
    return least, max(int(column.max()) for column in sizes) - least + 1


def ranked(*columns: Ints) -> list[Ints]:
    """The columns with each value replaced by its rank among the values of all of them."""
    rows, key = ordered(np.concatenate(columns))
    inverse = np.zeros(len(rows), dtype=np.int64)
    if len(rows):
        inverse[rows] = np.concatenate([[0], np.cumsum(key[1:] != key[:-1])])
    bounds = np.cumsum([len(column) for column in columns])[:-1]
    return [np.asarray(part) for part in np.split(inverse, bounds)]
