"""How much of one text stands in another: a plain comparison of runs of words."""

from __future__ import annotations

import re

__all__ = ["NEARLY_THE_SAME", "Shingles", "shingles", "similarity"]

LENGTH = 5
"""Words in a run: long enough that two texts on one subject share few."""

NEARLY_THE_SAME = 0.8
"""Share of the shorter text's runs from which two texts are one text, edited."""

WORD = re.compile(r"\w+")

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str) -> Shingles:
    """The runs of five words of a text, case and punctuation aside; of a short text all words."""
    words = WORD.findall(text.casefold())
    ends = range(LENGTH, max(LENGTH, len(words)) + 1)
    return frozenset(tuple(words[end - LENGTH : end]) for end in ends)


def similarity(one: Shingles, other: Shingles) -> float:
    """The share of the runs of the shorter text that the longer one has, from 0 to 1."""
    return len(one & other) / min(len(one), len(other))
