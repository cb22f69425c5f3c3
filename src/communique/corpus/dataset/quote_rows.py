"""The config `quotes`: one row per attribution, with its words, its source and its context."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from communique.annotations.derived.quotes import derive_quotes
from communique.corpus.dataset.config import PARTY, Column, Config, Row, Source
from communique.schemas.arrow import SPAN, SPANS

__all__ = ["quotes_config"]


def quotes_config() -> Config:
    """The config of attributions."""
    text = pa.string()
    columns = (
        Column("doc_id", text, "Id of the document."),
        Column("quote_id", text, "Id of the quote in the document."),
        Column("content", text, "What is attributed; the fragments joined by a space."),
        Column("content_spans", SPANS, "The fragments in the document's text."),
        Column("cue", text, "The words that attribute, joined by a space; null without any."),
        Column("cue_spans", SPANS, "The cue in the document's text."),
        Column("source", text, "The words of the source; null when the text names nobody."),
        Column("source_span", SPAN, "The source in the document's text."),
        Column("source_entity", text, "Id of the source's entity in the document."),
        Column("source_type", text, "Type of that entity."),
        Column("source_kb", text, "Registry id of that entity."),
        Column("source_name", text, "What the document calls that entity."),
        Column("addressees", pa.list_(pa.struct(PARTY)), "Who it was said to."),
        Column("parent", text, "Id of the quote it stands in."),
        Column("kind", text, "Said (statement), or thought and felt (attitude)."),
        Column("polarity", text, "Polarity of the cue."),
        Column("type", text, "Derived: direct, indirect or mixed, relative to the parent."),
        Column("depth", pa.int32(), "Derived: how many quotes it is nested in."),
        Column("anonymous", pa.bool_(), "Derived: the source is never named in the document."),
        Column("implicit", pa.bool_(), "Derived: there is no source."),
        Column("context", text, "Its sentences, with one more on either side."),
        Column("context_span", SPAN, "The context in the document's text."),
    )
    return Config("quotes", "quote", columns, quote_rows)


def quote_rows(source: Source) -> Iterator[Row]:
    """The quotes of a document; none without text."""
    if source.text is None or source.record is None:
        return
    facts = derive_quotes(source.record, source.text)
    for quote in source.record.quotes or ():
        who = source.party(quote.source)
        near = [*quote.content, *quote.cue]
        context = source.window(near, around=1)
        derived = facts[quote.id]
        yield {
            "doc_id": source.document.doc_id,
            "quote_id": quote.id,
            "content": " ".join(source.words(part) for part in quote.content),
            "content_spans": [list(part) for part in quote.content],
            "cue": " ".join(source.words(part) for part in quote.cue) or None,
            "cue_spans": [list(part) for part in quote.cue],
            "source": who and who["text"],
            "source_span": who and who["span"],
            "source_entity": who and who["entity"],
            "source_type": who and who["type"],
            "source_kb": who and who["kb"],
            "source_name": who and who["name"],
            "addressees": [party for one in quote.addressees if (party := source.party(one))],
            "parent": quote.parent,
            "kind": quote.kind,
            "polarity": quote.polarity,
            "type": derived.type,
            "depth": derived.depth,
            "anonymous": derived.anonymous,
            "implicit": derived.implicit,
            "context": source.words(context),
            "context_span": list(context),
        }
