"""`communique annotations agreement`: two annotators compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from communique.corpus.documents import Corpus
    from communique.eval.inputs import Side

__all__ = ["agreement"]

SPLITS = click.Choice(["train", "validation", "test", "restricted"])


@click.command()
@click.argument("dir_a", type=click.Path(path_type=Path))
@click.argument("dir_b", type=click.Path(path_type=Path))
@click.option(
    "--by",
    type=click.Choice(["layer", "type"]),
    default="layer",
    show_default=True,
    help="Figures of each layer, or also of each type in it.",
)
@click.option("--split", type=SPLITS, help="Only the documents of this split of the project.")
@click.option(
    "--disagreements",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSONL file to write: every disagreement in the order of the text, one a line.",
)
@click.option(
    "--out",
    "stored",
    type=click.Path(dir_okay=False, path_type=Path),
    help="JSON file to write: the figures, for the dataset card.",
)
@click.option("--list", "listed", is_flag=True, help="Also print the disagreements, one a line.")
@click.option("--gates", "gated", is_flag=True, help="Compare with the gates of the corpus.")
@click.option(
    "--gates-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Compare with the gates in this TOML file.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def agreement(
    dir_a: Path,
    dir_b: Path,
    by: str,
    split: str | None,
    out: Path | None,
    stored: Path | None,
    listed: bool,
    gated: bool,
    gates_file: Path | None,
    form: str,
) -> None:
    """Say how far two annotators agree, and where they do not.

    DIR_A and DIR_B hold records of the same documents: folders, JSONL, Arrow, Parquet or a built
    dataset. Compared are the documents that both have; neither side is the gold, and exchanging
    them changes no figure. F1 and accuracy are the measures of `communique eval score`, κ is
    Cohen's on attributes of annotations that both made, α is Krippendorff's on tokens.

    With gates the exit code is 1 when one is missed, or has no value to pass it with.

    \b
    Examples:
      communique annotations agreement annotations/passes/one annotations/passes/two
      communique annotations agreement one.jsonl two.jsonl --by type --disagreements open.jsonl
      communique annotations agreement passes/one passes/two --split test --gates
      communique annotations agreement passes/one passes/two --split test --gates \
          --out annotations/agreement.json
    """
    from communique.eval.agreement.gates import judged, load_gates, shipped_gates
    from communique.eval.agreement.outcome import agreement as compared
    from communique.eval.agreement.stored import stored_figures
    from communique.eval.agreement.table import (
        agreement_tables,
        disagreement_table,
        gate_table,
    )
    from communique.eval.inputs import read_side
    from communique.files import replacing, write_text
    from communique.terminal import console

    gates = load_gates(gates_file or shipped_gates()) if gated or gates_file else ()
    sides = read_side(dir_a), read_side(dir_b)
    corpus = _corpus(needed=split is not None)
    outcome = compared(
        *sides,
        texts=_texts(corpus, *sides),
        only=_documents(corpus, split) if corpus and split else None,
    )
    verdicts = judged(outcome, gates)
    if out is not None:
        with replacing(out) as file:
            file.writelines(one.as_line() for one in outcome.disagreements)
    if stored is not None:
        write_text(stored, stored_figures(outcome, split, verdicts))
    if form == "json":
        value = outcome.as_json()
        if by == "layer":
            for figure in value["agreement"].values():
                del figure["types"]
        if listed:
            value["disagreement_list"] = [
                json.loads(one.as_line()) for one in outcome.disagreements
            ]
        if gates:
            value["gates"] = [one.as_json() for one in verdicts]
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        from rich.text import Text

        screen = console()
        for part in agreement_tables(outcome, per_type=by == "type"):
            # a signature stays on one line, so that it can be copied and parsed
            screen.print(part, soft_wrap=isinstance(part, Text))
        if listed:
            screen.print(disagreement_table(outcome.disagreements))
        if gates:
            screen.print()
            screen.print(gate_table(verdicts))
        if out is not None:
            click.echo(f"{out}: {len(outcome.disagreements)} disagreements")
    if not all(one.passed for one in verdicts):
        click.get_current_context().exit(1)


def _corpus(*, needed: bool) -> Corpus | None:
    """The corpus of the project, for its texts and splits; agreement can do without."""
    from communique.corpus.documents import Corpus
    from communique.errors import CommuniqueError
    from communique.project import find_project

    try:
        return Corpus(find_project())
    except CommuniqueError:
        if needed:
            raise
        return None


def _texts(corpus: Corpus | None, first: Side, second: Side) -> dict[str, str]:
    """The texts that the project has of the documents in question."""
    if corpus is None:
        return {}
    ids = [set(side.table.column("doc_id").to_pylist()) for side in (first, second)]
    texts = {doc_id: corpus.text(doc_id) for doc_id in ids[0] & ids[1] & set(corpus.ids)}
    return {doc_id: text for doc_id, text in texts.items() if text is not None}


def _documents(corpus: Corpus, split: str) -> frozenset[str]:
    of = corpus.splits.of
    return frozenset(one.doc_id for one in corpus.documents() if of(one.storyline) == split)
