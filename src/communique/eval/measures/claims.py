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
from communique.eval.keys import Ints, distinct, packed, ranked
from communique.eval.measures.measure import Measure
from communique.eval.measures.sets import Tuples, counted_sets, tuples_of

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
    kept = comparison.kept("events")
    rows = [
        rows[np.flatnonzero((one.depth[rows] >= depths[0]) & (one.depth[rows] <= depths[1]))]
        for one, rows in zip(comparison.shared(_found), (kept.gold, kept.pred), strict=True)
    ]
    tuples = comparison.shared(_expanded_tuples if expand else _tuples)
    return counted_sets(comparison, tuples.some(rows[0], rows[1]))


def _tuples(comparison: Comparison) -> Tuples:
    """The claims of all events of both sides."""
    return _with_parties(comparison, expand=False)


def _expanded_tuples(comparison: Comparison) -> Tuples:
    if not any(len(side.members[0]) for side in (comparison.gold, comparison.pred)):
        return comparison.shared(_tuples)
    return _with_parties(comparison, expand=True)


def _with_parties(comparison: Comparison, *, expand: bool) -> Tuples:
    mapping, found = comparison.shared(_mapping), comparison.shared(_found)
    parties = [_sets(comparison, role, expand=expand) for role in ("actor", "recipient")]
    sides = [
        [
            side.events.spans.doc,
            side.events.spans.type,
            np.append(mapping[number], [-2, -1])[found[number].source],
            parties[0][number],
            parties[1][number],
            *(
                side.events.rows.codes(name, comparison.schema.labels(name), missing=0)
                for name in ("realis", "polarity")
            ),
        ]
        for number, side in enumerate((comparison.gold, comparison.pred))
    ]
    return tuples_of(comparison, TYPES, sides[0], sides[1])


def _found(comparison: Comparison) -> tuple[Claims, Claims]:
    return claims_of(comparison.gold), claims_of(comparison.pred)


def _mapping(comparison: Comparison) -> tuple[Ints, Ints]:
    """For each entity of both sides the number that it is compared by."""
    n_gold = len(comparison.gold.entities.rows)
    of_pred = comparison.gold_entity_of_pred_entity
    # what stands for no gold entity gets a number of its own behind the gold's
    return np.arange(n_gold), np.where(of_pred >= 0, of_pred, n_gold + np.arange(len(of_pred)))


def _sets(comparison: Comparison, role_name: str, *, expand: bool) -> list[Ints]:
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
    # small numbers, so that they fit one key with all else
    return ranked(*content_keys(fragments[0], docs[0], fragments[1], docs[1]))


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
