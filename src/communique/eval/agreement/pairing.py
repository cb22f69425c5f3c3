"""Two annotations of the same documents, made comparable in both directions.

Compared are the documents that both sides have. Neither side is the gold, so a place is masked
only when every side that marks page areas masks it; what one side annotates in a place that the
other calls boilerplate is a disagreement like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from communique.corpus.documents import text_sha256
from communique.corpus.tokens import tokens
from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.eval.agreement.token_labels import Units, units_of
from communique.eval.columns import Bools, Columns
from communique.eval.comparison import Comparison
from communique.eval.inputs import Side
from communique.eval.soundness import check_sound
from communique.schemas.schema import Schema, load_schema

__all__ = ["Pairing", "pair"]

MOST = 20
"""Documents named in one kind of problem; the rest is counted."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Pairing:
    """Two sides over the same documents in the order of their ids.

    ``tables`` have one row per document; their zones are as they were annotated. ``masks`` are
    the masked ranges of each document. ``texts`` are those that are known.
    """

    names: tuple[str, str]
    doc_ids: Sequence[str]
    tables: tuple[pa.Table, pa.Table]
    masks: Sequence[Sequence[Span]]
    texts: Mapping[str, str]
    schema: Schema

    @property
    def n_docs(self) -> int:
        """How many documents both sides have."""
        return len(self.doc_ids)

    @cached_property
    def forth(self) -> Comparison:
        """The comparison that takes the first side as gold."""
        return self._comparison(*self._masked)

    @cached_property
    def back(self) -> Comparison:
        """The comparison that takes the second side as gold."""
        return self._comparison(*reversed(self._masked))

    @cached_property
    def sides(self) -> tuple[Columns, Columns]:
        """Both sides with their zones as they were annotated."""
        first, second = (Columns(table, self.schema) for table in self.tables)
        return first, second

    def done(self, list_name: str) -> tuple[Bools, Bools]:
        """For each document, whether the first and whether the second side has the list."""
        return self.sides[0].done(list_name), self.sides[1].done(list_name)

    def shared(self, lists: Sequence[str]) -> Bools:
        """For each document, whether both sides have all of the lists."""
        done = [side for name in lists for side in self.done(name)]
        return np.all(done, axis=0) if done else np.ones(self.n_docs, dtype=bool)

    @cached_property
    def units(self) -> Units:
        """The tokens outside masked places of the documents whose texts are known."""
        words = [
            tokens(self.texts[doc_id]) if doc_id in self.texts else () for doc_id in self.doc_ids
        ]
        units = units_of(words)
        masked = np.zeros(len(units), dtype=bool)
        for number, spans in enumerate(self.masks):
            for start, end in spans:
                inside = (units.start >= start) & (units.start < end)
                masked |= (units.doc == number) & inside
        return units.take(~masked)

    @cached_property
    def on_shared_mentions(self) -> Pairing:
        """The same documents with the mentions whose spans both sides have."""
        pairs = self.forth.mentions
        keep = []
        for side, rows in ((self.forth.gold, pairs.gold), (self.forth.pred, pairs.pred)):
            shared = np.zeros(len(side.mentions.rows), dtype=bool)
            shared[rows[pairs.same]] = True
            keep.append(shared)
        return self.with_mentions((keep[0], keep[1]))

    def of_levels(self, levels: tuple[str, ...]) -> Pairing:
        """The same documents with the mentions of some levels."""
        if levels not in self._of_levels:
            codes = [self.schema.labels("mention_level").index(level) for level in levels]
            first, second = (
                np.isin(side.mentions.level, codes) for side in (self.forth.gold, self.forth.pred)
            )
            self._of_levels[levels] = self.with_mentions((first, second))
        return self._of_levels[levels]

    @cached_property
    def _of_levels(self) -> dict[tuple[str, ...], Pairing]:
        return {}

    def with_mentions(self, keep: tuple[Bools, Bools]) -> Pairing:
        """The same documents with some of the mentions and without what may refer to the rest.

        ``keep`` says for each mention of the first and of the second side whether it stays.
        """
        tables = []
        for table, rows in zip(self.tables, keep, strict=True):
            gone = [name for name in self.schema.lists if name not in ("entities", "mentions")]
            for name in gone:
                at, column = table.column_names.index(name), table.schema.field(name)
                table = table.set_column(at, column, pa.nulls(table.num_rows, column.type))
            at = table.column_names.index("mentions")
            tables.append(table.set_column(at, "mentions", _filtered(table["mentions"], rows)))
        return Pairing(
            self.names, self.doc_ids, (tables[0], tables[1]), self.masks, self.texts, self.schema
        )

    @cached_property
    def _masked(self) -> tuple[pa.Table, pa.Table]:
        """The tables with the shared masks as their zones."""
        rows = [
            [
                {"id": f"z{number}", "type": "boilerplate", "span": list(span)}
                for number, span in enumerate(spans, start=1)
            ]
            for spans in self.masks
        ]
        at = self.tables[0].column_names.index("zones")
        zones = pa.array(rows, self.tables[0].schema.field("zones").type)
        first, second = (table.set_column(at, "zones", zones) for table in self.tables)
        return first, second

    def _comparison(self, gold: pa.Table, pred: pa.Table) -> Comparison:
        whole = all(doc_id in self.texts for doc_id in self.doc_ids)
        texts = [self.texts[doc_id] for doc_id in self.doc_ids] if whole else None
        sides = Columns(gold, self.schema), Columns(pred, self.schema)
        return Comparison(*sides, texts, per_type=True)


def pair(
    first: Side,
    second: Side,
    *,
    texts: Mapping[str, str] | None = None,
    only: frozenset[str] | None = None,
) -> Pairing:
    """The documents that both sides have.

    ``texts`` are by document id; those that the sides bring are used where it has none. ``only``
    keeps some documents.

    Raises:
        InvalidInput: a document twice, other texts on the two sides, unsound annotations.
        CommuniqueError: no document in common.

    """
    schema = load_schema()
    problems = [problem for side in (first, second) for problem in _unclear(side)]
    if problems:
        raise InvalidInput(problems)
    have = [set(side.table.column("doc_id").to_pylist()) for side in (first, second)]
    doc_ids = sorted((have[0] & have[1]) if only is None else (have[0] & have[1] & only))
    if not doc_ids:
        raise CommuniqueError(
            f"{first.name}, {second.name}: found no document that both sides have"
            f"{'' if only is None else ' among those asked for'}, expected at least one"
        )
    tables = (_ordered(first.table, doc_ids), _ordered(second.table, doc_ids))
    known = {**second.texts, **first.texts, **(texts or {})}
    known = {doc_id: known[doc_id] for doc_id in doc_ids if doc_id in known}
    _check_texts(tables, doc_ids, known, (first.name, second.name))
    lengths = np.array([len(known[d]) if d in known else -1 for d in doc_ids], dtype=np.int64)
    for table, side in zip(tables, (first, second), strict=True):
        try:
            check_sound(Columns(table, schema), doc_ids, lengths, side.name)
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    masks = list(_shared_masks(tables, schema))
    return Pairing((first.name, second.name), doc_ids, tables, masks, known, schema)


def _unclear(side: Side) -> Iterator[Problem]:
    """Rows of which it is not clear what document they are about."""
    counts = Counter(side.table.column("doc_id").to_pylist())
    if None in counts:
        yield Problem(
            check="eval.document",
            found=f"{counts.pop(None)} rows without a document id",
            expected="an id in each",
            file=side.name,
        )
    twice = sorted(doc_id for doc_id, count in counts.items() if count > 1)
    for doc_id in twice[:MOST]:
        yield Problem(
            check="eval.twice",
            found=f"the document {counts[doc_id]} times",
            expected="once",
            mend="compare the records of one annotator with those of one other",
            file=side.name,
            doc_id=doc_id,
        )
    if rest := twice[MOST:]:
        yield Problem(
            check="eval.twice",
            found=f"{len(rest):,} more documents like these",
            expected="none",
            file=side.name,
        )


def _check_texts(
    tables: tuple[pa.Table, pa.Table],
    doc_ids: Sequence[str],
    texts: Mapping[str, str],
    names: tuple[str, str],
) -> None:
    """Both sides, and the text that is here, must be of one version as far as they say so."""
    problems = []
    said = [table.column("text_sha256").to_pylist() for table in tables]
    for doc_id, one, other in zip(doc_ids, *said, strict=True):
        if one and other and one != other:
            found, expected = f"offsets into the text {quoted(other[:12])[1:-1]}…", one
            place, mend = names[1], f"{names[0]} annotates another version of the text"
        elif doc_id in texts and (one or other) not in (None, text_sha256(texts[doc_id])):
            found = f"offsets into the text {quoted(str(one or other)[:12])[1:-1]}…"
            expected = text_sha256(texts[doc_id])
            place = names[0] if one else names[1]
            mend = "annotate the version of the text that is here"
        else:
            continue
        problems.append(
            Problem(
                check="eval.text",
                found=found,
                expected=f"the text {quoted(expected[:12])[1:-1]}…",
                mend=mend,
                file=place,
                doc_id=doc_id,
            )
        )
    if problems:
        raise InvalidInput(problems)


def _shared_masks(tables: tuple[pa.Table, pa.Table], schema: Schema) -> Iterator[list[Span]]:
    """For each document the ranges that all sides with zones mask; none without any zones."""
    masked = schema.masked_zones

    def ranges(zones: Sequence[Mapping[str, Any]]) -> list[Span]:
        return sorted(
            (zone["span"][0], zone["span"][1])
            for zone in zones
            if zone["type"] in masked or zone["duplicate_of"] is not None
        )

    for pages in zip(*(table.column("zones").to_pylist() for table in tables), strict=True):
        marked = [ranges(zones) for zones in pages if zones is not None]
        yield marked[0] if len(marked) == 1 else _common(*marked) if marked else []


def _common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """The intersections of two lists of disjoint ranges."""
    met = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return sorted(span for span in met if span[0] < span[1])


def _ordered(table: pa.Table, doc_ids: Sequence[str]) -> pa.Table:
    place = pc.index_in(
        pa.array(doc_ids, pa.string()), value_set=table.column("doc_id").combine_chunks()
    )
    return table.take(place)


def _filtered(column: pa.ChunkedArray, keep: Bools) -> pa.Array:
    """A column of lists with the items that are kept; a null stays null."""
    whole = pa.chunked_array([], column.type) if not len(column) else column
    lists = whole.combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    nulls = pc.is_null(lists)
    lengths = np.asarray(
        pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False), dtype=np.int64
    )
    owner = np.repeat(np.arange(len(lists)), lengths)
    counts = np.bincount(owner[keep], minlength=len(lists))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    items = lists.flatten().filter(pa.array(keep))
    return pa.ListArray.from_arrays(pa.array(offsets), items, mask=nulls)
