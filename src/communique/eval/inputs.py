"""Annotations to score, wherever they lie: one Arrow table with one row per document.

Read are JSONL of records, one record in JSON, a folder of records, Arrow (stream or file),
Parquet, and a dataset that ``communique corpus build`` made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from communique.annotations.reading import iterate_records
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.eval.conformity import compact, conformed
from communique.eval.keys import Ints
from communique.eval.stored_table import StoredTable, broken
from communique.files import parse_yaml, read_text
from communique.schemas.arrow import record_schema
from communique.schemas.schema import Schema, load_schema

__all__ = ["FACTS", "Part", "Side", "conformed", "read_side", "side_of_records"]

BATCH = 1_000

KEPT = 2**28
"""Bytes of records in memory up to which a second form of them is kept."""

VALUE_BYTES = 8
"""Bytes of a value in memory, roughly."""

FACTS = ("genre", "world", "storyline", "outlet")
"""Metadata of a document that scores can be grouped or clustered by."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some records of a side, and their texts where these are known."""

    table: pa.Table
    texts: Sequence[str | None]


@dataclass(frozen=True)
class Side:
    """Annotations of some documents from one place.

    ``records`` are in memory, with the columns of ``communique.schemas.arrow.record_schema``, or in
    a Parquet file. ``texts``, ``splits`` and ``facts`` (genre, world, storyline, outlet) are by
    document id, as far as they are known.
    """

    name: str
    records: pa.Table | StoredTable
    texts: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def table(self) -> pa.Table:
        """All records in memory."""
        return self.records.whole() if isinstance(self.records, StoredTable) else self.records

    @cached_property
    def doc_ids(self) -> pa.ChunkedArray:
        """The document of each record."""
        return self.records.column("doc_id").cast(pa.string())

    @property
    def values_per_doc(self) -> float:
        """About how many values a record has: how much work it is to compare."""
        if isinstance(self.records, StoredTable):
            return self.records.values_per_doc
        return float(self.records.nbytes / VALUE_BYTES / max(self.records.num_rows, 1))

    def parts(self, rows: Ints, size: int, lists: Collection[str] | None = None) -> Iterator[Part]:
        """The records at some rows, in their order, ``size`` at a time.

        Of a Parquet file no more is in memory than a part or two, when the rows ascend, and nothing
        is read but ``lists``, when these are given.
        """
        for part in self._tables(rows, size, lists):
            if isinstance(self.texts, StoredTexts):
                texts = part.column("text").to_pylist()
            elif self.texts:
                texts = [self.texts.get(doc_id) for doc_id in part.column("doc_id").to_pylist()]
            else:
                texts = [None] * part.num_rows
            yield Part(part, texts)

    def _tables(self, rows: Ints, size: int, lists: Collection[str] | None) -> Iterator[pa.Table]:
        firsts = range(0, len(rows), size)
        if isinstance(self.records, StoredTable):
            stored = self.records.reread(lists, size)
            yield from (stored.rows(rows[first : first + size]) for first in firsts)
            return
        small = self.records.nbytes <= KEPT
        table = self._compact if small else self.records
        if not np.array_equal(rows, np.arange(table.num_rows)):
            table = table.take(pa.array(rows))
        parts = (table.slice(first, size) for first in firsts)
        yield from parts if small else map(compact, parts)

    @cached_property
    def _compact(self) -> pa.Table:
        """The records as they are compared, kept for the next comparison."""
        return compact(self.table)


class StoredTexts(Mapping[str, str]):
    """The texts in a Parquet file by document id; read when one is asked for."""

    def __init__(self, records: StoredTable) -> None:
        self._records = records

    @cached_property
    def _texts(self) -> dict[str, str]:
        columns = (self._records.column(name).to_pylist() for name in ("doc_id", "text"))
        return {one: text for one, text in zip(*columns, strict=True) if text is not None}

    def __getitem__(self, doc_id: str) -> str:
        """One text; KeyError as usual."""
        return self._texts[doc_id]

    def __iter__(self) -> Iterator[str]:
        """The ids."""
        return iter(self._texts)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._texts)


def side_of_records(
    records: Iterable[Record],
    *,
    name: str,
    texts: Mapping[str, str] | None = None,
    splits: Mapping[str, str] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    schema: Schema | None = None,
) -> Side:
    """A side from records in memory."""
    import msgspec

    columns = record_schema(schema or load_schema())
    batches, rows = [], []
    for record in records:
        rows.append(msgspec.to_builtins(record))
        if len(rows) == BATCH:
            batches.append(pa.RecordBatch.from_pylist(rows, schema=columns))
            rows = []
    batches.append(pa.RecordBatch.from_pylist(rows, schema=columns))
    return Side(name, pa.Table.from_batches(batches), texts or {}, splits or {}, facts or {})


def read_side(path: Path, schema: Schema | None = None) -> Side:
    """The annotations at a path.

    Raises:
        InvalidInput: nothing there, nothing in it, or not one of the formats; all problems at
            once.

    """
    schema = schema or load_schema()
    if path.is_dir() and (path / "README.md").is_file():
        return _dataset(path, schema)
    if path.suffix == ".parquet":
        side = _parquet(path, schema)
    elif path.suffix == ".arrow":
        raw = _arrow_table(path)
        side = Side(str(path), conformed(raw, str(path), schema), _texts(raw), {}, _facts(raw))
    else:
        if path.is_file() and not path.stat().st_size:
            raise _unusable(path, "eval.empty", "an empty file", "records")
        side = side_of_records(iterate_records(path), name=str(path), schema=schema)
    if not len(side.doc_ids):
        raise _unusable(path, "eval.empty", "no record", "at least one")
    return side


def _parquet(path: Path, schema: Schema) -> Side:
    """A Parquet file; what can be wrong with all of it is found now, the rest when it is read."""
    records = StoredTable(path, schema)
    texts = StoredTexts(records) if records.has("text") else {}
    known = any(records.has(name) for name in FACTS)
    facts = _facts(records.plain(("doc_id", *FACTS))) if known else {}
    side = Side(str(path), records, texts, {}, facts)
    records.check()
    return side


def _arrow_table(path: Path) -> pa.Table:
    """An Arrow or Parquet file; every way that it can be broken is one problem."""
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            return pq.read_table(path)
        with pa.memory_map(str(path)) as file:
            try:
                return pa.ipc.open_stream(file).read_all()
            except pa.ArrowInvalid:
                file.seek(0)
                return pa.ipc.open_file(file).read_all()
    except (pa.ArrowException, OSError, EOFError) as error:
        kind = "Parquet" if path.suffix == ".parquet" else "Arrow"
        raise broken(path, kind, error) from error


def _dataset(path: Path, schema: Schema) -> Side:
    """The `documents` config of a built dataset, as its card lists the shards."""
    card = path / "README.md"
    front = read_text(card).split("---\n")
    head: Any = parse_yaml(front[1], source=str(card)) if len(front) > 2 else None
    configs = head.get("configs", []) if isinstance(head, dict) else []
    wanted = [c for c in configs if isinstance(c, dict) and c.get("config_name") == "documents"]
    if not wanted:
        raise _unusable(card, "eval.dataset", "no config `documents`", "a built dataset")
    tables: list[pa.Table] = []
    splits: dict[str, str] = {}
    texts: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}
    for part in wanted[0].get("data_files", []):
        for shard in sorted(path.glob(str(part["path"]))):
            raw = _arrow_table(shard)
            tables.append(conformed(raw, str(shard), schema))
            texts |= _texts(raw)
            facts |= _facts(raw)
            splits |= dict.fromkeys(raw.column("doc_id").to_pylist(), str(part["split"]))
    if not tables:
        raise _unusable(card, "eval.dataset", "no shard of `documents`", "at least one")
    return Side(str(path), pa.concat_tables(tables), texts, splits, facts)


def _texts(table: pa.Table) -> dict[str, str]:
    if not {"text", "doc_id"} <= set(table.column_names):
        return {}
    pairs = zip(table.column("doc_id").to_pylist(), table.column("text").to_pylist(), strict=True)
    return {doc_id: text for doc_id, text in pairs if text is not None}


def _facts(table: pa.Table) -> dict[str, dict[str, str]]:
    names = [name for name in FACTS if name in table.column_names]
    if not names or "doc_id" not in table.column_names:
        return {}
    rows = table.select(["doc_id", *names]).to_pylist()
    return {row["doc_id"]: {name: str(row[name]) for name in names} for row in rows}


def _unusable(path: Path, check: str, found: str, expected: str) -> InvalidInput:
    problem = Problem(check=check, found=found, expected=expected, file=str(path))
    return InvalidInput([problem])
