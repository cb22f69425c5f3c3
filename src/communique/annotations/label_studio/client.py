"""Calls to a Label Studio server: few, strict, and each failure is one clear line.

What may be done twice without harm (reading, deleting, changing an annotation to a given value) is
tried again when the server or the network stumbles. What creates something is tried again only if
it is certain that the server did nothing; else the caller reads the state and decides.
"""

from __future__ import annotations

import ipaddress
import json
import os
import random
import re
import time
import uuid
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from communique.errors import CommuniqueError, quoted

if TYPE_CHECKING:
    import httpx

__all__ = ["NEWEST_TESTED", "OLDEST_TESTED", "Client", "ServerError", "connect", "unique_id_of"]

OLDEST_TESTED = (1, 20)
NEWEST_TESTED = (1, 23)
"""The versions of the server, major and minor, that this was made for."""

REPEATABLE = frozenset({"GET", "DELETE", "PATCH"})
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone at the next try."""

LONGEST_PAUSE = 30.0
LONGEST_WAIT = 120.0
"""Seconds that a server may make us wait with ``Retry-After``; if it wants more, we give up."""

EXPORT_CHUNK = 300  # their ids still fit into the address
TASK_PAGE = 500
IMPORT_CHUNK = 1000
IMPORT_BYTES = 16 * 1024 * 1024
SLOW = 10
"""How many times the usual time-out a bulk import may take."""

UNIQUE_IDS = uuid.UUID("6d1f3c1e-5a43-4c55-9d7b-0a4a5b0f7c21")
TASK_FIELDS = ("id", "data", "created_at", "updated_at", "meta", "total_predictions")
LEGACY_OFF = "legacy token authentication"
NEW_KEY = "copy a token from Account & Settings of the server into LABEL_STUDIO_API_KEY"
NEW_TOKEN = (
    "make a personal access token under Account & Settings and set LABEL_STUDIO_API_KEY to it, "
    "or allow legacy tokens under Organization > API Tokens Settings"
)

T = TypeVar("T")


class ServerError(CommuniqueError):
    """A call that failed.

    ``status`` is that of the answer, if there was one. ``transient`` says that the same call may
    do well later, and ``untouched`` that the server certainly did nothing.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        transient: bool = False,
        untouched: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.transient = transient
        self.untouched = untouched
        self.wait = wait


class Client:
    """The calls that the synchronisation needs; ``api_key`` is a legacy or a personal token.

    ``warn`` takes what is worth a word but no error; by default it goes to the error stream.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout: float = 60,
        retries: int = 5,
        pause: float = 0.5,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.url = _checked_url(url)
        self.timeout = timeout
        self.retries = retries
        self._pause = pause
        self._warn = warn or _warn
        self._reached = False
        self.server_time: datetime | None = None
        """What the clock of the server showed, to the second, when it last answered."""
        host = urlsplit(self.url).hostname or ""
        local = _is_local(host)
        if self.url.startswith("http:") and not local:
            self._warn(
                f"{self.url}: plain HTTP sends the API key and the texts in the clear; use https"
            )
        self._http, self._headers = _session(self.url, _checked_key(api_key), timeout, local)
        self._finalizer = weakref.finalize(self, self._http.close)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._finalizer()

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
        """All projects: ``id``, ``title`` and what else the server tells."""
        return self._list("/api/projects/", page_size=100)

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

    # -- calls

    def _delete(self, path: str) -> None:
        try:
            self._call("DELETE", path)
        except ServerError as error:
            if error.status != 404:
                raise

    def _object(self, method: str, path: str, *keys: str, **call: Any) -> dict[str, Any]:
        answer = self._call(method, path, **call)
        if isinstance(answer, dict) and all(key in answer for key in keys):
            return answer
        raise self._strange(path, answer)

    def _list(self, path: str, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self._call("GET", path, params={**params, "page": page} if params else None)
            if isinstance(answer, list):
                return answer
            if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
                raise self._strange(path, answer)
            found.extend(answer["results"])
            if not answer.get("next"):
                return found
            page += 1

    def _strange(self, path: str, answer: object) -> ServerError:
        return ServerError(
            f"{self.url}: found {quoted(answer)} at {path}, expected an answer of Label Studio; "
            "is this the address of the server, without a page behind it?"
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        body: object = None,
        content: bytes | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The answer as a JSON value, after as many tries as are sound."""
        if body is not None:
            content = json.dumps(body).encode()
        attempt = 0
        while True:
            try:
                return self._once(method, path, params, content, timeout or self.timeout)
            except ServerError as error:
                soon = error.wait is None or error.wait <= LONGEST_WAIT
                again = soon and error.transient and (method in REPEATABLE or error.untouched)
                if not again or attempt >= self.retries:
                    raise
                time.sleep(_delay(self._pause, attempt, error.wait))
                attempt += 1

    def _once(
        self, method: str, path: str, params: Any, content: bytes | None, timeout: float
    ) -> Any:
        headers = self._authorised()
        if content is not None:
            headers["Content-Type"] = "application/json"
        response = self._sent(
            lambda: self._http.request(
                method,
                self.url + path,
                params=params,
                content=content,
                headers=headers,
                timeout=timeout,
            ),
            what=f"{method} {path}",
            untouched=False,
        )
        self._reached = True
        self.server_time = _date(response.headers.get("date")) or self.server_time
        if response.is_success:
            return self._decoded(response, path)
        raise self._refused(response, f"{method} {path}")

    def _authorised(self) -> dict[str, str]:
        """Headers with a valid token, which may take a call; it changes nothing on the server."""
        from label_studio_sdk.core.api_error import ApiError

        try:
            return self._sent(self._headers, what="the exchange of the token", untouched=True)
        except ApiError as error:
            if error.status_code in PASSING:
                raise ServerError(
                    f"{self.url}: the exchange of the token failed with {error.status_code}; "
                    "try again later",
                    status=error.status_code,
                    transient=True,
                    untouched=True,
                ) from error
            raise self._unauthorised(error.status_code or 401, _detail(error.body)) from error
        except ValueError as error:
            raise ServerError(
                f"{self.url}: the exchange of the token was answered with something other than "
                "JSON; is this the address of the server?",
                transient=self._reached,
                untouched=True,
            ) from error

    def _sent(self, send: Callable[[], T], *, what: str, untouched: bool) -> T:
        import httpx

        try:
            return send()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerError(
                f"{self.url}: cannot reach the server ({_reason(error)}); "
                "is it running, and is the address right?",
                transient=self._reached,
                untouched=True,
            ) from error
        except httpx.TimeoutException as error:
            raise ServerError(
                f"{self.url}: no answer to {what} in {self.timeout:g} s or more; "
                "try again when the server has less to do",
                transient=True,
                untouched=untouched,
            ) from error
        except httpx.TransportError as error:
            raise ServerError(
                f"{self.url}: the connection broke during {what} ({_reason(error)}); try again",
                transient=True,
                untouched=untouched,
            ) from error

    def _decoded(self, response: httpx.Response, path: str) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            if "html" in response.headers.get("content-type", ""):
                raise self._strange(path, "a web page") from error
            raise ServerError(
                f"{self.url}: the answer to {path} is cut off or no JSON; try again",
                status=response.status_code,
                transient=True,
            ) from error

    def _refused(self, response: httpx.Response, what: str) -> ServerError:
        status = response.status_code
        if status in (401, 403):
            return self._unauthorised(status, _detail(_body(response)))
        if response.is_redirect:
            target = response.headers.get("location", "?")
            return ServerError(
                f"{self.url}: the server sends {what} on to {quoted(target)}; "
                "use the address that it names",
                status=status,
            )
        told = _detail(_body(response))
        mend = {
            404: "it is not there, or not for this user; has it been deleted?",
            409: "it exists already; read the state again",
            429: "the server has too much to do; try again later",
        }.get(status, "the log of the server tells more" if status >= 500 else "")
        said = f" ({told})" if told else ""
        return ServerError(
            f"{self.url}: {what} failed with {status}{said}" + (f"; {mend}" if mend else ""),
            status=status,
            transient=status in PASSING,
            untouched=status == 429,
            wait=_retry_after(response.headers.get("retry-after")),
        )

    def _unauthorised(self, status: int, told: str) -> ServerError:
        said = f" ({told})" if told else ""
        if LEGACY_OFF in told:
            message = f"the server takes no legacy tokens; {NEW_TOKEN}"
        elif status == 403:
            message = f"the user of this API key may not do that{said}; ask whoever runs the server"
        else:
            message = f"the server refused the API key{said}; {NEW_KEY}"
        return ServerError(f"{self.url}: {message}", status=status)


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


def _session(
    url: str, api_key: str, timeout: float, local: bool
) -> tuple[httpx.Client, Callable[[], dict[str, str]]]:
    """Connections, and what makes the headers: the SDK, which knows both kinds of token."""
    try:
        import httpx
        from label_studio_sdk.core.api_error import ApiError
        from label_studio_sdk.core.client_wrapper import SyncClientWrapper  # light; the rest is not
    except ImportError as error:
        raise CommuniqueError(
            "found no label-studio-sdk; say `pip install 'communique[label-studio]'`"
        ) from error
    # a proxy of the environment is no way to this machine; a redirect would turn POST into GET
    http = httpx.Client(timeout=timeout, trust_env=not local, follow_redirects=False)
    try:
        sdk = SyncClientWrapper(base_url=url + "/", api_key=api_key, httpx_client=http)
    except ApiError as error:
        http.close()
        raise CommuniqueError(f"{url}: {_detail(error.body) or 'unusable token'}") from error

    def headers() -> dict[str, str]:
        # the SDK reads the exchanged token with a call that its own library calls outdated
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return dict(sdk.get_headers())

    return http, headers


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        extra = parts.username or parts.query or parts.fragment
    except ValueError:
        sound, extra = False, ""
    if not sound or extra:
        raise CommuniqueError(
            f"found {quoted(url)}, expected the address of a Label Studio server "
            "such as http://localhost:8080 or https://labels.example.org"
        )
    return url.strip().rstrip("/")


def _checked_key(api_key: str) -> str:
    key = api_key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise CommuniqueError(
            f"found an API key of {len(key)} characters that is no token; {NEW_KEY}"
        )
    return key


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _warn(message: str) -> None:
    from communique.terminal import console

    console(stderr=True).print(f"warning: {message}", soft_wrap=True)


def _delay(pause: float, attempt: int, wait: float | None) -> float:
    if wait is not None:
        return wait
    return min(pause * 2.0**attempt, LONGEST_PAUSE) * random.uniform(0.75, 1.25)


def _retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header, which has seconds or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    when = _date(value)
    return None if when is None else max(0.0, (when - datetime.now(UTC)).total_seconds())


def _date(value: str | None) -> datetime | None:
    """The time of a header."""
    try:
        when = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return quoted(text)[1:-1]


def _body(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _detail(body: object) -> str:
    """What the server says about an error, short and on one line."""
    if isinstance(body, dict):
        told = [body.get("detail")]
        errors = body.get("validation_errors")
        if isinstance(errors, dict):
            told.extend(f"{key}: {value}" for key, value in errors.items())
        body = "; ".join(str(part) for part in told if part) or (body or None)
    if body is None or body == "":
        return ""
    return quoted(body if isinstance(body, str) else str(body))[1:-1]


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
