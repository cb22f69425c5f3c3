"""Scores as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.eval.counts import Score
from communique.eval.scoring import Result

if TYPE_CHECKING:
    from rich.console import RenderableType

    from communique.eval.agreement.human import Human
    from communique.eval.statistics.interval import Interval, Intervals

__all__ = ["UNDEFINED", "interval_text", "result_tables"]

UNDEFINED = "–"


def result_tables(
    result: Result,
    intervals: Intervals | None = None,
    human: Human | None = None,
    *,
    per_type: bool = False,
) -> Iterator[RenderableType]:
    """What to print: the scores, with ``per_type`` also of each type, and what was compared.

    The intervals, and the human figures where there are any, are of the headline values.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.add_column("measure")
    for name in ("precision", "recall", "F1"):
        table.add_column(name, justify="right", no_wrap=True)
    if intervals:
        table.add_column("95 % interval", no_wrap=True)
    beside = human if human and human.figures else None
    if beside:
        table.add_column("human", justify="right", no_wrap=True)
    for name in ("tp", "predicted", "gold"):
        table.add_column(name, justify="right", no_wrap=True)
    task = None
    for name in result.counts:
        if task not in (None, name.partition(".")[0]):
            table.add_row()
        task = name.partition(".")[0]
        of_types = intervals.types.get(name, {}) if intervals else {}
        extra = [interval_text(intervals[name])] if intervals else []
        extra += [beside.cell(name)] if beside else []
        table.add_row(Text(name, style="bold cyan"), *_cells(result.score(name), extra))
        if per_type:
            for label, one in result.by_type(name).items():
                extra = [interval_text(of_types.get(label))] if intervals else []
                extra += [""] if beside else []
                table.add_row(Text(f"  {label}"), *_cells(one, extra))
    yield table
    yield Text()
    for name, why in result.skipped.items():
        yield Text(f"not scored: {name}: {why}", style="yellow")
    for note in result.notes:
        yield Text(note, style="yellow")
    masked = [f"{count} {name}" for name, count in result.masked.items() if count]
    if masked:
        yield Text(f"predicted in masked zones, not counted: {', '.join(masked)}", style="yellow")
    for line in human.lines() if human else ():
        yield Text(line, style="yellow")
    for warning in intervals.warnings if intervals else ():
        yield Text(f"warning: {warning}", style="yellow")
    signature = intervals.signed(result.signature) if intervals else result.signature
    yield Text(str(signature), style="dim")


def interval_text(interval: Interval | None, form: str = ".3f") -> str:
    """An interval in brackets, with the share of resamples that had no value."""
    if interval is None or interval.low is None or interval.high is None:
        return UNDEFINED
    ends, share = f"[{interval.low:{form}}, {interval.high:{form}}]", interval.undefined_share
    if not share:
        return ends
    return f"{ends} ({share:.0%} undefined)" if share >= 0.005 else f"{ends} (<1% undefined)"


def _cells(score: Score, extra: list[str]) -> list[str]:
    row = score.as_json()
    ratios = [row[name] for name in ("precision", "recall", "f1")]
    counts = [row[name] for name in ("tp", "n_pred", "n_gold")]
    return [
        *(UNDEFINED if ratio is None else f"{ratio:.3f}" for ratio in ratios),
        *extra,
        *(
            "" if n is None else f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
            for n in counts
        ),
    ]
