"""What to call an entity: the words of the mention that tells a reader most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from communique.annotations.record import Entity, Mention, Record

__all__ = ["entity_names"]

DESCRIPTION = 2
"""The rank of a description; below it are names."""


def entity_names(
    record: Record,
    text: str | None,
    registered: Callable[[str], str | None] = lambda kb: None,
) -> Mapping[str, str]:
    """A readable name of each entity by its id.

    A name of a place or state is the one used most; of a person or an organisation, the longest.
    Without a name it is the first description, else the first pronoun. Without a text, or without
    mentions, it is what ``registered`` calls a registry id, else that id, else the record's.
    """
    mentions: dict[str, list[Mention]] = {}
    for mention in sorted(record.mentions or (), key=lambda one: one.span):
        mentions.setdefault(mention.entity, []).append(mention)
    return {
        entity.id: _name(entity, mentions.get(entity.id, ()), text, registered)
        for entity in record.entities or ()
    }


def _name(
    entity: Entity,
    mentions: Iterable[Mention],
    text: str | None,
    registered: Callable[[str], str | None],
) -> str:
    fallback = (registered(entity.kb) or entity.kb) if entity.kb else entity.id
    if text is None:
        return fallback
    by_rank: dict[int, list[str]] = {}
    for mention in mentions:
        by_rank.setdefault(_rank(mention), []).append(" ".join(mention.span.slice(text).split()))
    if not by_rank:
        return fallback
    rank = min(by_rank)
    words = by_rank[rank]
    if rank >= DESCRIPTION:
        return words[0] or fallback
    counts = Counter(words)
    if entity.type in ("GPE", "LOC"):
        return max(counts, key=lambda one: (counts[one], len(one)))
    return max(counts, key=len)


def _rank(mention: Mention) -> int:
    """Lower tells more: name, name by way of a seat or adjective, description, title, pronoun."""
    if mention.level == "NAM":
        return 1 if mention.demonym or mention.use == "metonymic" else 0
    return 4 if mention.level == "PRO" else 3 if mention.title else DESCRIPTION
