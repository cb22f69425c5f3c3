"""Somebody edits, deletes or changes the screen while a push or a pull is under way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.proxy import Proxy
from annotations.label_studio.steady import Steady
from annotations.label_studio.syncing import ME, SCHEMA, Bench, polarised, retimed
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.labels_in_use import check_config, update_config
from communique.annotations.label_studio.server import Server
from communique.annotations.label_studio.state import Store
from communique.annotations.record import Record
from communique.corpus.documents import text_sha256
from communique.errors import CommuniqueError
from communique.schemas.label_studio import labelling_config
from projects import make_project

ONE, TWO = "ferry-01", "ferry-02"
WEEKS = count(1)


@pytest.fixture
def bench(client: Client, project: dict[str, Any], tmp_path: Path) -> Bench:
    return Steady(client, Store(make_project(tmp_path / "corpus")), project["title"])


@pytest.fixture
def pushed(bench: Bench) -> Bench:
    """Records of ``one`` that are the same on both sides."""
    for doc_id in (ONE, TWO):
        bench.write(bench.gold(doc_id, "one"))
    bench.push("one")
    bench.pull()
    return bench


def another(record: Record) -> Record:
    """The record with a time that no other has; a Tuesday, as its text says."""
    return retimed(record, (date(2031, 5, 6) + timedelta(weeks=next(WEEKS))).isoformat())


def told(record: Record) -> str:
    """The time that no other record has."""
    assert record.times
    return str(record.times[-1].value)


def kept(bench: Bench, doc_id: str) -> str:
    """All that is known of a document on both sides and aside, as one text."""
    folder = bench.store.project.annotations
    files = [path for path in folder.rglob("*.json") if ".label-studio" not in path.parts]
    here = [path.read_text(encoding="utf-8") for path in files if doc_id in path.name]
    return json.dumps(bench.annotations(doc_id)) + "\n".join(here)


# -- a push while an annotator edits


@pytest.mark.parametrize("edited", [ONE, TWO])
def test_an_annotator_saves_at_any_moment_of_a_push(
    pushed: Bench, through: Client, proxy: Proxy, edited: str
) -> None:
    """Before each call of a push that changes both annotations, somebody saves one of them.

    Not before the very call that writes this annotation: the server has no way to write only if
    nothing has changed, so what is saved in the moment after the last look cannot be seen.
    """
    bench = pushed
    number = 0
    for number in range(3, 100):  # the first two find the project
        ours = {doc_id: another(bench.here(doc_id, "one")) for doc_id in (ONE, TWO)}
        for record in ours.values():
            bench.write(record)
        theirs = another(bench.gold(edited, "one"))
        (annotation,) = bench.annotations(edited)
        save = Save(bench, number, int(annotation["id"]), bench.result(theirs))
        proxy.calls.clear()
        proxy.script = save
        replace(bench, client=through).push("one")
        calls = list(proxy.calls)
        proxy.script = None
        there = bench.annotations(edited)[0]["result"]
        assert there == bench.result(theirs if save.done else ours[edited])
        out = bench.pull()
        for record in (*ours.values(), *([theirs] if save.done else [])):
            # it is somewhere still, or was replaced by somebody who saw it
            replaced = record == ours[edited] and save.line in calls[: number - 1]
            assert replaced or told(record) in kept(bench, record.doc_id), (number, out)
        if out.conflict:
            bench.pull(only={edited}, take="there")
        for task in bench.tasks():
            (annotation,) = task["annotations"]
            here = bench.here(task["data"]["doc_id"], "one")
            assert annotation["result"] == bench.result(here)
        if number > len(calls):
            break
    assert number > 5


@dataclass
class Save:
    """Somebody who saves an annotation when the call with this number comes by."""

    bench: Bench
    number: int
    annotation: int
    result: list[dict[str, Any]]
    done: bool = False

    @property
    def line(self) -> str:
        """The call that writes this annotation."""
        return f"PATCH /api/annotations/{self.annotation}/"

    def __call__(self, call: int, line: str) -> None:
        if call == self.number and line != self.line:
            self.bench.client.update_annotation(self.annotation, self.result)
            self.done = True


def test_work_that_begins_between_plan_and_push_is_left_alone(pushed: Bench) -> None:
    """A first annotation of somebody else on the task, and one of a document without any."""
    bench = pushed
    ours = another(bench.here(ONE, "one"))
    bench.write(ours)
    plan = bench.plan("one")
    theirs = another(bench.gold(ONE))
    bench.annotate(ONE, bench.result(theirs))
    assert bench.apply(plan) == []
    results = [one["result"] for one in bench.annotations(ONE)]
    assert sorted(map(str, results)) == sorted(map(str, (bench.result(ours), bench.result(theirs))))
    assert bench.pull().written == [f"{ONE} ({ME})"]
    assert bench.here(ONE) == theirs and bench.here(ONE, "one") == ours


def test_somebody_else_pushes_between_plan_and_push(bench: Bench) -> None:
    """Two corpora with one project: tasks and annotations are there once."""
    for doc_id in (ONE, TWO):
        bench.write(bench.gold(doc_id, "one"))
    plan = bench.plan("one")
    bench.push("one")
    bench.apply(plan)
    bench.push("one")
    assert [len(task["annotations"]) for task in bench.tasks()] == [1, 1]
    assert bench.plan("one").empty


# -- two annotators on one task


def test_two_annotators_on_one_task_do_not_touch_each_other(pushed: Bench) -> None:
    bench = pushed
    mine = another(bench.gold(ONE))
    number = bench.annotate(ONE, bench.result(mine))
    assert bench.pull().written == [f"{ONE} ({ME})"]
    ours = another(bench.here(ONE, "one"))
    bench.write(ours)
    (change,) = bench.push("one").update
    assert change.record == ours
    by_id = {int(one["id"]): one["result"] for one in bench.annotations(ONE)}
    assert by_id.pop(number) == bench.result(mine) and list(by_id.values()) == [bench.result(ours)]
    assert bench.pull().written == [] and bench.here(ONE) == mine
    bench.client.delete_annotation(number)
    out = bench.pull(prune=True)
    assert out.removed == [f"{ONE} ({ME})"] and out.gone == []
    assert bench.here(ONE, "one") == ours and not bench.store.record(ME, ONE).exists()


# -- the text changes meanwhile


def change_text(bench: Bench, doc_id: str, change: Callable[[str], str]) -> None:
    documents = bench.store.project.documents
    path, described = documents / f"{doc_id}.txt", documents / f"{doc_id}.json"
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    metadata = json.loads(described.read_text(encoding="utf-8"))
    described.write_text(json.dumps({**metadata, "sha256": text_sha256(text)}), encoding="utf-8")


def test_an_annotation_is_edited_while_its_text_changes(pushed: Bench) -> None:
    """What belongs to the old text is neither read as of the new one nor lost."""
    bench = pushed
    before = bench.here(ONE, "one")
    theirs = another(before)
    (annotation,) = bench.annotations(ONE)
    saved = bench.result(theirs)
    change_text(bench, ONE, lambda text: "Corrected. " + text)
    bench.client.update_annotation(int(annotation["id"]), saved)
    out = bench.pull()
    assert not out.written and any("another text" in note for note in out.notes)
    assert bench.here(ONE, "one") == before
    plan = bench.push("one")
    assert [one.doc_id for one in plan.create] == [ONE]
    assert [one.doc_id for one in plan.problems] == [ONE]  # the record is of the old text
    old, new = sorted(bench.tasks(ONE), key=lambda task: int(task["id"]))
    assert [one["result"] for one in old["annotations"]] == [saved]
    assert new["annotations"] == [] and new["data"]["text"].startswith("Corrected.")
    bench.pull(prune=True)
    assert bench.here(ONE, "one") == before
    bench.client.delete_task(int(new["id"]))
    change_text(bench, ONE, lambda text: text.removeprefix("Corrected. "))
    assert bench.pull(everything=True).written == [f"{ONE} (one)"]
    assert bench.here(ONE, "one") == theirs


# -- tasks deleted, ids used again


@pytest.mark.parametrize("deleted", ["task", "annotation"])
def test_what_is_deleted_between_plan_and_push_stays_deleted(pushed: Bench, deleted: str) -> None:
    bench = pushed
    bench.write(another(bench.here(ONE, "one")))
    plan = bench.plan("one")
    (task,) = bench.tasks(ONE)
    if deleted == "task":
        bench.client.delete_task(int(task["id"]))
    else:
        bench.client.delete_annotation(int(task["annotations"][0]["id"]))
    (line,) = bench.apply(plan)
    assert "deleted there meanwhile" in line
    assert "--restore" in bench.push("one").conflict[0]
    assert bench.annotations(ONE) == []
    assert bench.pull(prune=True).removed == []  # it was changed here
    bench.push("one", restore=True)
    (annotation,) = bench.annotations(ONE)
    assert annotation["result"] == bench.result(bench.here(ONE, "one"))


def test_ids_used_again_between_plan_and_push(pushed: Bench) -> None:
    """The annotation that was to be changed is gone, and another one has its number."""
    bench = pushed
    bench.write(another(bench.here(TWO, "one")))
    plan = bench.plan("one")
    (change,) = plan.update
    assert change.work is not None
    bench.client.delete_task(change.work.task)
    source = bench.sources[TWO]
    data = {**source.data(), "doc_id": "other"}
    annotation = {"result": change.work.result}  # an import takes the next free numbers
    bench.client.import_tasks(bench.remote.id, [{"data": data, "annotations": [annotation]}])
    (task,) = bench.tasks("other")
    (made,) = task["annotations"]
    assert (task["id"], made["id"]) == (change.work.task, change.work.id)  # used again indeed
    assert len(bench.apply(plan)) == 1
    assert bench.annotations("other")[0]["result"] == change.work.result


def test_a_task_is_deleted_at_any_moment_of_a_pull(
    pushed: Bench, through: Client, proxy: Proxy
) -> None:
    bench = pushed
    number = 2  # the first two calls find the project
    while True:
        number += 1
        changed = {doc_id: another(bench.here(doc_id, "one")) for doc_id in (ONE, TWO)}
        for doc_id, record in changed.items():
            bench.change_there(doc_id, record)
        task = int(bench.tasks(ONE)[0]["id"])

        def script(call: int, _: str, number: int = number, task: int = task) -> None:
            if call == number:
                bench.client.delete_task(task)

        proxy.calls.clear()
        proxy.script = script
        out = replace(bench, client=through).pull()
        calls = len(proxy.calls)
        proxy.script = None
        assert bench.here(TWO, "one") == changed[TWO]
        again = bench.pull()
        if number > calls:
            assert number > 3
            return
        assert f"{ONE} (one)" in again.gone, (number, out, again)
        bench.push("one", restore=True)
        bench.pull()


# -- the screen is changed by hand


def test_a_label_in_use_is_removed_by_hand(pushed: Bench) -> None:
    """Nothing annotated with it is lost; a push refuses to go on until the screen is set right."""
    bench = pushed
    full = labelling_config(SCHEMA)
    bench.client.set_config(bench.remote.id, full.replace('value="CONSULT"', 'value="TALK"'))
    theirs = polarised(bench.here(ONE, "one"))
    bench.change_there(ONE, theirs)
    out = bench.pull()
    assert out.written == [f"{ONE} (one)"] and not out.quarantined
    assert bench.here(ONE, "one") == theirs
    with pytest.raises(CommuniqueError, match="another labelling configuration"):
        check_config(replace(bench).remote, full)
    before = bench.tasks()
    update_config(bench.remote, full)
    check_config(replace(bench).remote, full)
    assert [one["annotations"] for one in bench.tasks()] == [one["annotations"] for one in before]
    assert bench.plan("one").empty


def test_a_label_renamed_by_hand_and_used_is_quarantined_until_it_is_mended(pushed: Bench) -> None:
    bench = pushed
    full = labelling_config(SCHEMA)
    bench.client.set_config(bench.remote.id, full.replace('value="CONSULT"', 'value="TALK"'))
    (annotation,) = bench.annotations(ONE)
    renamed = json.loads(json.dumps(annotation["result"]).replace('"CONSULT"', '"TALK"'))
    bench.client.update_annotation(int(annotation["id"]), renamed)
    before = bench.here(ONE, "one")
    for _ in range(2):
        assert bench.pull().quarantined == [f"{ONE} (one)"]
    assert bench.here(ONE, "one") == before
    with pytest.raises(CommuniqueError, match="events: TALK"):
        update_config(bench.remote, full)
    bench.client.update_annotation(int(annotation["id"]), annotation["result"])
    update_config(bench.remote, full)
    assert bench.pull().quarantined == [] and bench.plan("one").empty


# -- several at once


@pytest.fixture
def several(pushed: Bench, server: Server) -> Iterator[Callable[[str], list[int]]]:
    """Three processes of one command at once, and how they end."""
    root = pushed.store.project.root
    running: list[subprocess.Popen[str]] = []

    def run(command: str) -> list[int]:
        words = [sys.executable, "-c", "from communique.cli import main; main()"]
        words += ["annotations", command]
        for _ in range(3):
            one = subprocess.Popen(
                [*words, "--project", pushed.title, "--url", server.url],
                cwd=root,
                env={**os.environ, "LABEL_STUDIO_API_KEY": server.token},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            running.append(one)
        outs = [one.communicate(timeout=120)[0] for one in running]
        for one, out in zip(running, outs, strict=True):
            assert one.returncode == 0 or "another push or pull" in out, out
            assert "Traceback" not in out
        return [one.returncode for one in running]

    yield run
    for one in running:
        one.kill()


def test_several_pulls_at_once(pushed: Bench, several: Callable[[str], list[int]]) -> None:
    theirs = {doc_id: another(pushed.here(doc_id, "one")) for doc_id in (ONE, TWO)}
    for doc_id, record in theirs.items():
        pushed.change_there(doc_id, record)
    assert 0 in several("pull")
    assert {doc_id: pushed.here(doc_id, "one") for doc_id in theirs} == theirs
    assert pushed.pull(everything=True).unchanged == 2 and pushed.plan("one").empty


def test_several_pushes_at_once(pushed: Bench, several: Callable[[str], list[int]]) -> None:
    for task in pushed.tasks():
        pushed.client.delete_task(int(task["id"]))
    assert 0 in several("push")
    assert sorted(task["data"]["doc_id"] for task in pushed.tasks()) == [ONE, TWO]
