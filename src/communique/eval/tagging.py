"""Spans as the flat chunks of BIO tags: outermost first, in whole tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from communique.annotations.record import Span
from communique.eval.columns import Spans

__all__ = ["tagged_chunks"]


def tagged_chunks(spans: Spans, tokens: Sequence[Sequence[Span]]) -> Spans:
    """The chunks that survive flattening, with token numbers in the place of code points.

    Of spans that share a token the one that begins first stays, of those the longest, of those
    the first type in schema order. A span covers every token that it shares a code point with.
    ``start`` and ``end`` of the result are token numbers, half-open.
    """
    order = np.lexsort((spans.type, -spans.end, spans.start, spans.doc))
    doc, start, end, type_ = (
        column[order] for column in (spans.doc, spans.start, spans.end, spans.type)
    )
    first, last = np.zeros_like(start), np.zeros_like(end)
    bounds = np.searchsorted(doc, np.arange(len(tokens) + 1))
    for number, words in enumerate(tokens):
        rows = slice(bounds[number], bounds[number + 1])
        edges = np.array(words, dtype=np.int64).reshape(-1, 2)
        first[rows] = np.searchsorted(edges[:, 1], start[rows], side="right")
        last[rows] = np.searchsorted(edges[:, 0], end[rows], side="left")
    keep = np.zeros(len(doc), dtype=bool)
    reach, current = 0, -1
    for row, (number, begin, stop) in enumerate(
        zip(doc.tolist(), first.tolist(), last.tolist(), strict=True)
    ):
        if number != current:
            current, reach = number, 0
        if begin >= reach and stop > begin:
            keep[row] = True
            reach = stop
    return Spans(doc[keep], first[keep], last[keep], type_[keep])
