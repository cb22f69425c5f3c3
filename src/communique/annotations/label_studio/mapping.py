"""Label Studio's result lists as records: the way back, on which nothing is lost.

How each part of a record is named is said in ``communique.schemas.label_studio``. Ids live in the
ids of regions: a mention, a time, a zone and an event have their own, a fragment of a quote has
``q1.content.0`` or ``q1.cue.0``. What regions cannot hold (the order of lists, the ids of entities,
which lists are empty and which were not annotated) stands in the hidden text area ``memo``; where
the memo and the regions differ, the regions are right, since people change those. Regions that a
person drew have random ids and get the next free short ones, in the order of the text. A cue that a
person drew without an arrow goes to the quote that it must belong to, if there is only one.

Derived fields of quotes are not carried: they follow from the rest.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from communique.annotations.draft import paragraphs
from communique.annotations.label_studio.cues import owners
from communique.annotations.label_studio.drawn import Drawing, Region, Relation, read_results
from communique.annotations.label_studio.memo import Memo, digest, fragment_id, read_memo
from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.errors import InvalidInput, quoted
from communique.schemas.label_studio import (
    REGIONS,
    UNMENTIONED,
    controls,
)
from communique.schemas.schema import Schema

__all__ = ["record_of"]

ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
T = TypeVar("T")
Item = TypeVar("Item", Zone, Entity, Mention, Time, Quote, Event)
FRAGMENT = re.compile(rf"({ID.pattern})\.(?:content|cue)\.([0-9]+)")


def record_of(
    results: Sequence[object],
    text: str,
    *,
    doc_id: str,
    annotator: str,
    schema: Schema,
    layers: Collection[str] | None = None,
) -> Record:
    """The record that a result list says.

    ``layers`` names the layers or lists that were annotated; the others are ``None`` in the
    record. Without it the memo says so, and without a memo all were annotated.

    Raises:
        InvalidInput: with one problem per fault.

    """
    drawing = read_results(results, text, schema)
    assembly = _Assembly(drawing, read_memo(drawing), schema, text)
    lists = assembly.lists(layers)
    record = assembly.record(doc_id, annotator, lists)
    if drawing.problems:
        raise InvalidInput(replace(problem, doc_id=doc_id) for problem in drawing.problems)
    return record


class _Assembly:
    """Puts a record together from the sound parts of a drawing."""

    def __init__(self, drawing: Drawing, memo: Memo, schema: Schema, text: str) -> None:
        self.drawing, self.memo, self.schema, self.text = drawing, memo, schema, text
        position = {name: index for index, name in enumerate(drawing.regions)}
        self.regions = sorted(
            drawing.regions.values(), key=lambda region: (region.span, position[region.id])
        )
        self.targets: dict[tuple[str, str], list[Relation]] = defaultdict(list)
        for relation in drawing.relations:
            self.targets[relation.name, relation.source].append(relation)
        self.lines = self.unmentioned()
        self.taken: set[str] = {name for ids in memo.order.values() for name in ids}
        self.taken |= {str(line["id"]) for line in self.lines if "id" in line}
        self.names: dict[str, str] = {}
        self.entity_groups = self.groups("mentions", "entity", memo.entities)
        self.quote_groups = self.groups("quotes.content", "content", self.fragments())
        self.name_regions()

    def kind(self, kind: str) -> list[Region]:
        """The regions of a kind in the order of the text."""
        return [region for region in self.regions if region.kind == kind]

    def lists(self, layers: Collection[str] | None) -> set[str]:
        """The lists that the record has."""
        drawn = {region.list_name for region in self.regions}
        drawn |= {"entities"} if "mentions" in drawn or self.lines else set()
        if layers is None:
            return drawn | set(self.memo.order) if self.memo.given else set(self.schema.lists)
        lists: set[str] = set()
        for name in layers:
            layer = self.schema.layers.get(name)
            lists |= set(layer.lists) if layer else {name}
        for region in self.regions:
            if region.list_name not in lists:
                found = f"region {quoted(region.id)} of {region.list_name}"
                expected = f"regions of {', '.join(sorted(lists))}"
                mend = "delete it or annotate the layer"
                self.drawing.wrong("layer", found, expected, region.path, mend)
        return lists

    def record(self, doc_id: str, annotator: str, lists: set[str]) -> Record:
        made: dict[str, tuple[Any, ...]] = {
            "zones": self.zones(),
            "entities": self.entities(),
            "mentions": self.mentions(),
            "times": self.times(),
            "quotes": self.quotes(),
            "events": self.events(),
        }
        return Record(
            doc_id=doc_id,
            schema_version=self.memo.schema_version or self.schema.version,
            annotator=annotator,
            text_sha256=digest(self.text) if self.memo.hashed else None,
            **{name: items if name in lists else None for name, items in made.items()},
        )

    # -------------------------------------------------------------------------------- naming
    def name_regions(self) -> None:
        """Fill ``names``: the record's id for each region, for a group that of its first one."""
        for list_name in REGIONS:
            if list_name != "quotes":
                known = set(self.memo.order.get(list_name, ()))
                prefix = self.schema.lists[list_name].prefix
                own = re.compile(rf"{prefix}[0-9]{{1,31}}")
                for region in self.kind(list_name):
                    if region.id in known or own.fullmatch(region.id):
                        self.names[region.id] = region.id
        self.taken |= set(self.names.values())
        fragments = self.fragments()
        self.taken |= set(fragments)
        for list_name in REGIONS:
            if list_name != "quotes":
                for region in self.kind(list_name):
                    if region.id not in self.names:
                        self.names[region.id] = self.fresh(list_name)
        self.entity_names = self.claims(self.entity_groups, self.memo.entities, "entities")
        self.quote_names = self.claims(self.quote_groups, fragments, "quotes")

    def fresh(self, list_name: str) -> str:
        """The next free id of a list."""
        prefix = self.schema.lists[list_name].prefix
        number = 1
        while f"{prefix}{number}" in self.taken:
            number += 1
        self.taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def fragments(self) -> dict[str, list[str]]:
        """The content regions of each quote as their ids tell, in their order."""
        known = set(self.memo.order.get("quotes", ()))
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for region in self.kind("quotes.content"):
            match = FRAGMENT.fullmatch(region.id)
            if match and (match[1] in known or re.fullmatch(r"q[0-9]{1,31}", match[1])):
                found[match[1]].append((int(match[2]), region.id))
        return {name: [region for _, region in sorted(parts)] for name, parts in found.items()}

    def groups(
        self, kind: str, relation: str, remembered: Mapping[str, Sequence[str]]
    ) -> dict[str, list[str]]:
        """Regions that stand for one thing, by their head; both in the order of the text.

        An entity's other mentions point to the head, a quote's head points to its other fragments.
        When the head was deleted, those that have lost it stay together.
        """
        ids = [region.id for region in self.kind(kind)]
        above: dict[str, Relation] = {}
        for link in self.drawing.relations:
            if link.name == relation:
                upward = relation == "entity"
                low, high = (link.source, link.target) if upward else (link.target, link.source)
                other = above.get(low)
                if other and (other.target if upward else other.source) != high:
                    found = f"two relations {relation} of region {quoted(low)}"
                    self.drawing.wrong("relation", found, "one", link.path, "delete one")
                else:
                    above[low] = link
        parents = {
            low: link.target if relation == "entity" else link.source for low, link in above.items()
        }
        here = set(ids)
        for group in remembered.values():
            head = group[0] if relation == "entity" else _lost_head(group)
            if head and head not in here:
                orphans = [name for name in group if name in here and name not in parents]
                parents |= dict.fromkeys(orphans[1:], orphans[0] if orphans else "")
        grouped: dict[str, list[str]] = defaultdict(list)
        for name in ids:
            root, seen = name, {name}
            while root in parents:
                root = parents[root]
                if root in seen:
                    found = f"relations {relation} in a circle through {quoted(name)}"
                    path = above[name].path if name in above else "$.result"
                    self.drawing.wrong("relation", found, "one head", path, "delete one")
                    break
                seen.add(root)
            grouped[root].append(name)
        return dict(grouped)

    def claims(
        self,
        groups: Mapping[str, Sequence[str]],
        remembered: Mapping[str, Sequence[str]],
        list_name: str,
    ) -> dict[str, str]:
        """The id of each group by its head: as remembered where one can tell, else a new one."""
        of = {region: name for name, regions in remembered.items() for region in regions}
        heads = {regions[0]: name for name, regions in remembered.items() if regions}
        names: dict[str, str] = {}
        for memory, within in ((heads, False), (of, False), (of, True)):
            for root, regions in groups.items():
                for region in regions if within else (root,):
                    name = memory.get(region)
                    if root not in names and name and name not in names.values():
                        names[root] = name
        # The text's order, so that new ids count up through the document.
        return {root: names.get(root) or self.fresh(list_name) for root in groups}

    # ------------------------------------------------------------------------------ the lists
    def zones(self) -> tuple[Zone, ...]:
        items = []
        for region in self.kind("zones"):
            target = self.single("duplicate_of", [region.id])
            duplicate = self.names[target] if target else None
            items.append(Zone(self.names[region.id], region.label, region.span, duplicate))
        return self.arranged("zones", items, [zone.span for zone in items])

    def mentions(self) -> tuple[Mention, ...]:
        entity_of = {
            region: self.entity_names[root]
            for root, regions in self.entity_groups.items()
            for region in regions
        }
        items = []
        for region in self.kind("mentions"):
            values = self.values("mentions", [region.id])
            if values["level"] is None:
                found = f"no level on {self.described(region)}"
                expected = " or ".join(self.schema.labels("mention_level"))
                mend = "select the mention in Label Studio, choose its level, and update"
                self.drawing.wrong("level", found, expected, region.path, mend)
            name = self.names[region.id]
            items.append(Mention(name, entity_of[region.id], region.span, **values))
        return self.arranged("mentions", items, [mention.span for mention in items])

    def entities(self) -> tuple[Entity, ...]:
        root_of = {name: root for root, names in self.entity_groups.items() for name in names}
        resolve = {name: self.entity_names[root] for name, root in root_of.items()}
        listed = {str(line.get("id")) for line in self.lines}
        known = {*self.entity_names.values(), *listed}
        # People may name a mention instead, by the id of its region.
        resolve = {**{name: name for name in known}, **resolve}
        extra: dict[str, list[str]] = defaultdict(list)
        for line in self.lines:
            for group in self.resolved(line, "of", resolve):
                extra[group].append(str(line["id"]))
        items = []
        for root, regions in self.entity_groups.items():
            name = self.entity_names[root]
            members = [
                resolve[target] for region in regions for target in self.all("members", region)
            ]
            members += extra.pop(name, [])
            label = self.common_label(regions)
            values = self.values("entities", regions)
            items.append(
                Entity(name, label, members=self.ordered("members", name, members), **values)
            )
        for line in self.lines:
            name = str(line["id"])
            if name in self.entity_names.values():
                found = f"entity {quoted(name)}, which has a mention"
                self.drawing.wrong("entities", found, "entities without a mention", "$.result")
            members = [*self.resolved(line, "members", resolve), *extra.pop(name, [])]
            members_in_order = self.ordered("members", name, members)
            kb, nil = line.get("kb"), line.get("nil")
            items.append(Entity(name, str(line.get("type")), kb, nil, members_in_order))
        return self.arranged("entities", items, None)

    def times(self) -> tuple[Time, ...]:
        items = [
            Time(
                self.names[region.id],
                region.label,
                region.span,
                **self.values("times", [region.id]),
            )
            for region in self.kind("times")
        ]
        return self.arranged("times", items, [time.span for time in items])

    def quotes(self) -> tuple[Quote, ...]:
        quote_of = {
            region: self.quote_names[root]
            for root, regions in self.quote_groups.items()
            for region in regions
        }
        cues_of = self.cues()
        remembered = self.fragments()
        items = []
        for root, regions in self.quote_groups.items():
            name = self.quote_names[root]
            cues = cues_of[root]
            cues.sort(key=lambda cue: self.drawing.regions[cue].span)
            parent = self.single("parent", regions)
            source = self.single("source", regions)
            addressees = [
                self.names[target]
                for region in regions
                for target in self.all("addressees", region)
            ]
            items.append(
                Quote(
                    name,
                    content=self.spans(_arrange(regions, remembered.get(name, ()))),
                    cue=self.spans(_arrange(cues, self.memo.cues.get(name, ()))),
                    source=self.names[source] if source else None,
                    addressees=self.ordered("addressees", name, addressees),
                    parent=quote_of[parent] if parent else None,
                    **self.values("quotes", regions),
                )
            )
        return self.arranged("quotes", items, [quote.content[0] for quote in items])

    def cues(self) -> dict[str, list[str]]:
        """The cues of each quote: those with an arrow, and those that can belong to no other."""
        cues_of = {
            root: [cue for region in regions for cue in self.all("cue", region)]
            for root, regions in self.quote_groups.items()
        }
        linked = {cue for cues in cues_of.values() for cue in cues}
        loose = [one for one in self.kind("quotes.cue") if one.id not in linked]
        found = owners(
            # a cue that lost its arrow is not one that never had any
            {one.id: one.span for one in loose if not FRAGMENT.fullmatch(one.id)},
            {root: self.spans(regions) for root, regions in self.quote_groups.items()},
            cued={root for root, cues in cues_of.items() if cues},
            others=self.spans(linked),
            text=self.text,
        )
        for region in loose:
            if region.id in found:
                cues_of[found[region.id]].append(region.id)
            else:
                what = f"{self.described(region)} that may belong to several quotes or to none"
                mend = "draw the relation cue from the content to it, and update"
                self.drawing.wrong("cue", what, "a cue of one quote", region.path, mend)
        return cues_of

    def events(self) -> tuple[Event, ...]:
        items = []
        for region in self.kind("events"):
            name = self.names[region.id]
            arguments = [
                (role, self.names[target])
                for role in self.schema.labels("role")
                for target in self.all(role, region.id)
            ]
            remembered = [(role, target) for role, target in self.memo.arguments.get(name, ())]
            items.append(
                Event(
                    name,
                    region.span,
                    region.label,
                    arguments=tuple(
                        Argument(role, target) for role, target in _arrange(arguments, remembered)
                    ),
                    **self.values("events", [region.id]),
                )
            )
        return self.arranged("events", items, [event.trigger for event in items])

    # -------------------------------------------------------------------------------- helpers
    def described(self, region: Region) -> str:
        """A region by its label, id and place, without words of the text, which may be secret."""
        start, end = region.span
        number = sum(1 for one in paragraphs(self.text) if one.start <= start)
        return f"{region.label} {quoted(region.id)} at [{start}, {end}) in paragraph {number}"

    def spans(self, regions: Iterable[str]) -> tuple[Span, ...]:
        return tuple(self.drawing.regions[name].span for name in regions)

    def all(self, relation: str, region: str) -> list[str]:
        """The regions that a relation of a region points to."""
        return list(dict.fromkeys(link.target for link in self.targets[relation, region]))

    def single(self, relation: str, regions: Iterable[str]) -> str | None:
        """The one region that a relation points to."""
        links = {link.target: link for region in regions for link in self.targets[relation, region]}
        if len(links) > 1:
            link = list(links.values())[1]
            found = f"{len(links)} relations {relation} of region {quoted(link.source)}"
            self.drawing.wrong("relation", found, "one", link.path, "delete the others")
        return next(iter(links), None)

    def values(self, list_name: str, regions: Iterable[str]) -> dict[str, Any]:
        """The chosen and typed fields of an item, from whichever of its regions has them."""
        values: dict[str, Any] = {}
        members = [self.drawing.regions[name] for name in regions]
        for control in controls(self.schema).values():
            if control.list_name != list_name or control.type == "labels":
                continue
            given = {
                value: region for region in members for value in region.values.get(control.name, ())
            }
            if len(given) > 1:
                found = f"{control.name} both {' and '.join(map(quoted, given))}"
                region = list(given.values())[1]
                self.drawing.wrong("value", found, "one value", region.path, "keep one of them")
            value = next(iter(given), None)
            values[control.field] = value if value is not None else values.get(control.field)
        return {name: self.typed(list_name, name, value) for name, value in values.items()}

    def typed(self, list_name: str, name: str, value: str | None) -> Any:
        """The value of a field, or what a missing choice means."""
        item = next(item for item in self.schema.lists[list_name].fields if item.name == name)
        if item.kind == "bool":
            return value is not None
        return item.default if value is None and not item.required else value

    def common_label(self, regions: Sequence[str]) -> str:
        """The type of an entity, which all its mentions have to show."""
        head = self.drawing.regions[regions[0]]
        for name in regions[1:]:
            region = self.drawing.regions[name]
            if region.label != head.label:
                found = f"{region.label} on {quoted(name)}, {head.label} on {quoted(head.id)}"
                mend = "relabel one or delete the relation entity"
                self.drawing.wrong("entity", found, "one type for one entity", region.path, mend)
        return head.label

    def ordered(self, relation: str, name: str, found: Sequence[str]) -> tuple[str, ...]:
        remembered: Mapping[str, list[str]] = getattr(self.memo, relation)
        return tuple(_arrange(list(dict.fromkeys(found)), remembered.get(name, ())))

    def arranged(
        self, list_name: str, items: Sequence[Item], spans: Sequence[Span] | None
    ) -> tuple[Item, ...]:
        """The items as they were, new ones where they stand in the text if the rest follows it."""
        by_id = {item.id: item for item in items}
        remembered = [name for name in self.memo.order.get(list_name, ()) if name in by_id]
        new = [item.id for item in items if item.id not in set(remembered)]
        ids = remembered + new
        if spans is not None:
            place = {item.id: span for item, span in zip(items, spans, strict=True)}
            if sorted(remembered, key=place.__getitem__) == remembered:
                ids.sort(key=place.__getitem__)
        return tuple(by_id[name] for name in ids)

    def unmentioned(self) -> list[dict[str, Any]]:
        """The objects of the text area for entities without a mention."""
        lines: list[dict[str, Any]] = []
        text = "\n".join(self.drawing.texts.get(UNMENTIONED, ()))
        for number, row in enumerate(text.split("\n"), 1):
            if row.strip():
                try:
                    value = json.loads(row)
                except ValueError:
                    value = None
                if isinstance(value, dict) and self.is_entity(value):
                    lines.append(value)
                else:
                    found = f"{quoted(row.strip())} in line {number} of {UNMENTIONED}"
                    expected = 'an object like {"id": "e9", "type": "GPE", "kb": "…"}'
                    self.drawing.wrong("entities", found, expected, "$.result")
        seen: set[object] = set()
        for line in lines:
            if line["id"] in seen:
                found = f"entity {quoted(line['id'])} twice"
                self.drawing.wrong("entities", found, "each id once", "$.result")
            seen.add(line["id"])
        return lines

    def is_entity(self, value: dict[str, Any]) -> bool:
        return (
            not set(value) - {"id", "type", "kb", "nil", "members", "of"}
            and ID.fullmatch(str(value.get("id"))) is not None
            and value.get("type") in self.schema.labels("entity_type")
            and isinstance(value.get("kb"), str | None)
            and value.get("nil") in (None, *self.schema.labels("nil_reason"))
            and all(_names(value.get(key)) is not None for key in ("members", "of"))
        )

    def resolved(self, line: dict[str, Any], key: str, resolve: Mapping[str, str]) -> Iterator[str]:
        for name in _names(line.get(key)) or ():
            if name in resolve:
                yield resolve[name]
            else:
                found = f"{key} {quoted(name)} of entity {quoted(line['id'])}"
                expected = "the id of an entity or of a mention"
                self.drawing.wrong("dangling", found, expected, "$.result")


def _lost_head(group: Sequence[str]) -> str | None:
    """The id that the first fragment of a quote had, when the ids tell of another."""
    match = FRAGMENT.fullmatch(group[0]) if group else None
    return fragment_id(match[1]) if match else None


def _arrange(found: Sequence[T], remembered: Sequence[T]) -> list[T]:
    """What was found, in the order of old; new things come last."""
    if set(found) == set(remembered):
        return list(remembered)
    place = {item: index for index, item in enumerate(remembered)}
    return sorted(found, key=lambda item: place.get(item, len(place)))


def _names(value: object) -> list[str] | None:
    """One name or a list of them."""
    if value is None or isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return list(value)
    return None
