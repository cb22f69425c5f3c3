"""`communique eval errors` and `communique eval report`: what is wrong, counted and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from communique.corpus.documents import Document
    from communique.eval.inputs import Side

__all__ = ["errors", "report"]

SPLITS = click.Choice(["train", "validation", "test", "restricted"])
GOLD = click.option(
    "--gold",
    "gold_path",
    type=click.Path(path_type=Path),
    help="JSONL, folder of records, Arrow, Parquet or dataset; by default the project's gold.",
)
SPLIT = click.option(
    "--split", type=SPLITS, help="Only this split; by default all but restricted texts."
)


@click.command()
@click.argument("predictions", type=click.Path(path_type=Path))
@GOLD
@SPLIT
@click.option("--buckets", "wanted", is_flag=True, help="Also scores by length, zone, genre, …")
@click.option(
    "--rows",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write one row per annotation with its category, as CSV or Parquet.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def errors(
    predictions: Path,
    gold_path: Path | None,
    split: str | None,
    wanted: bool,
    rows: Path | None,
    form: str,
) -> None:
    """Count what is wrong with predictions, by category.

    Every annotation of either side has one category: correct, missed, spurious, boundary, type,
    split, merged; of quotes also wrong speaker and extent; of events wrong type, realis, role
    and so on. What else is wrong with an aligned pair is counted by itself.

    \b
    Examples:
      communique eval errors build/rules.jsonl --split test
      communique eval errors build/rules.jsonl --buckets --format json
      communique eval errors build/rules.jsonl --rows errors.csv
    """
    from communique.eval.errors import buckets, error_table, judge, totals
    from communique.eval.errors.table import buckets_table, totals_table, write_rows
    from communique.eval.inputs import read_side
    from communique.eval.report.overview import bucket_figures
    from communique.eval.scoring import paired, signed
    from communique.terminal import console

    if rows is not None and rows.suffix not in (".csv", ".parquet"):
        raise click.UsageError("--rows wants a file that ends in .csv or .parquet")
    if rows is not None and rows.resolve() == predictions.resolve():
        raise click.UsageError("--rows would overwrite the predictions")
    gold, _ = _gold(gold_path)
    comparison, doc_ids, notes = paired(gold, read_side(predictions), split=split)
    judged = judge(comparison)
    table = error_table(comparison, judged, doc_ids)
    if rows is not None:
        write_rows(rows, table)
    counts = totals(judged)
    facts = [gold.facts.get(doc_id, {}) for doc_id in doc_ids]
    sorted_in = bucket_figures(buckets(comparison, judged, facts)) if wanted else []
    signature = str(signed(comparison, split))
    if form == "json":
        whole: dict[str, Any] = {"signature": signature, "documents": doc_ids, "notes": notes}
        whole |= {"errors": counts} | ({"buckets": sorted_in} if wanted else {})
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    from rich.text import Text

    screen = console()
    screen.print(totals_table(counts))
    if wanted:
        screen.print()
        screen.print(buckets_table(sorted_in))
    for note in notes:
        screen.print(Text(f"\n{note}", style="yellow"))
    screen.print(Text(f"\n{signature}", style="dim"), soft_wrap=True)
    if rows is not None:
        click.echo(f"{rows}: {table.num_rows:,} rows")


@click.command()
@click.argument("predictions", type=click.Path(path_type=Path))
@GOLD
@SPLIT
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="HTML file to write.",
)
def report(predictions: Path, gold_path: Path | None, split: str | None, out: Path) -> None:
    """Write one HTML file with the scores, the errors and the documents behind them.

    The file needs no network and no other file. It holds the texts that are on this machine: one
    that is restricted is in it only when you have hydrated it and asked for its split, and the
    page then says so.

    \b
    Example:
      communique eval report build/rules.jsonl --split test --out build/report.html
    """
    from communique.eval.agreement.human import human_beside
    from communique.eval.inputs import read_side
    from communique.eval.report import report_page
    from communique.files import write_text

    if out.resolve() == predictions.resolve():
        raise click.UsageError("--out would overwrite the predictions")
    gold, documents = _gold(gold_path)
    page = report_page(
        gold,
        read_side(predictions),
        split=split,
        documents=documents,
        human=None if gold_path else human_beside,
    )
    write_text(out, page)
    click.echo(f"{out}: {len(page.encode()):,} bytes, open it in a browser")


def _gold(path: Path | None) -> tuple[Side, dict[str, Document]]:
    """The gold, and what the project that the command runs in knows about its documents.

    Records by themselves have no texts: those of the project are used where they are the very
    ones that the records were made for.
    """
    from dataclasses import replace

    from communique.corpus.documents import Corpus, text_sha256
    from communique.errors import CommuniqueError
    from communique.eval.gold import project_gold
    from communique.eval.inputs import FACTS, read_side
    from communique.project import find_project

    if path is None:
        project = find_project()
        gold = project_gold(project)
        corpus = Corpus(project)
        known = gold.table.column("doc_id").to_pylist()
        return gold, {doc_id: corpus.document(doc_id) for doc_id in known}
    gold = read_side(path)
    try:
        corpus = Corpus(find_project())
    except CommuniqueError:
        return gold, {}
    documents: dict[str, Document] = {}
    texts, splits, facts = dict(gold.texts), dict(gold.splits), dict(gold.facts)
    columns = (gold.table.column(name).to_pylist() for name in ("doc_id", "text_sha256"))
    for doc_id, sha256 in zip(*columns, strict=True):
        if doc_id not in corpus.ids or sha256 != corpus.document(doc_id).sha256:
            continue
        document = documents[doc_id] = corpus.document(doc_id)
        text = corpus.text(doc_id)
        if text is not None and text_sha256(text) == sha256:
            texts.setdefault(doc_id, text)
        facts.setdefault(doc_id, {name: getattr(document, name) for name in FACTS})
        if (split := corpus.splits.of(document.storyline)) is not None:
            splits.setdefault(doc_id, split)
    return replace(gold, texts=texts, splits=splits, facts=facts), documents
