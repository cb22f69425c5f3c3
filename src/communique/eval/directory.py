"""Where an id leads: the row of a list that has it, in the same document."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from communique.eval.keys import Ints, below, ordered
from communique.eval.rows import NOTHING, UNKNOWN, Names, Rows, ints

__all__ = ["Directory"]

SPARSE = 8
"""Places per entry from which on a table of all documents and names would be mostly air."""


class Directory:
    """The ids of one list or of several; rows are numbered through all of them."""

    def __init__(self, lists: Sequence[Rows], n_docs: int) -> None:
        parts = [rows.names("id") for rows in lists]
        self.names = pc.unique(pa.concat_arrays([part.names for part in parts]))
        code = np.concatenate([self._codes(part) for part in parts])
        self.n_rows = len(code)
        self.n_names = max(len(self.names), 1)
        self.doc = np.concatenate([rows.doc for rows in lists])
        self.code = code
        row: Ints = np.arange(self.n_rows)
        key: Ints = self.doc * self.n_names + code
        if self.n_rows and int(code.min()) < 0:  # no id at all: nothing leads there
            row = np.flatnonzero(code >= 0)
            key = key[row]
        size = n_docs * self.n_names
        self.table: Ints | None = None
        if size <= SPARSE * self.n_rows:
            self.table = np.full(size, UNKNOWN)
            # of rows with the same id the first counts: numpy lets the last assignment stand
            self.table[key[::-1]] = row[::-1]
        else:
            by_key, self.keys = ordered(key)
            self.row = row[by_key]

    def find(self, doc: Ints, names: Names) -> Ints:
        """The row for each name in a document; ``UNKNOWN`` and ``NOTHING`` where there is none.

        They are -2 and -1, so that indexing an array with two extra places at its end resolves
        them too.
        """
        found = self._rows(doc, self._codes(names))
        # only a column with nulls has codes below zero, and most have none
        if len(found) and int(names.code.min()) < 0:
            found[names.code < 0] = NOTHING
        return found

    def _codes(self, names: Names) -> Ints:
        """Names as places among the names of this directory."""
        place = ints(pc.index_in(names.names, value_set=self.names), UNKNOWN)
        codes: Ints = np.append(place, NOTHING)[names.code]
        return codes

    def repeated(self) -> Ints:
        """The rows whose id stands before them in the same document."""
        return np.flatnonzero(
            (self._rows(self.doc, self.code) != np.arange(self.n_rows)) & (self.code >= 0)
        )

    def _rows(self, doc: Ints, code: Ints) -> Ints:
        key = doc * self.n_names + code
        known = not len(code) or int(code.min()) >= 0
        if not known:
            key = np.where(code >= 0, key, 0)
        found: Ints
        if self.table is not None:
            found = self.table[key]
        else:
            by_key, in_order = ordered(key)
            at = below(self.keys, in_order)
            found = np.full(len(key), UNKNOWN)
            at_end = np.minimum(at, max(len(self.keys) - 1, 0))
            if len(self.keys):
                hit = self.keys[at_end] == in_order
                found[by_key[hit]] = self.row[at_end[hit]]
        if not known:
            found[code < 0] = UNKNOWN
        return found
