"""The record format and the document format as JSON Schema (draft 2020-12)."""

from __future__ import annotations

from typing import Any

from communique.schemas.schema import Field, Schema

__all__ = ["document_schema", "record_schema"]

LARGEST_OFFSET = 2**31 - 1
"""Offsets fit a signed 32-bit column."""

ID = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"
SPAN = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET},
    "minItems": 2,
    "maxItems": 2,
}


def record_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema of one record: a document's annotation from one source."""
    lists = {
        name: {
            "description": record_list.description,
            "type": "array",
            "items": _object(record_list.fields, schema),
        }
        for name, record_list in schema.lists.items()
    }
    record = _object(schema.record, schema)
    record["properties"] |= lists
    return _headed(record, "record", "One document's annotation from one source.")


def document_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema of one document's metadata."""
    return _headed(_object(schema.document, schema), "document", "What is known about one text.")


def _headed(body: dict[str, Any], name: str, description: str) -> dict[str, Any]:
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"communique {name}",
        "description": description,
    }
    return head | body


def _object(fields: tuple[Field, ...], schema: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: _field(field, schema) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _field(field: Field, schema: Schema) -> dict[str, Any]:
    body = _value(field, schema)
    if field.nullable and "enum" in body:
        body["enum"] = [*body["enum"], None]
    elif field.nullable:
        body["type"] = [body["type"], "null"]
    return {"description": field.description} | body


def _value(field: Field, schema: Schema) -> dict[str, Any]:
    match field.kind:
        case "label":
            return {"enum": list(schema.labels(str(field.of)))}
        case "span":
            return dict(SPAN)
        case "spans":
            return {"type": "array", "items": SPAN, "minItems": field.min}
        case "id" | "ref":
            return {"type": "string", "pattern": ID}
        case "refs":
            return {
                "type": "array",
                "items": {"type": "string", "pattern": ID},
                "uniqueItems": True,
            }
        case "structs":
            return {"type": "array", "items": _object(field.fields, schema)}
        case "bool":
            return {"type": "boolean"}
        case "integer":
            return {"type": "integer", "minimum": 0}
        case "date":
            return {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case "string":
            body: dict[str, Any] = {"type": "string", "maxLength": 1000}
            return body | ({"pattern": field.pattern} if field.pattern else {})
