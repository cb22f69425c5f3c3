"""People and programs do anything in any order; nothing that anybody annotated is lost."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from annotations.label_studio.own_server import OwnServer, own_server
from annotations.label_studio.syncing import ME, SCHEMA, Bench, retimed
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.state import Store
from communique.errors import CommuniqueError
from communique.schemas.label_studio import labelling_config
from projects import make_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are of POSIX")

DOCUMENTS = st.sampled_from(("ferry-01", "ferry-02"))
MOST_RESTARTS = 2


@pytest.fixture(scope="module")
def own(
    label_studio_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    with own_server(label_studio_template, tmp_path_factory.mktemp("stateful")) as server:
        yield server


class Work(RuleBasedStateMachine):
    """One annotator, whose work on each document is known by a date that is used once.

    ``here`` and ``there`` have the dates that the annotator wrote on that side and nobody, who
    could see them, has replaced since.
    """

    own: OwnServer
    restarts = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        client = self.stack.enter_context(Client(self.own.url, self.own.token, pause=0.05))
        title = f"work {uuid.uuid4().hex[:12]}"
        client.create_project(title, labelling_config(SCHEMA))
        self.bench = Bench(client, Store(make_project(folder / "corpus")), title)
        self.here: dict[str, str] = {}
        self.there: dict[str, str] = {}
        self.day = date(2031, 5, 6)
        self.bench.push()

    def new_date(self) -> str:
        self.day += timedelta(days=1)
        return self.day.isoformat()

    # -- what people do

    @rule(doc_id=DOCUMENTS)
    def work_there(self, doc_id: str) -> None:
        tasks = self.bench.tasks(doc_id)
        if not tasks:
            return
        value = self.new_date()
        result = self.bench.result(retimed(self.bench.gold(doc_id), value))
        annotations = tasks[0]["annotations"]
        if annotations:
            path = f"/api/annotations/{annotations[0]['id']}/"
            body = {"result": result, "was_cancelled": False}
            self.bench.client._call("PATCH", path, body=body)
        else:
            self.bench.annotate(doc_id, result, str(uuid.uuid4()))
        self.there[doc_id] = value

    @rule(doc_id=DOCUMENTS)
    def work_here(self, doc_id: str) -> None:
        value = self.new_date()
        self.bench.write(retimed(self.bench.gold(doc_id), value))
        self.here[doc_id] = value

    @rule(doc_id=DOCUMENTS)
    def skip_there(self, doc_id: str) -> None:
        for annotation in self.bench.annotations(doc_id):
            path = f"/api/annotations/{annotation['id']}/"
            self.bench.client._call("PATCH", path, body={"was_cancelled": True})

    @rule(doc_id=DOCUMENTS)
    def delete_task(self, doc_id: str) -> None:
        for task in self.bench.tasks(doc_id):
            self.bench.client.delete_task(int(task["id"]))
        self.there.pop(doc_id, None)

    # -- what programs do

    @rule(restore=st.booleans())
    def push(self, restore: bool) -> None:
        self.bench.push(ME, restore=restore)
        self.nothing_is_lost()

    @rule(everything=st.booleans())
    def pull(self, everything: bool) -> None:
        self.bench.pull(everything=everything)
        self.nothing_is_lost()

    @rule()
    def prune(self) -> None:
        with contextlib.suppress(CommuniqueError):  # it does not remove everything at once
            self.bench.pull(prune=True)
        self.nothing_is_lost()

    @precondition(lambda self: type(self).restarts < MOST_RESTARTS)
    @rule()
    def restart(self) -> None:
        Work.restarts += 1
        self.own.kill()
        self.own.restart()

    # -- what must be so

    def nothing_is_lost(self) -> None:
        for doc_id in {*self.here, *self.there}:
            path = self.bench.store.record(ME, doc_id)
            mine = path.read_text(encoding="utf-8") if path.is_file() else ""
            found = [json.dumps(one["result"]) for one in self.bench.annotations(doc_id)]
            aside = [
                file.read_text(encoding="utf-8")
                for folder in ("conflicts", "quarantine")
                for file in self.bench.store.project.annotations.glob(f"{folder}/*/{doc_id}.*")
            ]
            for value in {*self.values(self.here, doc_id), *self.values(self.there, doc_id)}:
                assert any(value in text for text in (mine, *found, *aside)), (doc_id, value)
            self.seen(doc_id, mine, found)

    def values(self, side: dict[str, str], doc_id: str) -> list[str]:
        return [side[doc_id]] if doc_id in side else []

    def seen(self, doc_id: str, mine: str, found: list[str]) -> None:
        """Both sides say the same: from now on whoever changes it knows it."""
        for side in (self.here, self.there):
            value = side.get(doc_id)
            if value and value in mine and len(found) == 1 and value in found[0]:
                del side[doc_id]

    def teardown(self) -> None:
        try:
            self.bench.pull()
            self.bench.push(ME)
            self.bench.pull(everything=True)
            self.nothing_is_lost()
            assert len(self.bench.tasks()) == 2
        finally:
            self.stack.close()


def test_nothing_that_anybody_annotated_is_lost(own: OwnServer) -> None:
    Work.own = own
    Work.restarts = 0
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=4,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
