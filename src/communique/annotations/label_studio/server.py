"""A Label Studio server of one's own: for this machine only, with secrets that nobody else reads.

The data folder holds the server's database, ``secrets.json`` (mode 600: who logs in, and the token
of the toolkit), ``running.json`` while a server runs, ``port`` (the one to use again, so that the
address stays) and ``server.log``.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from communique.errors import CommuniqueError, quoted
from communique.files import load_json, write_text

__all__ = ["Secrets", "Server", "default_data_dir", "load_secrets", "running", "start"]

HOST = "127.0.0.1"
USERNAME = "annotator@localhost"
DATABASE = "label_studio.sqlite3"
GRACE = 10.0
"""Seconds between asking a server to end and ending it."""

KEPT = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USER")
"""What the server sees of our environment; Label Studio takes settings from dozens of names."""

PROGRAM = "COMMUNIQUE_LABEL_STUDIO"
"""The variable that names the executable, for an installation in an environment of its own.

Label Studio wants older versions of numpy and pyarrow than scoring does.
"""

INSTALL = f"say `make annotate`, or install `label-studio` and name its path in {PROGRAM}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Who logs in to a local server, and the token of the toolkit."""

    username: str
    password: str
    token: str


@dataclass
class Server:
    """A local server that runs; as a context manager it ends with the block."""

    url: str
    token: str
    process: subprocess.Popen[bytes] | None
    data_dir: Path

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> int:
        """Wait until the server ends, which it does by itself only when something is wrong."""
        return self.process.wait() if self.process else 0

    def stop(self) -> None:
        """End the server and all that it started; only what ``start`` returned can be ended."""
        if self.process is None:
            return
        _end(self.process)
        (self.data_dir / "running.json").unlink(missing_ok=True)


def default_data_dir() -> Path:
    """Where servers keep their data: COMMUNIQUE_LABEL_STUDIO_DATA, else the user's data folder."""
    named = os.environ.get("COMMUNIQUE_LABEL_STUDIO_DATA")
    if named:
        return Path(named).expanduser()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        base = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"  # noqa: PTH117
    return base / "communique" / "label-studio"


def load_secrets(data_dir: Path, *, create: bool = False) -> Secrets:
    """The secrets of a data folder; ``create`` makes them if there are none.

    Raises:
        CommuniqueError: there are none, or the file is damaged.

    """
    path = data_dir / "secrets.json"
    if create and not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = {
            "username": USERNAME,
            "password": secrets.token_urlsafe(12),
            "token": secrets.token_hex(20),
        }
        _write_private(path, json.dumps(made, indent=1) + "\n")
    value = load_json(path)
    try:
        found = Secrets(**{key: str(value[key]) for key in ("username", "password", "token")})
    except (KeyError, TypeError) as error:
        raise CommuniqueError(
            f"{path}: expected username, password and token; put the file back as it was, or "
            f"start anew with another data folder"
        ) from error
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return found


def running(data_dir: Path | None = None) -> Server | None:
    """The server that runs on a data folder, if it answers and is ours; not for stopping it."""
    data_dir = data_dir or default_data_dir()
    with contextlib.suppress(CommuniqueError, KeyError, TypeError):
        url = str(load_json(data_dir / "running.json")["url"])
        token = load_secrets(data_dir).token
        if _is_ours(url, token):
            return Server(url, token, None, data_dir)
    return None


def start(data_dir: Path | None = None, *, port: int | None = None, timeout: float = 180) -> Server:
    """Start a server that only this machine reaches, and wait until it answers.

    Raises:
        CommuniqueError: Label Studio is not installed, the port is taken, a server runs on the
            folder already, or the server does not come up in time.

    """
    data_dir = (data_dir or default_data_dir()).resolve()
    program = _program()
    known = load_secrets(data_dir, create=True)
    with _locked(data_dir) as lock:
        if port is not None and _is_taken(port):
            raise CommuniqueError(
                f"port {port} is taken; name another with --port, or none to have one chosen"
            )
        chosen = port or _usual_port(data_dir) or _free_port()
        url = f"http://{HOST}:{chosen}"
        log = data_dir / "server.log"
        process = _launch(program, data_dir, known, chosen, log, lock)
        try:
            _wait(process, url, known.token, time.monotonic() + timeout, log)
            write_text(data_dir / "port", f"{chosen}\n")
            write_text(data_dir / "running.json", json.dumps({"url": url}) + "\n")
        except BaseException:
            _end(process)
            raise
    return Server(url, known.token, process, data_dir)


def _program() -> str:
    """The executable of Label Studio: that of ``PROGRAM``, beside this Python, or on the path."""
    named = os.environ.get(PROGRAM)
    beside = Path(sys.executable).parent
    found = (
        shutil.which(named)
        if named
        else shutil.which("label-studio", path=str(beside)) or shutil.which("label-studio")
    )
    if found is None:
        where = f"at {PROGRAM}={named}" if named else f"beside {sys.executable} nor on the PATH"
        raise CommuniqueError(f"found no label-studio {where}; {INSTALL}")
    return found


def _launch(
    program: str, data_dir: Path, known: Secrets, port: int, log: Path, lock: int | None
) -> subprocess.Popen[bytes]:
    command = [program, "start", "--no-browser", "--internal-host", HOST, "--port", str(port)]
    command += ["--data-dir", str(data_dir)]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env=_environment(data_dir, known),
            cwd=data_dir,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
            pass_fds=() if lock is None else (lock,),
        )


def _environment(data_dir: Path, known: Secrets) -> Mapping[str, str]:
    names = [name for name in os.environ if name in KEPT or name.startswith(("LC_", "SSL_CERT_"))]
    return {name: os.environ[name] for name in names} | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data_dir),
        "DATABASE_NAME": str(data_dir / DATABASE),
        "DJANGO_DB": "sqlite",
        "LABEL_STUDIO_USERNAME": known.username,
        "LABEL_STUDIO_PASSWORD": known.password,
        "LABEL_STUDIO_USER_TOKEN": known.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "PYTHONUNBUFFERED": "1",
    }


def _wait(
    process: subprocess.Popen[bytes], url: str, token: str, deadline: float, log: Path
) -> None:
    """Until the server answers, and is the one that we started."""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CommuniqueError(
                f"the server ended with code {process.returncode}: {_last_line(log)}; see {log}"
            )
        health = _get(f"{url}/health", None)
        if health == {"status": "UP"}:
            if _is_ours(url, token):
                return
            raise CommuniqueError(
                f"{url}: another server answers there, or the token of {log.parent} is not that "
                "of its database; choose another port or data folder"
            )
        time.sleep(0.25)
    raise CommuniqueError(f"{url}: the server did not come up in time; see {log}")


def _is_ours(url: str, token: str) -> bool:
    answer = _get(f"{url}/api/current-user/whoami", token)
    return isinstance(answer, dict) and "email" in answer


def _get(url: str, token: str | None) -> object:
    """A JSON value from a local server; None when there is none."""
    headers = {"Authorization": f"Token {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and its group: politely, then not."""
    _signal(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    if sys.platform != "win32":
        _signal(process, signal.SIGKILL)
    else:
        process.kill()
    process.wait(GRACE)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if sys.platform == "win32":
        process.terminate()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def _locked(data_dir: Path) -> Iterator[int | None]:
    """Hold the folder; the server inherits the lock, which so lasts as long as it lives."""
    if sys.platform == "win32":
        yield None
        return
    import fcntl

    descriptor = os.open(data_dir / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            there = running(data_dir)
            at = f" at {there.url}" if there else ""
            raise CommuniqueError(
                f"{data_dir}: a server runs on this folder already{at}; use it, or stop it first"
            ) from error
        yield descriptor
    finally:
        os.close(descriptor)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _usual_port(data_dir: Path) -> int | None:
    """The port of the last time, if it is free."""
    try:
        port = int((data_dir / "port").read_text("ascii"))
    except (OSError, ValueError):
        return None
    return port if 0 < port < 65536 and not _is_taken(port) else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return quoted(lines[-1].strip())[1:-1] if lines else "it said nothing"


def _write_private(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
