"""The table of checks, for people and programs."""

from __future__ import annotations

from typing import Any

from communique.annotations.checks import CHECKS
from communique.corpus.validation import checks, placement

__all__ = ["check_rows", "print_checks"]

MODULES = (checks, placement)
"""The modules of checks outside ``annotations.checks``; importing them has filled the table."""


def check_rows() -> list[dict[str, Any]]:
    """Every check as plain JSON, by id."""
    return [
        {
            "id": one.id,
            "severity": one.severity,
            "scope": one.scope,
            "asks": one.question,
            "mend": one.mend,
            "needs_text": one.needs_text,
            "predictions": one.predictions,
        }
        for one in sorted(CHECKS.values(), key=lambda one: one.id)
    ]


def print_checks(rows: list[dict[str, Any]]) -> None:
    """Print the table on the terminal."""
    from rich.table import Table

    from communique.terminal import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("check", style="bold cyan", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("asks")
    for row in rows:
        table.add_row(row["id"], row["severity"], row["asks"])
    out = console()
    out.print(table)
    out.print(f"\n{len(rows)} checks")
