"""Documents compared some at a time, in threads, and out of files larger than memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records
from communique.annotations.record import Entity, Mention, Record, Span
from communique.errors import InvalidInput
from communique.eval import batches, stored_table
from communique.eval.inputs import Side, read_side, side_of_records
from communique.eval.scoring import Result, score
from communique.eval.stored_table import StoredTable

TEXT = ("ab " * LENGTH)[:LENGTH]
NAMES = [f"d{number}" for number in range(4)]


@st.composite
def sides(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """Four documents of both sides; some of the gold lack a layer."""
    gold = [draw(records(name)) for name in NAMES]
    pred = [draw(records(name)) for name in NAMES]
    for number in draw(st.sets(st.integers(0, 3), max_size=3)):
        layer = draw(st.sampled_from(["quotes", "events"]))
        gold[number] = replace(gold[number], **{layer: None})  # type: ignore[arg-type]
    return gold, pred


def side(records: Iterable[Record], *, texts: bool = True) -> Side:
    known = dict.fromkeys(NAMES, TEXT) if texts else {}
    return side_of_records(records, name="side", texts=known)


def same(one: Result, other: Result) -> bool:
    """Whether two results are equal in everything, to the last bit."""
    assert set(one.counts) == set(other.counts)
    for name, counts in one.counts.items():
        theirs = other.counts[name]
        assert counts.form is theirs.form
        assert np.array_equal(counts.total, theirs.total), name
        if counts.type_sums is not None and theirs.type_sums is not None:
            # sums of fractions may differ in the last digit
            assert np.allclose(counts.type_sums, theirs.type_sums, rtol=1e-12), name
        if counts.typed is not None and theirs.typed is not None:
            assert np.array_equal(counts.typed, theirs.typed), name
    assert one.masked == other.masked
    assert one.skipped == other.skipped
    assert one.notes == other.notes
    assert one.signature == other.signature
    return list(one.doc_ids) == list(other.doc_ids)


@given(sides(), st.booleans(), st.integers(1, 4), st.integers(1, 3))
@settings(deadline=None, max_examples=15)
def test_groups_of_documents_count_as_all_at_once(
    both: tuple[list[Record], list[Record]], texts: bool, size: int, workers: int
) -> None:
    gold, pred = side(both[0], texts=texts), side(both[1])
    whole = score(gold, pred, per_type=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "MOST_DOCUMENTS", size)
        assert same(score(gold, pred, per_type=True, workers=workers), whole)


@given(sides(), st.permutations(range(4)), st.permutations(range(4)), st.integers(1, 3))
@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_files_count_as_what_is_in_memory(
    tmp_path: Path,
    both: tuple[list[Record], list[Record]],
    gold_order: list[int],
    pred_order: list[int],
    size: int,
) -> None:
    whole = score(side(both[0]), side(both[1]))
    paths = tmp_path / "gold.parquet", tmp_path / "pred.parquet"
    for path, documents, order in zip(paths, both, (gold_order, pred_order), strict=True):
        table = side(documents[n] for n in order).table
        table = table.append_column("text", pa.array([TEXT] * len(NAMES)))
        pq.write_table(table, path, row_group_size=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "MOST_DOCUMENTS", size)
        patch.setattr(stored_table, "SPREAD", 1)
        assert same(score(read_side(paths[0]), read_side(paths[1])), whole)
        assert same(score(side(both[0]), read_side(paths[1])), whole)


@given(st.lists(st.lists(st.integers(0, 19), min_size=1, max_size=6), min_size=1, max_size=5))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_of_a_file_can_be_asked_for(tmp_path: Path, calls: list[list[int]]) -> None:
    path = tmp_path / "p.parquet"
    if not path.exists():
        people = [
            Record(f"d{n}", SCHEMA.version, "test", entities=(Entity(f"e{n % 3}", "PER"),))
            for n in range(20)
        ]
        pq.write_table(side_of_records(people, name="x").table, path, row_group_size=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_table, "SPREAD", 2)
        table = StoredTable(path, SCHEMA, chunk=3)
        whole = table.whole().to_pylist()
        for rows in calls:
            assert table.rows(np.array(rows)).to_pylist() == [whole[row] for row in rows]


def test_ids_that_outgrow_their_dictionary_are_read_too(tmp_path: Path) -> None:
    people = [
        Record(
            f"d{n:05}",
            SCHEMA.version,
            "test",
            entities=tuple(Entity(f"e-{n}-{i}-{'x' * 40}", "PER") for i in range(5)),
        )
        for n in range(3_000)
    ]
    table = side_of_records(people, name="x").table
    path = tmp_path / "p.parquet"
    pq.write_table(table, path, dictionary_pagesize_limit=20_000, data_page_size=20_000)
    found = StoredTable(path, SCHEMA).rows(np.arange(3_000))
    assert found.column("entities").to_pylist() == table.column("entities").to_pylist()


def test_problems_of_many_groups_are_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_DOCUMENTS", 10)
    names = [f"d{n:03}" for n in range(100)]
    gold = side_of_records(
        [Record(n, SCHEMA.version, "test", mentions=()) for n in names], name="g"
    )
    bad = (Mention("m1", "nobody", Span(0, 2), "NAM"),)
    pred = side_of_records(
        [Record(n, SCHEMA.version, "test", mentions=bad) for n in names], name="p"
    )
    with pytest.raises(InvalidInput) as caught:
        score(gold, pred)
    *named, last = caught.value.problems
    assert [one.doc_id for one in named] == names[: len(named)]
    assert len(named) >= 20
    assert last.check == "eval.more"
    assert f"{100 - len(named)} " in last.found


def test_a_file_that_is_cut_off_inside_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    people = [
        Record(f"d{n}", SCHEMA.version, "test", entities=(Entity(f"e{n}", "PER"),))
        for n in range(9_000)
    ]
    pq.write_table(side_of_records(people, name="x").table, path, row_group_size=3_000)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4_000] = bytes(4_000)
    path.write_bytes(data)
    gold = side_of_records(people, name="g")
    with pytest.raises(InvalidInput) as caught:
        score(gold, read_side(path))
    assert [one.check for one in caught.value.problems] == ["eval.readable"]
