"""Per-document counts: what every score, interval and test is arithmetic on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.keys import Ints

__all__ = ["Counts", "Score"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 with the counts they come from.

    ``tp`` may have halves (partial credit). A ratio over nothing is undefined: ``None``.
    """

    tp: float
    n_pred: float
    n_gold: float

    @property
    def precision(self) -> float | None:
        """Share of what was predicted that is right."""
        return self.tp / self.n_pred if self.n_pred else None

    @property
    def recall(self) -> float | None:
        """Share of the gold that was found."""
        return self.tp / self.n_gold if self.n_gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two: 2 tp / (n_pred + n_gold)."""
        total = self.n_pred + self.n_gold
        return 2 * self.tp / total if total else None

    def as_json(self) -> dict[str, Any]:
        """The six numbers; whole counts as whole numbers, undefined ratios as null."""
        counts = {"tp": self.tp, "n_pred": self.n_pred, "n_gold": self.n_gold}
        whole = {name: int(n) if float(n).is_integer() else n for name, n in counts.items()}
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1} | whole


@dataclass(frozen=True)
class Counts:
    """Counts of one measure: arrays of shape ``(documents, types)``.

    ``tp_any`` has shape ``(documents,)`` and holds all credit, also that of pairs whose types
    differ, which no column of ``tp`` can hold.
    """

    tp: Floats
    n_pred: Floats
    n_gold: Floats
    tp_any: Floats

    @classmethod
    def of_pairs(
        cls,
        shape: tuple[int, int],
        gold: tuple[Ints, Ints],
        pred: tuple[Ints, Ints],
        pair: tuple[Ints, Ints, Ints],
        credit: NDArray[Any],
    ) -> Counts:
        """From ``(doc, type)`` of all gold and predicted rows, and ``(doc, gold type, predicted
        type)`` of each pair with its ``credit``.
        """
        doc, gold_type, pred_type = pair
        same = gold_type == pred_type
        return cls(
            tp=_table(shape, doc[same], gold_type[same], credit[same]),
            n_pred=_table(shape, *pred),
            n_gold=_table(shape, *gold),
            tp_any=np.bincount(doc, weights=credit, minlength=shape[0]).astype(np.float64),
        )

    def __add__(self, other: Counts) -> Counts:
        """Counts of both sets of documents, this one's first."""
        return Counts(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("tp", "n_pred", "n_gold", "tp_any")
            )
        )

    @cached_property
    def micro(self) -> Score:
        """All documents and types together."""
        return Score(float(self.tp_any.sum()), float(self.n_pred.sum()), float(self.n_gold.sum()))

    def of_type(self, column: int) -> Score:
        """One type alone: pairs in which both sides have it."""
        parts = (self.tp, self.n_pred, self.n_gold)
        return Score(*(float(part[:, column].sum()) for part in parts))


def _table(
    shape: tuple[int, int], doc: Ints, column: Ints, weights: NDArray[Any] | None = None
) -> Floats:
    flat = np.bincount(doc * shape[1] + column, weights=weights, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)
