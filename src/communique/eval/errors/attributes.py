"""What annotations are sorted by: how long, how deep, where, in what kind of text.

An attribute that belongs to an annotation itself (length, depth, level, distance) is taken from
its own side; one that belongs to its place (zone, quotes around it) from the gold for both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from communique.eval.alignment import overlapping
from communique.eval.columns import Columns, Fragments, Spans
from communique.eval.comparison import Comparison
from communique.eval.keys import Ints, packed

__all__ = ["Attribute", "attributes"]

DEEPEST = 32
"""Parents that are followed at most, so that a circle ends."""

NONE = -1


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value for each compared row of both sides.

    With ``labels``, values are places in them. Else they are whole numbers of ``unit`` from
    ``least`` up, to be cut into ranges: at ``cuts`` where these are given, and by the gold's
    quantiles otherwise. -1 is no value, which ``without`` names.
    """

    name: str
    gold: Ints
    pred: Ints
    labels: tuple[str, ...] = ()
    unit: str = ""
    least: int = 0
    cuts: tuple[int, ...] = ()
    without: str = "none"


def attributes(
    comparison: Comparison, name: str, facts: Sequence[Mapping[str, str]] = ()
) -> Iterator[Attribute]:
    """The attributes of a list; ``facts`` are genre and world of each document, if known."""
    kept = comparison.kept(name)
    rows = {"gold": kept.gold, "pred": kept.pred}
    sides = {"gold": comparison.gold, "pred": comparison.pred}
    ruler = _Ruler(comparison)

    def both(of: Callable[[Columns], Ints]) -> tuple[Ints, Ints]:
        return of(sides["gold"])[rows["gold"]], of(sides["pred"])[rows["pred"]]

    if name != "events":
        yield Attribute(
            "length", *both(lambda one: ruler.length(one, name)), unit=ruler.unit, least=1
        )
    if name == "mentions":
        gold, pred = (_depth(sides[one].mentions.spans.take(rows[one])) for one in rows)
        yield Attribute("nesting", gold, pred, cuts=(0, 1))
        levels = comparison.schema.labels("mention_level")
        yield Attribute("level", *both(lambda one: one.mentions.level), labels=levels)
    elif name == "quotes":
        yield Attribute("nesting", *both(_quote_depth), cuts=(0, 1))
        yield Attribute(
            "distance of the source", *both(ruler.distance), unit=ruler.unit, without="no source"
        )
    elif name == "events" and comparison.gold.done("quotes").any():
        around = _quotes_around(comparison.gold.events.spans, comparison.gold)
        yield Attribute(
            "quotes around it",
            around[rows["gold"]],
            _quotes_around(comparison.pred.events.spans, comparison.gold)[rows["pred"]],
            cuts=(0, 1),
        )
    zones = comparison.schema.labels("zone_type")
    if comparison.gold.done("zones").any():
        places = both(lambda one: _zone(_first_span(one, name), comparison.gold.zones))
        yield Attribute("zone", *places, labels=zones, without="no zone")
    docs = both(lambda one: one.rows(name).doc)
    for fact in ("genre", "world"):
        known = [one.get(fact) for one in facts]
        if not any(known):
            continue
        labels = comparison.schema.labels(fact)
        code = np.array([labels.index(one) if one in labels else NONE for one in known], np.int64)
        yield Attribute(fact, code[docs[0]], code[docs[1]], labels=labels, without="unknown")


class _Ruler:
    """Lengths and distances: in tokens, or in characters when the texts are not here."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    @property
    def unit(self) -> str:
        return "characters" if self._starts is None else "tokens"

    @cached_property
    def _starts(self) -> tuple[Ints, Ints] | None:
        """Document and start of each token, in order."""
        if self.comparison.tokens is None:
            return None
        docs = self.comparison.tokens
        doc = np.repeat(np.arange(len(docs)), [len(one) for one in docs])
        start = np.fromiter((token.start for one in docs for token in one), np.int64, len(doc))
        return doc, start

    def between(self, doc: Ints, start: Ints, end: Ints) -> Ints:
        """How many units begin in ``[start, end)``."""
        if self._starts is None:
            return end - start
        key, first, last = packed(self._starts, (doc, start), (doc, end))
        return np.asarray(np.searchsorted(key, last) - np.searchsorted(key, first))

    def length(self, side: Columns, name: str) -> Ints:
        """The length of each row; that of a quote is the sum over its content."""
        if name == "quotes":
            content, rows = side.quotes.content, side.quotes.rows
            part = self.between(rows.doc[content.owner], content.start, content.end)
            whole = np.bincount(content.owner, weights=part, minlength=len(rows))
            return np.maximum(whole.astype(np.int64), 1)
        spans = _first_span(side, name)
        return np.maximum(self.between(spans.doc, spans.start, spans.end), 1)

    def distance(self, side: Columns) -> Ints:
        """Units between the source of each quote and the nearest fragment of its content."""
        quotes, mentions = side.quotes, side.mentions.spans
        content = quotes.content
        source = quotes.source[content.owner]
        doc = quotes.rows.doc[content.owner]
        start, end = (np.append(one, [0, 0])[source] for one in (mentions.start, mentions.end))
        first, last = np.minimum(end, content.end), np.maximum(start, content.start)
        gap = np.where(first < last, self.between(doc, first, np.maximum(first, last)), 0)
        nearest = np.full(len(quotes.rows), np.iinfo(np.int64).max)
        np.minimum.at(nearest, content.owner, gap)
        return np.where(quotes.source >= 0, nearest, NONE)


def _first_span(side: Columns, name: str) -> Spans:
    """The span of each row; of a quote, the first of its content."""
    if name == "quotes":
        quotes = side.quotes
        n = len(quotes.rows)
        start, end = np.full(n, np.iinfo(np.int64).max), np.zeros(n, np.int64)
        np.minimum.at(start, quotes.content.owner, quotes.content.start)
        np.maximum.at(end, quotes.content.owner, quotes.content.end)
        return Spans(quotes.rows.doc, start, end, np.zeros(n, np.int64))
    if name == "mentions":
        return side.mentions.spans
    return side.times if name == "times" else side.events.spans


def _depth(spans: Spans) -> Ints:
    """In how many of the spans each one properly lies."""
    outer, inner, _ = overlapping(spans, spans)
    inside = (spans.start[outer] <= spans.start[inner]) & (spans.end[outer] >= spans.end[inner])
    longer = spans.end[outer] - spans.start[outer] > spans.end[inner] - spans.start[inner]
    return np.bincount(inner[inside & longer], minlength=len(spans)).astype(np.int64)


def _quote_depth(side: Columns) -> Ints:
    """In how many quotes each one is nested."""
    parent = side.quotes.parent
    depth = np.zeros(len(parent), dtype=np.int64)
    above = parent.copy()
    for _ in range(DEEPEST):
        nested = above >= 0
        if not nested.any():
            break
        depth += nested
        above = np.where(nested, parent[above], NONE)
    return depth


def _quotes_around(triggers: Spans, side: Columns) -> Ints:
    """In how many quotes each trigger begins."""
    content = _by_owner(side.quotes.content, side.quotes.rows.doc)
    starts = Spans(triggers.doc, triggers.start, triggers.start + 1, triggers.type)
    i, j, _ = overlapping(starts, content)
    if not len(i):
        return np.zeros(len(triggers), dtype=np.int64)
    trigger, _ = np.unique(np.stack([i, side.quotes.content.owner[j]]), axis=1)
    return np.bincount(trigger, minlength=len(triggers)).astype(np.int64)


def _by_owner(fragments: Fragments, doc: Ints) -> Spans:
    return Spans(
        doc[fragments.owner], fragments.start, fragments.end, np.zeros_like(fragments.start)
    )


def _zone(spans: Spans, zones: Spans) -> Ints:
    """The type of the zone in which each span begins."""
    begin = Spans(spans.doc, spans.start, spans.start + 1, spans.type)
    found = np.full(len(spans), NONE)
    i, j, _ = overlapping(begin, zones)
    found[i] = zones.type[j]
    return found
