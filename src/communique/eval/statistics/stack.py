"""The columns of many tables of counts side by side, so that one product serves them all."""

from __future__ import annotations

import numpy as np

from communique.eval.counts import Floats
from communique.eval.keys import Ints

__all__ = ["Stack", "gridded"]

EXACT_BITS = 52
"""Whole numbers up to ``2 ** EXACT_BITS`` add up in double precision without any rounding."""


class Stack:
    """Distinct columns over the same units.

    Measures of one layer share columns (how much was predicted, how much there is), types are
    often empty: each distinct column is multiplied once.
    """

    def __init__(self, n_units: int) -> None:
        self.n_units = n_units
        self._columns: list[Floats] = []
        self._places: dict[bytes, int] = {}

    def add(self, table: Floats) -> Ints:
        """Put in a table of the shape ``(units, k)``; where its columns stand in the matrix."""
        columns = np.ascontiguousarray(gridded(table).T)
        places = []
        for column in columns:
            key = column.tobytes()
            if key not in self._places:
                self._places[key] = len(self._columns)
                self._columns.append(column)
            places.append(self._places[key])
        return np.array(places, dtype=np.int64)

    @property
    def matrix(self) -> Floats:
        """All distinct columns, of the shape ``(units, columns)``."""
        if not self._columns:
            return np.zeros((self.n_units, 0))
        return np.stack(self._columns, axis=1)


def gridded(table: Floats) -> Floats:
    """Each column on the finest binary grid on which every resample's sum is exact.

    Sums of such numbers do not depend on the order of adding, so neither on the chunks, the
    threads nor the processor: a seed gives the same interval everywhere. Whole and half counts
    stay what they are. Others (mean overlaps, say) move by less than ``units * largest / 2**52``,
    that is by 1e-11 for 100 documents and 1e-9 for 10,000 with counts up to 500.
    """
    largest = np.abs(table).max(axis=0, initial=0.0) * max(len(table), 1)
    # frexp: largest < 2 ** exponent; nothing that is counted is finer than 2 ** -EXACT_BITS
    exponent = np.maximum(np.frexp(largest)[1], 0)
    step = np.ldexp(1.0, exponent - EXACT_BITS)
    return np.asarray(np.round(table / step) * step, dtype=np.float64)
