"""Mentions as flat token tags (IOB2): what token classification trains on.

Flat tags cannot hold nested mentions, so of mentions that stand in one another the outermost is
tagged: the *U.S. State Department* is one organisation, and no state inside it. The whole truth is
in the `documents` config.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from communique.annotations.record import Record, Span
from communique.corpus.masks import visible_sentences
from communique.schemas.schema import load_schema

__all__ = ["TaggedSentence", "bio_tags", "tag_names", "tagged_sentences"]

OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """The visible tokens of one sentence with one tag each.

    ``tags`` are of names alone, ``all_tags`` of names, noun phrases and pronouns.
    """

    tokens: tuple[Span, ...]
    tags: tuple[str, ...]
    all_tags: tuple[str, ...]


def tag_names() -> tuple[str, ...]:
    """``O`` and then ``B-`` and ``I-`` of each entity type, in the order of the schema."""
    types = load_schema().labels("entity_type")
    return (OUTSIDE, *(f"{prefix}-{name}" for name in types for prefix in "BI"))


def tagged_sentences(record: Record, text: str) -> Iterator[TaggedSentence]:
    """The sentences of a text with their tags; none when entities were not annotated."""
    if record.mentions is None or record.entities is None:
        return
    sentences = visible_sentences(record, text)
    named = bio_tags(record, sentences, {"NAM"})
    every = bio_tags(record, sentences, load_schema().labels("mention_level"))
    for tokens, tags, all_tags in zip(sentences, named, every, strict=True):
        yield TaggedSentence(tokens, tags, all_tags)


def bio_tags(
    record: Record, sentences: Sequence[Sequence[Span]], levels: Collection[str]
) -> list[tuple[str, ...]]:
    """One tag per token of each sentence, for the outermost mentions of some levels.

    A mention covers every token that it shares a code point with. Of mentions that share a token
    the one that begins first stays, of those the longest, of those the first type of the schema.
    One that runs into the next sentence begins there again.
    """
    order = {name: number for number, name in enumerate(load_schema().labels("entity_type"))}
    types = {entity.id: entity.type for entity in record.entities or ()}
    spans = sorted(
        (one.span.start, -one.span.end, order[types[one.entity]])
        for one in record.mentions or ()
        if one.level in levels
    )
    names = tuple(order)
    tokens = [(token, number) for number, sentence in enumerate(sentences) for token in sentence]
    tags: list[list[str]] = [[] for _ in sentences]
    taken = [""] * len(tokens)
    first = 0
    for start, end, kind in ((start, -end, names[kind]) for start, end, kind in spans):
        while first < len(tokens) and tokens[first][0].end <= start:
            first += 1
        last = first
        while last < len(tokens) and tokens[last][0].start < end:
            last += 1
        if last > first and not taken[first]:
            taken[first] = f"B-{kind}"
            for place in range(first + 1, last):
                goes_on = tokens[place][1] == tokens[place - 1][1]
                taken[place] = f"{'I' if goes_on else 'B'}-{kind}"
    for (_, number), tag in zip(tokens, taken, strict=True):
        tags[number].append(tag or OUTSIDE)
    return [tuple(sentence) for sentence in tags]
