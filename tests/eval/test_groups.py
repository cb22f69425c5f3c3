from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from annotated import records
from communique.annotations.record import Record
from communique.cli import main
from communique.eval.groups import grouped
from communique.eval.inputs import Side, side_of_records
from communique.eval.scoring import score
from projects import make_project

FACTS = {"d1": {"genre": "wire"}, "d2": {"genre": "crisis"}}


def side(*records: Record) -> Side:
    return side_of_records(records, name="side", facts=FACTS)


@given(records("d1"), records("d1"), records("d2"), records("d2"))
@settings(max_examples=25, deadline=None)
def test_a_genre_alone_scores_as_its_documents_alone(
    g1: Record, p1: Record, g2: Record, p2: Record
) -> None:
    gold, pred = side(g1, g2), side(p1, p2)
    result = score(gold, pred)
    found = grouped(result, "genre", gold, pred)
    alone = score(side(g1), side(p1))
    for name in alone.counts:
        assert found["wire"][name] == alone.score(name)


@given(records(), records())
@settings(max_examples=25, deadline=None)
def test_levels_part_the_gold_and_the_predictions(g: Record, p: Record) -> None:
    gold, pred = side(g), side(p)
    result = score(gold, pred, measures=["mentions.strict"])
    found = grouped(result, "level", gold, pred)
    whole = result.score("mentions.strict")
    for column in ("n_pred", "n_gold"):
        parts = [scores["mentions.strict"].count(column) for scores in found.values()]
        assert sum(parts) == whole.count(column)
    # a pair of different levels is right in the whole and in no part
    assert sum(one["mentions.strict"].count("tp") for one in found.values()) <= whole.count("tp")


def test_the_command_names_the_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    run = CliRunner()
    arguments = ["eval", "groups", str(project.gold), "--by", "zone", "--format", "json"]
    found = json.loads(run.invoke(main, arguments).output)
    # the body of each of two documents: two states in the lead, a minister, his title, a pronoun
    assert set(found["groups"]) == {"headline", "dateline", "body"}
    assert found["groups"]["body"]["mentions.strict"]["n_gold"] == 10
    assert found["groups"]["headline"]["mentions.strict"]["n_gold"] == 4
    table = run.invoke(main, ["eval", "groups", str(project.gold), "--by", "level"])
    assert "NAM" in table.output
    assert "mentions.strict" in table.output
