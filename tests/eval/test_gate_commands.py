"""`communique eval gate` as a user and a CI server run it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import records_to_jsonl
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.project import Project
from projects import make_project

GATE = """
split = "test"
baseline = "base.json"

[[check]]
measure = "mentions.strict"
min = 0.6
max_drop = 0.05

[[check]]
measure = "mentions.strict"
type = "PER"
value = "recall"
min = 0.5
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["eval", "gate", *(str(one) for one in arguments)])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return project


@pytest.fixture
def good(project: Project, tmp_path: Path) -> Path:
    corpus = Corpus(project)
    records = [record for doc_id in corpus.ids if (record := corpus.gold(doc_id))]
    path = tmp_path / "good.jsonl"
    path.write_text("".join(records_to_jsonl(records)), encoding="utf-8")
    return path


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    """Three of seven mentions of each document are lost, so that F1 is 2 · 8 / (8 + 14) = 0.727."""
    path = tmp_path / "bad.jsonl"
    lines = []
    for line in good.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        lost = {"m2", "m6", "m7"}
        record["mentions"] = [one for one in record["mentions"] if one["id"] not in lost]
        record.pop("events")
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def gate(good: Path, tmp_path: Path) -> Path:
    path = tmp_path / "gate.toml"
    path.write_text(GATE, encoding="utf-8")
    result = run(good, "--gate", path, "--update-baseline")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == f"baseline {tmp_path / 'base.json'}: stored"
    return path


def test_what_is_as_good_passes(good: Path, gate: Path, tmp_path: Path) -> None:
    result = run(good, "--gate", gate, "--junit", tmp_path / "out" / "gate.xml")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "gate gate: passed, all of 3 demands are met"
    root = ElementTree.parse(tmp_path / "out" / "gate.xml").getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "0")


def test_what_is_worse_fails_with_what_and_where(bad: Path, gate: Path, tmp_path: Path) -> None:
    result = run(bad, "--gate", gate, "--junit", tmp_path / "gate.xml", "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["passed"] is False
    assert [one["status"] for one in found["checks"]] == ["passed", "failed", "passed"]
    drop = found["checks"][1]
    assert drop["found"] == pytest.approx(16 / 22)
    assert (drop["baseline"], drop["bound"]) == (1.0, 0.05)
    assert drop["margin"] == pytest.approx(16 / 22 - 0.95)
    assert [one["doc_id"] for one in drop["worst_documents"]] == ["ferry-01", "ferry-02"]
    assert "split:test" in found["signature"]
    failure = ElementTree.parse(tmp_path / "gate.xml").getroot().find(".//failure")
    assert failure is not None and "found 0.727" in failure.attrib["message"]
    table = run(bad, "--gate", gate).output
    assert "FAILED  mentions.strict" in table
    assert "≥ 0.950 (1.000 − 0.05)" in table
    assert "ferry-01: 0.727, was 1.000" in table
    assert table.splitlines()[-1] == "gate gate: failed, 1 of 3 demands is not met"


def test_the_summary_of_a_job_is_added_to(
    good: Path, bad: Path, gate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("what was there\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run(good, "--gate", gate)
    run(bad, "--gate", gate)
    run(tmp_path / "none.jsonl", "--gate", gate)
    text = summary.read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("###")]
    assert text.startswith("what was there\n### ✅ gate gate: passed")
    assert [line[4:5] for line in heads] == ["✅", "❌", "❌"]
    assert "file.readable" in text
    # a verdict does not hang on the summary
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    result = run(good, "--gate", gate)
    assert result.exit_code == 0
    assert "the summary is not written" in result.output


def test_a_baseline_is_not_replaced_by_what_breaks_a_bound(
    good: Path, gate: Path, tmp_path: Path
) -> None:
    before = (tmp_path / "base.json").read_bytes()
    nothing = tmp_path / "nothing.jsonl"
    ids = ("ferry-01", "ferry-02")
    head = {"schema_version": "1.0", "annotator": "a", "entities": [], "mentions": []}
    nothing.write_text("\n".join(json.dumps({"doc_id": one, **head}) for one in ids))
    result = run(nothing, "--gate", gate, "--update-baseline")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].endswith("base.json: not stored")
    assert (tmp_path / "base.json").read_bytes() == before
    again = run(good, "--gate", gate, "--update-baseline")
    assert again.output.splitlines()[-1].endswith("base.json: as it was")


def test_a_baseline_of_another_gold_is_refused(
    good: Path, gate: Path, project: Project, tmp_path: Path
) -> None:
    record = project.gold / "ferry-01.json"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace('"realis": "actual"', '"realis": "future"', 1), encoding="utf-8")
    result = run(good, "--gate", gate, "--junit", tmp_path / "gate.xml")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert "base.json: error: found a baseline with gold:" in line
    assert line.endswith("make the baseline again with --update-baseline [gate.baseline]")
    root = ElementTree.parse(tmp_path / "gate.xml").getroot()
    assert root.attrib["errors"] == "1"


def test_a_stored_result_is_as_good_as_predictions(good: Path, gate: Path, tmp_path: Path) -> None:
    stored = tmp_path / "result.json"
    scored = CliRunner().invoke(
        main, ["eval", "score", str(good), "--split", "test", "--out", str(stored)]
    )
    assert scored.exit_code == 0, scored.output
    assert run(stored, "--gate", gate).exit_code == 0


def test_a_gold_and_a_split_of_ones_own(good: Path, project: Project, tmp_path: Path) -> None:
    path = tmp_path / "simple.toml"
    path.write_text('[[check]]\nmeasure = "times.span"\nmin = 1\n', encoding="utf-8")
    assert run(good, "--gate", path, "--gold", project.gold).exit_code == 0
    assert run(good, "--gate", path, "--split", "test").exit_code == 0
    result = run(good, "--gate", path, "--split", "train")
    assert result.exit_code == 1
    assert "expected test" in result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[check]]\nmeasure = 'mentions.strict'\nmin = 60", "60 % is 0.6 [gate.content]"),
        ("[[check", "[gate.toml]"),
        ("", "found no check"),
        ("baseline = '../b.json'\n[[check]]\nmeasure='claims'\nmax_drop=0", "--update-baseline"),
    ],
)
def test_a_bad_gate_is_one_line_and_an_error_in_the_xml(
    good: Path, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    result = run(good, "--gate", path, "--junit", tmp_path / "bad.xml")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert said in line
    assert ElementTree.parse(tmp_path / "bad.xml").getroot().attrib["errors"] == "1"


def test_a_place_where_nothing_can_be_written(good: Path, gate: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(good, "--gate", gate, "--junit", tmp_path / "file" / "gate.xml")
    assert result.exit_code == 1
    assert "the JUnit XML is not written" in result.output
    assert "Traceback" not in result.output
