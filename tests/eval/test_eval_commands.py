"""The commands of `communique eval` as a user runs them: output, exit codes, nothing half-done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import records_to_jsonl
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.project import Project
from projects import make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


@pytest.fixture
def gold_lines(project: Project) -> list[str]:
    corpus = Corpus(project)
    records = [corpus.gold(doc_id) for doc_id in corpus.ids]
    return list(records_to_jsonl([record for record in records if record]))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_gold_against_itself_from_every_source(project: Project, tmp_path: Path) -> None:
    result = run("eval", "score", project.gold, "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert set(found["scores"]["mentions.strict"]) == {
        "precision",
        "recall",
        "f1",
        "tp",
        "n_pred",
        "n_gold",
    }
    undefined = {name for name, one in found["scores"].items() if one["f1"] is None}
    # in these documents nobody is addressed, no city is named, and no event is quoted
    quoted = {"claims.first-hand", "claims.second-hand"}
    assert undefined == {"quotes.addressee", "metonymy", *quoted}
    assert all(one["f1"] in (1.0, None) for one in found["scores"].values())
    # 7 mentions in each of two documents
    assert found["scores"]["mentions.strict"]["tp"] == 14
    assert found["documents"] == ["ferry-01", "ferry-02"]
    assert "mentions.bio" in found["scores"]
    same = run("eval", "score", project.gold, "--gold", project.gold, "--format", "json")
    assert json.loads(same.output)["skipped"] == dict.fromkeys(
        ("mentions.bio", "quotes.type"), "the texts are not here"
    )
    table = run("eval", "score", project.gold, "--per-type")
    assert "mentions.strict" in table.output
    assert "CONSULT" in table.output


def test_one_measure_of_one_split(project: Project) -> None:
    result = run(
        "eval",
        "score",
        project.gold,
        "--split",
        "test",
        "--measure",
        "events.trig-c",
        "--format",
        "json",
    )
    found = json.loads(result.output)
    assert list(found["scores"]) == ["events.trig-c"]
    assert "split:test" in found["signature"]
    assert run("eval", "score", project.gold, "--split", "train").exit_code == 1


def test_predictions_for_half_of_the_documents(gold_lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text(gold_lines[0], encoding="utf-8")
    result = run("eval", "score", path)
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert len(lines) == 1
    assert "ferry-02" in lines[0]
    assert "[eval.missing]" in lines[0]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda one: one.replace('"span": [', '"span": [9', 1), "eval.span"),
        (lambda one: one.replace('"level": "NAM"', '"level": "NAME"', 1), "record.structure"),
        (lambda one: one.replace('"entity": "e1"', '"entity": "e77"', 1), "eval.reference"),
        (lambda one: one.replace('"id": "m2"', '"id": "m1"', 1), "eval.id"),
        (lambda one: one.replace("ferry-01", "ferry-77"), "eval.unknown"),
        (lambda one: one.replace('"span": [0', '"span": [NaN', 1), "record.structure"),
        (lambda one: one.replace('"span": [0', '"span": ["0"', 1), "record.structure"),
        (lambda one: one + one, "eval.twice"),
        (lambda one: one[: len(one) // 2], "file.json"),
        (lambda one: "", "eval.missing"),
    ],
)
def test_bad_predictions_are_named_and_fail(
    gold_lines: list[str], tmp_path: Path, change: object, check: str
) -> None:
    assert callable(change)
    path = tmp_path / "bad.jsonl"
    path.write_text(change(gold_lines[0]) + gold_lines[1], encoding="utf-8")
    result = run("eval", "score", path)
    assert result.exit_code == 1
    assert f"[{check}]" in result.output
    assert "Traceback" not in result.output
    assert all(str(path) in line for line in result.output.strip().splitlines())


def test_an_empty_file_is_no_silent_zero(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.touch()
    result = run("eval", "score", path)
    assert result.exit_code == 1
    assert "[eval.empty]" in result.output


def test_measures_are_listed_with_definitions() -> None:
    rows = json.loads(run("eval", "measures", "--format", "json").output)
    assert all(row["definition"] for row in rows)
    table = run("eval", "measures").output
    assert all(row["name"] in table for row in rows)


def test_predictions_of_an_unknown_system_or_split(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "p.jsonl"
    assert run("eval", "predict", "--system", "oracle", "--out", out).exit_code == 1
    assert run("eval", "predict", "--split", "train", "--out", out).exit_code == 1
    assert not out.exists()


def test_without_a_project_the_mend_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Project
) -> None:
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(tmp_path / "nowhere"))
    result = run("eval", "score", project.gold)
    assert result.exit_code == 1
    assert "COMMUNIQUE_PROJECT" in result.output


def test_a_hostile_document_id_reads_nothing_outside(project: Project, tmp_path: Path) -> None:
    shutil.copy(project.gold / "ferry-01.json", tmp_path / "secret.json")
    result = run("annotations", "draft", "../../secret")
    assert result.exit_code == 1
    assert "[document.known]" in result.output
