"""What is wrong with a corpus as a whole: quotas, style, cues, unused registry entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from communique.annotations.reading import read_record
from communique.annotations.record import Record
from communique.corpus.density.quotas import Quota, Quotas, quota_counts
from communique.corpus.density.stats import DocumentStats
from communique.corpus.density.style import Style, style
from communique.corpus.documents import Corpus
from communique.corpus.masks import visible_sentences

__all__ = ["FEW_CUES", "MOST_NEAR_DUPLICATES", "MOST_OF_ONE_CUE", "Lint", "lint"]

MOST_NEAR_DUPLICATES = 0.5
"""Per cent of the sentences that may nearly stand in another document."""

MOST_OF_ONE_CUE = 35
"""Per cent of the cues that may be the same words.

It is what the band of *said* allows the commonest cue of real news, and here holds for the others.
"""

FEW_CUES = 50
"""Cues of which nothing is said: among so few the same words come twice by chance."""


@dataclass(frozen=True, slots=True)
class Lint:
    """What holds for the corpus as a whole beside its densities."""

    quotas: tuple[Quota, ...]
    style: Style
    unused: tuple[str, ...]
    cues: Mapping[str, int]
    """How often each cue occurs, the commonest first."""

    def share(self, cue: str) -> float:
        """The part that a cue has in all of them, in per cent."""
        return 100 * self.cues[cue] / sum(self.cues.values())

    def complaints(self) -> Iterator[str]:
        """One line for each thing that is not as it should be."""
        for quota in self.quotas:
            if not quota.met:
                yield f"{quota.title}: {quota.found}, expected at least {quota.least}"
        share = self.style.near_duplicates
        if share is None:
            yield (
                "near-duplicate sentences were not looked for; say `pip install 'communique[lint]'`"
            )
        elif share > MOST_NEAR_DUPLICATES:
            for pair in self.style.pairs or ():
                yield (
                    f"{pair.documents[0]}, {pair.documents[1]}: a sentence in both, "
                    f"{pair.similarity:.0%} the same; write one of them anew"
                )
        for names in self.style.alike:
            yield f"{', '.join(names)}: open alike; begin all but one of them in another way"
        for cue in self.cues if sum(self.cues.values()) >= FEW_CUES else ():
            if self.share(cue) > MOST_OF_ONE_CUE:
                yield f"{self.share(cue):.0f} % of the cues are “{cue}”; attribute in other words"
        for kb in self.unused:
            yield f"{kb}: a registry entry that no record uses; remove it, or use it"

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {
            "quotas": {
                one.name: {"found": one.found, "least": one.least, "met": one.met}
                for one in self.quotas
            },
            "near_duplicates": self.style.near_duplicates,
            "openings_alike": [list(names) for names in self.style.alike],
            "unused_registry_entries": list(self.unused),
            "cues": dict(self.cues),
        }


def lint(corpus: Corpus, documents: Sequence[DocumentStats], quotas: Quotas) -> Lint:
    """Look at the open documents of a corpus together."""
    texts, openings = {}, {}
    used: set[str] = set()
    cues: Counter[str] = Counter()
    for one in documents:
        doc_id = one.document.doc_id
        record, text = corpus.gold(doc_id), corpus.text_of(one.document)
        passes = (read_record(path) for path in corpus.project.passes.glob(f"*/{doc_id}.json"))
        for made in filter(None, (record, *passes)):
            used |= {entity.kb for entity in made.entities or () if entity.kb}
        if text is not None and one.document.licence == "open":
            texts[doc_id] = (text, visible_sentences(record, text))
            if record is not None:
                bodies = (zone for zone in record.zones or () if zone.type == "body")
                if lead := next(bodies, None):
                    openings[doc_id] = lead.span.slice(text)
                cues.update(_cues(record, text))
    entries = corpus.registry.entries
    owners = {entries[kb].seat_of for kb in used if kb in entries}
    # a capital that only stands for its government is no entity of its own anywhere
    seats = {kb for kb, entry in entries.items() if entry.seat_of in used}
    unused = sorted(set(entries) - used - owners - seats)
    quotas_found = tuple(quota_counts(documents, quotas))
    return Lint(quotas_found, style(texts, openings), tuple(unused), dict(cues.most_common()))


def _cues(record: Record, text: str) -> Iterator[str]:
    for quote in record.quotes or ():
        if quote.cue:
            yield " … ".join(span.slice(text) for span in quote.cue).casefold()
