"""Documents, records and predictions to a project: planned first, then done, any number of times.

A task is known by its document and the hash of the text, an annotation by the name under which it
was created; so a push that was cut off is completed by the next one. What was changed on the server
is never overwritten: it is pulled, and merged, first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from communique.annotations.label_studio.carrying import carried
from communique.annotations.label_studio.connection import ServerError
from communique.annotations.label_studio.push_plan import Change, Plan, present, untouched
from communique.annotations.label_studio.remote import (
    Remote,
    Source,
    ownership,
    unique_key,
)
from communique.annotations.label_studio.state import State, Store

__all__ = ["apply"]

T = TypeVar("T")
Progress = Callable[[Collection[T], str], Iterable[T]]

BATCH = 250
"""Documents of one import."""

TRIES = 3
"""How often an import is completed after failures whose outcome is unknown."""


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
            f"{changes[source.doc_id].name}: its task was created meanwhile; push again"
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
        return [f"{change.name}: its task was deleted meanwhile; push again"]
    task = int(tasks[source.doc_id][0]["id"])
    key = unique_key(remote, source, annotator)
    try:
        answer = remote.client.create_annotation(
            task, change.result, unique_id=key, import_id=ownership(source, annotator)
        )
    except ServerError as error:
        if error.status == 409 or (error.transient and not error.untouched):
            # it is there, or may be: the next push compares and completes
            return [f"{change.name}: uncertain whether it was created; push again"]
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
            return [f"{change.name}: was deleted there meanwhile; push again"]
        raise
    same = (now.get("task"), now.get("result")) == (work.task, work.result)
    if not same or str(now.get("updated_at")) != work.updated_at:
        return [f"{change.name}: was changed there meanwhile; pull first"]
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
    works, drafts = present(remote, found, twice, store, state, None)
    still = {
        int(task["id"])
        for tasks in found.duplicated.values()
        for task in untouched(tasks, works, drafts)
    }
    for task in sorted(set(spare) & still):
        remote.client.delete_task(task)
    return [f"task {task}: is in use now, and stays" for task in sorted(set(spare) - still)]
