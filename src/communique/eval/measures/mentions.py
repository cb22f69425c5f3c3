"""Entity mentions: the four scenarios of SemEval-2013 task 9.1, and BIO tags as seqeval reads them.

Pairs come from the one alignment of ``communique.eval.alignment``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import match_equal, packed
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.tagging import tagged_chunks

__all__ = ["MEASURES"]

TYPES = "entity_type"


def strict(comparison: Comparison) -> Counts:
    """Span and type are equal."""
    return _scenario(comparison, comparison.mentions.same & _same_type(comparison))


def exact(comparison: Comparison) -> Counts:
    """The span is equal, whatever the types."""
    return _scenario(comparison, comparison.mentions.same)


def partial(comparison: Comparison) -> Counts:
    """An equal span counts one, an overlapping one a half, whatever the types."""
    return _scenario(comparison, np.where(comparison.mentions.same, 1.0, 0.5))


def by_type(comparison: Comparison) -> Counts:
    """The spans overlap and the types are equal."""
    return _scenario(comparison, _same_type(comparison))


def bio(comparison: Comparison) -> Counts:
    """Chunks of the BIO tags that the outermost mentions give, equal in tokens and type.

    What seqeval 1.2.2 counts on the `ner` config: tags made from spans are well-formed, so its
    default mode and its strict IOB2 mode agree.
    """
    if comparison.tokens is None:
        raise ValueError("BIO tags need the texts")
    kept = comparison.kept("mentions")
    gold = tagged_chunks(comparison.gold.mentions.spans.take(kept.gold), comparison.tokens)
    pred = tagged_chunks(comparison.pred.mentions.spans.take(kept.pred), comparison.tokens)
    pairs = match_equal(
        *packed(*((side.doc, side.start, side.end, side.type) for side in (gold, pred)))
    )
    return counted(comparison, TYPES, Side(gold.doc, gold.type), Side(pred.doc, pred.type), pairs)


def _same_type(comparison: Comparison) -> NDArray[np.bool_]:
    pairs = comparison.mentions
    gold, pred = comparison.gold.mentions.spans, comparison.pred.mentions.spans
    return np.asarray(gold.type[pairs.gold] == pred.type[pairs.pred])


def _scenario(comparison: Comparison, credit: NDArray[Any]) -> Counts:
    kept, pairs = comparison.kept("mentions"), comparison.mentions
    gold, pred = comparison.gold.mentions.spans, comparison.pred.mentions.spans
    return counted(
        comparison,
        TYPES,
        Side(gold.doc, gold.type, kept.gold),
        Side(pred.doc, pred.type, kept.pred),
        (pairs.gold, pairs.pred),
        credit,
    )


MEASURES = (
    Measure("mentions.strict", ("mentions",), strict, TYPES),
    Measure("mentions.exact", ("mentions",), exact, TYPES),
    Measure("mentions.partial", ("mentions",), partial, TYPES),
    Measure("mentions.type", ("mentions",), by_type, TYPES),
    Measure("mentions.bio", ("mentions",), bio, TYPES, needs_texts=True),
)
