from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.annotations.record import Record
from communique.schemas.arrow import (
    SPAN,
    document_schema,
    features,
    list_type,
    record_schema,
    with_features,
)
from communique.schemas.schema import load_schema

SCHEMA = load_schema()

RECORD: dict[str, Any] = {
    "doc_id": "one",
    "schema_version": "1.0",
    "text_sha256": None,
    "annotator": "gold",
    "zones": [],
    "entities": [
        {"id": "e1", "type": "GPE", "kb": "state:orsk", "nil": None, "members": []},
        {"id": "e2", "type": "GPE", "kb": None, "nil": "aggregate", "members": ["e1", "e3"]},
    ],
    "mentions": [
        {
            "id": "m1",
            "entity": "e1",
            "span": [0, 4],
            "level": "NAM",
            "use": "literal",
            "demonym": False,
            "title": False,
        }
    ],
    "times": None,
    "quotes": [
        {
            "id": "q1",
            "content": [[5, 9], [12, 20]],
            "cue": [],
            "source": "m1",
            "addressees": [],
            "parent": None,
            "kind": "statement",
            "polarity": "positive",
        }
    ],
    "events": [
        {
            "id": "v1",
            "trigger": [5, 9],
            "type": "CONSULT",
            "mode": None,
            "realis": "actual",
            "polarity": "positive",
            "certainty": "certain",
            "arguments": [{"role": "actor", "target": "m1"}],
            "chain": "c1",
        }
    ],
}


def test_one_column_per_key_of_a_record_in_the_order_of_the_schema() -> None:
    expected = [
        *("doc_id", "schema_version", "text_sha256", "annotator"),
        *("zones", "entities", "mentions", "times", "quotes", "events"),
    ]
    assert record_schema(SCHEMA).names == expected
    assert set(expected) == set(Record.__dataclass_fields__)


def test_types_of_every_kind_of_field() -> None:
    fragments = pa.list_(pa.list_(pa.int32(), 2))
    assert list_type(SCHEMA, "quotes", derived=True) == pa.list_(
        pa.struct(
            [
                ("id", pa.string()),
                ("content", fragments),
                ("cue", fragments),
                ("source", pa.string()),
                ("addressees", pa.list_(pa.string())),
                ("parent", pa.string()),
                ("kind", pa.string()),
                ("polarity", pa.string()),
                ("type", pa.string()),
                ("depth", pa.int32()),
                ("anonymous", pa.bool_()),
                ("implicit", pa.bool_()),
            ]
        )
    )
    arguments = pa.list_(pa.struct([("role", pa.string()), ("target", pa.string())]))
    event = list_type(SCHEMA, "events").value_type
    assert event.field("trigger").type == SPAN
    assert event.field("arguments").type == arguments


def test_derived_fields_only_when_asked_for() -> None:
    quote = list_type(SCHEMA, "quotes").value_type
    assert [quote.field(i).name for i in range(quote.num_fields)][-1] == "polarity"
    assert record_schema(SCHEMA, derived=True) != record_schema(SCHEMA)


def test_the_metadata_of_a_document_keeps_its_order_and_its_dates_as_text() -> None:
    schema = document_schema(SCHEMA)
    assert schema.names == [field.name for field in SCHEMA.document]
    assert schema.field("published").type == pa.string()
    assert schema.field("synthetic").type == pa.bool_()


def test_a_record_goes_in_and_comes_out_unchanged() -> None:
    batch = pa.RecordBatch.from_pylist([RECORD], schema=record_schema(SCHEMA))
    assert batch.to_pylist() == [RECORD]


def test_a_layer_that_was_not_annotated_is_null_and_one_without_finds_is_empty() -> None:
    batch = pa.RecordBatch.from_pylist([RECORD], schema=record_schema(SCHEMA))
    assert batch.column("times").null_count == 1
    assert batch.column("zones").null_count == 0
    assert batch.column("zones").to_pylist() == [[]]


def test_a_span_of_three_numbers_does_not_fit() -> None:
    broken = RECORD | {"times": [{"id": "t1", "type": "DATE", "span": [1, 2, 3]}]}
    with pytest.raises(pa.ArrowInvalid):
        pa.RecordBatch.from_pylist([broken], schema=record_schema(SCHEMA))


@pytest.mark.parametrize("derived", [False, True])
def test_features_are_those_of_datasets(derived: bool) -> None:
    from datasets import Features

    schema = record_schema(SCHEMA, derived=derived)
    real = Features.from_arrow_schema(schema)
    assert features(schema) == real.to_dict()
    assert Features.from_dict(features(schema)) == real
    assert real.arrow_schema.remove_metadata() == schema


def test_features_in_the_metadata_are_found_by_datasets_with_their_class_labels() -> None:
    from datasets import ClassLabel, Features, List, Value

    plain = pa.schema(
        [
            ("tokens", pa.list_(pa.string())),
            ("ner_tags", pa.list_(pa.int64())),
            ("offsets", pa.list_(SPAN)),
            ("best", pa.struct([("label", pa.int64()), ("score", pa.float32())])),
            ("many", pa.list_(pa.struct([("label", pa.int64()), ("span", SPAN)]))),
            ("day", pa.date32()),
            ("count", pa.int64()),
        ]
    )
    names = {"ner_tags": ["O", "B-PER"], "best.label": ["yes", "no"], "many.label": ["a"]}
    expected = Features(
        {
            "tokens": List(Value("string")),
            "ner_tags": List(ClassLabel(names=["O", "B-PER"])),
            "offsets": List(List(Value("int32"), length=2)),
            "best": {"label": ClassLabel(names=["yes", "no"]), "score": Value("float32")},
            "many": List({"label": ClassLabel(names=["a"]), "span": List(Value("int32"), 2)}),
            "day": Value("date32"),
            "count": Value("int64"),
        }
    )
    schema = with_features(plain, names)
    assert Features.from_arrow_schema(schema) == expected
    assert expected.arrow_schema.remove_metadata() == plain
    assert schema.remove_metadata() == plain
    assert json.loads(schema.metadata[b"huggingface"])["info"]["features"] == expected.to_dict()


@pytest.mark.parametrize(
    ("columns", "labels", "message"),
    [
        ([("a", pa.int32())], {"a": ["x"]}, "a: found int32, expected int64 for class labels"),
        ([("a", pa.int64())], {"b": ["x"]}, "found no column b, expected one of the schema"),
        ([("a", pa.struct([("b", pa.int64())]))], {"a": ["x"]}, "found no column a, expected"),
        ([("a", pa.list_(pa.binary()))], {}, "a: found binary, expected a type that datasets"),
    ],
)
def test_what_features_refuses(
    columns: list[tuple[str, pa.DataType]], labels: dict[str, list[str]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        features(pa.schema(columns), labels)


LEAVES = st.sampled_from([pa.string(), pa.bool_(), pa.int32(), pa.int64(), pa.float64(), pa.int8()])


def _nested(inner: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    return st.one_of(
        inner.map(pa.list_),
        st.tuples(inner, st.integers(1, 4)).map(lambda pair: pa.list_(*pair)),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda types: pa.struct([(f"f{i}", one) for i, one in enumerate(types)])
        ),
    )


@settings(deadline=None)  # the first example may have to import `datasets`
@given(st.lists(st.recursive(LEAVES, _nested, max_leaves=6), min_size=1, max_size=4))
def test_any_nesting_of_our_types_is_what_datasets_makes_of_it(types: list[pa.DataType]) -> None:
    from datasets import Features

    schema = pa.schema([(f"c{i}", one) for i, one in enumerate(types)])
    assert features(schema) == Features.from_arrow_schema(schema).to_dict()
    assert Features.from_arrow_schema(with_features(schema)).arrow_schema.equals(schema)


@pytest.mark.parametrize("streaming", [False, True])
def test_records_come_back_from_load_dataset_as_they_were(tmp_path: Path, streaming: bool) -> None:
    from datasets import Features, load_dataset

    schema = with_features(record_schema(SCHEMA))
    rows = [RECORD, RECORD | {"doc_id": "two", "mentions": None, "quotes": []}]
    (tmp_path / "data").mkdir()
    for number, row in enumerate(rows):
        path = tmp_path / "data" / f"test-{number}.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
            writer.write_batch(pa.RecordBatch.from_pylist([row], schema=schema))
    (tmp_path / "README.md").write_text(
        "---\nconfigs:\n- config_name: documents\n  data_files:\n"
        "  - split: test\n    path: data/test-*.arrow\n---\n",
        encoding="utf-8",
    )
    loaded = load_dataset(
        str(tmp_path), split="test", streaming=streaming, cache_dir=str(tmp_path / "cache")
    )
    assert list(loaded) == rows
    assert loaded.features == Features.from_dict(features(schema))
