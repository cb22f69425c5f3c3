"""A comparison of two systems as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.eval.compare import Difference, Differences
from communique.eval.table import UNDEFINED, interval_text

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["comparison_tables"]

BETTER = {"A is better": "red", "B is better": "green"}


def comparison_tables(found: Differences, names: tuple[str, str]) -> Iterator[RenderableType]:
    """What to print: each difference with what is known of it, then how it was computed.

    ``names`` say what A and B are.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure", no_wrap=True)
    for title in ("A", "B", "B - A"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    for title in ("p", "p (Holm)"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("verdict", min_width=12)
    task = None
    for name, one in found.measures.items():
        if task not in (None, name.partition(".")[0]):
            table.add_row()
        task = name.partition(".")[0]
        table.add_row(Text(name, style="bold cyan"), *_cells(one), _verdict(one))
        for label, of_type in found.types.get(name, {}).items():
            table.add_row(Text(f"  {label}"), *_cells(of_type), _verdict(of_type))
    yield table
    yield Text()
    for letter, what in zip("AB", names, strict=True):
        yield Text(f"{letter}  {what}")
    yield Text(_method(found), style="dim")
    for name, why in found.left_out.items():
        yield Text(f"not compared: {name}: {why}", style="yellow")
    for warning in found.warnings:
        yield Text(f"warning: {warning}", style="yellow")
    yield Text(str(found.signature), style="dim")


def _verdict(one: Difference) -> RenderableType:
    from rich.text import Text

    return Text(one.verdict, style=BETTER.get(one.verdict, ""))


def _cells(one: Difference) -> list[str]:
    return [
        *(UNDEFINED if value is None else f"{value:.3f}" for value in (one.a, one.b)),
        UNDEFINED if one.difference is None else f"{one.difference:+.3f}",
        interval_text(one.interval, "+.3f"),
        *(UNDEFINED if p is None else f"{p:.4f}" for p in (one.p, one.p_holm)),
    ]


def _method(found: Differences) -> str:
    conditions = found.signature.conditions
    resamples = int(conditions["resamples"])
    tests = int(conditions["holm"])
    family = "the measure" if tests == 1 else f"the {tests} measures that differ"
    if found.types:
        family += ", and over the types of each"
    return (
        f"Intervals: percentile bootstrap, {resamples:,} resamples of {found.n_units} "
        f"{found.noun}. p: approximate randomisation, two-sided, {resamples:,} exchanges. "
        f"Holm's correction over {family}."
    )
