"""What a build has made, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from communique.corpus.dataset.build import Built

__all__ = ["built_as_json", "print_built", "progress"]


def progress(doc_ids: Iterable[str]) -> Iterable[str]:
    """The ids, with a progress bar on standard error when that is a terminal."""
    if not sys.stderr.isatty():
        return doc_ids
    from rich.console import Console
    from rich.progress import track

    ids = list(doc_ids)
    return track(ids, "documents", console=Console(stderr=True), transient=True)


def print_built(built: Built, out: Path, changed: bool) -> None:
    """Print rows by config and split, and sizes."""
    from rich.console import Console
    from rich.table import Table

    splits = list(built.tallies)
    table = Table("config", *(f"[default]{split}" for split in splits), "kB", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for config in built.configs:
        parts = built.parts[config.name]
        rows = [f"{parts[split].rows:,}" if split in parts else "–" for split in splits]
        size = sum(part.bytes for part in parts.values())
        table.add_row(config.name, *rows, f"{size / 1000:,.0f}")
    console = Console()
    console.print(table)
    absent = sum(tally.without_text for tally in built.tallies.values())
    if absent:
        console.print(
            f"{absent} restricted {'text' if absent == 1 else 'texts'} left out; "
            "annotation and hash are in"
        )
    # Not through rich, which would fold a long path.
    print(f"{out}: {'written' if changed else 'unchanged'}")


def built_as_json(built: Built) -> dict[str, Any]:
    """Rows, bytes and files by config and split."""
    return {
        "public": built.public,
        "restricted": [document.doc_id for document in built.restricted],
        "restricted_texts": built.restricted_texts,
        "configs": {
            name: {
                split: {"rows": part.rows, "bytes": part.bytes, "files": list(part.files)}
                for split, part in parts.items()
            }
            for name, parts in built.parts.items()
        },
    }
