"""Claims as columns: what an analyst reads off, one row per event mention.

As in ``communique.annotations.derived.claims``: an event in the content of a quote is claimed by
the source of the innermost quote around it, an event outside all quotes by the author.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from communique.eval.alignment import overlapping
from communique.eval.columns import Columns, Spans
from communique.eval.keys import Ints, ordered, packed

__all__ = ["AUTHOR", "NOBODY", "Claims", "claims_of", "expanded_members"]

AUTHOR = -1
"""The source of what stands in no quote."""
NOBODY = -2
"""The source of a quote that names none."""

DEEPEST = 16
"""Levels of nesting that are followed; a chain that is longer runs in a circle."""


@dataclass(frozen=True, slots=True)
class Claims:
    """For each event row who claims it, and through how many quotes.

    ``source`` is a row of the side's entities, ``AUTHOR`` or ``NOBODY``.
    """

    source: Ints
    depth: Ints


def claims_of(side: Columns) -> Claims:
    """The claims of one side, one for each of its events."""
    events, quotes = side.events, side.quotes
    level = _levels(quotes.parent)
    content = quotes.content
    fragments = Spans(
        quotes.rows.doc[content.owner], content.start, content.end, np.zeros_like(content.owner)
    )
    trigger = events.spans
    row, part, shared = overlapping(trigger, fragments)
    whole = shared == (trigger.end - trigger.start)[row]
    within = np.flatnonzero(whole)
    row, part = row[within], part[within]
    owner, length = content.owner[part], (content.end - content.start)[part]
    speaker = np.append(side.mentions.spans.start, [NOBODY, AUTHOR])[quotes.source[owner]]
    # the deepest quote around a trigger, of equally deep ones the shortest, whatever their order
    order, _ = ordered(*packed((row, -level[owner], length, content.start[part], speaker)))
    row, owner = row[order], owner[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = row[1:] != row[:-1]
    source = np.full(len(events.rows), AUTHOR, dtype=np.int64)
    depth = np.zeros(len(events.rows), dtype=np.int64)
    entity = np.append(side.mentions.entity, [NOBODY, NOBODY])
    source[row[first]] = entity[quotes.source[owner[first]]]
    depth[row[first]] = level[owner[first]] + 1
    return Claims(source, depth)


def expanded_members(side: Columns, owner: Ints, entity: Ints) -> tuple[Ints, Ints]:
    """Rows of ``(owner, entity)`` with every aggregate in the place of its members, all the way.

    An aggregate in a circle stays as it is.
    """
    members_of, member = side.members
    order = np.argsort(members_of, kind="stable")
    members_of, member = members_of[order], member[order]
    begin = np.searchsorted(members_of, np.arange(len(side.entities.rows)))
    count = np.bincount(members_of, minlength=len(side.entities.rows))
    for _ in range(DEEPEST):
        here = np.where(entity >= 0, count[np.maximum(entity, 0)] if len(count) else 0, 0)
        if not here.any():
            break
        leaf = here == 0
        times = here[~leaf]
        start = np.repeat(begin[entity[~leaf]], times)
        within = np.arange(len(start)) - np.repeat(np.cumsum(times) - times, times)
        owner = np.concatenate([owner[leaf], np.repeat(owner[~leaf], times)])
        entity = np.concatenate([entity[leaf], member[start + within]])
    return owner, entity


def _levels(parent: Ints) -> Ints:
    """How many quotes each quote stands in."""
    level = np.zeros(len(parent), dtype=np.int64)
    above = parent.copy()
    for _ in range(DEEPEST):
        inside = above >= 0
        if not inside.any():
            break
        level += inside
        above = np.where(inside, np.append(parent, [-1, -1])[above], -1)
    return level
