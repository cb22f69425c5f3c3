"""`communique annotations serve` as it is used: started, used, and ended with Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.server import load_secrets, running
from communique.annotations.serve_commands import serve
from projects import make_project

RUN = "from communique.annotations.serve_commands import serve; serve(prog_name='serve')"


@pytest.fixture
def data(label_studio_template: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(label_studio_template, copy)
    return copy


@contextmanager
def serving(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The command, once it has said all it says at the start."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        yield process, lines
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_the_server_is_and_ends_it(
    data: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with serving("--data", str(data), "--no-push", cwd=tmp_path) as (process, lines):
        server = running(data)
        assert server is not None
        assert lines[0] == f"Label Studio runs at {server.url}"
        assert load_secrets(data).username in lines[1]
        assert str(data / "secrets.json") in lines[2]
        joins = f"a second annotator signs up at {server.url}/user/signup/?token="
        assert lines[3].startswith(joins)
        assert not any(load_secrets(data).password in line for line in lines)
        process.send_signal(number)
        assert process.wait(60) == 0
    assert running(data) is None


def test_the_address_is_the_same_the_next_time(data: Path, tmp_path: Path) -> None:
    arguments = ("--data", str(data), "--no-push")
    with serving(*arguments, cwd=tmp_path) as (_, first):
        pass
    with serving(*arguments, cwd=tmp_path) as (_, second):
        pass
    assert first == second
    assert len(first) == 5


def test_the_documents_are_there(data: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    elsewhere = {"LABEL_STUDIO_URL": "http://127.0.0.1:9", "LABEL_STUDIO_API_KEY": "elsewhere"}
    with serving("--data", str(data), cwd=project.root, environment=elsewhere):
        server = running(data)
        assert server is not None
        with Client(server.url, server.token) as client:
            [made] = client.projects()
            found = [task["data"]["doc_id"] for task in client.tasks(made["id"])]
    assert found == sorted(path.stem for path in project.documents.glob("*.json"))


def test_documents_that_cannot_be_sent_do_not_keep_the_server_from_running(
    data: Path, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project")
    next(project.documents.glob("*.json")).write_text("{", encoding="utf-8")
    with serving("--data", str(data), cwd=project.root) as (process, lines):
        assert running(data) is not None
        assert lines[-1] == "Ctrl-C ends it"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0
    assert "not all documents are there; say `communique annotations push`" in errors


def test_without_a_corpus_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMMUNIQUE_PROJECT", raising=False)
    result = CliRunner().invoke(serve, ["--data", str(tmp_path / "data")])
    assert "found no corpus here" in str(result.exception)
    assert not (tmp_path / "data").exists()


def test_a_server_that_ends_by_itself_is_an_error(data: Path, tmp_path: Path) -> None:
    with serving("--data", str(data), "--no-push", cwd=tmp_path) as (process, _):
        listener = (data / "running.json").is_file()
        assert listener
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and is_child(entry, process.pid):
                os.kill(int(entry.name), signal.SIGKILL)
        assert process.wait(60) == 1
    assert not (data / "running.json").exists()


def is_child(entry: Path, parent: int) -> bool:
    try:
        fields = (entry / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except (OSError, UnicodeDecodeError):
        return False
    return int(fields[1]) == parent
