"""Percentile bootstrap (Efron 1979): how far a score moves when other units had been drawn.

A resample draws as many units as there are, with replacement; its counts are the sum over what
was drawn. How often each unit was drawn is a row of weights, so all sums of all measures are one
matrix product.

The weights are multinomial, counted from draws, and not Poisson: the resample has exactly as many
units as the sample, which matters with 30 of them, and with numpy it is also the faster way
(10,000 resamples of 10,000 units: 0.3 s against 2.2 s on one core).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from communique.eval.counts import Floats
from communique.eval.statistics.chunks import chunk_rows

__all__ = ["percentiles", "resampled", "weights"]

STREAM = 0
"""Keeps the draws apart from those of other methods with the same seed."""

CACHED = 1 << 17
"""Draws that are counted at once: what stays in the processor's cache."""


def weights(
    n_units: int, resamples: int, seed: int, *, rows: int | None = None
) -> Iterator[Floats]:
    """How often each resample has drawn each unit, in chunks of ``rows`` resamples.

    Each chunk has the shape ``(rows, n_units)``, each row the sum ``n_units``. The values do not
    depend on ``rows``: every resample takes the same number of words from one stream. The words
    are the raw ones of PCG64, whose stream numpy promises to keep, and a draw is the upper half of
    the product of 32 bits and ``n_units``; that is uniform but for ``n_units / 2**32``.
    """
    bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(STREAM,)))
    rows = rows or chunk_rows(n_units)
    words = (n_units + 1) // 2
    at_once = max(1, CACHED // max(n_units, 1))
    for begin in range(0, resamples, rows):
        chunk = np.empty((min(rows, resamples - begin), n_units))
        for first in range(0, len(chunk), at_once):
            part = chunk[first : first + at_once]
            raw = bits.random_raw(len(part) * words).astype("<u8", copy=False)
            drawn = raw.view("<u4").reshape(len(part), 2 * words)[:, :n_units].astype(np.uint64)
            drawn *= np.uint64(n_units)
            drawn >>= np.uint64(32)
            drawn += (np.arange(len(part), dtype=np.uint64) * np.uint64(n_units))[:, None]
            flat = drawn.reshape(-1).view(np.int64)
            part[:] = np.bincount(flat, minlength=part.size).reshape(part.shape)
        yield chunk


def resampled(columns: Floats, resamples: int, seed: int, *, rows: int | None = None) -> Floats:
    """The sums of columns ``(units, k)`` in each resample, of the shape ``(resamples, k)``."""
    sums = np.empty((resamples, columns.shape[1]))
    begin = 0
    for chunk in weights(len(columns), resamples, seed, rows=rows):
        np.matmul(chunk, columns, out=sums[begin : begin + len(chunk)])
        begin += len(chunk)
    return sums


def percentiles(values: Floats, level: float = 0.95) -> tuple[float | None, float | None, float]:
    """Lower and upper end of the middle ``level`` of the values, and the share undefined (NaN).

    The ends are of the values that are defined; ``None`` when none is.
    """
    defined = values[~np.isnan(values)]
    undefined = 1 - len(defined) / len(values) if len(values) else 1.0
    if not len(defined):
        return None, None, undefined
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), undefined
