"""The verdict on each annotation of one list, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from communique.eval.alignment import Pairs
from communique.eval.columns import Bools
from communique.eval.comparison import Kept
from communique.eval.counts import Floats
from communique.eval.errors.categories import CATEGORIES, FAULTS
from communique.eval.keys import Ints

__all__ = ["Judgement", "Verdicts", "laid_out"]

NOBODY = -1
"""The partner of an annotation that has none."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One side of a judged list.

    ``rows`` are its compared rows in ascending order; ``category`` are places in ``CATEGORIES``,
    ``partner`` rows of the other side or -1; ``faults`` has the shape ``(rows, FAULTS)``.
    """

    rows: Ints
    category: Ints
    partner: Ints
    faults: Bools


@dataclass(frozen=True, slots=True)
class Judgement:
    """Both sides of a judged list; ``gold_doc`` and ``pred_doc`` give the document of each row."""

    name: str
    gold: Verdicts
    pred: Verdicts
    gold_doc: Ints
    pred_doc: Ints

    def counts(self, side: str, n_docs: int) -> Floats:
        """How many annotations of a side have each category: ``(documents, categories)``."""
        verdicts = self.gold if side == "gold" else self.pred
        doc = self.gold_doc if side == "gold" else self.pred_doc
        n = len(CATEGORIES[self.name])
        flat = np.bincount(doc * n + verdicts.category, minlength=n_docs * n)
        return flat.reshape(n_docs, n).astype(np.float64)

    def walk(self) -> tuple[Ints, Ints, Ints]:
        """Every error once, as ``(gold row or -1, predicted row or -1, category)``.

        A pair is one error; so a predicted annotation stands by itself only when its gold partner,
        if it has one, points elsewhere (the second part of a split).
        """
        wrong = self.gold.category > 0
        back = np.full(1 + int(self.pred.rows.max(initial=-1)), NOBODY)
        paired = self.gold.partner >= 0
        back[self.gold.partner[paired]] = self.gold.rows[paired]
        alone = (self.pred.category > 0) & (
            (self.pred.partner < 0) | (back[self.pred.rows] != self.pred.partner)
        )
        nobody = np.full(int(alone.sum()), NOBODY)
        return (
            np.concatenate([self.gold.rows[wrong], nobody]),
            np.concatenate([self.gold.partner[wrong], self.pred.rows[alone]]),
            np.concatenate([self.gold.category[wrong], self.pred.category[alone]]),
        )


def laid_out(
    name: str, pairs: Pairs, kept: Kept, category: Ints, faults: Bools
) -> tuple[Verdicts, Verdicts]:
    """Verdicts on pairs, given to both of their rows; what is in no pair is missed or spurious."""
    names = CATEGORIES[name]
    sides = []
    for rows, mine, other, alone in (
        (kept.gold, pairs.gold, pairs.pred, "missed"),
        (kept.pred, pairs.pred, pairs.gold, "spurious"),
    ):
        place = np.searchsorted(rows, mine)
        verdict = np.full(len(rows), names.index(alone))
        partner = np.full(len(rows), NOBODY)
        marks = np.zeros((len(rows), len(FAULTS[name])), dtype=bool)
        verdict[place], partner[place], marks[place] = category, other, faults
        sides.append(Verdicts(rows, verdict, partner, marks))
    return sides[0], sides[1]
