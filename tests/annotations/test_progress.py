"""The agreement so far that `communique annotations status` shows."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from communique.annotations.label_studio.status import Status, status_view
from communique.annotations.progress_commands import HEADLINES, SoFar
from communique.annotations.reading import read_record, write_record
from communique.eval.agreement.figures import figures
from communique.project import Project
from communique.terminal import console
from projects import make_project


@pytest.fixture
def corpus(tmp_path: Path) -> Project:
    return make_project(tmp_path / "corpus")


def give(corpus: Project, annotator: str, doc_id: str, *, mentions: int | None = None) -> None:
    """A copy of the gold record, with its first ``mentions`` mentions only and nothing else."""
    record = replace(read_record(corpus.gold / f"{doc_id}.json"), annotator=annotator)
    if mentions is not None:
        kept = (record.mentions or ())[:mentions]
        used = {one.entity for one in kept}
        entities = tuple(
            replace(one, members=()) for one in record.entities or () if one.id in used
        )
        record = replace(
            record, mentions=kept, entities=entities, zones=None, times=None, quotes=None
        )
        record = replace(record, events=None)
    write_record(corpus.passes / annotator / f"{doc_id}.json", record)


def test_the_headlines_are_figures_of_every_layer_but_the_page() -> None:
    known = {one.name: one.layer for one in figures()}
    layers = [known[name] for name in HEADLINES]
    assert set(layers) == {"entities", "times", "quotes", "events"}


def test_without_records_of_two_there_is_nothing(corpus: Project) -> None:
    assert SoFar(corpus)() == ()
    give(corpus, "ada", "ferry-01")
    give(corpus, "bob", "ferry-02")
    assert SoFar(corpus)() == ()


def test_each_two_are_compared_on_what_both_have(corpus: Project) -> None:
    # Ada has both documents, Bob one whole, Cleo two mentions of it: with n mentions in gold,
    # F1 of strict mentions is 2 * 2 / (n + 2) between Cleo and either of the others.
    for doc_id in ("ferry-01", "ferry-02"):
        give(corpus, "ada", doc_id)
    give(corpus, "bob", "ferry-01")
    give(corpus, "cleo", "ferry-01", mentions=2)
    n = len(read_record(corpus.gold / "ferry-01.json").mentions or ())
    found = {one.annotators: one for one in SoFar(corpus)()}
    assert list(found) == [("ada", "bob"), ("ada", "cleo"), ("bob", "cleo")]
    assert {one.documents for one in found.values()} == {1}
    assert found["ada", "bob"].figures["mentions.strict"] == 1
    assert found["ada", "bob"].figures["events.trig-c"] == 1
    for pair in (("ada", "cleo"), ("bob", "cleo")):
        assert found[pair].figures["mentions.strict"] == pytest.approx(4 / (n + 2))
        assert found[pair].figures["events.trig-c"] is None
        assert list(found[pair].figures) == list(HEADLINES)


def test_only_what_changed_is_computed_again(corpus: Project) -> None:
    for name in ("ada", "bob", "cleo"):
        give(corpus, name, "ferry-01")
    so_far = SoFar(corpus)
    before = so_far()
    again = so_far()
    assert all(one is other for one, other in zip(before, again, strict=True))
    give(corpus, "bob", "ferry-02")
    give(corpus, "cleo", "ferry-01", mentions=2)
    after = {one.annotators: one for one in so_far()}
    assert after["ada", "bob"] == before[0]
    assert after["ada", "cleo"].figures["mentions.strict"] != 1
    (corpus.passes / "cleo" / "ferry-01.json").unlink()
    assert [one.annotators for one in so_far()] == [("ada", "bob")]


def test_a_record_that_cannot_be_read_is_said_and_the_rest_is_compared(corpus: Project) -> None:
    for name in ("ada", "bob", "cleo"):
        give(corpus, name, "ferry-01")
    (corpus.passes / "bob" / "ferry-01.json").write_text("{ half", encoding="utf-8")
    found = {one.annotators: one for one in SoFar(corpus)()}
    assert "ferry-01.json" in str(found["ada", "bob"].problem)
    assert found["ada", "bob"].figures == {}
    assert found["ada", "cleo"].figures["mentions.strict"] == 1


def test_the_table_has_a_row_for_each_two(
    corpus: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    give(corpus, "ada", "ferry-01")
    give(corpus, "bob", "ferry-01")
    give(corpus, "cleo", "ferry-01")
    (corpus.passes / "cleo" / "ferry-01.json").write_text("{ half", encoding="utf-8")
    one = Status("communique: all", 2, 2, 0, (), SoFar(corpus)())
    console().print(status_view(one))
    shown = capsys.readouterr().out
    (row,) = (line for line in shown.splitlines() if "1.000" in line)
    assert "ada, bob" in row and row.count("1.000") == len(HEADLINES)
    assert "ada, cleo: not compared: " in shown
    assert asdict(one)["agreement"][0]["annotators"] == ("ada", "bob")
    console().print(status_view(Status("communique: all", 2, 2, 0, ())))
    assert "agreement" not in capsys.readouterr().out
