"""What the annotation schema says, as objects read from ``schemas/communique.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole schema; ``folder`` is where its file and the generated ones lie."""

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
            name: Layer(name, str(value.get("description", "")), tuple(value.get("lists", ())))
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

    def vocabulary(self, name: str, raw: Any) -> dict[str, Label]:
        labels: dict[str, Label] = {}
        for label, value in self.items(raw, f"$.vocabularies.{name}"):
            known = {field.name for field in fields(Label)} - {"name"}
            for key in sorted(set(value) - known):
                self.wrong(f"$.vocabularies.{name}.{label}.{key}", "an unknown key", "a known one")
            labels[label] = Label(
                name=label,
                description=str(value.get("description", "")),
                color=value.get("color"),
                hotkey=value.get("hotkey"),
                group=value.get("group"),
                modes=tuple(value.get("modes", ())),
                requires=tuple(value.get("requires", ())),
                targets=tuple(value.get("targets", ())),
                masked=bool(value.get("masked", False)),
            )
        return labels

    def fields(self, raw: Any, path: str) -> tuple[Field, ...]:
        items = self.items(raw, path)
        return tuple(self.field(name, value, f"{path}.{name}") for name, value in items)

    def field(self, name: str, raw: dict[str, Any], path: str) -> Field:
        kind = raw.get("kind")
        if kind not in KINDS:
            self.wrong(f"{path}.kind", quoted(kind), f"one of {', '.join(KINDS)}")
        return Field(
            name=name,
            kind=kind or "string",
            description=str(raw.get("description", "")),
            of=raw.get("of"),
            to=tuple(raw.get("to", ())),
            pattern=raw.get("pattern"),
            min=int(raw.get("min", 0)),
            nullable=bool(raw.get("nullable", False)),
            derived=bool(raw.get("derived", False)),
            required="default" not in raw and not raw.get("derived", False),
            default=raw.get("default"),
            fields=self.fields(raw["fields"], f"{path}.fields") if "fields" in raw else (),
        )

    def references(self, schema: Schema) -> None:
        """Every vocabulary and list that a field, a layer or a label names must exist."""
        for record_list in schema.lists.values():
            nested = [(one.name, inner) for one in record_list.fields for inner in one.fields]
            for name, one in [(one.name, one) for one in record_list.fields] + nested:
                path = f"$.lists.{record_list.name}.fields.{name}"
                if one.kind == "label" and one.of not in schema.vocabularies:
                    self.wrong(f"{path}.of", quoted(one.of), "a vocabulary")
                for target in set(one.to) - set(schema.lists):
                    self.wrong(f"{path}.to", quoted(target), "a list of the record")
        for layer in schema.layers.values():
            for target in set(layer.lists) - set(schema.lists):
                self.wrong(f"$.layers.{layer.name}.lists", quoted(target), "a list of the record")

    def wrong(self, path: str, found: str, expected: str) -> None:
        where = str(self.path)
        self.problems.append(
            Problem(check="schema.file", found=found, expected=expected, file=where, path=path)
        )
