"""`communique eval`: systems run and scored."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["group"]

SPLITS = click.Choice(["train", "validation", "test", "restricted"])


@click.group(name="eval")
def group() -> None:
    """Systems, predictions and scores."""


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

    run = load_system(system)
    corpus = Corpus(find_project())
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
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def score(
    predictions: Path,
    gold: Path | None,
    split: str | None,
    measures: tuple[str, ...],
    per_type: bool,
    form: str,
) -> None:
    """Score predictions against gold.

    PREDICTIONS are records with any subset of layers; what a system does not do is not scored.
    Documents that the system skipped are an error, not a silent zero.

    \b
    Examples:
      communique eval score build/rules.jsonl --split test
      communique eval score mine.parquet --gold build/dataset --format json
    """
    from communique.eval.gold import project_gold
    from communique.eval.inputs import read_side
    from communique.eval.scoring import score as score_sides
    from communique.eval.table import result_tables
    from communique.project import find_project
    from communique.terminal import console

    pred_side = read_side(predictions)
    gold_side = read_side(gold) if gold else project_gold(find_project())
    result = score_sides(gold_side, pred_side, split=split, measures=measures or None)
    if form == "json":
        click.echo(json.dumps(result.as_json(), indent=2, ensure_ascii=False))
        return
    out = console()
    for part in result_tables(result, per_type=per_type):
        out.print(part)


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
