"""What was the same on both sides last time: the memory of the synchronisation.

For each project a small JSON file that can be read and reviewed, and beside it the records as they
were when both sides agreed. Nothing in it is needed to be safe: without it, versions that differ
are conflicts. No id of the server is in it, because servers use ids again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.annotations.reading import format_record, parse_record, read_record
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput
from communique.files import decode_json, read_text, write_text
from communique.project import Project

__all__ = ["Entry", "Listing", "State", "Store", "load_state", "locked", "record_sha256"]

FORMAT = 2
LARGEST = 256 * 1024 * 1024
"""Bytes of the file of a project; a record takes some 250."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as last synchronised: hashes of its text and of itself, the server's time."""

    text_sha256: str
    record_sha256: str
    server_updated_at: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """All tasks of a project when they were last listed: how many, and the server's time then.

    ``sources`` is a hash of the documents that were here.
    """

    count: int
    seen: str
    sources: str


@dataclass(frozen=True, slots=True)
class Store:
    """Where the files of the synchronisation lie."""

    project: Project

    @property
    def folder(self) -> Path:
        """The memory of all projects."""
        return self.project.annotations / ".label-studio"

    def record(self, annotator: str, doc_id: str) -> Path:
        """The record of an annotator; ``gold`` has its own folder."""
        gold = annotator == "gold"
        folder = self.project.gold if gold else self.project.passes / annotator
        return folder / f"{doc_id}.json"

    def conflict(self, annotator: str, doc_id: str, which: str) -> Path:
        """One of the versions of a conflict."""
        return self.project.annotations / "conflicts" / annotator / f"{doc_id}.{which}.json"

    def quarantined(self, annotator: str, doc_id: str) -> Path:
        """What came from the server and is no sound record."""
        return self.project.annotations / "quarantine" / annotator / f"{doc_id}.json"

    def annotators(self) -> set[str]:
        """Everybody of whom there are records here."""
        folders = self.project.passes.glob("*") if self.project.passes.is_dir() else ()
        return {"gold", *(folder.name for folder in folders if folder.is_dir())}

    def read(self, annotator: str, doc_id: str) -> Record | None:
        """The record that is here; ``None`` without one, ``InvalidInput`` if it is none."""
        path = self.record(annotator, doc_id)
        return read_record(path) if path.is_file() else None


@dataclass(frozen=True, slots=True)
class _Memory:
    """The file of a project."""

    format: int
    identity: str
    records: dict[str, dict[str, Entry]]
    tasks: dict[str, str]
    again: list[str]
    listing: Listing | None


@dataclass(slots=True)
class State:
    """The memory of one project.

    ``identity`` is that of the server's project: another project under the same title starts anew.
    ``tasks`` has the server's time of each document's task when it was last wholly read, ``again``
    the documents to look at even if nothing moved there. ``listing`` is ``None`` when all tasks
    have to be listed.
    """

    path: Path
    identity: str
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    listing: Listing | None = None
    _obsolete: set[Path] = field(default_factory=set)

    def entry(self, annotator: str, doc_id: str) -> Entry | None:
        """What is known of a record."""
        return self.entries.get(annotator, {}).get(doc_id)

    def base_path(self, annotator: str, doc_id: str, sha256: str) -> Path:
        """Where a common version lies.

        Its hash is in the name, so that a new one never takes the place of the one that the file
        of the project still speaks of: a run that is broken off leaves both as they were.
        """
        return self.path.with_suffix("") / annotator / f"{doc_id}.{sha256[:12]}.json"

    def base(self, annotator: str, doc_id: str, text_sha256: str) -> Record | None:
        """The common version; ``None`` when it is unknown or not what the memory says it is."""
        entry = self.entry(annotator, doc_id)
        if entry is None or entry.text_sha256 != text_sha256:
            return None
        path = self.base_path(annotator, doc_id, entry.record_sha256)
        try:
            text = read_text(path)
            if _sha256(text) != entry.record_sha256:
                return None
            return parse_record(decode_json(text, source=str(path)), source=str(path))
        except InvalidInput:
            return None

    def remember(
        self, record: Record, text_sha256: str, updated_at: str | None, text: str | None = None
    ) -> None:
        """Both sides now say this; the file of the project is written by ``save``.

        ``text`` is the record in its stable form, where that is known.
        """
        self.forget(record.annotator, record.doc_id)
        text = format_record(record) if text is None else text
        entry = Entry(text_sha256, _sha256(text), updated_at)
        path = self.base_path(record.annotator, record.doc_id, entry.record_sha256)
        write_text(path, text, durable=False)  # its hash tells whether it is whole
        self._obsolete.discard(path)
        self.entries.setdefault(record.annotator, {})[record.doc_id] = entry

    def forget(self, annotator: str, doc_id: str) -> None:
        """The record is in sync with nothing any more."""
        if entry := self.entries.get(annotator, {}).pop(doc_id, None):
            self._obsolete.add(self.base_path(annotator, doc_id, entry.record_sha256))

    def read(self, doc_id: str, updated_at: str) -> None:
        """All that the task of a document holds was taken over."""
        self.tasks[doc_id] = updated_at
        self.again.discard(doc_id)

    def look_again(self, doc_id: str) -> None:
        """Something is to be decided about a document: look at it next time."""
        self.tasks.pop(doc_id, None)
        self.again.add(doc_id)

    def save(self) -> None:
        """Write the file of the project, then remove the common versions it no longer needs."""
        import msgspec

        records = {name: dict(sorted(self.entries[name].items())) for name in sorted(self.entries)}
        memory = _Memory(
            FORMAT,
            self.identity,
            {name: entries for name, entries in records.items() if entries},
            dict(sorted(self.tasks.items())),
            sorted(self.again),
            self.listing,
        )
        text = msgspec.json.format(msgspec.json.encode(memory), indent=1).decode()
        write_text(self.path, text + "\n")
        while self._obsolete:
            self._obsolete.pop().unlink(missing_ok=True)


def record_sha256(record: Record) -> str:
    """The hash of a record in its stable form."""
    return _sha256(format_record(record))


def load_state(store: Store, title: str, identity: str) -> State:
    """The memory of a project, empty if there is none or it is of another project.

    Raises:
        CommuniqueError: the file is there and cannot be understood.

    """
    path = store.folder / f"{_file_name(title)}.json"
    state = State(path, identity)
    if not path.is_file():
        return state
    import msgspec

    try:
        memory = msgspec.json.decode(read_text(path, limit=LARGEST), type=_Memory)
        if memory.format != FORMAT:
            raise ValueError
    except ValueError as error:
        raise CommuniqueError(
            f"{path}: found no memory of format {FORMAT}, expected one; bring the file back from "
            "version control, or remove it: then every difference is taken for a conflict"
        ) from error
    if memory.identity != identity:
        return state
    return State(path, identity, memory.records, memory.tasks, set(memory.again), memory.listing)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Nobody else synchronises this corpus meanwhile; released even if the process is killed.

    Raises:
        CommuniqueError: somebody does.

    """
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    store.folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(store.folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommuniqueError(
                f"{store.folder}: another push or pull of this corpus is running; "
                "try again when it is done"
            ) from error
        yield
    finally:
        os.close(handle)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _file_name(title: str) -> str:
    """A file name for a title: readable, and another one for another title."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "project"
    if slug == title:
        return slug
    return f"{slug}-{hashlib.sha256(title.encode()).hexdigest()[:6]}"


def plain(value: object) -> Any:
    """A record as plain JSON values."""
    import msgspec

    return msgspec.to_builtins(value)
