"""A proxy on the loopback that does to the calls of a client what networks and servers do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True)
class Fault:
    """What happens to one call.

    With ``status`` the proxy answers in the server's place, ``headers`` and ``body`` included.
    ``cut`` ends the answer after so many bytes, ``reset`` breaks the connection, ``delay`` waits.
    Of ``cut`` and ``reset`` the server sees the call, unless ``before``.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"{}"
    cut: int | None = None
    reset: bool = False
    delay: float = 0
    before: bool = False


@dataclass
class Proxy:
    """Where the proxy is, what has come by, and what is to go wrong with the next calls.

    ``script`` is asked for each call, with its number from 1 on, in the place of ``faults``.
    """

    url: str
    calls: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    only: str = ""
    script: Callable[[int, str], Fault | None] | None = None

    def fail(self, *faults: Fault, only: str = "") -> None:
        """Let the next calls (whose line contains ``only``) fail like this, one after another."""
        self.calls.clear()
        self.times.clear()
        self.faults[:] = faults
        self.only = only

    def next_fault(self, line: str) -> Fault | None:
        """The fault of a call that has come in."""
        self.calls.append(line)
        self.times.append(time.monotonic())
        if self.script is not None:
            return self.script(len(self.calls), line)
        return self.faults.pop(0) if self.faults and self.only in line else None


@contextlib.contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy in front of the server at ``url``, on a port of its own."""
    upstream = urlsplit(url)
    proxy = Proxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = HTTPConnection(str(upstream.hostname), upstream.port, timeout=120)
            try:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in HOPS}
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            finally:
                connection.close()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fault = proxy.next_fault(f"{self.command} {self.path}") or Fault()
            time.sleep(fault.delay)
            self.close_connection = True
            if fault.reset and fault.before:
                return self.reset()
            if fault.status is not None:
                status, headers, content = fault.status, list(fault.headers), fault.body
            else:
                status, headers, content = self.forward(body)
            if fault.reset:
                return self.reset()
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in HOPS:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content[: fault.cut])
            return None

        def reset(self) -> None:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            with contextlib.suppress(OSError):
                self.connection.close()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            pass

    with Listener(("127.0.0.1", 0), Handler) as listener:
        proxy.url = f"http://127.0.0.1:{listener.server_address[1]}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown()
            thread.join()
