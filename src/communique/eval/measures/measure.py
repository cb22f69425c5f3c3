"""What a measure is, and how pairs become counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.keys import Ints

__all__ = ["Measure", "Typed", "counted"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named way to count what is right.

    ``lists`` are the lists of a record that both sides must have, ``types`` is the vocabulary of
    the per-type rows, ``needs_tokens`` says that it cannot do without the texts.
    """

    name: str
    lists: tuple[str, ...]
    types: str
    count: Callable[[Comparison], Counts]
    needs_tokens: bool = False

    @property
    def definition(self) -> str:
        """What it measures, in words."""
        return " ".join((self.count.__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class Typed:
    """Document and type of each row of one side, and which rows count."""

    doc: Ints
    type: Ints
    rows: Ints | None = None

    @property
    def counting(self) -> tuple[Ints, Ints]:
        """Document and type of the rows that count."""
        return (
            (self.doc, self.type)
            if self.rows is None
            else (self.doc[self.rows], self.type[self.rows])
        )


def counted(
    comparison: Comparison,
    types: str,
    gold: Typed,
    pred: Typed,
    pairs: tuple[Ints, Ints],
    credit: NDArray[Any] | None = None,
) -> Counts:
    """Per-document counts of paired rows; a pair without ``credit`` given is worth one."""
    shape = (comparison.n_docs, len(comparison.schema.labels(types)))
    g, p = pairs
    credit = np.ones(len(g)) if credit is None else np.asarray(credit, dtype=np.float64)
    hit = credit > 0
    g, p = g[hit], p[hit]
    pair = (gold.doc[g], gold.type[g], pred.type[p])
    return Counts.of_pairs(shape, gold.counting, pred.counting, pair, credit[hit])
