"""A real Label Studio server for the tests: one for each worker, each with its own data."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.proxy import Proxy, proxied
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.server import PROGRAM, Server, start
from communique.schemas.label_studio import labelling_config
from communique.schemas.schema import load_schema

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "build"

if (own := ROOT / ".venv-server" / "bin" / "label-studio").is_file():
    os.environ.setdefault(PROGRAM, str(own))  # as make does


@pytest.fixture(scope="session")
def label_studio_template() -> Path:
    """A data folder with an empty database: made once (20 s to a minute), to be copied."""
    folder = BUILD / "label-studio-template"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            part = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            start(part, timeout=300).stop()
            (part / "port").unlink()
            part.rename(folder)
    return folder


@pytest.fixture(scope="session")
def server(
    label_studio_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that runs."""
    data = tmp_path_factory.mktemp("label-studio") / "data"
    shutil.copytree(label_studio_template, data)
    with start(data) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of the server."""
    with Client(server.url, server.token, pause=0.01) as made:
        yield made


@pytest.fixture
def project(client: Client) -> Iterator[dict[str, Any]]:
    """An empty project with the labelling screen of the schema, under a title of its own."""
    title = f"test {uuid.uuid4().hex[:12]}"
    made = client.create_project(title, labelling_config(load_schema()), "for a test")
    yield made
    client.delete_project(int(made["id"]))


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A proxy in front of the server, where calls can go wrong."""
    with proxied(server.url) as made:
        yield made


@pytest.fixture
def through(server: Server, proxy: Proxy) -> Iterator[Client]:
    """A client whose calls go through the proxy; it has reached the server once."""
    with Client(proxy.url, server.token, pause=0.01, timeout=20) as made:
        made.whoami()
        yield made
