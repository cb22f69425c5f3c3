"""The human figure beside system scores: from the passes of a project, and where there are none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import read_record, write_record
from communique.annotations.record import Record
from communique.cli import main
from communique.eval.agreement.human import human_beside, human_figures
from communique.eval.gold import project_gold
from communique.eval.scoring import score
from communique.project import Project
from projects import make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


def gold(project: Project, doc_id: str = "ferry-01") -> Record:
    return read_record(project.gold / f"{doc_id}.json")


def annotate(project: Project, annotator: str, *records: Record) -> None:
    for record in records:
        path = project.passes / annotator / f"{record.doc_id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_record(path, replace(record, annotator=annotator))


def without(record: Record, *mentions: str) -> Record:
    """The record without some mentions that nothing refers to."""
    return replace(
        record, mentions=tuple(one for one in record.mentions or () if one.id not in mentions)
    )


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_no_figure_without_two_annotators_of_one_document(project: Project) -> None:
    assert human_figures(project) == {}
    annotate(project, "one", gold(project))
    (project.passes / "two").mkdir()
    (project.passes / "README.md").write_text("Passes lie here.\n", encoding="utf-8")
    assert human_figures(project) == {}
    annotate(project, "two", gold(project, "ferry-02"))
    assert human_figures(project) == {}
    result = score(project_gold(project), project_gold(project))
    assert human_beside(result, project) is None


def test_figures_of_two_annotators(project: Project) -> None:
    # seven mentions, of which two leaves out two: F1 = 2 · 5 / 12
    annotate(project, "one", gold(project), gold(project, "ferry-02"))
    annotate(project, "two", without(gold(project), "m6", "m7"))
    found = human_figures(project, resamples=100)
    mentions = found["mentions.strict"]
    assert mentions.value == pytest.approx(10 / 12)
    assert (mentions.n_docs, mentions.annotators) == (1, ("one", "two"))
    assert mentions.interval.low == pytest.approx(10 / 12)
    assert found["events.trig-c"].value == 1.0
    assert "mentions.bio" in found  # the texts of the project are used
    only = human_figures(project, measures=["times.span"], resamples=100)
    assert list(only) == ["times.span"]
    assert human_figures(project, doc_ids=["ferry-02"]) == {}


def test_three_annotators_count_pair_by_pair(project: Project) -> None:
    # ferry-01 by all three, ferry-02 by two; mentions 7, 5 and 6 of ferry-01, 7 and 6 of ferry-02
    # pairs of ferry-01: 5 of 7 and 5, 6 of 7 and 6, 5 of 5 and 6; of ferry-02: 6 of 7 and 6
    annotate(project, "one", gold(project), gold(project, "ferry-02"))
    annotate(project, "two", without(gold(project), "m6", "m7"))
    annotate(
        project,
        "three",
        without(gold(project), "m6"),
        without(gold(project, "ferry-02"), "m6"),
    )
    found = human_figures(project, measures=["mentions.strict"], resamples=100)["mentions.strict"]
    assert found.value == pytest.approx(2 * (5 + 6 + 5 + 6) / (12 + 13 + 11 + 13))
    assert (found.n_docs, found.annotators) == (2, ("one", "three", "two"))


def test_score_says_nothing_without_passes(project: Project) -> None:
    table = run("eval", "score", project.gold)
    assert table.exit_code == 0, table.output
    assert "human" not in table.output
    found = json.loads(run("eval", "score", project.gold, "--format", "json").output)
    assert "human" not in found


def test_score_prints_the_human_figure_and_flags_what_is_above(project: Project) -> None:
    annotate(project, "one", gold(project), gold(project, "ferry-02"))
    annotate(project, "two", without(gold(project), "m6", "m7"))
    result = run("eval", "score", project.gold)
    assert result.exit_code == 0, result.output
    (row,) = [line for line in result.output.splitlines() if line.startswith("mentions.strict ")]
    assert "0.833 ▲" in row
    (row,) = [line for line in result.output.splitlines() if line.startswith("events.trig-c ")]
    assert "▲" not in row
    assert "human: agreement of one, two on 1 documents" in result.output
    assert "▲ above the human figure" in result.output
    found = json.loads(run("eval", "score", project.gold, "--format", "json").output)["human"]
    assert found["mentions.strict"] == {
        "value": pytest.approx(10 / 12),
        "interval": [pytest.approx(10 / 12), pytest.approx(10 / 12)],
        "n_docs": 1,
        "annotators": ["one", "two"],
        "system_above": True,
    }
    assert not found["events.trig-c"]["system_above"]
    assert found["quotes.addressee"]["value"] is None
    # a system that is scored against another gold has no human figure
    other = run("eval", "score", project.gold, "--gold", project.gold)
    assert "human" not in other.output


def test_only_what_is_scored_has_a_human_figure(project: Project) -> None:
    for annotator in ("one", "two"):
        annotate(project, annotator, gold(project))
    arguments = ("eval", "score", project.gold, "--format", "json", "--measure", "times.span")
    assert list(json.loads(run(*arguments).output)["human"]) == ["times.span"]


def test_passes_that_cannot_be_used_do_not_stop_a_score(project: Project) -> None:
    annotate(project, "one", gold(project))
    annotate(project, "two", replace(gold(project), text_sha256="a" * 64))
    result = run("eval", "score", project.gold)
    assert result.exit_code == 0, result.output
    assert "no human figure: " in result.output
    assert "[eval.text]" in result.output
    found = json.loads(run("eval", "score", project.gold, "--format", "json").output)
    assert found["human"] == {}
    (project.passes / "two" / "ferry-02.json").write_text("{", encoding="utf-8")
    assert "[file.json]" in run("eval", "score", project.gold).output
