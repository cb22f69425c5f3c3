"""What is on the page: its zones, and the words, sentences and paragraphs that may be annotated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from communique.annotations.draft import paragraphs
from communique.annotations.record import Span, Zone
from communique.corpus.documents import Document
from communique.corpus.tokens import sentences, tokens
from communique.schemas.schema import load_schema

__all__ = ["Page", "read_page"]

DATELINE = re.compile(r"[A-Z][^\n]{1,100}?(?:--|[—–])(?=\s)")
LONGEST_HEADLINE = 150


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
    spans, types, sentence_at, paragraph_at = [], [], [0], [0]
    previous = None
    for sentence, zone, token in _visible(text, zones):
        here = sentence, zone
        if previous is not None and here != previous:
            sentence_at.append(len(spans))
            if zone != previous[1] or "\n" in text[spans[-1].end : token.start]:
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


def _visible(text: str, zones: tuple[Zone, ...]) -> Iterator[tuple[Span, Zone | None, Span]]:
    """The tokens outside masked zones, each with its sentence and its zone."""
    masked = load_schema().masked_zones
    ordered = iter(sorted(zones, key=lambda zone: zone.span))
    zone = next(ordered, None)
    lines = iter(sentences(text))
    sentence = next(lines, None)
    for token in tokens(text):
        while sentence and sentence.end <= token.start:
            sentence = next(lines, None)
        while zone and zone.span.end <= token.start:
            zone = next(ordered, None)
        inside = zone if zone and zone.span.overlaps(token) else None
        hidden = inside and (inside.type in masked or inside.duplicate_of is not None)
        if sentence and not hidden:
            yield sentence, inside, token


def _zones(document: Document, text: str) -> tuple[Zone, ...]:
    """A headline, a dateline and bodies; no furniture is recognised."""
    found: list[tuple[str, Span]] = []
    lines = paragraphs(text)
    headline = _headline(document, text, lines)
    dateline = None
    for number, line in enumerate(lines):
        if number == headline:
            found.append(("headline", line))
            continue
        if dateline is None and (match := DATELINE.match(text, line.start, line.end)):
            dateline = Span(*match.span())
            found.append(("dateline", dateline))
            rest = text[dateline.end : line.end]
            line = Span(line.end - len(rest.lstrip()), line.end)
        elif found and found[-1][0] == "body":
            found[-1] = ("body", Span(found[-1][1].start, line.end))
            continue
        if line.start < line.end:
            found.append(("body", line))
    return tuple(Zone(f"z{n}", kind, span) for n, (kind, span) in enumerate(found, 1))


def _headline(document: Document, text: str, lines: tuple[Span, ...]) -> int | None:
    """The paragraph that is the title, or else a short first one that is no sentence."""
    title = document.title.split()
    for number, line in enumerate(lines[:10]):
        if line.end - line.start < 1000 and line.slice(text).split() == title:
            return number
    if len(lines) < 2 or lines[0].end - lines[0].start > LONGEST_HEADLINE:
        return None
    return None if lines[0].slice(text)[-1] in ".!?\"”'’:" else 0


def _word(word: str) -> str:
    return word.replace("’", "'") if len(word) > 1 else word


def _ranges(starts: list[int], end: int) -> tuple[range, ...]:
    bounds = [*starts, end]
    pairs = zip(bounds, bounds[1:], strict=False)
    return tuple(range(first, last) for first, last in pairs if first < last)
