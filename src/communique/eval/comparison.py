"""Gold and predictions side by side: the documents they share, masked places apart, alignments.

A comparison holds whatever several measures need, computed once and only when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from communique.annotations.record import Span
from communique.corpus.tokens import tokens
from communique.eval.alignment import (
    Pairs,
    align_fragments,
    align_spans,
    best_pairs,
    match_spans,
)
from communique.eval.columns import Bools, Columns, Fragments, Spans
from communique.eval.keys import Ints, ordered, packed
from communique.eval.rows import same_numbers

__all__ = ["LISTS", "Comparison", "Kept"]

T = TypeVar("T")

LISTS = ("mentions", "times", "quotes", "events")
"""The lists whose items lie in a place of the text and are compared."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Which rows of a list are compared on each side, and how many lie in masked zones.

    ``all`` says that every row is.
    """

    gold: Ints
    pred: Ints
    masked_gold: int
    masked_pred: int
    all: bool = False


class Comparison:
    """Two sides over the same documents in the same order.

    ``texts`` gives the text of each document, or is ``None`` when they are not here.
    ``per_type`` asks for per-document counts of each type too. ``only`` narrows what is compared
    on both sides: ``("level", "NAM")`` to names, ``("zone", "caption")`` to what stands in a zone
    of the gold.
    """

    def __init__(
        self,
        gold: Columns,
        pred: Columns,
        texts: Sequence[str] | None = None,
        *,
        per_type: bool = False,
        only: tuple[str, str] | None = None,
    ) -> None:
        if gold.n_docs != pred.n_docs:
            raise ValueError("the two sides have different documents")
        self.gold = gold
        self.pred = pred
        self.texts = texts
        self.per_type = per_type
        self.only = only
        self.n_docs = gold.n_docs
        self.schema = gold.schema
        self._kept: dict[str, Kept] = {}
        self._made: dict[object, Any] = {}

    @cached_property
    def tokens(self) -> Sequence[Sequence[Span]] | None:
        """The tokens of each document, or ``None`` without texts."""
        return None if self.texts is None else [tokens(text) for text in self.texts]

    def shared(self, make: Callable[[Comparison], T]) -> T:
        """What a function makes of this comparison; made once, however many measures ask."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def scored(self, list_name: str) -> Bools:
        """For each document, whether both sides have the list."""
        return self.gold.done(list_name) & self.pred.done(list_name)

    def kept(self, list_name: str) -> Kept:
        """The rows of ``mentions``, ``times``, ``quotes`` or ``events`` that are compared.

        Left out are documents in which a side lacks the list, and what starts in a masked zone of
        the gold (boilerplate, byline, repeated text).
        """
        if list_name not in self._kept:
            gold, masked_gold = self._kept_rows(self.gold, list_name)
            pred, masked_pred = self._kept_rows(self.pred, list_name)
            whole = len(self.gold.rows(list_name)) + len(self.pred.rows(list_name))
            every = len(gold) + len(pred) == whole
            self._kept[list_name] = Kept(gold, pred, masked_gold, masked_pred, every)
        return self._kept[list_name]

    def _kept_rows(self, side: Columns, name: str) -> tuple[Ints, int]:
        """The rows of one side that are compared, and how many are masked."""
        doc, start = _places(side, name)
        scored = self.scored(name)
        if scored.all() and not self._masks and not self.only:
            return np.arange(len(doc)), 0
        shared = scored[doc]
        masked = self._masks.cover(doc, start) & shared
        wanted = self._wanted(side, name, doc, start)
        return np.flatnonzero(shared & ~masked & wanted), int(masked.sum())

    def narrowed(self, axis: str, value: str) -> Comparison:
        """The same two sides, of which only mentions of a level, or what is in a zone, count."""
        return Comparison(
            self.gold, self.pred, self.texts, per_type=self.per_type, only=(axis, value)
        )

    def _wanted(self, side: Columns, name: str, doc: Ints, start: Ints) -> Bools:
        """Which rows of a list ``only`` lets through."""
        axis, value = self.only or (None, "")
        if axis == "level" and name == "mentions":
            levels = self.schema.labels("mention_level")
            return np.asarray(side.mentions.level == levels.index(value), dtype=bool)
        if axis == "zone":
            zones = self.gold.zones
            type_ = self.schema.labels("zone_type").index(value)
            return _Cover(zones.take(zones.type == type_)).cover(doc, start)
        return np.ones(len(doc), dtype=bool)

    @cached_property
    def _masks(self) -> _Cover:
        labels = self.schema.labels("zone_type")
        masked = [labels.index(name) for name in self.schema.masked_zones]
        zones = self.gold.zones
        return _Cover(zones.take(np.isin(zones.type, masked) | self.gold.duplicate_zones))

    @cached_property
    def mentions(self) -> Pairs:
        """Aligned mentions, as rows of the two sides."""
        kept = self.kept("mentions")
        return _placed(align_spans(*self._spans(kept, "mentions")), kept)

    @cached_property
    def equal_mentions(self) -> tuple[Ints, Ints]:
        """Mentions with equal spans, those of equal type first; also such as are not compared."""
        kept = self.kept("mentions")
        if kept.all:
            same = np.flatnonzero(self.mentions.same)
            return self.mentions.gold[same], self.mentions.pred[same]
        pairs = match_spans(self.gold.mentions.spans, self.pred.mentions.spans)
        return pairs.gold, pairs.pred

    @cached_property
    def times(self) -> Pairs:
        """Aligned times."""
        kept = self.kept("times")
        return _placed(align_spans(*self._spans(kept, "times")), kept)

    @cached_property
    def time_values(self) -> tuple[Ints, Ints]:
        """For each time of both sides, a number for its value; equal values, equal numbers."""
        gold, pred = same_numbers(
            *(side.rows("times").names("value") for side in (self.gold, self.pred))
        )
        return gold, pred

    @cached_property
    def triggers(self) -> Pairs:
        """Events whose triggers have equal spans, those of equal type first."""
        kept = self.kept("events")
        return _placed(match_spans(*self._spans(kept, "events")), kept)

    def _spans(self, kept: Kept, list_name: str) -> tuple[Spans, Spans]:
        """The kept spans of both sides."""
        gold, pred = (_spans_of(side, list_name) for side in (self.gold, self.pred))
        # mostly all are kept, and to copy every column would cost a fifth of the alignment
        return (gold, pred) if kept.all else (gold.take(kept.gold), pred.take(kept.pred))

    @cached_property
    def gold_entity_of_pred_entity(self) -> Ints:
        """For each predicted entity the gold one that it stands for, or -1.

        The one-to-one assignment with the most common mentions (equal spans), as in CEAF.
        """
        sides = self.gold.mentions, self.pred.mentions
        g, p = self.equal_mentions
        # entities in the order of their first mentions, so that no tie depends on their listing
        gold_place, pred_place = _by_first_mention(self.gold), _by_first_mention(self.pred)
        gold, pred = sides[0].entity[g], sides[1].entity[p]
        row, key = ordered(*packed((gold_place[gold], pred_place[pred])))
        first = np.flatnonzero(np.diff(key, prepend=-1))
        common = np.diff(first, append=len(key))
        gold, pred = gold[row[first]], pred[row[first]]
        chosen = best_pairs(
            gold_place[gold], pred_place[pred], common, np.zeros(len(common), dtype=bool)
        )
        entity = np.full(len(self.pred.entities.rows), -1, dtype=np.int64)
        entity[pred[chosen]] = gold[chosen]
        return entity

    @cached_property
    def quotes(self) -> Pairs:
        """Quotes aligned by content; of identical contents, those with equal sources first."""
        return self._fragments("content", by_source=True)

    @cached_property
    def cues(self) -> Pairs:
        """Quotes aligned by cue."""
        return self._fragments("cue", by_source=False)

    def _fragments(self, part: str, *, by_source: bool) -> Pairs:
        kept = self.kept("quotes")
        sides = [(self.gold, kept.gold), (self.pred, kept.pred)]
        parts: list[Fragments] = [getattr(side.quotes, part) for side, _ in sides]
        docs = [side.quotes.rows.doc[rows] for side, rows in sides]
        chosen = [_of_rows(one, rows) for one, (_, rows) in zip(parts, sides, strict=True)]
        first = None
        if by_source:
            (gold_start, gold_end), (pred_start, pred_end) = (
                _source_span(side, rows) for side, rows in sides
            )
            first = packed((gold_start, gold_end), (pred_start, pred_end))
        pairs = align_fragments(
            chosen[0], docs[0], chosen[1], docs[1], (first[0], first[1]) if first else None
        )
        return _placed(pairs, kept)

    @cached_property
    def gold_entity_of_pred_mention(self) -> Ints:
        """For each predicted mention, the gold entity of the gold mention with just that span.

        -1 where there is none; it has one place more, also -1, so that a null source leads there.
        """
        g, p = self.equal_mentions
        entity = np.full(len(self.pred.mentions.spans) + 2, -1, dtype=np.int64)
        entity[p] = self.gold.mentions.entity[g]
        return entity


class _Cover:
    """Answers whether a place lies in one of some zones."""

    def __init__(self, zones: Spans) -> None:
        order = np.lexsort((zones.start, zones.doc))
        self.zones = zones.take(order)

    def __bool__(self) -> bool:
        return len(self.zones) > 0

    def cover(self, doc: Ints, start: Ints) -> Bools:
        zones = self.zones
        if not len(zones) or not len(doc):
            return np.zeros(len(doc), dtype=bool)
        zone_key, key = packed((zones.doc, zones.start), (doc, start))
        at = np.searchsorted(zone_key, key, side="right") - 1
        last = np.maximum(at, 0)
        inside: Bools = (at >= 0) & (zones.doc[last] == doc) & (start < zones.end[last])
        return inside


def _by_first_mention(side: Columns) -> Ints:
    """For each entity its place in the order of first mentions; unmentioned ones come last."""
    spans, n = side.mentions.spans, len(side.entities.rows)
    (place,) = packed((spans.doc, spans.start, spans.end))
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, side.mentions.entity, place)
    rank = np.empty(n, dtype=np.int64)
    rank[ordered(first)[0]] = np.arange(n)
    return rank


def _places(side: Columns, list_name: str) -> tuple[Ints, Ints]:
    """Document and start of each row of a list; a quote starts where its content does."""
    if list_name == "quotes":
        quotes = side.quotes
        start = np.full(len(quotes.rows), np.iinfo(np.int64).max)
        np.minimum.at(start, quotes.content.owner, quotes.content.start)
        return quotes.rows.doc, start
    spans = _spans_of(side, list_name)
    return spans.doc, spans.start


def _spans_of(side: Columns, list_name: str) -> Spans:
    if list_name == "mentions":
        return side.mentions.spans
    return side.times if list_name == "times" else side.events.spans


def _placed(pairs: Pairs, kept: Kept) -> Pairs:
    """Pairs of places among the kept rows as pairs of rows."""
    if kept.all:
        return pairs
    return Pairs(kept.gold[pairs.gold], kept.pred[pairs.pred], pairs.overlap, pairs.same)


def _of_rows(fragments: Fragments, rows: Ints) -> Fragments:
    size = 1 + max(int(rows.max(initial=-1)), int(fragments.owner.max(initial=-1)))
    place = np.full(size, -1)
    place[rows] = np.arange(len(rows))
    owner = place[fragments.owner]
    keep = owner >= 0
    return Fragments(owner[keep], fragments.start[keep], fragments.end[keep])


def _source_span(side: Columns, rows: Ints) -> tuple[Ints, Ints]:
    spans, source = side.mentions.spans, side.quotes.source[rows]
    start, end = np.append(spans.start, [-1, -1]), np.append(spans.end, [-1, -1])
    return start[source], end[source]
