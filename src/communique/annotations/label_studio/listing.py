"""Which tasks a pull has to look at: all of them, or those that moved since they were last listed.

The server keeps no trace of what was deleted. So only the tasks that moved are asked for when their
number accounts for all the tasks there are now; if it does not, all are listed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from communique.annotations.label_studio.remote import Found, Remote, Source
from communique.annotations.label_studio.state import Listing, State

__all__ = ["Look", "look", "look_at", "look_at_all", "look_while_reading"]

OVERLAP = timedelta(seconds=10)
"""How long a change may take from its time to its being seen by others."""

LONG_AGO = "1970-01-01T00:00:00+00:00"

MANY = 50
"""Changes shortly before a look that are worth writing another time down for."""

MOST_MOVED = 1000
"""If more have moved, listing all is no slower."""


@dataclass(frozen=True, slots=True)
class Look:
    """The tasks to read; if not ``complete``, of other documents nothing is known, nor said.

    ``asked`` is what the server's clock showed before. ``moved`` are the number of all tasks and
    the latest time of one, where they are not those of what is found.
    """

    found: Found
    complete: bool
    sources: Mapping[str, Source]
    asked: datetime
    moved: tuple[int, datetime] | None = None

    def listing(self, last: Listing | None) -> Listing:
        """What to go on from next time; the same as last time, if nothing is new.

        Unless many tasks were changed shortly before, as a large push does: each look would ask for
        them again.
        """
        found = self.found
        count, newest = self.moved or (found.count, _time(found.newest or LONG_AGO))
        digest = _digest(self.sources)
        if last and (last.count, last.sources) == (count, digest) and newest <= _time(last.seen):
            tasks = [task for several in found.tasks.values() for task in several]
            since = _time(last.seen) - OVERLAP
            if sum(_time(task["updated_at"]) > since for task in tasks) <= MANY:
                return last
        return Listing(count, max(newest, self.asked).isoformat(), digest)


def look(remote: Remote, sources: Mapping[str, Source], state: State) -> Look:
    """The tasks that moved since the last listing and those to look at again, or else all."""
    last = state.listing
    asked = _now(remote)
    if last is not None and last.sources == _digest(sources):
        total, moved = _moved(remote, last)
        if moved is not None and all(_doc_id(task) in sources for task in _new(moved, last)):
            doc_ids = state.again | {
                _doc_id(task)
                for task in moved
                if state.tasks.get(_doc_id(task)) != str(task["updated_at"])
            }
            newest = max((_time(task["updated_at"]) for task in moved), default=_time(LONG_AGO))
            found = remote.find(sources, doc_ids & set(sources))
            return Look(found, False, sources, asked, (total, newest))
    return look_at_all(remote, sources)


def look_at_all(remote: Remote, sources: Mapping[str, Source]) -> Look:
    """All tasks of the project."""
    asked = _now(remote)
    return Look(remote.find(sources), True, sources, asked)


def look_at(remote: Remote, sources: Mapping[str, Source], doc_ids: Collection[str]) -> Look:
    """The tasks of some documents."""
    asked = _now(remote)
    return Look(remote.find(sources, doc_ids), False, sources, asked)


def look_while_reading(remote: Remote, sources: Mapping[str, Source]) -> Look:
    """No task as yet: whoever reads all of them adds them to what is ``found``."""
    return Look(Found(), True, sources, _now(remote))


def _now(remote: Remote) -> datetime:
    return remote.client.server_time or _time(LONG_AGO)


def _moved(remote: Remote, last: Listing) -> tuple[int, list[dict[str, Any]] | None]:
    """The number of all tasks, and those that moved: ``None`` if that cannot be the whole story."""
    total = remote.client.count_tasks(remote.id)
    since = _time(last.seen) - OVERLAP
    moved = remote.client.tasks(remote.id, updated_after=since.isoformat())
    tasks = list(islice(moved, MOST_MOVED + 1))
    whole = len(tasks) <= MOST_MOVED and total == last.count + len(_new(tasks, last))
    return total, tasks if whole else None


def _new(tasks: Iterable[dict[str, Any]], last: Listing) -> list[dict[str, Any]]:
    return [task for task in tasks if _time(task["created_at"]) > _time(last.seen)]


def _doc_id(task: Mapping[str, Any]) -> str:
    data = task.get("data")
    return str(data.get("doc_id")) if isinstance(data, Mapping) else ""


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _digest(sources: Mapping[str, Source]) -> str:
    """A hash of which documents there are here, with which texts."""
    keys = sorted(source.key for source in sources.values())
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:16]
