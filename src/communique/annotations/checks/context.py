"""What a check of a record looks at: the record, and what is known about its document."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from communique.annotations.derived.quotes import QuoteFacts, derive_quotes
from communique.annotations.record import Entity, Mention, Quote, Record, Span
from communique.schemas.schema import Field, Schema, load_schema

__all__ = ["Context", "Gazetteer", "Located", "Named", "Reference"]


class Named(Protocol):
    """A registry entry, as far as checks need it."""

    @property
    def kb(self) -> str:
        """Its id."""
        ...

    @property
    def type(self) -> str:
        """Its entity type."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names."""
        ...

    @property
    def demonyms(self) -> tuple[str, ...]:
        """Adjectives and nouns made from its name."""
        ...

    @property
    def seat_of(self) -> str | None:
        """The id of the state or body that its name may stand for."""
        ...


class Gazetteer(Protocol):
    """The registry, asked by id and by name."""

    def get(self, kb: str) -> Named | None:
        """The entry of an id, or ``None`` when there is none."""
        ...

    def named(self, words: str) -> Collection[Named]:
        """The entries that have these words as a name, alias or demonym."""
        ...


@dataclass(frozen=True, slots=True)
class Located:
    """One span of a record: its list, the place and id of its annotation, and its JSONPath.

    ``part`` is the field that holds it (``span``, ``content``, ``cue``, ``trigger``).
    """

    list: str
    index: int
    id: str
    part: str
    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Reference:
    """One id that points to an annotation of one of the lists ``to``."""

    path: str
    target: str
    to: tuple[str, ...]
    list: str


@dataclass(frozen=True)
class Context:
    """A record with what is known about its document; everything but the record may be unknown.

    ``text`` is exactly the text that the offsets point into, in code points. ``sha256`` is the
    hash that the text has or ought to have, ``published`` the day of publication.
    """

    record: Record
    text: str | None = None
    sha256: str | None = None
    published: date | None = None
    gazetteer: Gazetteer | None = None
    schema: Schema = field(default_factory=load_schema)

    @cached_property
    def spans(self) -> tuple[Located, ...]:
        """Every span of the record, zones included, in the order of the record."""
        return tuple(self._spans())

    @cached_property
    def sound_spans(self) -> tuple[Located, ...]:
        """The spans that hold at least one code point and, with a text, lie inside it.

        Checks of what a span means look at these only: what is wrong with the others has been
        said.
        """
        return tuple(one for one in self.spans if self.is_sound(one.span))

    def is_sound(self, span: Span) -> bool:
        """Whether a span is neither empty nor, with a text, out of it."""
        return span.start < span.end and (self.text is None or span.end <= len(self.text))

    def in_list(self, *names: str) -> Iterator[Located]:
        """The sound spans of some lists."""
        return (one for one in self.sound_spans if one.list in names)

    def words(self, span: Span) -> str:
        """The words of a sound span; only when there is a text."""
        assert self.text is not None
        return span.slice(self.text)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every id in the record that points to an annotation."""
        return tuple(self._references())

    @cached_property
    def ids(self) -> Mapping[str, frozenset[str]]:
        """The ids of each list that was annotated."""
        return {
            name: frozenset(item.id for item in items)
            for name in self.schema.lists
            if (items := getattr(self.record, name)) is not None
        }

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """The entities by id."""
        return self.record.entity_by_id

    @cached_property
    def mentions(self) -> Mapping[str, Mention]:
        """The mentions by id."""
        return self.record.mention_by_id

    @cached_property
    def quotes(self) -> Mapping[str, Quote]:
        """The quotes by id."""
        return {quote.id: quote for quote in self.record.quotes or ()}

    @cached_property
    def quote_facts(self) -> Mapping[str, QuoteFacts]:
        """What is derived for each quote."""
        return derive_quotes(self.record, self.text)

    @cached_property
    def masked(self) -> Ranges:
        """The zones in which nothing is annotated: masked types and repetitions."""
        masked = self.schema.masked_zones
        zones = self.record.zones or ()
        return Ranges(z.span for z in zones if z.type in masked or z.duplicate_of is not None)

    def zones_of(self, zone_type: str) -> Ranges:
        """The zones of one type."""
        return Ranges(zone.span for zone in self.record.zones or () if zone.type == zone_type)

    @cached_property
    def quoted(self) -> Ranges:
        """All contents of quotes."""
        return Ranges(span for quote in self.record.quotes or () for span in quote.content)

    def _spans(self) -> Iterator[Located]:
        for name, record_list in self.schema.lists.items():
            fields = [one for one in record_list.fields if one.kind in ("span", "spans")]
            for index, item in enumerate(getattr(self.record, name) or ()):
                for one in fields:
                    path = f"$.{name}[{index}].{one.name}"
                    value = getattr(item, one.name)
                    if one.kind == "span":
                        yield Located(name, index, item.id, one.name, path, value)
                        continue
                    for number, span in enumerate(value):
                        yield Located(name, index, item.id, one.name, f"{path}[{number}]", span)

    def _references(self) -> Iterator[Reference]:
        for name, record_list in self.schema.lists.items():
            fields = _referring(record_list.fields)
            for index, item in enumerate(getattr(self.record, name) or () if fields else ()):
                for path, one, value in _fields(item, fields, f"$.{name}[{index}]"):
                    if one.kind == "refs":
                        for number, target in enumerate(value):
                            yield Reference(f"{path}[{number}]", target, one.to, name)
                    elif value is not None:
                        yield Reference(path, value, one.to, name)


class Ranges:
    """A set of code points as sorted ranges that do not touch."""

    def __init__(self, spans: Iterable[Span]) -> None:
        merged: list[list[int]] = []
        for start, end in sorted(spans):
            if start >= end:
                continue
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self.starts = [start for start, _ in merged]
        self.ends = [end for _, end in merged]

    def __bool__(self) -> bool:
        return bool(self.starts)

    def overlap(self, span: Span) -> bool:
        """Whether a span shares a code point with the set."""
        before = bisect_left(self.starts, span.end)
        return before > 0 and self.ends[before - 1] > span.start

    def hold(self, span: Span) -> bool:
        """Whether a span lies wholly in one range of the set."""
        before = bisect_left(self.starts, span.start + 1)
        return before > 0 and self.ends[before - 1] >= span.end


def _referring(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields that hold references, or structs in which some stand."""
    return tuple(one for one in fields if one.kind in ("ref", "refs") or _referring(one.fields))


def _fields(item: object, fields: Iterable[Field], path: str) -> Iterator[tuple[str, Field, Any]]:
    """These fields of an annotation with their paths and values, those of its structs included."""
    for one in fields:
        value = getattr(item, one.name)
        if one.kind == "structs":
            inner = _referring(one.fields)
            for number, part in enumerate(value):
                yield from _fields(part, inner, f"{path}.{one.name}[{number}]")
        else:
            yield f"{path}.{one.name}", one, value
