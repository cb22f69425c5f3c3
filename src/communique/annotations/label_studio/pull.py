"""Annotations from a project: read, checked, merged with what is here, and never at its cost.

What both sides changed is set beside, both versions of it, and what is no sound record is put in
quarantine with the reason; everything else goes on.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from communique.annotations.label_studio.carrying import (
    annotated_lists,
    carried,
    complaints,
    received,
)
from communique.annotations.label_studio.listing import (
    Look,
    look,
    look_at,
    look_at_all,
    look_while_reading,
)
from communique.annotations.label_studio.merge import three_way
from communique.annotations.label_studio.remote import (
    Found,
    Reader,
    Reading,
    Remote,
    Source,
    Work,
    read_works,
    without_copies,
    without_words,
)
from communique.annotations.label_studio.state import State, Store
from communique.annotations.reading import format_record, write_record
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.files import write_text
from communique.schemas.schema import Schema

__all__ = ["Pulled", "pull"]

T = TypeVar("T")
Progress = Callable[[Collection[T], str], Iterable[T]]
Take = Literal["here", "there"]


@dataclass(slots=True)
class Pulled:
    """What a pull did, or would do: names are of a document and an annotator.

    ``ahead`` is what was changed here only, and waits for a push; ``gone`` what was deleted there.
    """

    written: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    same: set[str] = field(default_factory=set)
    ahead: list[str] = field(default_factory=list)
    conflict: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """How many records are the same on both sides."""
        return len(self.same)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "written": self.written,
            "merged": self.merged,
            "unchanged": self.unchanged,
            "ahead": self.ahead,
            "conflict": self.conflict,
            "quarantined": self.quarantined,
            "drafts": self.drafts,
            "skipped": self.skipped,
            "gone": self.gone,
            "removed": self.removed,
            "notes": self.notes,
            "problems": [problem.as_json() for problem in self.problems],
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        for what, names in (
            ("from the server", self.written),
            ("merged from both sides", self.merged),
            ("changed here only; push sends it", self.ahead),
            ("quarantined", self.quarantined),
            ("a draft that is not submitted", self.drafts),
            ("skipped", self.skipped),
            ("deleted there, kept here; --prune removes it here", self.gone),
            ("deleted there, removed here", self.removed),
        ):
            yield from (f"{name}: {what}" for name in names)
        yield from (f"{line}" for line in self.conflict)
        yield from self.notes


@dataclass(frozen=True, slots=True)
class _Pull:
    """One run, and all that it looks at."""

    remote: Remote
    sources: Mapping[str, Source]
    store: Store
    state: State
    schema: Schema
    out: Pulled
    dry_run: bool
    partial: bool
    take: Take | None

    def annotators(self) -> set[str]:
        """Whose annotations there may be that we pushed."""
        return self.store.annotators() | set(self.state.entries)

    def reading(self, source: Source, readings: Collection[Reading]) -> bool:
        """Take over one document; false when it must be looked at again next time."""
        works = without_copies([work for reading in readings for work in reading.works])
        sound = True
        for reading in readings:
            names = {_name(source.doc_id, user) for user in reading.drafts}
            self.out.drafts += sorted(names - set(self.out.drafts))
        live = [work for work in works if not work.skipped]
        counts = Counter(work.annotator for work in live)
        for work in works:
            name = _name(work.doc_id, work.annotator)
            if work.skipped:
                self.out.skipped += [] if name in self.out.skipped else [name]
            elif counts[work.annotator] > 1:
                sound = False
            else:
                sound = self.work(work, source) and sound
        for annotator in sorted(name for name, number in counts.items() if number > 1):
            self.out.conflict.append(
                f"{_name(source.doc_id, annotator)}: {counts[annotator]} annotations there, "
                "expected one; delete all but one there"
            )
        return sound

    def work(self, work: Work, source: Source) -> bool:
        """Take over one annotation."""
        name = _name(work.doc_id, work.annotator)
        try:
            ours = self.store.read(work.annotator, work.doc_id)
        except InvalidInput as error:  # never write over what cannot be read
            self.out.problems += error.problems
            return False
        base = self.state.base(work.annotator, work.doc_id, source.sha256)
        known = base or ours
        layers = annotated_lists(known, self.schema) if known is not None else work.layers
        theirs = self.sound(work, source, layers)
        if theirs is None:
            return False
        if ours is None:
            return self.write(name, theirs, theirs, source, work, self.out.written)
        here = carried(ours, source)
        merged = three_way(base, here, theirs, self.schema)
        match merged.what:
            case "same":
                self.out.same.add(name)
                self.remember(here, source, work)
                self.settled(work)
                return True
            case "ours":
                self.out.ahead.append(name)
                return True
            case "theirs":
                return self.write(name, theirs, theirs, source, work, self.out.written)
            case "merged":
                assert merged.record is not None
                errors = complaints(merged.record, source, self.schema, partial=self.partial)
                if not errors:
                    out = self.out.merged
                    return self.write(name, merged.record, theirs, source, work, out)
        return self.conflict(name, base, ours, theirs, source, work, merged.reasons)

    def sound(self, work: Work, source: Source, layers: Collection[str] | None) -> Record | None:
        """The record of an annotation, or ``None`` when it went into quarantine."""
        result = work.result
        theirs: Record | None = None
        try:
            theirs = received(result, source, work.annotator, self.schema, layers=layers)
            problems = complaints(theirs, source, self.schema, partial=self.partial)
        except InvalidInput as error:
            problems = list(error.problems)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            problems = [_garbage(work, error)]
        path = self.store.quarantined(work.annotator, work.doc_id)
        if not problems:
            if not self.dry_run:
                path.unlink(missing_ok=True)
            return theirs
        self.out.quarantined.append(_name(work.doc_id, work.annotator))
        self.out.problems += problems
        value = {
            "doc_id": work.doc_id,
            "annotator": work.annotator,
            "text_sha256": source.sha256,
            "project": self.remote.title,
            "updated_at": work.updated_at,
            "problems": [str(problem) for problem in problems],
            "result": without_words(result),
        }
        if not self.dry_run:
            write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        return None

    def write(
        self,
        name: str,
        record: Record,
        theirs: Record,
        source: Source,
        work: Work,
        out: list[str],
    ) -> bool:
        """Write what is now right here; what is there is the new common version."""
        out.append(name)
        if not self.dry_run:
            path = self.store.record(work.annotator, work.doc_id)
            text = format_record(record)
            # a new file takes nothing's place, and all of them are flushed together at the end
            write_text(path, text, durable=path.is_file())
            known = text if theirs is record else None
            self.state.remember(theirs, source.sha256, work.updated_at, known)
        self.settled(work)
        return True

    def conflict(
        self,
        name: str,
        base: Record | None,
        ours: Record,
        theirs: Record,
        source: Source,
        work: Work,
        reasons: tuple[str, ...],
    ) -> bool:
        """Set both versions beside, or take the one that the user decided for."""
        self.versions(work, {"here": ours, "there": theirs} | ({"base": base} if base else {}))
        place = self.store.conflict(work.annotator, work.doc_id, "*")
        if self.take == "here":
            self.remember(theirs, source, work)  # which is what our version now goes back to
            self.out.ahead.append(name)
            return True
        if self.take == "there":
            self.out.written.append(name)
            if not self.dry_run:
                write_record(self.store.record(work.annotator, work.doc_id), theirs)
            self.remember(theirs, source, work)
            return True
        because = "; ".join(reasons) or "the merged record would not be sound"
        self.out.conflict.append(
            f"{name}: changed here and there ({because}); compare {place}, then edit the record "
            f"here and pull {work.doc_id} --take here, or pull {work.doc_id} --take there"
        )
        return False

    def versions(self, work: Work, versions: Mapping[str, Record]) -> None:
        for which, record in versions.items():
            if not self.dry_run:
                path = self.store.conflict(work.annotator, work.doc_id, which)
                write_text(path, format_record(record))

    def settled(self, work: Work) -> None:
        """The files of a conflict that is none any more."""
        for which in ("here", "there", "base"):
            if not self.dry_run:
                self.store.conflict(work.annotator, work.doc_id, which).unlink(missing_ok=True)

    def remember(self, record: Record, source: Source, work: Work) -> None:
        if not self.dry_run:
            self.state.remember(record, source.sha256, work.updated_at)


def pull(
    remote: Remote,
    sources: Mapping[str, Source],
    store: Store,
    state: State,
    schema: Schema,
    *,
    only: Collection[str] | None = None,
    everything: bool = False,
    prune: bool = False,
    take: Take | None = None,
    partial: bool = False,
    dry_run: bool = False,
    progress: Progress[Any] = lambda items, what: items,
) -> Pulled:
    """Bring records up to what the project has; with ``dry_run`` only say what would be done.

    Read are the tasks whose server time moved since the last pull, or with ``everything`` all.
    ``take`` settles the conflicts of the documents ``only``. ``partial`` asks of records only that
    they are sound, because the pass leaves parts of them to a later one.
    """
    if take is not None and not only:
        raise CommuniqueError("found no documents to settle, expected their ids beside --take")
    out = Pulled()
    run = _Pull(remote, sources, store, state, schema, out, dry_run, partial, take)
    streaming = take is None and (everything or (only is None and not state.tasks))
    if streaming:
        looked = look_while_reading(remote, sources)
        documents = _all_readings(run, looked.found, only, progress)
    else:
        if take is not None:
            looked = look_at(remote, sources, only or ())
        elif prune:
            looked = look_at_all(remote, sources)
        else:
            looked = look(remote, sources, state)
        chosen = {
            doc_id: tasks
            for doc_id, tasks in looked.found.tasks.items()
            if (only is None or doc_id in only)
            and (take or len(tasks) > 1 or _moved(tasks[0], state))
        }
        documents = _readings(run, chosen, progress)
    found = looked.found
    read: set[str] = set()
    present: set[tuple[str, str]] = set()
    try:
        for doc_id, readings in documents:
            read.add(doc_id)
            present |= {(w.annotator, doc_id) for one in readings for w in one.works}
            sound = run.reading(sources[doc_id], readings)
            tasks = found.tasks[doc_id]
            if sound and not dry_run and len(readings) == len(tasks) == 1:
                state.read(doc_id, str(tasks[0]["updated_at"]))
            elif not dry_run:
                state.look_again(doc_id)
        _note(looked, out)
        undecided = _deleted(run, looked, read, present, only, prune=prune)
        if only is None and not dry_run:
            state.listing = None if found.altered or undecided else looked.listing(state.listing)
            if looked.complete:
                state.again &= set(found.tasks)
    finally:
        if not dry_run:
            if out.written and hasattr(os, "sync"):
                os.sync()
            state.save()
    return out


def _moved(task: Mapping[str, Any], state: State) -> bool:
    """Whether a task is another one than at the last pull, by the server's own clock."""
    return state.tasks.get(str(task["data"]["doc_id"])) != str(task["updated_at"])


def _all_readings(
    run: _Pull, found: Found, only: Collection[str] | None, progress: Progress[Any]
) -> Iterator[tuple[str, list[Reading]]]:
    """Everything that the project holds, without listing its tasks first.

    A document with a second task comes again at the end, with both.
    """
    client = run.remote.client
    reader = Reader(run.remote, run.annotators())
    bar = iter(progress(range(client.count_tasks(run.remote.id)), "pulling"))
    for exported in client.export(run.remote.id):
        next(bar, None)
        source = found.add(exported, run.sources)
        if source is None or (only is not None and source.doc_id not in only):
            continue
        if len(found.tasks[source.doc_id]) == 1:
            yield source.doc_id, [reader.reading(exported, source)]
    several = {
        doc_id: tasks
        for doc_id, tasks in found.duplicated.items()
        if only is None or doc_id in only
    }
    yield from _readings(run, several, progress)


def _readings(
    run: _Pull, chosen: Mapping[str, list[dict[str, Any]]], progress: Progress[Any]
) -> Iterator[tuple[str, list[Reading]]]:
    """The chosen documents with all that their tasks hold, as the server hands them out."""
    tasks = {int(task["id"]): run.sources[name] for name in chosen for task in chosen[name]}
    several: dict[str, list[Reading]] = {}
    found = read_works(run.remote, tasks, annotators=run.annotators())
    for _, reading in zip(progress(range(len(tasks)), "pulling"), found, strict=False):
        doc_id = reading.source.doc_id
        if len(chosen[doc_id]) == 1:
            yield doc_id, [reading]
        else:
            several.setdefault(doc_id, []).append(reading)
    yield from several.items()


def _deleted(
    run: _Pull,
    looked: Look,
    read: Collection[str],
    present: Collection[tuple[str, str]],
    only: Collection[str] | None,
    *,
    prune: bool,
) -> bool:
    """What was in sync once, and is not on the server any more; true if it waits for a decision."""
    found = looked.found
    gone = [
        (annotator, doc_id)
        for annotator, entries in sorted(run.state.entries.items())
        for doc_id in sorted(entries)
        if (only is None or doc_id in only)
        and doc_id not in found.altered
        and doc_id in run.sources
        and (
            (annotator, doc_id) not in present
            if doc_id in read
            else doc_id not in found.tasks and (looked.complete or doc_id in run.state.again)
        )
    ]
    if prune and gone and not found.tasks:
        raise CommuniqueError(
            f"the project {run.remote.title!r} has no task of this corpus left, so --prune would "
            "remove everything here; delete the records yourself if that is meant"
        )
    for annotator, doc_id in gone:
        _gone(run, annotator, doc_id, prune=prune)
    return any(run.state.entry(*one) for one in gone)


def _gone(run: _Pull, annotator: str, doc_id: str, *, prune: bool) -> None:
    name = _name(doc_id, annotator)
    source = run.sources[doc_id]
    path = run.store.record(annotator, doc_id)
    try:
        ours = run.store.read(annotator, doc_id)
    except InvalidInput as error:
        run.out.problems += error.problems
        return
    if not run.dry_run:
        run.state.look_again(doc_id)  # until it is decided
    if ours is None:
        if not run.dry_run:
            run.state.forget(annotator, doc_id)
        return
    if not prune:
        run.out.gone.append(name)
    elif carried(ours, source) != run.state.base(annotator, doc_id, source.sha256):
        run.out.conflict.append(
            f"{name}: deleted there and changed here, so it stays; push --restore sends it, "
            f"or delete {path}"
        )
    else:
        run.out.removed.append(name)
        if not run.dry_run:
            path.unlink(missing_ok=True)
            run.state.forget(annotator, doc_id)


def _note(looked: Look, out: Pulled) -> None:
    found = looked.found
    if found.foreign:
        out.notes.append(f"{found.foreign} tasks have no document id, and are left alone")
    for doc_id in sorted(set(found.unknown)):
        out.notes.append(f"{doc_id[:80]!r}: a task of a document that is not here")
    for doc_id in sorted(found.stale):
        out.notes.append(f"{doc_id}: a task with another text than the corpus has now, not read")
    for doc_id in sorted(found.altered):
        out.notes.append(f"{doc_id}: a task whose text was changed on the server, not read")


def _garbage(work: Work, error: Exception) -> Problem:
    return Problem(
        check="label-studio.result",
        found=f"a result that cannot be read ({type(error).__name__})",
        expected="regions as the editor makes them",
        mend="look at the annotation on the server",
        doc_id=work.doc_id,
    )


def _name(doc_id: str, annotator: str) -> str:
    return f"{doc_id} ({annotator})"


def conflict_files(store: Store) -> list[Path]:
    """One file of each conflict that is still to be settled."""
    return sorted((store.project.annotations / "conflicts").glob("*/*.there.json"))
