"""The items of one list over all documents, and Arrow columns as numbers.

Strings are only ever compared, so they become small whole numbers as early as possible: places in
a vocabulary, or places among the different strings of a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from communique.eval.keys import Ints

__all__ = [
    "NOTHING",
    "UNKNOWN",
    "Bools",
    "Names",
    "Rows",
    "ints",
    "list_lengths",
    "names_of",
    "nulls",
    "one_array",
    "plain_strings",
    "same_numbers",
]

UNKNOWN = -2
"""A label that is not in the vocabulary, or a reference that leads nowhere."""
NOTHING = -1
"""A null."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Names:
    """Strings as numbers: ``code`` has places in ``names``, and ``NOTHING`` for a null."""

    code: Ints
    names: pa.Array


class Rows:
    """The items of one list: ``doc`` is the document of each row, ``items`` are its fields."""

    def __init__(self, doc: Ints, items: pa.StructArray) -> None:
        self.doc = doc
        self.items = items
        # several measures and the checks ask for the same columns
        self._codes: dict[tuple[str, Sequence[str], int], Ints] = {}
        self._names: dict[str, Names] = {}

    def __len__(self) -> int:
        return len(self.doc)

    @cached_property
    def index(self) -> Ints:
        """The place of each row in the list of its document."""
        places = np.arange(len(self.doc))
        return places - np.searchsorted(self.doc, self.doc)

    def column(self, name: str) -> pa.Array:
        """A field of the items."""
        if self.items.type.get_field_index(name) < 0:
            return pa.nulls(len(self.items))
        return self.items.field(name)

    def strings(self, name: str) -> pa.Array:
        """A field of the items as strings; nulls stay."""
        return plain_strings(self.column(name))

    def names(self, name: str) -> Names:
        """A field of strings as numbers."""
        if name not in self._names:
            self._names[name] = names_of(self.column(name))
        return self._names[name]

    def codes(self, name: str, labels: Sequence[str], missing: int = NOTHING) -> Ints:
        """A label field as places in ``labels``; ``missing`` for null, ``UNKNOWN`` otherwise."""
        key = name, tuple(labels), missing
        if key not in self._codes:
            self._codes[key] = _label_codes(self.column(name), labels, missing)
        return self._codes[key]


def names_of(column: pa.Array) -> Names:
    """A column of strings as numbers."""
    if pa.types.is_null(column.type):
        return Names(np.full(len(column), NOTHING), pa.array([], pa.string()))
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    return Names(ints(column.indices, NOTHING), plain_strings(column.dictionary))


def same_numbers(*columns: Names) -> tuple[Ints, ...]:
    """Numbers for the strings of several columns, equal where they are; ``NOTHING`` for nulls."""
    spellings = pc.dictionary_encode(pa.concat_arrays([one.names for one in columns]))
    bounds = np.cumsum([len(one.names) for one in columns])[:-1]
    number = np.split(ints(spellings.indices), bounds)
    return tuple(
        np.append(ours, NOTHING)[one.code] for ours, one in zip(number, columns, strict=True)
    )


def _label_codes(column: pa.Array, labels: Sequence[str], missing: int) -> Ints:
    known = pa.array(labels, pa.string())
    if pa.types.is_dictionary(column.type):
        names = names_of(column)
        code = np.append(ints(pc.index_in(names.names, value_set=known), UNKNOWN), missing)
        return code[names.code]
    column = plain_strings(column)
    code = ints(pc.index_in(column, value_set=known), UNKNOWN)
    if column.null_count:
        code = np.where(nulls(column), missing, code)
    return code


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as a single array; ``combine_chunks`` of no chunk is an empty array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def nulls(column: pa.Array | pa.ChunkedArray) -> Bools:
    """Where a column is null."""
    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    found = pc.is_null(column)
    found = one_array(found) if isinstance(found, pa.ChunkedArray) else found
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def ints(column: pa.Array, missing: int = 0) -> Ints:
    """A column of whole numbers, with ``missing`` in the place of nulls."""
    if column.null_count:
        column = pc.fill_null(column, missing)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def list_lengths(column: pa.Array) -> Ints:
    """The length of each list; a null has none."""
    return ints(pc.list_value_length(column))


def plain_strings(column: pa.Array) -> pa.Array:
    """A column as strings, whether it is a dictionary of them or all nulls."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if column.type == pa.string() else column.cast(pa.string())
