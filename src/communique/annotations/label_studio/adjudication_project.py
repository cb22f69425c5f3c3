"""Adjudication on a Label Studio server: one task a document, with both passes beside the result.

The two passes are the predictions of the task, under the names of their annotators; what they agree
on stands in the annotation already. The adjudicator completes it and writes into the text area
``reason`` why it is as it is: until that is done, the task counts as open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from communique.annotations.label_studio.adjudication import (
    Adjudication,
    Choice,
    agreed_part,
    inferred,
)
from communique.annotations.label_studio.decisions import passes_of
from communique.annotations.label_studio.mapping import record_of
from communique.annotations.label_studio.remote import (
    Remote,
    Source,
    annotator_names,
    find_project,
    project_title,
)
from communique.annotations.label_studio.results import results_of
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.schemas.label_studio import TEXT, labelling_config
from communique.schemas.schema import Schema

if TYPE_CHECKING:
    from communique.annotations.label_studio.client import Client

__all__ = ["Job", "Pushed", "Settled", "adjudication_config", "push_adjudication", "read_back"]

PASS = "adjudication"
REASON = "reason"


@dataclass(frozen=True, slots=True)
class Job:
    """A document with its two passes."""

    source: Source
    adjudication: Adjudication

    @property
    def passes(self) -> dict[str, Any]:
        """Which versions of which passes are adjudicated; part of the task's data."""
        return passes_of(self.adjudication)


@dataclass(slots=True)
class Pushed:
    """The documents that were (or would be) sent, are there, or are there with other passes."""

    create: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Settled:
    """What came back: finished records with what was chosen, and what is still to be done.

    ``open`` documents have no reason yet, ``missing`` ones no task of these passes; ``problems``
    are what is wrong with annotations that could not be used.
    """

    records: dict[str, tuple[Record, Mapping[str, Choice]]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def adjudication_config(schema: Schema) -> str:
    """The whole screen with a text area for the reason."""
    root = ElementTree.fromstring(labelling_config(schema))
    pane = root.find("View")
    if pane is None:
        raise ValueError("the labelling screen has no pane")
    ElementTree.SubElement(pane, "Header", value="reason for the decisions", size="5")
    ElementTree.SubElement(
        pane,
        "TextArea",
        name=REASON,
        toName=TEXT,
        rows="3",
        maxSubmissions="1",
        editable="true",
        placeholder="Why it is as it is; the document counts as open without.",
    )
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def push_adjudication(
    client: Client,
    jobs: Sequence[Job],
    schema: Schema,
    *,
    title: str | None = None,
    dry_run: bool = False,
) -> Pushed:
    """Create the tasks that are not there yet; a second push of the same changes nothing.

    A document whose task is about other versions of the passes is reported and left alone.

    Raises:
        CommuniqueError: the server cannot be used.

    """
    title = title or project_title(PASS)
    remote = find_project(client, title)
    there: dict[tuple[str, str], list[object]] = {}
    for data in _data(remote):
        there.setdefault((str(data["doc_id"]), str(data["text_sha256"])), []).append(
            data.get("passes")
        )
    pushed = Pushed()
    tasks = []
    for job in jobs:
        held = there.get(job.source.key)
        if held is None:
            pushed.create.append(job.source.doc_id)
            tasks.append(_task(job, schema))
        elif job.passes in held:
            pushed.unchanged.append(job.source.doc_id)
        else:
            pushed.changed.append(job.source.doc_id)
    if tasks and not dry_run:
        project = remote.id if remote else _created(client, title, schema)
        client.import_tasks(project, tasks)
    return pushed


def read_back(
    client: Client, jobs: Sequence[Job], schema: Schema, *, title: str | None = None
) -> Settled:
    """The finished records of an adjudication project and the choices that they amount to.

    Raises:
        CommuniqueError: the server cannot be used, or there is no such project.

    """
    title = title or project_title(PASS)
    remote = find_project(client, title)
    if remote is None:
        raise CommuniqueError(
            f"{client.url}: found no project {quoted(title)}, expected one; push the passes first"
        )
    wanted = {job.source.key: job for job in jobs}
    tasks = {}
    for task in client.tasks(remote.id):
        data = task.get("data")
        if not isinstance(data, dict):
            continue
        job = wanted.get((str(data.get("doc_id")), str(data.get("text_sha256"))))
        if job is not None and data.get("passes") == job.passes:
            tasks[int(task["id"])] = job
    settled = Settled()
    reached = {job.source.doc_id for job in tasks.values()}
    settled.missing = [job.source.doc_id for job in jobs if job.source.doc_id not in reached]
    if not tasks:
        return settled
    users = annotator_names(client.users())
    for exported in client.export(remote.id, list(tasks)):
        job = tasks[int(exported["id"])]
        try:
            _settle(job, exported, users, schema, settled)
        except InvalidInput as error:
            settled.problems.extend(error.problems)
    return settled


def _data(remote: Remote | None) -> Iterable[dict[str, Any]]:
    if remote is not None:
        for task in remote.client.tasks(remote.id):
            data = task.get("data")
            if isinstance(data, dict) and "doc_id" in data and "text_sha256" in data:
                yield data


def _created(client: Client, title: str, schema: Schema) -> int:
    about = "Two passes and the record that is made of them."
    return int(client.create_project(title, adjudication_config(schema), about)["id"])


def _task(job: Job, schema: Schema) -> dict[str, Any]:
    found, text = job.adjudication, job.source.text
    start = agreed_part(found, annotator=PASS, schema=schema)
    return {
        "data": {**job.source.data(_lists(found, schema)), "passes": job.passes},
        "predictions": [
            {"model_version": record.annotator, "result": results_of(record, text, schema)}
            for record in (found.a, found.b)
        ],
        "annotations": [{"result": results_of(start, text, schema), "ground_truth": False}],
    }


def _lists(adjudication: Adjudication, schema: Schema) -> list[str]:
    """The lists that both annotated."""
    return [name for name in schema.lists if getattr(adjudication.a, name) is not None]


def _settle(
    job: Job,
    exported: Mapping[str, Any],
    users: Mapping[int, str],
    schema: Schema,
    settled: Settled,
) -> None:
    """Take in one exported task."""
    doc_id = job.source.doc_id
    finished = []
    for one in exported.get("annotations") or ():
        result = one.get("result") or []
        reason = _reason(result)
        if reason and not one.get("was_cancelled"):
            finished.append((one, result, reason))
    if not finished:
        settled.open.append(doc_id)
        return
    if len(finished) > 1:
        problem = Problem(
            check="adjudicate.once",
            found=f"{len(finished)} finished annotations",
            expected="one result of the adjudication",
            mend="delete the others in Label Studio",
            doc_id=doc_id,
        )
        raise InvalidInput([problem])
    one, result, reason = finished[0]
    by = one.get("completed_by")
    by = by.get("id") if isinstance(by, Mapping) else by
    adjudicator = users.get(by, "adjudicator") if isinstance(by, int) else "adjudicator"
    found = job.adjudication
    record = record_of(
        [part for part in result if part.get("from_name") != REASON],
        job.source.text,
        doc_id=doc_id,
        annotator=adjudicator,
        schema=schema,
        layers=_lists(found, schema),
    )
    choices = inferred(
        found, record, job.source.text, schema, reason=reason, adjudicator=adjudicator
    )
    settled.records[doc_id] = record, choices


def _reason(result: Sequence[Mapping[str, Any]]) -> str:
    """What stands in the text area for the reason."""
    for part in result:
        if part.get("from_name") == REASON:
            words = (part.get("value") or {}).get("text") or []
            return " ".join(" ".join([words] if isinstance(words, str) else words).split())
    return ""
