"""One side of a comparison as columns: every list of every record, flat, with its document.

A side is an Arrow table with one row per document (see ``communique.schemas.arrow``). Everything
here is whole-column work; no annotation is touched by Python code one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from communique.eval.keys import Ints
from communique.schemas.schema import Schema

__all__ = [
    "Addressees",
    "Columns",
    "Entities",
    "Events",
    "Fragments",
    "Mentions",
    "Quotes",
    "Rows",
    "Spans",
]

UNKNOWN = -2
"""A label that is not in the vocabulary, or a reference that leads nowhere."""
NOTHING = -1
"""A null."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """The items of one list: ``doc`` is the row's document, ``index`` its place in the list."""

    doc: Ints
    index: Ints
    items: pa.StructArray

    def __len__(self) -> int:
        return len(self.doc)

    def column(self, name: str) -> pa.Array:
        """A field of the items."""
        if name not in [field.name for field in self.items.type]:
            return pa.nulls(len(self.items))
        return self.items.field(name)

    def strings(self, name: str) -> pa.Array:
        """A field of the items as strings; nulls stay."""
        return _plain_strings(self.column(name))

    def codes(self, name: str, labels: Sequence[str], missing: int = NOTHING) -> Ints:
        """A label field as places in ``labels``; ``missing`` for null, ``UNKNOWN`` otherwise."""
        column = self.strings(name)
        code = pc.fill_null(pc.index_in(column, value_set=pa.array(labels, pa.string())), UNKNOWN)
        values = _ints(code)
        return np.where(_nulls(column), missing, values)


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


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions, typed by their entity; ``entity`` is a row of ``Entities``."""

    rows: Rows
    spans: Spans
    entity: Ints
    level: Ints
    use: Ints


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

    def done(self, list_name: str) -> Bools:
        """For each document, whether the list is there (its layer was annotated)."""
        if list_name not in self.table.column_names:
            return np.zeros(self.n_docs, dtype=bool)
        return ~_nulls(self.table.column(list_name))

    def rows(self, list_name: str) -> Rows:
        """The items of a list over all documents."""
        if list_name not in self.table.column_names:
            empty = np.zeros(0, dtype=np.int64)
            return Rows(empty, empty, pa.array([], pa.struct([])))
        column = _one_array(self.table.column(list_name))
        lengths = _ints(pc.fill_null(pc.list_value_length(column), 0))
        doc = np.repeat(np.arange(self.n_docs), lengths)
        first = np.repeat(np.cumsum(lengths) - lengths, lengths)
        return Rows(doc, np.arange(len(doc)) - first, column.flatten())

    @cached_property
    def zones(self) -> Spans:
        """Page areas."""
        return self._spans(self.rows("zones"), "span", "zone_type")

    @cached_property
    def duplicate_zones(self) -> Bools:
        """For each zone, whether it repeats another."""
        return ~_nulls(self.rows("zones").column("duplicate_of"))

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
        return owner, self._resolve(self.entities.rows.doc[owner], ids, ["entities"])

    @cached_property
    def mentions(self) -> Mentions:
        """Mentions."""
        rows = self.rows("mentions")
        entity = self._resolve(rows.doc, rows.strings("entity"), ["entities"])
        known = np.append(self.entities.type, [UNKNOWN, NOTHING])
        start, end = _span_columns(rows.column("span"))
        return Mentions(
            rows,
            Spans(rows.doc, start, end, known[entity]),
            entity,
            rows.codes("level", self.schema.labels("mention_level")),
            rows.codes("use", self.schema.labels("mention_use"), missing=0),
        )

    @cached_property
    def times(self) -> Spans:
        """Time expressions."""
        return self._spans(self.rows("times"), "span", "time_type")

    @cached_property
    def quotes(self) -> Quotes:
        """Quotes."""
        rows = self.rows("quotes")
        source = self._resolve(rows.doc, rows.strings("source"), ["mentions"])
        content, cue = _fragments(rows.column("content")), _fragments(rows.column("cue"))
        parent = self._resolve(rows.doc, rows.strings("parent"), ["quotes"])
        owner, ids = _references(rows.column("addressees"))
        mention = self._resolve(rows.doc[owner], ids, ["mentions"])
        return Quotes(rows, content, cue, source, Addressees(owner, mention), parent)

    @cached_property
    def events(self) -> Events:
        """Events."""
        rows = self.rows("events")
        spans = self._spans(rows, "trigger", "event_type")
        column = rows.column("arguments")
        if pa.types.is_null(column.type):
            column = pa.nulls(len(rows), pa.list_(pa.struct([])))
        lengths = _ints(pc.fill_null(pc.list_value_length(column), 0))
        owner = np.repeat(np.arange(len(rows)), lengths)
        doc = rows.doc[owner]
        arguments = Rows(doc, owner, column.flatten())
        role = arguments.codes("role", self.schema.labels("role"))
        target = self._resolve(doc, arguments.strings("target"), ["mentions", "times", "events"])
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

    @cached_property
    def _ids(self) -> Mapping[str, tuple[Ints, pa.Array]]:
        names = ("entities", "mentions", "times", "quotes", "events")
        lists = {name: self.rows(name) for name in names}
        return {name: (rows.doc, rows.strings("id")) for name, rows in lists.items()}

    def _resolve(self, doc: Ints, reference: pa.Array, lists: Sequence[str]) -> Ints:
        """For each reference, the row in the concatenation of ``lists`` that has that id.

        ``UNKNOWN`` (-2) and ``NOTHING`` (-1) are left for dangling and null references, so that
        indexing an array with two extra places at its end resolves them too.
        """
        owners = [self._ids[name] for name in lists]
        row_doc = np.concatenate([owner for owner, _ in owners])
        ids = pa.concat_arrays([part for _, part in owners])
        encoded = pc.dictionary_encode(ids)
        code = _ints(pc.fill_null(encoded.indices, 0))
        wanted = _ints(pc.fill_null(pc.index_in(reference, value_set=encoded.dictionary), UNKNOWN))
        n_codes = max(len(encoded.dictionary), 1)
        key = row_doc * n_codes + code
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        looked_up = doc * n_codes + wanted
        at = np.searchsorted(ordered, looked_up)
        found = np.full(len(doc), UNKNOWN, dtype=np.int64)
        inside = (at < len(ordered)) & (wanted >= 0)
        hit = np.zeros(len(doc), dtype=bool)
        hit[inside] = ordered[at[inside]] == looked_up[inside]
        found[hit] = order[at[hit]]
        return np.where(_nulls(reference), NOTHING, found)


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as a single array; ``combine_chunks`` of no chunk is an empty array."""
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def _nulls(column: pa.Array | pa.ChunkedArray) -> Bools:
    nulls = pc.is_null(column)
    nulls = _one_array(nulls) if isinstance(nulls, pa.ChunkedArray) else nulls
    return np.asarray(nulls.to_numpy(zero_copy_only=False), dtype=bool)


def _ints(column: pa.Array) -> Ints:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int64)


def _plain_strings(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if column.type == pa.string() else column.cast(pa.string())


def _span_columns(column: pa.Array) -> tuple[Ints, Ints]:
    """Starts and ends of a column of ``[start, end]`` lists without nulls."""
    if not len(column):
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty
    pairs = _ints(column.flatten()).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _references(column: pa.Array) -> tuple[Ints, pa.Array]:
    """The ids in a column of lists of them, with the row that each belongs to."""
    if pa.types.is_null(column.type):
        return np.zeros(0, dtype=np.int64), pa.array([], pa.string())
    lengths = _ints(pc.fill_null(pc.list_value_length(column), 0))
    return np.repeat(np.arange(len(column)), lengths), _plain_strings(column.flatten())


def _fragments(column: pa.Array) -> Fragments:
    """All spans of a column of lists of ``[start, end]`` with the row that each belongs to."""
    if pa.types.is_null(column.type):
        empty = np.zeros(0, dtype=np.int64)
        return Fragments(empty, empty, empty)
    lengths = _ints(pc.fill_null(pc.list_value_length(column), 0))
    start, end = _span_columns(column.flatten())
    return Fragments(np.repeat(np.arange(len(column)), lengths), start, end)
