"""A pull asks for what moved, and lists everything as soon as that cannot be the whole story."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.syncing import Bench
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.listing import Look, look
from communique.annotations.label_studio.state import Store, load_state
from projects import make_project

ONE, TWO = "ferry-01", "ferry-02"


@pytest.fixture
def bench(client: Client, project: dict[str, Any], tmp_path: Path) -> Bench:
    made = Bench(client, Store(make_project(tmp_path / "corpus")), project["title"])
    made.push()
    return made


def looked(bench: Bench, **changed: Any) -> Look:
    remote = bench.remote
    state = load_state(bench.store, remote.title, remote.identity)
    return look(remote, {**bench.sources, **changed}, state)


def test_the_first_look_is_at_everything_and_the_next_at_what_moved(bench: Bench) -> None:
    assert looked(bench).complete
    bench.pull()
    second = looked(bench)
    assert not second.complete and second.found.tasks == {}
    bench.annotate(TWO, bench.result(bench.gold(TWO)))
    third = looked(bench)
    assert not third.complete and list(third.found.tasks) == [TWO]
    bench.pull()
    assert looked(bench).found.tasks == {}


def test_a_new_task_is_seen_without_listing_everything(bench: Bench) -> None:
    bench.client.delete_task(int(bench.tasks(TWO)[0]["id"]))
    bench.pull()
    bench.push()
    found = looked(bench)
    assert not found.complete and list(found.found.tasks) == [TWO]


def test_a_second_task_of_a_document_is_read_together_with_the_first(bench: Bench) -> None:
    bench.pull()
    bench.client.import_tasks(bench.remote.id, [{"data": bench.sources[ONE].data()}])
    found = looked(bench)
    assert not found.complete and len(found.found.tasks[ONE]) == 2


def test_a_deleted_task_makes_everything_be_listed(bench: Bench) -> None:
    bench.pull()
    bench.client.delete_task(int(bench.tasks(TWO)[0]["id"]))
    assert looked(bench).complete


def test_a_deleted_task_and_a_new_one_do_not_hide_each_other(bench: Bench) -> None:
    bench.pull()
    bench.client.delete_task(int(bench.tasks(TWO)[0]["id"]))
    bench.client.import_tasks(bench.remote.id, [{"data": {"text": "of somebody else"}}])
    assert looked(bench).complete


def test_another_text_here_makes_everything_be_listed(bench: Bench) -> None:
    bench.pull()
    other = replace(bench.sources[ONE], text="Something else.", sha256="0" * 64)
    assert looked(bench, **{ONE: other}).complete


def test_what_is_to_be_decided_is_looked_at_again(bench: Bench) -> None:
    result = bench.result(bench.gold(ONE))
    next(one for one in result if one["from_name"] == "mentions")["value"]["end"] = 10**6
    bench.annotate(ONE, result)
    assert bench.pull().quarantined
    found = looked(bench)
    assert not found.complete and list(found.found.tasks) == [ONE]


def test_a_pull_of_some_documents_does_not_pass_over_the_others(bench: Bench) -> None:
    bench.pull()
    for doc_id in (ONE, TWO):
        bench.annotate(doc_id, bench.result(bench.gold(doc_id)))
    bench.pull(only={ONE})
    assert list(looked(bench).found.tasks) == [TWO]
    assert len(bench.pull().written) == 1
