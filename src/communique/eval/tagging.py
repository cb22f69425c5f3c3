"""Spans as the flat chunks of BIO tags: outermost first, in whole tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from communique.annotations.record import Span
from communique.eval.columns import Spans
from communique.eval.keys import Ints, ordered, packed, ranks_among

__all__ = ["tagged_chunks"]


def tagged_chunks(spans: Spans, tokens: Sequence[Sequence[Span]]) -> Spans:
    """The chunks that survive flattening, with token numbers in the place of code points.

    Of spans that share a token the one that begins first stays, of those the longest, of those
    the first type in schema order. A span covers every token that it shares a code point with.
    ``start`` and ``end`` of the result are token numbers, half-open.
    """
    order, _ = ordered(*packed((spans.doc, spans.start, -spans.end, spans.type)))
    spans = spans.take(order)
    first, last = _covered(spans, tokens)
    # what lies between tokens covers none
    there = np.flatnonzero(first < last)
    doc, first, last = spans.doc[there], first[there], last[there]
    kept = _first_come(doc, first, last)
    return Spans(doc[kept], first[kept], last[kept], spans.type[there[kept]])


def _covered(spans: Spans, tokens: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """For each span the first token that it covers and the one behind the last."""
    count = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    flat = chain.from_iterable(chain.from_iterable(tokens))
    edges = np.fromiter(flat, dtype=np.int64, count=2 * int(count.sum())).reshape(-1, 2)
    doc = np.repeat(np.arange(len(tokens)), count)
    # all documents behind one another
    step = 2 + max(int(edges.max(initial=0)), int(spans.end.max(initial=0)))
    behind = ranks_among(doc * step + edges[:, 1], spans.doc * step + spans.start + 1)
    before = ranks_among(doc * step + edges[:, 0], spans.doc * step + spans.end)
    base = (np.cumsum(count) - count)[spans.doc]
    return behind - base, before - base


def _first_come(doc: Ints, first: Ints, last: Ints) -> Ints:
    """Which of some ranges in order stay when each one that overlaps a kept one goes.

    Behind a kept range the next one is kept that begins at its end or later. To follow these
    steps for each document alone would be a loop; instead they are doubled, as in list ranking.
    """
    n = len(doc)
    if not n:
        return np.zeros(0, dtype=np.int64)
    step = 1 + int(last.max())
    following = np.append(ranks_among(doc * step + first, doc * step + last), n)
    # the next document begins anew
    following[:-1][doc[np.minimum(following[:-1], n - 1)] != doc] = n
    kept = np.zeros(n + 1, dtype=bool)
    kept[np.flatnonzero(np.diff(doc, prepend=-1))] = True
    while (following[:-1] < n).any():
        kept[following[np.flatnonzero(kept)]] = True
        following = following[following]
    return np.flatnonzero(kept[:-1])
