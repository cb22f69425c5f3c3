"""Density statistics as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from communique.corpus.density.bands import Bands
from communique.corpus.density.lint import Lint
from communique.corpus.density.stats import Cell, Group, group_stats
from communique.terminal import console

__all__ = ["print_groups", "print_lint"]

MARKS = {-1: " ↓", 0: "  ", 1: " ↑"}
LEGEND = "↓ below its band, ↑ above it"


def print_lint(found: Lint) -> None:
    """Print the quotas beside what there is, and a line for each complaint."""
    out = console()
    table = Table("phenomenon", "found", "at least", box=None, highlight=False)
    table.columns[1].justify = table.columns[2].justify = "right"
    for quota in found.quotas:
        style, mark = ("", "  ") if quota.met else ("yellow", " ↓")
        table.add_row(quota.title, Text(f"{quota.found}{mark}", style=style), str(quota.least))
    out.print()
    out.print(table)
    share = found.style.near_duplicates
    out.print(f"near-duplicate sentences {'–' if share is None else f'{share:.2f} %'}")
    if found.cues:
        common = ", ".join(f"{cue} {found.share(cue):.0f} %" for cue in list(found.cues)[:5])
        out.print(f"{len(found.cues)} different cues: {common} …")
    for line in found.complaints():
        out.print(line, soft_wrap=True)


def print_groups(groups: Sequence[Group], bands: Bands) -> None:
    """Print one group with its bands and annotations, or several as lines of two tables."""
    out = console()
    if len(groups) == 1:
        _print_one(groups[0], bands, out)
    elif groups:
        _print_many(groups, out)
    else:
        out.print("no documents")
    if any(cell.side for group in groups for cell in group.cells):
        out.print(LEGEND)
    for cell in (cell for group in groups for cell in group.cells if cell.argued):
        said = (
            cell.argued if cell.side else "is not outside its band; remove the reason from the file"
        )
        out.print(f"{cell.quantity.title}: {said}", soft_wrap=True)


def _print_one(group: Group, bands: Bands, out: Console) -> None:
    single = len(group.documents) == 1
    out.print(
        f"{group.name}: {_count(len(group.documents), 'document')}, {group.tokens:,} tokens "
        f"in {group.sentences:,} sentences"
        + (f"; {group.without_text} without text" if group.without_text else "")
    )
    table = Table("quantity", "value", "band", "unit", box=None, highlight=False)
    if not single:
        table.add_column("documents outside", justify="right")
    table.columns[1].justify = table.columns[2].justify = "right"
    outside = _outside(group, bands)
    for cell in group.cells:
        last = [] if single else [outside[cell.quantity.name]]
        name, band = cell.quantity.title, str(cell.band or "")
        table.add_row(name, _value(cell), band, cell.quantity.unit, *last)
    out.print(table)
    counts = Table("annotations", "total", "by type", box=None, highlight=False)
    counts.columns[1].justify = "right"
    for name, labels in group.annotations.items():
        total = f"{sum(labels.values()):,}"
        counts.add_row(name, total, ", ".join(f"{one} {n:,}" for one, n in labels.items()))
    if counts.rows:
        out.print()
        out.print(counts)


def _print_many(groups: Sequence[Group], out: Console) -> None:
    densities = [cell.quantity.name for cell in groups[0].cells if cell.quantity.unit != "%"]
    for names in (
        densities,
        [one.quantity.name for one in groups[0].cells if one.quantity.name not in densities],
    ):
        table = Table("", "tokens", box=None, highlight=False)
        table.columns[1].justify = "right"
        for cell in groups[0].cells:
            if cell.quantity.name in names:
                table.add_column(cell.quantity.short, justify="right", no_wrap=True)
        for group in groups:
            cells = [_value(cell) for cell in group.cells if cell.quantity.name in names]
            tokens = f"{group.tokens:,}" if group.without_text < len(group.documents) else "no text"
            table.add_row(group.name, tokens, *cells)
        unit = "length, deviation: tokens; others: per 100 tokens"
        out.print(table)
        out.print(unit if names is densities else "%", style="dim")
        out.print()


def _value(cell: Cell) -> Text:
    if cell.value is None:
        return Text("–  ")
    return Text(f"{cell.value:.1f}{MARKS[cell.side]}", style="yellow" if cell.side else "")


def _outside(group: Group, bands: Bands) -> dict[str, str]:
    """How many documents lie outside the band of documents, by quantity."""
    alone = group_stats(group.documents, "document", bands)
    found = {}
    for number, cell in enumerate(group.cells):
        held = [one.cells[number] for one in alone if one.cells[number].band]
        held = [one for one in held if one.value is not None]
        sides = sum(one.side != 0 for one in held)
        found[cell.quantity.name] = f"{sides} of {len(held)}" if held else ""
    return found


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
