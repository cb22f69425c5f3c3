"""What follows from a quote: direct, indirect or mixed; how deep; whether anybody is named.

The type is the share of the content that stands in quotation marks, *relative to the parent*: in
``"They told us 'no' twice," he said`` everything is in the speaker's double marks, so for the inner
quote only the single marks count.

Decisions:

- Only letters, digits and symbols are counted, not punctuation or white space, so that a comma
  between two quoted parts or a full stop outside the marks makes nothing mixed.
- At least 95 % in marks is ``direct`` (an annotator may have left an introducing "that" in),
  nothing is ``indirect``, all between is ``mixed``. A quoted word or title inside reported speech
  makes it mixed: what the marks were meant for cannot be computed.
- Marks are an ancestor's when they enclose words beyond the quote, or when they enclose a whole
  fragment of an ancestor that is itself all in marks.
- A source is ``anonymous`` when no name of it stands in the document (no NAM mention of its
  entity). An aggregate is as good as named when all its members are. A quote without a source is
  ``implicit`` and not anonymous.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Literal, get_args
from unicodedata import category

from communique.annotations.derived.marks import quotation_marks, quoted_ranges
from communique.annotations.record import Quote, Record, Span

__all__ = [
    "QUOTE_TYPES",
    "QuoteFacts",
    "cut_marks",
    "derive_quotes",
    "quote_type",
    "quoted_ranges",
    "unbalanced_marks",
]

DIRECT = 0.95
"""Share of the content in quotation marks from which a quote is direct."""

QuoteType = Literal["direct", "indirect", "mixed"]

QUOTE_TYPES: tuple[QuoteType, ...] = get_args(QuoteType)


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """What is derived for one quote.

    ``type`` is ``None`` without a text. ``depth`` counts the quotes around it, 0 for none.
    ``anonymous`` is ``None`` when the record does not say who the source is (its mention or entity
    is not there). ``source`` is an entity id.
    """

    type: QuoteType | None
    depth: int
    anonymous: bool | None
    implicit: bool
    source: str | None


def derive_quotes(record: Record, text: str | None) -> Mapping[str, QuoteFacts]:
    """The facts of each quote by its id, in the order of the record; empty without the layer.

    Nothing is raised for references that lead nowhere or in a circle: they end the chain.
    """
    quotes = record.quotes or ()
    by_id = {quote.id: quote for quote in quotes}
    entity_of = {mention.id: mention.entity for mention in record.mentions or ()}
    named = _named(record)
    facts: dict[str, QuoteFacts] = {}
    for quote in quotes:
        ancestors = ancestry(quote, by_id)
        source = entity_of.get(quote.source or "")
        facts[quote.id] = QuoteFacts(
            type=None
            if text is None
            else quote_type(quote.content, [one.content for one in ancestors], text),
            depth=len(ancestors),
            anonymous=_anonymous(quote, source, named),
            implicit=quote.source is None,
            source=source,
        )
    return facts


def ancestry(quote: Quote, by_id: Mapping[str, Quote]) -> tuple[Quote, ...]:
    """The quotes that a quote is nested in, the innermost first; a circle is cut."""
    found: list[Quote] = []
    seen = {quote.id}
    while (parent := by_id.get(quote.parent or "")) and parent.id not in seen:
        found.append(parent)
        seen.add(parent.id)
        quote = parent
    return tuple(found)


def unbalanced_marks(content_text: str) -> bool:
    """Whether a quotation mark in a text has no partner there.

    Single marks are not missed, because a lone one may be an apostrophe, nor is the mark that a
    quotation of several paragraphs leaves open before each new one.
    """
    return bool(quotation_marks(content_text).single)


def cut_marks(content: Iterable[Span], text: str) -> tuple[int, ...]:
    """The quotation marks that a content takes in without their partners.

    Returns the places, in code points of ``text``: marks that have no partner in the text, and
    marks whose partner stands outside the content. Marks around the content are not its own.
    """
    fragments = tuple(content)
    partners = _partners(text)

    def inside(place: int) -> bool:
        return any(fragment.start <= place < fragment.end for fragment in fragments)

    found: set[int] = set()
    for start, end in fragments:
        first = bisect_left(partners, start, key=itemgetter(0))
        last = bisect_left(partners, end, key=itemgetter(0))
        for place, partner in partners[first:last]:
            if partner is None or not inside(partner):
                found.add(place)
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def _partners(text: str) -> tuple[tuple[int, int | None], ...]:
    """The places of the marks of a text, each with that of its partner, in order."""
    marks = quotation_marks(text)
    pairs: list[tuple[int, int | None]] = [(place, None) for place in marks.single]
    for quotation in marks.quotations:
        start, end = quotation[0].start, quotation[-1].end - 1
        pairs += [(start, end), (end, start)]
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _named(record: Record) -> frozenset[str]:
    """The entities that a name in the document stands for, and the aggregates of such."""
    named = {mention.entity for mention in record.mentions or () if mention.level == "NAM"}
    aggregates = {entity.id: entity.members for entity in record.entities or () if entity.members}
    while more := {
        group for group, members in aggregates.items() if group not in named and named >= {*members}
    }:
        named |= more
    return frozenset(named)


def _anonymous(quote: Quote, source: str | None, named: frozenset[str]) -> bool | None:
    if quote.source is None:
        return False
    return None if source is None else source not in named


def quote_type(
    content: Sequence[Span], ancestors: Sequence[Sequence[Span]], text: str
) -> QuoteType:
    """The type of a quote by its content and those of the quotes around it, the innermost first."""
    whole = Span(content[0].start, content[-1].end)
    quotations = [
        quotation
        for quotation in quotation_marks(text).quotations
        if Span(quotation[0].start, quotation[-1].end).overlaps(whole)
        and not any(_owned(quotation, whole, ancestor, text) for ancestor in ancestors)
    ]
    share = _share(content, [span for quotation in quotations for span in quotation], text)
    return "direct" if share >= DIRECT else "mixed" if share > 0 else "indirect"


def _owned(quotation: tuple[Span, ...], content: Span, ancestor: Sequence[Span], text: str) -> bool:
    """Whether marks that overlap a quote are those of a quote around it."""
    marks = Span(quotation[0].start, quotation[-1].end)
    if _words(text, marks.start, content.start) or _words(text, content.end, marks.end):
        return True
    encloses = any(
        fragment.overlaps(content)
        and not _words(text, fragment.start, marks.start)
        and not _words(text, marks.end, fragment.end)
        for fragment in ancestor
    )
    return encloses and _share(ancestor, quoted_ranges(text), text) >= DIRECT


def _share(content: Iterable[Span], ranges: Sequence[Span], text: str) -> float:
    """The share of the counted code points of a content that lies in any of the ranges."""
    total = inside = 0
    for fragment in content:
        total += _words(text, fragment.start, fragment.end)
        reached = fragment.start
        for span in sorted(ranges):
            start, end = max(span.start, reached), min(span.end, fragment.end)
            inside += _words(text, start, end)
            reached = max(reached, end)
    return inside / total if total else 0.0


def _words(text: str, start: int, end: int) -> int:
    """How many letters, digits and symbols ``text[start:end]`` has."""
    places = _counted(text)
    return max(0, bisect_left(places, end) - bisect_left(places, start))


@lru_cache(maxsize=64)
def _counted(text: str) -> tuple[int, ...]:
    """The places of the code points that are neither white space, punctuation nor invisible."""
    return tuple(place for place, one in enumerate(text) if category(one)[0] in "LMNS")
