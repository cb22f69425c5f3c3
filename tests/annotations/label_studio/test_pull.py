from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.syncing import ME, Bench, polarised, retimed
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.state import Store, load_state, locked
from communique.annotations.label_studio.status import status, status_table
from communique.errors import CommuniqueError
from communique.terminal import console
from projects import make_project

ONE, TWO = "ferry-01", "ferry-02"


@pytest.fixture
def bench(client: Client, project: dict[str, Any], tmp_path: Path) -> Bench:
    bench = Bench(client, Store(make_project(tmp_path / "corpus")), project["title"])
    bench.push()
    return bench


def synced(bench: Bench) -> Any:
    """A record that is the same here and there."""
    record = bench.gold(ONE)
    bench.annotate(ONE, bench.result(record))
    out = bench.pull()
    assert out.written == [f"{ONE} ({ME})"], out
    assert bench.here(ONE) == record
    return record


def files(bench: Bench) -> dict[str, bytes]:
    folder = bench.store.project.annotations
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_annotated_comes_back_exactly_and_once(bench: Bench) -> None:
    before = files(bench)
    bench.annotate(ONE, bench.result(bench.gold(ONE)))
    assert bench.pull(dry_run=True).written == [f"{ONE} ({ME})"]
    assert files(bench) == before
    bench.pull()
    assert bench.here(ONE) == bench.gold(ONE)
    after = files(bench)
    assert bench.pull().as_json()["written"] == []
    assert bench.pull(everything=True).unchanged == 1
    assert files(bench) == after


def test_a_pushed_record_comes_back_as_the_annotator_s(bench: Bench) -> None:
    record = bench.gold(ONE, "one")
    bench.write(record)
    bench.push("one")
    bench.change_there(ONE, polarised(record))
    assert bench.pull().written == [f"{ONE} (one)"]
    assert bench.here(ONE, "one") == polarised(record)
    assert bench.plan("one").empty


def test_edits_there_here_and_in_both(bench: Bench) -> None:
    record = synced(bench)
    bench.change_there(ONE, polarised(record))
    assert bench.pull().written == [f"{ONE} ({ME})"]
    record = polarised(record)
    assert bench.here(ONE) == record

    bench.write(retimed(record, "2031-05-13"))
    assert bench.pull(everything=True).ahead == [f"{ONE} ({ME})"]
    assert bench.here(ONE) == retimed(record, "2031-05-13")
    assert len(bench.push(ME).update) == 1
    record = retimed(record, "2031-05-13")

    quotes = tuple(replace(quote, polarity="positive") for quote in record.quotes or ())
    bench.change_there(ONE, replace(record, quotes=quotes))
    bench.write(retimed(record, "2031-05-20"))
    out = bench.pull()
    assert out.merged == [f"{ONE} ({ME})"], out
    both = retimed(replace(record, quotes=quotes), "2031-05-20")
    assert bench.here(ONE) == both
    assert len(bench.push(ME).update) == 1
    assert bench.pull().conflict == [] and bench.here(ONE) == both
    (annotation,) = bench.annotations(ONE)
    assert annotation["result"] == bench.result(both)


@pytest.mark.parametrize("take", ["here", "there"])
def test_a_conflict_overwrites_nothing_and_is_settled_on_demand(bench: Bench, take: Any) -> None:
    record = synced(bench)
    there, here = retimed(record, "2031-05-13"), retimed(record, "2031-05-20")
    bench.change_there(ONE, there)
    bench.write(here)
    for _ in range(2):
        out = bench.pull()
        assert out.conflict, out
        assert "times changed on both sides" in out.conflict[0] and not out.written
        assert bench.here(ONE) == here
    versions = sorted((bench.store.project.annotations / "conflicts" / ME).iterdir())
    assert [path.name for path in versions] == [
        f"{ONE}.base.json",
        f"{ONE}.here.json",
        f"{ONE}.there.json",
    ]
    assert bench.push(ME).conflict and bench.annotations(ONE)[0]["result"] == bench.result(there)
    with pytest.raises(CommuniqueError, match="expected their ids"):
        bench.pull(take=take)
    assert not bench.pull(take=take, only={ONE}).conflict
    bench.push(ME)
    bench.pull(everything=True)
    wanted = here if take == "here" else there
    assert bench.here(ONE) == wanted
    assert bench.annotations(ONE)[0]["result"] == bench.result(wanted)
    assert not list((bench.store.project.annotations / "conflicts" / ME).iterdir())


def test_without_its_memory_a_pull_still_overwrites_nothing(bench: Bench) -> None:
    record = synced(bench)
    for path in bench.store.folder.rglob("*.json"):
        path.unlink()
    bench.write(retimed(record, "2031-05-20"))
    assert "no common version" in bench.pull().conflict[0]
    assert bench.here(ONE) == retimed(record, "2031-05-20")


def test_a_deleted_task_is_reported_and_its_record_removed_only_on_demand(bench: Bench) -> None:
    record = synced(bench)
    bench.client.delete_task(int(bench.tasks(ONE)[0]["id"]))
    for _ in range(2):
        assert bench.pull().gone == [f"{ONE} ({ME})"]
    bench.write(retimed(record, "2031-05-20"))
    assert "changed here" in bench.pull(prune=True).conflict[0]
    bench.write(record)
    assert bench.pull(prune=True, dry_run=True).removed == [f"{ONE} ({ME})"]
    assert bench.here(ONE) == record
    assert bench.pull(prune=True).removed == [f"{ONE} ({ME})"]
    assert not bench.store.record(ME, ONE).exists()
    assert bench.pull().gone == []


def test_a_deleted_annotation_is_reported_every_time(bench: Bench) -> None:
    record = synced(bench)
    bench.client.delete_annotation(int(bench.annotations(ONE)[0]["id"]))
    for _ in range(2):
        assert bench.pull().gone == [f"{ONE} ({ME})"]
    assert bench.here(ONE) == record


def test_an_emptied_project_prunes_nothing(bench: Bench) -> None:
    record = synced(bench)
    for task in bench.tasks():
        bench.client.delete_task(int(task["id"]))
    with pytest.raises(CommuniqueError, match="would remove everything"):
        bench.pull(prune=True)
    assert bench.here(ONE) == record


def test_ids_that_the_server_uses_again_confuse_nothing(bench: Bench) -> None:
    synced(bench)
    (last,) = bench.tasks(TWO)
    bench.annotate(TWO, bench.result(bench.gold(TWO)))
    bench.pull()
    bench.client.delete_task(int(last["id"]))
    bench.client.delete_task(int(bench.tasks(ONE)[0]["id"]))
    for doc_id in (TWO, ONE):  # in the other order
        bench.push(only={doc_id})
    changed = {one: polarised(bench.gold(one)) for one in (ONE, TWO)}
    for doc_id, record in changed.items():
        bench.annotate(doc_id, bench.result(record), f"again {bench.title} {doc_id}")
    assert sorted(bench.pull().written) == [f"{ONE} ({ME})", f"{TWO} ({ME})"]
    assert {one: bench.here(one) for one in (ONE, TWO)} == changed


def test_garbage_is_quarantined_with_the_reason_and_the_rest_goes_on(bench: Bench) -> None:
    sound = bench.result(bench.gold(TWO))
    bench.annotate(TWO, sound)
    bad: list[Any] = bench.result(bench.gold(ONE))
    region = next(one for one in bad if one["from_name"] == "mentions")
    bad += [
        {**region, "id": "x1", "value": {**region["value"], "labels": ["NO_SUCH"]}},
        {**region, "id": "x2", "value": {**region["value"], "end": 10**6}},
        {"type": "relation", "from_id": "x1", "to_id": "nowhere", "labels": ["entity"]},
    ]
    bench.annotate(ONE, bad)
    out = bench.pull()
    assert out.written == [f"{TWO} ({ME})"] and out.quarantined == [f"{ONE} ({ME})"]
    assert len(out.problems) >= 3
    path = bench.store.quarantined(ME, ONE)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert len(kept["problems"]) == len(out.problems) and len(kept["result"]) == len(bad)
    assert bench.sources[ONE].text[:30] not in path.read_text(encoding="utf-8")
    assert bench.pull().quarantined  # it is looked at again until it is mended
    bench.change_there(ONE, bench.gold(ONE))
    assert bench.pull().written == [f"{ONE} ({ME})"]
    assert not path.exists()


@pytest.mark.parametrize(
    "result", [[{}], [{"type": "labels"}], [{"value": []}], [{"id": 1, "from_name": "mentions"}]]
)
def test_results_of_any_shape_end_in_quarantine(bench: Bench, result: list[Any]) -> None:
    bench.annotate(ONE, result)
    assert bench.pull().quarantined == [f"{ONE} ({ME})"]


def test_a_record_here_that_cannot_be_read_is_not_written_over(bench: Bench) -> None:
    path = bench.store.record(ME, ONE)
    path.parent.mkdir(parents=True)
    path.write_text("{ half", encoding="utf-8")
    bench.annotate(ONE, bench.result(bench.gold(ONE)))
    assert bench.pull().problems
    assert path.read_text(encoding="utf-8") == "{ half"


def test_drafts_skips_and_second_annotations_are_reported(bench: Bench) -> None:
    task = int(bench.tasks(ONE)[0]["id"])
    bench.post(f"/api/tasks/{task}/drafts", {"result": [], "lead_time": 1})
    other = int(bench.tasks(TWO)[0]["id"])
    bench.post(f"/api/tasks/{other}/annotations/", {"result": [], "was_cancelled": True})
    out = bench.pull()
    assert out.drafts == [f"{ONE} ({ME})"] and out.skipped == [f"{TWO} ({ME})"]
    for number in range(2):
        bench.annotate(ONE, bench.result(bench.gold(ONE)), f"{number} {bench.title}")
    out = bench.pull()
    assert "2 annotations there" in out.conflict[0] and not out.written
    now = status(bench.remote, bench.sources, bench.store, _state(bench))
    (row,) = now.rows
    assert (row.done, row.in_progress, row.skipped, row.to_pull) == (2, 1, 1, 2)
    console().print(status_table(now))


def test_a_draft_keeps_its_annotation_from_being_updated(bench: Bench) -> None:
    record = synced(bench)
    (annotation,) = bench.annotations(ONE)
    task = int(bench.tasks(ONE)[0]["id"])
    path = f"/api/tasks/{task}/annotations/{annotation['id']}/drafts"
    bench.post(path, {"result": annotation["result"], "lead_time": 1})
    bench.write(retimed(record, "2031-05-20"))
    plan = bench.push(ME)
    assert not plan.update and "draft" in plan.conflict[0]


def test_two_people_and_their_records(bench: Bench) -> None:
    name = f"ann-{bench.remote.id}"
    email = f"{name}@example.org"
    user = bench.post("/api/users/", {"email": email, "username": name})
    record = bench.gold(ONE, name)
    source = bench.sources[ONE]
    bench.client.delete_task(int(bench.tasks(ONE)[0]["id"]))
    annotation = {"result": bench.result(record), "completed_by": user["id"]}
    bench.client.import_tasks(
        bench.remote.id, [{"data": source.data(), "annotations": [annotation]}]
    )
    bench.annotate(ONE, bench.result(retimed(bench.gold(ONE), "2031-05-20")))
    out = bench.pull()
    assert sorted(out.written) == sorted([f"{ONE} ({name})", f"{ONE} ({ME})"]), out
    assert bench.here(ONE, name) == record


def test_another_project_under_the_title_starts_anew(bench: Bench) -> None:
    record = synced(bench)
    old = bench.remote
    twin = bench.client.create_project(f"{bench.title} 2", old.config)
    try:
        bench.client.delete_project(old.id)
        bench.client._call("PATCH", f"/api/projects/{twin['id']}/", body={"title": bench.title})
        assert bench.pull(prune=True).removed == []
        assert bench.here(ONE) == record
        assert len(bench.push(ME).annotate) == 1
        assert bench.pull().written == []
    finally:
        bench.client.delete_project(twin["id"])


def test_two_at_once_do_not_clash(bench: Bench) -> None:
    refused = pytest.raises(CommuniqueError, match="another push or pull")
    with locked(bench.store), refused, locked(bench.store):
        pass
    with locked(bench.store):
        pass


def test_many_pulls_at_once_write_one_record(bench: Bench) -> None:
    """Each either does its work or says in one line that another one runs."""
    bench.annotate(ONE, bench.result(bench.gold(ONE)))

    def attempt(_: int) -> int:
        try:
            with locked(bench.store):
                return len(bench.pull().written)
        except CommuniqueError:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert bench.here(ONE) == bench.gold(ONE)


def _state(bench: Bench) -> Any:
    remote = bench.remote
    return load_state(bench.store, remote.title, remote.identity)
