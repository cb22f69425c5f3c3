"""What people and programs do to a corpus and a project, in any order, and what must hold then."""

from __future__ import annotations

import contextlib
import json
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from annotations.label_studio.own_server import OwnServer
from annotations.label_studio.proxy import Fault, proxied
from annotations.label_studio.steady import Steady
from annotations.label_studio.syncing import ME, SCHEMA, retimed
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.labels_in_use import check_config, update_config
from communique.annotations.label_studio.pull import Pulled
from communique.annotations.label_studio.remote import find_project, ownership
from communique.annotations.label_studio.state import Store
from communique.annotations.record import Record
from communique.corpus.documents import text_sha256
from communique.errors import CommuniqueError
from communique.schemas.label_studio import labelling_config
from projects import make_project

Key = tuple[str, str]
"""An annotator and a document."""

OTHER = "second"
DOCUMENTS = ("ferry-01", "ferry-02")
KEYS = tuple((annotator, doc_id) for annotator in (ME, OTHER) for doc_id in DOCUMENTS)
FAULTS = (
    Fault(status=500),
    Fault(status=429, headers=(("Retry-After", "0"),)),
    Fault(status=401),
    Fault(cut=7),
    Fault(reset=True),
    Fault(reset=True, before=True),
)
MOST_RESTARTS = 2
FULL = labelling_config(SCHEMA)
FEWER = FULL.replace('value="CONSULT"', 'value="TALK"')

keys = st.sampled_from(KEYS)
documents = st.sampled_from(DOCUMENTS)
annotators = st.sampled_from((ME, OTHER))
runs = st.sampled_from(("push", "pull"))
numbers = st.integers(1, 12)


@dataclass
class There:
    """The project as it is now: its tasks of the texts of now, and the annotations."""

    tasks: dict[str, list[int]] = field(default_factory=dict)
    works: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)
    """Of the texts of now."""
    all: dict[str, list[str]] = field(default_factory=dict)
    """All results of a document, of any text, as JSON."""


class Work(RuleBasedStateMachine):
    """Two annotators; their work on each document is known by a date that is used once.

    ``here`` and ``there`` have the dates that were written on that side and that nobody, who could
    see them, has replaced since. ``agreed`` is what a whole run has found to be the same on both
    sides, ``deleted`` what was deleted there after that.
    """

    own: OwnServer
    other: int
    restarts = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        client = self.stack.enter_context(Client(self.own.url, self.own.token, pause=0.05))
        title = f"work {uuid.uuid4().hex[:12]}"
        client.create_project(title, FULL)
        self.bench = Steady(client, Store(make_project(folder / "corpus")), title)
        self.here: dict[Key, str] = {}
        self.there: dict[Key, str] = {}
        self.agreed: set[Key] = set()
        self.deleted: set[Key] = set()
        self.skipped: set[Key] = set()
        self.unsound: set[Key] = set()
        self.touched: set[Key] = set()
        self.fewer = False
        self.week = date(2031, 5, 6)
        self.bench.push()

    # -- what people do

    @rule(key=keys)
    def work_there(self, key: Key) -> None:
        self.change_there(key, sound=True)

    @rule(key=keys)
    def spoil_there(self, key: Key) -> None:
        """Leave a region there that has a label which the schema does not know."""
        self.change_there(key, sound=False)

    @rule(key=keys)
    def work_here(self, key: Key) -> None:
        value = self.new_date()
        self.bench.write(self.record(key, value))
        self.here[key] = value

    @rule(key=keys)
    def skip_there(self, key: Key) -> None:
        for one in self.look().works.get(key, ()):
            self.patch(one, {"was_cancelled": True})
            self.skipped.add(key)

    @rule(key=keys)
    def delete_annotation(self, key: Key) -> None:
        for one in self.look().works.get(key, ()):
            self.bench.client.delete_annotation(int(one["id"]))
            self.gone(key)

    @rule(doc_id=documents)
    def delete_task(self, doc_id: str) -> None:
        for task in self.bench.tasks(doc_id):
            self.bench.client.delete_task(int(task["id"]))
        for annotator in (ME, OTHER):
            self.gone((annotator, doc_id))

    @rule(doc_id=documents)
    def change_text(self, doc_id: str) -> None:
        """The corpus has a new text, at whose end something is added; records here stay."""
        documents = self.bench.store.project.documents
        path, described = (documents / f"{doc_id}{end}" for end in (".txt", ".json"))
        text = path.read_text(encoding="utf-8") + f"Corrected by {self.new_date()}.\n"
        path.write_text(text, encoding="utf-8")
        metadata = json.loads(described.read_text(encoding="utf-8"))
        metadata["sha256"] = text_sha256(text)
        described.write_text(json.dumps(metadata), encoding="utf-8")
        for known in (self.agreed, self.deleted, self.skipped, self.unsound, self.touched):
            known -= {(ME, doc_id), (OTHER, doc_id)}

    @rule()
    def remove_a_label(self) -> None:
        """Somebody changes the screen by hand; the label is in use."""
        self.bench.client.set_config(self.bench.remote.id, FEWER)
        self.fewer = True

    # -- what programs do

    @rule(annotator=annotators, restore=st.booleans())
    def push(self, annotator: str, restore: bool = False) -> None:
        self.mend_config()
        before = self.look()
        wanted = {
            key: self.here[key]
            for key in KEYS
            if key[0] == annotator and key in self.here and self.must_be_sent(key, before)
        }
        self.bench.push(annotator, restore=restore)
        now = self.nothing_is_lost()
        for key, value in wanted.items():
            assert [value in json.dumps(one["result"]) for one in now.works.get(key, ())] == [True]
        if restore:
            self.deleted -= {key for key in self.deleted if key[0] == annotator}
        for key in self.deleted:
            assert not now.works.get(key), f"{key} was deleted there, and came back by itself"
        self.agree(now, annotator)

    def must_be_sent(self, key: Key, before: There) -> bool:
        """Whether a record here can only be ahead: the other side did nothing."""
        if self.value_here(key) != self.here[key] or not self.fits(key):
            return False
        if not before.works.get(key):
            return key not in self.touched
        return key in self.agreed and key not in {*self.there, *self.skipped, *self.unsound}

    @rule(everything=st.booleans())
    def pull(self, everything: bool = False) -> None:
        alone = {key for key in self.there if key in self.agreed and key not in self.here}
        out = self.bench.pull(everything=everything)
        pending = dict(self.there)
        now = self.nothing_is_lost()
        for key in self.unsound - self.skipped:
            assert not now.works.get(key) or named(key) in out.quarantined, (key, out)
        for key, value in pending.items():
            if now.works.get(key) and key not in self.skipped | self.unsound:
                taken = self.value_here(key) == value
                assert taken or said(out, key), (key, value, out)
                assert taken or key not in alone, (key, value, out)
        if everything:
            self.agree(now)

    @rule()
    def prune(self) -> None:
        with contextlib.suppress(CommuniqueError):  # it does not remove everything at once
            self.bench.pull(prune=True)
        kept = {key for key in KEYS if self.bench.store.record(*key).is_file()}
        self.deleted &= kept
        self.agreed &= kept
        self.nothing_is_lost()

    @rule(key=keys)
    def both_at_once(self, key: Key) -> None:
        """Somebody changes an annotation there between the plan of a push and its end."""
        if key in self.agreed:
            self.work_here(key)
        self.mend_config()
        plan = self.bench.plan(key[0])
        self.work_there(key)
        self.bench.apply(plan)
        self.nothing_is_lost()

    @rule(run=runs, annotator=annotators, number=numbers, fault=st.sampled_from(FAULTS))
    def stumble(self, run: str, annotator: str, number: int, fault: Fault) -> None:
        """One call goes wrong."""
        self.through(run, annotator, lambda call: fault if call == number else None)

    @rule(run=runs, annotator=annotators, number=numbers, fault=st.sampled_from(FAULTS))
    def break_off(self, run: str, annotator: str, number: int, fault: Fault) -> None:
        """From one call on everything goes wrong."""
        self.through(run, annotator, lambda call: fault if call >= number else None)

    @precondition(lambda self: type(self).restarts < MOST_RESTARTS)
    @rule(run=runs, annotator=annotators, number=numbers)
    def kill(self, run: str, annotator: str, number: int) -> None:
        """The server dies at one call, if the run gets so far."""
        Work.restarts += 1
        killed = False

        def script(call: int) -> None:
            nonlocal killed
            if call == number:
                self.own.kill()
                killed = True

        def after() -> None:
            if killed:
                self.own.restart()

        self.through(run, annotator, script, after)

    def through(
        self,
        run: str,
        annotator: str,
        script: Callable[[int], Fault | None],
        after: Callable[[], object] = lambda: None,
    ) -> None:
        """Do a run whose calls go through a proxy."""
        self.mend_config()
        with proxied(self.own.url) as proxy:
            proxy.script = lambda call, _: script(call)
            with Client(proxy.url, self.own.token, pause=0.01, retries=1) as client:
                bench = replace(self.bench, client=client)
                with contextlib.suppress(CommuniqueError):
                    bench.push(annotator) if run == "push" else bench.pull()
        after()
        self.nothing_is_lost()

    # -- what must be so

    def nothing_is_lost(self) -> There:
        now = self.look()
        assert all(len(ids) == 1 for ids in now.tasks.values()), f"a second task: {now.tasks}"
        for key in {*self.here, *self.there}:
            path = self.bench.store.record(*key)
            mine = path.read_text(encoding="utf-8") if path.is_file() else ""
            aside = [
                file.read_text(encoding="utf-8")
                for folder in ("conflicts", "quarantine")
                for file in self.bench.store.project.annotations.glob(
                    f"{folder}/{key[0]}/{key[1]}.*"
                )
            ]
            for value in {one[key] for one in (self.here, self.there) if key in one}:
                everywhere = (mine, *now.all.get(key[1], ()), *aside)
                assert any(value in text for text in everywhere), f"{key}: {value} is lost"
            self.seen(key, mine, [json.dumps(one["result"]) for one in now.works.get(key, ())])
        return now

    def seen(self, key: Key, mine: str, found: list[str]) -> None:
        """Both sides say the same: from now on whoever changes it knows it."""
        for side in (self.here, self.there):
            value = side.get(key)
            if value and value in mine and len(found) == 1 and value in found[0]:
                del side[key]

    def agree(self, now: There, annotator: str | None = None) -> None:
        """After a whole run the program knows what is the same on both sides."""
        for key in KEYS:
            if annotator in (None, key[0]) and key not in self.skipped | self.unsound:
                value, works = self.value_here(key), now.works.get(key, ())
                if value and self.fits(key) and len(works) == 1:
                    same = value in json.dumps(works[0]["result"])
                    (self.agreed.add if same else self.agreed.discard)(key)

    def teardown(self) -> None:
        try:
            if self.bench is not None:
                self.finish()
        finally:
            self.stack.close()

    def finish(self) -> None:
        """When all runs have been done again, everything is there, and once."""
        self.pull()
        self.push(ME)
        self.push(OTHER)
        self.pull(everything=True)
        tasks = self.look().tasks
        assert {doc_id: len(ids) for doc_id, ids in tasks.items()} == dict.fromkeys(DOCUMENTS, 1)

    # -- small words

    def record(self, key: Key, value: str) -> Record:
        """A record of the text of now."""
        record = retimed(self.bench.gold(key[1], key[0]), value)
        return replace(record, text_sha256=self.bench.sources[key[1]].sha256)

    def new_date(self) -> str:
        """A Tuesday, as the text says."""
        self.week += timedelta(weeks=1)
        return self.week.isoformat()

    def look(self) -> There:
        """The project as it is."""
        there = There()
        sources = self.bench.sources
        ours = {ownership(sources[doc_id], annotator): annotator for annotator, doc_id in KEYS}
        for task in self.bench.tasks():
            doc_id = task["data"]["doc_id"]
            results = [json.dumps(one["result"]) for one in task["annotations"]]
            there.all.setdefault(doc_id, []).extend(results)
            if task["data"]["text_sha256"] != sources[doc_id].sha256:
                continue
            there.tasks.setdefault(doc_id, []).append(int(task["id"]))
            for one in task["annotations"]:
                made_by = OTHER if one["completed_by"] == self.other else ME
                annotator = ours.get(one["import_id"] or 0) or made_by
                there.works.setdefault((annotator, doc_id), []).append(one)
                self.touched.add((annotator, doc_id))
        return there

    def change_there(self, key: Key, *, sound: bool) -> None:
        now = self.look()
        if key[1] not in now.tasks:
            return
        value = self.new_date()
        result = self.bench.result(self.record(key, value))
        if not sound:
            region = next(one for one in result if one["from_name"] == "mentions")
            bad = {**region["value"], "labels": ["NO_SUCH"]}
            result = [*result, {**region, "id": "x1", "value": bad}]
        if key in now.works:
            self.patch(now.works[key][0], {"result": result, "was_cancelled": False})
        else:
            body: dict[str, Any] = {"result": result, "unique_id": str(uuid.uuid4())}
            if key[0] == OTHER:
                body["completed_by"] = self.other
            self.bench.post(f"/api/tasks/{now.tasks[key[1]][0]}/annotations/", body)
        self.there[key] = value
        self.touched.add(key)
        self.skipped.discard(key)
        self.deleted.discard(key)
        (self.unsound.discard if sound else self.unsound.add)(key)

    def patch(self, annotation: dict[str, Any], body: dict[str, Any]) -> None:
        self.bench.client._call("PATCH", f"/api/annotations/{annotation['id']}/", body=body)

    def gone(self, key: Key) -> None:
        self.there.pop(key, None)
        self.skipped.discard(key)
        self.unsound.discard(key)
        if key in self.agreed:
            self.deleted.add(key)

    def mend_config(self) -> None:
        """What the command does first: another screen is refused until it is set right."""
        if not self.fewer:
            return
        remote = find_project(self.bench.client, self.bench.title)
        assert remote is not None
        with contextlib.suppress(CommuniqueError):
            check_config(remote, FULL)
            raise AssertionError("a label is missing on the screen, and nobody says so")
        while self.labels_unknown():
            with contextlib.suppress(CommuniqueError):
                update_config(remote, FULL)
                raise AssertionError("a label in use was orphaned")
            self.mend_labels()
        update_config(remote, FULL)
        self.fewer = False

    def labels_unknown(self) -> bool:
        return any("NO_SUCH" in text for texts in self.look().all.values() for text in texts)

    def mend_labels(self) -> None:
        """Somebody takes the regions away that have the unknown label."""
        for task in self.bench.tasks():
            for one in task["annotations"]:
                if "NO_SUCH" in json.dumps(one["result"]):
                    kept = [part for part in one["result"] if "NO_SUCH" not in json.dumps(part)]
                    self.patch(one, {"result": kept})
        self.unsound.clear()

    def value_here(self, key: Key) -> str | None:
        if not self.bench.store.record(*key).is_file():
            return None
        times = self.bench.here(key[1], key[0]).times
        return times[-1].value if times else None

    def fits(self, key: Key) -> bool:
        """Whether the record here is of the text of now."""
        return self.bench.here(key[1], key[0]).text_sha256 == self.bench.sources[key[1]].sha256


def second_user(own: OwnServer) -> int:
    """Another person on the server."""
    with Client(own.url, own.token) as client:
        body = {"email": f"{OTHER}@example.org", "username": OTHER}
        return int(client._call("POST", "/api/users/", body=body)["id"])


def named(key: Key) -> str:
    """The key as reports have it."""
    return f"{key[1]} ({key[0]})"


def said(out: Pulled, key: Key) -> bool:
    """Whether a pull says anything about this record."""
    return any(named(key) in line for line in out.lines())


assert FEWER != FULL
