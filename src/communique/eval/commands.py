"""`communique eval`: systems run and scored."""

from __future__ import annotations

import json
from pathlib import Path

import click

from communique.eval.compare_commands import compare
from communique.eval.gate_commands import gate
from communique.eval.groups_commands import groups
from communique.eval.leaderboard_commands import leaderboard
from communique.eval.report_commands import errors, report

__all__ = ["group"]

CHEAP = 10_000
"""Documents up to which intervals come unasked: they then take about a second."""

SPLITS = click.Choice(["train", "validation", "test", "restricted"])


@click.group(name="eval")
def group() -> None:
    """Systems, predictions and scores."""


group.add_command(compare)
group.add_command(gate)
group.add_command(errors)
group.add_command(report)
group.add_command(groups)
group.add_command(leaderboard)


@group.command()
@click.option("--system", default="rules", show_default=True, help="Name of the system.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSONL file to write, one record per document.",
)
@click.option("--split", type=SPLITS, help="Only this split; by default all but restricted texts.")
def predict(system: str, out: Path, split: str | None) -> None:
    """Run a system on the texts of the corpus.

    The systems are capitals (next to nothing), rules (lexicons and patterns) and crf, which learns
    from the train split first.

    \b
    Example:
      communique eval predict --system rules --split test --out build/rules.jsonl
    """
    from communique.annotations.reading import records_to_jsonl
    from communique.corpus.documents import Corpus
    from communique.errors import CommuniqueError
    from communique.eval.gold import texts_of
    from communique.eval.systems import load_system
    from communique.files import replacing
    from communique.project import find_project
    from communique.terminal import progress

    corpus = Corpus(find_project())
    run = load_system(system, corpus)
    texts = list(texts_of(corpus, split))
    if not texts:
        raise CommuniqueError(f"found no text in split {split}, expected at least one document")
    with replacing(out) as file:
        for doc_id, text in progress(texts, f"{system} predicts"):
            file.writelines(records_to_jsonl([run(corpus.document(doc_id), text)]))
    click.echo(f"{out}: {len(texts)} records")


@group.command()
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    help="JSONL, folder of records, Arrow, Parquet or dataset; by default the project's gold.",
)
@click.option("--split", type=SPLITS, help="Only this split; by default all but restricted texts.")
@click.option("--measure", "measures", multiple=True, help="Only this measure; may be repeated.")
@click.option("--per-type", is_flag=True, help="Also a row for each type.")
@click.option(
    "--intervals/--no-intervals",
    "wanted",
    default=None,
    help="95 % bootstrap intervals; by default up to 10,000 documents.",
)
@click.option(
    "--unit",
    type=click.Choice(["document", "storyline", "outlet"]),
    default="document",
    show_default=True,
    help="What the bootstrap draws as a whole.",
)
@click.option(
    "--resamples",
    type=click.IntRange(100, 1_000_000),
    default=10_000,
    show_default=True,
    help="Resamples of the bootstrap.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the random draws."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also store the result with the counts of each document and type, for later comparisons.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def score(
    predictions: Path,
    gold: Path | None,
    split: str | None,
    measures: tuple[str, ...],
    per_type: bool,
    wanted: bool | None,
    unit: str,
    resamples: int,
    seed: int,
    out: Path | None,
    form: str,
) -> None:
    """Score predictions against gold.

    PREDICTIONS are records with any subset of layers; what a system does not do is not scored.
    Documents that the system skipped are an error, not a silent zero. A result that --out stored
    can stand in their place and is shown again.

    \b
    Examples:
      communique eval score build/rules.jsonl --split test
      communique eval score mine.parquet --gold build/dataset --format json
      communique eval score build/rules.jsonl --out baseline.json
    """
    from communique.eval.gold import project_gold
    from communique.eval.inputs import read_side
    from communique.eval.results import is_result, result_at, write_result
    from communique.eval.statistics.interval import intervals
    from communique.eval.table import result_tables
    from communique.project import find_project
    from communique.terminal import console

    if gold and is_result(predictions):
        raise click.UsageError("--gold has no use with a stored result")
    if out is not None and out.resolve() == predictions.resolve():
        raise click.UsageError("--out would overwrite the predictions")
    result = result_at(
        predictions,
        lambda: read_side(gold) if gold else project_gold(find_project()),
        split=split,
        measures=measures or None,
        per_type=per_type or out is not None,
    )
    found = None
    if wanted is None and len(result.doc_ids) > CHEAP:
        click.echo(f"no intervals for over {CHEAP:,} documents unless --intervals", err=True)
    if wanted or (wanted is None and len(result.doc_ids) <= CHEAP):
        found = intervals(result, unit=unit, resamples=resamples, seed=seed, per_type=per_type)
    if out is not None:
        write_result(out, result)
    human = None
    if not gold:
        from communique.eval.agreement.human import human_beside

        human = human_beside(result)
    if form == "json":
        whole = result.as_json() | ({"intervals": found.as_json()} if found else {})
        whole |= human.as_json() if human else {}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    from rich.text import Text

    screen = console()
    for part in result_tables(result, found, human, per_type=per_type):
        # a signature stays on one line, so that it can be copied and parsed
        screen.print(part, soft_wrap=isinstance(part, Text))
    if out is not None:
        click.echo(f"{out}: {len(result.doc_ids)} documents, {len(result.counts)} measures")


@group.command(name="measures")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def measures_(form: str) -> None:
    """List the measures with their definitions."""
    from communique.eval.measures import MEASURES
    from communique.terminal import console

    rows = [
        {"name": one.name, "needs": list(one.lists), "definition": one.definition}
        for one in MEASURES.values()
    ]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure", style="bold cyan", no_wrap=True)
    table.add_column("definition")
    for row in rows:
        table.add_row(str(row["name"]), str(row["definition"]))
    console().print(table)
