"""What a person drew: Label Studio's result list as regions and relations, strictly checked.

The server stores anything, so nothing is believed here: names, labels, ranges, ids and the ends of
relations are checked, and every fault is one problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from communique.annotations.record import Span
from communique.errors import Problem, quoted
from communique.schemas.label_studio import (
    HANGS_ON,
    REGIONS,
    TEXT,
    Control,
    controls,
    relation_names,
)
from communique.schemas.schema import Schema

__all__ = ["Drawing", "Region", "Relation", "read_results"]


@dataclass(slots=True)
class Region:
    """One labelled span; ``values`` are the choices and texts given to it, by control."""

    id: str
    list_name: str
    label: str
    span: Span
    path: str
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The list; for the two parts of a quote also which part it is."""
        return f"quotes.{self.label}" if self.list_name == "quotes" else self.list_name


@dataclass(frozen=True, slots=True)
class Relation:
    """One name of an arrow between two regions."""

    name: str
    source: str
    target: str
    path: str


@dataclass(slots=True)
class Drawing:
    """Everything sound in a result list, and the problems of the rest."""

    regions: dict[str, Region] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, check: str, found: str, expected: str, path: str, mend: str = "") -> None:
        """Note one fault."""
        self.problems.append(
            Problem(
                check=f"label-studio.{check}",
                found=found,
                expected=expected,
                path=path,
                mend=mend or None,
            )
        )


def read_results(results: Sequence[object], text: str, schema: Schema) -> Drawing:
    """The regions and relations of a result list; faults are in ``problems``."""
    return _Reader(text, schema).read(results)


class _Reader:
    def __init__(self, text: str, schema: Schema) -> None:
        self.length = len(text)
        self.controls = controls(schema)
        self.ends = _relation_ends(schema)
        self.drawing = Drawing()
        self.faulty: set[str] = set()

    def read(self, results: Sequence[object]) -> Drawing:
        attributes: list[tuple[Control, dict[str, Any], str]] = []
        relations: list[tuple[dict[str, Any], str]] = []
        for index, result in enumerate(results):
            path = f"$.result[{index}]"
            if not isinstance(result, dict):
                self.drawing.wrong("result", quoted(result), "an object", path)
            elif result.get("type") == "relation":
                relations.append((result, path))
            elif control := self.control(result, path):
                if control.type == "labels":
                    self.region(control, result, path)
                else:
                    attributes.append((control, result, path))
        for control, result, path in attributes:
            self.attribute(control, result, path)
        for result, path in relations:
            self.relation(result, path)
        return self.drawing

    def control(self, result: dict[str, Any], path: str) -> Control | None:
        """The control that a result names, when name, type and target fit each other."""
        name = result.get("from_name")
        control = self.controls.get(name) if isinstance(name, str) else None
        if control is None:
            mend = "use the labelling screen of this schema"
            self.drawing.wrong("control", f"from_name {quoted(name)}", "a control", path, mend)
        elif result.get("type") != control.type:
            found = f"type {quoted(result.get('type'))} for {control.name}"
            self.drawing.wrong("type", found, control.type, path)
        elif result.get("to_name", TEXT) != TEXT:
            self.drawing.wrong("target", f"to_name {quoted(result['to_name'])}", TEXT, path)
        else:
            return control
        if isinstance(result.get("id"), str):
            self.faulty.add(result["id"])
        return None

    def region(self, control: Control, result: dict[str, Any], path: str) -> None:
        """Take one labelled span; of a faulty one only the fault is kept."""
        name, value = result.get("id"), _value(result)
        if not isinstance(name, str) or not name:
            self.drawing.wrong("id", f"region id {quoted(name)}", "a name", path)
            return
        span = self.span(value, path)
        label = self.one(control, value.get("labels"), path, "label")
        other = self.drawing.regions.get(name)
        if other and other.list_name != control.name:
            found = f"labels of {other.list_name} and of {control.name} on region {quoted(name)}"
            mend = "take one of the labels off"
            self.drawing.wrong("labels", found, "labels of one list", path, mend)
        elif other:
            found = f"region id {quoted(name)} twice"
            mend = "delete one and draw it again"
            self.drawing.wrong("id", found, "each id once", path, mend)
        elif span and label:
            self.drawing.regions[name] = Region(name, control.name, label, span, path)
        else:
            self.faulty.add(name)

    def span(self, value: dict[str, Any], path: str) -> Span | None:
        start, end = value.get("start"), value.get("end")
        if type(start) is int and type(end) is int and 0 <= start < end <= self.length:
            return Span(start, end)
        found = f"range {quoted([start, end])}"
        self.drawing.wrong("range", found, f"a range inside [0, {self.length}]", path)
        return None

    def one(self, control: Control, given: object, path: str, what: str) -> str | None:
        """The only label of a result."""
        names = _strings(given)
        if names is None or len(names) != 1:
            self.drawing.wrong("labels", f"{quoted(given)}", f"one {what}", path)
            return None
        return names[0] if self.known(control, names, path) else None

    def known(self, control: Control, names: Iterable[str], path: str) -> bool:
        unknown = [name for name in names if name not in control.values]
        for name in unknown:
            expected = f"one of {', '.join(control.values)}"
            self.drawing.wrong("label", f"{quoted(name)} in {control.name}", expected, path)
        return not unknown

    def attribute(self, control: Control, result: dict[str, Any], path: str) -> None:
        """Give a choice or a text to its region, or to the document."""
        key = "choices" if control.type == "choices" else "text"
        given = _value(result).get(key)
        values = _strings(given)
        if values is None:
            found = f"{quoted(given)} in {control.name}"
            self.drawing.wrong("value", found, "a list of strings", path)
        elif control.type == "choices" and not self.known(control, values, path):
            return
        elif not control.list_name:
            self.drawing.texts.setdefault(control.name, []).extend(values)
        elif region := self.drawing.regions.get(str(result.get("id"))):
            if _carries(region, control):
                self.assign(region, control, values, path)
        elif str(result.get("id")) not in self.faulty:
            found = f"{control.name} of region {quoted(result.get('id'))}"
            self.drawing.wrong("region", found, "a region with that id", path)

    def assign(self, region: Region, control: Control, values: list[str], path: str) -> None:
        values = [value.strip() for value in values] if control.type == "textarea" else values
        held = region.values.setdefault(control.name, [])
        held.extend(value for value in values if value and value not in held)
        if len(held) > 1:
            found = f"{len(held)} values in {control.name} of region {quoted(region.id)}"
            self.drawing.wrong("value", found, "one", path)
            del held[1:]

    def relation(self, result: dict[str, Any], path: str) -> None:
        """Take every name of an arrow, whichever way it was drawn."""
        source, target = result.get("from_id"), result.get("to_id")
        direction = result.get("direction", "right")
        if direction == "left":
            source, target = target, source
        elif direction != "right":
            found = f"a relation with direction {quoted(direction)}"
            self.drawing.wrong("direction", found, "right or left", path, "click its arrow")
            return
        ends = [self.end(end, path) for end in (source, target)]
        names = _strings(result.get("labels") or [])
        if not names:
            found = f"a relation from {quoted(source)} to {quoted(target)} without a name"
            mend = "choose its name or delete it"
            self.drawing.wrong("relation", found, "a name", path, mend)
        for name in dict.fromkeys(names or ()):
            if name not in self.ends:
                expected = f"one of {', '.join(self.ends)}"
                self.drawing.wrong("relation", f"relation {quoted(name)}", expected, path)
            elif ends[0] and ends[1]:
                self.named(name, ends[0], ends[1], path)

    def end(self, name: object, path: str) -> Region | None:
        region = self.drawing.regions.get(str(name))
        if region is None and str(name) not in self.faulty:
            found = f"a relation with the end {quoted(name)}"
            self.drawing.wrong("dangling", found, "a region with that id", path, "delete it")
        return region

    def named(self, name: str, source: Region, target: Region, path: str) -> None:
        starts, ends = self.ends[name]
        if source.kind in starts and target.kind in ends:
            self.drawing.relations.append(Relation(name, source.id, target.id, path))
            return
        found = f"{name} from {source.kind} ({source.id}) to {target.kind} ({target.id})"
        expected = f"{name} from {' or '.join(starts)} to {' or '.join(ends)}"
        self.drawing.wrong("relation", found, expected, path, "draw it the other way or delete it")


def _relation_ends(schema: Schema) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """From which kinds of region to which ones the relation of each name goes."""
    ends: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for record_list in schema.lists.values():
        start = (_kind(record_list.name),)
        for item in record_list.fields:
            if item.kind in ("ref", "refs"):
                ends[item.name] = start, tuple(map(_kind, item.to))
            elif item.kind == "spans":
                ends[item.name] = start, (f"{record_list.name}.{item.name}",)
            # What a role may point to beyond that is for the checks of a record.
            targets = tuple(_kind(name) for inner in item.fields for name in inner.to)
            for inner in item.fields:
                for role in schema.labels(inner.of) if inner.of else ():
                    ends[role] = start, targets
    return {name: ends[name] for name in relation_names(schema)}


def _kind(list_name: str) -> str:
    """The kind of region that stands for an item of a list."""
    list_name = HANGS_ON.get(list_name, list_name)
    return "quotes.content" if list_name == "quotes" else list_name


def _carries(region: Region, control: Control) -> bool:
    """Whether a control is shown for a region; values that nobody can see do not count."""
    carrier = HANGS_ON.get(control.list_name, control.list_name)
    assert carrier in REGIONS
    return (
        region.list_name == carrier
        and region.kind != "quotes.cue"
        and control.label in (None, region.label)
    )


def _value(result: dict[str, Any]) -> dict[str, Any]:
    value = result.get("value")
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> list[str] | None:
    """A list of strings; Label Studio also writes a single one bare."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(value)
    return None
