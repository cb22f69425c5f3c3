"""The connection to a Label Studio server: authorised, patient, and each failure one clear line.

What may be done twice without harm (reading, deleting, changing an annotation to a given value) is
tried again when the server or the network stumbles. What creates something is tried again only if
it is certain that the server did nothing; else the caller reads the state and decides.
"""

from __future__ import annotations

import ipaddress
import json
import random
import time
import warnings
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from communique.errors import CommuniqueError, quoted

if TYPE_CHECKING:
    import httpx

__all__ = ["NEW_KEY", "Connection", "ServerError"]

REPEATABLE = frozenset({"GET", "DELETE", "PATCH"})
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone at the next try."""

LONGEST_PAUSE = 30.0
LONGEST_WAIT = 120.0
"""Seconds that a server may make us wait with ``Retry-After``; if it wants more, we give up."""

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


class Connection:
    """Calls of paths of a server with an API key, which is a legacy or a personal token.

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._finalizer()

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
