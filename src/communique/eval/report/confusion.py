"""Which types are taken for which: gold types in rows, predicted ones in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.errors import Judgement
from communique.eval.keys import Ints

__all__ = ["confusions"]


def confusions(comparison: Comparison, judged: Mapping[str, Judgement]) -> Iterator[dict[str, Any]]:
    """The matrices of entity, time and event types.

    A row is a gold type, or nothing, and a column a predicted type, or nothing; both last ones
    are nothing. Each gold annotation is counted once, with its partner, and each predicted one
    that is nobody's partner once in the last row, so a row of a type sums up to its annotations.
    """
    for name, vocabulary, title in (
        ("mentions", "entity_type", "Entity types"),
        ("times", "time_type", "Time types"),
        ("events", "event_type", "Event types"),
    ):
        if name not in judged:
            continue
        judgement = judged[name]
        gold, pred = (
            one.mentions.spans
            if name == "mentions"
            else one.times
            if name == "times"
            else one.events.spans
            for one in (comparison.gold, comparison.pred)
        )
        labels = comparison.schema.labels(vocabulary)
        matrix = _matrix(judgement, gold.type, pred.type, len(labels))
        seen = (matrix.sum(axis=0) + matrix.sum(axis=1)) > 0
        seen[-1] = True
        shown = np.flatnonzero(seen)
        yield {
            "list": name,
            "title": title,
            "labels": [labels[place] for place in shown[:-1]],
            "cells": matrix[np.ix_(shown, shown)].tolist(),
        }


def _matrix(judgement: Judgement, gold: Ints, pred: Ints, n: int) -> Ints:
    """Counts of the shape ``(n + 1, n + 1)``; the last row and column stand for nothing."""
    verdicts = judgement.gold
    partner = verdicts.partner
    columns = np.where(partner >= 0, np.append(pred, 0)[partner], n)
    matrix = np.zeros((n + 1, n + 1), dtype=np.int64)
    np.add.at(matrix, (gold[verdicts.rows], columns), 1)
    alone_gold, alone, _ = judgement.walk()
    matrix[n, :n] += np.bincount(pred[alone[alone_gold < 0]], minlength=n)
    return matrix
