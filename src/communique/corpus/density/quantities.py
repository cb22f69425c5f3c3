"""What is counted in a document, and the densities and shares that are made of the counts.

Counts are per document and add up; a quantity is a ratio of two sums, so that it means the same
for one document, a storyline, a split and the corpus. The counts of a layer that was not
annotated are absent, and the document then takes no part in the quantities of that layer.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from communique.annotations.derived.quotes import derive_quotes
from communique.annotations.record import Quote, Record
from communique.corpus.masks import visible_sentences
from communique.schemas.schema import load_schema

__all__ = ["QUANTITIES", "Quantity", "add_counts", "annotation_counts", "density_counts"]

Counts = Mapping[str, int]

SAID = frozenset({"said", "says"})

SAMPLE = 200
"""Tokens over which types are counted, because their share falls with the length of a text."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``scale`` × the sum of one count / the sum of another."""

    name: str
    title: str
    short: str
    numerator: str
    denominator: str
    scale: int
    list: str

    def of(self, counts: Iterable[Counts]) -> float | None:
        """The value over documents; ``None`` when nothing was annotated or divided by."""
        pairs = [
            (one[self.numerator], one[self.denominator])
            for one in counts
            if self.numerator in one and self.denominator in one
        ]
        below = sum(pair[1] for pair in pairs)
        return self.scale * sum(pair[0] for pair in pairs) / below if below else None

    @property
    def unit(self) -> str:
        """What the value is measured in."""
        if self.denominator == "sentences":
            return "tokens"
        return "per 100 tokens" if self.denominator == "tokens" else "%"


def _quantity(
    name: str, title: str, short: str, numerator: str, denominator: str, record_list: str
) -> Quantity:
    scale = 1 if denominator == "sentences" else 100
    return Quantity(name, title, short, numerator, denominator, scale, record_list)


QUANTITIES = (
    _quantity("sentence_length", "sentence length", "length", "tokens", "sentences", "zones"),
    _quantity(
        "sentence_deviation", "sentence deviation", "deviation", "deviation", "sentences", "zones"
    ),
    _quantity("named_mentions", "NAM mentions", "NAM", "named", "tokens", "mentions"),
    _quantity("mentions", "all mentions", "mentions", "mentions", "tokens", "mentions"),
    _quantity("quotes", "quotes", "quotes", "quotes", "tokens", "quotes"),
    _quantity("events", "events", "events", "events", "tokens", "events"),
    _quantity("times", "times", "times", "times", "tokens", "times"),
    _quantity("direct_or_mixed", "direct or mixed", "dir/mix", "marked", "quotes", "quotes"),
    _quantity("implicit", "implicit source", "implicit", "implicit", "quotes", "quotes"),
    _quantity("addressed", "addressee present", "address", "addressed", "quotes", "quotes"),
    _quantity("nested", "nested, other speaker", "nested", "nested", "quotes", "quotes"),
    _quantity("split_content", "split content", "split", "split", "quotes", "quotes"),
    _quantity("negated", "negated events", "negated", "negated", "events", "events"),
    _quantity("types", "types among 200 tokens", "types", "types", "sampled", "zones"),
    _quantity("said", "said/says among cues", "said", "said", "cues", "quotes"),
    _quantity(
        "unregistered",
        "entities without registry id",
        "no id",
        "unregistered",
        "entities",
        "entities",
    ),
)
"""Every quantity that a band can be set for; ``list`` is the list of the record it is about."""


def density_counts(record: Record | None, text: str) -> dict[str, int]:
    """The counts of one document that quantities are made of, by name.

    Tokens and sentences are those outside masked zones and duplicates; ``types`` are the different
    ones, case folded, among the first 200, and ``deviation`` is the standard deviation of the
    lengths of the sentences, times their number and rounded. A quote is *nested* here
    when its source is known and another entity than the source of its parent; a cue counts as
    *said* when that is one of its words.
    """
    sentences = visible_sentences(record, text)
    lengths = [len(sentence) for sentence in sentences]
    words = [token.slice(text).casefold() for sentence in sentences for token in sentence][:SAMPLE]
    found = {
        "tokens": sum(lengths),
        "sentences": len(lengths),
        "deviation": round(statistics.pstdev(lengths) * len(lengths)) if lengths else 0,
        "sampled": len(words),
        "types": len(set(words)),
    }
    if record is None:
        return found
    if record.mentions is not None:
        found["mentions"] = len(record.mentions)
        found["named"] = sum(mention.level == "NAM" for mention in record.mentions)
    if record.entities is not None:
        found["entities"] = len(record.entities)
        found["unregistered"] = sum(entity.kb is None for entity in record.entities)
    if record.times is not None:
        found["times"] = len(record.times)
    if record.events is not None:
        found["events"] = len(record.events)
        found["negated"] = sum(event.polarity == "negative" for event in record.events)
    if record.quotes is not None:
        derived = derive_quotes(record, text)
        cues = [
            {word.casefold() for part in quote.cue for word in part.slice(text).split()}
            for quote in record.quotes
            if quote.cue
        ]
        found["quotes"] = len(record.quotes)
        found["marked"] = sum(derived[q.id].type in ("direct", "mixed") for q in record.quotes)
        found["implicit"] = sum(derived[q.id].implicit for q in record.quotes)
        found["addressed"] = sum(bool(quote.addressees) for quote in record.quotes)
        found["nested"] = sum(_nested(quote, record) for quote in record.quotes)
        found["split"] = sum(len(quote.content) > 1 for quote in record.quotes)
        found["cues"] = len(cues)
        found["said"] = sum(not SAID.isdisjoint(cue) for cue in cues)
    return found


def annotation_counts(record: Record, text: str | None) -> dict[str, dict[str, int]]:
    """How many annotations each list of a record has, by type.

    A layer that was not annotated is absent. Mentions are counted by level; quotes by their
    derived type, which is ``untyped`` when the text is not here.
    """
    derived = derive_quotes(record, text)
    found: dict[str, dict[str, int]] = {}
    for name in load_schema().lists:
        items = getattr(record, name)
        if items is None:
            continue
        if name == "quotes":
            labels = [derived[one.id].type or "untyped" for one in items]
        else:
            labels = [getattr(one, "level" if name == "mentions" else "type") for one in items]
        found[name] = {label: labels.count(label) for label in sorted(set(labels))}
    return found


def add_counts(total: dict[str, dict[str, int]], counts: Mapping[str, Counts]) -> None:
    """Add the ``annotation_counts`` of one more document to a sum."""
    for name, labels in counts.items():
        into = total.setdefault(name, {})
        for label, count in labels.items():
            into[label] = into.get(label, 0) + count


def _nested(quote: Quote, record: Record) -> bool:
    if quote.parent is None or quote.source is None:
        return False
    parent = next((one for one in record.quotes or () if one.id == quote.parent), None)
    if parent is None:
        return False
    return record.entity_of(quote.source) != record.entity_of(parent.source)
