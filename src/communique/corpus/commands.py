"""`communique corpus`."""

from __future__ import annotations

import click

__all__ = ["corpus"]


@click.group()
def corpus() -> None:
    """corpus."""
