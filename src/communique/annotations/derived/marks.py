"""Quotation marks of a text: which of them form pairs, and which stand alone.

Straight and curly double marks, single marks told apart from apostrophes, guillemets, low-high
pairs (``„ “``) and corner brackets are known; they nest. A paragraph that opens a mark and does not
close it goes on in the next paragraph when that one opens with the same mark: the convention of
English print for a quotation of several paragraphs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from communique.annotations.record import Span

__all__ = ["Marks", "quotation_marks", "quoted_ranges"]

CLOSERS = {
    '"': '"”“',
    "“": '”"',
    "”": "”",
    "„": "“”",
    "'": "'",
    "‘": "’'",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
}
"""Opening mark → the marks that may close it; a straight mark may stand in for a curly one."""

SINGLES = "'‘’‚"
"""Marks that may as well be apostrophes or commas; none of them is missed when it is alone."""

MARKS = frozenset(CLOSERS) | frozenset("".join(CLOSERS.values()))
MARK = re.compile("[" + re.escape("".join(sorted(MARKS))) + "]")
OPENING_ONLY = frozenset("„‚「『")
CLOSING_ONLY = frozenset("」』")
BRACKETS = frozenset("([{<")
DASHES = frozenset("-–—―/")
ELISION = re.compile(r"['‘](?:\d0s|em|til|tis|twas|n['’])\b", re.IGNORECASE)
"""An apostrophe at the start of a word: '90s, 'em, 'til."""

POSSESSIVE = re.compile(r"[sS]['’]\s+\w")
"""Where a single mark may belong to a plural possessive: the workers' demands."""

DEEPEST = 16
"""Marks that may be open at once; the outermost of more is given up."""

FARTHEST = 2000
"""Code points that are searched for a mark that closes after a possessive."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The quotation marks of one text, in code points.

    ``quotations`` are the quoted ranges, marks included, sorted; each is one range, or one per
    paragraph when it goes on over several. ``single`` are the places of marks that ought to have a
    partner and have none; single marks, which may be apostrophes, are not among them.
    """

    quotations: tuple[tuple[Span, ...], ...]
    single: tuple[int, ...]

    @property
    def ranges(self) -> tuple[Span, ...]:
        """All quoted ranges, one per paragraph, sorted."""
        return tuple(sorted(span for quotation in self.quotations for span in quotation))


def quoted_ranges(text: str) -> tuple[Span, ...]:
    """The ranges inside quotation marks, marks included, in code points, sorted; they may nest."""
    return quotation_marks(text).ranges


@lru_cache(maxsize=64)
def quotation_marks(text: str) -> Marks:
    """The quotation marks of a text, paired."""
    reader = _Reader(text)
    for paragraph in re.finditer(r"(?m)^(?:[^\n]*\S[^\n]*(?:\n|\Z))+", text):
        reader.paragraph(*paragraph.span())
    reader.drop(0)
    return Marks(tuple(sorted(reader.quotations)), tuple(sorted(reader.single)))


@dataclass(slots=True)
class _Open:
    """A mark that waits for its partner, and the paragraphs that it has run through.

    A mark is doubtful once the same mark was opened inside it: more likely its partner is missing
    than that it goes on in another paragraph.
    """

    mark: str
    start: int
    doubtful: bool = False
    paragraphs: list[Span] = field(default_factory=list)


class _Reader:
    """Reads the paragraphs in order, with the stack of open marks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[_Open] = []
        self.quotations: list[tuple[Span, ...]] = []
        self.single: list[int] = []
        self.line_end = 0
        self.paragraph_end = 0

    def paragraph(self, start: int, end: int) -> None:
        """Read ``[start, end)``: lines that no blank line parts."""
        self.paragraph_end = end
        for line in re.finditer(r"[^\n]+", self.text[start:end]):
            words = line.group().strip()
            begin = start + line.start() + line.group().index(words)
            first = line.start() == 0
            if first or (self.stack and words[0] == self.stack[0].mark):
                place = self.reopen(begin)
            else:
                place = begin
            self.line_end = begin + len(words)
            for match in MARK.finditer(self.text, place, self.line_end):
                self.mark(match.start())

    def reopen(self, place: int) -> int:
        """Go on with the marks that a paragraph repeats at its start; returns the place after."""
        for level, one in enumerate(self.stack):
            if one.doubtful or self.text[place : place + 1] != one.mark:
                self.drop(level)
                break
            one.paragraphs.append(Span(one.start, self.line_end))
            one.start = place
            place += 1
        return place

    def mark(self, place: int) -> None:
        """Read one mark."""
        mark = self.text[place]
        opens, closes = self.may_open(place), self.may_close(place)
        level = self.level_closed_by(mark)
        if level is None:
            if mark in CLOSERS and (opens or self.glued(place, closes)):
                self.open(place)
            elif mark not in SINGLES:
                self.single.append(place)
        elif mark not in SINGLES:
            if opens and not closes and mark in CLOSERS:
                self.open(place)
            else:
                self.close(level, place)
        elif closes and not self.possessive(place, level):
            self.close(level, place)
        elif opens and mark in CLOSERS:
            self.open(place)

    def level_closed_by(self, mark: str) -> int | None:
        """The innermost open mark that this one can close."""
        for level in range(len(self.stack) - 1, -1, -1):
            if mark in CLOSERS[self.stack[level].mark]:
                return level
        return None

    def open(self, place: int) -> None:
        """Put a mark on the stack."""
        if ELISION.match(self.text, place):
            return
        for one in self.stack:
            one.doubtful |= one.mark == self.text[place]
        self.stack.append(_Open(self.text[place], place))
        if len(self.stack) > DEEPEST:
            self.give_up(self.stack.pop(0))

    def close(self, level: int, place: int) -> None:
        """Close the mark of a level; marks opened inside it and not closed are given up."""
        self.drop(level + 1)
        one = self.stack.pop()
        self.quotations.append((*one.paragraphs, Span(one.start, place + 1)))

    def drop(self, level: int) -> None:
        """Give up the open marks from a level on."""
        for one in self.stack[level:]:
            self.give_up(one)
        del self.stack[level:]

    def give_up(self, one: _Open) -> None:
        """Note that a mark has no partner, unless it may be an apostrophe."""
        if one.mark not in SINGLES:
            self.single.append(one.paragraphs[0].start if one.paragraphs else one.start)

    def may_open(self, place: int) -> bool:
        """Whether a mark stands where a quotation begins: after no word and before one."""
        mark, before, after = self.text[place], self.before(place), self.after(place)
        if mark in OPENING_ONLY | CLOSING_ONLY:
            return mark in OPENING_ONLY
        left = before.isspace() or before in BRACKETS or before in DASHES or before in MARKS
        return left and not after.isspace() and after not in ".,;:!?)"

    def may_close(self, place: int) -> bool:
        """Whether a mark stands where a quotation ends: after a word and before none."""
        before, after = self.before(place), self.after(place)
        if self.text[place] in OPENING_ONLY or before.isspace() or before in BRACKETS:
            return False
        return not after.isalnum()

    def glued(self, place: int, closes: bool) -> bool:
        """Whether a double mark opens though the space before it is missing or one follows it."""
        if self.text[place] in SINGLES or closes:
            return False
        before, after = self.before(place), self.after(place)
        return after.isupper() or before in ":," or (before.isspace() and after.isspace())

    def possessive(self, place: int, level: int) -> bool:
        """Whether a single mark after a plural belongs to it, and the quotation closes later.

        ``'the workers' demands are just,' she said``: a later mark that can be nothing but the
        closing one decides.
        """
        if not POSSESSIVE.match(self.text, place - 1):
            return False
        closers = CLOSERS[self.stack[level].mark]
        outer = CLOSERS[self.stack[level - 1].mark] if level else ""
        end = min(self.paragraph_end, place + FARTHEST)
        for match in MARK.finditer(self.text, place + 1, end):
            mark, later = match.group(), match.start()
            opens, closes = self.may_open(later), self.may_close(later)
            if (mark in outer and closes) or (mark in SINGLES and opens and not closes):
                return False
            if mark in closers and closes and not POSSESSIVE.match(self.text, later - 1):
                return True
        return False

    def before(self, place: int) -> str:
        """The code point before, or a space."""
        return self.text[place - 1] if place else " "

    def after(self, place: int) -> str:
        """The next code point that is not a combining one, or a space."""
        for character in self.text[place + 1 : place + 8]:
            if not unicodedata.combining(character):
                return character
        return " "
