"""Who said what: attributions by a cue verb or "according to", direct and indirect, nested.

A unit is a sentence, or several when quotation marks hold them together. Its last cue may close it
(``CONTENT, X said.``), possibly with more content behind; else its first cue opens it (``X said
CONTENT``). The content is then read in the same way for quotes inside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from communique.annotations.record import Quote, Span, Time
from communique.eval.rules.cues import find_cues, is_impersonal, object_after, subject_before
from communique.eval.rules.entities import Cast, Member
from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.quotation import Quotation

__all__ = ["find_quotes"]

DEEPEST = 3
"""Quotes inside each other."""

STOPS = frozenset(".!?")
ATTITUDES = frozenset({"believed", "expected", "feared", "hoped", "thought"})
OCCASIONS = frozenset({"statement", "interview", "briefing", "conference", "speech", "letter"})

PRONOUNS = ("person", "plural", "speaker", "speakers")

Words = tuple[int, int]
"""First word and end."""


def find_quotes(
    page: Page, lexicon: Lexicon, cast: Cast, times: Sequence[Time], quotation: Quotation
) -> tuple[Quote, ...]:
    """The quotes of a page, each before those inside it."""
    reader = _Reader(page, lexicon, cast, times, quotation)
    for paragraph in page.paragraphs:
        reader.read_paragraph(paragraph)
    return tuple(reader.quotes())


@dataclass(slots=True, eq=False)
class _Draft:
    """A quote whose content may still grow."""

    content: list[Words]
    cue: list[Words]
    source: Member | None
    parent: _Draft | None
    kind: str = "statement"
    polarity: str = "positive"
    addressee: Member | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """The words ``[first, end)`` with ``base`` quotation marks open around them, in a quote."""

    first: int
    end: int
    base: int = 0
    parent: _Draft | None = None
    depth: int = 0


class _Reader:
    """Reads units one after the other."""

    def __init__(
        self,
        page: Page,
        lexicon: Lexicon,
        cast: Cast,
        times: Sequence[Time],
        quotation: Quotation,
    ) -> None:
        self.page = page
        self.lexicon = lexicon
        self.cast = cast
        self.marks = quotation
        self.closings = frozenset(quotation.ends.values())
        self.cues = find_cues(page, lexicon, cast)
        self.time_end = {page.starts[time.span.start]: page.ends[time.span.end] for time in times}
        self.titles = {one.end: one.first for one in cast.members if one.mention.title}
        self.drafts: list[_Draft] = []
        self.by_group: dict[int, _Draft] = {}
        self.last: _Draft | None = None

    # ------------------------------------------------------------------------------- units

    def read_paragraph(self, paragraph: range) -> None:
        """Read a paragraph; quoted sentences without a cue go on with the quote before them."""
        before, spoken = self.last, None
        for unit in self.units(_Unit(paragraph.start, paragraph.stop)):
            start = len(self.drafts)
            self.read(unit)
            close = self.marks.ends.get(unit.first, unit.first)
            if len(self.drafts) > start:
                spoken = self.last = self.drafts[start]
            elif close > unit.first and self.stripped(close, unit.end) == close:
                self.go_on((unit.first, close), spoken, before)

    def go_on(self, content: Words, spoken: _Draft | None, before: _Draft | None) -> None:
        """Add quoted words to the quote that they go on with, or attribute them as the last one."""
        if not self.is_whole(content):
            return
        outer = _Unit(*content)
        group = self.marks.group[content[0]]
        going_on = self.by_group.get(group) or spoken
        if going_on is not None and self.is_direct(going_on):
            going_on.content.append(content)
            self.by_group.setdefault(group, going_on)
            self.read_inside(content, going_on, outer)
        elif spoken is not None or (before is not None and self.is_direct(before)):
            speaker = spoken or before
            source = speaker.source if speaker else None
            self.emit(_Draft([content], [], source, None), outer)

    def units(self, area: _Unit) -> Iterator[_Unit]:
        """The sentences of an area, those in one pair of quotation marks together."""
        start = at = area.first
        while at < area.end:
            at = min(self.page.sentence_of[at].stop, area.end)
            if at == area.end or self.marks.outside[at] <= area.base:
                yield replace(area, first=start, end=at)
                start = at

    def read(self, unit: _Unit) -> None:
        """Read one unit."""
        if unit.depth == DEEPEST or unit.end - unit.first < 3:
            return
        low, high = bisect_left(self.cues, unit.first), bisect_left(self.cues, unit.end)
        cues = [at for at in self.cues[low:high] if self.marks.outside[at] == unit.base]
        if self.according(unit) or not cues or self.closing(cues[-1], unit):
            return
        more = [at for at in cues[1:] if self.goes_on(at, cues[0])]
        ends = [*(at - 1 for at in more), unit.end]
        first_part = replace(unit, end=ends[0])
        draft = self.closing(cues[0], first_part) if len(cues) > 1 else None
        if draft is not None:
            source = draft.source
        else:
            source = subject_before(self.page, self.lexicon, self.cast, cues[0], unit.first)
            if source is None and not is_impersonal(self.page, self.lexicon, cues[0]):
                return
            self.opening(cues[0], first_part, source)
        for at, end in zip(more, ends[1:], strict=True):
            self.opening(at, replace(unit, end=end), source)

    # -------------------------------------------------------------------------- attribution

    def according(self, unit: _Unit) -> bool:
        """Read a unit with "according to" at either end."""
        lower, first, end = self.page.lower, unit.first, unit.end
        for at in (first, *range(max(first + 1, end - 20), end - 2)):
            if lower[at : at + 2] != ("according", "to") or self.marks.outside[at] != unit.base:
                continue
            cue, limit = (at, at + 2), min(end, at + 20)
            if at > first:
                content = (first, at - (lower[at - 1] == ","))
            else:
                limit = next((i for i in range(at + 2, limit) if lower[i] == ","), limit)
                content = (limit + 1, self.stripped(limit + 1, end))
            if content[0] >= content[1]:
                return False
            source = next(self.cast.after(at + 2, limit), None)
            return self.emit(_Draft([content], [cue], source, unit.parent), unit)
        return False

    def closing(self, at: int, unit: _Unit) -> _Draft | None:
        """Read ``CONTENT, X said`` and ``CONTENT, said X``, with more content behind or not."""
        page, first, end = self.page, unit.first, unit.end
        source = subject_before(page, self.lexicon, self.cast, at, first)
        starts = self.left_of(source) if source else at
        behind, addressee = self.addressed(at, end)
        inverted = self.inverted(at, end)
        if at in self.closings or (page.words[at - 1] == "," and (inverted or not source)):
            starts, source = at, inverted
            behind = source.end if source else behind
        comma = page.words[starts - 1] == ","
        if starts <= first or not (comma or starts in self.closings):
            return None
        behind = self.skipped(behind, end)
        content = [(first, starts - comma)]
        rest = behind + (page.words[behind : behind + 1] == (",",))
        if rest < end and rest in self.marks.ends:
            content.append((rest, self.stripped(rest, end)))
        elif self.stripped(behind, end) > behind and self.marks.ends.get(first) != starts:
            return None
        draft = self.draft(at, content, source, unit)
        draft.addressee = addressee
        return draft if self.emit(draft, unit) else None

    def opening(self, at: int, unit: _Unit, source: Member | None) -> None:
        """Read ``X said CONTENT`` to the end of the unit."""
        start, addressee = self.addressed(at, unit.end)
        begin = self.content_start(at, start, unit.end)
        if begin is None:
            return
        end = self.stripped(begin, unit.end)
        close = self.marks.ends.get(begin, end)
        if self.skipped(close, end) >= end:
            end = close
        if end - begin > 1:
            draft = self.draft(at, [(begin, end)], source, unit)
            draft.addressee = addressee
            self.emit(draft, unit)

    def goes_on(self, at: int, cue: int) -> bool:
        """Whether a cue goes on with what the subject of an earlier one says."""
        before = self.page.lower[at - 1]
        plain = self.lexicon.cues[self.page.lower[cue]].complement == "clause"
        return (before == "," and self.page.lower[at].endswith("ing")) or (
            before == "and" and not plain
        )

    def addressed(self, cue: int, end: int) -> tuple[int, Member | None]:
        """The place behind a cue and whom it names as spoken to, and who that is."""
        if not self.lexicon.cues[self.page.lower[cue]].addressed or cue + 1 >= end:
            return cue + 1, None
        addressee = object_after(self.cast, cue, end)
        pointing = any(self.page.lower[cue + 1] in self.lexicon.words[kind] for kind in PRONOUNS)
        return (addressee.end if addressee else cue + 1 + pointing), addressee

    def content_start(self, cue: int, start: int, end: int) -> int | None:
        """Where the content behind a cue begins; ``None`` when it has none."""
        page, lexicon = self.page, self.lexicon
        complement = lexicon.cues[page.lower[cue]].complement
        at = self.skipped(start, end)
        if at >= end:
            return None
        if page.lower[at] == "that":
            return at + 1
        if page.words[at] in (",", ":") and at + 1 < end and at + 1 in self.marks.ends:
            return at + 1
        if at in self.marks.ends or page.lower[at] == "to":
            return at
        if complement == "infinitive" or not page.words[at][0].isalnum():
            return None
        if complement == "clause" and page.lower[at] in lexicon.words["prepositions"]:
            that = (i for i in range(at, min(end, at + 10)) if page.lower[i] == "that")
            return next((i + 1 for i in that), None)
        return at

    def draft(self, at: int, content: list[Words], source: Member | None, unit: _Unit) -> _Draft:
        """A quote with the verb group of its cue."""
        page, lexicon = self.page, self.lexicon
        first, polarity, kind = at, "positive", lexicon.cues[page.lower[at]].kind
        if is_impersonal(page, lexicon, at):
            first, source = at - 1, None
            kind = "attitude" if page.lower[at] in ATTITUDES else "statement"
        elif at > 0 and page.lower[at - 1] in ("not", "n't", "never"):
            first, polarity = at - 1, "negative"
            if first > 0 and page.lower[first - 1] in lexicon.words["auxiliaries"]:
                first -= 1
        return _Draft(content, [(first, at + 1)], source, unit.parent, kind, polarity)

    # ------------------------------------------------------------------------- small steps

    def inverted(self, at: int, end: int) -> Member | None:
        """The source behind a cue: said X, said the minister X."""
        one = next(self.cast.after(at + 1, end), None)
        return one if one and self.left_of(one) == at + 1 else None

    def left_of(self, member: Member) -> int:
        """Where a participant starts with the title, honorific or article before its name."""
        words, first = self.page.words, self.titles.get(member.first, member.first)
        if words[first - 1 : first] == (",",) and first - 1 in self.titles:
            return self.titles[first - 1]
        before = first - 1 - (words[first - 1 : first] == (".",))
        if before >= 0 and words[before] in self.lexicon.words["honorifics"]:
            return before
        return first - (first > 0 and self.page.lower[first - 1] == "the")

    def skipped(self, at: int, end: int) -> int:
        """The place behind times and occasions: on Tuesday, in a statement."""
        lower = self.page.lower
        while at < end:
            step = at + (lower[at] in ("on", "in", "at", "late", "early"))
            if step in self.time_end:
                at = self.time_end[step]
            elif lower[at] in ("in", "at") and (
                occasion := next(
                    (i for i in range(at + 1, min(end, at + 5)) if lower[i] in OCCASIONS), None
                )
            ):
                at = occasion + 1
            else:
                break
        return at

    def stripped(self, first: int, end: int) -> int:
        """The end of the words without the final punctuation."""
        while end > first and self.page.words[end - 1] in STOPS:
            end -= 1
        return end

    def is_direct(self, draft: _Draft) -> bool:
        return draft.parent is None and any(first in self.marks.ends for first, _ in draft.content)

    def is_whole(self, content: Words) -> bool:
        first, end = content
        return first < end and self.marks.is_whole(first, end, self.page.span(first, end))

    def emit(self, draft: _Draft, unit: _Unit) -> bool:
        """Keep a quote whose content cuts no quotation marks, and read what is inside it.

        Content that goes on with a quotation of an earlier paragraph joins the quote of that one.
        """
        if not all(map(self.is_whole, draft.content)):
            return False
        group = self.marks.group.get(draft.content[0][0], -1)
        earlier = self.by_group.get(group) if unit.depth == 0 else None
        if earlier is not None:
            earlier.content += draft.content
            earlier.cue += draft.cue
        else:
            self.drafts.append(draft)
        for content in draft.content:
            if unit.depth == 0 and content[0] in self.marks.group:
                self.by_group.setdefault(self.marks.group[content[0]], earlier or draft)
            self.read_inside(content, earlier or draft, unit)
        return True

    def read_inside(self, content: Words, draft: _Draft, unit: _Unit) -> None:
        """Read what is inside the content of a quote of a unit."""
        inner = _Unit(*content, unit.base, draft, unit.depth + 1)
        if self.marks.ends.get(inner.first) == inner.end:
            inner = replace(inner, first=inner.first + 1, end=inner.end - 1, base=inner.base + 1)
        for part in self.units(inner):
            self.read(part)

    def quotes(self) -> Iterator[Quote]:
        """The quotes that were found, under their ids."""
        kept: dict[int, _Draft] = {}
        for draft in self.drafts:
            inside = draft.parent is None or id(draft.parent) in kept
            if inside and self.marks.is_complete(draft.content):
                kept[id(draft)] = draft
        ids = {key: f"q{number}" for number, key in enumerate(kept, 1)}
        for draft in kept.values():
            yield Quote(
                ids[id(draft)],
                self.spans(draft.content),
                self.spans(draft.cue),
                source=draft.source.mention.id if draft.source else None,
                addressees=(draft.addressee.mention.id,) if draft.addressee else (),
                parent=ids[id(draft.parent)] if draft.parent else None,
                kind=draft.kind,
                polarity=draft.polarity,
            )

    def spans(self, parts: Sequence[Words]) -> tuple[Span, ...]:
        return tuple(self.page.span(*part) for part in parts)
