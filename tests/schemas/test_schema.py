from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from communique.annotations import record
from communique.corpus.documents import Document
from communique.errors import InvalidInput
from communique.schemas.schema import Field, load_schema

SCHEMA = load_schema()
TEXT = (SCHEMA.folder / "communique.yaml").read_text(encoding="utf-8")

CLASSES = {
    "zones": record.Zone,
    "entities": record.Entity,
    "mentions": record.Mention,
    "times": record.Time,
    "quotes": record.Quote,
    "events": record.Event,
}


def expected(schema_fields: tuple[Field, ...]) -> dict[str, Any]:
    """Each field with its default: ``MISSING`` when it must be there, tuples for lists."""

    def default(field: Field) -> Any:
        if field.required:
            return MISSING
        return tuple(field.default) if isinstance(field.default, list) else field.default

    return {field.name: default(field) for field in schema_fields}


def found(cls: Any) -> dict[str, Any]:
    return {field.name: field.default for field in fields(cls)}


@pytest.mark.parametrize("name", CLASSES)
def test_the_data_class_of_a_list_has_the_fields_and_defaults_of_the_schema(name: str) -> None:
    assert list(found(CLASSES[name])) == [field.name for field in SCHEMA.lists[name].fields]
    assert found(CLASSES[name]) == expected(SCHEMA.lists[name].fields)


def test_every_list_has_its_data_class_in_the_record() -> None:
    layers = dict.fromkeys(SCHEMA.lists)
    assert list(SCHEMA.lists) == list(CLASSES)
    assert found(record.Record) == expected(SCHEMA.record) | layers


def test_the_argument_of_an_event_is_what_the_schema_says() -> None:
    arguments = next(field for field in SCHEMA.lists["events"].fields if field.kind == "structs")
    assert found(record.Argument) == expected(arguments.fields)


def test_the_metadata_of_a_document_has_the_fields_and_defaults_of_the_schema() -> None:
    assert found(Document) == expected(SCHEMA.document)


def test_event_types_modes_and_requirements_are_those_of_the_specification() -> None:
    # PLOVER manual of 2024-02-04: 16 types in four groups; three of them require a recipient.
    types = SCHEMA.vocabularies["event_type"]
    by_group: dict[str | None, int] = {}
    for label in types.values():
        by_group[label.group] = by_group.get(label.group, 0) + 1
    assert list(by_group.values()) == [4, 3, 4, 5]
    assert {name for name, label in types.items() if label.requires == ("recipient",)} == {
        *("AID", "COOPERATE", "SANCTION")
    }
    # CONSULT 4, RETREAT 6, REQUEST 4, ACCUSE 3, REJECT 4, THREATEN 6, PROTEST 7, SANCTION 4,
    # MOBILIZE 4, COERCE 10, ASSAULT 15
    modes = [len(label.modes) for label in types.values() if label.modes]
    assert modes == [4, 6, 4, 3, 4, 6, 7, 4, 4, 10, 15]
    assert types["RETREAT"].modes == (
        *("withdraw", "release", "disarm", "ceasefire", "access", "resign"),
    )


def test_masked_zones_and_layers() -> None:
    assert SCHEMA.masked_zones == {"byline", "boilerplate"}
    assert SCHEMA.layer_of("mentions") == "entities"
    assert set(SCHEMA.layers) == {"zones", "entities", "times", "quotes", "events"}


def broken(tmp_path: Path, *changes: tuple[str, str]) -> InvalidInput:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        load_schema(path)
    return error.value


CHANGES = {
    "$.lists.zones.fields.id.kind": ("{kind: id,", "{kind: ident,"),
    "$.lists.zones.fields.type.of": ("of: zone_type", "of: zoned_type"),
    "$.lists.zones.fields.duplicate_of.to": ("to: [zones]", "to: [zone]"),
    "$.lists.quotes.fields.content.min": ("min: 1", "min: one"),
    "$.lists.events.fields.arguments.to": (
        "to: [mentions, times, events]",
        "to: [mentions, times, event]",
    ),
    "$.lists.mentions.fields.use.default": ("default: literal", "default: literally"),
    "$.layers.times.lists": ("lists: [times]", "lists: [times, hours]"),
    "$.lists.mentions": ("lists: [entities, mentions]", "lists: [entities]"),
    "$.record.text_sha256.nulable": ("nullable: true", "nulable: true"),
    "$.document.genre.of": ("of: genre", "of: genres"),
    "$.vocabularies.zone_type.headline.color": ('color: "#4e342e"', "color: red"),
    "$.vocabularies.entity_type.PER.hotkey": ('hotkey: "1"', "hotkey: 1"),
    "$.vocabularies.event_type.CONSULT.modes": (
        "modes: [visit, third-party, multilateral, phone]",
        "modes: visit",
    ),
    "$.vocabularies.event_type.AID.requires": (
        "hotkey: h, modes: [], requires: [recipient]",
        "hotkey: h, modes: [], requires: [receiver]",
    ),
    "$.vocabularies.event_type.AGREE.group": ("group: verbal-cooperation", "group: talk"),
    "$.vocabularies.role.time.targets": ("targets: [times]", "targets: [hours]"),
    "$.vocabularies.zone_type.byline.masks": ("masked: true", "masks: true"),
}


@pytest.mark.parametrize("path", CHANGES)
def test_one_mistake_in_the_schema_file_is_one_problem(tmp_path: Path, path: str) -> None:
    problems = broken(tmp_path, CHANGES[path]).problems
    # A role's target stands inside the field `arguments`, whose path the schema reader leaves out.
    assert [problem.path for problem in problems] == [
        path.replace("fields.arguments.to", "fields.target.to")
    ]
    assert problems[0].check == "schema.file"
    assert problems[0].file == str(tmp_path / "schema.yaml")


def test_all_mistakes_in_the_schema_file_are_reported_at_once(tmp_path: Path) -> None:
    problems = broken(tmp_path, *CHANGES.values()).problems
    assert len(problems) == len(CHANGES)
    assert len({problem.path for problem in problems}) == len(CHANGES)


@pytest.mark.parametrize("text", ["", "[]", "- 1", "just words"])
def test_a_file_that_is_no_schema_at_all_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"\$: error: found .* expected a mapping"):
        load_schema(path)
