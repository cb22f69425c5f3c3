"""The corpus as it ships: what its card says is so, and CI says when it is no longer."""

from __future__ import annotations

import json
import shutil
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
    assert outside == {"addressed", "nested", "negated"}


@pytest.mark.parametrize(
    ("quantity", "split", "one_in"),
    [
        ("addressed", "train", 16),
        ("nested", "train", 30),
        ("negated", "test", 6),
        ("negated", "train", 50),
    ],
)
def test_what_is_said_of_the_quantities_outside_is_so(
    quantity: str, split: str, one_in: int
) -> None:
    result = CliRunner().invoke(main, ["corpus", "stats", "--by", "split", "--format", "json"])
    (found,) = (one for one in json.loads(result.output) if one["name"] == split)
    assert 100 / found["quantities"][quantity]["value"] == pytest.approx(one_in, rel=0.15)


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
    readme = (PROJECT.root / "README.md").read_text(encoding="utf-8")
    assert f"{whole['documents']} newly written documents" in readme
    assert f"{whole['tokens']:,} tokens" in readme
    sizes = [len(of_split(split)) for split in ("train", "validation", "test")]
    assert "Train has {} documents, validation {} and test {},".format(*sizes) in readme


def test_splits_have_their_shares_and_are_balanced_over_worlds() -> None:
    counts = {split: len(of_split(split)) for split in SPLITS}
    for split, share in SPLITS.items():
        assert counts[split] / sum(counts.values()) == pytest.approx(share, abs=0.025)
        worlds = Counter(CORPUS.document(doc_id).world for doc_id in of_split(split))
        assert min(worlds.values()) >= 0.3 * sum(worlds.values()), (split, worlds)


def test_all_open_documents_were_annotated_twice_and_adjudicated() -> None:
    twice = names(FIRST) & names(SECOND)
    assert {doc_id for split in SPLITS for doc_id in of_split(split)} == twice
    for doc_id in twice:
        record = CORPUS.gold(doc_id)
        assert record is not None and record.annotator == "lm-c", doc_id
    log = PROJECT.annotations / "adjudication.jsonl"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {line["doc_id"] for line in lines} == twice
    assert all(line["reason"].strip() and line["adjudicator"] == "lm-c" for line in lines)
    decided = [(line["doc_id"], line["decision"]) for line in lines]
    assert len(set(decided)) == len(decided)


def test_the_gold_is_what_the_decisions_make_of_the_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("corpus", "annotations", "schemas"):
        shutil.copytree(PROJECT.root / folder, tmp_path / folder)
    copied = Project(tmp_path)
    for doc_id in names(FIRST):
        (copied.gold / f"{doc_id}.json").unlink()
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(tmp_path))
    passes = [str(copied.passes / name) for name in ("lm-a", "lm-b")]
    arguments = ["annotations", "adjudicate", *passes, "--adjudicator", "lm-c"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    for name in ("adjudication.jsonl", *(f"gold/{doc_id}.json" for doc_id in names(FIRST))):
        made = (copied.annotations / name).read_text(encoding="utf-8")
        assert made == (PROJECT.annotations / name).read_text(encoding="utf-8"), name


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
