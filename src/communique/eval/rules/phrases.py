"""A stretch of words that may be a mention, with what its own words say about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Phrase", "nested"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words ``[first, end)`` of a page.

    ``key`` tells phrases of one level and type apart: the canonical name, or the head noun in lower
    case. ``beside`` is the first word of the name that a title stands beside.
    """

    first: int
    end: int
    type: str
    level: str
    key: str
    kb: str | None = None
    demonym: bool = False
    use: str = "literal"
    beside: int | None = None


def nested(phrases: Iterable[Phrase]) -> list[Phrase]:
    """The phrases in the order of the text, without those that cross or repeat another one.

    Of two that cross, the one that starts first stays, and the longer one of two that start
    together; of two with the same words, the first that was given.
    """
    kept: list[Phrase] = []
    open_ends: list[int] = []
    for phrase in sorted(phrases, key=lambda one: (one.first, -one.end)):
        while open_ends and open_ends[-1] <= phrase.first:
            open_ends.pop()
        if open_ends and open_ends[-1] < phrase.end:
            continue
        if kept and (kept[-1].first, kept[-1].end) == (phrase.first, phrase.end):
            continue
        kept.append(phrase)
        open_ends.append(phrase.end)
    return kept
