"""`communique corpus`."""

from __future__ import annotations

import click

__all__ = ["group"]


@click.group(name="corpus")
def group() -> None:
    """Corpus."""
