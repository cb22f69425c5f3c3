"""Annotations to score, wherever they lie: one Arrow table with one row per document.

Read are JSONL of records, one record in JSON, a folder of records, Arrow (stream or file),
Parquet, and a dataset that ``communique corpus build`` made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from communique.annotations.reading import iterate_records
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem, quoted
from communique.files import parse_yaml, read_text
from communique.schemas.arrow import list_type, record_schema
from communique.schemas.schema import Schema, load_schema

__all__ = ["FACTS", "Side", "conformed", "read_side", "side_of_records"]

BATCH = 1_000

FACTS = ("genre", "world", "storyline", "outlet")
"""Metadata of a document that scores can be grouped or clustered by."""


@dataclass(frozen=True, slots=True)
class Side:
    """Annotations of some documents from one place.

    ``table`` has the columns of ``communique.schemas.arrow.record_schema``; ``texts``, ``splits``
    and ``facts`` (genre, world, storyline, outlet) are by document id, as far as they are known.
    """

    name: str
    table: pa.Table
    texts: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
    if path.suffix in (".arrow", ".parquet"):
        raw = _arrow_table(path)
        side = Side(str(path), conformed(raw, str(path), schema), _texts(raw), {}, _facts(raw))
    else:
        if path.is_file() and not path.stat().st_size:
            raise _unusable(path, "eval.empty", "an empty file", "records")
        side = side_of_records(iterate_records(path), name=str(path), schema=schema)
    if not side.table.num_rows:
        raise _unusable(path, "eval.empty", "no record", "at least one")
    return side


def conformed(table: pa.Table, source: str, schema: Schema) -> pa.Table:
    """The columns of a record out of any table that has them; a layer may be missing whole.

    Raises:
        InvalidInput: a column is not of the type that the schema gives it.

    """
    problems: list[Problem] = []
    columns: dict[str, pa.ChunkedArray] = {}

    def wrong(column: str, found: object, expected: str) -> None:
        problems.append(
            Problem(
                check="eval.column",
                found=quoted(str(found)),
                expected=expected,
                file=source,
                path=f"$.{column}",
            )
        )

    for one in record_schema(schema):
        if one.name not in table.column_names:
            if one.name == "doc_id":
                wrong("doc_id", "no such column", "one document id per row")
            columns[one.name] = pa.chunked_array([pa.nulls(table.num_rows, one.type)])
            continue
        column = table.column(one.name)
        try:
            if one.name in schema.lists:
                columns[one.name] = _list_column(column, one.name, schema)
            else:
                columns[one.name] = column.cast(one.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
            wrong(one.name, str(error).split("\n")[0], str(one.type))
    if problems:
        raise InvalidInput(problems)
    return pa.table(columns)


def _list_column(column: pa.ChunkedArray, name: str, schema: Schema) -> pa.ChunkedArray:
    """A layer's column in the schema's type, with defaults where an optional field is missing."""
    wanted = list_type(schema, name)
    if column.type == wanted or pa.types.is_null(column.type):
        return column.cast(wanted)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise TypeError(f"{column.type}, which is no list")
    if not pa.types.is_struct(column.type.value_type):
        raise TypeError(f"a list of {column.type.value_type}, not of structs")
    parts = []
    for chunk in column.chunks:
        items = chunk.flatten()
        fields = {f.name: f for f in schema.lists[name].fields if not f.derived}
        present = {one.name for one in items.type}
        arrays = []
        for one in wanted.value_type:
            if one.name in present:
                arrays.append(items.field(one.name).cast(one.type))
            elif fields[one.name].required:
                raise ValueError(f"no field {one.name}")
            else:
                arrays.append(pa.array([fields[one.name].default] * len(items), one.type))
        struct = pa.StructArray.from_arrays(arrays, fields=list(wanted.value_type))
        lengths = pc.fill_null(pc.list_value_length(chunk), 0)
        offsets = pa.concat_arrays(
            [pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))]
        )
        parts.append(
            pa.ListArray.from_arrays(offsets.cast(pa.int32()), struct, mask=pc.is_null(chunk))
        )
    return pa.chunked_array(parts, wanted)


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
        found = quoted(str(error).split("\n")[0])
        kind = "Parquet" if path.suffix == ".parquet" else "Arrow"
        raise _unusable(path, "eval.readable", found, f"a complete {kind} file") from error


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
