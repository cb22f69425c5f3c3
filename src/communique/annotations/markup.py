"""A text cut where annotation begins and ends, so that it can be shown with its marks.

Everything here is in code points of the document's text and knows nothing of terminals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from communique.annotations.record import Record, Span

__all__ = ["Mark", "Piece", "marks_of", "pieces", "visible"]

Part = Literal["content", "mention", "time", "cue", "trigger"]
OUTERMOST: tuple[Part, ...] = ("content", "mention", "time", "cue", "trigger")
"""Which part stands outside when two have the same span."""

JOINERS = frozenset("\u200c\u200d")
"""Invisible code points that emoji and several scripts cannot do without."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch of text that is annotated.

    ``id`` is what a reader looks up: the entity of a mention, else the annotation itself.
    ``label`` is its type, empty for parts of a quote; ``level`` is a mention's.
    """

    part: Part
    span: Span
    id: str
    label: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text inside which nothing begins or ends.

    ``opened`` begin right before it, outermost first; ``closed`` end right after it, innermost
    first; ``inside`` are all marks that cover it, outermost first.
    """

    span: Span
    opened: tuple[Mark, ...]
    inside: tuple[Mark, ...]
    closed: tuple[Mark, ...]


def marks_of(record: Record, layers: Iterable[str]) -> tuple[Mark, ...]:
    """The marks of the layers that are to be seen, in the order in which they begin.

    ``layers`` are names of layers of the schema; zones make no marks.
    """
    wanted = set(layers)
    found: list[Mark] = []
    if "entities" in wanted:
        types = {entity.id: entity.type for entity in record.entities or ()}
        found += [
            Mark("mention", one.span, one.entity, types.get(one.entity, "?"), one.level)
            for one in record.mentions or ()
        ]
    if "times" in wanted:
        found += [Mark("time", one.span, one.id, one.type) for one in record.times or ()]
    if "quotes" in wanted:
        for quote in record.quotes or ():
            found += [Mark("content", span, quote.id) for span in quote.content]
            found += [Mark("cue", span, quote.id) for span in quote.cue]
    if "events" in wanted:
        found += [
            Mark("trigger", one.trigger, one.id, f"{one.type}.{one.mode}" if one.mode else one.type)
            for one in record.events or ()
        ]
    return tuple(sorted(found, key=_outermost_first))


def pieces(scope: Span, marks: Iterable[Mark]) -> Iterator[Piece]:
    """The pieces of ``scope`` in order; together they are its text, without gap or overlap.

    A mark that reaches beyond the scope is cut to it, so that it opens and closes in each
    paragraph that it runs through.
    """
    here = sorted(
        (
            Mark(
                mark.part,
                Span(max(mark.span.start, scope.start), min(mark.span.end, scope.end)),
                mark.id,
                mark.label,
                mark.level,
            )
            for mark in marks
            if mark.span.overlaps(scope)
        ),
        key=_outermost_first,
    )
    edges = {scope.start, scope.end}
    for mark in here:
        edges.update(mark.span)
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        inside = tuple(mark for mark in here if mark.span.start <= start and end <= mark.span.end)
        yield Piece(
            span=Span(start, end),
            opened=tuple(mark for mark in inside if mark.span.start == start),
            inside=inside,
            closed=tuple(mark for mark in reversed(inside) if mark.span.end == end),
        )


def visible(text: str) -> str:
    """Outside text that cannot move the cursor or change the direction of what follows.

    Controls, bidirectional marks and everything else without a shape become escapes; spaces of
    every kind, combining marks and the joiners of emoji stay, a line break becomes a space.
    """
    return "".join(
        one if one.isprintable() or one in JOINERS else " " if one.isspace() else _escape(one)
        for one in text
    )


def _escape(one: str) -> str:
    code = ord(one)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _outermost_first(mark: Mark) -> tuple[int, int, int]:
    return mark.span.start, -mark.span.end, OUTERMOST.index(mark.part)
