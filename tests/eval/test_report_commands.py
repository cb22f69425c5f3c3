"""`communique eval errors` and `communique eval report` as a user runs them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import read_record, records_to_jsonl
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.project import Project
from reported import spoiled
from small_corpora import SECRET, small_corpus


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = small_corpus(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


@pytest.fixture
def predictions(project: Project, tmp_path: Path) -> Path:
    corpus = Corpus(project)
    golds = [corpus.gold(doc_id) for doc_id in corpus.ids]
    records = [spoiled(record, place) for place, record in enumerate(golds) if record]
    path = tmp_path / "pred.jsonl"
    path.write_text("".join(records_to_jsonl(records)), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_totals_add_up(project: Project, predictions: Path) -> None:
    done = run("eval", "errors", predictions, "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert len(found["documents"]) == 4  # of five, the restricted one is left out
    assert found["signature"].startswith("communique|gold:")
    scores = json.loads(run("eval", "score", predictions, "--format", "json").output)["scores"]
    mentions = found["errors"]["mentions"]
    assert sum(mentions["gold"].values()) == scores["mentions.strict"]["n_gold"]
    assert sum(mentions["pred"].values()) == scores["mentions.strict"]["n_pred"]
    assert mentions["gold"]["correct"] == scores["mentions.strict"]["tp"]
    assert mentions["pred"]["missed"] == mentions["gold"]["spurious"] == 0
    assert found["errors"]["times"]["pred"]["spurious"] >= 4
    assert "buckets" not in found


def test_gold_has_no_errors(project: Project) -> None:
    done = run("eval", "errors", project.gold, "--format", "json", "--buckets")
    found = json.loads(done.output)
    for sides in found["errors"].values():
        for side in ("gold", "pred"):
            assert sum(sides[side].values()) == sides[side]["correct"]
        assert not any(sides["faults"].values())
    rows = [
        row for one in found["buckets"] for part in one["attributes"] for row in part["buckets"]
    ]
    assert rows
    assert {row["value"] for row in rows} == {1.0}


def test_the_table(project: Project, predictions: Path) -> None:
    done = run("eval", "errors", predictions, "--split", "test", "--buckets")
    assert done.exit_code == 0, done.output
    for words in ("missed", "wrong realis", "wrong in pairs", "1 token", "split:test", "NAM"):
        assert words in done.output


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_row_for_each_annotation(
    project: Project, predictions: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "new" / name
    done = run("eval", "errors", predictions, "--rows", path)
    assert done.exit_code == 0, done.output
    if name.endswith("csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = pq.read_table(path).to_pylist()
    assert set(rows[0]) == {"doc_id", "list", "side", "row", "id", "category", "partner"}
    found = json.loads(run("eval", "errors", predictions, "--format", "json").output)["errors"]
    for list_name, sides in found.items():
        for side in ("gold", "pred"):
            for category, n in sides[side].items():
                of = [
                    row
                    for row in rows
                    if (row["list"], row["side"], row["category"]) == (list_name, side, category)
                ]
                assert len(of) == n
    # a partner is an id of the other side
    ids = {(row["doc_id"], row["list"], row["side"], row["id"]) for row in rows}
    other = {"gold": "pred", "pred": "gold"}
    for row in rows:
        if row["partner"]:
            assert (row["doc_id"], row["list"], other[row["side"]], row["partner"]) in ids
        else:
            assert row["category"] in ("missed", "spurious")


def test_what_cannot_be_written(project: Project, predictions: Path, tmp_path: Path) -> None:
    before = predictions.read_bytes()
    assert run("eval", "errors", predictions, "--rows", tmp_path / "rows.txt").exit_code == 2
    assert run("eval", "report", predictions, "--out", predictions).exit_code == 2
    missing = run("eval", "report", tmp_path / "none.jsonl", "--out", tmp_path / "r.html")
    assert missing.exit_code == 1
    assert "none.jsonl" in missing.output
    assert "Traceback" not in missing.output
    assert not (tmp_path / "r.html").exists()
    assert predictions.read_bytes() == before


def test_a_report_of_the_projects_gold(project: Project, predictions: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report.html"
    done = run("eval", "report", predictions, "--out", out)
    assert done.exit_code == 0, done.output
    assert str(out) in done.output
    page = out.read_text(encoding="utf-8")
    assert "Orvia denies barring Telmark inspectors" in page
    assert "This was the file alpha-01." in page
    assert SECRET not in page
    assert str(project.root) not in page
    again = run("eval", "report", predictions, "--out", out)
    assert again.exit_code == 0
    assert out.read_text(encoding="utf-8") == page


def test_restricted_words_only_where_they_are_hydrated(
    project: Project, predictions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    arguments = ("eval", "report", predictions, "--split", "restricted", "--out", out)
    assert run(*arguments).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert SECRET in page
    assert '"restricted":true,"scores"' in page
    (project.restricted / "omega-01.txt").unlink()
    assert run(*arguments).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert SECRET not in page
    assert "Ida Roth" not in page
    assert '"restricted":false,"scores"' in page


def test_texts_for_records_come_from_the_project_when_they_are_the_same(
    project: Project, predictions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    golds = tmp_path / "gold.jsonl"
    records = [read_record(path) for path in sorted(project.gold.glob("*.json"))]
    golds.write_text("".join(records_to_jsonl(records)), encoding="utf-8")
    arguments = ("eval", "report", predictions, "--gold", golds, "--out", out)
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    page = out.read_text(encoding="utf-8")
    assert "This was the file alpha-01." in page
    assert SECRET not in page
    # another text under the same id is not shown
    changed = project.documents / "alpha-01.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    assert run(*arguments).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert "This was the file alpha-01." not in page
    assert "This was the file alpha-02." in page


def test_a_report_from_a_built_dataset_outside_any_project(
    project: Project, predictions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, out = tmp_path / "dataset", tmp_path / "report.html"
    assert run("corpus", "build", dataset).exit_code == 0
    monkeypatch.delenv("COMMUNIQUE_PROJECT")
    monkeypatch.chdir(tmp_path)
    done = run("eval", "report", predictions, "--gold", dataset, "--split", "test", "--out", out)
    assert done.exit_code == 0, done.output
    page = out.read_text(encoding="utf-8")
    assert "This was the file gamma-01." in page
    assert "This was the file alpha-01." not in page
    assert SECRET not in page
