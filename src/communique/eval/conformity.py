"""Columns of other tools in the types that the schema gives a record."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.rows import one_array
from communique.schemas.arrow import list_type, record_schema
from communique.schemas.schema import Field, Schema

__all__ = ["compact", "conformed"]


def conformed(
    table: pa.Table, source: str, schema: Schema, *, keep_dictionaries: bool = False
) -> pa.Table:
    """The columns of a record out of any table that has them; a layer may be missing whole.

    ``keep_dictionaries`` leaves strings inside lists as the dictionaries that they were read as,
    which are smaller and faster to compare.

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
                columns[one.name] = _list_column(
                    column, one.name, schema, keep_dictionaries=keep_dictionaries
                )
            else:
                columns[one.name] = column.cast(one.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
            wrong(one.name, str(error).split("\n")[0], str(one.type))
    if problems:
        raise InvalidInput(problems)
    return pa.table(columns)


def compact(table: pa.Table) -> pa.Table:
    """The table in one piece, with all strings inside lists as numbers into dictionaries.

    That is what comparing makes of strings anyway; done once, it serves every comparison.
    """
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if _is_list(column.type):
            column = pa.chunked_array([_with_dictionaries(one_array(column))])
        columns[name] = column
    return pa.table(columns)


def _with_dictionaries(column: pa.Array) -> pa.Array:
    if not _holds_strings(column.type):
        return column
    if _is_list(column.type):
        return _relisted(column, _with_dictionaries(column.flatten()))
    if pa.types.is_struct(column.type):
        names = [field.name for field in column.type]
        return pa.StructArray.from_arrays(
            [_with_dictionaries(column.field(name)) for name in names], names=names
        )
    return pc.dictionary_encode(column)


def _holds_strings(kind: pa.DataType) -> bool:
    if _is_list(kind):
        return _holds_strings(kind.value_type)
    if pa.types.is_struct(kind):
        return any(_holds_strings(field.type) for field in kind)
    return bool(pa.types.is_string(kind))


def _list_column(
    column: pa.ChunkedArray, name: str, schema: Schema, *, keep_dictionaries: bool
) -> pa.ChunkedArray:
    """A layer's column in the schema's type, with defaults where an optional field is missing."""
    wanted = list_type(schema, name)
    if column.type == wanted or pa.types.is_null(column.type):
        return column.cast(wanted)
    if not _is_list(column.type):
        raise TypeError(f"{column.type}, which is no list")
    if not pa.types.is_struct(column.type.value_type):
        raise TypeError(f"a list of {column.type.value_type}, not of structs")
    fields = {field.name: field for field in schema.lists[name].fields}
    parts = []
    for chunk in column.chunks:
        items = _struct(chunk.flatten(), wanted.value_type, fields, keep_dictionaries)
        parts.append(_relisted(chunk, items))
    # without chunks there is nothing but the type
    return pa.chunked_array(parts, None if parts else wanted)


def _struct(
    items: pa.StructArray, wanted: pa.StructType, fields: dict[str, Field], keep_dictionaries: bool
) -> pa.StructArray:
    present = {one.name for one in items.type}
    arrays = []
    for one in wanted:
        if one.name in present:
            arrays.append(_fitted(items.field(one.name), one.type, keep_dictionaries))
        elif one.name not in fields or fields[one.name].required:
            raise ValueError(f"no field {one.name}")
        else:
            arrays.append(pa.array([fields[one.name].default] * len(items), one.type))
    return pa.StructArray.from_arrays(arrays, names=[one.name for one in wanted])


def _fitted(column: pa.Array, wanted: pa.DataType, keep_dictionaries: bool) -> pa.Array:
    """A column of items in the wanted type."""
    if column.type == wanted:
        return column
    if pa.types.is_dictionary(column.type) and column.type.value_type == wanted:
        return column if keep_dictionaries else column.cast(wanted)
    # Arrow casts no dictionaries inside lists, so lists of them are taken apart
    if _is_list(wanted) and _is_list(column.type):
        inner = column.flatten()
        if pa.types.is_struct(wanted.value_type) and pa.types.is_struct(inner.type):
            return _relisted(column, _struct(inner, wanted.value_type, {}, keep_dictionaries))
        return _relisted(column, _fitted(inner, wanted.value_type, keep_dictionaries))
    return column.cast(wanted)


def _relisted(column: pa.Array, values: pa.Array) -> pa.ListArray:
    """The lists of a column with other values in the place of theirs."""
    if not column.null_count and not column.offset and pa.types.is_list(column.type):
        offsets = column.offsets
        if not len(column) or not offsets[0].as_py():  # as it is when it comes out of a file
            return pa.ListArray.from_arrays(offsets, values)
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    offsets = pa.concat_arrays(
        [pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))]
    )
    mask = pc.is_null(column) if column.null_count else None
    return pa.ListArray.from_arrays(offsets.cast(pa.int32()), values, mask=mask)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))
