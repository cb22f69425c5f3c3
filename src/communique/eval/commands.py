"""`communique eval`: systems run and scored."""

from __future__ import annotations

import click

__all__ = ["group"]


@click.group(name="eval")
def group() -> None:
    """Systems, predictions and scores."""
