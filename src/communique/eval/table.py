"""Scores as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.eval.counts import Score
from communique.eval.scoring import Result

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["result_tables"]

UNDEFINED = "–"


def result_tables(result: Result, *, per_type: bool = False) -> Iterator[RenderableType]:
    """What to print: the scores, with ``per_type`` also of each type, and what was compared."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("measure")
    for name in ("precision", "recall", "F1", "tp", "predicted", "gold"):
        table.add_column(name, justify="right")
    task = None
    for name in result.counts:
        if task not in (None, name.partition(".")[0]):
            table.add_row()
        task = name.partition(".")[0]
        table.add_row(Text(name, style="bold cyan"), *_cells(result.score(name)))
        if per_type:
            for label, one in result.by_type(name).items():
                table.add_row(Text(f"  {label}"), *_cells(one))
    yield table
    yield Text()
    for name, why in result.skipped.items():
        yield Text(f"not scored: {name}: {why}", style="yellow")
    for note in result.notes:
        yield Text(note, style="yellow")
    masked = [f"{count} {name}" for name, count in result.masked.items() if count]
    if masked:
        yield Text(f"predicted in masked zones, not counted: {', '.join(masked)}", style="yellow")
    yield Text(str(result.signature), style="dim")


def _cells(score: Score) -> list[str]:
    row = score.as_json()
    ratios = [row[name] for name in ("precision", "recall", "f1")]
    counts = [row[name] for name in ("tp", "n_pred", "n_gold")]
    return [
        *(UNDEFINED if ratio is None else f"{ratio:.3f}" for ratio in ratios),
        *(
            "" if n is None else f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
            for n in counts
        ),
    ]
