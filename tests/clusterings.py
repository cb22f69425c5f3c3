"""Clusterings written as strings, and random ones, for tests of coreference.

``"a bc def"`` is three clusters of the mentions a to f. A letter is a span of one code point.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from communique.eval.contingency import Clusters, Contingency, contingency

__all__ = ["Clustering", "clustering", "clusterings", "sides", "table"]

Clustering = list[list[int]]
"""Clusters of mentions; a mention is the place of its span."""


def clustering(text: str) -> Clustering:
    """The clusters that a string of letters and spaces stands for."""
    return [[ord(letter) for letter in cluster] for cluster in text.split()]


def sides(documents: Sequence[Clustering]) -> Clusters:
    """One side of a comparison, a clustering per document."""
    rows = [
        (doc, mention, (doc, number))
        for doc, clusters in enumerate(documents)
        for number, cluster in enumerate(clusters)
        for mention in cluster
    ]
    numbers = {key: n for n, key in enumerate(dict.fromkeys(key for _, _, key in rows))}
    doc, start, cluster = (
        np.array([row[i] if i < 2 else numbers[row[2]] for row in rows], dtype=np.int64)
        for i in range(3)
    )
    return Clusters(doc, start, start + 1, cluster)


def table(gold: Sequence[Clustering], pred: Sequence[Clustering]) -> Contingency:
    """The contingency table of two clusterings per document."""
    return contingency(len(gold), sides(gold), sides(pred))


def clusterings(mentions: int = 8, clusters: int = 5) -> st.SearchStrategy[Clustering]:
    """Partitions of some of ``mentions`` mentions into at most ``clusters`` clusters."""
    labels = st.lists(st.integers(-1, clusters - 1), min_size=mentions, max_size=mentions)

    def grouped(numbers: list[int]) -> Clustering:
        groups: dict[int, list[int]] = {}
        for mention, number in enumerate(numbers):
            if number >= 0:
                groups.setdefault(number, []).append(mention)
        return list(groups.values())

    return labels.map(grouped)
