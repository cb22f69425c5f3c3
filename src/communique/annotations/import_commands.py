"""`communique annotations import`: Label Studio exports that were made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from communique.annotations.label_studio.interchange import Imported
    from communique.annotations.label_studio.remote import Source
    from communique.corpus.documents import Corpus

__all__ = ["import_"]


@click.command(name="import")
@click.argument(
    "exports", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML file that says what labels and controls are called there.",
)
@click.option("--annotator", metavar="ID", help="Who annotated, if it was one annotator.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the folders of annotators; by default annotations/passes of the project.",
)
@click.option("--replace", is_flag=True, help="Overwrite records that say something else.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def import_(
    exports: tuple[Path, ...],
    mapping: Path | None,
    annotator: str | None,
    out: Path | None,
    replace: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Turn Label Studio exports (JSON, JSON-MIN) into records, one folder per annotator.

    Documents are found by doc_id in the task's data, else by their exact text. Nothing is written
    unless everything in the exports can be used. In the mapping stands what has other names:

    \b
      text: body
      annotators: {3: ada}
      spans:
        ner: {list: mentions, labels: {Person: PER, Misc: null}, set: {mentions_level: NAM}}

    Attributes:
        sure: {to: events_certainty, values: {perhaps: possible, surely: certain}}
      relations: {said_by: source}
      ignore: [comment]

    \b
    Example:
      communique annotations import export.json --mapping theirs.yaml --dry-run

    """
    import json

    from communique.annotations.annotators import load_annotators
    from communique.annotations.reading import format_record, write_record
    from communique.corpus.documents import Corpus
    from communique.errors import InvalidInput, Problem
    from communique.project import find_project

    corpus = Corpus(find_project())
    folder = out or corpus.project.passes
    found = _imported(exports, corpus, mapping, annotator)
    states: dict[Path, str] = {}
    for (name, doc_id), record in found.records.items():
        target = folder / name / f"{doc_id}.json"
        new = format_record(record)
        if not target.is_file():
            states[target] = "would be written" if dry_run else "written"
        elif target.read_bytes() == new.encode():
            states[target] = "unchanged"
        elif replace:
            states[target] = "would be replaced" if dry_run else "replaced"
        else:
            found.problems.append(
                Problem(
                    check="import.exists",
                    found=f"another record of {name}",
                    expected="no record, or the same",
                    mend="look at both, then say --replace",
                    file=str(target),
                    doc_id=doc_id,
                )
            )
    errors = [one for one in found.problems if one.severity == "error"]
    if errors:
        raise InvalidInput(errors)
    for (name, doc_id), record in found.records.items():
        if not dry_run:
            write_record(folder / name / f"{doc_id}.json", record)
    listed = load_annotators(corpus.project.annotations / "annotators.yaml")
    for name in sorted({name for name, _ in found.records} - set(listed)):
        click.echo(f"{name} is not in annotations/annotators.yaml yet; add it", err=True)
    if form == "json":
        rows = [
            {"annotator": name, "doc_id": doc_id, "state": states[folder / name / f"{doc_id}.json"]}
            for name, doc_id in found.records
        ]
        value = {"records": rows, "skipped": found.skipped, "drafts": found.drafts}
        click.echo(json.dumps(value, indent=2))
        return
    for name, doc_id in found.records:
        click.echo(f"{name} {doc_id}: {states[folder / name / f'{doc_id}.json']}")
    click.echo(
        f"{len(found.records)} records; left out: {found.skipped} skipped, {found.drafts} drafts"
    )


def _imported(
    exports: tuple[Path, ...], corpus: Corpus, mapping: Path | None, annotator: str | None
) -> Imported:
    """What all exports hold together."""
    from communique.annotations.label_studio.interchange import import_export, read_export
    from communique.annotations.label_studio.naming import read_names
    from communique.schemas.schema import load_schema
    from communique.terminal import progress

    schema = load_schema()
    names = read_names(mapping, schema) if mapping else None
    sources = _sources(corpus)
    tasks = [
        (str(path), task) for path in progress(exports, "Reading") for task in read_export(path)
    ]
    file = str(exports[0]) if len(exports) == 1 else None
    return import_export(
        (task for _, task in tasks),
        sources,
        schema,
        names=names,
        annotator=annotator,
        file=file,
    )


def _sources(corpus: Corpus) -> list[Source]:
    """The documents whose texts are here."""
    from communique.annotations.label_studio.remote import Source
    from communique.corpus.documents import text_sha256

    texts = {doc_id: corpus.text(doc_id) for doc_id in corpus.ids}
    return [
        Source(doc_id, text, text_sha256(text))
        for doc_id, text in texts.items()
        if text is not None
    ]
