"""What is structurally wrong with a value that should be a record or a document's metadata."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from communique.errors import Problem, quoted
from communique.schemas.json_schema import document_schema, record_schema
from communique.schemas.schema import load_schema

__all__ = ["structural_problems"]

LONGEST_LIST = 20
"""Problems reported for one value before the rest is only counted."""


def structural_problems(
    value: object, kind: Literal["record", "document"], *, source: str, line: int | None = None
) -> list[Problem]:
    """What the JSON Schema of a ``record`` or a ``document`` finds wrong with a value."""
    doc_id = value.get("doc_id") if isinstance(value, dict) else None
    where = {
        "file": source,
        "line": line,
        "doc_id": quoted(doc_id)[1:-1] if isinstance(doc_id, str) else None,
    }
    try:
        errors = list(_validator(kind).iter_errors(value))
    except (UnicodeEncodeError, ValueError) as error:
        found = quoted(f"{type(error).__name__}: {error}")
        expected = "text without lone surrogates and values of ordinary size"
        return [Problem(check=f"{kind}.structure", found=found, expected=expected, **where)]  # type: ignore[arg-type]
    problems = [
        Problem(check=f"{kind}.structure", found=found, expected=expected, path=path, **where)  # type: ignore[arg-type]
        for path, found, expected in sorted({_sentence(error) for error in errors})
    ]
    if len(problems) > LONGEST_LIST:
        rest = len(problems) - LONGEST_LIST
        more = Problem(
            check=f"{kind}.structure",
            found=f"{rest} more problems of this kind",
            expected="none",
            **where,  # type: ignore[arg-type]
        )
        problems = [*problems[:LONGEST_LIST], more]
    return problems


@cache
def _validator(kind: str) -> Any:
    import jsonschema_rs

    schema = load_schema()
    body = record_schema(schema) if kind == "record" else document_schema(schema)
    return jsonschema_rs.Draft202012Validator(body)


def _sentence(error: Any) -> tuple[str, str, str]:
    """``(path, found, expected)`` of one JSON Schema error."""
    path = "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{quoted(step)[1:-1]}"
        for step in error.instance_path
    )
    kind, found = error.kind, error.instance
    if isinstance(found, dict) and found.keys() == {"number"}:
        found = found["number"]  # what `files.decode_json` makes of a fraction or NaN
    match kind.name:
        case "required":
            return path, f"no {quoted(kind.property)[1:-1]}", "the key to be there"
        case "additionalProperties":
            names = ", ".join(quoted(name)[1:-1] for name in sorted(kind.unexpected)[:5])
            return path, f"unknown key {names}", "only keys of the schema"
        case "enum":
            options = ", ".join("null" if one is None else str(one) for one in kind.options)
            return path, quoted(found), f"one of {options}"
        case "type":
            return path, quoted(found), _type_name(kind.types)
        case "pattern":
            return path, quoted(found), f"text that matches {kind.pattern}"
        case "maximum":
            return path, quoted(found), f"at most {kind.limit}"
        case "minimum":
            return path, quoted(found), f"at least {kind.limit}"
        case "minItems" | "maxItems":
            return path, f"a list of {len(found)}", f"a list of {kind.limit}"
        case _:
            return path, quoted(found), quoted(error.message)[1:-1]


def _type_name(types: Any) -> str:
    names = [types] if isinstance(types, str) else list(types)
    article = {
        "array": "a list",
        "object": "an object",
        "integer": "a whole number",
        "null": "null",
        "boolean": "true or false",
        "string": "text",
    }
    return " or ".join(article.get(str(name), str(name)) for name in names)
