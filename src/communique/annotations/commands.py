"""`communique annotations`: records made, read and shown."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["group"]


@click.group(name="annotations")
def group() -> None:
    """Stand-off records: compile drafts, show a document with its annotation."""


@group.command()
@click.argument("drafts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the records; by default annotations/gold of the project.",
)
def compile(drafts: tuple[Path, ...], out: Path | None) -> None:  # noqa: A001
    r"""Turn drafts, in which spans are quoted words, into records with offsets.

    Nothing is written unless every draft compiles.

    \b
    Example:
      communique annotations compile my-document.yaml
    """
    from communique.annotations.draft import compile_draft
    from communique.annotations.reading import write_record
    from communique.corpus.documents import Corpus, text_sha256
    from communique.errors import CommuniqueError, InvalidInput, Problem
    from communique.files import load_yaml
    from communique.project import find_project

    corpus = Corpus(find_project())
    records = []
    problems: list[Problem] = []
    for path in drafts:
        try:
            draft = load_yaml(path)
            doc_id = str(draft.get("doc_id")) if isinstance(draft, dict) else ""
            text = corpus.text(doc_id)
            if text is None:
                raise CommuniqueError(
                    f"{doc_id}: found a restricted text that is not here, expected it hydrated; "
                    f"run communique corpus hydrate {doc_id} FILE"
                )
            record = compile_draft(draft, text, sha256=text_sha256(text), source=str(path))
            records.append(record)
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    for record in records:
        folder = out or corpus.project.gold
        changed = write_record(folder / f"{record.doc_id}.json", record)
        click.echo(f"{record.doc_id}: {'written' if changed else 'unchanged'}")


@group.command()
@click.argument("doc_id")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A record file; by default the gold record.",
)
def draft(doc_id: str, record: Path | None) -> None:
    """Print a record as a draft, the form that is easy to edit."""
    from communique.annotations.draft import draft_of
    from communique.annotations.reading import read_record
    from communique.corpus.documents import Corpus
    from communique.errors import CommuniqueError
    from communique.project import find_project

    corpus = Corpus(find_project())
    text = corpus.text(doc_id)
    found = read_record(record) if record else corpus.gold(doc_id)
    if text is None or found is None:
        raise CommuniqueError(f"{doc_id}: found no {'text' if text is None else 'record'} here")
    click.echo(draft_of(found, text), nl=False)
