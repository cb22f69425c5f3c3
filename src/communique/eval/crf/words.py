"""Spans of a text as words of a page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from communique.annotations.record import Span
from communique.eval.rules.page import Page

__all__ = ["Words", "words_of"]

Words = tuple[int, int]
"""First word and end."""


def words_of(page: Page, span: Span) -> Words | None:
    """The visible words that a span touches; ``None`` when there are none."""
    first = bisect_right(page.spans, span.start, key=lambda word: word.end)
    end = bisect_left(page.spans, span.end, key=lambda word: word.start)
    return (first, end) if first < end else None
