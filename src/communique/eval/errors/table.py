"""The verdicts as one table, and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from communique.eval.comparison import Comparison
from communique.eval.errors.categories import CATEGORIES, FAULTS
from communique.eval.errors.judgement import list_of
from communique.eval.errors.verdicts import Judgement
from communique.files import replacing

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["buckets_table", "error_table", "totals", "totals_table", "write_rows"]


def error_table(
    comparison: Comparison, judged: Mapping[str, Judgement], doc_ids: Sequence[str]
) -> pa.Table:
    """One row per judged annotation.

    Columns: ``doc_id``, ``list``, ``side`` (gold or pred), ``row`` (its place in the record's
    list), ``id``, ``category``, and ``partner`` (the id on the other side, or null). ``triggers``
    are the events once more, judged as mere spans.
    """
    names = pa.array(doc_ids, pa.string())
    parts = []
    for name, judgement in judged.items():
        rows = {
            "gold": comparison.gold.rows(list_of(name)),
            "pred": comparison.pred.rows(list_of(name)),
        }
        for side, other, verdicts in (
            ("gold", "pred", judgement.gold),
            ("pred", "gold", judgement.pred),
        ):
            mine, theirs = rows[side], rows[other]
            alone = verdicts.partner < 0
            partner = pa.array(np.where(alone, 0, verdicts.partner), pa.int64(), mask=alone)
            n = len(verdicts.rows)
            category = pa.DictionaryArray.from_arrays(
                pa.array(verdicts.category, pa.int32()), pa.array(CATEGORIES[name])
            )
            parts.append(
                pa.table(
                    {
                        "doc_id": names.take(pa.array(mine.doc[verdicts.rows])),
                        "list": pa.array([name] * n, pa.string()),
                        "side": pa.array([side] * n, pa.string()),
                        "row": pa.array(mine.index[verdicts.rows]),
                        "id": mine.strings("id").take(pa.array(verdicts.rows)),
                        "category": category.dictionary_decode(),
                        "partner": theirs.strings("id").take(partner),
                    }
                )
            )
    return pa.concat_tables(parts)


def totals(judged: Mapping[str, Judgement]) -> dict[str, Any]:
    """For each list: how often each category occurs on either side, and each fault in pairs."""
    found: dict[str, Any] = {}
    for name, judgement in judged.items():
        found[name] = {
            side: dict(
                zip(
                    CATEGORIES[name],
                    np.bincount(verdicts.category, minlength=len(CATEGORIES[name])).tolist(),
                    strict=True,
                )
            )
            for side, verdicts in (("gold", judgement.gold), ("pred", judgement.pred))
        }
        faults = judgement.gold.faults.sum(axis=0).tolist()
        found[name]["faults"] = dict(zip(FAULTS[name], faults, strict=True))
    return found


def totals_table(counts: Mapping[str, Any]) -> RenderableType:
    """The totals for people: a row for each category that occurs."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("category")
    for column in ("gold", "share", "predicted", "share"):
        table.add_column(column, justify="right")
    for number, (name, sides) in enumerate(counts.items()):
        if number:
            table.add_row()
        table.add_row(Text(name, style="bold cyan"), *_cells(sides, None))
        for category in CATEGORIES[name]:
            if sides["gold"][category] or sides["pred"][category]:
                style = "green" if category == "correct" else ""
                label = category.replace("-", " ")
                table.add_row(Text(f"  {label}", style=style), *_cells(sides, category))
        hidden = [f"{fault.replace('-', ' ')} {n}" for fault, n in sides["faults"].items() if n]
        if hidden:
            table.add_row(Text(f"  wrong in pairs: {', '.join(hidden)}", style="dim"))
    return table


def _cells(sides: Mapping[str, Mapping[str, int]], category: str | None) -> list[str]:
    cells = []
    for side in ("gold", "pred"):
        whole = sum(sides[side].values())
        n = whole if category is None else sides[side][category]
        cells += [f"{n:,}", "" if category is None or not whole else f"{n / whole:.0%}"]
    return cells


def buckets_table(lists: Sequence[Mapping[str, Any]]) -> RenderableType:
    """The figures of buckets for people."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("bucket")
    for column in ("F1", "95 % interval", "precision", "recall", "predicted", "gold"):
        table.add_column(column, justify="right", no_wrap=True)
    for number, one in enumerate(lists):
        if number:
            table.add_row()
        table.add_row(Text.assemble((one["list"], "bold cyan"), (f" ({one['right']})", "dim")))
        for attribute in one["attributes"]:
            table.add_row(Text(f"  {attribute['name']}"))
            for row in attribute["buckets"]:
                ends = "–" if row["low"] is None else f"{row['low']:.3f}–{row['high']:.3f}"
                ratios = [row[name] for name in ("precision", "recall")]
                table.add_row(
                    Text(f"    {row['label']}"),
                    _ratio(row["value"]),
                    ends,
                    *map(_ratio, ratios),
                    f"{row['n_pred']:,}",
                    f"{row['n_gold']:,}",
                )
    return table


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def write_rows(path: Path, table: pa.Table) -> None:
    """Write the rows as CSV or Parquet, by the end of the name, atomically."""
    with replacing(path, "wb") as file:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            pq.write_table(table, file)
        else:
            from pyarrow import csv

            csv.write_csv(table, file)
