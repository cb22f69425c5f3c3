"""Push and pull while the server dies, the network stumbles, the disk is full or a token ends.

Whatever happens, the run ends well or with one clear line, and the next one completes the work.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.own_server import OwnServer, own_server
from annotations.label_studio.proxy import Fault, Proxy, proxied
from annotations.label_studio.steady import Steady
from annotations.label_studio.syncing import ME, SCHEMA, Bench, polarised, retimed
from communique.annotations.label_studio import client as calls
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.state import Store
from communique.annotations.record import Record
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


WEEKS = count(1)


def another(record: Record) -> Record:
    """The record with a time that no other has; a Tuesday, as its text says."""
    return retimed(record, (date(2031, 5, 6) + timedelta(weeks=next(WEEKS))).isoformat())


def new_bench(client: Client, folder: Path) -> Bench:
    title = f"fault {uuid.uuid4().hex[:12]}"
    client.create_project(title, labelling_config(SCHEMA))
    return Steady(client, Store(make_project(folder / title.split()[1])), title)


def new_push(client: Client, folder: Path) -> Case:
    """Annotations that are not there yet; of one document even the task is not."""
    bench = new_bench(client, folder)
    bench.push(only={DOCUMENTS[0]})
    wanted = {doc_id: bench.gold(doc_id, "one") for doc_id in DOCUMENTS}
    for record in wanted.values():
        bench.write(record)
    return Case(bench, lambda bench: bench.push("one"), wanted, "one")


def new_update(client: Client, folder: Path) -> Case:
    """Annotations that were changed here."""
    case = new_push(client, folder)
    case.run(case.bench)
    return changed_here(case)


def changed_here(case: Case) -> Case:
    case.wanted = {name: another(record) for name, record in case.wanted.items()}
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


def changed_there(case: Case) -> Case:
    case.wanted = {name: another(record) for name, record in case.wanted.items()}
    for task in case.bench.tasks():
        result = case.bench.result(case.wanted[task["data"]["doc_id"]])
        case.bench.client.update_annotation(int(task["annotations"][0]["id"]), result)
    return case


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


Make = Callable[[Client, Path], Case]

CASES: dict[str, Make] = {"push": new_push, "update": new_update, "pull": new_pull}
MORE: dict[str, Callable[[Case], Case]] = {"update": changed_here, "pull": changed_there}
"""New work in the project of a case that is done, where that is the same work."""


class Kind:
    """One kind of work, as often as it is wanted, and the calls that it makes."""

    def __init__(self, name: str, own: OwnServer, direct: Client, folder: Path) -> None:
        self.name, self.own, self.direct, self.folder = name, own, direct, folder
        self.done: Case | None = None
        with ExitStack() as stack:
            proxy, client = reach(own, stack)
            case = self.case()
            assert case.through(client) is None
            self.calls = tuple(proxy.calls)
        self.complete(case)

    def case(self) -> Case:
        if self.done is not None and self.name in MORE:
            return MORE[self.name](self.done)
        return CASES[self.name](self.direct, self.folder)

    def fresh(self) -> Case:
        """A case in a project of its own."""
        return CASES[self.name](self.direct, self.folder)

    def complete(self, case: Case) -> None:
        case.complete()
        self.done = case

    def numbers(self) -> range:
        return range(1, len(self.calls) + 1)

    def reading(self, number: int) -> str:
        """What the call with this number reads, whichever task or project it is of."""
        return "" if self.writing(number) else re.sub(r"[?].*|[0-9]+", "", self.calls[number - 1])

    def writing(self, number: int) -> bool:
        """Whether the call with this number changes the server."""
        return not self.calls[number - 1].startswith("GET ")


@pytest.fixture(scope="module")
def kinds(own: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Kind]]:
    folder = tmp_path_factory.mktemp("kinds")
    with Client(own.url, own.token, pause=0.01) as direct:
        yield {name: Kind(name, own, direct, folder) for name in CASES}


def reach(own: OwnServer, stack: ExitStack, *, timeout: float = 20) -> tuple[Proxy, Client]:
    """A proxy, and an impatient client behind it that has reached the server once."""
    proxy = stack.enter_context(proxied(own.url))
    made = Client(proxy.url, own.token, pause=0.01, timeout=timeout, retries=1)
    client = stack.enter_context(made)
    client.whoami()
    proxy.calls.clear()
    return proxy, client


# -- the network stumbles, the token ends


PASSING = {
    "500": Fault(status=500),
    "429": Fault(status=429, headers=(("Retry-After", "0"),)),
    "cut": Fault(cut=7),
    "reset after": Fault(reset=True),
    "reset before": Fault(reset=True, before=True),
}
EXPIRED = Fault(status=401)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("kind", CASES)
def test_every_call_fails_once(kinds: dict[str, Kind], kind: str, fault: str) -> None:
    """Whatever is asked for, the first answer is lost; the run does not even fail."""
    case = kinds[kind].case()
    seen: set[str] = set()

    def script(_: int, line: str) -> Fault | None:
        if line in seen:
            return None
        seen.add(line)
        return PASSING[fault]

    with ExitStack() as stack:
        proxy, client = reach(kinds[kind].own, stack)
        proxy.script = script
        assert case.through(client) is None
        assert len(proxy.calls) > len(seen) >= 3
    kinds[kind].complete(case)


@pytest.mark.parametrize("kind", CASES)
def test_a_run_is_broken_off_at_every_call(kinds: dict[str, Kind], kind: str) -> None:
    """From some call on everything fails; where the call writes, in every way it can.

    An expired token is one clear line that says so, whatever the call.
    """
    one, every = kinds[kind], (EXPIRED, *PASSING.values())
    for number in one.numbers():
        for fault in every if one.writing(number) else (every[number % len(every)],):
            case = one.case()
            failure = broken_off(one.own, case, number, fault)
            assert failure or fault != EXPIRED
            if fault == EXPIRED:
                assert "refused the API key" in str(failure)
            one.complete(case)


def broken_off(own: OwnServer, case: Case, number: int, fault: Fault) -> str | None:
    """How a run fails to which this happens from one call on."""
    with ExitStack() as stack:
        proxy, client = reach(own, stack)
        proxy.script = lambda call, _: fault if call >= number else None
        return case.through(client)


def test_a_personal_token_ends_in_the_middle(
    own: OwnServer, direct: Client, tmp_path: Path
) -> None:
    """Its short-lived access token is exchanged anew, and when that is refused, it is one line."""
    token = str(direct._call("POST", "/api/token/")["token"])
    for number in (3, 6):
        case = new_push(direct, tmp_path)
        with ExitStack() as stack:
            proxy = stack.enter_context(proxied(own.url))
            made = Client(proxy.url, token, pause=0.01, retries=1)
            client = stack.enter_context(made)
            client.whoami()
            proxy.calls.clear()
            proxy.script = lambda call, _, number=number: EXPIRED if call >= number else None
            failure = case.through(client)
            assert failure and "refused the API key" in failure and token not in failure
        case.complete()


# -- the server dies, or does not answer for long


def together(
    own: OwnServer,
    cases: list[tuple[Case, int, bool]],
    waiting: Callable[[], None],
    *,
    before: Callable[[], object],
    during: Callable[[], object],
    timeout: float = 20,
) -> None:
    """Run all cases at once; each stops before or in the call of its number.

    ``waiting`` happens when all have stopped (or have ended before they got so far).
    """
    threads = []
    with ExitStack() as stack:
        for case, number, inside in cases:
            proxy, client = reach(own, stack, timeout=timeout)
            hold = during if inside else before
            thread, there = stopping_at(case, proxy, client, number, hold)
            thread.start()
            threads.append(thread)
            assert there.wait(60), number
        waiting()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()


def stopping_at(
    case: Case, proxy: Proxy, client: Client, number: int, hold: Callable[[], object]
) -> tuple[threading.Thread, threading.Event]:
    """A run that is held at its call with this number."""
    there = threading.Event()

    def script(call: int, _: str) -> None:
        if call == number:
            there.set()
            hold()

    def work() -> None:
        case.through(client)
        there.set()

    proxy.script = script
    return threading.Thread(target=work, daemon=True), there


def test_a_killed_server(own: OwnServer, kinds: dict[str, Kind]) -> None:
    """Runs of every kind, each before another of its calls or in it, lose their server at once."""
    before, during = threading.Event(), threading.Event()
    cases = [
        (kind.fresh(), number, inside)
        for kind in kinds.values()
        for number in kind.numbers()
        for inside in ((False, True) if kind.writing(number) else (number % 2 == 0,))
    ]

    def kill() -> None:
        during.set()
        time.sleep(0.05)
        own.kill()
        before.set()

    together(
        own,
        cases,
        kill,
        before=lambda: before.wait(120),
        during=lambda: during.wait(120),
    )
    own.restart()
    for case, _, _ in cases:
        case.complete()


def test_calls_that_take_too_long(
    own: OwnServer, kinds: dict[str, Kind], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is given up and happens all the same later on does no harm: writes, and each read."""
    monkeypatch.setattr(calls, "SLOW", 1)
    cases = []
    seen: set[str] = set()
    for kind in reversed(kinds.values()):
        for number in kind.numbers():
            if kind.writing(number) or kind.reading(number) not in seen:
                seen.add(kind.reading(number))
                cases.append((kind.fresh(), number, True))
    hold = lambda: time.sleep(1.5)  # noqa: E731
    together(own, cases, lambda: None, before=hold, during=hold, timeout=1)
    time.sleep(1)
    for case, _, _ in cases:
        case.complete(prune=True)


# -- the disk is full


@pytest.mark.parametrize(
    ("make", "function"),
    [
        (new_push, "fsync"),
        (new_update, "replace"),
        (new_pull, "fsync"),
        (new_pull, "replace"),
        (new_merge, "fsync"),
        (new_merge, "replace"),
    ],
)
def test_a_full_disk(
    direct: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any, function: str
) -> None:
    """The first, the second … write fails: nothing is half written, and the next run goes on."""
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
