"""`communique eval compare`: is one system better than the other?"""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["compare"]


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
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
@click.option("--per-type", is_flag=True, help="Also each type of each measure.")
@click.option(
    "--unit",
    type=click.Choice(["document", "storyline", "outlet"]),
    default="document",
    show_default=True,
    help="What is drawn and exchanged as a whole.",
)
@click.option(
    "--resamples",
    type=click.IntRange(100, 1_000_000),
    default=10_000,
    show_default=True,
    help="Bootstrap resamples, and exchanges of the test.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the random draws."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def compare(
    a: Path,
    b: Path,
    gold: Path | None,
    split: str | None,
    measures: tuple[str, ...],
    per_type: bool,
    unit: str,
    resamples: int,
    seed: int,
    form: str,
) -> None:
    """Compare system B with system A on the same documents.

    A and B are predictions, or results that `communique eval score --out` stored. Both must be
    of the same gold, documents, schema and version; anything else is refused.

    Each measure gets the difference B - A with a 95 % bootstrap interval, the p-value of a
    two-sided randomisation test, the p-value corrected by Holm for the number of measures, and
    a verdict, which goes by the corrected one at .05. With --per-type the types of a measure
    are a family of their own. Documents of one storyline are alike; --unit storyline asks
    whether the difference would hold on other storylines.

    The exit code is 0 whichever system is better.

    \b
    Examples:
      communique eval compare build/old.jsonl build/new.jsonl --split test
      communique eval compare baseline.json new.parquet --measure mentions.strict --per-type
    """
    from functools import cache

    from communique.eval.compare import compare as compare_results
    from communique.eval.compare_table import comparison_tables
    from communique.eval.gold import project_gold
    from communique.eval.inputs import Side, read_side
    from communique.eval.results import is_result, result_at
    from communique.project import find_project
    from communique.terminal import console

    if gold and is_result(a) and is_result(b):
        raise click.UsageError("--gold has no use when A and B are both stored results")

    @cache
    def gold_side() -> Side:
        return read_side(gold) if gold else project_gold(find_project())

    results = [
        result_at(path, gold_side, split=split, measures=measures or None, per_type=per_type)
        for path in (a, b)
    ]
    found = compare_results(*results, unit=unit, resamples=resamples, seed=seed, per_type=per_type)
    if form == "json":
        whole = {"a": str(a), "b": str(b), **found.as_json()}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    from rich.text import Text

    out = console()
    for part in comparison_tables(found, (str(a), str(b))):
        # a signature stays on one line, so that it can be copied and parsed
        out.print(part, soft_wrap=isinstance(part, Text))
