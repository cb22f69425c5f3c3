"""Whether two golds are the same: a number for what each document says, eight digits for all.

The numbers are sums of well mixed 64-bit numbers, so they depend neither on the order of a list
nor on the file format, and can be made part by part. Nothing here is meant against forgers.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from communique.eval.rows import ints, nulls
from communique.schemas.arrow import record_schema
from communique.schemas.schema import Schema

__all__ = ["Marks", "document_marks", "fingerprint", "mixed"]

Marks = NDArray[np.uint64]
"""Numbers that stand for contents: other contents, nearly always another number."""

ODD = np.uint64(0x9E3779B97F4A7C15)
OTHER = np.uint64(0xC2B2AE3D27D4EB4F)
NULL = np.uint64(0)
EMPTY = np.uint64(1)
WORD = 8
LOW_BYTES = np.array([(1 << (8 * n)) - 1 for n in range(WORD)] + [2**64 - 1], dtype=np.uint64)


def document_marks(table: pa.Table, schema: Schema) -> Marks:
    """A number for all that a record says, for each row of a table of records."""
    total = np.zeros(table.num_rows, dtype=np.uint64)
    for number, one in enumerate(record_schema(schema)):
        if one.name in table.column_names:
            column = table.column(one.name)
            marks = [_marks(chunk) for chunk in column.chunks]
            total = _with(total, number, np.concatenate(marks) if marks else total)
    return mixed(total)


def fingerprint(marks: Marks) -> str:
    """Eight hexadecimal digits for the numbers of all documents, in the order of their ids."""
    return hashlib.blake2b(marks.astype("<u8").tobytes(), digest_size=4).hexdigest()


def mixed(marks: Marks) -> Marks:
    """The numbers with every bit spread over all others; in place."""
    marks ^= marks >> np.uint64(32)
    marks *= ODD
    marks ^= marks >> np.uint64(29)
    return marks


def _with(total: Marks, number: int, part: Marks) -> Marks:
    """A sum that also has a further part, which counts otherwise than at another place."""
    total += part * (OTHER + np.uint64(2 * number))
    return total


def _marks(column: pa.Array) -> Marks:
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), NULL)
    if pa.types.is_dictionary(kind):
        of_name = np.append(_marks(column.dictionary), NULL)
        return of_name[ints(column.indices, -1)]
    if pa.types.is_struct(kind):
        total: NDArray[np.uint64] = np.zeros(len(column), dtype=np.uint64)
        for number in range(kind.num_fields):
            total = _with(total, number, _marks(column.field(number)))
        marks = mixed(total)
    elif pa.types.is_fixed_size_list(kind):
        if column.null_count:  # their places hold no values
            return _scattered(column)
        inside = _marks(column.flatten()).reshape(len(column), kind.list_size)
        total = np.zeros(len(column), dtype=np.uint64)
        for number in range(kind.list_size):
            total = _with(total, number, inside[:, number])
        marks = mixed(total)
    elif pa.types.is_list(kind):
        lengths = ints(column.value_lengths())
        sums = np.concatenate([[NULL], np.cumsum(_marks(column.flatten()), dtype=np.uint64)])
        end = np.cumsum(lengths)
        marks = mixed(sums[end] - sums[end - lengths] + lengths.astype(np.uint64) + EMPTY)
    elif pa.types.is_string(kind):
        marks = _string_marks(column)
    else:
        marks = mixed(ints(column.cast(pa.int64())).astype(np.uint64) + EMPTY)
    if column.null_count:
        marks[nulls(column)] = NULL
    return marks


def _scattered(column: pa.Array) -> Marks:
    marks = np.full(len(column), NULL)
    marks[~nulls(column)] = _marks(column.drop_null())
    return marks


def _string_marks(column: pa.StringArray) -> Marks:
    """Eight bytes of all strings at a time."""
    _, offsets, data = column.buffers()
    if not len(column) or data is None:
        return np.full(len(column), EMPTY)
    bounds = np.frombuffer(offsets, dtype=np.int32)[column.offset :][: len(column) + 1]
    bounds = bounds.astype(np.int64)
    text = np.frombuffer(data, dtype=np.uint8)[bounds[0] : bounds[-1]]
    padded = np.concatenate([text, np.zeros(WORD, dtype=np.uint8)])
    # the eight bytes from each byte on
    words: NDArray[np.uint64] = np.ndarray(
        len(text) + 1, dtype="<u8", buffer=padded.data, strides=(1,)
    )
    at, left = bounds[:-1] - bounds[0], np.diff(bounds)
    marks = left.astype(np.uint64) + EMPTY
    rows = np.flatnonzero(left > 0)
    while len(rows):
        here = words[at[rows]] & LOW_BYTES[np.minimum(left[rows], WORD)]
        marks[rows] = mixed((marks[rows] ^ here) * OTHER)
        at[rows] += WORD
        left[rows] -= WORD
        rows = rows[left[rows] > 0]
    return marks
