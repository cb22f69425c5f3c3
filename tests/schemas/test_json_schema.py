from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from communique.schemas.json_schema import document_schema, record_schema
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
RECORD = jsonschema_rs.Draft202012Validator(record_schema(SCHEMA))
HEAD: dict[str, Any] = {"doc_id": "one", "schema_version": "1.0", "annotator": "gold"}


def test_both_are_json_schemas() -> None:
    jsonschema_rs.meta.validate(record_schema(SCHEMA))
    jsonschema_rs.meta.validate(document_schema(SCHEMA))


def test_a_record_needs_its_head_and_no_layer() -> None:
    assert RECORD.is_valid(HEAD)
    for key in HEAD:
        assert not RECORD.is_valid({name: value for name, value in HEAD.items() if name != key})


ZONE = {"id": "z1", "type": "body", "span": [0, 4]}
EVENT = {"id": "v1", "trigger": [0, 4], "type": "CONSULT"}


@pytest.mark.parametrize(
    ("layer", "good", "bad"),
    [
        ("zones", ZONE, ZONE | {"type": "title"}),
        ("zones", ZONE, ZONE | {"span": [0, 4, 5]}),
        ("zones", ZONE, ZONE | {"span": [-1, 4]}),
        ("zones", ZONE, ZONE | {"span": [0, 2**31]}),
        ("zones", ZONE, ZONE | {"span": ["0", "4"]}),
        ("zones", ZONE, ZONE | {"colour": "red"}),
        ("zones", ZONE, ZONE | {"id": "1z"}),
        ("events", EVENT | {"mode": "visit"}, EVENT | {"mode": "teatime"}),
        ("events", EVENT | {"mode": None}, EVENT | {"realis": None}),
        (
            "events",
            EVENT | {"arguments": [{"role": "actor", "target": "m1"}]},
            EVENT | {"arguments": [{"role": "agent", "target": "m1"}]},
        ),
        ("quotes", {"id": "q1", "content": [[0, 4]]}, {"id": "q1", "content": []}),
        (
            "entities",
            {"id": "e1", "type": "GPE", "kb": "iso3166-1:GHA"},
            {"id": "e1", "type": "GPE", "kb": "wikidata:Q117"},
        ),
    ],
)
def test_what_an_annotation_may_hold(layer: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    assert RECORD.is_valid(HEAD | {layer: [good]})
    assert not RECORD.is_valid(HEAD | {layer: [bad]})
    assert not RECORD.is_valid(HEAD | {layer: None})


def test_every_label_of_the_vocabularies_is_in_the_enumerations() -> None:
    events = record_schema(SCHEMA)["properties"]["events"]["items"]["properties"]
    assert events["type"]["enum"] == list(SCHEMA.labels("event_type"))
    assert events["mode"]["enum"] == [*SCHEMA.labels("event_mode"), None]
