"""`communique annotations adjudicate`: two passes become the gold record."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from communique.annotations.label_studio.adjudication import Adjudication, Choice
    from communique.annotations.label_studio.adjudication_project import Job
    from communique.annotations.record import Record
    from communique.corpus.documents import Corpus
    from communique.errors import Problem

__all__ = ["adjudicate"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a document is: what was done, and how many decisions are made."""

    doc_id: str
    state: str
    decisions: int
    decided: int
    sheet: str | None = None

    def __str__(self) -> str:
        if self.sheet is None or not self.decisions:
            return f"{self.doc_id}: {self.state}, {self.decisions} decisions"
        open_ = self.decisions - self.decided
        counted = f"{open_} of {self.decisions} decisions open in {self.sheet}"
        return f"{self.doc_id}: {self.state}, {counted}"


@click.command()
@click.argument("dir_a", type=click.Path(exists=True, path_type=Path))
@click.argument("dir_b", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--adjudicator",
    required=True,
    metavar="ID",
    help="Who decides: the annotator of the gold record, a key of annotators.yaml.",
)
@click.option("--doc", "docs", multiple=True, metavar="DOC_ID", help="Only this document.")
@click.option(
    "--decisions",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the decision files; by default annotations/adjudication of the project.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the records; by default annotations/gold of the project.",
)
@click.option("--date", metavar="YYYY-MM-DD", help="The day for the log; by default today.")
@click.option(
    "--refresh",
    is_flag=True,
    help="Drop decisions about versions that the passes no longer have, and ask anew.",
)
@click.option(
    "--server",
    type=click.Choice(["push", "pull"]),
    help="Decide in Label Studio: push the documents, pull the results.",
)
@click.option("--url", help="Address of the server; by default LABEL_STUDIO_URL.")
@click.option("--project", "title", metavar="TITLE", help='By default "communique: adjudication".')
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def adjudicate(
    dir_a: Path,
    dir_b: Path,
    adjudicator: str,
    docs: tuple[str, ...],
    folder: Path | None,
    out: Path | None,
    date: str | None,
    refresh: bool,
    server: str | None,
    url: str | None,
    title: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """Decide between two passes, document by document.

    The first run writes one file of decisions for each document in which the passes differ. Fill
    them in and run the same command again: when all decisions of a document are made, its gold
    record is written, and each decision becomes a line of annotations/adjudication.jsonl. Documents
    in which the passes agree need no decision. The exit code is 1 while decisions are open.

    With --server the decisions are made in Label Studio instead: each document becomes a task with
    both passes as predictions and what they agree on as the annotation to complete. A task is done
    when a reason is written in it.

    \b
    Example:
      communique annotations adjudicate annotations/passes/one annotations/passes/two \\
          --adjudicator ada --dry-run
      communique annotations adjudicate annotations/passes/one annotations/passes/two \\
          --adjudicator ada --server push
    """
    from datetime import date as day

    from communique.annotations.annotators import load_annotators
    from communique.corpus.documents import Corpus
    from communique.errors import CommuniqueError, InvalidInput
    from communique.project import find_project
    from communique.terminal import progress

    try:
        today = day.fromisoformat(date).isoformat() if date else day.today().isoformat()
    except ValueError as error:
        raise click.BadParameter("give a day like 2031-05-06", param_hint="'--date'") from error
    corpus = Corpus(find_project())
    run = _Run(
        corpus,
        adjudicator,
        today,
        folder or corpus.project.annotations / "adjudication",
        out or corpus.project.gold,
        refresh,
        dry_run,
    )
    sides = _records(dir_a), _records(dir_b)
    both = [doc_id for doc_id in sides[0] if doc_id in sides[1] and (not docs or doc_id in docs)]
    missing = sorted(set(docs) - set(both))
    if missing or not both:
        found = f"no {', '.join(missing)}" if missing else "no document in common"
        raise CommuniqueError(f"{dir_a}, {dir_b}: found {found}, expected both passes of it")
    problems: list[Problem] = []
    outcomes: list[Outcome] = []
    passes = [(sides[0][doc_id], sides[1][doc_id]) for doc_id in both]
    if server:
        outcomes = run.on_server(passes, server, url, title, problems)
    for a, b in () if server else progress(passes, "Adjudicating"):
        try:
            outcomes.append(run.document(a, b))
        except InvalidInput as error:
            problems.extend(error.problems)
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in outcomes], indent=2))
    else:
        for one in outcomes:
            click.echo(str(one))
    if adjudicator not in load_annotators(corpus.project.annotations / "annotators.yaml"):
        click.echo(f"{adjudicator} is not in annotations/annotators.yaml yet; add it", err=True)
    if problems:
        raise InvalidInput(problems)
    if server != "push" and any(one.decided < one.decisions for one in outcomes):
        click.get_current_context().exit(1)


class _Run:
    """One run of the command over documents."""

    def __init__(
        self,
        corpus: Corpus,
        adjudicator: str,
        date: str,
        sheets: Path,
        out: Path,
        refresh: bool,
        dry_run: bool,
    ) -> None:
        from communique.schemas.schema import load_schema

        self.corpus, self.adjudicator, self.date = corpus, adjudicator, date
        self.sheets, self.out = sheets, out
        self.refresh, self.dry_run = refresh, dry_run
        self.log = corpus.project.annotations / "adjudication.jsonl"
        self.schema = load_schema()

    def document(self, a: Record, b: Record) -> Outcome:
        """Ask for the decisions of one document, or carry them out.

        Raises:
            InvalidInput: the passes or the decisions cannot be used.

        """
        from communique.annotations.label_studio.adjudication import compare
        from communique.annotations.label_studio.decisions import (
            Sheet,
            decision_sheet,
            read_sheet,
        )
        from communique.files import read_text, write_text

        text = self.text(a, b)
        found = compare(a, b, self.schema)
        path = self.sheets / f"{a.doc_id}.yaml"
        sheet = Sheet({})
        if path.is_file() and found.decisions:
            sheet = read_sheet(read_text(path), found, text, self.schema, source=str(path))
        if sheet.stale and not self.refresh:
            self.refuse_stale(a.doc_id, path, sheet.stale)
        total, decided = len(found.decisions), len(sheet.choices)
        if decided == total:
            record = self.carried_out(found, sheet.choices, text, str(path))
            return Outcome(a.doc_id, record, total, decided)
        filled = decision_sheet(found, text, self.schema, sheet.choices)
        state = "waiting"
        if not path.is_file() or not sheet.fits:
            state = "would ask" if self.dry_run else "asked"
            if not self.dry_run:
                write_text(path, filled)
        return Outcome(a.doc_id, state, total, decided, str(path))

    def on_server(
        self,
        passes: list[tuple[Record, Record]],
        direction: str,
        url: str | None,
        title: str | None,
        problems: list[Problem],
    ) -> list[Outcome]:
        """Push the documents to be decided in Label Studio, or pull what was decided."""
        from communique.annotations.label_studio.adjudication import compare
        from communique.annotations.label_studio.adjudication_project import (
            Job,
            push_adjudication,
            read_back,
        )
        from communique.annotations.label_studio.client import connect
        from communique.annotations.label_studio.remote import Source
        from communique.corpus.documents import text_sha256
        from communique.errors import InvalidInput

        jobs: dict[str, Job] = {}
        for a, b in passes:
            text = self.text(a, b)
            name = self.corpus.document(a.doc_id).title
            source = Source(a.doc_id, text, text_sha256(text), name)
            try:
                jobs[a.doc_id] = Job(source, compare(a, b, self.schema))
            except InvalidInput as error:
                problems.extend(error.problems)
        chosen = list(jobs.values())
        with connect(url) as client:
            if direction == "push":
                pushed = push_adjudication(
                    client, chosen, self.schema, title=title, dry_run=self.dry_run
                )
                states = dict.fromkeys(pushed.create, "would push" if self.dry_run else "pushed")
                states |= dict.fromkeys(pushed.unchanged, "there already")
                states |= dict.fromkeys(pushed.changed, "there with other passes, left alone")
                return [self.outcome(jobs[one], what, 0) for one, what in states.items()]
            settled = read_back(client, chosen, self.schema, title=title)
        problems.extend(settled.problems)
        outcomes = [self.outcome(jobs[one], "open on the server", 0) for one in settled.open]
        outcomes += [self.outcome(jobs[one], "not on the server", 0) for one in settled.missing]
        for doc_id, (record, choices) in settled.records.items():
            job, gold = jobs[doc_id], replace(record, annotator=self.adjudicator)
            try:
                done = self.finish(job.adjudication, gold, choices, job.source.text, doc_id)
            except InvalidInput as error:
                problems.extend(error.problems)
                continue
            outcomes.append(self.outcome(job, done, len(choices)))
        return sorted(outcomes, key=lambda one: one.doc_id)

    def outcome(self, job: Job, state: str, decided: int) -> Outcome:
        """How far a document on the server is."""
        total = len(job.adjudication.decisions)
        return Outcome(job.source.doc_id, state, total, decided)

    def text(self, a: Record, b: Record) -> str:
        from communique.annotations.fit import check_fit
        from communique.corpus.documents import text_sha256
        from communique.errors import CommuniqueError

        text = self.corpus.text(a.doc_id)
        if text is None:
            raise CommuniqueError(
                f"{a.doc_id}: found a restricted text that is not here, expected the text; "
                f"run communique corpus hydrate {a.doc_id} FILE"
            )
        for record in (a, b):
            check_fit(record, text, sha256=text_sha256(text), source=record.annotator)
        return text

    def refuse_stale(self, doc_id: str, path: Path, stale: tuple[str, ...]) -> None:
        from communique.errors import InvalidInput, Problem

        problem = Problem(
            check="adjudicate.stale",
            found=f"decisions about versions that the passes no longer have: {', '.join(stale)}",
            expected="decisions about what the passes say",
            mend="look at them and drop them with --refresh",
            file=str(path),
            doc_id=doc_id,
        )
        raise InvalidInput([problem])

    def carried_out(
        self, found: Adjudication, choices: Mapping[str, Choice], text: str, source: str
    ) -> str:
        """Write the log and the gold record; what was (or would be) done."""
        from communique.annotations.label_studio.adjudication import composed

        record = composed(
            found,
            choices,
            annotator=self.adjudicator,
            text=text,
            schema=self.schema,
            source=source,
        )
        return self.finish(found, record, choices, text, source)

    def finish(
        self,
        found: Adjudication,
        record: Record,
        choices: Mapping[str, Choice],
        text: str,
        source: str,
    ) -> str:
        """Check the record, then write log and record; what was (or would be) done.

        Raises:
            InvalidInput: the record has errors; nothing is written then.

        """
        from datetime import date as day

        from communique.annotations.checks import record_problems
        from communique.annotations.label_studio.decisions import log_lines, with_log
        from communique.annotations.reading import format_record, write_record
        from communique.corpus.validation.gazetteer import RegistryNames
        from communique.errors import InvalidInput
        from communique.files import write_text

        published = self.corpus.document(record.doc_id).published
        problems = record_problems(
            record,
            text,
            published=day.fromisoformat(published),
            gazetteer=RegistryNames(self.corpus.registry),
            schema=self.schema,
            source=source,
        )
        wrong = [one for one in problems if one.severity == "error"]
        if wrong:
            raise InvalidInput(wrong)
        target = self.out / f"{record.doc_id}.json"
        if self.dry_run:
            new = format_record(record, self.schema).encode()
            same = target.is_file() and target.read_bytes() == new
            return "unchanged" if same else "would be written"
        lines = log_lines(
            found,
            choices,
            adjudicator=self.adjudicator,
            date=self.date,
            text=text,
            schema=self.schema,
        )
        if lines:
            log = self.log.read_text(encoding="utf-8") if self.log.is_file() else ""
            write_text(self.log, with_log(log, lines))
        return "written" if write_record(target, record, self.schema) else "unchanged"


def _records(path: Path) -> dict[str, Record]:
    from communique.annotations.reading import iterate_records

    return {record.doc_id: record for record in iterate_records(path)}
