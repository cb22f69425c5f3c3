"""Push and pull while the server dies, the network stumbles, the disk is full or a token ends.

Whatever happens, the run ends well or with one clear line, and the next one completes the work.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.own_server import OwnServer, own_server
from annotations.label_studio.proxy import Fault, Proxy, proxied
from annotations.label_studio.syncing import ME, SCHEMA, Bench, polarised, retimed
from communique.annotations.label_studio import client as calls
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.state import Store
from communique.errors import CommuniqueError
from communique.schemas.label_studio import labelling_config
from projects import make_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are of POSIX")

DOCUMENTS = ("ferry-01", "ferry-02")


@pytest.fixture(scope="module")
def own(
    label_studio_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    with own_server(label_studio_template, tmp_path_factory.mktemp("faults")) as server:
        yield server


@pytest.fixture
def direct(own: OwnServer) -> Iterator[Client]:
    with Client(own.url, own.token, pause=0.01) as made:
        yield made


@dataclass
class Case:
    """Work that is to be done once, and what everything must look like when it is done."""

    bench: Bench
    run: Callable[[Bench], object]
    wanted: dict[str, Any]
    annotator: str

    def through(self, client: Client) -> str | None:
        """Do the work with this client: ``None``, or the one line of the failure."""
        try:
            self.run(replace(self.bench, client=client))
        except CommuniqueError as error:
            line = str(error)
            assert line and "\n" not in line and "Traceback" not in line
            return line
        return None

    def complete(self, *, prune: bool = False) -> None:
        """Do the work again without a fault, and find everything done, once, and exactly."""
        self.run(self.bench)
        if prune:  # a late import may have made a second, untouched task
            self.bench.push(prune=True)
        self.check()

    def check(self) -> None:
        bench = self.bench
        tasks = bench.tasks()
        assert sorted(task["data"]["doc_id"] for task in tasks) == list(DOCUMENTS)
        for task in tasks:
            record = self.wanted[task["data"]["doc_id"]]
            (annotation,) = task["annotations"]
            assert annotation["result"] == bench.result(record)
            assert bench.here(record.doc_id, self.annotator) == record
        plan = bench.plan(self.annotator)
        assert plan.empty and not plan.conflict and not plan.problems
        assert not list(bench.store.project.annotations.glob("quarantine/*/*"))
        assert not list(bench.store.project.annotations.glob("conflicts/*/*"))
        whole_files(bench)


def whole_files(bench: Bench) -> None:
    """No part of a file lies about, and what is there can be read."""
    for path in bench.store.project.annotations.rglob("*"):
        if path.is_file():
            assert not path.name.startswith("."), path
            if path.suffix == ".json":
                json.loads(path.read_text(encoding="utf-8"))


def new_bench(client: Client, folder: Path) -> Bench:
    title = f"fault {uuid.uuid4().hex[:12]}"
    client.create_project(title, labelling_config(SCHEMA))
    return Bench(client, Store(make_project(folder / title.split()[1])), title)


def new_push(client: Client, folder: Path) -> Case:
    """Tasks and annotations that are not there yet."""
    bench = new_bench(client, folder)
    wanted = {doc_id: bench.gold(doc_id, "one") for doc_id in DOCUMENTS}
    for record in wanted.values():
        bench.write(record)
    return Case(bench, lambda bench: bench.push("one"), wanted, "one")


def new_update(client: Client, folder: Path) -> Case:
    """Annotations that were changed here."""
    case = new_push(client, folder)
    case.run(case.bench)
    case.wanted = {name: polarised(record) for name, record in case.wanted.items()}
    for record in case.wanted.values():
        case.bench.write(record)
    return case


def new_pull(client: Client, folder: Path) -> Case:
    """Annotations that were made there."""
    bench = new_bench(client, folder)
    bench.push()
    wanted = {doc_id: bench.gold(doc_id) for doc_id in DOCUMENTS}
    for doc_id, record in wanted.items():
        bench.annotate(doc_id, bench.result(record))
    return Case(bench, lambda bench: bench.pull(), wanted, ME)


def new_merge(client: Client, folder: Path) -> Case:
    """Annotations that were changed there and here, and are merged."""
    case = new_pull(client, folder)
    bench = case.bench
    case.run(bench)
    for doc_id, record in case.wanted.items():
        bench.change_there(doc_id, polarised(record))
        bench.write(retimed(record, "2031-05-20"))
    case.wanted = {
        name: retimed(polarised(record), "2031-05-20") for name, record in case.wanted.items()
    }
    return case


CASES = {"push": new_push, "update": new_update, "pull": new_pull}
NUMBERS: dict[str, Sequence[int]] = {
    "push": (3, 6, 7, 8, 9, 10),
    "update": (8, 9),
    "pull": (3, 4, 5),
}
"""The calls of each that differ from one another, by their number."""
KILLED: dict[str, Sequence[int]] = {
    "push": (3, 7, 9),
    "update": (9,),
    "pull": (4, 5),
}


def reach(own: OwnServer, stack: ExitStack, *, timeout: float = 20) -> tuple[Proxy, Client]:
    """A proxy, and an impatient client behind it that has reached the server once."""
    proxy = stack.enter_context(proxied(own.url))
    made = Client(proxy.url, own.token, pause=0.01, timeout=timeout, retries=1)
    client = stack.enter_context(made)
    client.whoami()
    proxy.calls.clear()
    return proxy, client


# -- the server dies


def test_a_killed_server(own: OwnServer, direct: Client, tmp_path: Path) -> None:
    """Many runs, each before or in another call, lose their server at one moment."""
    before, during = threading.Event(), threading.Event()
    failed: dict[str, str | None] = {}
    cases: dict[str, Case] = {}
    threads = []
    with ExitStack() as stack:
        for kind, number in [(kind, one) for kind, numbers in KILLED.items() for one in numbers]:
            name = f"{kind} {number}"
            case = cases[name] = CASES[kind](direct, tmp_path)
            proxy, client = reach(own, stack)
            go = during if number % 2 else before
            thread, there = stopping_at(case, proxy, client, number, go, failed, name)
            thread.start()
            threads.append(thread)
            assert there.wait(60), name
        during.set()
        time.sleep(0.05)
        own.kill()
        before.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    own.restart()
    assert set(failed) == set(cases)
    for case in cases.values():
        case.complete()


def stopping_at(
    case: Case,
    proxy: Proxy,
    client: Client,
    number: int,
    go: threading.Event,
    failed: dict[str, str | None],
    name: str,
) -> tuple[threading.Thread, threading.Event]:
    """A run that waits at its call with this number, or at its end, until ``go``."""
    there = threading.Event()

    def script(call: int, _: str) -> None:
        if call == number:
            there.set()
            go.wait(120)

    def work() -> None:
        failed[name] = case.through(client)
        there.set()

    proxy.script = script
    return threading.Thread(target=work, daemon=True), there


# -- the network stumbles, the token ends


ONCE = (
    Fault(status=500),
    Fault(reset=True),
    Fault(status=429, headers=(("Retry-After", "0"),)),
    Fault(cut=7),
    Fault(reset=True, before=True),
)


def faulty(
    own: OwnServer, direct: Client, folder: Path, kind: str, number: int, fault: Fault, *, on: bool
) -> tuple[Case, str | None]:
    """A run with the fault at one call, or ``on`` from that call on, and how it failed."""
    case = CASES[kind](direct, folder)
    with ExitStack() as stack:
        proxy, client = reach(own, stack)
        proxy.script = lambda call, _: fault if call == number or (on and call > number) else None
        return case, case.through(client)


@pytest.mark.parametrize("kind", CASES)
def test_a_call_that_fails_once(own: OwnServer, direct: Client, tmp_path: Path, kind: str) -> None:
    """Each call in its turn, with another fault each."""
    for number in NUMBERS[kind]:
        fault = ONCE[number % len(ONCE)]
        case, failure = faulty(own, direct, tmp_path, kind, number, fault, on=False)
        assert failure is None, failure
        case.complete()


@pytest.mark.parametrize("kind", CASES)
def test_calls_that_fail_from_then_on(
    own: OwnServer, direct: Client, tmp_path: Path, kind: str
) -> None:
    """An expired token is one clear line at any call; so is a server that is out of order."""
    for number in NUMBERS[kind][::2]:
        status = 401 if number % 4 < 3 else 500
        fault = Fault(status=status)
        case, failure = faulty(own, direct, tmp_path, kind, number, fault, on=True)
        if status == 401:
            assert failure and "refused the API key" in failure
        case.complete()


@pytest.mark.parametrize(("kind", "number"), [("push", 7), ("update", 9), ("pull", 5)])
def test_a_call_that_takes_too_long(
    own: OwnServer,
    direct: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    number: int,
) -> None:
    """What is given up and happens all the same later on does no harm."""
    monkeypatch.setattr(calls, "SLOW", 1)
    case = CASES[kind](direct, tmp_path)
    with ExitStack() as stack:
        proxy, client = reach(own, stack, timeout=1)
        proxy.script = lambda call, _: Fault(delay=1.5) if call == number else None
        case.through(client)
        time.sleep(1)
        case.complete(prune=True)


# -- the disk is full


@pytest.mark.parametrize("function", ["fsync", "replace"])
@pytest.mark.parametrize("make", [new_pull, new_merge])
def test_a_full_disk_during_a_pull(
    direct: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any, function: str
) -> None:
    """The first, the second … write fails: nothing is half written, and the next pull goes on."""
    case = make(direct, tmp_path)
    real = getattr(os, function)
    done = 0

    for number in range(1, 20):
        count = 0

        def full(*args: Any, number: int = number) -> Any:
            nonlocal count
            count += 1
            if count >= number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args)

        with monkeypatch.context() as patch:
            patch.setattr(os, function, full)
            try:
                case.run(case.bench)
            except OSError as error:
                assert error.errno == errno.ENOSPC
            else:
                break
        done += 1
        whole_files(case.bench)
    assert done
    out = case.bench.pull()
    assert out.conflict == []
    case.bench.push(case.annotator)
    case.bench.pull(everything=True)
    case.check()
