"""What the annotation schema says, as objects read from ``schemas/communique.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml
from communique.project import resource_folder

__all__ = ["Field", "Label", "Layer", "RecordList", "Schema", "load_schema"]

Kind = Literal[
    "id", "label", "span", "spans", "ref", "refs", "bool", "string", "date", "integer", "structs"
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Label:
    """One value of a vocabulary."""

    name: str
    description: str
    color: str | None = None
    hotkey: str | None = None
    group: str | None = None
    modes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object: its kind, what it may hold, and what a missing key means."""

    name: str
    kind: Kind
    description: str
    of: str | None = None
    to: tuple[str, ...] = ()
    pattern: str | None = None
    min: int = 0
    nullable: bool = False
    derived: bool = False
    required: bool = True
    default: Any = None
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordList:
    """One list of a record (``mentions``) and the fields of its items."""

    name: str
    prefix: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """What is annotated or left out as a whole, and the lists that hold it."""

    name: str
    description: str
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """The whole schema; ``folder`` is where its file and the generated ones lie.

    It is loaded once and equal only to itself, so that what follows from it can be kept.
    """

    name: str
    version: str
    folder: Path
    record: tuple[Field, ...]
    layers: Mapping[str, Layer]
    lists: Mapping[str, RecordList]
    vocabularies: Mapping[str, Mapping[str, Label]]
    document: tuple[Field, ...] = field(default=())

    def labels(self, vocabulary: str) -> tuple[str, ...]:
        """The values of a vocabulary in their order."""
        return tuple(self.vocabularies[vocabulary])

    def layer_of(self, list_name: str) -> str:
        """The layer that a list belongs to."""
        return next(layer.name for layer in self.layers.values() if list_name in layer.lists)

    @property
    def masked_zones(self) -> frozenset[str]:
        """Zone types in which nothing is annotated."""
        zones = self.vocabularies["zone_type"].values()
        return frozenset(label.name for label in zones if label.masked)


@cache
def load_schema(path: Path | None = None) -> Schema:
    """The schema in ``path``; by default the one of the checkout or of the installed package.

    Raises:
        InvalidInput: the file is not a schema, with every problem of it.

    """
    path = path or resource_folder("schemas") / "communique.yaml"
    return _Reader(path).schema(load_yaml(path))


class _Reader:
    """Turns the YAML value into a ``Schema`` and collects what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def schema(self, raw: Any) -> Schema:
        raw = self.mapping(raw, "$")
        labels = self.mapping(raw.get("vocabularies"), "$.vocabularies")
        vocabularies = {name: self.vocabulary(name, value) for name, value in labels.items()}
        modes = {
            mode for label in vocabularies.get("event_type", {}).values() for mode in label.modes
        }
        vocabularies["event_mode"] = {mode: Label(mode, "") for mode in sorted(modes)}
        lists = {
            name: RecordList(
                name,
                str(value.get("prefix", "")),
                str(value.get("description", "")),
                self.fields(value.get("fields"), f"$.lists.{name}.fields"),
            )
            for name, value in self.items(raw.get("lists"), "$.lists")
        }
        layers = {
            name: Layer(
                name,
                str(value.get("description", "")),
                self.names(value.get("lists", []), f"$.layers.{name}.lists"),
            )
            for name, value in self.items(raw.get("layers"), "$.layers")
        }
        schema = Schema(
            name=str(raw.get("name", "")),
            version=str(raw.get("version", "")),
            folder=self.path.parent,
            record=self.fields(raw.get("record"), "$.record"),
            layers=layers,
            lists=lists,
            vocabularies=vocabularies,
            document=self.fields(raw.get("document"), "$.document"),
        )
        self.references(schema)
        if self.problems:
            raise InvalidInput(self.problems)
        return schema

    def mapping(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.wrong(path, quoted(value), "a mapping")
        return {}

    def items(self, value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, item in self.mapping(value, path).items():
            yield name, self.mapping(item, f"{path}.{name}")

    def names(self, value: Any, path: str) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return tuple(value)
        self.wrong(path, quoted(value), "a list of names")
        return ()

    def known_keys(self, value: dict[str, Any], known: Iterable[str], path: str) -> None:
        for key in sorted(set(map(str, value)) - set(known)):
            self.wrong(f"{path}.{quoted(key)[1:-1]}", "an unknown key", "a known one")

    def vocabulary(self, name: str, raw: Any) -> dict[str, Label]:
        labels: dict[str, Label] = {}
        for label, value in self.items(raw, f"$.vocabularies.{name}"):
            path = f"$.vocabularies.{name}.{label}"
            self.known_keys(value, {field.name for field in fields(Label)} - {"name"}, path)
            color = value.get("color")
            if color is not None and not re.fullmatch("#[0-9a-f]{6}", str(color)):
                self.wrong(f"{path}.color", quoted(color), "a colour like #0082c8")
            if not isinstance(value.get("hotkey", ""), str):
                self.wrong(f"{path}.hotkey", quoted(value["hotkey"]), "a key in quotation marks")
            labels[label] = Label(
                name=label,
                description=str(value.get("description", "")),
                color=color,
                hotkey=value.get("hotkey"),
                group=value.get("group"),
                modes=self.names(value.get("modes", []), f"{path}.modes"),
                requires=self.names(value.get("requires", []), f"{path}.requires"),
                targets=self.names(value.get("targets", []), f"{path}.targets"),
                masked=bool(value.get("masked", False)),
            )
        return labels

    def fields(self, raw: Any, path: str) -> tuple[Field, ...]:
        items = self.items(raw, path)
        return tuple(self.field(name, value, f"{path}.{name}") for name, value in items)

    def field(self, name: str, raw: dict[str, Any], path: str) -> Field:
        self.known_keys(raw, {one.name for one in fields(Field)} - {"name", "required"}, path)
        kind = raw.get("kind")
        if kind not in KINDS:
            self.wrong(f"{path}.kind", quoted(kind), f"one of {', '.join(KINDS)}")
        least = raw.get("min", 0)
        if not isinstance(least, int):
            self.wrong(f"{path}.min", quoted(least), "a whole number")
        return Field(
            name=name,
            kind=kind or "string",
            description=str(raw.get("description", "")),
            of=raw.get("of"),
            to=self.names(raw.get("to", []), f"{path}.to"),
            pattern=raw.get("pattern"),
            min=least if isinstance(least, int) else 0,
            nullable=bool(raw.get("nullable", False)),
            derived=bool(raw.get("derived", False)),
            required="default" not in raw and not raw.get("derived", False),
            default=raw.get("default"),
            fields=self.fields(raw["fields"], f"{path}.fields") if "fields" in raw else (),
        )

    def references(self, schema: Schema) -> None:
        """Every vocabulary and list that a field, a layer or a label names must exist."""
        groups = {f"lists.{one.name}.fields": one.fields for one in schema.lists.values()}
        groups |= {"record": schema.record, "document": schema.document}
        for place, group in groups.items():
            for one in (one for outer in group for one in (outer, *outer.fields)):
                path = f"$.{place}.{one.name}"
                if one.kind == "label" and one.of not in schema.vocabularies:
                    self.wrong(f"{path}.of", quoted(one.of), "a vocabulary")
                elif one.kind == "label" and one.default is not None:
                    known = schema.vocabularies[str(one.of)]
                    self.among([str(one.default)], known, f"{path}.default", f"a label of {one.of}")
                self.among(one.to, schema.lists, f"{path}.to", "a list of the record")
        for layer in schema.layers.values():
            path = f"$.layers.{layer.name}.lists"
            self.among(layer.lists, schema.lists, path, "a list of the record")
        for name in schema.lists:
            owners = [layer.name for layer in schema.layers.values() if name in layer.lists]
            if len(owners) != 1:
                self.wrong(f"$.lists.{name}", f"{len(owners)} layers that hold it", "one layer")
        roles = schema.vocabularies.get("role", {})
        event_groups = schema.vocabularies.get("event_group", {})
        for name, labels in schema.vocabularies.items():
            for label in labels.values():
                path = f"$.vocabularies.{name}.{label.name}"
                self.among(label.requires, roles, f"{path}.requires", "a role")
                self.among(label.targets, schema.lists, f"{path}.targets", "a list of the record")
                named = [label.group] if label.group else []
                self.among(named, event_groups, f"{path}.group", "an event group")

    def among(self, names: Iterable[str], known: Iterable[str], path: str, expected: str) -> None:
        for name in sorted(set(names) - set(known)):
            self.wrong(path, quoted(name), expected)

    def wrong(self, path: str, found: str, expected: str) -> None:
        where = str(self.path)
        self.problems.append(
            Problem(check="schema.file", found=found, expected=expected, file=where, path=path)
        )
