"""A gate's verdict as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.eval.gate.report import GateReport

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["report_tables"]

STYLES = {"passed": "green", "failed": "bold red", "undefined": "yellow"}


def report_tables(report: GateReport) -> Iterator[RenderableType]:
    """What to print: each demand, what cost most of what failed, and the verdict last."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("measure")
    for name in ("type", "value", "wanted"):
        table.add_column(name)
    for name in ("found", "margin"):
        table.add_column(name, justify="right")
    for one in report.outcomes:
        demand = one.demand
        style = STYLES[one.status if one.passed else "failed"]
        table.add_row(
            Text(one.status if one.passed else "FAILED", style=style),
            Text(demand.measure, style="bold cyan"),
            Text(demand.type or ""),
            Text(demand.value),
            Text(one.wanted),
            Text(one.found_text),
            Text(one.margin_text),
        )
    yield table
    yield Text()
    for one in report.outcomes:
        if one.reason:
            yield Text(f"{one.demand.number}: {one.reason}", style="yellow")
    for one in report.failures:
        if one.worst:
            yield Text(f"what cost {one.demand.number} most:")
            yield from (Text(f"  {document}") for document in one.worst)
    for note in report.notes:
        yield Text(note, style="yellow")
    yield Text(str(report.signature), style="dim")
    if report.test is not None:
        yield Text(f"test: {report.test}", style="dim")
    yield Text(report.headline, style="bold green" if report.passed else "bold red")
