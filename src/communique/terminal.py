"""What people see: one console, and progress on work that takes a while."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "progress"]

T = TypeVar("T")


def console(*, stderr: bool = False) -> Console:
    """A console that writes colour to terminals only, honours NO_COLOR, and takes text as text.

    What is not a terminal is taken to be wide, so that no table is cut in a file.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def progress(items: Collection[T], what: str) -> Iterator[T]:
    """The items, with a bar on the error stream while they are worked on, if it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=what, console=console(stderr=True), transient=True)
