"""A config of the dataset: its columns, and how a document becomes its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from communique.annotations.derived.names import entity_names
from communique.annotations.record import Entity, Mention, Record, Span
from communique.corpus.documents import Document
from communique.corpus.tokens import sentences
from communique.schemas.arrow import SPAN, with_features

__all__ = ["ENTITY", "PARTY", "Column", "Config", "Row", "Source"]

Row = Mapping[str, Any]

ENTITY = (
    pa.field("entity", pa.string()),
    pa.field("type", pa.string()),
    pa.field("kb", pa.string()),
    pa.field("name", pa.string()),
)
"""An entity: its id in the document, type, registry id, and what the document calls it."""

PARTY = (pa.field("text", pa.string()), pa.field("span", SPAN), *ENTITY)
"""A mention: its words and their place, and the entity that is meant."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``labels`` makes a column of whole numbers a ``ClassLabel``."""

    name: str
    type: pa.DataType
    description: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Config:
    """One table of the dataset; ``unit`` says what a row is.

    ``rows`` yields the rows of one document, ``batch`` of which are held in memory at a time.
    """

    name: str
    unit: str
    columns: tuple[Column, ...]
    rows: Callable[[Source], Iterable[Row]]
    batch: int = 1000

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with the features of `datasets` in its metadata."""
        fields = [pa.field(column.name, column.type) for column in self.columns]
        labels = {column.name: column.labels for column in self.columns if column.labels}
        return with_features(pa.schema(fields), labels)


@dataclass(frozen=True)
class Source:
    """One document as it goes into the dataset.

    ``text`` is ``None`` when the text must not or cannot ship; then only stand-off annotation does.
    """

    document: Document
    text: str | None
    record: Record | None

    @cached_property
    def mentions(self) -> Mapping[str, Mention]:
        """The mentions by their ids."""
        return self.record.mention_by_id if self.record else {}

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """The entities by their ids."""
        return self.record.entity_by_id if self.record else {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the document calls each entity."""
        return entity_names(self.record, self.text) if self.record else {}

    def words(self, span: Span) -> str:
        """The words of a span; call it only when there is a text."""
        assert self.text is not None
        return span.slice(self.text)

    def entity(self, entity_id: str) -> dict[str, Any]:
        """An entity with the fields of ``ENTITY``."""
        entity = self.entities.get(entity_id)
        return {
            "entity": entity_id,
            "type": entity.type if entity else None,
            "kb": entity.kb if entity else None,
            "name": self.names.get(entity_id),
        }

    def party(self, mention_id: str | None) -> dict[str, Any] | None:
        """A mention with the fields of ``PARTY``; ``None`` when there is none."""
        mention = self.mentions.get(mention_id or "")
        if mention is None:
            return None
        words = {"text": self.words(mention.span), "span": list(mention.span)}
        return words | self.entity(mention.entity)

    def window(self, spans: Iterable[Span], around: int) -> Span:
        """The sentences that some spans touch, with ``around`` more on either side."""
        assert self.text is not None
        spans = list(spans)
        whole = Span(min(one.start for one in spans), max(one.end for one in spans))
        parts = sentences(self.text)
        touched = [number for number, part in enumerate(parts) if part.overlaps(whole)]
        if not touched:
            return whole
        first, last = max(0, touched[0] - around), min(len(parts) - 1, touched[-1] + around)
        return Span(min(parts[first].start, whole.start), max(parts[last].end, whole.end))
