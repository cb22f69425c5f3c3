"""Approximate randomisation (Noreen 1989; Yeh 2000): could the difference be one of labels?

If two systems were alike, it would not matter which of them made which output. So for each unit
a coin decides whether the outputs are swapped, and the difference of the scores is taken again.
The p-value is the share of such differences that are at least as large as the one found, either
way, ties included, the one found itself included: ``(c + 1) / (B + 1)``. That never is 0 and
never rejects more often than it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from communique.eval.counts import Floats, Form
from communique.eval.statistics.chunks import chunk_rows

__all__ = ["Randomisation", "exchanged", "p_value", "swaps"]

STREAM = 1
"""Keeps the coins apart from the draws of other methods with the same seed."""

TIE = 1e-9
"""Differences this close are equal: quotients that are equal on paper differ in the last bits."""


@dataclass(frozen=True, slots=True)
class Randomisation:
    """The p-value, and the share of exchanges in which a value was undefined.

    An undefined difference counts as at least as large as the one found: the cautious side.
    """

    p: float | None
    undefined_share: float


def swaps(n_units: int, resamples: int, seed: int, *, rows: int | None = None) -> Iterator[Floats]:
    """Ones where a unit keeps its labels and zeros where they are swapped, in chunks.

    Each chunk has the shape ``(rows, n_units)``. The coins are packed, 64 to a raw word of PCG64;
    every resample takes the same number of words, so the values do not depend on ``rows``.
    """
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(STREAM,)))
    rows = rows or chunk_rows(n_units)
    words = (n_units + 63) // 64
    for begin in range(0, resamples, rows):
        count = min(rows, resamples - begin)
        raw = bits.random_raw(count * words).astype("<u8", copy=False)
        packed = raw.view(np.uint8).reshape(count, 8 * words)
        yield np.unpackbits(packed, axis=1, count=n_units, bitorder="little").astype(np.float64)


def exchanged(differences: Floats, resamples: int, seed: int, *, rows: int | None = None) -> Floats:
    """What is kept of ``a - b``, shape ``(units, k)``, in each exchange: ``(resamples, k)``.

    With the sums ``A`` and ``B`` of both systems, an exchange has ``B + x`` and ``A - x``.
    """
    kept = np.empty((resamples, differences.shape[1]))
    begin = 0
    for chunk in swaps(len(differences), resamples, seed, rows=rows):
        np.matmul(chunk, differences, out=kept[begin : begin + len(chunk)])
        begin += len(chunk)
    return kept


def p_value(form: Form, a: Floats, b: Floats, kept: Floats) -> Randomisation:
    """The two-sided p-value of the difference of the headline values.

    ``a`` and ``b`` are the sums ``(k,)`` of both systems and ``kept``, of the shape
    ``(resamples, k)``, is what ``exchanged`` gives for their columns. ``None`` when one of the
    two values is undefined.
    """
    found = float(form.value(a)) - float(form.value(b))
    if np.isnan(found):
        return Randomisation(None, 1.0)
    other = form.value(b + kept) - form.value(a - kept)
    undefined = np.isnan(other)
    as_large = int((undefined | (np.abs(other) >= abs(found) - TIE)).sum())
    return Randomisation((as_large + 1) / (len(kept) + 1), float(undefined.mean()))
