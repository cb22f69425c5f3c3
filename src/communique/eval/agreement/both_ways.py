"""A measure between equals: once with each side as the gold, and the mean of the two.

Most measures do not care which side is called gold. Those that do (a source is right when it is a
mention of the gold's entity) would make agreement depend on the order of two names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from communique.eval.counts import Counts, Floats, Form

__all__ = ["Tally", "both_ways", "mean_form", "only"]


@dataclass(frozen=True)
class Tally:
    """Per-document counts of all types together and of each type that was asked for."""

    total: Counts
    types: Mapping[str, Counts] = field(default_factory=dict)


def both_ways(forth: Counts, back: Counts) -> Tally:
    """The counts of both directions side by side, their values the means of both.

    ``forth`` takes the first side as gold and ``back`` the second; they are of one measure over
    the same documents.
    """
    form = mean_form(forth.form)
    total = Counts(form, np.concatenate([forth.total, back.total], axis=-1))
    if forth.typed is None or back.typed is None:
        return Tally(total)
    typed = np.concatenate([forth.typed, back.typed], axis=-1)
    there = [label for place, label in enumerate(forth.types) if typed[:, place].any()]
    types = {label: Counts(form, typed[:, forth.types.index(label)]) for label in there}
    return Tally(total, types)


@cache
def mean_form(form: Form) -> Form:
    """The form of two rows of sums laid behind one another.

    A value is the mean of the values of both, or of the one that is defined.
    """
    half = len(form.columns)

    def compute(sums: Floats) -> dict[str, Floats]:
        forth, back = form.compute(sums[..., :half]), form.compute(sums[..., half:])
        return {name: _mean(value, back[name]) for name, value in forth.items()}

    columns = tuple(f"{side}:{name}" for side in ("forth", "back") for name in form.columns)
    return Form(f"{form.name}, both ways", columns, form.headline, compute)


def only(tally: Tally, docs: Floats) -> Tally:
    """The tally of some documents: ``docs`` is 1 for those that count and 0 for the rest."""

    def kept(counts: Counts) -> Counts:
        return Counts(counts.form, counts.total * docs[:, None])

    return Tally(kept(tally.total), {label: kept(one) for label, one in tally.types.items()})


def _mean(forth: Floats, back: Floats) -> Floats:
    forth, back = np.asarray(forth), np.asarray(back)
    mean = (forth + back) / 2
    mean = np.where(np.isnan(forth), back, mean)
    return np.where(np.isnan(back), forth, mean)
