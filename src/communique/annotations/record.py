"""The record: one document's annotation from one source, as frozen data classes.

Spans are half-open ranges of Unicode code points into exactly the document's text. A layer that
was not annotated is ``None``; an empty tuple says that the annotator found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "Argument",
    "Entity",
    "Event",
    "Mention",
    "Quote",
    "Record",
    "Span",
    "Time",
    "Zone",
]


class Span(NamedTuple):
    """``[start, end)`` in code points."""

    start: int
    end: int

    def slice(self, text: str) -> str:
        """The words that the span stands for."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether the other lies wholly inside this one; equal spans do."""
        return self.start <= other.start and other.end <= self.end

    def crosses(self, other: Span) -> bool:
        """Whether they overlap and neither contains the other."""
        return self.overlaps(other) and not self.contains(other) and not other.contains(self)


@dataclass(frozen=True, slots=True)
class Zone:
    """One area of the page."""

    id: str
    type: str
    span: Span
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One participant, place or document; has a ``kb`` id or a ``nil`` reason."""

    id: str
    type: str
    kb: str | None = None
    nil: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named, described or pointed to."""

    id: str
    entity: str
    span: Span
    level: str
    use: str = "literal"
    demonym: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """One time expression with its ISO value."""

    id: str
    type: str
    span: Span
    value: str | None = None
    mod: str | None = None
    dct: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """One attribution; ``source`` and ``addressees`` are mention ids.

    The last four fields are derived: ``None`` unless the record that was read stores them.
    """

    id: str
    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    source: str | None = None
    addressees: tuple[str, ...] = ()
    parent: str | None = None
    kind: str = "statement"
    polarity: str = "positive"
    type: str | None = None
    depth: int | None = None
    anonymous: bool | None = None
    implicit: bool | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """What plays a role in an event: the id of a mention, a time or an event."""

    role: str
    target: str


@dataclass(frozen=True, slots=True)
class Event:
    """One mention of an act; mentions of the same act share ``chain``."""

    id: str
    trigger: Span
    type: str
    mode: str | None = None
    realis: str = "actual"
    polarity: str = "positive"
    certainty: str = "certain"
    arguments: tuple[Argument, ...] = ()
    chain: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that one source says about one document."""

    doc_id: str
    schema_version: str
    annotator: str
    text_sha256: str | None = None
    zones: tuple[Zone, ...] | None = None
    entities: tuple[Entity, ...] | None = None
    mentions: tuple[Mention, ...] | None = None
    times: tuple[Time, ...] | None = None
    quotes: tuple[Quote, ...] | None = None
    events: tuple[Event, ...] | None = None

    @property
    def mention_by_id(self) -> Mapping[str, Mention]:
        """The mentions by their ids."""
        return {mention.id: mention for mention in self.mentions or ()}

    @property
    def entity_by_id(self) -> Mapping[str, Entity]:
        """The entities by their ids."""
        return {entity.id: entity for entity in self.entities or ()}

    def entity_of(self, mention_id: str | None) -> Entity | None:
        """The entity that a mention refers to."""
        mention = self.mention_by_id.get(mention_id or "")
        return self.entity_by_id.get(mention.entity) if mention else None

    def located(self) -> Iterator[tuple[str, str, Span]]:
        """Every span of the record outside its zones, as ``(list, id, span)``."""
        for mention in self.mentions or ():
            yield "mentions", mention.id, mention.span
        for time in self.times or ():
            yield "times", time.id, time.span
        for quote in self.quotes or ():
            for span in (*quote.content, *quote.cue):
                yield "quotes", quote.id, span
        for event in self.events or ():
            yield "events", event.id, event.trigger
