"""Calls to a Label Studio server: few and strict."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from communique.annotations.label_studio.connection import NEW_KEY, Connection
from communique.errors import CommuniqueError, quoted

__all__ = ["NEWEST_TESTED", "OLDEST_TESTED", "Client", "connect", "unique_id_of"]

OLDEST_TESTED = (1, 20)
NEWEST_TESTED = (1, 23)
"""The versions of the server, major and minor, that this was made for."""

EXPORT_CHUNK = 300  # their ids still fit into the address
TASK_PAGE = 500
IMPORT_CHUNK = 1000
IMPORT_BYTES = 16 * 1024 * 1024
SLOW = 10
"""How many times the usual time-out a bulk import may take."""

UNIQUE_IDS = uuid.UUID("6d1f3c1e-5a43-4c55-9d7b-0a4a5b0f7c21")
TASK_FIELDS = ("id", "data", "created_at", "updated_at", "meta", "total_predictions")

T = TypeVar("T")


class Client(Connection):
    """The calls that the synchronisation needs."""

    # -- the server

    def whoami(self) -> dict[str, Any]:
        """The user that the API key belongs to."""
        return self._object("GET", "/api/current-user/whoami", "email")

    def version(self) -> str:
        """The version of the server; one that was not tested is worth a warning."""
        answer = self._object("GET", "/api/version")
        package = answer.get("label-studio-os-package")
        version = package.get("version") if isinstance(package, dict) else None
        version = str(version or answer.get("release") or "unknown")
        found = re.match(r"(\d+)\.(\d+)", version)
        number = (int(found[1]), int(found[2])) if found else None
        if number is None or not OLDEST_TESTED <= number <= NEWEST_TESTED:
            oldest, newest = ("{}.{}".format(*pair) for pair in (OLDEST_TESTED, NEWEST_TESTED))
            self._warn(
                f"{self.url}: Label Studio {version} is outside the tested range {oldest} to "
                f"{newest}; try on a copy of the project first"
            )
        return version

    def users(self) -> list[dict[str, Any]]:
        """The people of the server: ``id``, ``email``, names."""
        return self._list("/api/users/")

    def invite_url(self) -> str:
        """The address where annotators sign up."""
        link = str(self._object("GET", "/api/invite", "invite_url")["invite_url"])
        return self.url + link if link.startswith("/") else link

    # -- projects

    def projects(self) -> list[dict[str, Any]]:
        """All projects: ``id``, ``title`` and what else the server tells without counting."""
        return self._list("/api/projects/", page_size=100, include="id,title")

    def project(self, project_id: int) -> dict[str, Any]:
        """One project, with its ``label_config``."""
        return self._object("GET", f"/api/projects/{project_id}/", "id")

    def create_project(
        self,
        title: str,
        config: str,
        description: str = "",
        *,
        settings: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A new project; the server takes any number of projects with one title."""
        body = {**(settings or {}), "title": title, "label_config": config}
        body["description"] = description
        return self._object("POST", "/api/projects/", "id", body=body)

    def set_config(self, project_id: int, config: str) -> None:
        """Replace the labelling configuration; the server refuses next to nothing."""
        self._call("PATCH", f"/api/projects/{project_id}/", body={"label_config": config})

    def delete_project(self, project_id: int) -> None:
        """Delete a project with all that is in it; no error if it is not there."""
        self._delete(f"/api/projects/{project_id}/")

    # -- tasks

    def count_tasks(self, project_id: int) -> int:
        """How many tasks a project has."""
        answer = self._object("GET", f"/api/projects/{project_id}/", "task_number")
        return int(answer["task_number"])

    def tasks(
        self,
        project_id: int,
        *,
        updated_after: str | None = None,
        doc_ids: Collection[str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The tasks by id, a page at a time: ``TASK_FIELDS`` of each.

        Each page starts after the last id seen, so that tasks which come or go meanwhile shift
        nothing. ``updated_after`` is a time of the server; drafts do not move it. ``doc_ids`` are
        compared with the ``doc_id`` of the data.
        """
        items = []
        if updated_after is not None:
            since = _filter_time(updated_after)
            items.append(_filter("updated_at", "Datetime", since))
        if doc_ids is None:
            yield from self._tasks(project_id, items)
            return
        for chunk in _chunks(sorted(doc_ids), TASK_PAGE):
            named = _filter("data.doc_id", "String", list(chunk), operator="in_list")
            yield from self._tasks(project_id, [*items, named])

    def _tasks(
        self, project_id: int, items: Sequence[Mapping[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        last = 0
        while True:
            conditions = [*items, _filter("id", "Number", last)]
            query = {
                "filters": {"conjunction": "and", "items": conditions},
                "ordering": ["tasks:id"],
            }
            params = {
                "project": project_id,
                "page": 1,
                "page_size": TASK_PAGE,
                "resolve_uri": "false",
                "query": json.dumps(query),
            }
            answer = self._object("GET", "/api/tasks/", "tasks", params=params)
            page = answer["tasks"]
            for task in page:
                yield {name: task.get(name) for name in TASK_FIELDS}
            if not page or len(page) >= int(answer.get("total") or 0):
                return
            last = max(int(task["id"]) for task in page)

    def export(
        self, project_id: int, task_ids: Sequence[int] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Tasks with all annotations and drafts, and the ids of predictions.

        Without ``task_ids`` all tasks of the project.
        """
        if task_ids is None:
            task_ids = self._all_ids(project_id)
        chunks = list(_chunks(task_ids, EXPORT_CHUNK))
        waiting = iter(chunks)
        with ThreadPoolExecutor(1) as ahead:  # the server prepares the next while we use this one

            def asked(count: int) -> list[Future[list[dict[str, Any]]]]:
                some = islice(waiting, count)
                return [ahead.submit(self._exported, project_id, chunk) for chunk in some]

            answers = deque(asked(2))
            while answers:
                answer = answers.popleft().result()
                answers.extend(asked(1))
                yield from answer

    def _all_ids(self, project_id: int) -> Sequence[int]:
        """Ids among which are those of all tasks; the export passes over those that are none.

        A list of tasks takes the server more than half as long as the export of them, the first
        and the last of them next to nothing.
        """
        first, total = self._end(project_id, "tasks:id")
        last, _ = self._end(project_id, "-tasks:id")
        if last - first < 2 * total:
            return range(first, last + 1) if total else ()
        return [int(task["id"]) for task in self.tasks(project_id)]

    def _end(self, project_id: int, order: str) -> tuple[int, int]:
        """The first id in an order, and how many tasks there are."""
        params = {"project": project_id, "page": 1, "page_size": 1, "resolve_uri": "false"}
        params["query"] = json.dumps({"ordering": [order]})
        answer = self._object("GET", "/api/tasks/", "tasks", "total", params=params)
        tasks = answer["tasks"]
        return (int(tasks[0]["id"]) if tasks else 0), int(answer["total"])

    def _exported(self, project_id: int, task_ids: Sequence[int]) -> list[dict[str, Any]]:
        params = [("exportType", "JSON"), ("download_all_tasks", "true")]
        params.extend(("ids[]", str(task_id)) for task_id in task_ids)
        path = f"/api/projects/{project_id}/export"
        answer = self._call("GET", path, params=params)
        if not isinstance(answer, list):
            raise self._strange(path, answer)
        return answer

    def import_tasks(self, project_id: int, tasks: Sequence[Mapping[str, Any]]) -> None:
        """Create tasks in bulk, with their annotations and predictions if they have any.

        Not tried again when it is unknown what the server did: look at ``tasks`` then.
        """
        path = f"/api/projects/{project_id}/import"
        for chunk in _import_chunks([_explicit(task) for task in tasks]):
            self._call("POST", path, content=chunk, timeout=self.timeout * SLOW)

    def delete_task(self, task_id: int) -> None:
        """Delete a task with its annotations; no error if it is not there."""
        self._delete(f"/api/tasks/{task_id}/")

    # -- annotations

    def annotation(self, annotation_id: int) -> dict[str, Any]:
        """One annotation as it is now."""
        return self._object("GET", f"/api/annotations/{annotation_id}/", "result")

    def create_annotation(
        self,
        task_id: int,
        result: Sequence[Mapping[str, Any]],
        *,
        unique_id: str,
        import_id: int | None = None,
        lead_time: float | None = None,
    ) -> dict[str, Any]:
        """A new annotation; the status of the error is 409 if ``unique_id`` was used before.

        The server wants a UUID: of any other text, ``unique_id_of`` is sent. ``import_id`` is a
        number that stays with the annotation and comes back in the export; an import takes it from
        the ``id`` of an annotation.
        """
        body: dict[str, Any] = {
            "result": list(result),
            "unique_id": unique_id_of(unique_id),
            "ground_truth": False,
        }
        if import_id is not None:
            body["import_id"] = import_id
        if lead_time is not None:
            body["lead_time"] = lead_time
        return self._object("POST", f"/api/tasks/{task_id}/annotations/", "id", body=body)

    def update_annotation(
        self, annotation_id: int, result: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Replace the regions of an annotation; whoever writes last wins, so look before."""
        body = {"result": list(result)}
        return self._object("PATCH", f"/api/annotations/{annotation_id}/", "id", body=body)

    def delete_annotation(self, annotation_id: int) -> None:
        """Delete an annotation; no error if it is not there."""
        self._delete(f"/api/annotations/{annotation_id}/")

    def create_predictions(
        self, predictions: Sequence[Mapping[str, Any]], *, project_id: int | None = None
    ) -> None:
        """Store predictions (``task``, ``result``, ``model_version``, ``score``).

        With ``project_id`` in bulk, which is much faster; else one call for each.
        """
        if project_id is None:
            for prediction in predictions:
                self._call("POST", "/api/predictions/", body=dict(prediction))
            return
        path = f"/api/projects/{project_id}/import/predictions"
        for chunk in _import_chunks([dict(prediction) for prediction in predictions]):
            self._call("POST", path, content=chunk, timeout=self.timeout * SLOW)

    def predictions(self, task_id: int) -> list[dict[str, Any]]:
        """The predictions of a task in full; the export has only their ids."""
        return self._list("/api/predictions/", task=task_id)

    def delete_prediction(self, prediction_id: int) -> None:
        """Delete a prediction; no error if it is not there."""
        self._delete(f"/api/predictions/{prediction_id}/")


def unique_id_of(key: str) -> str:
    """A UUID as it is, and for any other text always the same UUID."""
    try:
        return str(uuid.UUID(key))
    except ValueError:
        return str(uuid.uuid5(UNIQUE_IDS, key))


def connect(
    url: str | None = None,
    api_key: str | None = None,
    *,
    timeout: float = 60,
    warn: Callable[[str], None] | None = None,
) -> Client:
    """A client that is known to work.

    Where nothing is given, LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY count, and then the local
    server that ``communique annotations serve`` runs.

    Raises:
        CommuniqueError: no server, no key, or the two do not go together.

    """
    from communique.annotations.label_studio.server import running

    url = url or os.environ.get("LABEL_STUDIO_URL")
    api_key = api_key or os.environ.get("LABEL_STUDIO_API_KEY")
    if not (url and api_key):
        local = running()
        if local and (url is None or url.rstrip("/") == local.url):
            url, api_key = local.url, api_key or local.token
    if not url:
        raise CommuniqueError(
            "found no Label Studio server; start one with `communique annotations serve`, or set "
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY"
        )
    if not api_key:
        raise CommuniqueError(f"{url}: found no API key for this server; {NEW_KEY}")
    client = Client(url, api_key, timeout=timeout, warn=warn)
    try:
        client.whoami()
        client.version()
    except BaseException:
        client.close()
        raise
    return client


def _filter(column: str, kind: str, value: object, *, operator: str = "greater") -> dict[str, Any]:
    return {
        "filter": f"filter:tasks:{column}",
        "operator": operator,
        "type": kind,
        "value": value,
    }


def _filter_time(value: str) -> str:
    """A time in the only form that the server's filter takes."""
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        raise CommuniqueError(f"found {quoted(value)}, expected a time in ISO 8601") from error
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _explicit(task: Mapping[str, Any]) -> dict[str, Any]:
    """A task whose annotations say that they are no ground truth, which is no default."""
    annotations = task.get("annotations")
    if not annotations:
        return dict(task)
    return {**task, "annotations": [{"ground_truth": False, **given} for given in annotations]}


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _import_chunks(items: Sequence[object]) -> Iterator[bytes]:
    """JSON lists of the items, bounded in number and in bytes."""
    chunk: list[bytes] = []
    size = 0
    for item in items:
        part = json.dumps(item).encode()
        if chunk and (len(chunk) >= IMPORT_CHUNK or size + len(part) > IMPORT_BYTES):
            yield b"[" + b",".join(chunk) + b"]"
            chunk, size = [], 0
        chunk.append(part)
        size += len(part)
    if chunk:
        yield b"[" + b",".join(chunk) + b"]"
