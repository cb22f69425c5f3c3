"""A record as labels of the words of a page: what a field learns, and what it is told of the rules.

Labels are IOB2. Of chunks that share words the first stays, so that nested ones take several rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from communique.annotations.record import Quote, Record, Span
from communique.eval.crf.model import Chunk, labels_of
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase, nested

__all__ = [
    "AFAR",
    "BEHIND",
    "CUE",
    "LEVELS",
    "Words",
    "layers",
    "level_rows",
    "mention_labels",
    "phrase_of",
    "phrases_of",
    "quote_chunks",
    "quote_labels",
    "quote_rows",
    "within",
    "words_of",
]

LEVELS = ("NAM", "NOM", "PRO")

CUE = "cue"
BEFORE, BEHIND, AFAR = "content-before", "content-behind", "content-afar"
"""A content before its cue, one behind it, and one whose cue is not in the same stretch."""

Words = tuple[int, int]
"""First word and end."""


def words_of(page: Page, span: Span) -> Words | None:
    """The visible words that a span touches; ``None`` when there are none."""
    first = bisect_right(page.spans, span.start, key=lambda word: word.end)
    end = bisect_left(page.spans, span.end, key=lambda word: word.start)
    return (first, end) if first < end else None


def within(words: Words, place: range) -> bool:
    """Whether words lie in a stretch of words."""
    return place.start <= words[0] and words[1] <= place.stop


# ------------------------------------------------------------------------------------- mentions


def phrase_of(page: Page, chunk: Chunk, level: str) -> Phrase:
    """A chunk, whose label is a type, as a phrase."""
    first, end, kind = chunk
    words = page.words[first:end] if level == "NAM" else page.lower[first:end]
    return Phrase(first, end, kind, level, " ".join(words))


def phrases_of(page: Page, record: Record) -> list[Phrase]:
    """The mentions of a record that the page shows."""
    entities = record.entity_by_id
    found = []
    for mention in record.mentions or ():
        words = words_of(page, mention.span)
        if words and mention.entity in entities:
            found.append(phrase_of(page, (*words, entities[mention.entity].type), mention.level))
    return nested(found)


def layers(phrases: Iterable[Phrase]) -> tuple[list[Chunk], list[Chunk]]:
    """The outermost phrases of one level, and the outermost ones inside those."""
    outer: list[Chunk] = []
    inner: list[Chunk] = []
    for one in phrases:
        chunk = one.first, one.end, one.type
        layer = outer if not outer or one.first >= outer[-1][1] else inner
        if layer is outer or not inner or one.first >= inner[-1][1]:
            layer.append(chunk)
    return outer, inner


def mention_labels(page: Page, phrases: Sequence[Phrase]) -> list[str]:
    """For each word of a page, the level and type of the outermost mention that it is in."""
    whole = range(len(page.words))
    return labels_of(whole, [(one.first, one.end, f"{one.level}-{one.type}") for one in phrases])


def level_rows(page: Page, record: Record) -> dict[str, list[str]]:
    """For each level, and for names in names, the type of the mention that each word is in."""
    whole = range(len(page.words))
    phrases = phrases_of(page, record)
    rows = {}
    for level in LEVELS:
        outer, inner = layers(one for one in phrases if one.level == level)
        rows[level] = labels_of(whole, outer)
        if level == "NAM":
            rows["inner"] = labels_of(whole, inner)
    return rows


# ------------------------------------------------------------------------------------- quotes


def quote_chunks(page: Page, quote: Quote, place: range) -> Iterator[Chunk]:
    """The cue and the content of a quote, as far as they lie in a stretch of words."""
    cues = [words for span in quote.cue if (words := words_of(page, span)) and within(words, place)]
    for first, end in cues:
        yield first, end, CUE
    for span in quote.content:
        words = words_of(page, span)
        if words and within(words, place):
            side = AFAR if not cues else BEHIND if cues[0] < words else BEFORE
            yield *words, side


def quote_labels(page: Page, record: Record, parent: str | None, place: range) -> list[str]:
    """The labels of the quotes of one parent in a stretch: contents with their side, cues."""
    chunks: list[Chunk] = []
    for quote in record.quotes or ():
        if quote.parent == parent:
            chunks += quote_chunks(page, quote, place)
    return labels_of(place, sorted(chunks))


def quote_rows(page: Page, record: Record) -> dict[str, list[str]]:
    """For quotes that stand free and for those right inside these, the label of each word."""
    rows = {name: ["O"] * len(page.words) for name in ("free", "inside")}
    for paragraph in page.paragraphs:
        rows["free"][paragraph.start : paragraph.stop] = quote_labels(page, record, None, paragraph)
    for quote in record.quotes or ():
        for span in quote.content if quote.parent is None else ():
            if words := words_of(page, span):
                rows["inside"][slice(*words)] = quote_labels(page, record, quote.id, range(*words))
    return rows
