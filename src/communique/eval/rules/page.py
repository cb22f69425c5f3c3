"""What is on the page: its zones, and the words, sentences and paragraphs that may be annotated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from communique.annotations.draft import paragraphs
from communique.annotations.record import Span, Zone
from communique.corpus.documents import Document
from communique.corpus.ingest.zoning import propose_zones
from communique.corpus.tokens import sentences, tokens
from communique.schemas.schema import load_schema

__all__ = ["Page", "read_page"]

MOST_LINES = 1000
"""Lines of a page; a longer text is no page of news, and is all body."""


MOST_ZONES = 4
"""Zones that one token may touch."""


@dataclass(frozen=True)
class Page:
    """A text as words; every other module of this package counts in words, not code points.

    ``words`` are the tokens outside masked zones, with straight apostrophes; ``spans`` are their
    places in the text. ``sentences`` and ``paragraphs`` are ranges of words; both end where a zone
    ends.
    """

    text: str
    zones: tuple[Zone, ...]
    spans: tuple[Span, ...]
    words: tuple[str, ...]
    sentences: tuple[range, ...]
    paragraphs: tuple[range, ...]
    zone_of: tuple[str, ...]
    """The type of the zone of each word; empty outside all zones."""

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The words in lower case."""
        return tuple(word.lower() for word in self.words)

    @cached_property
    def sentence_of(self) -> tuple[range, ...]:
        """The sentence of each word."""
        return tuple(sentence for sentence in self.sentences for _ in sentence)

    def span(self, first: int, end: int) -> Span:
        """The place of the words ``[first, end)`` in the text."""
        return Span(self.spans[first].start, self.spans[end - 1].end)

    def joined(self, index: int) -> bool:
        """Whether a word follows the one before it without white space."""
        return index > 0 and self.spans[index - 1].end == self.spans[index].start

    @cached_property
    def starts(self) -> dict[int, int]:
        """The word that starts at a code point."""
        return {span.start: index for index, span in enumerate(self.spans)}

    @cached_property
    def ends(self) -> dict[int, int]:
        """The number of words up to the one that ends at a code point."""
        return {span.end: index + 1 for index, span in enumerate(self.spans)}


def read_page(document: Document, text: str) -> Page:
    """The page that a text is."""
    zones = _zones(document, text)
    spans: list[Span] = []
    types: list[str] = []
    sentence_at, paragraph_at = [0], [0]
    previous = None
    masked = load_schema().masked_zones
    for sentence, token, touched in _placed(text, zones):
        hidden = [z for z in touched if z.type in masked or z.duplicate_of is not None]
        zone = next(iter(hidden or touched), None)
        here = sentence, zone
        if hidden:
            previous = here
            continue
        if previous is not None and here != previous:
            sentence_at.append(len(spans))
            if zone != previous[1] or "\n" in text[previous[0].end : token.start]:
                paragraph_at.append(len(spans))
        previous = here
        spans.append(token)
        types.append(zone.type if zone else "")
    return Page(
        text=text,
        zones=zones,
        spans=tuple(spans),
        words=tuple(_word(span.slice(text)) for span in spans),
        sentences=_ranges(sentence_at, len(spans)),
        paragraphs=_ranges(paragraph_at, len(spans)),
        zone_of=tuple(types),
    )


def _placed(text: str, zones: tuple[Zone, ...]) -> Iterator[tuple[Span, Span, tuple[Zone, ...]]]:
    """The tokens of a text, each after its sentence, with the zones it lies in or touches."""
    ordered = sorted(zones, key=lambda zone: zone.span)
    place = 0
    lines = iter(sentences(text))
    sentence = next(lines, None)
    for token in tokens(text):
        while sentence and sentence.end <= token.start:
            sentence = next(lines, None)
        while place < len(ordered) and ordered[place].span.end <= token.start:
            place += 1
        if sentence:
            near = ordered[place : place + MOST_ZONES]
            yield sentence, token, tuple(zone for zone in near if zone.span.start < token.end)


def _zones(document: Document, text: str) -> tuple[Zone, ...]:
    if len(paragraphs(text)) > MOST_LINES:
        words = text.strip()
        start = text.index(words)
        return (Zone("z1", "body", Span(start, start + len(words))),)
    zones = propose_zones(text, title=document.title, byline=document.byline)
    return tuple(zone for zone in zones if zone.span.start < zone.span.end)


def _word(word: str) -> str:
    return word.replace("’", "'") if len(word) > 1 else word


def _ranges(starts: list[int], end: int) -> tuple[range, ...]:
    bounds = [*starts, end]
    return tuple(range(first, last) for first, last in pairwise(bounds) if first < last)
