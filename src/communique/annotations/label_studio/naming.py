"""How a Label Studio project that was set up elsewhere names things, put in our terms.

A mapping file says what is called otherwise there; names that are ours need no mention::

    text: body                  # key of the task's data that holds the text; by default text
    doc_id: name                # key that holds the id of the document; by default doc_id
    annotators: {3: ada, "bob@example.org": bob}
    layers: [entities, events]  # what was annotated; by default the layers that spans lead to
    spans:
      ner:                      # their from_name
        list: mentions
        labels: {Person: PER, Place: GPE, Misc: null}     # null leaves it out
        set: {mentions_level: NAM}                        # for regions without that attribute
    attributes:
      sure: {to: events_certainty, values: {no: possible, yes: certain}}
      norm: {to: times_value}
    relations: {said_by: source, says: {to: source, reverse: true}, near: null}
    ignore: [comment]           # their from_names that have no place in a record
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml
from communique.schemas.label_studio import REGIONS, TEXT, controls, relation_names
from communique.schemas.schema import Schema

__all__ = ["Arrow", "Attribute", "Names", "Spans", "read_names"]

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
KEYS = ("text", "doc_id", "annotators", "layers", "spans", "attributes", "relations", "ignore")


@dataclass(frozen=True, slots=True)
class Spans:
    """What the regions of one of their controls are."""

    list: str
    labels: Mapping[str, str | None]
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribute:
    """Which of our controls one of theirs is; without ``values`` its values are ours."""

    to: str
    values: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """Which of our relations one of theirs is; ``None`` leaves it out."""

    to: str | None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """How an export names things, put in our terms."""

    text: str = TEXT
    doc_id: str = "doc_id"
    annotators: Mapping[str, str] = field(default_factory=dict)
    layers: tuple[str, ...] | None = None
    spans: Mapping[str, Spans] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    relations: Mapping[str, Arrow] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()

    def lists(self, schema: Schema) -> tuple[str, ...] | None:
        """The lists that were annotated; ``None`` when the mapping does not say."""
        lists = {one.list for one in self.spans.values()}
        if self.layers is None and not lists:
            return None
        return tuple(
            name
            for layer in schema.layers.values()
            for name in layer.lists
            if (
                layer.name in self.layers
                if self.layers is not None
                else not lists.isdisjoint(layer.lists)
            )
        )


def read_names(path: Path, schema: Schema) -> Names:
    """The mapping in a YAML file.

    Raises:
        InvalidInput: it names what the schema does not have, with every problem.

    """
    return _NamesReader(path, schema).read(load_yaml(path))


class _NamesReader:
    """Reads a mapping and collects what is wrong with it."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path, self.schema = path, schema
        self.controls = controls(schema)
        self.problems: list[Problem] = []

    def read(self, raw: Any) -> Names:
        raw = self.mapping(raw, "$", KEYS)
        layers = raw.get("layers")
        if layers is not None:
            given = layers if isinstance(layers, list) else [layers]
            self.each(given, self.schema.layers, "$.layers")
        people = self.mapping(raw.get("annotators"), "$.annotators")
        for key, name in people.items():
            if not NAME.fullmatch(str(name)):
                self.wrong(f"$.annotators.{key}", quoted(name), "a name like ada")
        names = Names(
            text=str(raw.get("text", TEXT)),
            doc_id=str(raw.get("doc_id", "doc_id")),
            annotators={str(key): str(name) for key, name in people.items()},
            layers=tuple(map(str, layers)) if isinstance(layers, list) else None,
            spans={
                str(name): self.spans(value, f"$.spans.{name}")
                for name, value in self.mapping(raw.get("spans"), "$.spans").items()
            },
            attributes={
                str(name): self.attribute(value, f"$.attributes.{name}")
                for name, value in self.mapping(raw.get("attributes"), "$.attributes").items()
            },
            relations={
                str(name): self.arrow(value, f"$.relations.{name}")
                for name, value in self.mapping(raw.get("relations"), "$.relations").items()
            },
            ignore=frozenset(map(str, raw.get("ignore") or ())),
        )
        if self.problems:
            raise InvalidInput(self.problems)
        return names

    def spans(self, value: Any, path: str) -> Spans:
        raw = self.mapping(value, path, ("list", "labels", "set"))
        list_name = str(raw.get("list"))
        labels = self.mapping(raw.get("labels"), f"{path}.labels")
        if list_name not in REGIONS:
            self.wrong(f"{path}.list", quoted(list_name), f"one of {', '.join(REGIONS)}")
        else:
            known = self.schema.labels(REGIONS[list_name])
            self.each([one for one in labels.values() if one], known, f"{path}.labels")
        fixed = self.mapping(raw.get("set"), f"{path}.set")
        for name, one in fixed.items():
            self.value(str(name), one, f"{path}.set.{name}")
        return Spans(
            list_name,
            {str(key): None if one is None else str(one) for key, one in labels.items()},
            {str(key): str(one) for key, one in fixed.items()},
        )

    def attribute(self, value: Any, path: str) -> Attribute:
        raw = self.mapping(value, path, ("to", "values"))
        name = str(raw.get("to"))
        values = raw.get("values")
        if values is None:
            self.value(name, None, path)
            return Attribute(name)
        values = self.mapping(values, f"{path}.values")
        for one in values.values():
            self.value(name, one, f"{path}.values")
        return Attribute(
            name, {_written(key): None if one is None else str(one) for key, one in values.items()}
        )

    def arrow(self, value: Any, path: str) -> Arrow:
        raw = value if isinstance(value, dict) else {"to": value}
        raw = self.mapping(raw, path, ("to", "reverse"))
        to = raw.get("to")
        if to is not None:
            self.each([to], relation_names(self.schema), path)
        return Arrow(None if to is None else str(to), bool(raw.get("reverse")))

    def value(self, control: str, value: Any, path: str) -> None:
        """Whether there is such a control and it takes the value."""
        found = self.controls.get(control)
        if found is None or not found.list_name or found.type == "labels":
            names = [name for name, one in self.controls.items() if one.type != "labels"]
            self.wrong(path, quoted(control), f"one of {', '.join(sorted(names))}")
        elif value is not None and found.type == "choices":
            self.each([str(value)], found.values, path)

    def mapping(self, value: Any, path: str, known: Sequence[str] = ()) -> dict[Any, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(path, quoted(value), "a mapping")
            return {}
        if known:
            self.each(value, known, path)
        return value

    def each(self, names: Iterable[Any], known: Iterable[str], path: str) -> None:
        allowed = tuple(known)
        for name in names:
            if name not in allowed:
                self.wrong(path, quoted(name), f"one of {', '.join(allowed)}")

    def wrong(self, path: str, found: str, expected: str) -> None:
        self.problems.append(
            Problem(
                check="import.mapping",
                found=found,
                expected=expected,
                file=str(self.path),
                path=path,
            )
        )


def _written(value: object) -> str:
    """YAML reads yes and no as truth values, where they may be the names of choices."""
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )
