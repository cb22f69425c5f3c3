"""The configs `documents`, one row per text with everything, and `ner`, one row per sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from communique.annotations.derived.quotes import derive_quotes
from communique.corpus.dataset.bio import tag_names, tagged_sentences
from communique.corpus.dataset.config import Column, Config, Row, Source
from communique.schemas.arrow import SPANS, arrow_type, list_type
from communique.schemas.schema import Schema, load_schema

__all__ = ["documents_config", "ner_config"]

DERIVED = ("type", "depth", "anonymous", "implicit")


def documents_config(schema: Schema | None = None) -> Config:
    """The config that holds the metadata, the text and the record of each document."""
    schema = schema or load_schema()
    text = Column("text", pa.string(), "The exact text; null when it may not ship.")
    columns = [Column(one.name, arrow_type(one), one.description) for one in schema.document]
    columns.append(text)
    columns += [
        Column(one.name, arrow_type(one), one.description)
        for one in schema.record
        if one.name != "doc_id"
    ]
    columns += [
        Column(name, list_type(schema, name, derived=True), one.description)
        for name, one in schema.lists.items()
    ]
    # A row holds some hundred annotations.
    return Config("documents", "document", tuple(columns), document_rows, batch=100)


def document_rows(source: Source) -> Iterator[Row]:
    """The one row of a document.

    A restricted text leaves its headline behind as well, because that is part of the text.
    """
    row = asdict(source.document)
    if source.text is None:
        row["title"] = None
    yield row | {"text": source.text} | _record(source)


def ner_config() -> Config:
    """The config for token classification."""
    labels = tag_names()
    tags = pa.list_(pa.int64())
    columns = (
        Column("id", pa.string(), "The document's id and the number of the sentence in it."),
        Column("doc_id", pa.string(), "Id of the document."),
        Column("tokens", pa.list_(pa.string()), "The tokens, outside masked zones."),
        Column("ner_tags", tags, "IOB2 tags of names (NAM), the outermost where nested.", labels),
        Column(
            "mention_tags",
            tags,
            "IOB2 tags of names, noun phrases and pronouns, the outermost where nested.",
            labels,
        ),
        Column("offsets", SPANS, "Where each token stands in the document's text."),
    )
    return Config("ner", "sentence", columns, ner_rows)


def ner_rows(source: Source) -> Iterator[Row]:
    """The sentences of a document; none without text or without the entities layer."""
    if source.text is None or source.record is None:
        return
    number = {name: index for index, name in enumerate(tag_names())}
    doc_id = source.document.doc_id
    for index, sentence in enumerate(tagged_sentences(source.record, source.text)):
        yield {
            "id": f"{doc_id}:{index}",
            "doc_id": doc_id,
            "tokens": [source.words(token) for token in sentence.tokens],
            "ner_tags": [number[tag] for tag in sentence.tags],
            "mention_tags": [number[tag] for tag in sentence.all_tags],
            "offsets": [list(token) for token in sentence.tokens],
        }


def _record(source: Source) -> dict[str, Any]:
    """The record in its JSON form, with what is derived for its quotes; nulls without one."""
    import msgspec

    schema = load_schema()
    names = [field.name for field in schema.record if field.name != "doc_id"]
    names += list(schema.lists)
    if source.record is None:
        return dict.fromkeys(names)
    value = msgspec.to_builtins(source.record)
    if source.record.quotes is not None:
        facts = derive_quotes(source.record, source.text)
        for quote in value["quotes"]:
            for name in DERIVED:
                found = getattr(facts[quote["id"]], name)
                quote[name] = quote[name] if found is None else found
    return {name: value[name] for name in names}
