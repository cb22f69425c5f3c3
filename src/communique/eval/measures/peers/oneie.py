"""Triggers and arguments as OneIE's scorer counts them (Lin et al. 2020): predictions, not pairs.

Each predicted trigger is looked up in the list of the gold ones, so one that is predicted twice is
right twice and recall can exceed 1; of a gold trigger of several types only the first in the list
is asked for its type. Arguments are a set with their roles, looked up without them to identify.
The measures list gold triggers by start, end and type.
"""

from __future__ import annotations

import numpy as np

from communique.eval.columns import Bools
from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts
from communique.eval.keys import Ints, packed
from communique.eval.measures.measure import Measure
from communique.eval.measures.peers.event_rows import arguments_of, triggers_of

__all__ = ["MEASURES"]


def trig_i(comparison: Comparison) -> Counts:
    """OneIE's trigger identification: predicted triggers whose span is a gold one's."""
    return _triggers(comparison, typed=False)


def trig_c(comparison: Comparison) -> Counts:
    """OneIE's trigger classification: and whose type is that of the first gold one there."""
    return _triggers(comparison, typed=True)


def arg_i(comparison: Comparison) -> Counts:
    """OneIE's role identification: predicted (span, event type, role) whose span and type are a
    gold argument's.
    """
    return _arguments(comparison, role=False)


def arg_c(comparison: Comparison) -> Counts:
    """OneIE's role classification: predicted (span, event type, role) that the gold has."""
    return _arguments(comparison, role=True)


def _triggers(comparison: Comparison, *, typed: bool) -> Counts:
    gold, pred = triggers_of(comparison)
    listed = np.lexsort(gold[::-1])
    gold_type, pred_type = gold[3][listed], pred[3]
    gold_span, pred_span = packed([one[listed] for one in gold[:3]], pred[:3])
    first, right = _first(gold_span, pred_span)
    if typed:
        right[right] = gold_type[first[right]] == pred_type[right]
    return _counts(comparison, pred[0][right], pred[0], gold[0])


def _arguments(comparison: Comparison, *, role: bool) -> Counts:
    sides = [(one.doc, one.start, one.end, one.type, one.role) for one in arguments_of(comparison)]
    distinct = []
    for columns, key in zip(sides, packed(*sides), strict=True):
        rows = np.unique(key, return_index=True)[1]
        distinct.append([column[rows] for column in columns])
    gold, pred = distinct
    looked_up = slice(5) if role else slice(4)
    gold_key, pred_key = packed(gold[looked_up], pred[looked_up])
    _, right = _first(np.sort(gold_key), pred_key)
    return _counts(comparison, pred[0][right], pred[0], gold[0])


def _first(ordered: Ints, wanted: Ints) -> tuple[Ints, Bools]:
    """For each wanted key its first place in a sorted list, and whether it is there."""
    at = np.searchsorted(ordered, wanted)
    found = np.zeros(len(wanted), dtype=bool)
    inside = at < len(ordered)
    found[inside] = ordered[at[inside]] == wanted[inside]
    return at, found


def _counts(comparison: Comparison, *docs: Ints) -> Counts:
    columns = [np.bincount(doc, minlength=comparison.n_docs) for doc in docs]
    return Counts(PRF, np.stack(columns, axis=-1).astype(np.float64))


MEASURES = tuple(
    Measure(f"peers.oneie.{name}", ("events",), count, default=False)
    for name, count in (
        ("trig-i", trig_i),
        ("trig-c", trig_c),
        ("arg-i", arg_i),
        ("arg-c", arg_c),
    )
)
