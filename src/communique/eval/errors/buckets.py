"""Scores of annotations of one kind: short and long, nested, in headlines, in crisis reports.

The ranges that numbers are cut into follow from the gold alone, so two systems are always sorted
into the same buckets. Precision is over the predictions that fall into a bucket by their own
attribute, recall over the gold annotations that do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from communique.eval.columns import Bools
from communique.eval.comparison import Comparison
from communique.eval.counts import SPLIT_PRF, Floats, Score
from communique.eval.errors.attributes import Attribute, attributes
from communique.eval.errors.categories import CATEGORIES
from communique.eval.errors.verdicts import Judgement, Verdicts
from communique.eval.keys import Ints

__all__ = ["MEASURED", "Bucket", "buckets", "quantile_cuts"]

MEASURED = {
    "mentions": "span and type",
    "times": "span and type",
    "quotes": "content overlaps, right speaker",
    "events": "trigger and type",
}
"""What counts as right in the buckets of each list."""

PARTS = 4
"""Ranges that the gold is cut into at most, of about equal size."""


@dataclass(frozen=True)
class Bucket:
    """The annotations of a list that have a value of an attribute.

    ``label`` is the value or the range (``3–5 tokens``); ``total`` has the columns of
    ``SPLIT_PRF`` for each document.
    """

    list_name: str
    attribute: str
    label: str
    total: Floats

    @property
    def score(self) -> Score:
        """Precision, recall and F1 over all documents."""
        return Score(SPLIT_PRF, tuple(self.total.sum(axis=0).tolist()))


def buckets(
    comparison: Comparison,
    judged: Mapping[str, Judgement],
    facts: Sequence[Mapping[str, str]] = (),
) -> Iterator[Bucket]:
    """The buckets of all lists, without those in which neither side has anything.

    ``facts`` are genre and world of each document, in the order of the comparison. Attributes
    that sort everything into one bucket say nothing and are left out.
    """
    for name in MEASURED:
        if name not in judged:
            continue
        # a trigger and its type are right, whatever else is wrong with the event
        judgement = judged["triggers" if name == "events" else name]
        right = _right(judgement.gold, name), _right(judgement.pred, name)
        for attribute in attributes(comparison, name, facts):
            gold, pred, labels = _sorted_in(attribute)
            found = [
                Bucket(name, attribute.name, label, _counts(comparison, judgement, right, *chosen))
                for number, label in enumerate(labels)
                if any((chosen := (gold == number, pred == number))[side].any() for side in (0, 1))
            ]
            if len(found) > 1:
                yield from found


def quantile_cuts(values: Ints, parts: int = PARTS) -> tuple[int, ...]:
    """Where to cut whole numbers into at most ``parts`` ranges of about equal size.

    A range ends with its cut, inclusively; nothing lies behind the last cut but the last range.
    """
    if not len(values):
        return ()
    shares = np.arange(1, parts) / parts
    cuts = np.unique(np.quantile(values, shares, method="inverted_cdf").astype(np.int64))
    return tuple(int(cut) for cut in cuts if cut < values.max())


def _sorted_in(attribute: Attribute) -> tuple[Ints, Ints, list[str]]:
    """The bucket of each row of both sides, and the buckets' labels."""
    labels = list(attribute.labels)
    sides = [attribute.gold, attribute.pred]
    if not labels:
        there = attribute.gold[attribute.gold >= 0]
        most = int(there.max(initial=0))
        cuts = [cut for cut in attribute.cuts if cut < most]
        cuts = cuts if attribute.cuts else list(quantile_cuts(there))
        labels = _ranges(cuts, attribute)
        sides = [np.where(one >= 0, np.searchsorted(cuts, one), -1) for one in sides]
    sides = [np.where(one >= 0, one, len(labels)) for one in sides]
    return sides[0], sides[1], [*labels, attribute.without]


def _ranges(cuts: Sequence[int], attribute: Attribute) -> list[str]:
    lows = [attribute.least, *(cut + 1 for cut in cuts)]
    labels = [
        f"{low}" if low == high else f"{low}–{high}"
        for low, high in zip(lows[:-1], cuts, strict=True)
    ]
    labels.append(f"{lows[-1]}+")
    units = [attribute.unit.removesuffix("s") if one == "1" else attribute.unit for one in labels]
    return [f"{label} {unit}".strip() for label, unit in zip(labels, units, strict=True)]


def _right(verdicts: Verdicts, name: str) -> Bools:
    names = CATEGORIES[name if name != "events" else "triggers"]
    right = {"correct"} | ({"wrong-extent"} if name == "quotes" else set())
    return np.isin(verdicts.category, [names.index(one) for one in right])


def _counts(
    comparison: Comparison,
    judgement: Judgement,
    right: tuple[Bools, Bools],
    gold: Bools,
    pred: Bools,
) -> Floats:
    columns = [
        judgement.pred_doc[pred & right[1]],
        judgement.pred_doc[pred],
        judgement.gold_doc[gold & right[0]],
        judgement.gold_doc[gold],
    ]
    counted = [np.bincount(column, minlength=comparison.n_docs) for column in columns]
    return np.stack(counted, axis=-1).astype(np.float64)
