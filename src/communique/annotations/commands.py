"""`communique annotations`: records made, read and shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from communique.annotations.adjudicate_commands import adjudicate
from communique.annotations.agreement_commands import agreement
from communique.annotations.import_commands import import_
from communique.annotations.serve_commands import serve
from communique.annotations.sync_commands import pull, push, status

if TYPE_CHECKING:
    from communique.annotations.record import Record
    from communique.corpus.documents import Corpus, Document

__all__ = ["group"]

RECORD = click.option(
    "--record",
    "record_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A record file; by default the gold record of the project.",
)


@click.group(name="annotations")
def group() -> None:
    """Stand-off records: made in Label Studio or as drafts, shown, compared, adjudicated."""


for command in (serve, push, pull, status, adjudicate, import_, agreement):
    group.add_command(command)


@group.command()
@click.argument("drafts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the records; by default annotations/gold of the project.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def compile(drafts: tuple[Path, ...], out: Path | None, dry_run: bool) -> None:  # noqa: A001
    """Turn drafts, in which spans are quoted words, into records with offsets.

    Nothing is written unless every draft compiles; a folder stands for the .yaml files in it.
    In a draft, paragraphs are the lines of the text that are not blank, counted from 1, and a
    span is written as words that are found in one of them:

    \b
      mentions:
      - {id: m1, entity: e1, span: "p1:Ghana", level: NAM}
      - {id: m2, entity: e1, span: "p4:[[Accra]] has yet to agree", level: NAM, use: metonymic}

    \b
    Example:
      communique annotations compile drafts/ --dry-run
      communique annotations compile my-document.yaml --out annotations/passes/me
    """
    from communique.annotations.reading import format_record, write_record
    from communique.corpus.documents import Corpus
    from communique.errors import InvalidInput, Problem
    from communique.project import find_project

    corpus = Corpus(find_project())
    folder = out or corpus.project.gold
    files = [
        file
        for path in drafts
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]
    records: dict[str, tuple[Path, Record]] = {}
    problems: list[Problem] = []
    for path in _progress(files):
        try:
            record = _compiled(path, corpus)
        except InvalidInput as error:
            problems.extend(error.problems)
            continue
        if record.doc_id in records:
            problems.append(
                Problem(
                    check="draft.once",
                    found=f"a second draft of the document, after {records[record.doc_id][0]}",
                    expected="one draft of each document",
                    file=str(path),
                    doc_id=record.doc_id,
                )
            )
        records[record.doc_id] = path, record
    if problems:
        raise InvalidInput(problems)
    for _, record in records.values():
        target = folder / f"{record.doc_id}.json"
        if dry_run:
            same = target.is_file() and target.read_bytes() == format_record(record).encode()
            click.echo(f"{record.doc_id}: {'unchanged' if same else 'would be written'}")
        else:
            changed = write_record(target, record)
            click.echo(f"{record.doc_id}: {'written' if changed else 'unchanged'}")
    if not records:
        click.echo("no drafts there", err=True)


@group.command()
@click.argument("doc_id")
@RECORD
def draft(doc_id: str, record_file: Path | None) -> None:
    """Print a record as a draft, the form that is easy to edit.

    Compiling the draft yields the record again.

    \b
    Example:
      communique annotations draft gulf-cable-01-abuja-draft > my-document.yaml
    """
    from communique.annotations.draft import draft_of
    from communique.annotations.fit import check_fit
    from communique.corpus.documents import Corpus, text_sha256
    from communique.errors import CommuniqueError
    from communique.project import find_project

    corpus = Corpus(find_project())
    text = corpus.text(doc_id)
    record = _record(doc_id, record_file, corpus)
    if text is None:
        raise CommuniqueError(f"{doc_id}: {_unhydrated(doc_id)}")
    if record is None:
        raise CommuniqueError(_unannotated(doc_id))
    check_fit(record, text, sha256=text_sha256(text), source=_named(record_file))
    click.echo(draft_of(record, text), nl=False)


@group.command()
@click.argument("doc_id")
@RECORD
@click.option(
    "--layers",
    metavar="LAYER,…",
    help="Which layers to show: any of zones, entities, times, quotes, events; or none.",
)
@click.option("--plain", is_flag=True, help="No colour: marks and types are written out.")
@click.option("--claims", is_flag=True, help="Add who claims what, with the chain of sources.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def show(
    doc_id: str,
    record_file: Path | None,
    layers: str | None,
    plain: bool,
    claims: bool,
    form: str,
) -> None:
    """Print a document with its annotation, to be read.

    In colour, mentions have the colour of their type and a raised number, the entity's. Without
    colour (--plain, NO_COLOR, in a pipe) every mark is written out:

    \b
      [Torvane]GPE:e3        a mention, with type and entity
      <last Tuesday>t2       a time
      {"We go"}q1 <said>q1   content and cue of a quote
      *seized*COERCE:v7      the trigger of an event, with type

    Paragraphs are numbered as drafts number them. What is said of the quotes and events of a
    paragraph stands below it; lists of everything follow.

    \b
    Example:
      communique annotations show gulf-cable-01-abuja-draft --claims
      communique annotations show gulf-cable-01-abuja-draft --layers quotes,events --plain
      communique annotations show gulf-cable-01-abuja-draft --format json
    """
    import json

    from communique.annotations.dossier import dossier
    from communique.annotations.fit import check_fit
    from communique.corpus.documents import Corpus, format_document, text_sha256
    from communique.project import find_project

    shown = _layers(layers)
    corpus = Corpus(find_project())
    text = corpus.text(doc_id)
    record = _record(doc_id, record_file, corpus)
    if record is not None and text is not None:
        check_fit(record, text, sha256=text_sha256(text), source=_named(record_file))
    document = corpus.document(doc_id)
    if form == "json":
        known = json.loads(format_document(document))
        value = dossier(known, text, record, published=document.published, owner=_owner(corpus))
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return

    from communique.annotations.show import Page, printed

    notices = [_unhydrated(doc_id)] if text is None else []
    notices += [_unannotated(doc_id)] if record is None else []
    page = Page(
        title=document.title or doc_id,
        facts=_facts(document, record),
        text=text,
        record=record,
        layers=shown,
        claims=claims,
        notice="\n".join(notices) or None,
        registered=_registered(corpus),
    )
    click.echo(printed(page, plain=plain), nl=False, color=True)


def _layers(given: str | None) -> tuple[str, ...]:
    from communique.schemas.schema import load_schema

    known = tuple(load_schema().layers)
    if given is None:
        return known
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names:
        if name not in (*known, "none"):
            raise click.BadParameter(
                f"{name!r} is not one of {', '.join((*known, 'none'))}.", param_hint="'--layers'"
            )
    return tuple(name for name in known if name in names)


def _compiled(path: Path, corpus: Corpus) -> Record:
    from communique.annotations.draft import compile_draft
    from communique.corpus.documents import text_sha256
    from communique.errors import InvalidInput, Problem, quoted
    from communique.files import load_yaml

    draft = load_yaml(path)
    doc_id = draft.get("doc_id") if isinstance(draft, dict) else None
    if not isinstance(doc_id, str):
        found, expected = quoted(draft), "a mapping with the doc_id of a document"
        raise InvalidInput(
            [Problem(check="draft.mapping", found=found, expected=expected, file=str(path))]
        )
    text = corpus.text(doc_id)
    if text is None:
        problem = Problem(
            check="document.hydrated",
            found="a restricted text that is not here",
            expected="the text",
            mend=f"run communique corpus hydrate {doc_id} FILE",
            file=str(path),
            doc_id=doc_id,
        )
        raise InvalidInput([problem])
    return compile_draft(draft, text, sha256=text_sha256(text), source=str(path))


def _record(doc_id: str, file: Path | None, corpus: Corpus) -> Record | None:
    """The record in the file, else the gold one."""
    from communique.annotations.reading import read_record
    from communique.errors import InvalidInput, Problem, quoted

    if file is None:
        return corpus.gold(doc_id)
    record = read_record(file)
    if record.doc_id != doc_id:
        found, expected = f"a record of {quoted(record.doc_id)}", f"a record of {quoted(doc_id)}"
        problem = Problem(
            check="record.document", found=found, expected=expected, file=str(file), path="$.doc_id"
        )
        raise InvalidInput([problem])
    return record


def _named(file: Path | None) -> str | None:
    return None if file is None else str(file)


def _facts(document: Document, record: Record | None) -> tuple[str, ...]:
    """The metadata as lines."""
    from datetime import date

    try:
        weekday = f"{date.fromisoformat(document.published):%A} "
    except ValueError:
        weekday = ""
    about = [document.doc_id, document.outlet, document.byline, weekday + document.published]
    kind = [
        document.genre,
        document.storyline,
        document.world,
        document.licence,
        "synthetic" if document.synthetic else "not synthetic",
    ]
    lines = [" · ".join(one for one in about if one), " · ".join(kind)]
    if record is not None:
        lines.append(f"annotated by {record.annotator} · schema {record.schema_version}")
    return tuple(lines)


def _owner(corpus: Corpus) -> Any:
    """What a registry id belongs to: the state or body whose seat it is."""

    def owner(kb: str) -> str | None:
        entry = corpus.registry.get(kb)
        return entry.seat_of if entry else None

    return owner


def _registered(corpus: Corpus) -> Any:
    """What a registry id is called."""

    def registered(kb: str) -> str | None:
        entry = corpus.registry.get(kb)
        return entry.name if entry else None

    return registered


def _progress(files: list[Path]) -> Any:
    """The files, with a bar on a terminal when there are many."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if len(files) < 20 or not console.is_terminal:
        return files
    return track(files, description="Compiling", console=console, transient=True)


def _unhydrated(doc_id: str) -> str:
    return (
        "the text is restricted and not here, so there are only offsets; "
        f"to bring your own copy run: communique corpus hydrate {doc_id} FILE"
    )


def _unannotated(doc_id: str) -> str:
    return (
        f"{doc_id}: no record here; a draft becomes one with: communique annotations compile FILE"
    )
