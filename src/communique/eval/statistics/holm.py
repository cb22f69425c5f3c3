"""Holm's step-down correction (Holm 1979): several tests at once, one error rate for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

__all__ = ["holm"]

K = TypeVar("K")


def holm(p_values: Mapping[K, float | None]) -> dict[K, float | None]:
    """The adjusted p-values of one family: at most as many false alarms as for a single test.

    The smallest of m is multiplied by m, the next by m - 1, and so on; none comes out below one
    before it, or above 1. Tests without a p-value stay without and do not count.
    """
    adjusted: dict[K, float | None] = dict.fromkeys(p_values)
    known = [(p, key) for key, p in p_values.items() if p is not None]
    known.sort(key=lambda pair: pair[0])
    least = 0.0
    for place, (p, key) in enumerate(known):
        least = max(least, min(1.0, (len(known) - place) * p))
        adjusted[key] = least
    return adjusted
