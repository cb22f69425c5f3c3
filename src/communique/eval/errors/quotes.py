"""Errors of quotes: who is said to speak, and how far the words go."""

from __future__ import annotations

import numpy as np

from communique.eval.columns import Bools
from communique.eval.comparison import Comparison
from communique.eval.errors.categories import CATEGORIES
from communique.eval.errors.verdicts import Verdicts, laid_out
from communique.eval.keys import packed

__all__ = ["judge_quotes"]


def judge_quotes(comparison: Comparison) -> tuple[Verdicts, Verdicts]:
    """Verdicts on quotes aligned by content.

    The speaker is right when both sides have none, or when the predicted source's span is a gold
    mention of the entity that is the gold source. In documents in which a side has no mentions
    speakers are not judged.
    """
    pairs, kept = comparison.quotes, comparison.kept("quotes")
    speaker, extent = _wrong_speaker(comparison), ~pairs.same
    names = CATEGORIES["quotes"]
    category = np.select(
        [speaker & extent, speaker, extent],
        [names.index(f"wrong-{fault}") for fault in ("speaker+extent", "speaker", "extent")],
        names.index("correct"),
    )
    others = []
    for field, vocabulary in (("kind", "quote_kind"), ("polarity", "polarity")):
        labels = comparison.schema.labels(vocabulary)
        gold, pred = (
            side.quotes.rows.codes(field, labels, missing=0)
            for side in (comparison.gold, comparison.pred)
        )
        others.append(gold[pairs.gold] != pred[pairs.pred])
    faults = np.stack([speaker, extent, _wrong_cue(comparison), *others], axis=-1)
    return laid_out("quotes", pairs, kept, category, faults)


def _wrong_speaker(comparison: Comparison) -> Bools:
    pairs = comparison.quotes
    gold_source = comparison.gold.quotes.source[pairs.gold]
    pred_source = comparison.pred.quotes.source[pairs.pred]
    # -1 and -2 lead to the two extra places at the end
    gold_entity = np.append(comparison.gold.mentions.entity, [-1, -1])[gold_source]
    pred_entity = comparison.gold_entity_of_pred_mention[pred_source]
    neither = (gold_source < 0) & (pred_source < 0)
    right = neither | ((gold_source >= 0) & (gold_entity == pred_entity))
    judged = comparison.scored("mentions")[comparison.gold.quotes.rows.doc[pairs.gold]]
    wrong: Bools = judged & ~right
    return wrong


def _wrong_cue(comparison: Comparison) -> Bools:
    """For each pair of quotes, whether their cues do not cover the same code points."""
    pairs, cues = comparison.quotes, comparison.cues
    same = cues.same
    pair_key, cue_key = packed((pairs.gold, pairs.pred), (cues.gold[same], cues.pred[same]))
    has_gold = np.isin(pairs.gold, comparison.gold.quotes.cue.owner)
    has_pred = np.isin(pairs.pred, comparison.pred.quotes.cue.owner)
    equal = np.isin(pair_key, cue_key)
    wrong: Bools = (has_gold | has_pred) & ~equal
    return wrong
