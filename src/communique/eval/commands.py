"""`communique eval`: systems run and scored."""

from __future__ import annotations

import click

__all__ = ["evaluation"]


@click.group(name="eval")
def evaluation() -> None:
    """Systems, predictions and scores."""
