"""The phenomena that a corpus of news must have often enough to judge a system by them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from communique.annotations.derived.quotes import derive_quotes
from communique.annotations.record import Event, Quote, Record, Span

__all__ = ["PHENOMENA", "phenomenon_counts"]

PHENOMENA = {
    "mixed": "mixed quotes",
    "nested": "quotes in a quote by another speaker",
    "split": "quotes with interrupted content",
    "implicit": "quotes whose source is not named",
    "anonymous": "quotes by an unnamed source",
    "addressed": "quotes with an addressee",
    "both_ways": "names of capitals and seats, used both ways in the document",
    "aggregates": "mentions of aggregates",
    "negated": "negated or cancelled events",
    "hypothetical": "conditional, demanded or wished events",
    "contested": "quotes that deny, or say otherwise than another part of the document",
    "relative": "dates and hours that only the day of publication resolves",
}
"""What is counted, by the name of the count; a quota can be set for each."""

ABSOLUTE = re.compile(
    r"\b(?:\d{4}|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april"
    r"|august|september|october|november|december)\b",
    re.IGNORECASE,
)
"""A year or the name of a month."""


def phenomenon_counts(record: Record, text: str) -> dict[str, int]:
    """The counts that ``density_counts`` does not make, by name; absent for layers not annotated.

    *Contested* is a quote of negative polarity, or one in whose content an event is said to happen
    that another mention of the same chain says does not, or the other way round.
    """
    found = {}
    if record.mentions is not None:
        aggregates = {one.id for one in record.entities or () if one.nil == "aggregate"}
        found["aggregates"] = sum(one.entity in aggregates for one in record.mentions)
        found["both_ways"] = _both_ways(record, text)
    if record.times is not None:
        found["relative"] = sum(
            one.type in ("DATE", "TIME")
            and not one.dct
            and one.value is not None
            and not one.value.endswith("_REF")
            and not ABSOLUTE.search(one.span.slice(text))
            for one in record.times
        )
    if record.events is not None:
        found["hypothetical"] = sum(event.realis == "hypothetical" for event in record.events)
    if record.quotes is not None:
        derived = derive_quotes(record, text)
        found["mixed"] = sum(derived[quote.id].type == "mixed" for quote in record.quotes)
        found["anonymous"] = sum(bool(derived[quote.id].anonymous) for quote in record.quotes)
        found["contested"] = len(set(_contested(record)))
    return found


def _both_ways(record: Record, text: str) -> int:
    """Mentions by a name that stands for a place and for the government that sits there."""
    uses: dict[str, list[str]] = defaultdict(list)
    for mention in record.mentions or ():
        if mention.level == "NAM" and not mention.demonym:
            uses[mention.span.slice(text).casefold()].append(mention.use)
    return sum(len(one) for one in uses.values() if len(set(one)) > 1)


def _contested(record: Record) -> Iterator[str]:
    chains: dict[str, set[str]] = defaultdict(set)
    for event in record.events or ():
        if event.chain is not None:
            chains[event.chain].add(event.polarity)
    both = {chain for chain, polarities in chains.items() if len(polarities) > 1}
    for quote in record.quotes or ():
        inside = (event for event in record.events or () if _within(event, quote))
        if quote.polarity == "negative" or any(event.chain in both for event in inside):
            yield quote.id


def _within(event: Event, quote: Quote) -> bool:
    return any(_contains(part, event.trigger) for part in quote.content)


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
