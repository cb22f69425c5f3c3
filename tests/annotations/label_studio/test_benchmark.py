"""The benchmark of the sync runs, and its figures are those of what it says it measures."""

from __future__ import annotations

from pathlib import Path

from stories import stories
from sync import Sizes, measure
from sync_tables import markdown, table_of_targets

from communique.annotations.checks import record_problems
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.server import Server
from communique.schemas.schema import load_schema

SIZES = Sizes(documents=4, project=12, loop=2, changed=3, rounds=2, repeats=1)


def test_a_small_run_measures_everything(server: Server, tmp_path: Path) -> None:
    figures = measure(server, tmp_path, SIZES)
    push, full, incremental = (figures[name] for name in ("push", "full", "incremental"))
    assert (push["documents"], push["sdk_documents"], push["regions"]) == (4, 2, 51)
    # the seconds of the SDK are for half of the documents
    assert abs(push["sdk_seconds_for_all_documents"] - 2 * push["sdk_seconds"]) < 0.1
    assert [row["documents"] for row in full["rows"]] == [4, 12]
    alone = [full["rows"][-1][name]["fastest"] for name in ("export", "listing")]
    assert abs(full["fastest_seconds"] - min(alone)) < 0.01
    assert incremental["changed"] == 3
    assert incremental["pull"]["runs"] == incremental["server_alone"]["runs"] == 2
    found = incremental["pull"]["seconds"] - incremental["server_alone"]["seconds"]
    assert abs(incremental["beyond_server"] - found) < 0.002
    machine = {"date": "", "processor": "", "cores": 0, "system": "", "python": "", "load": 0}
    page = markdown({**figures, "machine": {**machine, "packages": {}}, "server": ""})
    assert table_of_targets(figures) in page


def test_stories_are_sound_and_all_different() -> None:
    told = list(stories(50))
    assert len({one.text for one in told}) == len({one.document.doc_id for one in told}) == 50
    for one in told:
        assert record_problems(one.record, one.text) == []
        result = results_of(one.record, one.text, load_schema())
        assert sum(region["type"] == "labels" for region in result) == 51
