"""The record and the document's metadata as Arrow columns, and what `datasets` must know of them.

The columns hold what the JSON holds, so that ``pa.RecordBatch.from_pylist`` takes a record in its
JSON form as it is and the same dictionary comes back:

========  ===============================  =====================================================
kind      Arrow type                       why
========  ===============================  =====================================================
id, ref   ``string``                       ids are only unique within their record
refs      ``list<string>``
label     ``string``                       a new label does not make old files unreadable
date      ``string``                       ISO 8601, as in the JSON
span      ``fixed_size_list<int32>[2]``    code points, half-open; a third number cannot get in
spans     ``list<span>``
bool      ``bool``
integer   ``int32``
structs   ``list<struct<…>>``
========  ===============================  =====================================================

Each list of a record is one column of ``list<struct<…>>``. A layer that was not annotated is null,
a layer in which nothing was found is an empty list. All fields are nullable, because `datasets`
knows no others.

Measured with datasets 4.0.0 and 5.2.0: fixed-size lists in structs, in lists, and null, come back
unchanged from Arrow stream files with ``load_dataset``, streaming, ``Dataset.from_file``, ``map``,
``filter``, ``select`` and ``save_to_disk``, with the features of the schema's metadata or of the
dataset card. Parquet takes them too, but before pyarrow 26 it cannot hold one that is null: a
column that may lack its span is better a list of spans.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from communique.schemas.schema import Field, Schema

__all__ = [
    "REFS",
    "SPAN",
    "SPANS",
    "arrow_type",
    "document_schema",
    "features",
    "list_type",
    "record_schema",
    "with_features",
]

SPAN = pa.list_(pa.int32(), 2)
"""``[start, end)`` in code points."""

SPANS = pa.list_(SPAN)
"""Fragments, in the order of the text."""

REFS = pa.list_(pa.string())
"""Ids of other annotations of the same record."""

ClassLabels = Mapping[str, Sequence[str]]
"""The names of a label column by its dotted path; lists have no step of their own."""

DTYPES = {
    pa.string(): "string",
    pa.large_string(): "large_string",
    pa.bool_(): "bool",
    pa.int8(): "int8",
    pa.int16(): "int16",
    pa.int32(): "int32",
    pa.int64(): "int64",
    pa.float32(): "float32",
    pa.float64(): "float64",
    pa.date32(): "date32",
}
"""What `datasets` calls the Arrow types that a column of ours may end in."""


def record_schema(schema: Schema, *, derived: bool = False) -> pa.Schema:
    """The columns of a record: its keys and lists in their order.

    Derived fields (the type and depth of a quote) are there only when asked for.
    """
    keys = [pa.field(field.name, arrow_type(field)) for field in schema.record]
    lists = [pa.field(name, list_type(schema, name, derived=derived)) for name in schema.lists]
    return pa.schema(keys + lists)


def document_schema(schema: Schema) -> pa.Schema:
    """The columns of a document's metadata."""
    return pa.schema([pa.field(field.name, arrow_type(field)) for field in schema.document])


def list_type(schema: Schema, name: str, *, derived: bool = False) -> pa.DataType:
    """The type of one list of a record, such as ``mentions``: ``list<struct<…>>``."""
    return pa.list_(_struct(schema.lists[name].fields, derived=derived))


def arrow_type(field: Field) -> pa.DataType:
    """The type of one field of the schema."""
    match field.kind:
        case "id" | "ref" | "label" | "string" | "date":
            return pa.string()
        case "span":
            return SPAN
        case "spans":
            return SPANS
        case "refs":
            return REFS
        case "bool":
            return pa.bool_()
        case "integer":
            return pa.int32()
        case "structs":
            return pa.list_(_struct(field.fields, derived=True))


def features(schema: pa.Schema, class_labels: ClassLabels | None = None) -> dict[str, Any]:
    """The ``datasets.Features`` of a schema in their JSON form, without importing `datasets`.

    ``class_labels`` turns columns of whole numbers into ``ClassLabel``:
    ``{"ner_tags": ["O", "B-PER"], "mentions.type": ["PER", "ORG"]}``, where the second names a
    field of a struct. The numbers are indices into the names and must have the type int64.

    Raises:
        ValueError: a type that `datasets` has no plain name for, a label column that is not
            int64, or class labels for a column that the schema does not have.

    """
    left = dict(class_labels or {})
    found = {field.name: _feature(field.type, field.name, left) for field in schema}
    if left:
        raise ValueError(f"found no column {', '.join(sorted(left))}, expected one of the schema")
    return found


def with_features(schema: pa.Schema, class_labels: ClassLabels | None = None) -> pa.Schema:
    """The schema with its features in the metadata, where ``load_dataset`` looks for them.

    Errors as in ``features``.
    """
    info = {"info": {"features": features(schema, class_labels)}}
    return schema.with_metadata({"huggingface": json.dumps(info)})


def _struct(fields: Sequence[Field], *, derived: bool) -> pa.StructType:
    kept = [field for field in fields if derived or not field.derived]
    return pa.struct([pa.field(field.name, arrow_type(field)) for field in kept])


def _feature(kind: pa.DataType, path: str, labels: dict[str, Sequence[str]]) -> Any:
    """The feature of one type; takes the labels that it uses out of ``labels``."""
    if pa.types.is_struct(kind):
        return {one.name: _feature(one.type, f"{path}.{one.name}", labels) for one in kind}
    if pa.types.is_fixed_size_list(kind):
        inner = _feature(kind.value_type, path, labels)
        return {"feature": inner, "length": kind.list_size, "_type": "List"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type, path, labels), "_type": "List"}
    if path in labels:
        if kind != pa.int64():
            raise ValueError(f"{path}: found {kind}, expected int64 for class labels")
        return {"names": list(labels.pop(path)), "_type": "ClassLabel"}
    if kind not in DTYPES:
        raise ValueError(f"{path}: found {kind}, expected a type that datasets has a name for")
    return {"dtype": DTYPES[kind], "_type": "Value"}
