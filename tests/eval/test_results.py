from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import LENGTH, records
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.compare import compare
from communique.eval.counts import PRF, Counts
from communique.eval.inputs import Side, side_of_records
from communique.eval.measures import MEASURES
from communique.eval.results import is_result, read_result, result_at, write_result
from communique.eval.scoring import Result, score
from communique.eval.signature import Signature
from communique.eval.stored import result_schema

TEXT = ("ab " * LENGTH)[:LENGTH]


def side(*records: Record) -> Side:
    texts = {one.doc_id: TEXT for one in records}
    facts = {one.doc_id: {"storyline": "s", "outlet": "Ö"} for one in records[:1]}
    return side_of_records(records, name="side", texts=texts, facts=facts)


@given(records("d1"), records("d2"), records("d1"), records("d2"), st.booleans())
@settings(max_examples=12, deadline=None)
def test_what_was_stored_comes_back(
    g1: Record, g2: Record, p1: Record, p2: Record, per_type: bool
) -> None:
    result = score(side(g1, g2), side(p1, p2), measures=MEASURES, per_type=per_type)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        assert write_result(path, result)
        assert not write_result(path, result)
        back = read_result(path)
        stored = json.loads(path.read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(result_schema(), stored)
    assert back.as_json() == result.as_json()
    assert (back.facts, back.signature) == (result.facts, result.signature)
    for name, counts in result.counts.items():
        mine = back.counts[name]
        assert (mine.form, mine.types) == (counts.form, counts.types)
        assert np.array_equal(mine.total, counts.total)
        assert (mine.typed is None) == (counts.typed is None)
        if mine.typed is not None and counts.typed is not None:
            assert np.array_equal(mine.typed, counts.typed)


@pytest.fixture
def result() -> Result:
    typed = np.array([[[1, 2, 2], [0, 0, 0]], [[0, 0, 0], [1.5, 2, 3]]], dtype=np.float64)
    counts = Counts(PRF, typed.sum(axis=1), ("PER", "ORG"), typed.sum(axis=0), typed)
    return Result(
        Signature("communique", {"gold": "ab12", "split": "test", "docs": "2"}),
        ["d1", "d2"],
        {"mentions.partial": counts, "mentions.exact": Counts(PRF, counts.total)},
        {"mentions": 3},
        {"quotes.joint": "the predictions have no quotes"},
        ["a note — with “quotes”"],
        {"d1": {"storyline": "s1"}},
    )


def test_the_file_shows_scores_and_one_column_a_line(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "result.json"
    write_result(path, result)
    text = path.read_text(encoding="utf-8")
    assert '"format": "communique-result/1"' in text.splitlines()[1]
    # 2·2.5 / (4 + 5) = 0.5556 of partial credit
    assert '"f1": 0.5555555555555556' in text
    assert '      "tp": [1, 1.5],' in text.splitlines()
    assert text.endswith("}\n")
    assert is_result(path)


def change(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Sets a place, named by keys with slashes between them, to a value."""

    def apply(stored: dict[str, Any]) -> None:
        *way, last = key.split("/")
        place: Any = stored
        for step in way:
            place = place[step]
        place[last] = value

    return apply


PARTIAL = "measures/mentions.partial"


@pytest.mark.parametrize(
    ("apply", "found", "where"),
    [
        (change("format", "communique-result/2"), "communique-result/2", "$.format"),
        (change("documents", ["d1", "d1"]), "a document twice", "$.documents"),
        (change("documents", ["d1"]), "docs:2", "$.signature"),
        (change("documents", [1, 2]), "found `int`, expected `str`", "$.documents[0]"),
        (change("signature", "c|docs"), "docs", "$.signature"),
        (change("facts", {"storyline": ["s"]}), "1 values", "$.facts.storyline"),
        (change("measures", {}), "no measure", "$.measures"),
        (change("measures/quotes.mood", {}), "missing required field `form`", "$.measures[...]"),
        (change(f"{PARTIAL}/form", "split-prf"), "split-prf", "mentions.partial.form"),
        (change(f"{PARTIAL}/counts/tp", [1]), "1 numbers", "mentions.partial.counts.tp"),
        (change(f"{PARTIAL}/counts/tp", [1, "2"]), "found `str`, expected `float`", "$.measures"),
        (change(f"{PARTIAL}/counts/tp", [1, 1e300]), "`float` <= 4503599627370496", "$.measures"),
        (change(f"{PARTIAL}/counts", {"tp": [1, 2]}), "tp", "mentions.partial.counts"),
        (change(f"{PARTIAL}/counts/tp", [1, 1]), "0.5555555555555556", "mentions.partial.values"),
        (change(f"{PARTIAL}/values/f1", None), "null", "mentions.partial.values"),
        (change(f"{PARTIAL}/labels", ["PER"]), "without a label", "mentions.partial.types.ORG"),
        (change(f"{PARTIAL}/labels", ["PER", "ORG", "PER"]), "twice", "mentions.partial.labels"),
        (change(f"{PARTIAL}/types/ORG/rows", [2]), "other rows", "types.ORG.rows"),
        (change(f"{PARTIAL}/types/ORG/rows", [0, 1]), "1 numbers", "types.ORG.counts.tp"),
        (change(f"{PARTIAL}/types/ORG/sums", {"tp": 1}), "tp", "types.ORG.sums"),
        (change(f"{PARTIAL}/types/ORG/sums/tp", 9), "other sums", "types.ORG.sums"),
        (change("surprise", 1), "unknown field `surprise`", "result.json"),
    ],
)
def test_bad_files_are_named_line_by_line(
    result: Result,
    tmp_path: Path,
    apply: Callable[[dict[str, Any]], None],
    found: str,
    where: str,
) -> None:
    path = tmp_path / "result.json"
    write_result(path, result)
    stored = json.loads(path.read_text(encoding="utf-8"))
    apply(stored)
    path.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_result(path)
    lines = str(caught.value).splitlines()
    assert any(found in line and where in line for line in lines), lines
    assert all(line.startswith(f"{path}: ") for line in lines)


def test_a_measure_that_is_not_known_here(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_result(path, result)
    text = path.read_text(encoding="utf-8").replace("mentions.exact", "mentions.exactly")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"\$\.measures\.mentions\.exactly: error: found a meas"):
        read_result(path)


@pytest.mark.parametrize("cut", [0, 40, 400, -3])
def test_a_truncated_file_is_one_line(result: Result, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "result.json"
    write_result(path, result)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InvalidInput) as caught:
        read_result(path)
    assert len(str(caught.value).splitlines()) == 1
    assert "result.structure" in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    assert not is_result(tmp_path)
    assert not is_result(tmp_path / "nothing.json")
    with pytest.raises(InvalidInput, match=r"file\.readable"):
        read_result(tmp_path / "nothing.json")
    (tmp_path / "record.json").write_text('{"doc_id": "d1"}', encoding="utf-8")
    assert not is_result(tmp_path / "record.json")
    (tmp_path / "nested.json").write_text('{"format":' + "[" * 100_000, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"result\.structure"):
        read_result(tmp_path / "nested.json")


def test_a_failed_write_leaves_what_was_there(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_result(path, result)
    before = path.read_bytes()
    broken = Counts(PRF, np.array([[np.inf, 1, 1], [1, 1, 1]]))
    bad = Result(result.signature, result.doc_ids, {"mentions.exact": broken}, {}, {}, [])
    with pytest.raises((ValueError, OverflowError)):
        write_result(path, bad)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["result.json"]


def test_a_stored_result_stands_for_itself(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_result(path, result)

    def gold() -> Side:
        raise AssertionError("the gold is not needed")

    assert list(result_at(path, gold, measures=["mentions.exact"]).counts) == ["mentions.exact"]
    assert list(result_at(path, gold, split="test").counts) == list(result.counts)
    with pytest.raises(CommuniqueError, match=r"found a result of split test, expected .* train"):
        result_at(path, gold, split="train")
    with pytest.raises(CommuniqueError, match=r'found no "quotes\.joint" in the result'):
        result_at(path, gold, measures=["quotes.joint"])
    one = result_at(path, gold)
    assert compare(one, result, resamples=100).measures["mentions.partial"].differing == 0
