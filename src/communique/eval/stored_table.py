"""Records in a Parquet file, read part by part, so that they may be more than fit in memory.

Parquet stores a repeated string once and then its number. Ids and labels are taken as such
numbers, which is a third of the work of making strings of them and numbers of these again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.conformity import compact, conformed
from communique.eval.keys import Ints
from communique.schemas.arrow import record_schema
from communique.schemas.schema import Schema

__all__ = ["StoredTable", "broken"]

SPREAD = 4
"""Rows read for one that is wanted, from which on the whole file is kept in memory instead."""


class StoredTable:
    """The records in a Parquet file with one row per document; only ``lists``, when given.

    ``chunk`` documents are decoded at once.

    Raises:
        InvalidInput: it is not one, or is cut off; so do all methods.

    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        *,
        lists: Collection[str] | None = None,
        chunk: int = 1_000,
    ) -> None:
        self.path = path
        self.schema = schema
        self.chunk = chunk
        with self._readable():
            self.file = self._opened()
        leaves = self.file.metadata.schema
        names = {one.name for one in record_schema(schema)} | {"text"}
        if lists is not None:
            names -= set(schema.lists) - set(lists)
        self.columns = [name for name in self.file.schema_arrow.names if name in names]
        self.nested_strings = [
            leaf.path
            for leaf in map(leaves.column, range(len(leaves)))
            if "." in leaf.path and leaf.logical_type.type == "STRING"
        ]
        # the last chunks that were read: the row that the first one begins at, and they
        self._begin = 0
        self._chunks: list[pa.Table] = []
        self._coming: Iterator[pa.Table] | None = None

    @property
    def n_docs(self) -> int:
        """Rows."""
        return int(self.file.metadata.num_rows)

    @property
    def values_per_doc(self) -> float:
        """How many values a document has on average: how large it is to compare."""
        meta = self.file.metadata
        columns = (
            meta.row_group(group).column(leaf)
            for group in range(meta.num_row_groups)
            for leaf in range(meta.num_columns)
        )
        return float(sum(one.num_values for one in columns) / max(self.n_docs, 1))

    def reread(self, lists: Collection[str] | None, chunk: int) -> StoredTable:
        """The same file from its beginning, read in another way."""
        return StoredTable(self.path, self.schema, lists=lists, chunk=chunk)

    def check(self) -> None:
        """Raises ``InvalidInput`` when the columns, or the first record, are of no use."""
        with self._readable():
            first = next(self._batches(0, [], 1)) if self.n_docs else None
        table = self.file.schema_arrow.empty_table().select(self.columns)
        conformed(
            table if first is None else pa.Table.from_batches([first]), str(self.path), self.schema
        )

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.file.schema_arrow.names

    def plain(self, names: Sequence[str]) -> pa.Table:
        """Those of some columns that there are, as they are, for all documents."""
        with self._readable():
            return self.file.read([name for name in names if self.has(name)])

    def column(self, name: str) -> pa.ChunkedArray:
        """One column as it is."""
        return self.plain([name]).column(name)

    def whole(self) -> pa.Table:
        """All records in memory, as they are wanted of a side: without the texts."""
        return conformed(self._all, str(self.path), self.schema)

    def rows(self, rows: Ints) -> pa.Table:
        """The records at some rows, in their order.

        Cheap when one call after the other goes through the file in order; rows that lie far apart
        bring all of it into memory.
        """
        low, high = (int(rows.min()), int(rows.max()) + 1) if len(rows) else (0, 0)
        if high - low > SPREAD * len(rows) + self.chunk:
            return self._kept.take(pa.array(rows))
        part = self._between(low, high)
        if len(rows) == high - low and (np.diff(rows) == 1).all():
            return part
        return part.take(pa.array(rows - low))

    @cached_property
    def _kept(self) -> pa.Table:
        return self._conformed(self._all)

    @property
    def _all(self) -> pa.Table:
        with self._readable():
            return self.file.read(self.columns)

    def _between(self, low: int, high: int) -> pa.Table:
        if self._coming is None or low < self._begin:
            self._begin, self._chunks, self._coming = 0, [], self._read(low)
            self._begin = self._group_of(low)[1]
        while self._chunks and self._begin + self._chunks[0].num_rows <= low:
            self._begin += self._chunks.pop(0).num_rows
        end = self._begin + sum(chunk.num_rows for chunk in self._chunks)
        while end < high:
            with self._readable():
                chunk = next(self._coming)
            if end + chunk.num_rows <= low:
                self._begin += chunk.num_rows
            else:
                self._chunks.append(chunk)
            end += chunk.num_rows
        if not self._chunks:
            return self._conformed(self.file.schema_arrow.empty_table().select(self.columns))
        return pa.concat_tables(self._chunks).slice(low - self._begin, high - low)

    def _group_of(self, row: int) -> tuple[int, int]:
        """The row group that a row is in, and the row that it begins at."""
        meta, begin = self.file.metadata, 0
        for group in range(meta.num_row_groups):
            size = meta.row_group(group).num_rows
            if row < begin + size:
                return group, begin
            begin += size
        return meta.num_row_groups, begin

    def _read(self, row: int) -> Iterator[pa.Table]:
        """Chunks of the file from the group on that a row is in."""
        for group in range(self._group_of(row)[0], self.file.metadata.num_row_groups):
            done = 0
            try:
                for batch in self._batches(group, self.nested_strings, self.chunk):
                    done += batch.num_rows
                    yield self._conformed(pa.Table.from_batches([batch]))
            except pa.ArrowNotImplementedError:
                # a dictionary that outgrew its page goes on as plain strings, within one column
                for batch in self._batches(group, [], self.chunk):
                    table = pa.Table.from_batches([batch])
                    skip = min(done, table.num_rows)
                    done -= skip
                    if skip < table.num_rows:
                        yield self._conformed(table.slice(skip))

    def _batches(self, group: int, dictionaries: list[str], size: int) -> Iterator[pa.RecordBatch]:
        file = self._opened(read_dictionary=dictionaries)
        yield from file.iter_batches(size, row_groups=[group], columns=self.columns)

    def _opened(self, **options: Any) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetFile(self.path, **options)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError, EOFError) as error:
            raise broken(self.path, "Parquet", error) from error

    def _conformed(self, table: pa.Table) -> pa.Table:
        """Records, with dictionaries inside their lists, and their texts where there are any."""
        fitted = compact(conformed(table, str(self.path), self.schema, keep_dictionaries=True))
        if "text" in table.column_names:
            fitted = fitted.append_column("text", table.column("text"))
        return fitted


def broken(path: Path, kind: str, error: Exception) -> InvalidInput:
    """What is said of a file that is no complete Parquet or Arrow file."""
    return InvalidInput(
        [
            Problem(
                check="eval.readable",
                found=quoted(str(error).split("\n")[0]),
                expected=f"a complete {kind} file",
                file=str(path),
            )
        ]
    )
