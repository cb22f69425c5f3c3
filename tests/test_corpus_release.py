"""The corpus as it ships: what its card says is so, and CI says when it is no longer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from communique.annotations.annotators import load_annotators
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.eval.agreement.gates import judged, load_gates, shipped_gates
from communique.eval.agreement.outcome import agreement
from communique.eval.agreement.stored import stored_figures
from communique.eval.inputs import read_side
from communique.project import Project

PROJECT = Project(Path(__file__).parents[1])
CORPUS = Corpus(PROJECT)
FIRST, SECOND = PROJECT.passes / "lm-a", PROJECT.passes / "lm-b"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(PROJECT.root))


def of_split(split: str) -> list[str]:
    return [one.doc_id for one in CORPUS.documents() if CORPUS.splits.of(one.storyline) == split]


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.json")}


def test_bands_quotas_and_style_are_as_they_should_be() -> None:
    result = CliRunner().invoke(main, ["corpus", "stats", "--strict"])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, ["corpus", "stats", "--format", "json"])
    (whole,) = json.loads(result.output)
    assert [name for name, one in whole["quotas"].items() if not one["met"]] == []
    assert whole["near_duplicates"] <= 0.5
    assert whole["openings_alike"] == [] and whole["unused_registry_entries"] == []
    outside = {name for name, one in whole["quantities"].items() if one["within"] is False}
    assert outside == {"negated"}


def test_what_is_said_of_negated_events_is_so() -> None:
    result = CliRunner().invoke(main, ["corpus", "stats", "--by", "split", "--format", "json"])
    shares = {one["name"]: one["quantities"]["negated"] for one in json.loads(result.output)}
    assert 100 / 7 < shares["test"]["value"] < 100 / 5  # one in six
    assert 100 / 60 < shares["train"]["value"] < 100 / 40  # one in fifty


def test_no_check_finds_an_error() -> None:
    result = CliRunner().invoke(main, ["corpus", "validate"])
    assert result.exit_code == 0, result.output


SPLITS = {"train": 0.6, "validation": 0.1, "test": 0.3}


def test_there_is_as_much_as_was_asked_for() -> None:
    result = CliRunner().invoke(main, ["corpus", "stats", "--format", "json"])
    (whole,) = json.loads(result.output)
    assert whole["documents"] >= 80 and whole["tokens"] >= 30_000
    stories = {CORPUS.document(doc_id).storyline for split in SPLITS for doc_id in of_split(split)}
    assert 18 <= len(stories) <= 22


def test_splits_have_their_shares_and_are_balanced_over_worlds() -> None:
    counts = {split: len(of_split(split)) for split in SPLITS}
    for split, share in SPLITS.items():
        assert counts[split] / sum(counts.values()) == pytest.approx(share, abs=0.025)
        worlds = Counter(CORPUS.document(doc_id).world for doc_id in of_split(split))
        assert min(worlds.values()) >= 0.3 * sum(worlds.values()), (split, worlds)


def test_all_of_test_and_a_fifth_of_train_were_annotated_twice_and_adjudicated() -> None:
    twice = names(FIRST) & names(SECOND)
    assert set(of_split("test")) <= twice
    train = set(of_split("train"))
    assert len(train & twice) >= 0.2 * len(train)
    for doc_id in twice:
        record = CORPUS.gold(doc_id)
        assert record is not None and record.annotator == "lm-c", doc_id
    log = PROJECT.annotations / "adjudication.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {line["doc_id"] for line in lines} == twice
    assert all(line["reason"].strip() and line["adjudicator"] == "lm-c" for line in lines)
    decided = [(line["doc_id"], line["decision"]) for line in lines]
    assert len(set(decided)) == len(decided)


def test_whoever_annotated_is_described() -> None:
    known = load_annotators(PROJECT.annotations / "annotators.yaml")
    for doc_id in CORPUS.ids:
        record = CORPUS.gold(doc_id)
        assert record is not None and record.annotator in known


def test_the_agreement_on_the_card_is_that_of_the_passes() -> None:
    sides = read_side(FIRST), read_side(SECOND)
    both = names(FIRST) & names(SECOND)
    texts = {doc_id: text for doc_id in both if (text := CORPUS.text(doc_id)) is not None}
    outcome = agreement(*sides, texts=texts, only=frozenset(of_split("test")))
    verdicts = judged(outcome, load_gates(shipped_gates()))
    stored = PROJECT.annotations / "agreement.json"
    assert stored.read_text(encoding="utf-8") == stored_figures(outcome, "test", verdicts)
