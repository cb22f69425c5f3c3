"""A server of one test module, which can be killed and started again on the same data."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from communique.annotations.label_studio.server import Server, start


@dataclass
class OwnServer:
    """The server that runs now; its address and token stay the same."""

    running: Server

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def token(self) -> str:
        return self.running.token

    def kill(self) -> None:
        """End all processes of the server at once, as a lack of memory or of current does."""
        process = self.running.process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self) -> None:
        """Start it again at the same address."""
        before = self.url
        self.running.stop()
        self.running = start(self.running.data_dir)
        assert self.url == before


@contextmanager
def own_server(template: Path, folder: Path) -> Iterator[OwnServer]:
    """A server on a copy of the template."""
    data = folder / "data"
    shutil.copytree(template, data)
    server = OwnServer(start(data))
    try:
        yield server
    finally:
        server.running.stop()
