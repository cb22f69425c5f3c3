"""How many resamples are worked on at once, so that memory stays bounded."""

from __future__ import annotations

__all__ = ["chunk_rows"]

CELLS = 1 << 23
"""Numbers in one chunk: 64 MB of doubles."""

LEAST_ROWS = 16
"""Below this a product is bound by reading the counts again and again."""


def chunk_rows(n_units: int) -> int:
    """Resamples in one chunk; up to half a million units a chunk has ``CELLS`` numbers at most."""
    return max(LEAST_ROWS, CELLS // max(n_units, 1))
