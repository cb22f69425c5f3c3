"""Triggers and arguments as TextEE's scorer counts them (Huang et al. 2024): as sets of tuples.

A trigger that stands twice counts once, so a trigger of two types is one to identify and two to
classify. An argument is attached when the tuple has the trigger's span in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts
from communique.eval.keys import Ints, match_equal, packed
from communique.eval.measures.measure import Measure
from communique.eval.measures.peers.event_rows import Arguments, arguments_of, triggers_of

__all__ = ["MEASURES"]


def trig_i(comparison: Comparison) -> Counts:
    """TextEE's `Tri-I`: distinct trigger spans."""
    return _sets(comparison, *(trigger[:3] for trigger in triggers_of(comparison)))


def trig_c(comparison: Comparison) -> Counts:
    """TextEE's `Tri-C`: distinct pairs of trigger span and event type."""
    return _sets(comparison, *triggers_of(comparison))


def arg_i(comparison: Comparison) -> Counts:
    """TextEE's `Arg-I`: distinct pairs of event type and argument span."""
    return _sets(comparison, *(_identified(side) for side in arguments_of(comparison)))


def arg_c(comparison: Comparison) -> Counts:
    """TextEE's `Arg-C`: as `Arg-I`, with the role."""
    return _sets(comparison, *([*_identified(s), s.role] for s in arguments_of(comparison)))


def arg_i_attached(comparison: Comparison) -> Counts:
    """TextEE's `Arg-I (attached)`: as `Arg-I`, with the trigger's span."""
    sides = arguments_of(comparison)
    return _sets(comparison, *([*_identified(s), s.trigger_start, s.trigger_end] for s in sides))


def arg_c_attached(comparison: Comparison) -> Counts:
    """TextEE's `Arg-C (attached)`: as `Arg-C`, with the trigger's span."""
    sides = arguments_of(comparison)
    return _sets(
        comparison,
        *([*_identified(s), s.role, s.trigger_start, s.trigger_end] for s in sides),
    )


def _identified(arguments: Arguments) -> list[Ints]:
    return [arguments.doc, arguments.type, arguments.start, arguments.end]


def _sets(comparison: Comparison, gold: Sequence[Ints], pred: Sequence[Ints]) -> Counts:
    """Counts of distinct rows, whose first column is the document."""
    keys = packed(gold, pred)
    ones = [np.unique(key, return_index=True)[1] for key in keys]
    both, _ = match_equal(*(key[one] for key, one in zip(keys, ones, strict=True)))
    docs = gold[0][ones[0][both]], pred[0][ones[1]], gold[0][ones[0]]
    columns = [np.bincount(doc, minlength=comparison.n_docs) for doc in docs]
    return Counts(PRF, np.stack(columns, axis=-1).astype(np.float64))


MEASURES = tuple(
    Measure(f"peers.textee.{name}", ("events",), count, default=False)
    for name, count in (
        ("trig-i", trig_i),
        ("trig-c", trig_c),
        ("arg-i", arg_i),
        ("arg-c", arg_c),
        ("arg-i.attached", arg_i_attached),
        ("arg-c.attached", arg_c_attached),
    )
)
