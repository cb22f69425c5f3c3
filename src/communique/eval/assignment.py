"""The best one-to-one assignment in many small sparse tables at once, by connected component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.counts import Floats
from communique.eval.keys import Ints

__all__ = ["Blocks", "blocks_of", "greatest_sums"]


@dataclass(frozen=True, slots=True)
class Blocks:
    """The cells of a sparse table by connected component.

    ``alone`` are the cells that share no row and no column with another one. ``order`` are the
    others, component by component: ``first`` is where each component begins there, ``height`` and
    ``width`` are its size, ``row`` and ``column`` the place of each of these cells within it.
    """

    alone: Ints
    order: Ints
    first: Ints
    row: Ints
    column: Ints
    height: Ints
    width: Ints


def blocks_of(row: Ints, column: Ints) -> Blocks:
    """The components of the cells at ``row`` and ``column``, each cell given once."""
    alone = (np.bincount(row)[row] == 1) & (np.bincount(column)[column] == 1)
    rest = np.flatnonzero(~alone)
    if not len(rest):
        none = rest
        return Blocks(np.flatnonzero(alone), none, none, none, none, none, none)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, r = np.unique(row[rest], return_inverse=True)
    columns, c = np.unique(column[rest], return_inverse=True)
    n = len(rows) + len(columns)
    graph = coo_array((np.ones(len(rest), dtype=np.int8), (r, len(rows) + c)), shape=(n, n))
    n_components, label = connected_components(graph, directed=False)
    component = label[r]
    order = np.argsort(component, kind="stable")
    row_place, height = _places_within(label[: len(rows)], n_components)
    column_place, width = _places_within(label[len(rows) :], n_components)
    return Blocks(
        np.flatnonzero(alone),
        rest[order],
        np.searchsorted(component[order], np.arange(n_components)),
        row_place[r[order]],
        column_place[c[order]],
        height,
        width,
    )


def greatest_sums(blocks: Blocks, value: Floats) -> tuple[Ints, Floats]:
    """One cell of each component and the greatest sum of values that cells of the component can
    have when no two of them share a row or a column. Values are positive.
    """
    from scipy.optimize import linear_sum_assignment

    ordered = value[blocks.order]
    found: NDArray[np.float64] = np.zeros(len(blocks.first))
    if len(found):
        found = np.maximum.reduceat(ordered, blocks.first)
    # a component of one row or one column takes its best cell, the others need an assignment
    crowded = np.flatnonzero((blocks.height > 1) & (blocks.width > 1))
    last = np.append(blocks.first[1:], len(ordered))
    columns = (
        crowded,
        *(one[crowded] for one in (blocks.first, last, blocks.height, blocks.width)),
    )
    for block, begin, end, height, width in zip(*(c.tolist() for c in columns), strict=True):
        weight = np.zeros((height, width))
        weight[blocks.row[begin:end], blocks.column[begin:end]] = ordered[begin:end]
        found[block] = weight[linear_sum_assignment(weight, maximize=True)].sum()
    cells = np.concatenate([blocks.alone, blocks.order[blocks.first]])
    return cells, np.concatenate([value[blocks.alone], found])


def _places_within(group: NDArray[Any], n_groups: int) -> tuple[Ints, Ints]:
    """For each item its place among those of its group, and the size of each group."""
    size = np.bincount(group, minlength=n_groups)
    order = np.argsort(group, kind="stable")
    place = np.empty(len(group), dtype=np.int64)
    place[order] = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    return place, size
