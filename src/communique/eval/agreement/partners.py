"""Two sides annotation by annotation: which goes with which, and what an id stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from communique.annotations.derived.names import entity_names
from communique.annotations.draft import paragraphs
from communique.annotations.record import Entity, Mention, Record
from communique.eval.agreement.pairing import Pairing
from communique.eval.alignment import Pairs, align_spans, best_pairs
from communique.schemas.schema import Field

__all__ = ["TARGETS", "Item", "Partners", "Range", "counterparts", "merged", "spans_of"]

Item = dict[str, Any]
"""One annotation as in the JSON of a record, with defaults in the place of what is missing."""

Range = tuple[int, int]

TARGETS = ("mentions", "times", "events")
"""Where the target of an argument is looked for, in this order."""


class Partners:
    """The annotations of both sides (0 is A, 1 is B) and their partners."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing
        self.comparison = pairing.forth
        self.schema = pairing.schema
        self.columns = pairing.sides
        self._named: dict[tuple[int, int], Mapping[str, str]] = {}

    def items(self, side: int, list_name: str) -> list[Item]:
        """The annotations of a list of one side, in the order of its rows."""
        return self._items[side, list_name]

    @cached_property
    def _items(self) -> dict[tuple[int, str], list[Item]]:
        return {
            (side, name): [
                _filled(item, record_list.fields)
                for items in table.column(name).to_pylist()
                for item in items or ()
            ]
            for side, table in enumerate(self.pairing.tables)
            for name, record_list in self.schema.lists.items()
        }

    @cached_property
    def by_id(self) -> tuple[dict[tuple[str, int, str], Item], ...]:
        """For each side the annotation of a list, a document and an id."""
        return tuple(
            {
                (name, doc, item["id"]): item
                for name in self.schema.lists
                for doc, item in zip(
                    columns.rows(name).doc.tolist(), self.items(side, name), strict=True
                )
            }
            for side, columns in enumerate(self.columns)
        )

    @cached_property
    def partners(self) -> dict[tuple[str, int, str], str]:
        """For each list, document and id of A, the id of the partner in B."""
        aligned = {
            "mentions": self.comparison.mentions,
            "times": self.comparison.times,
            "quotes": self.comparison.quotes,
            "events": self.pairs_of_events,
        }
        return {
            (name, doc, a["id"]): b["id"]
            for name, pairs in aligned.items()
            for doc, a, b in self.both(name, pairs)
        }

    @cached_property
    def pairs_of_events(self) -> Pairs:
        """Events whose triggers overlap."""
        kept = self.comparison.kept("events")
        first, second = self.comparison.gold.events.spans, self.comparison.pred.events.spans
        pairs = align_spans(first.take(kept.gold), second.take(kept.pred))
        return Pairs(kept.gold[pairs.gold], kept.pred[pairs.pred], pairs.overlap, pairs.same)

    @cached_property
    def pairs_of_zones(self) -> Pairs:
        """Page areas that overlap, in documents where both sides have them."""
        shared = self.pairing.shared(("zones",))
        first, second = (np.flatnonzero(shared[side.zones.doc]) for side in self.columns)
        pairs = align_spans(self.columns[0].zones.take(first), self.columns[1].zones.take(second))
        return Pairs(first[pairs.gold], second[pairs.pred], pairs.overlap, pairs.same)

    def both(self, list_name: str, pairs: Pairs) -> Iterator[tuple[int, Item, Item]]:
        """Document and both annotations of each pair."""
        docs = self.columns[0].rows(list_name).doc
        first, second = self.items(0, list_name), self.items(1, list_name)
        for i, j in zip(pairs.gold.tolist(), pairs.pred.tolist(), strict=True):
            yield int(docs[i]), first[i], second[j]

    def owner(self, side: int, doc: int, reference: str, lists: Sequence[str]) -> str:
        """Which of the lists has an id."""
        return next(name for name in lists if (name, doc, reference) in self.by_id[side])

    def target(self, side: int, doc: int, reference: str | None, *lists: str) -> Item | None:
        """What an id of some lists (by default a mention's) stands for: its place and words."""
        if reference is None:
            return None
        name = self.owner(side, doc, reference, lists or ("mentions",))
        spans = spans_of(self.by_id[side][name, doc, reference])
        return {"id": reference, **self.spans(doc, spans)}

    def key(self, side: int, doc: int, reference: str | None, *lists: str) -> tuple[object, ...]:
        """Equal for references of the two sides that lead to partners, or both nowhere.

        Partners may have other boundaries: that is one disagreement, and not one more for each
        event and quote that refers to them. What has no partner (it may lie in a masked place)
        is known by its spans.
        """
        if reference is None:
            return ()
        name = self.owner(side, doc, reference, lists or ("mentions",))
        own = name, doc, reference
        if side == 0 and own in self.partners:
            return (name, self.partners[own])
        if side == 1 and own in self._with_partners:
            return (name, reference)
        return tuple(spans_of(self.by_id[side][own]))

    @cached_property
    def _with_partners(self) -> frozenset[tuple[str, int, str]]:
        """List, document and id of what has a partner in B."""
        return frozenset((name, doc, b) for (name, doc, _), b in self.partners.items())

    def entity(self, side: int, doc: int, entity: Item) -> Item:
        """An entity with a name that tells a reader which one it is."""
        name = self._names(side, doc)[entity["id"]]
        return {"id": entity["id"], "name": name, **{k: entity[k] for k in ("type", "kb", "nil")}}

    def _names(self, side: int, doc: int) -> Mapping[str, str]:
        if (side, doc) not in self._named:
            import msgspec

            doc_id = self.pairing.doc_ids[doc]
            entities = msgspec.convert(self._of(side, doc, "entities"), tuple[Entity, ...])
            mentions = msgspec.convert(self._of(side, doc, "mentions"), tuple[Mention, ...])
            record = Record(doc_id, "", "", entities=entities, mentions=mentions)
            self._named[side, doc] = entity_names(record, self.pairing.texts.get(doc_id))
        return self._named[side, doc]

    def _of(self, side: int, doc: int, list_name: str) -> list[Item]:
        """The annotations of a list in one document."""
        docs = self.columns[side].rows(list_name).doc.tolist()
        every = zip(docs, self.items(side, list_name), strict=True)
        return [item for number, item in every if number == doc]

    def spans(self, doc: int, spans: Sequence[Sequence[int]]) -> Item:
        """Spans and their words."""
        return {"spans": [list(span) for span in spans], "words": self.words(doc, spans)}

    def words(self, doc: int, spans: Sequence[Sequence[int]]) -> str | None:
        """The words of some spans in their order; ``None`` without the text."""
        text = self.pairing.texts.get(self.pairing.doc_ids[doc])
        if text is None:
            return None
        return " … ".join(text[start:end] for start, end in sorted(map(tuple, spans)))

    def paragraph(self, doc: int, start: int) -> int | None:
        """The paragraph in which a place lies, counted as in drafts; ``None`` without the text."""
        text = self.pairing.texts.get(self.pairing.doc_ids[doc])
        if text is None:
            return None
        lines = [line.start for line in paragraphs(text)]
        return max(1, int(np.searchsorted(lines, start, side="right")))


def spans_of(item: Mapping[str, Any]) -> list[Range]:
    """Where an annotation stands; a quote where its content does."""
    if "content" in item:
        return [(start, end) for start, end in item["content"]]
    start, end = item["trigger"] if "trigger" in item else item["span"]
    return [(start, end)]


def merged(spans: Sequence[Sequence[int]]) -> list[Range]:
    """Spans in order, touching and overlapping ones made one."""
    found: list[Range] = []
    for start, end in sorted(map(tuple, spans)):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def counterparts(common: Mapping[tuple[int, str, str], int]) -> set[tuple[int, str, str]]:
    """The pairs of groups to take one-to-one so that the most members agree, of several such
    choices one with the most pairs.

    ``common`` gives how many members two groups of a document share.
    """
    keys = list(common)
    names = ([key[:2] for key in keys], [(key[0], key[2]) for key in keys])
    g, p = (
        np.array([numbers[name] for name in side], dtype=np.int64)
        for side in names
        for numbers in [{name: number for number, name in enumerate(dict.fromkeys(side))}]
    )
    shared = np.array([common[key] for key in keys], dtype=np.int64)
    chosen = best_pairs(g, p, shared, np.ones(len(keys), dtype=bool))
    return {keys[int(place)] for place in chosen}


def _filled(item: Item, fields: Sequence[Field]) -> Item:
    """An annotation with the defaults of what an Arrow file may have left out."""
    return {
        field.name: field.default if item[field.name] is None else item[field.name]
        for field in fields
        if field.name in item
    }
