"""Claims: who said that which entity did, will or will not do what to whom. The headline.

A claim is a tuple of source entity, event type, actors, recipients, realis and polarity, derived
from quotes, events and coreference (see ``communique.eval.claims``). No public scorer has it.
Entities of a system are first mapped to gold entities, one-to-one, by the most mentions in common;
what is mapped to none can match nothing. A tuple that a document has twice counts once.
"""

from __future__ import annotations

import numpy as np

from communique.eval.alignment import content_keys
from communique.eval.claims import Claims, claims_of, expanded_members
from communique.eval.columns import Columns, Fragments
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints, distinct, packed
from communique.eval.measures.measure import Measure
from communique.eval.measures.sets import counted_sets

__all__ = ["MEASURES"]

TYPES = "event_type"
LISTS = ("events", "quotes", "mentions")


def claims(comparison: Comparison) -> Counts:
    """Tuples of source, event type, actors, recipients, realis and polarity."""
    return _claims(comparison)


def expanded(comparison: Comparison) -> Counts:
    """As `claims`, with every aggregate among the actors and recipients as its members."""
    return _claims(comparison, expand=True)


def by_author(comparison: Comparison) -> Counts:
    """As `claims`, of what the author asserts (depth 0)."""
    return _claims(comparison, depths=(0, 0))


def at_first_hand(comparison: Comparison) -> Counts:
    """As `claims`, of what one source says (depth 1)."""
    return _claims(comparison, depths=(1, 1))


def at_second_hand(comparison: Comparison) -> Counts:
    """As `claims`, of what reaches the reader through two sources or more."""
    return _claims(comparison, depths=(2, 99))


def _claims(
    comparison: Comparison, *, expand: bool = False, depths: tuple[int, int] = (0, 99)
) -> Counts:
    sides = comparison.gold, comparison.pred
    kept = comparison.kept("events")
    mapping = comparison.shared(_mapping)
    found = comparison.shared(_found)
    rows = [
        rows[np.flatnonzero((one.depth[rows] >= depths[0]) & (one.depth[rows] <= depths[1]))]
        for one, rows in zip(found, (kept.gold, kept.pred), strict=True)
    ]
    parties = comparison.shared(_expanded_parties if expand else _parties)
    columns = []
    for number, (side, one, row) in enumerate(zip(sides, found, rows, strict=True)):
        source = np.append(mapping[number], [-2, -1])[one.source]
        attributes = [
            side.events.rows.codes(name, comparison.schema.labels(name), missing=0)
            for name in ("realis", "polarity")
        ]
        columns.append(
            [
                column[row]
                for column in (
                    side.events.spans.doc,
                    side.events.spans.type,
                    source,
                    parties[0][number],
                    parties[1][number],
                    *attributes,
                )
            ]
        )
    return counted_sets(comparison, TYPES, *columns)


def _found(comparison: Comparison) -> tuple[Claims, Claims]:
    return claims_of(comparison.gold), claims_of(comparison.pred)


def _mapping(comparison: Comparison) -> tuple[Ints, Ints]:
    """For each entity of both sides the number that it is compared by."""
    n_gold = len(comparison.gold.entities.rows)
    of_pred = comparison.gold_entity_of_pred_entity
    # what stands for no gold entity gets a number of its own behind the gold's
    return np.arange(n_gold), np.where(of_pred >= 0, of_pred, n_gold + np.arange(len(of_pred)))


Sets = list[tuple[Ints, Ints]]
"""The numbers of actors and of recipients for each event of both sides."""


def _parties(comparison: Comparison) -> Sets:
    return [_sets(comparison, role, expand=False) for role in ("actor", "recipient")]


def _expanded_parties(comparison: Comparison) -> Sets:
    if not any(len(side.members[0]) for side in (comparison.gold, comparison.pred)):
        return comparison.shared(_parties)
    return [_sets(comparison, role, expand=True) for role in ("actor", "recipient")]


def _sets(comparison: Comparison, role_name: str, *, expand: bool) -> tuple[Ints, Ints]:
    """For each event of both sides a number for the set of entities in a role."""
    role = comparison.schema.labels("role").index(role_name)
    mapping = comparison.shared(_mapping)
    fragments, docs = [], []
    for side, numbers in zip((comparison.gold, comparison.pred), mapping, strict=True):
        owner, entity = _in_role(side, role)
        if expand:
            owner, entity = expanded_members(side, owner, entity)
        number = numbers[entity]
        once = distinct(*packed((owner, number)))
        owner, number = owner[once], number[once]
        fragments.append(Fragments(owner, number, number + 1))
        docs.append(side.events.spans.doc)
    return content_keys(fragments[0], docs[0], fragments[1], docs[1])


def _in_role(side: Columns, role: int) -> tuple[Ints, Ints]:
    """Event and entity of each argument in a role; times and events play no party."""
    events = side.events
    party = np.flatnonzero((events.role == role) & (events.mention >= 0))
    return events.owner[party], side.mentions.entity[events.mention[party]]


MEASURES = (
    Measure("claims", LISTS, claims, TYPES),
    Measure("claims.expanded", LISTS, expanded, TYPES),
    Measure("claims.author", LISTS, by_author, TYPES),
    Measure("claims.first-hand", LISTS, at_first_hand, TYPES),
    Measure("claims.second-hand", LISTS, at_second_hand, TYPES),
)
