"""A record as Label Studio's result list: the way to the server.

Ids live in the ids of regions: a mention, a time, a zone and an event have their own, a fragment of
a quote has ``q1.content.0`` or ``q1.cue.0``. ``communique.annotations.label_studio.mapping`` leads
back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from communique.annotations.label_studio.memo import cue_ids, digest, fragment_id, heads, memo_of
from communique.annotations.record import Event, Quote, Record, Span
from communique.errors import InvalidInput, Problem, quoted
from communique.schemas.label_studio import (
    MEMO,
    TEXT,
    UNMENTIONED,
    Control,
    control_name,
    controls,
)
from communique.schemas.schema import Field, Schema

__all__ = ["results_of"]


def results_of(record: Record, text: str, schema: Schema) -> list[dict[str, Any]]:
    """The result list of a whole record, the same for the same record.

    Raises:
        InvalidInput: the record does not fit the text or refers to what is not in it.

    """
    writer = _Writer(record, text, schema)
    writer.write()
    if writer.problems:
        raise InvalidInput(writer.problems)
    return writer.results


class _Writer:
    def __init__(self, record: Record, text: str, schema: Schema) -> None:
        self.record, self.text, self.schema = record, text, schema
        self.controls = controls(schema)
        self.fields = {name: tuple(self.chosen(name)) for name in schema.lists}
        self.results: list[dict[str, Any]] = []
        self.arrows: dict[tuple[str, str], list[str]] = {}
        self.problems: list[Problem] = []
        self.regions: set[str] = set()
        self.heads = heads(record)
        self.cues: dict[Span, str] = {}

    def write(self) -> None:
        self.check_ids()
        self.document(MEMO, json.dumps(memo_of(self.record, self.text, self.schema)))
        unmentioned = "\n".join(self.unmentioned())
        if unmentioned:
            self.document(UNMENTIONED, unmentioned)
        for zone in self.record.zones or ():
            self.region("zones", zone.id, zone.type, zone.span)
            self.arrow(zone.id, zone.duplicate_of, "duplicate_of")
        self.mentions()
        for time in self.record.times or ():
            self.region("times", time.id, time.type, time.span)
            self.attributes("times", time.id, time.span, time)
        for quote in self.record.quotes or ():
            self.quote(quote)
        for event in self.record.events or ():
            self.region("events", event.id, event.type, event.trigger)
            self.attributes("events", event.id, event.trigger, event)
            for argument in event.arguments:
                self.arrow(event.id, argument.target, argument.role)
        whole = not self.problems
        for (source, target), names in self.arrows.items():
            self.relation(source, target, names, whole)

    def check_ids(self) -> None:
        seen: set[str] = set()
        for name in self.schema.lists:
            for index, item in enumerate(getattr(self.record, name) or ()):
                if item.id in seen:
                    self.wrong("id", f"id {quoted(item.id)} twice", "each id once", name, index)
                seen.add(item.id)
        known_as = digest(self.text)
        if self.record.text_sha256 not in (None, known_as):
            found = f"text_sha256 {quoted(self.record.text_sha256)}"
            self.wrong("text", found, f"{known_as}, the hash of the text")

    def wrong(
        self, check: str, found: str, expected: str, list_name: str = "", index: int | None = None
    ) -> None:
        path = f"$.{list_name}" + ("" if index is None else f"[{index}]") if list_name else None
        self.problems.append(
            Problem(
                check=f"label-studio.{check}",
                found=found,
                expected=expected,
                doc_id=self.record.doc_id,
                path=path,
            )
        )

    def document(self, name: str, text: str) -> None:
        """A text of the whole document."""
        self.result(f"document.{name}", name, "textarea", {"text": [text]})

    def result(self, name: str, control: str, kind: str, value: dict[str, Any]) -> None:
        self.results.append(
            {"id": name, "from_name": control, "to_name": TEXT, "type": kind, "value": value}
        )

    def region(self, list_name: str, name: str, label: str, span: Span) -> None:
        if not 0 <= span.start < span.end <= len(self.text):
            found = f"range {list(span)} of {name}"
            self.wrong("range", found, f"a range inside [0, {len(self.text)}]", list_name)
            return
        self.regions.add(name)
        self.result(name, list_name, "labels", self.located(span) | {"labels": [label]})

    def located(self, span: Span) -> dict[str, Any]:
        return {"start": span.start, "end": span.end, "text": span.slice(self.text)}

    def chosen(self, list_name: str) -> Iterator[tuple[Field, Control | None]]:
        """The fields of a list that are chosen or typed, with the control of each.

        A mode has one for each type of event, and is looked up when the event is there.
        """
        for record_field in self.schema.lists[list_name].fields:
            control = self.controls.get(control_name(list_name, record_field.name))
            if record_field.name != "type" and (control or record_field.kind == "label"):
                yield record_field, control

    def attributes(self, list_name: str, name: str, span: Span, item: object) -> None:
        """The fields of an item that differ from what a missing choice means."""
        for record_field, control in self.fields[list_name]:
            value = getattr(item, record_field.name)
            if value is None or (not record_field.required and value == record_field.default):
                continue
            label = item.type if isinstance(item, Event) and record_field.name == "mode" else None
            if label is not None:
                control = self.controls.get(control_name(list_name, record_field.name, label))
            if control is None and record_field.kind == "label":
                found = f"{record_field.name} {quoted(value)} of {name}"
                self.wrong("mode", found, f"none for {label}", list_name)
            elif control and control.field == record_field.name:
                self.attribute(control, name, span, value)

    def attribute(self, control: Control, name: str, span: Span, value: object) -> None:
        if control.type == "textarea":
            self.result(name, control.name, "textarea", self.located(span) | {"text": [str(value)]})
            return
        choice = control.field if value is True else str(value)
        if choice not in control.values:
            expected = f"one of {', '.join(control.values)}"
            found = f"{control.field} {quoted(value)} of {name}"
            self.wrong("label", found, expected, control.list_name)
        self.result(name, control.name, "choices", self.located(span) | {"choices": [choice]})

    def mentions(self) -> None:
        entities = self.record.entity_by_id
        for mention in self.record.mentions or ():
            entity = entities.get(mention.entity)
            if entity is None:
                found = f"entity {quoted(mention.entity)} of {mention.id}"
                self.wrong("dangling", found, "an entity of the record", "mentions")
                continue
            self.region("mentions", mention.id, entity.type, mention.span)
            self.attributes("mentions", mention.id, mention.span, mention)
            head = self.heads[entity.id]
            if head != mention.id:
                self.arrow(mention.id, head, "entity")
                continue
            self.attributes("entities", mention.id, mention.span, entity)
            for member in entity.members:
                if member in self.heads:
                    self.arrow(mention.id, self.heads[member], "members")
                elif member not in entities:
                    found = f"member {quoted(member)} of {entity.id}"
                    self.wrong("dangling", found, "an entity of the record", "entities")

    def unmentioned(self) -> Iterator[str]:
        """One line per entity without a mention; ``of`` names the groups that it belongs to."""
        for entity in self.record.entities or ():
            if entity.id not in self.heads:
                groups = [
                    group.id
                    for group in self.record.entities or ()
                    if group.id in self.heads and entity.id in group.members
                ]
                value = {
                    "id": entity.id,
                    "type": entity.type,
                    "kb": entity.kb,
                    "nil": entity.nil,
                    "members": list(entity.members),
                    "of": groups,
                }
                kept = {key: part for key, part in value.items() if part not in (None, [])}
                yield json.dumps(kept, ensure_ascii=False)

    def quote(self, quote: Quote) -> None:
        head = fragment_id(quote.id)
        for index, span in enumerate(quote.content):
            self.region("quotes", f"{quote.id}.content.{index}", "content", span)
            if index:
                self.arrow(head, f"{quote.id}.content.{index}", "content")
            else:
                self.attributes("quotes", head, span, quote)
        for name, span in zip(cue_ids(quote, self.cues), quote.cue, strict=True):
            if name not in self.regions:
                self.region("quotes", name, "cue", span)
            self.arrow(head, name, "cue")
        self.arrow(head, quote.source, "source")
        for addressee in quote.addressees:
            self.arrow(head, addressee, "addressees")
        if quote.parent:
            self.arrow(head, fragment_id(quote.parent), "parent")

    def arrow(self, source: str, target: str | None, name: str) -> None:
        """Note a name for the arrow between two regions: the editor keeps one arrow a pair."""
        if target:
            names = self.arrows.setdefault((source, target), [])
            names.extend([name] if name not in names else [])

    def relation(self, source: str, target: str, names: list[str], whole: bool) -> None:
        if whole and target not in self.regions:
            found = f"{', '.join(names)} of {source}: {quoted(target)}"
            self.wrong("dangling", found, "an item of the record")
        self.results.append(
            {
                "type": "relation",
                "from_id": source,
                "to_id": target,
                "direction": "right",
                "labels": names,
            }
        )
