"""Where two annotators disagree: one by one, in the order of the text, for an adjudicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from communique.eval.agreement.disagreement import Disagreement
from communique.eval.agreement.pairing import Pairing
from communique.eval.agreement.partners import (
    TARGETS,
    Item,
    Partners,
    Range,
    counterparts,
    merged,
    spans_of,
)
from communique.eval.alignment import Pairs
from communique.eval.keys import Ints
from communique.schemas.schema import Field

__all__ = ["disagreements"]


def disagreements(pairing: Pairing) -> tuple[Disagreement, ...]:
    """Everything in which the two sides differ, document by document in the order of the text.

    Annotations are partners as they are in the scores; triggers that only overlap are partners
    here, so that an adjudicator sees one boundary to decide on and not two events. What depends on
    a missing partner (an argument of an event that only one side has) is not listed again.
    """
    walk = _Walk(pairing)
    found = [
        *walk.zones(),
        *walk.mentions(),
        *walk.entities(),
        *walk.times(),
        *walk.quotes(),
        *walk.events(),
    ]
    found.sort(key=lambda one: one.place)
    return tuple(found)


class _Walk:
    """Goes through the layers of two sides; A is side 0 and B is side 1."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing
        self.comparison = pairing.forth
        self.schema = pairing.schema
        self.sides = Partners(pairing)

    # -- what is listed ------------------------------------------------------------------------

    def zones(self) -> Iterator[Disagreement]:
        shared = self.pairing.shared(("zones",))
        first, second = (np.flatnonzero(shared[side.zones.doc]) for side in self.pairing.sides)
        pairs = self.sides.pairs_of_zones
        yield from self.alone("zones", pairs, first, second)
        for doc, a, b in self.sides.both("zones", pairs):
            yield from self.differing("zones", doc, a, b, "boundary", ["span"])
            yield from self.differing("zones", doc, a, b, "type", ["type"])
            repeats = {"duplicate_of": a["duplicate_of"] is not None}
            other = {"duplicate_of": b["duplicate_of"] is not None}
            if repeats != other:
                yield self.one("zones", "attribute", doc, (a, b), (repeats, other))

    def mentions(self) -> Iterator[Disagreement]:
        pairs, kept = self.comparison.mentions, self.comparison.kept("mentions")
        yield from self.alone("mentions", pairs, kept.gold, kept.pred)
        for doc, a, b in self.sides.both("mentions", pairs):
            yield from self.differing("mentions", doc, a, b, "boundary", ["span"])
            yield from self.differing("mentions", doc, a, b, "attribute", self.plain("mentions"))

    def entities(self) -> Iterator[Disagreement]:
        """What differs of entities, once for each pair of them and at their first mention."""
        pairs = self.comparison.mentions
        of_pair: dict[tuple[int, str, str], list[tuple[Item, Item]]] = {}
        for doc, a, b in sorted(self.sides.both("mentions", pairs), key=_by_place):
            of_pair.setdefault((doc, a["entity"], b["entity"]), []).append((a, b))
        chosen = counterparts({key: len(both) for key, both in of_pair.items()})
        partner = {(doc, a): b for doc, a, b in chosen}
        for key, both in of_pair.items():
            doc, *ids = key
            a, b = (self.sides.by_id[side]["entities", doc, ids[side]] for side in (0, 1))
            if key not in chosen:
                met: list[Any] = [
                    {"entity": self.sides.entity(side, doc, one)} for side, one in ((0, a), (1, b))
                ]
                yield self.one("mentions", "coreference", doc, both[0], met, both)
                continue
            for kind, fields in (("type", ["type"]), ("link", ["kb", "nil"])):
                mine, theirs = ({name: one[name] for name in fields} for one in (a, b))
                if mine != theirs:
                    yield self.one("mentions", kind, doc, both[0], (mine, theirs), both)
            members = [
                sorted(self.member(side, doc, one, partner) for one in entity["members"])
                for side, entity in ((0, a), (1, b))
            ]
            if members[0] != members[1]:
                versions = ({"members": a["members"]}, {"members": b["members"]})
                yield self.one("mentions", "members", doc, both[0], versions, both)

    def member(
        self, side: int, doc: int, entity_id: str, partner: Mapping[tuple[int, str], str]
    ) -> tuple[str, ...]:
        """Equal for members that are partners, or have no partner and are described alike."""
        if side == 0 and (doc, entity_id) in partner:
            return ("partner", partner[doc, entity_id])
        if side == 1 and entity_id in {b for (of, _), b in partner.items() if of == doc}:
            return ("partner", entity_id)
        entity = self.sides.by_id[side]["entities", doc, entity_id]
        return ("described", *(str(entity[name]) for name in ("type", "kb", "nil")))

    def times(self) -> Iterator[Disagreement]:
        pairs, kept = self.comparison.times, self.comparison.kept("times")
        yield from self.alone("times", pairs, kept.gold, kept.pred)
        for doc, a, b in self.sides.both("times", pairs):
            yield from self.differing("times", doc, a, b, "boundary", ["span"])
            yield from self.differing("times", doc, a, b, "type", ["type"])
            yield from self.differing("times", doc, a, b, "value", ["value"])
            yield from self.differing("times", doc, a, b, "attribute", self.plain("times"))

    def quotes(self) -> Iterator[Disagreement]:
        pairs, kept = self.comparison.quotes, self.comparison.kept("quotes")
        yield from self.alone("quotes", pairs, kept.gold, kept.pred)
        for doc, a, b in self.sides.both("quotes", pairs):
            for part, kind in (("content", "boundary"), ("cue", "cue")):
                if merged(a[part]) != merged(b[part]):
                    versions = [{part: self.sides.spans(doc, one[part])} for one in (a, b)]
                    yield self.one("quotes", kind, doc, (a, b), versions)
            if self.sides.key(0, doc, a["source"]) != self.sides.key(1, doc, b["source"]):
                said = [
                    self.sides.target(side, doc, one["source"]) for side, one in ((0, a), (1, b))
                ]
                named: list[Any] = [{"source": one} for one in said]
                yield self.one("quotes", "source", doc, (a, b), named)
            heard = [
                {
                    self.sides.key(side, doc, one): self.sides.target(side, doc, one)
                    for one in quote["addressees"]
                }
                for side, quote in ((0, a), (1, b))
            ]
            if heard[0].keys() != heard[1].keys():
                addressed: list[Any] = [{"addressees": list(one.values())} for one in heard]
                yield self.one("quotes", "addressees", doc, (a, b), addressed)
            if self.sides.key(0, doc, a["parent"], "quotes") != self.sides.key(
                1, doc, b["parent"], "quotes"
            ):
                inside: list[Any] = [{"parent": one["parent"]} for one in (a, b)]
                yield self.one("quotes", "parent", doc, (a, b), inside)
            yield from self.differing("quotes", doc, a, b, "attribute", self.plain("quotes"))

    def events(self) -> Iterator[Disagreement]:
        kept = self.comparison.kept("events")
        pairs = self.sides.pairs_of_events
        yield from self.alone("events", pairs, kept.gold, kept.pred)
        of_chains: dict[tuple[int, str, str], list[tuple[Item, Item]]] = {}
        for doc, a, b in sorted(self.sides.both("events", pairs), key=_by_place):
            yield from self.differing("events", doc, a, b, "boundary", ["trigger"])
            yield from self.differing("events", doc, a, b, "type", ["type"])
            yield from self.differing("events", doc, a, b, "attribute", self.plain("events"))
            yield from self.arguments(doc, a, b)
            # an event without a chain is one of its own; no chain's name has a space
            chains = [one["chain"] or f"event {one['id']}" for one in (a, b)]
            of_chains.setdefault((doc, chains[0], chains[1]), []).append((a, b))
        chosen = counterparts({key: len(both) for key, both in of_chains.items()})
        for key, both in of_chains.items():
            if key not in chosen:
                versions = ({"chain": both[0][0]["chain"]}, {"chain": both[0][1]["chain"]})
                yield self.one("events", "chain", key[0], both[0], versions, both)

    def arguments(self, doc: int, a: Item, b: Item) -> Iterator[Disagreement]:
        """The arguments of two events that only one of them has."""
        mine, theirs = (
            {
                (one["role"], self.sides.key(side, doc, one["target"], *TARGETS)): {
                    "role": one["role"],
                    "target": self.sides.target(side, doc, one["target"], *TARGETS),
                }
                for one in event["arguments"]
            }
            for side, event in ((0, a), (1, b))
        )
        if mine.keys() != theirs.keys():
            versions = (
                {"arguments": [one for key, one in mine.items() if key not in theirs]},
                {"arguments": [one for key, one in theirs.items() if key not in mine]},
            )
            yield self.one("events", "argument", doc, (a, b), versions)

    # -- how it is said ------------------------------------------------------------------------

    def alone(
        self, list_name: str, pairs: Pairs, first: Ints, second: Ints
    ) -> Iterator[Disagreement]:
        """The annotations without a partner."""
        for side, rows, paired in ((0, first, pairs.gold), (1, second, pairs.pred)):
            docs = self.pairing.sides[side].rows(list_name).doc
            for row in np.setdiff1d(rows, paired).tolist():
                item = self.sides.items(side, list_name)[row]
                versions: tuple[Any, Any] = (item, None) if side == 0 else (None, item)
                yield self.one(list_name, f"only {'AB'[side]}", int(docs[row]), versions, versions)

    def differing(
        self, list_name: str, doc: int, a: Item, b: Item, kind: str, fields: Sequence[str]
    ) -> Iterator[Disagreement]:
        """The fields in which two annotations differ, as one disagreement."""
        mine, theirs = {}, {}
        for field in fields:
            if a[field] != b[field]:
                mine[field], theirs[field] = a[field], b[field]
        if mine:
            if kind == "boundary":
                versions = [
                    {field: self.sides.spans(doc, [value]) for field, value in one.items()}
                    for one in (mine, theirs)
                ]
                yield self.one(list_name, kind, doc, (a, b), versions)
            else:
                yield self.one(list_name, kind, doc, (a, b), (mine, theirs))

    def plain(self, list_name: str) -> list[str]:
        """The fields of a list that are attributes: labels but the type, and yes or no."""

        def is_attribute(field: Field) -> bool:
            return field.kind in ("label", "bool") and field.name != "type" and not field.derived

        return [field.name for field in self.schema.lists[list_name].fields if is_attribute(field)]

    def one(
        self,
        list_name: str,
        kind: str,
        doc: int,
        place: tuple[Item | None, Item | None],
        versions: Sequence[Any],
        all_of: Sequence[tuple[Item | None, Item | None]] = (),
    ) -> Disagreement:
        """One disagreement at the place of two annotations, about ``all_of`` such pairs."""
        spans = sorted({span for item in place if item for span in spans_of(item)})
        start, end = spans[0][0], max(span[1] for span in spans)
        ids = [
            tuple(item["id"] for item in items if item)
            for items in zip(*(all_of or [place]), strict=True)
        ]
        return Disagreement(
            self.pairing.doc_ids[doc],
            self.schema.layer_of(list_name),
            kind,
            start,
            end,
            self.sides.paragraph(doc, start),
            self.sides.words(doc, merged(spans)),
            versions[0],
            versions[1],
            ids[0],
            ids[1],
        )


def _by_place(pair: tuple[int, Item, Item]) -> tuple[int, list[Range], list[Range]]:
    doc, a, b = pair
    return doc, spans_of(a), spans_of(b)
