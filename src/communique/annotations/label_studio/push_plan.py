"""What a push will do to a project: create, change, leave alone, and what stands in its way."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from communique.annotations.label_studio.carrying import (
    annotated_lists,
    carried,
    received,
    sent,
)
from communique.annotations.label_studio.merge import three_way
from communique.annotations.label_studio.remote import (
    Found,
    Remote,
    Source,
    Work,
    read_works,
    without_copies,
)
from communique.annotations.label_studio.state import State, Store
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.schemas.schema import Schema

__all__ = ["Change", "Plan", "plan", "present", "untouched"]


@dataclass(frozen=True, slots=True)
class Change:
    """An annotation or predictions to write; ``work`` is what is there now.

    ``packed`` are the regions as compressed JSON: a plan holds those of all documents.
    """

    source: Source
    record: Record
    packed: bytes
    work: Work | None = None

    @property
    def result(self) -> list[dict[str, Any]]:
        """The regions."""
        found: list[dict[str, Any]] = json.loads(zlib.decompress(self.packed))
        return found

    @property
    def name(self) -> str:
        """The document and who annotated it, for messages."""
        return f"{self.source.doc_id} ({self.record.annotator})"


@dataclass(slots=True)
class Plan:
    """What a push would do, document by document, and what it leaves alone and why."""

    create: list[Source] = field(default_factory=list)
    annotate: list[Change] = field(default_factory=list)
    update: list[Change] = field(default_factory=list)
    predict: list[Change] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    known: list[tuple[Record, str, str]] = field(default_factory=list)
    conflict: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spare: list[int] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.create or self.annotate or self.update or self.predict)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "create": [one.doc_id for one in self.create],
            "annotate": [one.name for one in self.annotate],
            "update": [one.name for one in self.update],
            "predict": [one.name for one in self.predict],
            "unchanged": self.unchanged,
            "conflict": self.conflict,
            "problems": [one.as_json() for one in self.problems],
            "notes": self.notes,
            "spare_tasks": self.spare,
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        for what, items in (
            ("new task", [one.doc_id for one in self.create]),
            ("new annotation", [one.name for one in self.annotate]),
            ("changed annotation", [one.name for one in self.update]),
            ("new prediction", [one.name for one in self.predict]),
        ):
            yield from (f"{item}: {what}" for item in items)
        yield from (f"{item}: left alone" for item in self.conflict)
        yield from self.notes


def plan(
    remote: Remote,
    sources: Mapping[str, Source],
    store: Store,
    state: State,
    schema: Schema,
    *,
    only: Collection[str] | None = None,
    annotator: str | None = None,
    predictions: Iterable[Record] = (),
    restore: bool = False,
) -> Plan:
    """What has to be written so that the project has the documents, and records if any are named.

    ``sources`` are all documents of the corpus whose text is here, ``only`` those to push. With
    ``annotator`` the records of that annotator go along, ``predictions`` as what the annotator
    starts from. ``restore`` creates annotations again that were deleted on the server.
    """
    made = Plan()
    chosen = [sources[doc_id] for doc_id in sources if only is None or doc_id in only]
    found = remote.find(sources)
    made.notes += _notes(found)
    usable = [source for source in chosen if source.doc_id not in found.altered]
    made.create = [source for source in usable if source.doc_id not in found.tasks]
    made.problems += [_altered(doc_id) for doc_id in found.altered if doc_id in sources]
    works, drafts = present(remote, found, usable, store, state, annotator)
    made.spare = [
        int(task["id"])
        for tasks in found.duplicated.values()
        for task in untouched(tasks, works, drafts)
    ]
    if annotator is not None:
        for source in usable:
            one = [work for work in works.get(source.doc_id, ()) if work.annotator == annotator]
            _plan_record(made, source, one, annotator, store, state, schema, restore)
    _plan_predictions(made, remote, found, {one.doc_id: one for one in usable}, predictions, schema)
    _spare_drafts(made, drafts)
    pushed = {change.source.doc_id for change in (*made.annotate, *made.update)}
    made.unchanged += [
        source.doc_id
        for source in usable
        if annotator is None and source.doc_id in found.tasks and source.doc_id not in pushed
    ]
    return made


def present(
    remote: Remote,
    found: Found,
    sources: Sequence[Source],
    store: Store,
    state: State,
    annotator: str | None,
) -> tuple[dict[str, list[Work]], set[int]]:
    """The annotations of the tasks that matter, and the tasks that hold drafts."""
    matter = {
        int(task["id"]): source
        for source in sources
        for task in found.tasks.get(source.doc_id, ())
        if annotator is not None or source.doc_id in found.duplicated
    }
    names = store.annotators() | set(state.entries) | ({annotator} if annotator else set())
    works: dict[str, list[Work]] = {}
    drafts: set[int] = set()
    for exported in read_works(remote, matter, annotators=names):
        works.setdefault(exported.source.doc_id, []).extend(exported.works)
        if exported.drafts:
            drafts.add(exported.task)
    return {doc_id: without_copies(group) for doc_id, group in works.items()}, drafts


def untouched(
    tasks: list[dict[str, Any]], works: Mapping[str, list[Work]], drafts: Collection[int]
) -> list[dict[str, Any]]:
    """Of several tasks of one document, those that nobody has touched; one always stays."""
    doc_id = str(tasks[0]["data"]["doc_id"])
    used = {work.task for work in works.get(doc_id, ())} | set(drafts)
    free = [task for task in tasks if int(task["id"]) not in used]
    return free if used else free[1:]


def _plan_record(
    made: Plan,
    source: Source,
    works: Sequence[Work],
    annotator: str,
    store: Store,
    state: State,
    schema: Schema,
    restore: bool,
) -> None:
    """What to do about the record of one annotator of one document."""
    name = f"{source.doc_id} ({annotator})"
    try:
        record = store.read(annotator, source.doc_id)
        if record is None:
            return
        if (record.doc_id, record.annotator) != (source.doc_id, annotator):
            raise InvalidInput([_misplaced(record, source, annotator, store)])
        result = sent(record, source, schema)
    except InvalidInput as error:
        made.problems += error.problems
        return
    base = state.base(annotator, source.doc_id, source.sha256)
    if len(works) > 1:
        made.conflict.append(f"{name}: has {len(works)} annotations there; delete all but one")
    elif not works and base is not None and not restore:
        made.conflict.append(f"{name}: was deleted there; --restore creates it again")
    elif not works:
        made.annotate.append(Change(source, record, _packed(result)))
    elif works[0].skipped:
        made.conflict.append(f"{name}: is skipped there; take the skip back there first")
    else:
        _compare(made, Change(source, record, _packed(result), works[0]), base, schema, name)


def _compare(made: Plan, change: Change, base: Record | None, schema: Schema, name: str) -> None:
    work, source = change.work, change.source
    assert work is not None
    ours = carried(change.record, source)
    layers = annotated_lists(ours, schema)
    try:
        theirs = received(work.result, source, ours.annotator, schema, layers=layers)
    except InvalidInput:
        made.conflict.append(f"{name}: what is there is no sound record; pull tells more")
        return
    match three_way(base, ours, theirs, schema).what:
        case "same":
            made.unchanged.append(name)
            made.known.append((ours, source.sha256, work.updated_at))
        case "ours":
            made.update.append(change)
        case _:
            made.conflict.append(f"{name}: was changed there; pull first")


def _spare_drafts(made: Plan, drafts: Collection[int]) -> None:
    """Leave annotations alone that somebody works on: the draft would undo what we write."""
    busy = [
        change for change in made.update if change.work is not None and change.work.task in drafts
    ]
    made.update = [change for change in made.update if change not in busy]
    made.conflict += [f"{change.name}: has a draft there, not submitted" for change in busy]


def _plan_predictions(
    made: Plan,
    remote: Remote,
    found: Found,
    sources: Mapping[str, Source],
    predictions: Iterable[Record],
    schema: Schema,
) -> None:
    """Predictions that are not there yet; the same of the same system is not written again."""
    for record in predictions:
        source = sources.get(record.doc_id)
        if source is None:
            made.notes.append(f"{record.doc_id}: a prediction of a document that is not pushed")
            continue
        try:
            result = sent(record, source, schema)
        except InvalidInput as error:
            made.problems += error.problems
            continue
        there = [
            one
            for task in found.tasks.get(record.doc_id, ())
            if task["predicted"]
            for one in remote.client.predictions(int(task["id"]))
            if one.get("model_version") == record.annotator
        ]
        if any(one.get("result") == result for one in there):
            made.unchanged.append(f"{record.doc_id} ({record.annotator}, prediction)")
        else:
            made.predict.append(Change(source, record, _packed(result)))


def _packed(result: list[dict[str, Any]]) -> bytes:
    return zlib.compress(json.dumps(result).encode(), 1)


def _notes(found: Found) -> list[str]:
    """What is in the project besides."""
    notes = []
    if found.foreign:
        notes.append(f"{found.foreign} tasks have no document id, and are left alone")
    if found.unknown:
        notes.append(f"{len(found.unknown)} tasks are of documents that are not here")
    for doc_id, tasks in sorted(found.stale.items()):
        notes.append(f"{doc_id}: {len(tasks)} tasks have another text than the corpus has now")
    for doc_id, tasks in sorted(found.duplicated.items()):
        notes.append(f"{doc_id}: {len(tasks)} tasks there; push --prune deletes untouched ones")
    return notes


def _misplaced(record: Record, source: Source, annotator: str, store: Store) -> Problem:
    return Problem(
        check="record.name",
        found=f"a record of {record.doc_id} by {record.annotator}",
        expected=f"one of {source.doc_id} by {annotator}",
        file=str(store.record(annotator, source.doc_id)),
        doc_id=source.doc_id,
    )


def _altered(doc_id: str) -> Problem:
    return Problem(
        check="label-studio.text",
        found="a task whose text was changed on the server",
        expected="exactly the text of its hash",
        mend="delete the task there, and push again",
        doc_id=doc_id,
    )
