"""Quotes: a field labels contents and cues, and each content says on which side its cue is.

The field first reads the paragraphs, and then the contents that it found, for quotes inside quotes.
Sources are found by a field of their own (``sources``).
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
    Words,
    mention_labels,
    phrases_of,
    quote_labels,
    words_of,
)
from communique.eval.crf.mentions import Cast
from communique.eval.crf.model import Features, Model, chunks, fit
from communique.eval.crf.sources import SourceFinder
from communique.eval.rules.lexicon import load_lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.quotation import read_quotation

__all__ = ["find_quotes", "train_quotes"]

DEEPEST = 3
"""Quotes inside each other."""


def train_quotes(pages: Iterable[tuple[Page, Record, Record]]) -> Model:
    """The field that pages with the record of the rules and their gold teach."""
    return fit(sequence for one in pages for sequence in _sequences(*one))


def find_quotes(
    page: Page, ruled: Record, model: Model, sources: Model, cast: Cast
) -> tuple[Quote, ...]:
    """The quotes of a page, each before those inside it."""
    reader = _Reader(page, ruled, model, sources, cast)
    drafts: list[_Draft] = []
    for paragraph in page.paragraphs:
        earlier = next((one for one in reversed(drafts) if one.parent is None), None)
        drafts += reader.read(paragraph, None, earlier)
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

    cue: Words
    parent: _Draft | None
    content: list[Words] = field(default_factory=list)
    source: int | None = None
    """The place of a mention in the cast."""


class _Reader:
    """Reads the paragraphs of one page."""

    def __init__(self, page: Page, ruled: Record, model: Model, sources: Model, cast: Cast) -> None:
        self.page = page
        self.model = model
        self.cast = cast
        labels = mention_labels(page, cast.phrases)
        self.features = quote_features(page, load_lexicon(), read_quotation(page), labels, ruled)
        self.sources = sources
        self.finder = SourceFinder(page, ruled, cast.phrases)

    def read(
        self, place: range, parent: _Draft | None, earlier: _Draft | None, depth: int = 0
    ) -> list[_Draft]:
        """The quotes of a stretch of words; ``earlier`` is the quote that it may go on with."""
        features = _inside(self.features, place, parent is not None)
        parts = chunks(place, self.model.tag(features))
        drafts = [_Draft((first, end), parent) for first, end, label in parts if label == CUE]
        for first, end, label in parts:
            if label == CUE:
                continue
            draft = _nearest(drafts, first, label) or earlier
            if draft is not None:
                draft.content.append((first, end))
        drafts = [draft for draft in drafts if draft.content]
        for draft in drafts:
            draft.source = self.finder.find(self.sources, draft.cue, draft.content, place)
        if depth + 1 < DEEPEST:
            for draft in tuple(drafts):
                for content in draft.content:
                    drafts += self.read(range(*content), draft, None, depth + 1)
        return drafts

    def quotes(self, drafts: Sequence[_Draft]) -> Iterator[Quote]:
        """The quotes under their ids."""
        ids = {id(draft): f"q{number}" for number, draft in enumerate(drafts, 1)}
        for draft in drafts:
            yield Quote(
                ids[id(draft)],
                tuple(self.page.span(*part) for part in sorted(draft.content)),
                (self.page.span(*draft.cue),),
                source=None if draft.source is None else self.cast.mentions[draft.source].id,
                parent=ids[id(draft.parent)] if draft.parent else None,
            )


def _nearest(drafts: Sequence[_Draft], first: int, label: str) -> _Draft | None:
    """The quote whose cue a content names; ``None`` for one that has none in its stretch."""
    if label == AFAR:
        return None
    before = [draft for draft in drafts if draft.cue[0] < first]
    behind = [draft for draft in drafts if draft.cue[0] > first]
    ordered = [*reversed(before), *behind] if label == BEHIND else [*behind, *reversed(before)]
    return ordered[0] if ordered else None
