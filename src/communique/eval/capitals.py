"""The system ``capitals``: next to nothing, so that one sees what a score is worth.

Every run of capitalised words is a name, every name is of a state, every stretch in quotation marks
is a quote, and the last name before it said it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from communique.annotations.derived.marks import quotation_marks
from communique.annotations.record import Entity, Mention, Quote, Record, Span
from communique.corpus.documents import Document, text_sha256
from communique.corpus.tokens import sentences, tokens
from communique.schemas.schema import load_schema

__all__ = ["predict"]

TYPE = "GPE"
"""The type of everything, since most names in news of states are names of states."""


def predict(document: Document, text: str) -> Record:
    """The record of a text; of the metadata, only the id is used."""
    runs = list(_capitalised(text))
    names = dict.fromkeys(span.slice(text) for span in runs)
    ids = {name: f"e{number}" for number, name in enumerate(names, 1)}
    mentions = tuple(
        Mention(f"m{number}", ids[span.slice(text)], span, "NAM")
        for number, span in enumerate(runs, 1)
    )
    return Record(
        doc_id=document.doc_id,
        schema_version=load_schema().version,
        annotator="capitals",
        text_sha256=text_sha256(text),
        entities=tuple(Entity(one, TYPE, nil="not_in_registry") for one in ids.values()),
        mentions=mentions,
        quotes=tuple(_quotes(text, mentions)),
    )


def _capitalised(text: str) -> Iterator[Span]:
    """The longest runs of capitalised words; none goes beyond its sentence."""
    stops = [sentence.end for sentence in sentences(text)]
    run: Span | None = None
    for token in tokens(text):
        if not text[token.start].isupper():
            if run:
                yield run
            run = None
        elif run and bisect_right(stops, run.start) == bisect_right(stops, token.start):
            run = Span(run.start, token.end)
        else:
            if run:
                yield run
            run = token
    if run:
        yield run


def _quotes(text: str, mentions: Sequence[Mention]) -> Iterator[Quote]:
    """The outermost quotations; one that goes on over several paragraphs is one quote."""
    ends = [mention.span.end for mention in mentions]
    done = number = 0
    for content in quotation_marks(text).quotations:
        if content[0].start < done:
            continue
        done, number = content[-1].end, number + 1
        before = bisect_right(ends, content[0].start)
        source = mentions[before - 1].id if before else None
        yield Quote(f"q{number}", content, source=source)
