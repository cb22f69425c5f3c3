"""Quotes: a field labels contents and cues, and each content says on which side its cue is.

The field first reads the paragraphs, and then the contents that it found, for quotes inside quotes.
It labels sources too; where it sees none, simple rules look for a participant near the cue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from communique.annotations.record import Quote, Record
from communique.eval.crf.features import quote_features
from communique.eval.crf.labels import (
    AFAR,
    BEHIND,
    CUE,
    SOURCE,
    Words,
    mention_labels,
    phrases_of,
    quote_labels,
    words_of,
)
from communique.eval.crf.mentions import ACTORS, Cast
from communique.eval.crf.model import Features, Model, chunks, fit
from communique.eval.rules.lexicon import Lexicon, load_lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase
from communique.eval.rules.quotation import Quotation, read_quotation

__all__ = ["find_quotes", "train_quotes"]

DEEPEST = 3
"""Quotes inside each other."""

REACH = 12
"""Words between *according to* and the source."""


def train_quotes(pages: Iterable[tuple[Page, Record, Record]]) -> Model:
    """The field that pages with the record of the rules and their gold teach."""
    return fit(sequence for one in pages for sequence in _sequences(*one))


def find_quotes(page: Page, ruled: Record, model: Model, cast: Cast) -> tuple[Quote, ...]:
    """The quotes of a page, each before those inside it."""
    reader = _Reader(page, ruled, model, cast)
    drafts: list[_Draft] = []
    for paragraph in page.paragraphs:
        drafts += reader.read(paragraph, None, drafts[-1] if drafts else None)
    return tuple(reader.quotes(drafts))


# ------------------------------------------------------------------------------------- training


def _sequences(page: Page, ruled: Record, gold: Record) -> Iterator[tuple[Features, list[str]]]:
    mentioned = mention_labels(page, phrases_of(page, gold))
    features = quote_features(page, load_lexicon(), read_quotation(page), mentioned, ruled)
    for parent, place in _places(page, gold):
        inside = _inside(features, place, parent is not None)
        yield inside, quote_labels(page, gold, parent, place)


def _places(page: Page, gold: Record) -> Iterator[tuple[str | None, range]]:
    """The paragraphs, and the contents of quotes with the ids of these."""
    for paragraph in page.paragraphs:
        yield None, paragraph
    for quote in gold.quotes or ():
        for span in quote.content:
            if words := words_of(page, span):
                yield quote.id, range(*words)


def _inside(features: Features, place: range, nested: bool) -> Features:
    """The features of a stretch of words, with its ends and whether it is a content."""
    found = []
    for at in place:
        mark = [f"nested={nested}"]
        if at == place.start:
            mark.append(f"first|{nested}")
        if at == place.stop - 1:
            mark.append(f"last|{nested}")
        found.append([*features[at], *mark])
    return found


# ------------------------------------------------------------------------------------- reading


@dataclass(slots=True, eq=False)
class _Draft:
    """A quote whose content may still grow."""

    cue: Words | None
    parent: _Draft | None
    content: list[Words] = field(default_factory=list)
    source: int | None = None
    """The place of a mention in the cast."""


class _Reader:
    """Reads the paragraphs of one page."""

    def __init__(self, page: Page, ruled: Record, model: Model, cast: Cast) -> None:
        self.page = page
        self.model = model
        self.cast = cast
        self.lexicon: Lexicon = load_lexicon()
        self.quotation: Quotation = read_quotation(page)
        labels = mention_labels(page, cast.phrases)
        self.features = quote_features(page, self.lexicon, self.quotation, labels, ruled)
        self.speakers = list(_speakers(cast.phrases))

    def read(
        self, place: range, parent: _Draft | None, earlier: _Draft | None, depth: int = 0
    ) -> list[_Draft]:
        """The quotes of a stretch of words; ``earlier`` is the quote that it may go on with."""
        features = _inside(self.features, place, parent is not None)
        parts = chunks(place, self.model.tag(features))
        drafts = [_Draft((first, end), parent) for first, end, label in parts if label == CUE]
        for first, end, label in parts:
            if label in (CUE, SOURCE):
                continue
            draft = _nearest(drafts, first, label) or earlier
            if draft is not None:
                draft.content.append((first, end))
        drafts = [draft for draft in drafts if draft.content]
        labelled = [(first, end) for first, end, label in parts if label == SOURCE]
        for draft in drafts:
            draft.source = self.labelled_source(draft, labelled)
            if draft.source is None:
                draft.source = self.source(draft, place)
        if depth + 1 < DEEPEST:
            for draft in tuple(drafts):
                for content in draft.content:
                    if place.start <= content[0]:
                        drafts += self.read(range(*content), draft, None, depth + 1)
        return drafts

    def labelled_source(self, draft: _Draft, labelled: Sequence[Words]) -> int | None:
        """The mention that the field labelled as a source nearest to the cue of a quote."""
        assert draft.cue is not None
        first, end = draft.cue
        nearest = min(labelled, key=lambda one: max(first - one[1], one[0] - end), default=None)
        if nearest is None:
            return None
        touching = [
            (abs(one.first - nearest[0]) + abs(one.end - nearest[1]), number)
            for number, one in enumerate(self.cast.phrases)
            if one.first < nearest[1] and nearest[0] < one.end
        ]
        return min(touching)[1] if touching else None

    def source(self, draft: _Draft, place: range) -> int | None:
        """Who speaks: the participant right behind the cue or the nearest one before it."""
        assert draft.cue is not None
        first, end = draft.cue
        near = [
            number
            for number in self.speakers
            if place.start <= self.phrase(number).first
            and self.phrase(number).end <= place.stop
            and not any(a <= self.phrase(number).first < b for a, b in draft.content)
        ]
        behind = [number for number in near if self.phrase(number).first >= end]
        if self.page.lower[end - 1] in ("to", "by"):
            return next((n for n in behind if self.phrase(n).first < end + REACH), None)
        if behind and draft.content[0] < draft.cue and self.is_next(end, behind[0]):
            return behind[0]
        start = self.page.sentence_of[first].start
        before = [n for n in reversed(near) if start <= self.phrase(n).first < first]
        free = (number for number in before if not self.is_governed(number))
        return next(free, before[0] if before else None)

    def phrase(self, number: int) -> Phrase:
        return self.cast.phrases[number]

    def is_next(self, end: int, number: int) -> bool:
        """Whether a mention begins right behind a cue, or behind an article or honorific there."""
        return all(
            self.page.lower[at] in ("the", ".") or self.page.words[at][0].isupper()
            for at in range(end, self.phrase(number).first)
        )

    def is_governed(self, number: int) -> bool:
        """Whether a preposition stands before a mention, or the possessive behind it."""
        one, words = self.phrase(number), self.lexicon.words["prepositions"]
        before = one.first - 1
        if before > 0 and self.page.lower[before] == "the":
            before -= 1
        owns = self.page.words[one.end : one.end + 1] == ("'s",)
        return owns or (before >= 0 and self.page.lower[before] in words)

    def quotes(self, drafts: Sequence[_Draft]) -> Iterator[Quote]:
        """The quotes under their ids."""
        ids = {id(draft): f"q{number}" for number, draft in enumerate(drafts, 1)}
        for draft in drafts:
            yield Quote(
                ids[id(draft)],
                tuple(self.page.span(*part) for part in sorted(draft.content)),
                (self.page.span(*draft.cue),) if draft.cue else (),
                source=None if draft.source is None else self.cast.mentions[draft.source].id,
                parent=ids[id(draft.parent)] if draft.parent else None,
            )


def _speakers(phrases: Sequence[Phrase]) -> Iterator[int]:
    """The places of the outermost mentions of persons, organisations and states."""
    end = 0
    for number, one in enumerate(phrases):
        if one.first >= end:
            end = one.end
            if one.type in ACTORS:
                yield number


def _nearest(drafts: Sequence[_Draft], first: int, label: str) -> _Draft | None:
    """The quote whose cue a content names; ``None`` for one that has none in its stretch."""
    if label == AFAR:
        return None
    before = [draft for draft in drafts if draft.cue and draft.cue[0] < first]
    behind = [draft for draft in drafts if draft.cue and draft.cue[0] > first]
    ordered = [*reversed(before), *behind] if label == BEHIND else [*behind, *reversed(before)]
    return ordered[0] if ordered else None
