"""Linking of mentions to the registry, and metonymic use of places."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from communique.eval.columns import Bools, Columns
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.rows import same_numbers

__all__ = ["MEASURES"]

TYPES = "entity_type"


def accuracy(comparison: Comparison) -> Counts:
    """Share of mentions with equal spans whose registry ids are equal; no id (NIL) is an answer."""
    gold, pred = comparison.shared(_links)
    pairs = comparison.mentions
    g, p = pairs.gold[pairs.same], pairs.pred[pairs.same]
    return _counted(comparison, g, p, (g, p), gold[g] == pred[p])


def mention(comparison: Comparison) -> Counts:
    """Mentions that have a registry id, right when span and id are equal."""
    gold, pred = comparison.shared(_links)
    kept, pairs = comparison.kept("mentions"), comparison.mentions
    g, p = pairs.gold[pairs.same], pairs.pred[pairs.same]
    right = np.flatnonzero((gold[g] == pred[p]) & (gold[g] >= 0))
    linked = (
        kept.gold[np.flatnonzero(gold[kept.gold] >= 0)],
        kept.pred[np.flatnonzero(pred[kept.pred] >= 0)],
    )
    return _counted(comparison, *linked, (g[right], p[right]), None)


def metonymy(comparison: Comparison) -> Counts:
    """Share of places with equal spans whose use, literal or metonymic, is equal.

    Counted are names that the gold calls metonymic, and names of cities and buildings, which could
    be: the gold's registry id begins with `city:` or `fac:`.
    """
    pairs = comparison.mentions
    g, p = pairs.gold[pairs.same], pairs.pred[pairs.same]
    mentions = comparison.gold.mentions
    metonymic = comparison.schema.labels("mention_use").index("metonymic")
    seats = _starting(comparison.gold, ("city:", "fac:"))
    names = mentions.level[g] == comparison.schema.labels("mention_level").index("NAM")
    counting = names & ((mentions.use[g] == metonymic) | seats[mentions.entity[g]])
    g, p = g[counting], p[counting]
    right = mentions.use[g] == comparison.pred.mentions.use[p]
    return _counted(comparison, g, p, (g, p), right)


def unlinked(comparison: Comparison) -> str | None:
    """Why linking cannot be scored: a system without a single id or NIL reason did not try."""
    rows = comparison.pred.entities.rows
    tried = [pc.count(column).as_py() for column in (rows.strings("kb"), rows.strings("nil"))]
    return None if any(tried) or not len(rows) else "the predictions link no entity"


def _links(comparison: Comparison) -> tuple[Ints, Ints]:
    """For each mention of both sides, a number for its registry id; -1 for none."""
    sides = comparison.gold, comparison.pred
    gold, pred = same_numbers(*(side.entities.rows.names("kb") for side in sides))
    return gold[sides[0].mentions.entity], pred[sides[1].mentions.entity]


def _starting(side: Columns, prefixes: tuple[str, ...]) -> Bools:
    found = [pc.fill_null(pc.starts_with(side.entities.kb, prefix), False) for prefix in prefixes]
    starts: Bools = np.any([one.to_numpy(zero_copy_only=False) for one in found], axis=0)
    return starts


def _counted(
    comparison: Comparison,
    gold_rows: Ints,
    pred_rows: Ints,
    pairs: tuple[Ints, Ints],
    credit: Bools | None,
) -> Counts:
    gold, pred = comparison.gold.mentions.spans, comparison.pred.mentions.spans
    return counted(
        comparison,
        TYPES,
        Side(gold.doc, gold.type, gold_rows),
        Side(pred.doc, pred.type, pred_rows),
        pairs,
        credit,
    )


MEASURES = (
    Measure("linking.accuracy", ("mentions",), accuracy, TYPES, unless=unlinked),
    Measure("linking.mention", ("mentions",), mention, TYPES, unless=unlinked),
    Measure("metonymy", ("mentions",), metonymy, TYPES),
)
