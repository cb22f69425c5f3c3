"""Krippendorff's α for nominal labels, by the coincidences of pairs of values.

K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011), the general form: any number
of annotators, values may be missing, and what nobody can be paired with does not count. The
coincidences of single documents add up, so that intervals over documents are sums of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from communique.eval.counts import Counts, Floats, Form, ratio
from communique.eval.keys import Ints

__all__ = ["alpha_counts", "alpha_form", "coincidences", "label_counts"]


def label_counts(answers: Sequence[Ints], size: int) -> Floats:
    """How often each unit was given each label, of the shape ``(units, size)``.

    ``answers`` has one array per annotator with the label of every unit as a number below
    ``size``, or -1 where there is no answer.
    """
    counts = np.zeros((len(answers[0]), size))
    for given in answers:
        there = np.flatnonzero(given >= 0)
        counts[there, given[there]] += 1
    return counts


def coincidences(counts: Floats) -> Floats:
    """The coincidence matrix of some units, of the shape ``(labels, labels)``.

    A unit with m values contributes each of its m (m - 1) ordered pairs of values of different
    annotators with the weight 1 / (m - 1): o_ck = Σ_u (n_uc n_uk - [c = k] n_uc) / (m_u - 1).
    A unit with one value or none contributes nothing.
    """
    m = counts.sum(axis=1)
    paired = counts[m >= 2]
    weighted = paired / (m[m >= 2, None] - 1)
    return np.asarray(weighted.T @ paired - np.diag(weighted.sum(axis=0)))


def alpha_counts(
    n_docs: int, labels: tuple[str, ...], doc: Ints, answers: Sequence[Ints]
) -> Counts:
    """The coincidences of each document.

    ``doc`` is the document of each unit, in rising order; ``answers`` as in ``label_counts``.
    """
    size = len(labels)
    counts = label_counts(answers, size)
    bounds = np.searchsorted(doc, np.arange(n_docs + 1))
    total = np.zeros((n_docs, size * size))
    for row, (begin, end) in enumerate(pairwise(bounds)):
        total[row] = coincidences(counts[begin:end]).ravel()
    return Counts(alpha_form(labels), total)


@cache
def alpha_form(labels: tuple[str, ...]) -> Form:
    """The form of a coincidence matrix.

    ``alpha`` is 1 - (n - 1) Σ_{c≠k} o_ck / Σ_{c≠k} n_c n_k, where n_c = Σ_k o_ck and n = Σ_c n_c.
    It is undefined when fewer than two labels occur: nothing could have been told apart.
    ``observed`` is the share of pairs with equal labels.
    """
    size = len(labels)

    def compute(sums: Floats) -> dict[str, Floats]:
        table = sums.reshape(*sums.shape[:-1], size, size)
        of_label = table.sum(axis=-1)
        n = of_label.sum(axis=-1)
        equal = np.trace(table, axis1=-2, axis2=-1)
        unequal_by_chance = n * n - np.sum(of_label * of_label, axis=-1)
        occurring = np.sum(of_label > 0, axis=-1)
        disagreement = ratio((n - 1) * (n - equal), unequal_by_chance)
        return {
            "alpha": np.where(occurring > 1, 1 - disagreement, np.nan),
            "observed": ratio(equal, n),
        }

    columns = tuple(f"{one}~{other}" for one in labels for other in labels)
    return Form("alpha", columns, "alpha", compute)
