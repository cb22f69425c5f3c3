"""Which of some candidate pairs to take, one-to-one: the best assignment of a sparse graph.

Candidates fall into small connected components, and nearly all of these have an obvious answer:
when every row's favourite is another column, no assignment can be better. Only what is left over
is solved with scipy, which therefore is imported late.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from communique.eval.keys import Ints

__all__ = ["TIE_BITS", "best_pairs"]

TIE_BITS = 20
"""Bits of the numbers that decide between equally good candidates."""

EXACT_BITS = 52
"""Whole numbers of so many bits are exact as floating point numbers, which scipy works with."""

Bools = NDArray[np.bool_]


def best_pairs(g: Ints, p: Ints, shared: Ints, bonus: Bools, tie: Ints | None = None) -> Ints:
    """Which of the candidate pairs to take, one-to-one.

    ``g`` and ``p`` are the rows and columns of the candidates, each pair once, ``shared`` is
    positive. The choice has the greatest sum of ``shared``; among such ones the most pairs with a
    ``bonus``, then the most pairs, then the greatest sum of ``tie`` (below ``2**TIE_BITS``). What
    still ties is decided by the order of the candidates. Returns places in ``g``.
    """
    if not len(g):
        return np.zeros(0, dtype=np.int64)
    alone = (np.bincount(g)[g] == 1) & (np.bincount(p)[p] == 1)
    rest = np.flatnonzero(~alone)
    taken = [np.flatnonzero(alone)]
    if not len(rest):
        return taken[0]
    row, column = _numbered(g[rest]), _numbered(p[rest])
    tie = np.zeros(len(rest), dtype=np.int64) if tie is None else tie[rest]
    value = ((shared[rest] * 2 + bonus[rest]) << TIE_BITS) + tie
    component: Ints | None = None
    for by_column in (False, True):
        mine, other = (column, row) if by_column else (row, column)
        favourite = _favourites(mine, value)
        wanted = np.bincount(other[favourite])[other[favourite]]
        if (wanted == 1).all():
            return np.concatenate([*taken, rest[favourite]])
        if component is None:
            component = _components(row, column)
        crowded = np.zeros(int(component.max()) + 1, dtype=bool)
        crowded[component[favourite[wanted > 1]]] = True
        taken.append(rest[favourite[~crowded[component[favourite]]]])
        left = np.flatnonzero(crowded[component])
        rest, component, value = rest[left], component[left], value[left]
        row, column = _numbered(row[left]), _numbered(column[left])
    assert component is not None
    taken.append(rest[_assigned(row, column, component, value)])
    return np.concatenate(taken)


def _numbered(names: Ints) -> Ints:
    """The names replaced by their ranks; made for names that are small numbers."""
    there = np.zeros(int(names.max(initial=-1)) + 1, dtype=bool)
    there[names] = True
    return (np.cumsum(there) - 1)[names]


def _favourites(row: Ints, value: Ints) -> Ints:
    """For each row the place of its first pair of the greatest value."""
    n = int(row.max(initial=-1)) + 1
    best = np.zeros(n, dtype=np.int64)
    np.maximum.at(best, row, value)
    place = np.zeros(n, dtype=np.int64)
    # numpy lets the last of several assignments stand, so backwards the first
    candidates = np.flatnonzero(value == best[row])[::-1]
    place[row[candidates]] = candidates
    return place


def _components(row: Ints, column: Ints) -> Ints:
    """For each pair the least row of the connected component that it is in.

    Each round hands the least row known from rows to columns and back, and follows it to what is
    known there, which makes the distances that are covered grow geometrically.
    """
    label = np.arange(int(row.max()) + 1)
    while True:
        least = np.full(int(column.max()) + 1, len(label))
        np.minimum.at(least, column, label[row])
        found = label.copy()
        np.minimum.at(found, row, least[column])
        found = found[found]
        if (found == label).all():
            return label[row]
        label = found


def _assigned(row: Ints, column: Ints, component: Ints, value: Ints) -> Ints:
    """The optimal choice in each component, as places."""
    if not len(row):
        return np.zeros(0, dtype=np.int64)
    from scipy.optimize import linear_sum_assignment

    component = _numbered(component)
    in_row, height = _within(row, component)
    in_column, width = _within(column, component)
    # the components' matrices, one behind the other
    base = np.cumsum(height * width) - height * width
    cell = base[component] + in_row * width[component] + in_column
    place = np.full(int(base[-1] + height[-1] * width[-1]), -1)
    place[cell] = np.arange(len(cell))
    weight = np.zeros(len(place))
    weight[cell] = _weights(value, (np.minimum(height, width) + 1)[component])
    chosen = [np.zeros(0, dtype=np.int64)]
    for first, m, n in zip(base.tolist(), height.tolist(), width.tolist(), strict=True):
        matrix = weight[first : first + m * n].reshape(m, n)
        i, j = linear_sum_assignment(matrix, maximize=True)
        chosen.append(first + i * n + j)
    places = place[np.concatenate(chosen)]
    return places[places >= 0]


def _within(name: Ints, component: Ints) -> tuple[Ints, Ints]:
    """The number of each name within its component, and how many each component has."""
    home = np.zeros(int(name.max()) + 1, dtype=np.int64)
    home[name] = component
    size = np.bincount(home, minlength=int(component.max()) + 1)
    number = np.empty(len(home), dtype=np.int64)
    number[np.argsort(home, kind="stable")] = np.arange(len(home))
    return (number - (np.cumsum(size) - size)[home])[name], size


def _weights(value: Ints, scale: Ints) -> NDArray[np.float64]:
    """Numbers whose greatest sum decides in the order that ``best_pairs`` promises.

    ``scale`` is greater than the number of pairs that a component's choice may have, so that no
    number of pairs outweighs one code point, and so on. Bits of the tie that do not fit are left
    out.
    """
    shared, bonus = value >> (TIE_BITS + 1), (value >> TIE_BITS) & 1
    coarse = (shared * scale + bonus) * scale + 1
    room = EXACT_BITS - int(coarse.max()).bit_length() - int(scale.max()).bit_length()
    bits = min(max(room, 0), TIE_BITS)
    tie = (value & ((1 << TIE_BITS) - 1)) >> (TIE_BITS - bits)
    return ((coarse * scale << bits) + tie).astype(np.float64)
