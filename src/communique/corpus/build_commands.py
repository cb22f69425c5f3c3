"""`communique corpus build` and `communique corpus stats`."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["build", "stats"]


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--public",
    is_flag=True,
    help="Leave restricted texts out even when they are here: for a dataset that is passed on.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def build(out: Path, public: bool, form: str) -> None:
    """Build the dataset: Arrow shards and a dataset card in the folder OUT.

    The corpus is checked first, and nothing is written when it has errors. OUT may be new, empty
    or an earlier build, which is replaced when the new one is complete.

    \b
    Example:
      communique corpus build build/dataset
      python -c "from datasets import load_dataset; print(load_dataset('build/dataset'))"
    """
    import json

    from communique.corpus.dataset.build import build_dataset
    from communique.corpus.dataset.table import built_as_json, print_built, progress
    from communique.project import find_project

    built, changed = build_dataset(find_project(), out, public=public, progress=progress)
    if form == "json":
        click.echo(json.dumps(built_as_json(built), ensure_ascii=False, indent=2))
    else:
        print_built(built, out, changed)


@click.command()
@click.option(
    "--by",
    type=click.Choice(["corpus", "split", "storyline", "document"]),
    default="corpus",
    help="One line per split, storyline or document; by default the corpus as a whole.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything is not as it should be.")
@click.pass_context
def stats(context: click.Context, by: str, form: str, strict: bool) -> None:
    """Show how dense the corpus is beside the bands of real news.

    Values outside their band (corpus/bands.yaml) are marked with an arrow, down for too low and up
    for too high. Documents and storylines are held against the bands of documents, splits and the
    corpus against its own. The corpus as a whole leaves restricted documents out; where it may lie
    outside a band, the file of the bands says why.

    For the corpus as a whole it also shows the quotas of phenomena (corpus/quotas.yaml) and the
    commonest cues, and names cues that are too common, sentences that stand in two documents,
    documents that open alike, and registry entries that nothing uses.

    \b
    Examples:
      communique corpus stats --by document
      communique corpus stats --strict
    """
    import json
    from typing import cast

    from communique.corpus.density.bands import load_bands
    from communique.corpus.density.lint import lint
    from communique.corpus.density.quotas import load_quotas
    from communique.corpus.density.stats import By, document_stats, group_stats, groups_as_json
    from communique.corpus.density.table import print_groups, print_lint
    from communique.corpus.documents import Corpus
    from communique.project import find_project

    project = find_project()
    own = project.corpus / "bands.yaml"
    bands = load_bands(own if own.is_file() else None)
    corpus = Corpus(project)
    documents = document_stats(corpus)
    groups = group_stats(documents, cast(By, by), bands)
    found = None
    if by == "corpus" and (quotas := project.corpus / "quotas.yaml").is_file():
        found = lint(corpus, documents, load_quotas(quotas))
    if form == "json":
        value = groups_as_json(groups)
        if found is not None and value:
            value[0] |= found.as_json()
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        print_groups(groups, bands)
        if found is not None:
            print_lint(found)
    outside = any(not cell.as_it_should_be for group in groups for cell in group.cells)
    if strict and (outside or (found is not None and any(found.complaints()))):
        context.exit(1)
