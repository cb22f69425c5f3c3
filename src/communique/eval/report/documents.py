"""Documents for the viewer: text, both annotations in a compact form, and the verdicts.

Offsets stay code points; the page counts them as such. References are places in the lists of the
same side. A payload is::

    {"text": str | null, "zones": [[type, start, end, masked], …],
     "gold": side, "pred": side, "errors": [list, gold, pred, list, gold, pred, …]}

with a side of rows whose labels are places in the vocabularies of the schema::

    entities [id, type, kb, nil, members]
    mentions [id, start, end, entity, level, use, demonym, title]
    times    [id, start, end, type, value, mod]
    quotes   [id, content, cue, source, addressees, parent, kind, polarity]
    events   [id, start, end, type, mode, realis, polarity, certainty, arguments, chain]
    verdicts {list: [category, partner, category, partner, …]}

``errors`` walks through the document; -1 stands for nothing everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.errors import CATEGORIES, Judgement
from communique.eval.errors.verdicts import Verdicts
from communique.schemas.schema import Schema

__all__ = ["SHOWN", "error_counts", "payloads"]

SHOWN = ("mentions", "times", "quotes", "events")
"""The lists of the viewer; they number the errors."""

NOTHING = -1

Row = dict[str, Any]


def payloads(
    comparison: Comparison, judged: Mapping[str, Judgement], texts: Sequence[str | None]
) -> list[dict[str, Any]]:
    """The payload of each document, in order; ``texts`` are those that may be shown."""
    gold, pred = comparison.gold, comparison.pred
    sides = [_sides(gold), _sides(pred)]
    for number, (side, columns) in enumerate(((0, gold), (1, pred))):
        for name in SHOWN:
            if name in judged:
                verdicts = judged[name].pred if number else judged[name].gold
                other = pred if number == 0 else gold
                _add_verdicts(sides[side], name, verdicts, columns, other)
    errors = _errors(comparison, judged)
    masked = comparison.schema.masked_zones
    found = []
    for row, text in enumerate(texts):
        zones = [
            [one["type"], *one["span"], one["type"] in masked or one["duplicate_of"] is not None]
            for one in _items(gold, "zones", row)
        ]
        found.append(
            {
                "text": text,
                "zones": sorted(zones, key=lambda zone: zone[1]),
                "gold": sides[0][row],
                "pred": sides[1][row],
                "errors": errors[row],
            }
        )
    return found


def error_counts(
    comparison: Comparison, judged: Mapping[str, Judgement]
) -> list[dict[str, list[int]]]:
    """For each document and list, how often each category occurs; a pair counts once."""
    tables = {}
    for name in SHOWN:
        if name not in judged:
            continue
        judgement, n = judged[name], len(CATEGORIES[name])
        g, p, category = judgement.walk()
        doc = _docs_of_errors(comparison, name, g, p)
        right = judgement.gold_doc[judgement.gold.category == 0]
        keys = np.concatenate([doc * n + category, right * n])
        tables[name] = np.bincount(keys, minlength=comparison.n_docs * n).reshape(-1, n).tolist()
    return [
        {name: table[row] for name, table in tables.items()} for row in range(comparison.n_docs)
    ]


def _docs_of_errors(comparison: Comparison, name: str, g: Any, p: Any) -> Any:
    gold, pred = comparison.gold.rows(name).doc, comparison.pred.rows(name).doc
    return np.where(g >= 0, np.append(gold, 0)[g], np.append(pred, 0)[p])


def _errors(comparison: Comparison, judged: Mapping[str, Judgement]) -> list[list[int]]:
    """Errors as flat triples, in the order in which their places stand in the text."""
    found: list[list[tuple[int, int, int, int]]] = [[] for _ in range(comparison.n_docs)]
    for number, name in enumerate(SHOWN):
        if name not in judged:
            continue
        g, p, _ = judged[name].walk()
        docs = _docs_of_errors(comparison, name, g, p)
        gold, pred = comparison.gold.rows(name).index, comparison.pred.rows(name).index
        starts = [_starts(side, name) for side in (comparison.gold, comparison.pred)]
        for doc, i, j in zip(docs.tolist(), g.tolist(), p.tolist(), strict=True):
            start = starts[0][i] if i >= 0 else starts[1][j]
            places = int(gold[i]) if i >= 0 else NOTHING, int(pred[j]) if j >= 0 else NOTHING
            found[doc].append((int(start), number, *places))
    return [[n for error in sorted(errors) for n in error[1:]] for errors in found]


def _starts(side: Columns, name: str) -> Any:
    if name == "quotes":
        content = side.quotes.content
        start = np.full(len(side.quotes.rows), np.iinfo(np.int64).max)
        np.minimum.at(start, content.owner, content.start)
        return start
    if name == "mentions":
        return side.mentions.spans.start
    return side.times.start if name == "times" else side.events.spans.start


def _add_verdicts(
    rows: list[dict[str, Any]], name: str, verdicts: Verdicts, mine: Columns, other: Columns
) -> None:
    """Category and partner of every annotation; -1 for those that are not compared."""
    own, theirs = mine.rows(name), other.rows(name)
    category = np.full(len(own), NOTHING)
    partner = np.full(len(own), NOTHING)
    category[verdicts.rows] = verdicts.category
    partner[verdicts.rows] = np.where(
        verdicts.partner >= 0, np.append(theirs.index, NOTHING)[verdicts.partner], NOTHING
    )
    flat = np.stack([category, partner], axis=-1).reshape(-1).tolist()
    ends = np.cumsum(np.bincount(own.doc, minlength=mine.n_docs)) * 2
    begin = 0
    for row, end in enumerate(ends.tolist()):
        rows[row]["verdicts"][name] = flat[begin:end]
        begin = end


def _sides(side: Columns) -> list[dict[str, Any]]:
    return [_Packer(side.schema).packed(side, row) for row in range(side.n_docs)]


def _items(side: Columns, name: str, row: int) -> list[Row]:
    if name not in side.table.column_names:
        return []
    return side.table.column(name)[row].as_py() or []


class _Packer:
    """Turns the annotations of one document into rows of numbers."""

    def __init__(self, schema: Schema) -> None:
        self.places = {
            name: {label: place for place, label in enumerate(labels)}
            for name, labels in schema.vocabularies.items()
        }

    def code(self, vocabulary: str, label: str | None, missing: int = NOTHING) -> int:
        return missing if label is None else self.places[vocabulary].get(label, NOTHING)

    def packed(self, side: Columns, row: int) -> dict[str, Any]:
        lists = {name: _items(side, name, row) for name in ("entities", *SHOWN)}
        at = {name: {one["id"]: n for n, one in enumerate(items)} for name, items in lists.items()}

        def place(name: str, one: str | None) -> int:
            return at[name].get(one or "", NOTHING)

        code = self.code
        return {
            "entities": [
                [
                    one["id"],
                    code("entity_type", one["type"]),
                    one["kb"],
                    one["nil"],
                    [place("entities", member) for member in one["members"] or ()],
                ]
                for one in lists["entities"]
            ],
            "mentions": [
                [
                    one["id"],
                    *one["span"],
                    place("entities", one["entity"]),
                    code("mention_level", one["level"]),
                    code("mention_use", one["use"], 0),
                    int(bool(one["demonym"])),
                    int(bool(one["title"])),
                ]
                for one in lists["mentions"]
            ],
            "times": [
                [
                    one["id"],
                    *one["span"],
                    code("time_type", one["type"]),
                    one["value"],
                    code("time_mod", one["mod"]),
                ]
                for one in lists["times"]
            ],
            "quotes": [
                [
                    one["id"],
                    one["content"],
                    one["cue"] or [],
                    place("mentions", one["source"]),
                    [place("mentions", heard) for heard in one["addressees"] or ()],
                    place("quotes", one["parent"]),
                    code("quote_kind", one["kind"], 0),
                    code("polarity", one["polarity"], 0),
                ]
                for one in lists["quotes"]
            ],
            "events": [
                [
                    one["id"],
                    *one["trigger"],
                    code("event_type", one["type"]),
                    code("event_mode", one["mode"]),
                    code("realis", one["realis"], 0),
                    code("polarity", one["polarity"], 0),
                    code("certainty", one["certainty"], 0),
                    [self.argument(argument, at) for argument in one["arguments"] or ()],
                    one["chain"],
                ]
                for one in lists["events"]
            ],
            "verdicts": {},
        }

    def argument(self, argument: Row, at: Mapping[str, Mapping[str, int]]) -> list[int]:
        """Role, list and place of one argument's target."""
        for name in ("mentions", "times", "events"):
            if argument["target"] in at[name]:
                number = SHOWN.index(name)
                role = self.code("role", argument["role"])
                return [role, number, at[name][argument["target"]]]
        return [self.code("role", argument["role"]), NOTHING, NOTHING]
