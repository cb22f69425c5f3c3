"""The part of a page that counts: its tokens outside masked zones and repeated captions."""

from __future__ import annotations

from bisect import bisect_left

from communique.annotations.record import Record, Span
from communique.corpus.tokens import sentences, tokens
from communique.schemas.schema import Schema, load_schema

__all__ = ["masked_spans", "visible_sentences"]


def masked_spans(record: Record | None, schema: Schema | None = None) -> tuple[Span, ...]:
    """The zones in which nothing is annotated, in the order of the text.

    Those are the masked types (byline, boilerplate) and every zone that repeats another one.
    """
    masked = (schema or load_schema()).masked_zones
    zones = (record.zones if record else None) or ()
    return tuple(sorted(z.span for z in zones if z.type in masked or z.duplicate_of is not None))


def visible_sentences(record: Record | None, text: str) -> tuple[tuple[Span, ...], ...]:
    """The tokens of each sentence that are not masked; sentences that have none are left out.

    A sentence may run into a zone (a caption with its credit on the same line): it keeps the
    tokens outside. Without a record, or without zones in it, the whole text is visible.
    """
    masked = masked_spans(record)
    starts = [span.start for span in masked]
    all_tokens = tokens(text)
    token_starts = [token.start for token in all_tokens]

    def visible(token: Span) -> bool:
        before = bisect_left(starts, token.end)
        return not any(zone.overlaps(token) for zone in masked[max(0, before - 1) : before])

    found = []
    for sentence in sentences(text):
        first = bisect_left(token_starts, sentence.start)
        last = bisect_left(token_starts, sentence.end)
        found.append(tuple(token for token in all_tokens[first:last] if visible(token)))
    return tuple(sentence for sentence in found if sentence)
