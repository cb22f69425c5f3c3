"""Which tasks a pull has to look at: all of them, or those that moved since they were last listed.

The server keeps no trace of what was deleted. So only the tasks that moved are asked for when their
number accounts for all the tasks there are now; if it does not, all are listed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from communique.annotations.label_studio.remote import Found, Remote, Source
from communique.annotations.label_studio.state import Listing, State

__all__ = ["Look", "look"]

OVERLAP = timedelta(seconds=10)
"""How long a change may take from its time to its being seen by others."""

MOST_MOVED = 1000
"""If more have moved, listing all is no slower."""


@dataclass(frozen=True, slots=True)
class Look:
    """The tasks to read; if not ``complete``, of other documents nothing is known, nor said."""

    found: Found
    complete: bool
    listing: Listing


def look(
    remote: Remote, sources: Mapping[str, Source], state: State, *, everything: bool = False
) -> Look:
    """The tasks that moved since the last listing and those to look at again, or all."""
    digest = _digest(sources)
    last = state.listing
    if last is not None and last.sources == digest and not everything:
        moved = _moved(remote, sources, last)
        if moved is not None:
            total, tasks = moved
            doc_ids = state.again | {
                doc_id
                for task in tasks
                if (doc_id := _doc_id(task)) in sources
                and state.tasks.get(doc_id) != str(task["updated_at"])
            }
            newest = max([last.newest, *(str(task["updated_at"]) for task in tasks)], key=_time)
            found = remote.find(sources, doc_ids)
            return Look(found, complete=False, listing=Listing(total, newest, digest))
    found = remote.find(sources)
    return Look(found, complete=True, listing=Listing(found.count, found.newest, digest))


def _moved(
    remote: Remote, sources: Mapping[str, Source], last: Listing
) -> tuple[int, list[dict[str, Any]]] | None:
    """The number of all tasks, and those that moved; ``None`` if that cannot be the whole story."""
    if not last.newest:
        return None
    since = _time(last.newest) - OVERLAP
    total = remote.client.count_tasks(remote.id)
    moved = remote.client.tasks(remote.id, updated_after=since.isoformat())
    tasks = list(islice(moved, MOST_MOVED + 1))
    new = [task for task in tasks if _time(str(task["created_at"])) > _time(last.newest)]
    if len(tasks) > MOST_MOVED or total != last.count + len(new):
        return None
    if any(_doc_id(task) not in sources for task in new):
        return None
    return total, tasks


def _doc_id(task: Mapping[str, Any]) -> str:
    data = task.get("data")
    return str(data.get("doc_id")) if isinstance(data, Mapping) else ""


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _digest(sources: Mapping[str, Source]) -> str:
    """A hash of which documents there are here, with which texts."""
    keys = sorted(source.key for source in sources.values())
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:16]
