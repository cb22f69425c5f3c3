"""What is wrong with annotations as columns: labels, spans, references, ids.

The same for predictions from JSON and from Arrow, at the speed of columns; only what is wrong is
looked at one by one, to name it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from communique.errors import InvalidInput, Problem
from communique.eval.columns import UNKNOWN, Bools, Columns, Rows
from communique.eval.keys import Ints
from communique.eval.rows import list_lengths, nulls

__all__ = ["check_sound"]

MOST = 20
"""Problems named for one list; the rest is counted."""


def check_sound(
    columns: Columns,
    doc_ids: Sequence[str],
    lengths: NDArray[np.int64],
    source: str,
    lists: Collection[str] | None = None,
) -> None:
    """Raise the problems of one side, in all lists or in some.

    ``lengths`` are the texts' lengths in code points, -1 where a text is not known.

    Raises:
        InvalidInput: unknown labels, spans out of range, dangling references, ids twice.

    """
    problems: list[Problem] = []
    wanted = columns.schema.lists if lists is None else lists
    names = [name for name in columns.schema.lists if name in wanted and columns.done(name).any()]
    for name in names:
        problems += _bounded(_missing(columns, name), doc_ids, source, name)
    if not problems:  # without nulls, columns can be compared
        for name in names:
            problems += _bounded(_unsound(columns, name, lengths), doc_ids, source, name)
    if problems:
        raise InvalidInput(problems)


Finding = tuple[str, int, int, str, str, str]
"""Check id, document, place in the list, field, found, expected."""


def _bounded(
    findings: Iterator[Finding], doc_ids: Sequence[str], source: str, name: str
) -> Iterator[Problem]:
    for check, doc, index, field, found, expected in islice(findings, MOST):
        yield Problem(
            check=check,
            found=found,
            expected=expected,
            file=source,
            doc_id=doc_ids[doc],
            path=f"$.{name}[{index}].{field}",
        )
    if rest := sum(1 for _ in findings):
        yield Problem(
            check="eval.more", found=f"{rest:,} more in {name}", expected="none", file=source
        )


def _missing(columns: Columns, name: str) -> Iterator[Finding]:
    """Nulls where the schema has a required field."""
    rows = columns.rows(name)
    for field in columns.schema.lists[name].fields:
        if field.required:
            column = rows.column(field.name)
            bad = nulls(column)
            if pa.types.is_list(column.type) and field.kind == "spans":
                bad = bad | (list_lengths(column) == 0)
            for row in np.flatnonzero(bad):
                where = int(rows.doc[row]), int(rows.index[row])
                yield "eval.required", *where, field.name, "nothing", "a value"


def _unsound(columns: Columns, name: str, lengths: NDArray[np.int64]) -> Iterator[Finding]:
    rows = columns.rows(name)
    for field in columns.schema.lists[name].fields:
        if field.kind == "label" and not field.derived:
            labels = columns.schema.labels(str(field.of))
            code = rows.codes(field.name, labels)
            for row in np.flatnonzero(code == UNKNOWN):
                found = str(rows.strings(field.name)[int(row)].as_py())[:40]
                yield (
                    "eval.label",
                    *_place(rows, row),
                    field.name,
                    repr(found),
                    f"one of {', '.join(labels)}",
                )
    for row in columns.directory(name).repeated():
        found = repr(rows.strings("id")[int(row)].as_py())
        yield "eval.id", *_place(rows, row), "id", f"{found} again", "each id once in a record"
    if name == "entities":
        owner, member = columns.members
        yield from _dangling(rows, member, "members", "entities of the record", owner)
    elif name == "mentions":
        yield from _out_of_range(
            rows, columns.mentions.spans.start, columns.mentions.spans.end, lengths
        )
        yield from _dangling(rows, columns.mentions.entity, "entity", "an entity of the record")
    elif name == "times":
        yield from _out_of_range(rows, columns.times.start, columns.times.end, lengths)
    elif name == "zones":
        yield from _out_of_range(rows, columns.zones.start, columns.zones.end, lengths)
    elif name == "quotes":
        quotes = columns.quotes
        for part, field_name in ((quotes.content, "content"), (quotes.cue, "cue")):
            yield from _out_of_range(rows, part.start, part.end, lengths, field_name, part.owner)
        yield from _dangling(rows, quotes.source, "source", "a mention of the record")
        yield from _dangling(rows, quotes.parent, "parent", "a quote of the record")
        yield from _dangling(
            rows,
            quotes.addressee.mention,
            "addressees",
            "mentions of the record",
            quotes.addressee.owner,
        )
    elif name == "events":
        events = columns.events
        yield from _out_of_range(rows, events.spans.start, events.spans.end, lengths, "trigger")
        expected = "a mention, time or event of the record"
        yield from _dangling(rows, events.target.start, "arguments", expected, events.owner)
        bad = events.role < 0
        for row in events.owner[np.flatnonzero(bad)]:
            roles = ", ".join(columns.schema.labels("role"))
            yield (
                "eval.label",
                *_place(rows, row),
                "arguments",
                "an unknown role",
                f"one of {roles}",
            )


def _out_of_range(
    rows: Rows,
    start: Ints,
    end: Ints,
    lengths: NDArray[np.int64],
    field: str = "span",
    owner: Ints | None = None,
) -> Iterator[Finding]:
    bad: Bools = (start < 0) | (start >= end)
    length = np.broadcast_to(-1, len(start))
    if (lengths >= 0).any():
        length = lengths[rows.doc if owner is None else rows.doc[owner]]
        bad |= (length >= 0) & (end > length)
    for row in np.flatnonzero(bad):
        found = f"[{start[row]}, {end[row]}]"
        size = int(length[row])
        expected = f"0 ≤ start < end ≤ {size}" if size >= 0 else "0 ≤ start < end"
        at = int(row if owner is None else owner[row])
        yield "eval.span", *_place(rows, at), field, found, expected


def _dangling(
    rows: Rows, target: Ints, field: str, expected: str, owner: Ints | None = None
) -> Iterator[Finding]:
    for row in np.flatnonzero(target == UNKNOWN):
        at = int(row if owner is None else owner[row])
        yield "eval.reference", *_place(rows, at), field, "an id that leads nowhere", expected


def _place(rows: Rows, row: int | np.integer) -> tuple[int, int]:
    return int(rows.doc[row]), int(rows.index[row])
