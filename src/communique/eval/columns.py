"""One side of a comparison as columns: every list of every record, flat, with its document.

A side is an Arrow table with one row per document (see ``communique.schemas.arrow``). Everything
here is whole-column work; no annotation is touched by Python code one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from communique.eval.directory import Directory
from communique.eval.keys import Ints
from communique.eval.rows import (
    NOTHING,
    UNKNOWN,
    Bools,
    Names,
    Rows,
    list_lengths,
    names_of,
    nulls,
    one_array,
)
from communique.schemas.schema import Schema

__all__ = [
    "NOTHING",
    "UNKNOWN",
    "Addressees",
    "Bools",
    "Columns",
    "Entities",
    "Events",
    "Fragments",
    "Mentions",
    "Quotes",
    "Rows",
    "Spans",
]


@dataclass(frozen=True, slots=True)
class Spans:
    """Typed spans: half-open code point ranges in documents; ``type`` is a label's place."""

    doc: Ints
    start: Ints
    end: Ints
    type: Ints

    def __len__(self) -> int:
        return len(self.doc)

    def take(self, rows: Ints | Bools) -> Spans:
        """The spans at some rows."""
        return Spans(self.doc[rows], self.start[rows], self.end[rows], self.type[rows])


@dataclass(frozen=True, slots=True)
class Fragments:
    """Spans that belong to a row of another list: ``owner`` is that row."""

    owner: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Addressees:
    """Addressees: ``owner`` is a row of ``Quotes``, ``mention`` one of ``Mentions``."""

    owner: Ints
    mention: Ints


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities; ``kb`` are strings or null."""

    rows: Rows
    type: Ints
    kb: pa.Array


@dataclass(frozen=True)
class Mentions:
    """Mentions, typed by their entity; ``entity`` is a row of ``Entities``."""

    rows: Rows
    spans: Spans
    entity: Ints
    schema: Schema

    @cached_property
    def level(self) -> Ints:
        """Places among the mention levels."""
        return self.rows.codes("level", self.schema.labels("mention_level"))

    @cached_property
    def use(self) -> Ints:
        """Places among the mention uses."""
        return self.rows.codes("use", self.schema.labels("mention_use"), missing=0)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Quotes; ``source`` is a row of ``Mentions`` and ``parent`` one of ``Quotes``.

    Both may be ``NOTHING`` or ``UNKNOWN``.
    """

    rows: Rows
    content: Fragments
    cue: Fragments
    source: Ints
    addressee: Addressees
    parent: Ints


@dataclass(frozen=True, slots=True)
class Events:
    """Events and their arguments, whose ``target`` are spans whatever they point to.

    ``mention`` is the row of the mention that an argument points to, or ``NOTHING``.
    """

    rows: Rows
    spans: Spans
    owner: Ints
    role: Ints
    target: Spans
    mention: Ints


class Columns:
    """One side of a comparison over ``n_docs`` documents.

    ``table`` must be ordered: its row ``i`` is document ``i``.
    """

    def __init__(self, table: pa.Table, schema: Schema) -> None:
        self.table = table
        self.schema = schema
        self.n_docs = table.num_rows
        self._rows: dict[str, Rows] = {}
        self._directories: dict[tuple[str, ...], Directory] = {}

    def done(self, list_name: str) -> Bools:
        """For each document, whether the list is there (its layer was annotated)."""
        if list_name not in self.table.column_names:
            return np.zeros(self.n_docs, dtype=bool)
        return ~nulls(self.table.column(list_name))

    def rows(self, list_name: str) -> Rows:
        """The items of a list over all documents."""
        if list_name not in self._rows:
            self._rows[list_name] = self._items(list_name)
        return self._rows[list_name]

    def _items(self, list_name: str) -> Rows:
        if list_name not in self.table.column_names:
            return Rows(np.zeros(0, dtype=np.int64), pa.array([], pa.struct([])))
        column = one_array(self.table.column(list_name))
        doc = np.repeat(np.arange(self.n_docs), list_lengths(column))
        return Rows(doc, column.flatten())

    def directory(self, *lists: str) -> Directory:
        """Where the ids of some lists lead; rows are numbered through all of these."""
        if lists not in self._directories:
            self._directories[lists] = Directory([self.rows(name) for name in lists], self.n_docs)
        return self._directories[lists]

    @cached_property
    def zones(self) -> Spans:
        """Page areas."""
        return self._spans(self.rows("zones"), "span", "zone_type")

    @cached_property
    def duplicate_zones(self) -> Bools:
        """For each zone, whether it repeats another."""
        return ~nulls(self.rows("zones").column("duplicate_of"))

    @cached_property
    def entities(self) -> Entities:
        """Entities."""
        rows = self.rows("entities")
        labels = self.schema.labels("entity_type")
        return Entities(rows, rows.codes("type", labels), rows.strings("kb"))

    @cached_property
    def members(self) -> tuple[Ints, Ints]:
        """Aggregate and member of each membership, as rows of the entities."""
        owner, ids = _references(self.entities.rows.column("members"))
        return owner, self.directory("entities").find(self.entities.rows.doc[owner], ids)

    @cached_property
    def mentions(self) -> Mentions:
        """Mentions."""
        rows = self.rows("mentions")
        entity = self.directory("entities").find(rows.doc, rows.names("entity"))
        known = np.append(self.entities.type, [UNKNOWN, NOTHING])
        start, end = _span_columns(rows.column("span"))
        return Mentions(
            rows,
            Spans(rows.doc, start, end, known[entity]),
            entity,
            self.schema,
        )

    @cached_property
    def times(self) -> Spans:
        """Time expressions."""
        return self._spans(self.rows("times"), "span", "time_type")

    @cached_property
    def quotes(self) -> Quotes:
        """Quotes."""
        rows = self.rows("quotes")
        source = self.directory("mentions").find(rows.doc, rows.names("source"))
        content, cue = _fragments(rows.column("content")), _fragments(rows.column("cue"))
        parent = self.directory("quotes").find(rows.doc, rows.names("parent"))
        owner, ids = _references(rows.column("addressees"))
        mention = self.directory("mentions").find(rows.doc[owner], ids)
        return Quotes(rows, content, cue, source, Addressees(owner, mention), parent)

    @cached_property
    def events(self) -> Events:
        """Events."""
        rows = self.rows("events")
        spans = self._spans(rows, "trigger", "event_type")
        column = rows.column("arguments")
        if pa.types.is_null(column.type):
            column = pa.nulls(len(rows), pa.list_(pa.struct([])))
        owner = np.repeat(np.arange(len(rows)), list_lengths(column))
        doc = rows.doc[owner]
        arguments = Rows(doc, column.flatten())
        role = arguments.codes("role", self.schema.labels("role"))
        target = self.directory("mentions", "times", "events").find(doc, arguments.names("target"))
        pools = [self.mentions.spans, self.times, spans]
        start = np.concatenate([*(pool.start for pool in pools), [UNKNOWN, NOTHING]])
        end = np.concatenate([*(pool.end for pool in pools), [UNKNOWN, NOTHING]])
        kind = np.repeat(np.arange(4), [*(len(pool) for pool in pools), 2])
        where = Spans(doc, start[target], end[target], kind[target])
        mention = np.where(target < len(self.mentions.spans), np.maximum(target, NOTHING), NOTHING)
        return Events(rows, spans, owner, role, where, mention)

    def _spans(self, rows: Rows, field: str, vocabulary: str) -> Spans:
        start, end = _span_columns(rows.column(field))
        return Spans(rows.doc, start, end, rows.codes("type", self.schema.labels(vocabulary)))


def _span_columns(column: pa.Array) -> tuple[Ints, Ints]:
    """Starts and ends of a column of ``[start, end]`` lists without nulls."""
    if not len(column):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty
    pairs = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, 2)
    # each its own array: every later step reads them faster than as every other number
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _references(column: pa.Array) -> tuple[Ints, Names]:
    """The ids in a column of lists of them, with the row that each belongs to."""
    if pa.types.is_null(column.type):
        return np.zeros(0, dtype=np.int64), names_of(pa.array([], pa.string()))
    owner = np.repeat(np.arange(len(column)), list_lengths(column))
    return owner, names_of(column.flatten())


def _fragments(column: pa.Array) -> Fragments:
    """All spans of a column of lists of ``[start, end]`` with the row that each belongs to."""
    if pa.types.is_null(column.type):
        empty = np.zeros(0, dtype=np.int64)
        return Fragments(empty, empty, empty)
    start, end = _span_columns(column.flatten())
    return Fragments(np.repeat(np.arange(len(column)), list_lengths(column)), start, end)
