"""`communique eval compare`, and intervals and stored results of `score`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import records_to_jsonl
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.project import Project
from projects import make_project

IDS = tuple(f"ferry-{number:02}" for number in range(1, 9))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compared")


@pytest.fixture(scope="module")
def shared_project(folder: Path) -> Project:
    return make_project(folder / "project", IDS)


@pytest.fixture
def project(shared_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(shared_project.root))
    return shared_project


@pytest.fixture
def good(project: Project, folder: Path) -> Path:
    """The gold itself as predictions."""
    corpus = Corpus(project)
    records = [corpus.gold(doc_id) for doc_id in corpus.ids]
    path = folder / "good.jsonl"
    path.write_text("".join(records_to_jsonl(one for one in records if one)), encoding="utf-8")
    return path


@pytest.fixture
def poor(good: Path, folder: Path) -> Path:
    """The same without the first mention of each document, and without events."""
    path = folder / "poor.jsonl"
    lines = []
    for line in good.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        del record["events"]
        record["mentions"] = record["mentions"][1:]
        lines.append(json.dumps(record) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_worse_system_is_called_so(good: Path, poor: Path) -> None:
    result = run("eval", "compare", poor, good, "--measure", "mentions.strict", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    one = found["measures"]["mentions.strict"]
    # poor: 6 of 7 found, F1 = 12/13; the same in all documents, so the interval is a point. All
    # 8 documents must be exchanged or none for as much: p = 2/2⁸ = 0.0078
    assert one["a"] == pytest.approx(12 / 13)
    assert (one["b"], one["differing_units"]) == (1.0, 8)
    assert one["low"] == one["high"] == one["difference"] == pytest.approx(1 / 13)
    assert one["p"] == pytest.approx(2 / 256, abs=0.004)
    assert one["verdict"] == "B is better"
    assert (found["a"], found["b"]) == (str(poor), str(good))
    assert "test:randomisation|sides:2" in found["signature"]
    assert found["warnings"]


def test_the_table_names_everything(good: Path, poor: Path) -> None:
    result = run("eval", "compare", poor, good, "--resamples", "500", "--seed", "3", "--per-type")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert any(
        line.split()[:4] == ["mentions.strict", "0.923", "1.000", "+0.077"] for line in lines
    )
    assert any(line.startswith("  GPE") for line in lines)
    assert f"A  {poor}" in lines
    assert any("500 resamples of 8 documents" in line for line in lines)
    assert any("not compared: events.trig-c: not scored in A" in line for line in lines)
    assert any("8 documents, fewer than 30" in line for line in lines)
    assert "resamples:500|seed:3" in lines[-1]
    assert lines[-1].startswith("communique|gold:")


def test_stored_results_stand_in_for_predictions(
    good: Path, poor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = tmp_path / "poor.json"
    result = run("eval", "score", poor, "--out", stored)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].startswith(f"{stored}: 8 documents, ")
    options = ("--per-type", "--resamples", "200", "--format", "json")
    direct = json.loads(run("eval", "compare", poor, good, *options).output)
    mixed = json.loads(run("eval", "compare", stored, good, *options).output)
    assert mixed | {"a": ""} == direct | {"a": ""}
    # two stored results need no gold, hence no project
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(tmp_path / "nowhere"))
    alone = run("eval", "compare", stored, stored, "--unit", "outlet", "--format", "json")
    assert json.loads(alone.output)["unit"] == {"name": "outlet", "n": 1}
    shown = json.loads(run("eval", "score", stored, "--format", "json").output)
    assert shown["scores"]["mentions.strict"]["f1"] == pytest.approx(12 / 13)
    assert run("eval", "compare", stored, stored, "--gold", poor).exit_code == 2
    assert run("eval", "score", stored, "--gold", poor).exit_code == 2


def test_other_gold_is_refused(good: Path, poor: Path, tmp_path: Path) -> None:
    stored = tmp_path / "result.json"
    assert run("eval", "score", good, "--gold", poor, "--out", stored).exit_code == 0
    result = run("eval", "compare", stored, good)
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert len(lines) == 1
    assert "found gold:" in lines[0]
    assert "[eval.comparable]" in lines[0]
    split = run("eval", "compare", stored, good, "--split", "test")
    assert split.exit_code == 1
    assert "found a result of split all, expected one of split test" in split.output


def test_units_that_the_gold_does_not_know(good: Path, poor: Path) -> None:
    known = run("eval", "compare", poor, good, "--unit", "storyline", "--resamples", "100")
    assert known.exit_code == 0, known.output
    assert "resamples of 1 storylines" in known.output
    result = run("eval", "compare", poor, good, "--gold", good, "--unit", "storyline")
    assert result.exit_code == 1
    assert "found 8 documents without storyline (ferry-01 is the first)" in result.output
    assert "built dataset" in result.output


@pytest.mark.parametrize(
    "options",
    [("--resamples", "99"), ("--seed", "-1"), ("--unit", "genre"), ("--measure",)],
)
def test_options_that_make_no_sense(good: Path, options: tuple[str, ...]) -> None:
    assert run("eval", "compare", good, good, *options).exit_code == 2


def test_bad_files_are_one_line(good: Path, tmp_path: Path) -> None:
    stored = tmp_path / "result.json"
    run("eval", "score", good, "--out", stored)
    stored.write_bytes(stored.read_bytes()[:300])
    for path in (stored, tmp_path / "nothing.jsonl"):
        result = run("eval", "compare", path, good)
        assert result.exit_code == 1
        assert len(result.output.strip().splitlines()) == 1
        assert str(path) in result.output
    unknown = run("eval", "compare", good, good, "--measure", "mentions.vague")
    assert unknown.exit_code == 1
    assert "mentions.vague" in unknown.output


def test_scores_come_with_intervals(good: Path, poor: Path) -> None:
    options = ("--measure", "mentions.strict", "--resamples", "300", "--seed", "5")
    table = run("eval", "score", poor, *options, "--per-type").output
    assert "0.923  [0.923, 0.923]" in table
    assert "resamples:300|seed:5" in table.splitlines()[-1]
    bare = run("eval", "score", poor, *options, "--no-intervals").output
    assert "interval" not in bare
    found = json.loads(run("eval", "score", poor, *options, "--format", "json").output)
    one = found["intervals"]["measures"]["mentions.strict"]
    assert one["low"] == one["high"] == pytest.approx(12 / 13)
    assert (one["n_units"], one["undefined_share"]) == (8, 0.0)
    assert found["intervals"]["types"] == {}
    assert set(found["scores"]["mentions.strict"]) >= {"precision", "recall", "f1"}
    typed = run("eval", "score", poor, *options, "--per-type", "--format", "json").output
    assert set(json.loads(typed)["intervals"]["types"]["mentions.strict"]) == {"PER", "GPE"}
    without = run("eval", "score", poor, *options, "--no-intervals", "--format", "json").output
    assert "intervals" not in json.loads(without)
    # the scores' own signature says nothing of intervals: it is what has to be equal
    assert found["signature"] == json.loads(without)["signature"]


def test_predictions_are_not_overwritten(good: Path) -> None:
    before = good.read_bytes()
    assert run("eval", "score", good, "--out", good).exit_code == 2
    assert good.read_bytes() == before
