"""Entity mentions: the four scenarios of SemEval-2013 task 9.1, and BIO tags as seqeval reads them.

Pairs come from the one alignment of ``communique.eval.alignment``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts, Floats
from communique.eval.keys import Ints, match_equal, packed
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.tagging import tagged_chunks

__all__ = ["MEASURES"]

TYPES = "entity_type"


def strict(comparison: Comparison) -> Counts:
    """Span and type are equal."""
    return _scenario(comparison, (1, 0, 0, 0))


def exact(comparison: Comparison) -> Counts:
    """The span is equal, whatever the types."""
    return _scenario(comparison, (1, 1, 0, 0))


def partial(comparison: Comparison) -> Counts:
    """An equal span counts one, an overlapping one a half, whatever the types."""
    return _scenario(comparison, (1, 1, 0.5, 0.5))


def by_type(comparison: Comparison) -> Counts:
    """The spans overlap and the types are equal."""
    return _scenario(comparison, (1, 0, 1, 0))


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


@dataclass(frozen=True, slots=True)
class _Classes:
    """The mentions by how well they are matched: what all four scenarios count.

    The last axis has the pairs of equal span and type, of equal span, of overlapping spans and
    equal type, of overlapping spans; then the predicted and the gold mentions. By document, by
    type (where both sides have it), and by both when that was asked for.
    """

    total: Floats
    by_type: Floats
    typed: Floats | None


def _classes(comparison: Comparison) -> _Classes:
    kept, pairs = comparison.kept("mentions"), comparison.mentions
    gold, pred = comparison.gold.mentions.spans, comparison.pred.mentions.spans
    type_ = gold.type[pairs.gold]
    other_type = type_ != pred.type[pairs.pred]
    kind = np.where(pairs.same, 0, 2) + other_type
    rows = [
        (gold.doc[pairs.gold], type_, kind, 4),
        (*Side(pred.doc, pred.type, kept.pred).counting, 0, 1),
        (*Side(gold.doc, gold.type, kept.gold).counting, 0, 1),
    ]
    n_docs, n_types = comparison.n_docs, len(comparison.schema.labels(TYPES))
    return _Classes(
        _side_by_side(n_docs, [(doc, kind, n) for doc, _, kind, n in rows]),
        _side_by_side(n_types, [(type_, kind, n) for _, type_, kind, n in rows]),
        _side_by_side(
            n_docs * n_types, [(doc * n_types + type_, kind, n) for doc, type_, kind, n in rows]
        ).reshape(n_docs, n_types, 6)
        if comparison.per_type
        else None,
    )


def _side_by_side(size: int, columns: Sequence[tuple[Ints, Ints | int, int]]) -> Floats:
    """How often each of ``size`` numbers has each of ``n`` kinds, for several columns."""
    return np.concatenate(
        [
            np.bincount(number * n + kind, minlength=size * n).reshape(size, n)
            for number, kind, n in columns
        ],
        axis=1,
    ).astype(np.float64)


def _scenario(comparison: Comparison, worth: tuple[float, float, float, float]) -> Counts:
    """Counts in which a pair of each class is worth so much."""
    classes = comparison.shared(_classes)
    of_type = (worth[0], 0, worth[2], 0)
    return Counts(
        PRF,
        _weighed(classes.total, worth),
        comparison.schema.labels(TYPES),
        _weighed(classes.by_type, of_type),
        None if classes.typed is None else _weighed(classes.typed, of_type),
    )


def _weighed(classes: Floats, worth: tuple[float, float, float, float]) -> Floats:
    right = sum((classes[..., kind] * share for kind, share in enumerate(worth)), start=0.0)
    return np.stack([right, classes[..., 4], classes[..., 5]], axis=-1)


MEASURES = (
    Measure("mentions.strict", ("mentions",), strict, TYPES),
    Measure("mentions.exact", ("mentions",), exact, TYPES),
    Measure("mentions.partial", ("mentions",), partial, TYPES),
    Measure("mentions.type", ("mentions",), by_type, TYPES),
    Measure("mentions.bio", ("mentions",), bio, TYPES, needs_texts=True),
)
