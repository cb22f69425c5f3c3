"""Which arguments of aligned events agree."""

from __future__ import annotations

import numpy as np

from communique.eval.alignment import Pairs
from communique.eval.columns import Bools, Columns, Spans
from communique.eval.comparison import Comparison
from communique.eval.keys import Ints, match_equal, packed

__all__ = ["argument_faults"]

MENTION, TIME, EVENT = range(3)
"""Kinds of targets, as ``communique.eval.columns.Events.target`` numbers them."""


def argument_faults(comparison: Comparison, events: Pairs) -> tuple[Bools, Bools, Bools]:
    """For each pair of events: an argument in another role, one missing, one too many.

    Two arguments agree in what they point to when the predicted mention goes with a gold mention
    of the same entity, or the predicted time or event with the gold one, spans that only overlap
    included: a wrong boundary there is that annotation's own error. An argument that points to a
    list that is not compared in its document is not judged.
    """
    pair_of_pred = np.full(len(comparison.pred.events.rows), -1)
    pair_of_pred[events.pred] = np.arange(len(events))
    pair_of_gold = np.full(len(comparison.gold.events.rows), -1)
    pair_of_gold[events.gold] = np.arange(len(events))
    gold = _gold_side(comparison, pair_of_gold)
    pred = _pred_side(comparison, pair_of_pred, events)
    i, j = match_equal(*packed(gold, pred))
    gold, pred = _without(gold, i), _without(pred, j)
    # what is left, by target alone: the same one in another role
    i, j = match_equal(*packed(gold[:-1], pred[:-1]))
    found = []
    for pair in (gold[0][i], _without(gold, i)[0], _without(pred, j)[0]):
        wrong = np.zeros(len(events), dtype=bool)
        wrong[pair] = True
        found.append(wrong)
    return found[0], found[1], found[2]


def _gold_side(comparison: Comparison, pair: Ints) -> list[Ints]:
    """Pair, kind, place and role of each gold argument of an aligned event, each once."""
    events = comparison.gold.events
    kind = events.target.type
    entity = np.append(comparison.gold.mentions.entity, [-1, -1])[events.mention]
    place = np.where(kind == MENTION, entity, events.target.start)
    end = np.where(kind == MENTION, 0, events.target.end)
    judged = _judged(comparison, comparison.gold, pair)
    return _once([pair[events.owner], kind, place, end, events.role], judged)


def _pred_side(comparison: Comparison, pair: Ints, aligned: Pairs) -> list[Ints]:
    """The same of predicted arguments, each target replaced by the gold one that it goes with."""
    events = comparison.pred.events
    target, kind = events.target, events.target.type
    entity = _entity_of_mention(comparison)[events.mention]
    lost = -2 - np.arange(len(kind))
    place, end = np.where(kind == MENTION, np.where(entity >= 0, entity, lost), lost), 0 * lost
    for number, pairs, golds, preds in (
        (TIME, comparison.times, comparison.gold.times, comparison.pred.times),
        (EVENT, aligned, comparison.gold.events.spans, comparison.pred.events.spans),
    ):
        row, at = _same_span(target.take(kind == number), preds.take(pairs.pred))
        rows = np.flatnonzero(kind == number)[row]
        place[rows] = golds.start[pairs.gold[at]]
        end[rows] = golds.end[pairs.gold[at]]
    judged = _judged(comparison, comparison.pred, pair)
    return _once([pair[events.owner], kind, place, end, events.role], judged)


def _entity_of_mention(comparison: Comparison) -> Ints:
    """For each predicted mention the gold entity: of an equal span, else of the aligned mention."""
    entity = comparison.gold_entity_of_pred_mention.copy()
    pairs = comparison.mentions
    aligned = comparison.gold.mentions.entity[pairs.gold]
    entity[pairs.pred] = np.where(entity[pairs.pred] >= 0, entity[pairs.pred], aligned)
    return entity


def _same_span(spans: Spans, among: Spans) -> tuple[Ints, Ints]:
    """Rows of ``spans`` with, for each, the first row of ``among`` that has its span."""
    key, other = packed((spans.doc, spans.start, spans.end), (among.doc, among.start, among.end))
    values, first = np.unique(other, return_index=True)
    at = np.searchsorted(values, key)
    inside = np.flatnonzero(at < len(values))
    rows = inside[values[at[inside]] == key[inside]]
    return rows, first[at[rows]]


def _judged(comparison: Comparison, side: Columns, pair: Ints) -> Bools:
    """Whether an argument belongs to an aligned event and its target to a compared list."""
    events = side.events
    judged = np.zeros(len(events.owner), dtype=bool)
    for number, name in ((MENTION, "mentions"), (TIME, "times"), (EVENT, "events")):
        judged |= (events.target.type == number) & comparison.scored(name)[events.target.doc]
    return judged & (pair[events.owner] >= 0)


def _once(columns: list[Ints], judged: Bools) -> list[Ints]:
    columns = [column[judged] for column in columns]
    first = np.unique(packed(columns)[0], return_index=True)[1]
    return [column[first] for column in columns]


def _without(columns: list[Ints], rows: Ints) -> list[Ints]:
    return [np.delete(column, rows) for column in columns]
