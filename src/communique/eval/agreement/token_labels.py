"""What a layer says of each token: the units of Krippendorff's α.

Every token of a text has one label per layer, ``O`` where the layer says nothing. A token in
several spans has the label of the outermost one, as in BIO tags; in the quotes layer a cue stands
before the content that it lies in. For a type alone a token has two labels, in or out, and every
span of the type counts, nested ones too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from communique.annotations.record import Span
from communique.eval.columns import Bools, Columns, Spans
from communique.eval.keys import Ints

__all__ = ["LABELLED", "Units", "labels_of", "token_labels", "token_members", "units_of"]

LABELLED: Mapping[str, str] = {
    "zones": "zone_type",
    "mentions": "entity_type",
    "times": "time_type",
    "quotes": "quote_part",
    "events": "event_type",
}
"""The vocabulary that labels the tokens of each list."""

OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Units:
    """The tokens of some documents in order: document and half-open span in code points."""

    doc: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.doc)

    def take(self, rows: Ints | Bools) -> Units:
        """Some of the tokens."""
        return Units(self.doc[rows], self.start[rows], self.end[rows])


def units_of(tokens: Sequence[Sequence[Span]]) -> Units:
    """The tokens of documents as columns."""
    doc = np.repeat(np.arange(len(tokens)), [len(words) for words in tokens])
    edges = np.array([span for words in tokens for span in words], dtype=np.int64).reshape(-1, 2)
    return Units(doc, edges[:, 0], edges[:, 1])


def labels_of(columns: Columns, list_name: str) -> tuple[str, ...]:
    """The labels that a token can have in the layer of a list, ``O`` first."""
    return (OUTSIDE, *columns.schema.labels(LABELLED[list_name]))


def token_labels(columns: Columns, list_name: str, units: Units) -> Ints:
    """The label of each token, as a place in ``labels_of``."""
    spans = _spans(columns, list_name)
    rank = np.zeros_like(spans.type)
    if list_name == "quotes":
        rank[spans.type != columns.schema.labels("quote_part").index("cue")] = 1
    order = np.lexsort((spans.type, -spans.end, spans.start, rank, spans.doc))
    span, token = _covered(spans.take(order), units)
    # the pairs are in the order of the spans, so the first span of a token is the one that counts
    covered, first = np.unique(token, return_index=True)
    labels = np.zeros(len(units), dtype=np.int64)
    labels[covered] = spans.type[order][span[first]] + 1
    return labels


def token_members(columns: Columns, list_name: str, units: Units) -> Bools:
    """For each token and type, whether it lies in a span of the type: ``(tokens, types)``."""
    spans = _spans(columns, list_name)
    span, token = _covered(spans, units)
    n_types = len(columns.schema.labels(LABELLED[list_name]))
    members = np.zeros((len(units), n_types), dtype=bool)
    members[token, spans.type[span]] = True
    return members


def _spans(columns: Columns, list_name: str) -> Spans:
    match list_name:
        case "zones":
            return columns.zones
        case "mentions":
            return columns.mentions.spans
        case "times":
            return columns.times
        case "events":
            return columns.events.spans
    quotes, parts = columns.quotes, columns.schema.labels("quote_part")
    fragments = {"content": quotes.content, "cue": quotes.cue}
    pieces = [
        Spans(
            quotes.rows.doc[fragments[part].owner],
            fragments[part].start,
            fragments[part].end,
            np.full(len(fragments[part].owner), number, dtype=np.int64),
        )
        for number, part in enumerate(parts)
    ]
    return Spans(
        *(
            np.concatenate([getattr(piece, name) for piece in pieces])
            for name in ("doc", "start", "end", "type")
        )
    )


def _covered(spans: Spans, units: Units) -> tuple[Ints, Ints]:
    """Pairs ``(span, token)`` that share a code point, ordered by span."""
    ends = [side.end.max() for side in (spans, units) if len(side)]
    room = int(max(ends, default=0)) + 1
    place = units.doc * room
    base = spans.doc * room
    first = np.searchsorted(place + units.end, base + spans.start, side="right")
    last = np.searchsorted(place + units.start, base + spans.end, side="left")
    count = np.maximum(last - first, 0)
    span = np.repeat(np.arange(len(spans)), count)
    within = np.arange(len(span)) - np.repeat(np.cumsum(count) - count, count)
    return span, np.repeat(first, count) + within
