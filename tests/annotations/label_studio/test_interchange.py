"""Exports of other projects become records, or one line for each thing that is in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from annotated import SCHEMA
from communique.annotations.import_commands import import_
from communique.annotations.label_studio.interchange import Imported, import_export
from communique.annotations.label_studio.naming import Names, read_names
from communique.annotations.label_studio.remote import Source
from communique.annotations.label_studio.results import results_of
from communique.annotations.reading import read_record
from communique.corpus.documents import text_sha256
from communique.errors import InvalidInput
from projects import make_project

TEXT = "Ida Roth of Telmark warned that talks\r\nmay end, she said in Lund 👩‍🚀."
SOURCE = Source("harbour", TEXT, text_sha256(TEXT))

MAPPING = """
text: body
annotators: {3: ada, "bob@example.org": bob}
spans:
  ner:
    list: mentions
    labels: {Person: PER, Place: GPE, Misc: null}
    set: {mentions_level: NAM, entities_nil: not_in_registry}
  what: {list: events, labels: {Warning: THREATEN}}
attributes:
  sure: {to: events_certainty, values: {no: possible, yes: certain}}
relations: {does: {to: actor, reverse: true}, near: null}
ignore: [comment]
"""


def region(name: str, control: str, label: str, words: str, **value: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    located = {"start": start, "end": start + len(words), "text": words}
    return {
        "id": name,
        "from_name": control,
        "to_name": "body",
        "type": "labels",
        "value": {**located, "labels": [label], **value},
    }


def task(*result: dict[str, Any], by: object = 3, **annotation: Any) -> dict[str, Any]:
    held = {"id": 7, "completed_by": by, "result": list(result), **annotation}
    return {"id": 5, "data": {"body": TEXT, "name": "harbour"}, "annotations": [held]}


@pytest.fixture
def names(tmp_path: Path) -> Names:
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return read_names(path, SCHEMA)


def imported(names: Names | None, *tasks: dict[str, Any], **more: Any) -> Imported:
    return import_export(tasks, [SOURCE], SCHEMA, names=names, **more)


FOREIGN = (
    region("aB3", "ner", "Person", "Ida Roth"),
    region("xY9", "ner", "Place", "Telmark"),
    region("zz1", "ner", "Misc", "talks"),
    region("ev1", "what", "Warning", "warned"),
    {"id": "ev1", "from_name": "sure", "type": "choices", "value": {"choices": ["no"]}},
    {"id": "c", "from_name": "comment", "type": "textarea", "value": {"text": ["hm"]}},
    {
        "type": "relation",
        "from_id": "aB3",
        "to_id": "ev1",
        "direction": "right",
        "labels": ["does"],
    },
    {"type": "relation", "from_id": "zz1", "to_id": "ev1", "labels": ["near"]},
)


def test_foreign_names_become_ours(names: Names) -> None:
    found = imported(names, task(*FOREIGN))
    assert found.problems == []
    record = found.records["ada", "harbour"]
    assert [one.type for one in record.entities or ()] == ["PER", "GPE"]
    assert [one.span.slice(TEXT) for one in record.mentions or ()] == ["Ida Roth", "Telmark"]
    assert {one.level for one in record.mentions or ()} == {"NAM"}
    assert record.events
    event = record.events[0]
    assert (event.type, event.certainty) == ("THREATEN", "possible")
    assert [(one.role, one.target) for one in event.arguments] == [("actor", "m1")]
    assert (record.text_sha256, record.quotes, record.times) == (SOURCE.sha256, None, None)


def test_documents_are_found_by_id_by_hash_or_by_text(names: Names) -> None:
    by_id = task()
    by_id["data"] = {"doc_id": "harbour", "body": TEXT}
    by_hash = task(by="bob@example.org")
    by_hash["data"] = {"text_sha256": SOURCE.sha256}
    by_text = task(by={"id": 9, "email": "Cleo.Ray@example.org"})
    by_text["data"] = {"body": TEXT}
    found = imported(names, by_id, by_hash, by_text)
    assert found.problems == []
    assert set(found.records) == {
        ("ada", "harbour"),
        ("bob", "harbour"),
        ("cleo.ray", "harbour"),
    }


def test_another_text_is_refused(names: Names) -> None:
    other = task(*FOREIGN)
    other["data"] = {"doc_id": "harbour", "body": TEXT.replace("\r\n", "\n")}
    (problem,) = imported(names, other).problems
    assert "another text" in str(problem)
    assert "line ends" in str(problem)
    nowhere = task(*FOREIGN)
    nowhere["data"] = {"name": "harbour", "content": TEXT}
    (problem,) = imported(names, nowhere).problems
    assert "a text of no document" in str(problem)


def test_unknown_names_are_one_line_each(names: Names) -> None:
    found = imported(
        names,
        task(
            region("a", "ner", "Alien", "Ida Roth"),
            region("b", "ner", "Alien", "Lund"),
            region("c", "what", "Warning", "warned"),
            {"id": "c", "from_name": "sure", "type": "choices", "value": {"choices": ["?"]}},
            {"id": "c", "from_name": "mood", "type": "choices", "value": {"choices": ["bad"]}},
            {"type": "relation", "from_id": "c", "to_id": "c", "labels": ["odd"]},
        ),
    )
    lines = [str(problem) for problem in found.problems]
    for words in ('"Alien" of "ner" (2 times)', 'value "?"', '"mood"', 'relation "odd"'):
        assert sum(words in line for line in lines) == 1, words


def test_words_that_are_not_at_the_offsets_are_named(names: Names) -> None:
    shifted = region("a", "ner", "Person", "Ida Roth", start=1, end=9)
    (problem,) = imported(names, task(shifted)).problems
    assert 'the words "Ida Roth" at [1, 9], expected "da Roth "' in str(problem)
    lined = region("a", "ner", "Person", "talks\r\nmay", text="talks\\nmay")
    assert imported(names, task(lined)).problems == []


def test_what_is_no_finished_annotation_is_left_out(names: Names) -> None:
    skipped = task(was_cancelled=True)
    drafted = {**task(), "annotations": [], "drafts": [{"user": 3, "result": []}]}
    found = imported(names, skipped, drafted)
    assert (found.records, found.skipped, found.drafts) == ({}, 1, 1)


def test_an_annotator_has_one_annotation_of_a_document(names: Names) -> None:
    (problem,) = imported(names, task(*FOREIGN), task(*FOREIGN)).problems
    assert "a second annotation of harbour by ada" in str(problem)
    (problem,) = imported(names, task(by=8)).problems
    assert "--annotator" in str(problem)
    assert imported(names, task(by=8), annotator="eve").records.keys() == {("eve", "harbour")}


def test_json_min_has_regions_and_their_attributes(names: Names) -> None:
    person, event = (region("", "", label, words)["value"] for label, words in PAIRS)
    flat = {
        "id": 5,
        "body": TEXT,
        "doc_id": "harbour",
        "ner": [person],
        "what": [event],
        "sure": [{"start": event["start"], "end": event["end"], "choices": ["no"]}],
        "annotator": 3,
        "annotation_id": 7,
        "lead_time": 3.5,
    }
    found = imported(names, flat)
    assert found.problems == []
    record = found.records["ada", "harbour"]
    assert [one.certainty for one in record.events or ()] == ["possible"]
    assert [one.span.slice(TEXT) for one in record.mentions or ()] == ["Ida Roth"]


PAIRS = (("Person", "Ida Roth"), ("Warning", "warned"))


def test_a_wrong_mapping_is_said_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    wrong = {
        "colour": 1,
        "annotators": {3: "Ada!"},
        "layers": ["mood"],
        "spans": {"ner": {"list": "mentions", "labels": {"X": "ALIEN"}}, "x": {"list": "y"}},
        "attributes": {"a": {"to": "nothing"}, "b": {"to": "events_realis", "values": {"x": "y"}}},
        "relations": {"r": "loves"},
    }
    path.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        read_names(path, SCHEMA)
    text = str(error.value)
    for found in ('"colour"', "Ada!", '"mood"', "ALIEN", '"y"', '"nothing"', '"loves"'):
        assert found in text
    assert len(error.value.problems) == 8


# -- the command -------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def export_of(project: Path) -> Path:
    """An export of our own screen: it needs no mapping."""
    tasks = []
    for path in sorted((project / "annotations" / "gold").glob("*.json")):
        record = read_record(path)
        text = (project / "corpus" / "documents" / f"{path.stem}.txt").read_text(encoding="utf-8")
        held = {"id": 1, "completed_by": 1, "result": results_of(record, text, SCHEMA)}
        data = {"text": text, "doc_id": path.stem}
        tasks.append({"id": 1, "data": data, "annotations": [{**held, "lead_time": 12.5}]})
    file = project / "export.json"
    file.write_text(json.dumps(tasks), encoding="utf-8")
    return file


def run(*arguments: str) -> Any:
    return CliRunner().invoke(import_, arguments)


def test_an_export_of_our_own_screen_is_the_record_again(project: Path) -> None:
    file = export_of(project)
    dry = run(str(file), "--annotator", "ada", "--dry-run")
    assert "ada ferry-01: would be written" in dry.output
    assert not (project / "annotations" / "passes").exists()
    done = run(str(file), "--annotator", "ada")
    assert done.exit_code == 0, done.output
    written = read_record(project / "annotations" / "passes" / "ada" / "ferry-01.json")
    gold = read_record(project / "annotations" / "gold" / "ferry-01.json")
    assert written == replace(gold, annotator="ada")
    assert "unchanged" in run(str(file), "--annotator", "ada").output


def test_nothing_is_overwritten_unasked(project: Path) -> None:
    file = export_of(project)
    run(str(file), "--annotator", "ada")
    target = project / "annotations" / "passes" / "ada" / "ferry-01.json"
    record = read_record(target)
    target.write_text(target.read_text(encoding="utf-8").replace("CONSULT", "SUPPORT"), "utf-8")
    before = target.read_bytes()
    refused = run(str(file), "--annotator", "ada")
    assert refused.exit_code == 1
    assert "--replace" in str(refused.exception)
    assert target.read_bytes() == before
    assert run(str(file), "--annotator", "ada", "--replace").exit_code == 0
    assert read_record(target) == record


def test_an_export_that_is_none_is_refused(project: Path) -> None:
    file = project / "export.json"
    file.write_text('{"tasks": []}', encoding="utf-8")
    done = run(str(file))
    assert done.exit_code == 1
    assert "JSON-MIN" in str(done.exception)
