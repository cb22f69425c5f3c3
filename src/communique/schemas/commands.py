"""`communique schemas`."""

from __future__ import annotations

import click

__all__ = ["schemas"]


@click.group()
def schemas() -> None:
    """schemas."""
