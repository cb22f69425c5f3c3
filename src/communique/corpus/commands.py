"""`communique corpus`: texts checked, added and hydrated; the dataset."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

import click

from communique.corpus.build_commands import build, stats

__all__ = ["group"]


@click.group(name="corpus")
def group() -> None:
    """Texts, registry and splits: check them, add to them, build the dataset."""


@group.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="One line per problem, or one JSON value with problems and summary.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings too.")
@click.pass_context
def validate(context: click.Context, paths: tuple[Path, ...], form: str, strict: bool) -> None:
    """Check the corpus and say everything that is wrong, one line per problem.

    Without PATH the whole project is checked: documents, registry, splits, annotators, gold and
    passes. A PATH is a document's .json, a record, a folder of these, or JSONL of predictions, of
    which less is asked. A line ends with the id of its check (communique corpus checks).

    \b
    Examples:
      communique corpus validate
      communique corpus validate corpus/documents/my-document.json
      communique corpus validate build/rules.jsonl --format json | jq .summary
    """
    from communique.corpus.validation.validate import validate_paths, validate_project
    from communique.project import find_project
    from communique.terminal import progress

    def shown(files: Collection[Path]) -> Iterable[Path]:
        return progress(files, "checking")

    project = find_project()
    report = validate_paths(project, paths, shown) if paths else validate_project(project, shown)
    if form == "json":
        click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        for problem in report:
            click.echo(str(problem))
    click.echo(report.summary, err=True)
    context.exit(1 if report.errors or (strict and report.warnings) else 0)


@group.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table to read, or a JSON list.",
)
def checks(form: str) -> None:
    """List the checks: what each asks, how grave a no is, and how to mend it.

    \b
    Example:
      communique corpus checks --format json | jq -r '.[] | select(.predictions) | .id'
    """
    from communique.corpus.validation.table import check_rows, print_checks

    rows = check_rows()
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print_checks(rows)


@group.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option("--id", "doc_id", help="Id; by default made from the name of the file.")
@click.option("--outlet", help="Who published it.")
@click.option("--published", metavar="DATE", help="Day of publication, such as 2031-05-14.")
@click.option("--genre", help="wire, roundup, briefing, communique, sanctions or crisis.")
@click.option("--storyline", help="The developing story that it belongs to.")
@click.option("--world", help="real-geography, invented-geography or reported.")
@click.option("--licence", help="open (the text ships) or restricted (it does not).")
@click.option("--language", default="en", show_default=True, help="ISO 639 code.")
@click.option("--title", help="Headline; by default the proposed headline zone.")
@click.option("--byline", help="Who wrote it; by default what the text says.")
@click.option("--url", help="Where it was found.")
@click.option(
    "--synthetic/--not-synthetic",
    default=None,
    help="Whether it was written for the corpus; by default yes, unless the world is reported.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def add(
    files: tuple[Path, ...], doc_id: str | None, dry_run: bool, form: str, **given: object
) -> None:
    """Add texts to the corpus: plain text, or HTML pages (needs the extra html).

    A text is normalised once, to NFC, LF line ends and no white space at line ends, and what was
    changed is said. Zones are proposed in annotations/passes/proposed, to start from. A text that
    the corpus already has, or nearly, is refused, and nothing is written if anything is wrong with
    any file. What a page says about itself (title, date, outlet) need not be given.

    \b
    Example:
      communique corpus add story.txt --outlet "Gulf Wire" --published 2031-05-14 --genre wire \\
        --storyline grid --world real-geography --licence open --synthetic
    """
    from communique.corpus.documents import Corpus
    from communique.corpus.ingest.add import Given, ingest
    from communique.project import find_project

    added = ingest(
        Corpus(find_project()),
        files,
        Given(doc_id=doc_id, **given),  # type: ignore[arg-type]
        dry_run=dry_run,
    )
    if form == "json":
        value = {"dry_run": dry_run, "added": [one.as_json() for one in added]}
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for one in added:
        for line in one.lines(dry_run=dry_run):
            click.echo(line)


@group.command()
@click.argument("doc_id")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--repair", is_flag=True, help="Accept a file that one of the usual repairs mends.")
def hydrate(doc_id: str, file: Path, repair: bool) -> None:
    """Store your own copy of a restricted text, if it is exactly that text.

    The annotation of restricted texts ships, their words do not. FILE must have the hash of the
    metadata. If it has not, the first difference that can be named is (line ends, byte order mark,
    white space, encoding), and nothing is written; with --repair it is mended, and the hash
    decides again. The text goes into corpus/restricted, which version control ignores.

    \b
    Example:
      communique corpus hydrate upi-2018-11-21-working-group ~/upi.txt
    """
    from communique.corpus.documents import Corpus
    from communique.corpus.ingest.hydrate import hydrate as store
    from communique.project import find_project

    click.echo(store(Corpus(find_project()), doc_id, file, repair=repair))


group.add_command(build)
group.add_command(stats)
