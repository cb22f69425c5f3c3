"""Which words of the page stand in quotation marks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from communique.annotations.derived.marks import quotation_marks
from communique.annotations.draft import paragraphs
from communique.annotations.record import Span
from communique.eval.rules.page import Page

__all__ = ["Quotation", "read_quotation"]

MOST = 2000
"""Quotation marks that are read together; pairing more of them could take long."""

MARKS = "\"'“”‘’„«»"


@dataclass(frozen=True, slots=True)
class Quotation:
    """The quoted ranges of a page, in words, marks included.

    ``ends`` leads from the first word of a range to its end (the longest), ``group`` to the
    number of the quotation, which may have a range in each of several paragraphs. ``outside`` is
    how many ranges are open just before each word and at the end of the page. ``lone`` are the
    places in the text of marks without a partner, sorted. ``rims`` are the first and last words
    of quotations of several paragraphs, each with the number of the quotation, sorted.
    """

    ends: dict[int, int]
    group: dict[int, int]
    outside: tuple[int, ...]
    lone: tuple[int, ...]
    rims: tuple[tuple[int, int], ...]

    def is_complete(self, parts: Iterable[tuple[int, int]]) -> bool:
        """Whether parts of the page have a quotation of several paragraphs wholly or not at all."""
        found: Counter[int] = Counter()
        for first, end in parts:
            low, high = bisect_left(self.rims, (first, -1)), bisect_left(self.rims, (end, -1))
            found.update(number for _, number in self.rims[low:high])
        return all(count == 2 for count in found.values())

    def is_whole(self, first: int, end: int, span: Span) -> bool:
        """Whether the words ``[first, end)``, at ``span``, cut no pair of marks in two."""
        alone = bisect_left(self.lone, span.start) < bisect_left(self.lone, span.end)
        return self.outside[first] == self.outside[end] and not alone

    def quoted(self, at: int) -> bool:
        """Whether a word stands in quotation marks, or is one."""
        return self.outside[at] > 0 or at in self.ends


def read_quotation(page: Page) -> Quotation:
    """The quoted ranges of a page; quotations with a range over several lines are left out."""
    ends: dict[int, int] = {}
    group: dict[int, int] = {}
    steps = [0] * (len(page.words) + 1)
    lone: list[int] = []
    stops = [paragraph.stop for paragraph in page.paragraphs]
    for number, (spans, single) in enumerate(_pairs(page.text)):
        lone += single
        parts = [_words(page, span, stops) for span in spans]
        if None in parts:
            lone += [place for span in spans for place in (span.start, span.end - 1)]
            continue
        for first, end in filter(None, parts):
            ends[first] = max(end, ends.get(first, end))
            group[first] = number
            steps[first + 1] += 1
            steps[end] -= 1
    return Quotation(ends, group, tuple(accumulate(steps)), tuple(sorted(lone)), _rims(ends, group))


def _rims(ends: dict[int, int], group: dict[int, int]) -> tuple[tuple[int, int], ...]:
    parts: dict[int, list[int]] = {}
    for first, number in sorted(group.items()):
        parts.setdefault(number, []).append(first)
    several = [(number, firsts) for number, firsts in parts.items() if len(firsts) > 1]
    starts = [(firsts[0], number) for number, firsts in several]
    return tuple(sorted([*starts, *((ends[firsts[-1]] - 1, number) for number, firsts in several)]))


def _words(page: Page, span: Span, stops: Sequence[int]) -> tuple[int, int] | None:
    """A quoted range in words, if it is visible and on one line; ``stops`` are the lines' ends."""
    first, end = page.starts.get(span.start), page.ends.get(span.end)
    if first is None or end is None or end > stops[bisect_right(stops, first)]:
        return None
    return first, end


def _pairs(text: str) -> Iterator[tuple[tuple[Span, ...], tuple[int, ...]]]:
    """The quotations of a text, and last the marks without a partner."""
    whole = Span(0, len(text))
    parts = [whole] if _count(text) <= MOST else [*paragraphs(text)]
    for part in parts:
        words = part.slice(text)
        if part is not whole and _count(words) > MOST:
            continue
        marks = quotation_marks(words)
        for quotation in marks.quotations:
            yield tuple(Span(a + part.start, b + part.start) for a, b in quotation), ()
        yield (), tuple(place + part.start for place in marks.single)


def _count(text: str) -> int:
    return sum(text.count(mark) for mark in MARKS)
