from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.syncing import ME, SCHEMA, Bench, polarised, retimed
from communique.annotations.label_studio import push as pushing
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.connection import ServerError
from communique.annotations.label_studio.labels_in_use import check_config, update_config
from communique.annotations.label_studio.remote import annotator_names
from communique.annotations.label_studio.state import Store
from communique.errors import CommuniqueError
from communique.schemas.label_studio import labelling_config
from projects import make_project


@pytest.fixture
def bench(client: Client, project: dict[str, Any], tmp_path: Path) -> Bench:
    return Bench(client, Store(make_project(tmp_path / "corpus")), project["title"])


def test_a_second_push_changes_nothing(bench: Bench) -> None:
    for doc_id in bench.sources:
        bench.write(bench.gold(doc_id, "one"))
    first = bench.push("one")
    assert [one.doc_id for one in first.create] == ["ferry-01", "ferry-02"]
    assert len(first.annotate) == 2
    before = bench.tasks()
    second = bench.push("one")
    assert second.empty and second.unchanged == ["ferry-01 (one)", "ferry-02 (one)"]
    assert bench.push().empty
    assert bench.tasks() == before
    (annotation,) = bench.annotations("ferry-01")
    assert annotation["ground_truth"] is False


def test_a_changed_record_is_updated_and_one_that_changed_there_is_not(bench: Bench) -> None:
    record = bench.gold("ferry-01", "one")
    bench.write(record)
    bench.push("one")
    bench.write(retimed(record, "2031-05-07"))
    plan = bench.push("one")
    assert [change.record.doc_id for change in plan.update] == ["ferry-01"]
    assert bench.plan("one").empty
    bench.change_there("ferry-01", polarised(record))
    bench.write(retimed(record, "2031-05-08"))
    plan = bench.push("one")
    assert plan.empty and "pull first" in plan.conflict[0]
    (annotation,) = bench.annotations("ferry-01")
    assert annotation["result"] == bench.result(polarised(record))


def test_a_change_between_plan_and_push_is_not_overwritten(bench: Bench) -> None:
    record = bench.gold("ferry-01", "one")
    bench.write(record)
    bench.push("one")
    bench.write(retimed(record, "2031-05-07"))
    plan = bench.plan("one")
    bench.change_there("ferry-01", polarised(record))
    assert "changed there meanwhile" in bench.apply(plan)[0]
    (annotation,) = bench.annotations("ferry-01")
    assert annotation["result"] == bench.result(polarised(record))


def test_what_was_deleted_there_comes_back_only_on_demand(bench: Bench) -> None:
    bench.write(bench.gold("ferry-01", "one"))
    bench.push("one")
    (annotation,) = bench.annotations("ferry-01")
    bench.client.delete_annotation(annotation["id"])
    plan = bench.push("one")
    assert plan.empty and "--restore" in plan.conflict[0]
    assert bench.annotations("ferry-01") == []
    bench.push("one", restore=True)
    assert len(bench.annotations("ferry-01")) == 1


def test_a_push_that_was_cut_off_is_completed_without_anything_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = bench.client.import_tasks
    calls = []

    def lost(project_id: int, tasks: Any) -> None:
        """The server does a part of it, and the connection breaks."""
        calls.append(len(tasks))
        imported(project_id, tasks[:1])
        raise ServerError("the connection broke", transient=True)

    monkeypatch.setattr(bench.client, "import_tasks", lost)
    bench.push()
    assert calls == [2, 1]
    monkeypatch.undo()
    assert len(bench.tasks()) == 2
    assert bench.push().empty


def test_a_process_killed_between_annotations_leaves_nothing_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for doc_id in bench.sources:
        bench.write(bench.gold(doc_id, "one"))
    bench.push()
    created = bench.client.create_annotation

    def killed(*args: Any, **options: Any) -> Any:
        created(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(bench.client, "create_annotation", killed)
    with pytest.raises(KeyboardInterrupt):
        bench.push("one")
    monkeypatch.undo()
    assert len(bench.push("one").annotate) == 1
    assert [len(task["annotations"]) for task in bench.tasks()] == [1, 1]
    assert bench.plan("one").empty


def test_second_tasks_are_found_and_only_untouched_ones_are_pruned(bench: Bench) -> None:
    bench.push()
    source = bench.sources["ferry-01"]
    bench.client.import_tasks(bench.remote.id, [{"data": source.data()}] * 2)
    tasks = sorted(int(task["id"]) for task in bench.tasks("ferry-01"))
    record = bench.gold("ferry-01")
    bench.client.create_annotation(
        tasks[1], bench.result(record), unique_id=f"second {bench.title}"
    )
    plan = bench.push()
    assert plan.empty and plan.spare == [tasks[0], tasks[2]]
    assert len(bench.tasks("ferry-01")) == 3
    bench.push(prune=True)
    (kept,) = bench.tasks("ferry-01")
    assert kept["id"] == tasks[1] and len(kept["annotations"]) == 1


def late_copy(bench: Bench) -> tuple[int, int]:
    """A push whose import was carried out a second time; the annotations, the first one first."""
    bench.write(bench.gold("ferry-01", "one"))
    plan = bench.push("one", only={"ferry-01"})
    task = pushing._new_task(plan.create[0], plan.annotate[0])
    bench.client.import_tasks(bench.remote.id, [task])
    first, second = sorted(int(one["id"]) for one in bench.annotations("ferry-01"))
    return first, second


def test_an_import_that_is_carried_out_late_is_no_second_version(bench: Bench) -> None:
    late_copy(bench)
    plan = bench.plan("one", only={"ferry-01"})
    assert plan.unchanged == ["ferry-01 (one)"] and plan.empty and not plan.conflict
    out = bench.pull()
    assert (out.unchanged, out.conflict, out.written) == (1, [], [])
    bench.push(prune=True, only={"ferry-01"})
    assert len(bench.annotations("ferry-01")) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_copies_the_one_that_somebody_worked_on_counts(bench: Bench, which: int) -> None:
    annotation = late_copy(bench)[which]
    changed = polarised(bench.gold("ferry-01", "one"))
    bench.client.update_annotation(annotation, bench.result(changed))
    assert bench.pull().written == ["ferry-01 (one)"]
    assert bench.here("ferry-01", "one") == changed
    bench.push(prune=True, only={"ferry-01"})
    (kept,) = bench.annotations("ferry-01")
    assert kept["id"] == annotation
    assert bench.plan("one", only={"ferry-01"}).unchanged == ["ferry-01 (one)"]


def test_whose_a_pushed_annotation_is_does_not_depend_on_how_it_was_created(bench: Bench) -> None:
    bench.write(bench.gold("ferry-01", "one"))
    bench.push("one", only={"ferry-01"})  # with its task
    bench.write(bench.gold("ferry-01", "two"))
    bench.push("two", only={"ferry-01"})  # on a task that is there
    assert bench.pull().unchanged == 2
    assert {path.parent.name for path in bench.store.project.passes.glob("*/ferry-01.json")} >= {
        "one",
        "two",
    }
    assert not bench.store.record(ME, "ferry-01").exists()


def test_tasks_of_others_and_of_another_text_are_left_alone(bench: Bench) -> None:
    source = bench.sources["ferry-01"]
    other = {"data": {"text": "Something else."}}
    old = {"data": {**source.data(), "text": "old", "text_sha256": "0" * 64}}
    altered = {"data": {**bench.sources["ferry-02"].data(), "text": "typed over"}}
    bench.client.import_tasks(bench.remote.id, [other, old, altered])
    plan = bench.push()
    assert [one.doc_id for one in plan.create] == ["ferry-01"]
    assert [one.doc_id for one in plan.problems] == ["ferry-02"]
    assert "1 tasks have no document id, and are left alone" in plan.notes
    assert len(bench.tasks()) == 4


def test_predictions_are_written_once_and_replaced_when_they_change(bench: Bench) -> None:
    bench.push()
    record = bench.gold("ferry-01", "rules")
    assert len(bench.push(predictions=[record]).predict) == 1
    assert bench.push(predictions=[record]).predict == []
    changed = retimed(record, "2031-05-07")
    bench.push(predictions=[changed])
    (found,) = bench.client.predictions(int(bench.tasks("ferry-01")[0]["id"]))
    assert found["result"] == bench.result(changed) and found["model_version"] == "rules"


def test_an_unsound_record_is_not_sent_and_the_rest_is(bench: Bench) -> None:
    record = bench.gold("ferry-01", "one")
    assert record.mentions
    bench.write(replace(record, entities=()))
    bench.write(bench.gold("ferry-02", "one"))
    plan = bench.push("one")
    assert {one.doc_id for one in plan.problems} == {"ferry-01"}
    assert [change.record.doc_id for change in plan.annotate] == ["ferry-02"]


def test_labels_in_use_are_not_orphaned(bench: Bench) -> None:
    bench.push()
    bench.annotate("ferry-01", bench.result(bench.gold("ferry-01")))
    config = labelling_config(SCHEMA)
    fewer = config.replace('value="CONSULT"', 'value="TALK"')
    with pytest.raises(CommuniqueError, match="events: CONSULT"):
        update_config(bench.remote, fewer)
    update_config(bench.remote, config.replace("sticky", "static"))
    with pytest.raises(CommuniqueError, match="--update-config"):
        check_config(bench.remote, config)
    update_config(bench.remote, config)
    check_config(bench.remote, config)


def test_a_foreign_project_is_refused(bench: Bench) -> None:
    foreign = (
        '<View><Text name="t" value="$text"/><Labels name="l" toName="t">'
        '<Label value="X"/></Labels></View>'
    )
    bench.client.set_config(bench.remote.id, foreign)
    with pytest.raises(CommuniqueError, match="another labelling configuration"):
        check_config(bench.remote, labelling_config(SCHEMA))


def test_two_projects_with_one_title_are_not_guessed_between(bench: Bench) -> None:
    twin = bench.client.create_project(bench.title, labelling_config(SCHEMA))
    try:
        with pytest.raises(CommuniqueError, match="--project NUMBER"):
            bench.plan()
    finally:
        bench.client.delete_project(twin["id"])


def test_annotators_have_the_names_of_their_addresses() -> None:
    users = [
        {"id": 1, "email": "Ann.Bee@one.org"},
        {"id": 2, "email": "ann.bee@two.org"},
        {"id": 3, "email": "gold@one.org"},
        {"id": 4, "email": "../../Étienne@one.org"},
        {"id": 5, "email": ""},
    ]
    assert annotator_names(users) == {
        1: "ann.bee",
        2: "ann.bee-at-two.org",
        3: "gold-at-one.org",
        4: "tienne",
        5: "user-5",
    }
