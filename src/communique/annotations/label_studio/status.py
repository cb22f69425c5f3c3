"""How far a project is: per annotator what is done, in progress, skipped, or needs a decision.

How far annotators agree is measured elsewhere and handed over; here it is only shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from communique.annotations.label_studio.pull import conflict_files
from communique.annotations.label_studio.remote import Remote, Source, read_works
from communique.annotations.label_studio.state import State, Store

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

__all__ = ["Pair", "Row", "Status", "agreement_table", "status", "status_table", "status_view"]


@dataclass(slots=True)
class Row:
    """One annotator: counts of documents."""

    annotator: str
    done: int = 0
    in_progress: int = 0
    skipped: int = 0
    to_pull: int = 0
    conflicts: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two annotators: how many documents both have here, and how far they agree on them.

    A figure without a value is ``None``. ``problem`` says why nothing could be compared.
    """

    annotators: tuple[str, str]
    documents: int
    figures: Mapping[str, float | None]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """One project: its documents, a row for each annotator, the agreement of each two."""

    project: str
    documents: int
    tasks: int
    other_tasks: int
    rows: tuple[Row, ...]
    agreement: tuple[Pair, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def status(remote: Remote, sources: Mapping[str, Source], store: Store, state: State) -> Status:
    """Count what the server and the folders have at this moment; nothing is written."""
    found = remote.find(sources)
    tasks = {int(task["id"]): sources[d] for d, tasks in found.tasks.items() for task in tasks}
    rows: dict[str, Row] = {}

    def row(annotator: str) -> Row:
        return rows.setdefault(annotator, Row(annotator))

    names = store.annotators() | set(state.entries)
    for reading in read_works(remote, tasks, annotators=names):
        for user in set(reading.drafts):
            row(user).in_progress += 1
        for work in reading.works:
            if work.skipped:
                row(work.annotator).skipped += 1
                continue
            row(work.annotator).done += 1
            entry = state.entry(work.annotator, work.doc_id)
            pushed = entry is not None and entry.server_updated_at is None and work.untouched
            if not pushed and (entry is None or entry.server_updated_at != work.updated_at):
                row(work.annotator).to_pull += 1
    for path in conflict_files(store):
        row(path.parent.name).conflicts += 1
    for path in sorted((store.project.annotations / "quarantine").glob("*/*.json")):
        row(path.parent.name).quarantined += 1
    stale = sum(len(group) for one in (found.stale, found.altered) for group in one.values())
    return Status(
        project=remote.title,
        documents=len(sources),
        tasks=len(tasks),
        other_tasks=found.foreign + len(found.unknown) + stale,
        rows=tuple(rows[name] for name in sorted(rows)),
    )


def status_table(one: Status) -> Table:
    """The status as a table."""
    from rich.table import Table

    caption = f"{one.tasks} tasks of {one.documents} documents here, {one.other_tasks} other tasks"
    table = Table(title=one.project, caption=caption)
    table.add_column("annotator")
    heads = ("done", "in progress", "skipped", "to pull", "conflicts", "quarantined")
    for head in heads:
        table.add_column(head, justify="right")
    for row in one.rows:
        counts = (getattr(row, head.replace(" ", "_")) for head in heads)
        table.add_row(row.annotator, *map(str, counts))
    return table


def status_view(one: Status) -> Group:
    """The status, and below it the agreement so far, if two annotators have the same documents."""
    from rich.console import Group
    from rich.text import Text

    compared = [pair for pair in one.agreement if pair.figures]
    problems = [
        Text(f"{', '.join(pair.annotators)}: not compared: {pair.problem}", style="yellow")
        for pair in one.agreement
        if pair.problem
    ]
    return Group(status_table(one), *([agreement_table(compared)] if compared else []), *problems)


def agreement_table(pairs: Sequence[Pair]) -> Table:
    """The agreement so far, one row for each two annotators."""
    from rich.table import Table

    table = Table(
        title="agreement so far",
        caption="of the records here; more: communique annotations agreement",
    )
    table.add_column("annotators")
    table.add_column("documents", justify="right")
    names = list(dict.fromkeys(name for pair in pairs for name in pair.figures))
    for name in names:
        table.add_column(name, justify="right")
    for pair in pairs:
        values = (pair.figures.get(name) for name in names)
        cells = ("–" if value is None else f"{value:.3f}" for value in values)
        table.add_row(", ".join(pair.annotators), str(pair.documents), *cells)
    return table
