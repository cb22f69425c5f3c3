from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from annotated import records
from communique.annotations.reading import format_record, records_to_jsonl
from communique.annotations.record import Entity, Mention, Record, Span
from communique.errors import InvalidInput
from communique.eval.inputs import read_side, side_of_records
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
ONE = Record(
    "d1",
    SCHEMA.version,
    "system",
    entities=(Entity("e1", "PER"),),
    mentions=(Mention("m1", "e1", Span(0, 2), "NAM"),),
    quotes=(),
)


@given(records())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_format_gives_the_same_table(tmp_path: Path, record: Record) -> None:
    expected = side_of_records([record], name="x").table
    (tmp_path / "p.jsonl").write_text("".join(records_to_jsonl([record])), encoding="utf-8")
    (tmp_path / "folder").mkdir(exist_ok=True)
    (tmp_path / "folder" / "d1.json").write_text(format_record(record), encoding="utf-8")
    pq.write_table(expected, tmp_path / "p.parquet")
    with (
        pa.OSFile(str(tmp_path / "p.arrow"), "wb") as file,
        pa.ipc.new_stream(file, expected.schema) as writer,
    ):
        writer.write_table(expected)
    with (
        pa.OSFile(str(tmp_path / "f.arrow"), "wb") as file,
        pa.ipc.new_file(file, expected.schema) as writer,
    ):
        writer.write_table(expected)
    for name in ("p.jsonl", "folder", "folder/d1.json", "p.parquet", "p.arrow", "f.arrow"):
        assert read_side(tmp_path / name).table.to_pylist() == expected.to_pylist()


def test_a_layer_that_was_not_done_stays_apart_from_an_empty_one() -> None:
    table = side_of_records([ONE], name="x").table
    assert table.column("quotes").to_pylist() == [[]]
    assert table.column("events").to_pylist() == [None]


def test_columns_of_other_tools_are_taken_when_they_fit(tmp_path: Path) -> None:
    # other column order, wider integers, variable lists, optional fields left out
    rows = [
        {
            "extra": 1,
            "mentions": [{"span": [0, 2], "id": "m1", "entity": "e1", "level": "NAM"}],
            "doc_id": "d1",
            "entities": [{"type": "PER", "id": "e1"}],
        },
        {"extra": 2, "mentions": [], "doc_id": "d2", "entities": []},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    table = read_side(tmp_path / "p.parquet").table
    mention = table.column("mentions").to_pylist()[0][0]
    assert mention == {
        "id": "m1",
        "entity": "e1",
        "span": [0, 2],
        "level": "NAM",
        "use": "literal",
        "demonym": False,
        "title": False,
    }
    assert table.column("quotes").to_pylist() == [None, None]


def test_a_null_list_hides_what_lies_under_it(tmp_path: Path) -> None:
    rows = [
        {"doc_id": "d1", "entities": [{"id": "e1", "type": "PER"}], "times": None},
        {"doc_id": "d2", "entities": None, "times": [{"id": "t1", "type": "DATE", "span": [0, 4]}]},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    table = read_side(tmp_path / "p.parquet").table
    assert [None if x is None else len(x) for x in table.column("entities").to_pylist()] == [
        1,
        None,
    ]
    assert [None if x is None else len(x) for x in table.column("times").to_pylist()] == [None, 1]


def _parquet(path: Path, rows: list[dict[str, object]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


@pytest.mark.parametrize(
    ("name", "content", "check"),
    [
        ("absent.jsonl", None, "file.readable"),
        ("empty.jsonl", b"", "eval.empty"),
        ("blank.jsonl", b"\n\n", "eval.empty"),
        ("text.jsonl", b"hello\n", "file.json"),
        ("latin.jsonl", b'{"doc_id": "caf\xe9"}\n', "file.jsonl"),
        (
            "nan.jsonl",
            b'{"doc_id": "d1", "schema_version": "1.0", "annotator": "s", '
            b'"times": [{"id": "t1", "type": "DATE", "span": [0, NaN]}]}',
            "record.structure",
        ),
        ("cut.parquet", b"PAR1\x00\x00", "eval.readable"),
        ("cut.arrow", b"\xff\xff\xff\xff\x10", "eval.readable"),
        ("absent.parquet", None, "eval.readable"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes | None, check: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_side(path)
    assert [problem.check for problem in caught.value.problems] == [check]
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_truncated_parquet_file_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    _parquet(path, [{"doc_id": f"d{i}"} for i in range(1000)])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidInput) as caught:
        read_side(path)
    assert [problem.check for problem in caught.value.problems] == ["eval.readable"]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"mentions": [{"id": "m1"}]}, "$.doc_id"),
        (
            {"doc_id": "d1", "mentions": [{"id": "m1", "level": "NAM", "entity": "e1"}]},
            "$.mentions",
        ),
        ({"doc_id": "d1", "mentions": "none"}, "$.mentions"),
        ({"doc_id": "d1", "mentions": ["m1"]}, "$.mentions"),
        ({"doc_id": "d1", "times": [{"id": "t1", "type": "DATE", "span": "0-4"}]}, "$.times"),
        ({"doc_id": "d1", "times": [{"id": "t1", "type": "DATE", "span": [0.5, 4.0]}]}, "$.times"),
    ],
)
def test_columns_of_another_type_are_named(
    tmp_path: Path, row: dict[str, object], path: str
) -> None:
    _parquet(tmp_path / "p.parquet", [row])
    with pytest.raises(InvalidInput) as caught:
        read_side(tmp_path / "p.parquet")
    assert path in [problem.path for problem in caught.value.problems]


def test_all_bad_lines_are_named_at_once(tmp_path: Path) -> None:
    good = json.loads("".join(records_to_jsonl([ONE])))
    bad = [good | {"annotator": 7}, good, good | {"doc_id": "../../etc/passwd"}]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in bad), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_side(path)
    assert [(p.line, p.path) for p in caught.value.problems] == [
        (1, "$.annotator"),
        (3, "$.doc_id"),
    ]
