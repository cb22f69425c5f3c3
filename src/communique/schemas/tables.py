"""The tables of the guidelines, written into the Markdown between marker comments.

The markers are those of ``communique.blocks``:

==========================  ================================================================
marker                      the table has one row per
==========================  ================================================================
``layers``                  layer, with the lists of a record that hold it
``event types``             event type, with its group, modes and required roles
``roles``                   role, with what may play it
``labels <vocabulary>``     label of a vocabulary, such as ``labels entity_type``
``fields <list>``           field of a list, such as ``fields quotes``
==========================  ================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from communique.blocks import fill_blocks
from communique.schemas.schema import Field, Label, Schema

__all__ = ["Table", "fill_tables", "schema_table"]

GENERAL = ("layers", "event types", "roles")


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads and rows of plain cells."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table as a Markdown pipe table."""
        rule = tuple("---" for _ in self.heads)
        return "\n".join(_line(row) for row in (self.heads, rule, *self.rows))


def schema_table(schema: Schema, name: str) -> Table:
    """The table that a marker names.

    Raises:
        KeyError: there is no such table.

    """
    kind, _, rest = name.partition(" ")
    if name == "layers":
        rows = [
            (layer.name, ", ".join(layer.lists), layer.description)
            for layer in schema.layers.values()
        ]
        return Table(("layer", "lists", "what it holds"), tuple(rows))
    if name == "event types":
        return _event_types(schema)
    if name == "roles":
        roles = schema.vocabularies["role"].values()
        rows = [(role.name, ", ".join(role.targets), role.description) for role in roles]
        return Table(("role", "target", "meaning"), tuple(rows))
    if kind == "labels" and rest in schema.vocabularies:
        return _labels(tuple(schema.vocabularies[rest].values()))
    if kind == "fields" and rest in schema.lists:
        return _fields(schema.lists[rest].fields, schema)
    raise KeyError(name)


def fill_tables(text: str, schema: Schema, *, source: str) -> str:
    """A Markdown text with every marked table as the schema has it now.

    Raises:
        InvalidInput: a marker without its end or an end without its marker, or a table that
            does not exist; all of them are listed.

    """
    return fill_blocks(
        text,
        lambda name: _table_text(schema, name),
        known=", ".join([*GENERAL, "labels <vocabulary>", "fields <list>"]),
        check="schema.table",
        source=source,
    )


def _table_text(schema: Schema, name: str) -> str | None:
    try:
        table = schema_table(schema, name)
    except KeyError:
        return None
    if name == "event types":
        # Each type has a section of the guidelines under its own name.
        linked = ((f"[{first}](#{first.lower()})", *rest) for first, *rest in table.rows)
        table = Table(table.heads, tuple(linked))
    return table.markdown()


def _event_types(schema: Schema) -> Table:
    rows = [
        (
            label.name,
            label.group or "",
            ", ".join(label.modes) or "–",
            ", ".join(label.requires) or "–",
            label.hotkey or "–",
            label.description,
        )
        for label in schema.vocabularies["event_type"].values()
    ]
    return Table(("type", "group", "modes", "requires", "key", "meaning"), tuple(rows))


def _labels(labels: Sequence[Label]) -> Table:
    keyed = any(label.hotkey for label in labels)
    heads = ("label", "key", "meaning") if keyed else ("label", "meaning")
    rows = [
        (label.name, label.hotkey or "–", label.description)
        if keyed
        else (label.name, label.description)
        for label in labels
    ]
    return Table(heads, tuple(rows))


def _fields(fields: tuple[Field, ...], schema: Schema) -> Table:
    rows = []
    for outer in fields:
        for field in (outer, *outer.fields):
            name = field.name if field is outer else f"{outer.name}.{field.name}"
            rows.append((name, _values(field, schema), _when_missing(field), field.description))
    return Table(("field", "value", "if left out", "meaning"), tuple(rows))


def _values(field: Field, schema: Schema) -> str:
    match field.kind:
        case "label" if field.of == "event_mode":
            words = "mode of the type"
        case "label":
            words = ", ".join(schema.labels(str(field.of)))
        case "ref":
            words = "id of " + _either(field.to)
        case "refs":
            words = "list of ids of " + _either(field.to)
        case "span":
            words = "[start, end)"
        case "spans":
            words = "list of [start, end)"
        case "structs":
            words = "list of objects"
        case "bool":
            words = "true, false"
        case _:
            words = field.kind
    return f"{words} or null" if field.nullable else words


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _when_missing(field: Field) -> str:
    if field.derived:
        return "derived"
    if field.required:
        return "must be there"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return "null" if field.default is None else "none" if field.default == [] else field.default


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
