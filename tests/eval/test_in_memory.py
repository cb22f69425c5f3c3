"""Scoring in memory: records, dictionaries, rows of the dataset and tables give the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from communique.annotations.reading import records_to_jsonl
from communique.annotations.record import Entity, Mention, Record, Span
from communique.corpus.dataset.build import build_dataset
from communique.corpus.documents import Corpus
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.gold import project_gold
from communique.eval.in_memory import as_side, score_records
from communique.eval.scoring import Result, score
from projects import make_project


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(make_project(tmp_path / "project"))


@pytest.fixture
def gold(corpus: Corpus) -> list[Record]:
    return [record for doc_id in corpus.ids if (record := corpus.gold(doc_id))]


def plain(record: Record) -> dict[str, Any]:
    value = msgspec.to_builtins(record)
    return {key: part for key, part in value.items() if part is not None}


def scores(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = result.as_json()["scores"]
    return found


def test_three_lines_are_enough() -> None:
    # gold PER [0, 3) and GPE [8, 12); predicted PER [0, 3) and PER [8, 12): one of two is right
    gold = {
        "doc_id": "d1",
        "entities": [{"id": "e1", "type": "PER"}, {"id": "e2", "type": "GPE"}],
        "mentions": [
            {"id": "m1", "entity": "e1", "span": (0, 3), "level": "NAM"},
            {"id": "m2", "entity": "e2", "span": (8, 12), "level": "NAM"},
        ],
    }
    pred = {**gold, "entities": [{"id": "e1", "type": "PER"}, {"id": "e2", "type": "PER"}]}
    result = score_records([gold], [pred])
    assert result.score("mentions.strict").value == 0.5
    assert result.score("mentions.exact").value == 1.0
    assert result.skipped["mentions.bio"] == "the texts are not here"
    text = score_records([gold], [pred], texts={"d1": "Ann met Oslo"}, measures=["mentions.bio"])
    assert text.score("mentions.bio").value == 0.5


def test_every_form_gives_what_files_give(
    corpus: Corpus, gold: list[Record], tmp_path: Path
) -> None:
    pred = [replace(one, mentions=(one.mentions or ())[:4], quotes=(), events=None) for one in gold]
    side = project_gold(corpus.project)
    expected = scores(score_records(side, pred))
    texts = dict(side.texts)
    jsonl = tmp_path / "pred.jsonl"
    jsonl.write_text("".join(records_to_jsonl(pred)), encoding="utf-8")
    build_dataset(corpus.project, tmp_path / "dataset")
    forms: list[Any] = [
        pred,
        iter(pred),
        [plain(one) for one in pred],
        [plain(pred[0]), pred[1]],
        list(reversed(pred)),
        as_side(pred, "predictions"),
        as_side(pred, "predictions").table,
        jsonl,
        str(jsonl),
    ]
    for form in forms:
        assert scores(score_records(gold, form, texts=texts)) == expected
    assert scores(score_records(tmp_path / "dataset", pred)) == expected


def test_rows_of_the_dataset_are_gold_with_their_texts(
    corpus: Corpus, gold: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    build_dataset(corpus.project, tmp_path / "dataset")
    rows = datasets.load_dataset(
        str(tmp_path / "dataset"), split="test", cache_dir=str(tmp_path / "cache")
    )
    result = score_records(rows, gold)
    assert result.skipped == {}
    assert result.facts["ferry-01"]["storyline"] == "ferry"
    assert scores(result) == scores(score(project_gold(corpus.project), as_side(gold, "gold")))
    assert scores(score_records(gold, rows))["mentions.strict"]["tp"] == 14
    assert score_records(rows, gold, split="test").signature.conditions["split"] == "test"
    # the gold is the same gold wherever it is read from
    of_project = score(project_gold(corpus.project), as_side(gold, "gold"))
    assert result.signature == of_project.signature


def test_numbers_of_numpy_and_objects_inside_dictionaries() -> None:
    record = Record(
        "d1",
        "1.0",
        "a",
        entities=(Entity("e1", "PER"),),
        mentions=(Mention("m1", "e1", Span(0, 3), "NAM"),),
    )
    mixed: dict[str, Any] = {
        "doc_id": "d1",
        "entities": [Entity("e1", "PER")],
        "mentions": [
            {"id": "m1", "entity": "e1", "span": np.array([0, 3]), "level": "NAM", "title": False}
        ],
        "times": None,
    }
    loose = {**mixed, "mentions": [{**mixed["mentions"][0], "span": (np.int64(0), np.int32(3))}]}
    for one in (mixed, loose):
        assert scores(score_records([record], [one])) == scores(score_records([record], [record]))


GOOD: dict[str, Any] = {
    "doc_id": "d1",
    "entities": [{"id": "e1", "type": "PER"}],
    "mentions": [{"id": "m1", "entity": "e1", "span": [0, 3], "level": "NAM"}],
}


def changed(**mention: Any) -> dict[str, Any]:
    return {**GOOD, "mentions": [{**GOOD["mentions"][0], **mention}]}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ([3], "predictions[0]: error: found 3, expected a record or a dictionary"),
        ([None], "predictions[0]: error: found null"),
        ("GOOD", "file.readable"),  # a path
        (GOOD, "predictions: error: found one dict, expected a list of records or dictionaries"),
        (3, "predictions: error: found one int"),
        ([], "predictions: error: found no record, expected at least one"),
        ([{"mentions": []}], "predictions[0]: $: error: found no doc_id"),
        ([{**GOOD, "mention": []}], "predictions[0]: d1: $: error: found unknown key mention"),
        ([{**GOOD, "mentions": 3}], "$.mentions: error: found 3, expected a list"),
        ([changed(span=[0])], "$.mentions[0].span: error: found a list of 1"),
        ([changed(span=["0", 3])], '$.mentions[0].span[0]: error: found "0"'),
        ([changed(span=[0, 2.5])], "$.mentions[0].span[1]: error: found 2.5"),
        ([changed(span=[0, 3.0])], "$.mentions[0].span[1]: error: found Expected `int`"),
        ([changed(span=[0, float("nan")])], "$.mentions[0].span[1]: error: found null"),
        ([changed(span=[0, 2**70])], "$.mentions[0].span[1]: error: found 118059"),
        ([changed(span=[True, 3])], "$.mentions[0].span[0]: error: found true"),
        ([changed(level="NAME")], '$.mentions[0].level: error: found "NAME", expected one of'),
        ([changed(entity="e9")], "[eval.reference]"),
        ([changed(span=[3, 3])], "[eval.span]"),
        ([changed(level=object())], "found a object"),
        ([changed(id="\ud800")], "[eval.record]"),
        ([GOOD, GOOD], "[eval.twice]"),
        ([{**GOOD, "doc_id": "d2"}], "[eval.unknown]"),
        (pa.table({"x": [1]}), "[eval.column]"),
    ],
)
def test_what_is_no_record_is_named(bad: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        score_records([GOOD], bad)
    assert said in str(raised.value), str(raised.value)


def test_all_problems_of_a_side_come_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        score_records([GOOD], [changed(level="X"), 3, changed(span=[-1, 3])])
    assert [problem.file for problem in raised.value.problems] == [
        "predictions[0]",
        "predictions[1]",
        "predictions[2]",
    ]


def test_nothing_to_score_is_no_silent_zero() -> None:
    with pytest.raises(CommuniqueError, match="nothing to score"):
        score_records([GOOD], [{"doc_id": "d1"}])


def test_a_side_is_not_changed_by_texts() -> None:
    side = as_side([GOOD], "gold")
    again = as_side(side, "gold", texts={"d1": "Ann"})
    assert (dict(side.texts), dict(again.texts)) == ({}, {"d1": "Ann"})
    assert json.dumps(GOOD)
