"""Who is the source of a quote: a field over the participants of the stretch that its cue is in.

Each participant is one step of a sequence, which says of it where it stands to the cue and to the
content, what is around it, and whether the rules take it for the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from communique.annotations.record import Record
from communique.eval.crf.labels import Words, phrases_of, within, words_of
from communique.eval.crf.model import Features, Model, fit
from communique.eval.rules.lexicon import Lexicon, load_lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase

__all__ = ["SourceFinder", "train_sources"]

SOURCE, OTHER = "source", "other"
SPEAKERS = ("PER", "ORG", "GPE", "DOC")

LEAST = 0.25
"""The probability from which a participant is the source; chosen before anything was measured."""

CLOSE = 4
"""Words between participant and cue that are read one by one."""

STEPS = (0, 1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class SourceFinder:
    """Finds sources in one page: ``phrases`` are the mentions of the page."""

    page: Page
    ruled: Record
    phrases: Sequence[Phrase]

    def candidates(self, place: range) -> list[int]:
        """The numbers of the outermost mentions in a stretch that can speak."""
        found: list[int] = []
        end = place.start
        for number, one in enumerate(self.phrases):
            if one.first >= end and within((one.first, one.end), place):
                end = one.end
                if one.type in SPEAKERS:
                    found.append(number)
        return found

    def find(self, model: Model, cue: Words, content: Sequence[Words], place: range) -> int | None:
        """The number of the mention that is most probably the source, if one is probable."""
        candidates = self.candidates(place)
        chances = model.chances(self.features(candidates, cue, content), SOURCE)
        best = max(zip(chances, candidates, strict=True), default=(0.0, -1))
        return best[1] if best[0] >= LEAST else None

    def features(self, candidates: Sequence[int], cue: Words, content: Sequence[Words]) -> Features:
        """The features of each candidate, in the order of the text."""
        lexicon = load_lexicon()
        before = [n for n in candidates if self.phrases[n].end <= cue[0]]
        behind = [n for n in candidates if self.phrases[n].first >= cue[1]]
        said = self.ruled_sources(cue)
        verb = self.page.lower[cue[1] - 1]
        side = "behind" if content and content[0][0] >= cue[1] else "before"
        found = []
        for number in candidates:
            one = self.phrases[number]
            if number in before:
                rank = f"before-{min(len(before) - before.index(number), 4)}"
                gap = range(one.end, cue[0])
            else:
                rank = f"behind-{min(behind.index(number) + 1, 4)}" if number in behind else "in"
                gap = range(cue[1], one.first)
            own = [
                f"rank={rank}",
                f"rank={rank}|content={side}",
                f"rank={rank}|cue={verb}",
                f"rank={rank}|{one.level}",
                f"{one.level}-{one.type}",
                f"ruled={(one.first, one.end) in said}",
                f"ruled={(one.first, one.end) in said}|{rank}",
                f"quoted={any(first <= one.first < end for first, end in content)}",
                f"quoted={any(first <= one.first < end for first, end in content)}|{rank}",
                *self.around(one, lexicon),
                *(f"{rank[:6]}|{word}" for word in self.between(gap)),
            ]
            found.append(own)
        return found

    def around(self, one: Phrase, lexicon: Lexicon) -> Iterator[str]:
        """What stands beside a candidate."""
        sentence = self.page.sentence_of[one.first]
        start = one.first - (one.first > sentence.start and self.page.lower[one.first - 1] == "the")
        left = self.page.lower[start - 1] if start > sentence.start else "^"
        right = self.page.lower[one.end] if one.end < sentence.stop else "$"
        yield f"left={left}"
        yield f"right={right}"
        yield f"governed={left in lexicon.words['prepositions']}"
        if one.level == "PRO":
            yield f"pronoun={self.page.lower[one.first]}"

    def between(self, gap: range) -> Iterator[str]:
        """What stands between a candidate and the cue."""
        yield f"far={sum(len(gap) > step for step in STEPS)}"
        yield f"sentence={len({self.page.sentence_of[at].start for at in gap}) > 1}"
        words = [self.page.lower[at] for at in gap]
        yield f"commas={min(words.count(','), 3)}"
        if len(words) < CLOSE:
            yield f"words={' '.join(words)}"
        yield from (f"has={word}" for word in dict.fromkeys(words[:CLOSE] + words[-CLOSE:]))

    def ruled_sources(self, cue: Words) -> set[Words]:
        """The sources that the rules give to quotes with the same cue."""
        found = set()
        for quote in self.ruled.quotes or ():
            cues = [words_of(self.page, span) for span in quote.cue]
            source = self.ruled.mention_by_id.get(quote.source or "")
            if source and any(one and one[0] < cue[1] and cue[0] < one[1] for one in cues):
                words = words_of(self.page, source.span)
                found |= {words} if words else set()
        return found


def train_sources(pages: Iterable[tuple[Page, Record, Record]]) -> Model:
    """The field that pages with the record of the rules and their gold teach."""
    return fit(sequence for one in pages for sequence in _sequences(*one))


def _sequences(page: Page, ruled: Record, gold: Record) -> Iterator[tuple[Features, list[str]]]:
    finder = SourceFinder(page, ruled, phrases_of(page, gold))
    contents: dict[str, list[Words]] = {
        quote.id: [words for span in quote.content if (words := words_of(page, span))]
        for quote in gold.quotes or ()
    }
    for quote in gold.quotes or ():
        cue = words_of(page, quote.cue[0]) if quote.cue else None
        if cue is None:
            continue
        stretches = [range(*words) for words in contents.get(quote.parent or "", ())]
        place = next((one for one in (*stretches, *page.paragraphs) if within(cue, one)), None)
        if place is None:
            continue
        source = gold.mention_by_id.get(quote.source or "")
        wanted = words_of(page, source.span) if source else None
        candidates = finder.candidates(place)
        labels = [
            SOURCE if (finder.phrases[n].first, finder.phrases[n].end) == wanted else OTHER
            for n in candidates
        ]
        if candidates:
            yield finder.features(candidates, cue, contents[quote.id]), labels
