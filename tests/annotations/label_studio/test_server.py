"""Starting and stopping a real server, and whom it talks to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from communique.annotations.label_studio import server as module
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.server import (
    Server,
    default_data_dir,
    load_secrets,
    running,
    start,
)
from communique.errors import CommuniqueError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def data(label_studio_template: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "data"
    shutil.copytree(label_studio_template, copy)
    return copy


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield int(held.getsockname()[1])


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# -- secrets


def test_secrets_are_made_once_and_for_the_user_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = load_secrets(tmp_path / "new" / "data", create=True)
    finally:
        os.umask(old)
    data = tmp_path / "new" / "data"
    assert mode(data / "secrets.json") == 0o600
    assert mode(data) == 0o700
    assert load_secrets(data, create=True) == load_secrets(data) == made
    assert len(made.token) == 40
    assert len(made.password) >= 16
    assert load_secrets(tmp_path / "other", create=True).token != made.token
    assert [path.name for path in data.iterdir()] == ["secrets.json"]


def test_secrets_that_others_can_read_are_closed(tmp_path: Path) -> None:
    load_secrets(tmp_path, create=True)
    (tmp_path / "secrets.json").chmod(0o644)
    load_secrets(tmp_path)
    assert mode(tmp_path / "secrets.json") == 0o600


@pytest.mark.parametrize("text", ["[]", "{}", '{"username": "me"}', "3"])
def test_damaged_secrets_are_not_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommuniqueError, match=r"expected username, password and token"):
        load_secrets(tmp_path, create=True)
    assert path.read_text(encoding="utf-8") == text


def test_the_data_lies_outside_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COMMUNIQUE_LABEL_STUDIO_DATA", raising=False)
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert default_data_dir() == tmp_path / "communique" / "label-studio"
        monkeypatch.setenv("XDG_DATA_HOME", "relative")
        assert default_data_dir().is_absolute()
    monkeypatch.setenv("COMMUNIQUE_LABEL_STUDIO_DATA", str(tmp_path / "mine"))
    assert default_data_dir() == tmp_path / "mine"


# -- a server


def test_a_server_answers_to_its_secrets_only(server: Server) -> None:
    known = load_secrets(server.data_dir)
    with Client(server.url, known.token) as client:
        assert client.whoami()["email"] == known.username
    with (
        pytest.raises(urllib.error.HTTPError) as caught,
        urllib.request.urlopen(f"{server.url}/api/projects/"),
    ):
        pass
    caught.value.close()
    assert caught.value.code == 401


def test_a_server_listens_on_this_machine_only(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    table = Path("/proc/net/tcp").read_text(encoding="ascii")
    listening = [line.split()[1] for line in table.splitlines() if line.split()[3] == "0A"]
    assert [a for a in listening if int(a.split(":")[1], 16) == port] == [f"0100007F:{port:04X}"]


def test_a_page_elsewhere_cannot_use_the_name_of_another_host(server: Server) -> None:
    request = urllib.request.Request(f"{server.url}/health", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(request):
        pass
    caught.value.close()
    assert caught.value.code == 400


def test_nobody_signs_up_without_an_invitation(server: Server) -> None:
    with Client(server.url, server.token) as client:
        invite = client.invite_url()
    assert invite.startswith(server.url)
    with urllib.request.urlopen(invite) as page:
        assert page.status == 200
    with (
        pytest.raises(urllib.error.HTTPError) as caught,
        urllib.request.urlopen(
            urllib.request.Request(f"{server.url}/user/signup/", data=b"email=a@b.example")
        ),
    ):
        pass
    caught.value.close()
    assert caught.value.code in (401, 403)


def test_a_running_server_is_found_by_its_folder(server: Server, tmp_path: Path) -> None:
    found = running(server.data_dir)
    assert found is not None
    assert (found.url, found.token) == (server.url, server.token)
    found.stop()
    assert running(server.data_dir) is not None
    assert running(tmp_path) is None


def test_two_servers_on_one_folder_are_refused(server: Server) -> None:
    with pytest.raises(CommuniqueError, match=f"runs on this folder already at {server.url}"):
        start(server.data_dir)
    assert running(server.data_dir) is not None


def test_a_server_that_is_stopped_leaves_nothing_running(data: Path) -> None:
    server = start(data)
    assert server.process is not None
    group = server.process.pid
    server.stop()
    assert server.process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert not (data / "running.json").exists()
    assert running(data) is None
    server.stop()


def test_a_port_that_is_asked_for_is_used_or_refused(data: Path) -> None:
    with taken_port() as port, pytest.raises(CommuniqueError, match=f"port {port} is taken"):
        start(data, port=port)
    with start(data, port=port) as server:
        assert server.url.endswith(f":{port}")


def test_settings_of_other_servers_in_the_environment_do_no_harm(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "LABEL_STUDIO_HOST": "https://labels.example.org/prefix",
        "LABEL_STUDIO_URL": "https://labels.example.org",
        "LABEL_STUDIO_API_KEY": "secret",
        "DATABASE_NAME": "elsewhere.sqlite3",
        "DJANGO_DB": "default",
        "POSTGRE_HOST": "db.example.org",
        "PORT": "1",
        "DEBUG": "maybe",
    }.items():
        monkeypatch.setenv(name, value)
    with start(data) as server, Client(server.url, server.token) as client:
        assert client.whoami()


def test_a_token_that_is_not_that_of_the_database_is_noticed(data: Path) -> None:
    path = data / "secrets.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(value | {"token": "0" * 40}), encoding="utf-8")
    with pytest.raises(CommuniqueError, match=r"the token of .* is not that of its database"):
        start(data)
    with module._locked(data):
        pass


# -- programs that are no Label Studio


def test_without_label_studio_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(module.PROGRAM, raising=False)
    with pytest.raises(CommuniqueError, match=r"found no label-studio beside .*make annotate"):
        start(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_label_studio_beside_this_python_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, elsewhere = tmp_path / "a", tmp_path / "b"
    for folder in (beside, elsewhere):
        folder.mkdir()
        program(folder / "label-studio", "")
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setenv("PATH", str(elsewhere))
    monkeypatch.setenv(module.PROGRAM, str(tmp_path / "c"))
    with pytest.raises(CommuniqueError, match=module.PROGRAM):
        module._program()
    monkeypatch.delenv(module.PROGRAM)
    assert module._program() == str(beside / "label-studio")
    (beside / "label-studio").unlink()
    assert module._program() == str(elsewhere / "label-studio")


def test_a_server_that_dies_is_reported_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = program(tmp_path / "label-studio", "raise SystemExit('no such\\x1b table')")
    monkeypatch.setattr(module, "_program", lambda: str(broken))
    with pytest.raises(CommuniqueError, match=r"ended with code 1: no such\\u001b table; see"):
        start(tmp_path / "data")


def test_a_server_that_does_not_come_up_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    stubborn = program(
        tmp_path / "label-studio",
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
        "time.sleep(60)",
    )
    monkeypatch.setattr(module, "_program", lambda: str(stubborn))
    monkeypatch.setattr(module, "GRACE", 1.0)
    with pytest.raises(CommuniqueError, match="did not come up in time; see"):
        start(tmp_path / "data", timeout=2)
    started = [int(line) for line in pids.read_text(encoding="ascii").split()]
    assert len(started) == 2
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}/cmdline").exists() and alive(pid) for pid in started):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_another_server_on_the_port_is_not_taken_for_ours(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = program(tmp_path / "label-studio", "import time; time.sleep(60)")
    port = int(server.url.rsplit(":", 1)[1])
    monkeypatch.setattr(module, "_program", lambda: str(idle))
    monkeypatch.setattr(module, "_free_port", lambda: port)
    with pytest.raises(CommuniqueError, match="another server answers there"):
        start(tmp_path / "data")


def test_an_orphaned_server_still_holds_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = program(tmp_path / "label-studio", "import time; time.sleep(60)")
    data = tmp_path / "data"
    known = load_secrets(data, create=True)
    with module._locked(data) as lock:
        process = module._launch(str(idle), data, known, 1, data / "server.log", lock)
    try:
        with pytest.raises(CommuniqueError, match="runs on this folder already; use it"):
            start(data)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with module._locked(data):
        pass
