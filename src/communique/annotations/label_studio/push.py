"""Documents, records and predictions to a project: planned first, then done, any number of times.

A task is known by its document and the hash of the text, an annotation by the name under which it
was created; so a push that was cut off is completed by the next one. What was changed on the server
is never overwritten: it is pulled, and merged, first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from xml.etree import ElementTree

from communique.annotations.label_studio.carrying import (
    annotated_lists,
    carried,
    received,
    sent,
)
from communique.annotations.label_studio.client import ServerError
from communique.annotations.label_studio.merge import three_way
from communique.annotations.label_studio.remote import (
    Found,
    Remote,
    Source,
    Work,
    ownership,
    read_works,
    same_config,
    unique_key,
    without_copies,
)
from communique.annotations.label_studio.state import State, Store
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.schemas.schema import Schema

__all__ = [
    "Change",
    "Plan",
    "apply",
    "check_config",
    "labels_in_use",
    "labels_of",
    "plan",
    "update_config",
]

T = TypeVar("T")
Progress = Callable[[Collection[T], str], Iterable[T]]

BATCH = 250
"""Documents of one import."""

TRIES = 3
"""How often an import is completed after failures whose outcome is unknown."""


@dataclass(frozen=True, slots=True)
class Change:
    """An annotation or predictions to write; ``work`` is what is there now."""

    source: Source
    record: Record
    result: list[dict[str, Any]]
    work: Work | None = None


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
            "annotate": [_named(one) for one in self.annotate],
            "update": [_named(one) for one in self.update],
            "predict": [_named(one) for one in self.predict],
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
            ("new annotation", [_named(one) for one in self.annotate]),
            ("changed annotation", [_named(one) for one in self.update]),
            ("new prediction", [_named(one) for one in self.predict]),
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
    works, drafts = _present(remote, found, usable, store, state, annotator)
    made.spare = [
        int(task["id"])
        for tasks in found.duplicated.values()
        for task in _spare(tasks, works, drafts)
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


def _present(
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


def _spare(
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
        made.annotate.append(Change(source, record, result))
    elif works[0].skipped:
        made.conflict.append(f"{name}: is skipped there; take the skip back there first")
    else:
        _compare(made, Change(source, record, result, works[0]), base, schema, name)


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
    made.conflict += [f"{_named(change)}: has a draft there, not submitted" for change in busy]


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
            made.predict.append(Change(source, record, result))


def apply(
    made: Plan,
    remote: Remote,
    sources: Mapping[str, Source],
    store: Store,
    state: State,
    *,
    prune: bool = False,
    progress: Progress[Any] = lambda items, what: items,
) -> list[str]:
    """Do what was planned, and say what could not be done because the server moved on meanwhile.

    ``prune`` deletes untouched tasks of documents that have more than one.
    """
    for record, sha256, updated_at in made.known:
        state.remember(record, sha256, updated_at)
    late: list[str] = []
    try:
        late += _create(made, remote, sources, state, progress)
        new = {source.doc_id for source in made.create}
        annotate = [one for one in made.annotate if one.source.doc_id not in new]
        if annotate or made.predict:
            wanted = {change.source.doc_id for change in (*annotate, *made.predict)}
            tasks = remote.find(sources, wanted).tasks
            for change in progress(annotate, "creating annotations"):
                late += _annotate(change, remote, tasks, state)
            _predict(made.predict, remote, tasks)
        for change in progress(made.update, "changing annotations"):
            late += _update(change, remote, state)
        if prune:
            late += _prune(made.spare, remote, sources, store, state)
    finally:
        state.save()
    return late


def _create(
    made: Plan,
    remote: Remote,
    sources: Mapping[str, Source],
    state: State,
    progress: Progress[Any],
) -> list[str]:
    """Import what is missing, an annotation together with its task: both come, or none."""
    changes = {change.source.doc_id: change for change in made.annotate}
    late: list[str] = []
    starts = range(0, len(made.create), BATCH)
    for start in progress(starts, "creating tasks"):
        batch = made.create[start : start + BATCH]
        missing = _missing(batch, remote, sources)  # others may have pushed since the plan
        late += [
            f"{_named(changes[source.doc_id])}: its task was created meanwhile; push again"
            for source in batch
            if source not in missing and source.doc_id in changes
        ]
        _import(missing, changes, remote, sources, state)
    return late


def _import(
    missing: list[Source],
    changes: Mapping[str, Change],
    remote: Remote,
    sources: Mapping[str, Source],
    state: State,
) -> None:
    """Import tasks; after a failure look again what is missing still."""
    for attempt in range(1, TRIES + 1):
        if not missing:
            return
        tasks = [_new_task(source, changes.get(source.doc_id)) for source in missing]
        try:
            remote.client.import_tasks(remote.id, tasks)
        except ServerError as error:
            if attempt == TRIES or not error.transient:
                raise
            missing = _missing(missing, remote, sources)
        else:
            for change in (changes[one.doc_id] for one in missing if one.doc_id in changes):
                state.remember(carried(change.record, change.source), change.source.sha256, None)
            return


def _missing(
    wanted: Sequence[Source], remote: Remote, sources: Mapping[str, Source]
) -> list[Source]:
    there = remote.find(sources, [source.doc_id for source in wanted]).tasks
    return [source for source in wanted if source.doc_id not in there]


def _new_task(source: Source, change: Change | None) -> dict[str, Any]:
    task: dict[str, Any] = {"data": source.data()}
    if change is not None:
        number = ownership(source, change.record.annotator)
        task["annotations"] = [{"id": number, "result": change.result, "ground_truth": False}]
    return task


def _annotate(
    change: Change, remote: Remote, tasks: Mapping[str, list[dict[str, Any]]], state: State
) -> list[str]:
    source, annotator = change.source, change.record.annotator
    if source.doc_id not in tasks:
        return [f"{_named(change)}: its task was deleted meanwhile; push again"]
    task = int(tasks[source.doc_id][0]["id"])
    key = unique_key(remote, source, annotator)
    try:
        answer = remote.client.create_annotation(
            task, change.result, unique_id=key, import_id=ownership(source, annotator)
        )
    except ServerError as error:
        if error.status == 409 or (error.transient and not error.untouched):
            # it is there, or may be: the next push compares and completes
            return [f"{_named(change)}: uncertain whether it was created; push again"]
        raise
    state.remember(carried(change.record, source), source.sha256, str(answer.get("updated_at")))
    return []


def _update(change: Change, remote: Remote, state: State) -> list[str]:
    """Replace an annotation, if it is still the one that was compared."""
    work, source = change.work, change.source
    assert work is not None
    try:
        now = remote.client.annotation(work.id)
    except ServerError as error:
        if error.status == 404:
            return [f"{_named(change)}: was deleted there meanwhile; push again"]
        raise
    same = (now.get("task"), now.get("result")) == (work.task, work.result)
    if not same or str(now.get("updated_at")) != work.updated_at:
        return [f"{_named(change)}: was changed there meanwhile; pull first"]
    answer = remote.client.update_annotation(work.id, change.result)
    state.remember(carried(change.record, source), source.sha256, str(answer.get("updated_at")))
    return []


def _predict(
    changes: Sequence[Change], remote: Remote, tasks: Mapping[str, list[dict[str, Any]]]
) -> None:
    """New predictions first, then away with older ones of the same system."""
    new = []
    old: list[int] = []
    for change in changes:
        for task in tasks.get(change.source.doc_id, ())[:1]:
            name = change.record.annotator
            old += [
                int(one["id"])
                for one in remote.client.predictions(int(task["id"]))
                if one.get("model_version") == name
            ]
            new.append({"task": int(task["id"]), "result": change.result, "model_version": name})
    if new:
        remote.client.create_predictions(new, project_id=remote.id)
    for prediction in old:
        remote.client.delete_prediction(prediction)


def _prune(
    spare: Collection[int],
    remote: Remote,
    sources: Mapping[str, Source],
    store: Store,
    state: State,
) -> list[str]:
    """Delete spare tasks that are spare still."""
    found = remote.find(sources)
    twice = [sources[doc_id] for doc_id in found.duplicated]
    works, drafts = _present(remote, found, twice, store, state, None)
    still = {
        int(task["id"])
        for tasks in found.duplicated.values()
        for task in _spare(tasks, works, drafts)
    }
    for task in sorted(set(spare) & still):
        remote.client.delete_task(task)
    return [f"task {task}: is in use now, and stays" for task in sorted(set(spare) - still)]


def check_config(remote: Remote, config: str) -> None:
    """Refuse to go on with a project whose screen is another one.

    Raises:
        CommuniqueError: it is.

    """
    if not same_config(remote.config, config):
        raise CommuniqueError(
            f"the project {remote.title!r} has another labelling configuration than the schema; "
            "run push --update-config (which refuses to drop labels in use), or name another "
            "project with --project"
        )


def update_config(remote: Remote, config: str) -> list[str]:
    """Set the configuration of a project, unless that would orphan labels in use.

    Raises:
        CommuniqueError: it would, or the project has tasks of somebody else.

    """
    lost = sorted(labels_in_use(remote) - labels_of(config))
    if lost:
        named = ", ".join(f"{control}: {label}" for control, label in lost[:10])
        more = f" and {len(lost) - 10} more" if len(lost) > 10 else ""
        raise CommuniqueError(
            f"the project {remote.title!r} uses labels that the new configuration does not have "
            f"({named}{more}); pull, change these annotations, and try again"
        )
    remote.client.set_config(remote.id, config)
    return [f"the configuration of {remote.title!r} was replaced"]


RELATION = "relation"


def labels_in_use(remote: Remote) -> set[tuple[str, str]]:
    """Every label, choice and relation in annotations, drafts and predictions, by its control."""
    used: set[tuple[str, str]] = set()
    for task in remote.client.export(remote.id):
        groups = [*(task.get("annotations") or ()), *(task.get("drafts") or ())]
        if task.get("predictions"):
            groups += remote.client.predictions(int(task["id"]))
        for group in groups:
            if isinstance(group, dict):
                for one in group.get("result") or ():
                    used |= _labels(one)
    return used


def _labels(one: Mapping[str, Any]) -> set[tuple[str, str]]:
    if one.get("type") == RELATION:
        return {(RELATION, str(label)) for label in one.get("labels") or ()}
    control, value = str(one.get("from_name")), one.get("value")
    kind = str(one.get("type"))
    values = value.get(kind) if isinstance(value, Mapping) else None
    if kind == "textarea" or not isinstance(values, list):
        return {(control, "")}
    return {(control, str(label)) for label in values} | {(control, "")}


def labels_of(config: str) -> set[tuple[str, str]]:
    """Every label, choice and relation that a configuration offers, and each control by itself."""
    offered: set[tuple[str, str]] = set()
    for element in ElementTree.fromstring(config).iter():
        if element.tag == "Relation":
            offered.add((RELATION, element.get("value", "")))
        elif name := element.get("name"):
            offered.add((name, ""))
            inner = (part for part in element.iter() if part is not element)
            offered |= {
                (name, part.get("alias") or part.attrib["value"])
                for part in inner
                if part.get("value")
            }
    return offered


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


def _named(change: Change) -> str:
    return f"{change.source.doc_id} ({change.record.annotator})"
