"""`communique eval groups`: scores of parts of what was compared."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["groups"]

AXES = click.Choice(["genre", "world", "storyline", "outlet", "level", "zone"])


@click.command()
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option("--by", "axis", type=AXES, required=True, help="What to group by.")
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    help="JSONL, folder of records, Arrow, Parquet or dataset; by default the project's gold.",
)
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test", "restricted"]),
    help="Only this split; by default all but restricted texts.",
)
@click.option("--measure", "measures", multiple=True, help="Only this measure; may be repeated.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def groups(
    predictions: Path,
    axis: str,
    gold: Path | None,
    split: str | None,
    measures: tuple[str, ...],
    form: str,
) -> None:
    """Score predictions by genre, world, storyline, outlet, mention level or zone.

    \b
    Examples:
      communique eval groups build/rules.jsonl --by level --measure mentions.strict
      communique eval groups build/rules.jsonl --by genre --split test --format json
    """
    from communique.eval.gold import project_gold
    from communique.eval.groups import grouped
    from communique.eval.inputs import read_side
    from communique.eval.scoring import score
    from communique.project import find_project

    pred_side = read_side(predictions)
    gold_side = read_side(gold) if gold else project_gold(find_project())
    result = score(gold_side, pred_side, split=split, measures=measures or None)
    found = grouped(result, axis, gold_side, pred_side, split=split)
    if form == "json":
        scores = {
            value: {name: one.as_json() for name, one in scores.items()}
            for value, scores in found.items()
        }
        whole = {"signature": str(result.signature), "by": axis, "groups": scores}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return

    from rich.table import Table

    from communique.eval.table import UNDEFINED
    from communique.terminal import console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure", style="bold cyan", no_wrap=True)
    for value in found:
        table.add_column(value, justify="right")
    for name in result.counts:
        values = [scores[name].value if name in scores else None for scores in found.values()]
        cells = [UNDEFINED if value is None else f"{value:.3f}" for value in values]
        if any(value is not None for value in values):
            table.add_row(name, *cells)
    screen = console()
    screen.print(table)
    screen.print(str(result.signature), style="dim", soft_wrap=True)
