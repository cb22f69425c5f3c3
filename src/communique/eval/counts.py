"""Per-document counts: what every score, interval and test is arithmetic on.

A measure yields, for each document, a row of numbers that may be added up (its sufficient
statistics); a form turns sums of such rows into values. Forms work on any number of sums at once,
so a bootstrap is one matrix product and one call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PRF", "SPLIT_PRF", "Counts", "Floats", "Form", "Score", "ratio"]

Floats = NDArray[np.float64]
Values = dict[str, Floats]

SIX = ("precision", "recall", "f1", "tp", "n_pred", "n_gold")


@dataclass(frozen=True, slots=True)
class Form:
    """How sums of counts become values.

    ``columns`` name the counts, ``compute`` takes an array whose last axis they are and returns
    arrays without that axis, in which NaN means undefined; ``headline`` is the value to report.
    """

    name: str
    columns: tuple[str, ...]
    headline: str
    compute: Callable[[Floats], Values]

    def value(self, sums: Floats) -> Floats:
        """The headline value of each row of sums."""
        return self.compute(sums)[self.headline]


@dataclass(frozen=True, slots=True)
class Score:
    """The values and the sums of one measure; ``None`` is undefined."""

    form: Form
    sums: tuple[float, ...]

    @property
    def values(self) -> dict[str, float | None]:
        """The values by name."""
        computed = self.form.compute(np.array(self.sums, dtype=np.float64))
        return {name: None if np.isnan(one) else float(one) for name, one in computed.items()}

    @property
    def value(self) -> float | None:
        """The value to report."""
        return self.values[self.form.headline]

    def count(self, column: str) -> float:
        """One of the sums by its name."""
        return self.sums[self.form.columns.index(column)]

    def as_json(self) -> dict[str, Any]:
        """Values and sums; whole sums as whole numbers, undefined values as null.

        The six keys of precision, recall and F1 are always there.
        """
        sums = zip(self.form.columns, self.sums, strict=True)
        whole = {name: int(n) if float(n).is_integer() else n for name, n in sums}
        return {**dict.fromkeys(SIX), **self.values, **whole}


@dataclass(frozen=True)
class Counts:
    """The counts of one measure.

    ``total`` has the shape ``(documents, columns)``. ``typed``, of the shape
    ``(documents, types, columns)``, has them for each type alone when that was asked for.
    ``type_sums``, of the shape ``(types, columns)``, is summed over the documents.
    """

    form: Form
    total: Floats
    types: tuple[str, ...] = ()
    type_sums: Floats | None = None
    typed: Floats | None = None

    @property
    def score(self) -> Score:
        """All documents and types together (micro)."""
        return Score(self.form, tuple(self.total.sum(axis=0).tolist()))

    def by_type(self) -> dict[str, Score]:
        """Each type alone, without those that occur on neither side."""
        if self.type_sums is None:
            return {}
        rows = zip(self.types, self.type_sums, strict=True)
        return {name: Score(self.form, tuple(row.tolist())) for name, row in rows if row.any()}

    @property
    def macro(self) -> float | None:
        """The mean of the headline values of all types that are defined."""
        values = [one.value for one in self.by_type().values()]
        defined = [value for value in values if value is not None]
        return sum(defined) / len(defined) if defined else None

    def over(self, rows: Sequence[int] | NDArray[Any]) -> Score:
        """Some of the documents only."""
        return Score(self.form, tuple(self.total[np.asarray(rows)].sum(axis=0).tolist()))

    def __add__(self, other: Counts) -> Counts:
        """The counts of both sets of documents, this one's first."""

        def both(name: str, join: Callable[[Floats, Floats], Floats]) -> Floats | None:
            mine, theirs = getattr(self, name), getattr(other, name)
            return None if mine is None or theirs is None else join(mine, theirs)

        return Counts(
            self.form,
            np.concatenate([self.total, other.total]),
            self.types,
            both("type_sums", np.add),
            both("typed", lambda a, b: np.concatenate([a, b])),
        )


def ratio(part: Floats, whole: Floats) -> Floats:
    """Elementwise quotient; NaN where the whole is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _harmonic(precision: Floats, recall: Floats) -> Floats:
    """F1. Undefined only where both are; one that is undefined counts as nothing found."""
    p, r = np.nan_to_num(precision), np.nan_to_num(recall)
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.where(p + r > 0, 2 * p * r / (p + r), 0.0)
    return np.where(np.isnan(precision) & np.isnan(recall), np.nan, f1)


def _prf(sums: Floats) -> Values:
    tp, n_pred, n_gold = sums[..., 0], sums[..., 1], sums[..., 2]
    # 2 tp / (n_pred + n_gold) is the harmonic mean, and exact
    return {
        "precision": ratio(tp, n_pred),
        "recall": ratio(tp, n_gold),
        "f1": ratio(2 * tp, n_pred + n_gold),
    }


def _split_prf(sums: Floats) -> Values:
    precision, recall = ratio(sums[..., 0], sums[..., 1]), ratio(sums[..., 2], sums[..., 3])
    return {"precision": precision, "recall": recall, "f1": _harmonic(precision, recall)}


PRF = Form("prf", ("tp", "n_pred", "n_gold"), "f1", _prf)
"""Precision, recall, F1 from what was right, predicted and there; ``tp`` may have halves."""

SPLIT_PRF = Form("split-prf", ("tp_pred", "n_pred", "tp_gold", "n_gold"), "f1", _split_prf)
"""Precision, recall, F1 whose numerators differ (coreference)."""
