"""Quotes: what is attributed, by which words, to whom.

No maintained scorer exists; the partial scores follow the practice of PARC3 and PolNeAR
evaluations, where an attribution counts as found when it shares a token with the gold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.alignment import Pairs
from communique.eval.columns import Fragments
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints
from communique.eval.measures.measure import Measure, Side, counted

__all__ = ["MEASURES"]

TYPES = "quote_kind"


def content_strict(comparison: Comparison) -> Counts:
    """The contents cover the same code points, however they are cut into fragments."""
    return _quotes(comparison, comparison.quotes, comparison.quotes.same)


def content_partial(comparison: Comparison) -> Counts:
    """The contents share at least one code point, after one-to-one alignment by overlap."""
    return _quotes(comparison, comparison.quotes, None)


def cue_strict(comparison: Comparison) -> Counts:
    """The cues cover the same code points; quotes without a cue do not count."""
    return _cues(comparison, comparison.cues.same)


def cue_partial(comparison: Comparison) -> Counts:
    """The cues share at least one code point; quotes without a cue do not count."""
    return _cues(comparison, None)


def source(comparison: Comparison) -> Counts:
    """The source is the right entity, among quotes whose contents are aligned.

    Right means: both have none, or the predicted source's span is a gold mention of the entity
    that the gold source refers to.
    """
    pairs = comparison.quotes
    gold, pred = _sides(comparison, pairs.gold, pairs.pred)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), _right(comparison))


def joint(comparison: Comparison) -> Counts:
    """The contents overlap and the source is the right entity, over all quotes."""
    return _quotes(comparison, comparison.quotes, _right(comparison))


def _right(comparison: Comparison) -> NDArray[np.bool_]:
    """For each aligned pair of quotes, whether the source is right."""
    pairs = comparison.quotes
    gold_source = comparison.gold.quotes.source[pairs.gold]
    pred_source = comparison.pred.quotes.source[pairs.pred]
    gold_entity = np.append(comparison.gold.mentions.entity, [-1, -1])[gold_source]
    pred_entity = comparison.gold_entity_of_pred_mention[pred_source]
    neither = (gold_source < 0) & (pred_source < 0)
    return np.asarray(neither | ((gold_source >= 0) & (gold_entity == pred_entity)))


def _sides(comparison: Comparison, gold_rows: Ints, pred_rows: Ints) -> tuple[Side, Side]:
    labels = comparison.schema.labels(TYPES)
    gold, pred = (
        Side(side.quotes.rows.doc, side.quotes.rows.codes("kind", labels, missing=0), rows)
        for side, rows in ((comparison.gold, gold_rows), (comparison.pred, pred_rows))
    )
    return gold, pred


def _quotes(comparison: Comparison, pairs: Pairs, credit: NDArray[Any] | None) -> Counts:
    kept = comparison.kept("quotes")
    gold, pred = _sides(comparison, kept.gold, kept.pred)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), credit)


def _cues(comparison: Comparison, credit: NDArray[Any] | None) -> Counts:
    kept, pairs = comparison.kept("quotes"), comparison.cues
    gold_rows = _with(comparison.gold.quotes.cue, kept.gold)
    pred_rows = _with(comparison.pred.quotes.cue, kept.pred)
    gold, pred = _sides(comparison, gold_rows, pred_rows)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), credit)


def _with(part: Fragments, rows: Ints) -> Ints:
    """The rows that have at least one such fragment."""
    return rows[np.isin(rows, part.owner)]


MEASURES = (
    Measure("quotes.content.strict", ("quotes",), content_strict, TYPES),
    Measure("quotes.content.partial", ("quotes",), content_partial, TYPES),
    Measure("quotes.cue.strict", ("quotes",), cue_strict, TYPES),
    Measure("quotes.cue.partial", ("quotes",), cue_partial, TYPES),
    Measure("quotes.source", ("quotes", "mentions"), source, TYPES),
    Measure("quotes.joint", ("quotes", "mentions"), joint, TYPES),
)
