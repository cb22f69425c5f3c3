"""Two passes become one record: nothing is decided silently, nothing is asked twice."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records
from communique.annotations.adjudicate_commands import adjudicate
from communique.annotations.label_studio.adjudication import (
    Adjudication,
    Choice,
    agreed_part,
    compare,
    composed,
    inferred,
)
from communique.annotations.label_studio.adjudication_project import (
    Job,
    adjudication_config,
    push_adjudication,
    read_back,
)
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.decisions import decision_sheet, read_sheet, with_log
from communique.annotations.label_studio.pairing import renamed
from communique.annotations.label_studio.remote import Source
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.server import Server
from communique.annotations.reading import read_record, write_record
from communique.annotations.record import Argument, Record
from communique.corpus.documents import text_sha256
from communique.errors import InvalidInput
from projects import make_project

TEXT = ("The old envoy said on Monday that\n\nno talks, no ferry: none at all." * 2)[:LENGTH]


@st.composite
def varied(draw: st.DrawFn, record: Record) -> Record:
    """The record as another annotator might have it: something left out, something else."""

    def some(items: Any) -> Any:
        return tuple(one for one in items if draw(st.integers(0, 3)))

    mentions = tuple(
        replace(one, level=draw(st.sampled_from([one.level, "NOM"])))
        for one in some(record.mentions)
    )
    times = some(record.times)
    ids = {one.id for one in (*mentions, *times)}
    return replace(
        record,
        annotator="other",
        mentions=mentions,
        times=times,
        quotes=tuple(
            replace(one, source=one.source if one.source in ids else None)
            for one in some(record.quotes)
        ),
        events=tuple(
            replace(
                one,
                realis=draw(st.sampled_from([one.realis, "future"])),
                chain=draw(st.sampled_from([None, "c1", "c2"])),
                arguments=tuple(part for part in one.arguments if part.target in ids),
            )
            for one in some(record.events)
        ),
    )


@st.composite
def linked(draw: st.DrawFn, record: Record) -> Record:
    """The record with members, outer quotes, addressees, events as arguments and chains."""
    entities = record.entities or ()
    mentions = [one.id for one in record.mentions or ()]
    events = record.events or ()

    def some(ids: list[str]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=2)) if ids else ())

    return replace(
        record,
        entities=tuple(
            replace(one, members=some([later.id for later in entities[i + 1 :]]))
            for i, one in enumerate(entities)
        ),
        quotes=tuple(
            replace(
                one,
                addressees=some(mentions),
                parent=draw(st.sampled_from([None, *(q.id for q in (record.quotes or ())[:i])])),
            )
            for i, one in enumerate(record.quotes or ())
        ),
        events=tuple(
            replace(
                one,
                chain=draw(st.sampled_from([None, "c1", "c2"])),
                arguments=(
                    *one.arguments,
                    *(Argument("topic", target) for target in some([v.id for v in events])),
                ),
            )
            for one in events
        ),
    )


@st.composite
def passes(draw: st.DrawFn) -> tuple[Record, Record]:
    """Two passes: the same, alike, or with nothing to do with each other."""
    a = draw(records())
    b = draw(st.one_of(st.just(a), varied(a), records()))
    if draw(st.booleans()):
        a, b = draw(linked(a)), draw(linked(b))
    return a, replace(b, annotator="other")


def all_for(adjudication: Adjudication, choice: str) -> dict[str, Choice]:
    return {one.id: Choice(choice, "so it is") for one in adjudication.decisions}


def made(adjudication: Adjudication, choice: str) -> Record:
    choices = all_for(adjudication, choice)
    return composed(adjudication, choices, annotator="test", text=TEXT, schema=SCHEMA)


def unordered(value: dict[str, Any]) -> dict[str, Any]:
    """Lists by ids, and references and spans in any order."""
    return {
        name: sorted(
            (
                {
                    key: sorted(map(repr, one)) if isinstance(one, list | tuple) else one
                    for key, one in item.items()
                }
                for item in value[name] or ()
            ),
            key=lambda item: str(item["id"]),
        )
        for name in SCHEMA.lists
    }


def under_common_names(record: Record, adjudication: Adjudication, side: int) -> dict[str, Any]:
    value = msgspec.to_builtins(record)
    names = adjudication.paired.names[side]
    return unordered(
        {name: [renamed(one, name, names, SCHEMA) for one in value[name]] for name in SCHEMA.lists}
    )


def plain(record: Record) -> dict[str, Any]:
    return under_common_names(record, compare(record, record, SCHEMA), 0)


@given(records().flatmap(linked))
def test_equal_passes_leave_nothing_to_decide(record: Record) -> None:
    found = compare(record, replace(record, annotator="other"), SCHEMA)
    assert not found.decisions
    assert composed(found, {}, annotator="test", text=None, schema=SCHEMA) == record


@given(passes())
def test_a_everywhere_is_the_first_pass(both: tuple[Record, Record]) -> None:
    assert made(compare(*both, SCHEMA), "a") == both[0]


@given(passes())
def test_b_everywhere_is_the_second_pass(both: tuple[Record, Record]) -> None:
    found = compare(*both, SCHEMA)
    assert plain(made(found, "b")) == under_common_names(both[1], found, 1)


@given(passes())
def test_every_disagreement_appears_exactly_once(both: tuple[Record, Record]) -> None:
    found = compare(*both, SCHEMA)
    decided = [one.item for one in found.decisions]
    assert len(decided) == len(set(decided))
    sides = [under_common_names(record, found, side) for side, record in enumerate(both)]
    for name in SCHEMA.lists:
        mine, theirs = ({one["id"]: one for one in side[name]} for side in sides)
        differing = {one for one in mine | theirs if mine.get(one) != theirs.get(one)}
        named = {one.item for one in found.decisions if one.list == name}
        assert named <= differing
        assert {*differing} - named <= found.riding


@given(passes())
def test_a_sheet_can_be_read_back_and_is_open_until_it_is_filled_in(
    both: tuple[Record, Record],
) -> None:
    found = compare(*both, SCHEMA)
    empty = read_sheet(decision_sheet(found, TEXT, SCHEMA), found, TEXT, SCHEMA, source="s")
    assert not empty.choices
    if found.decisions:
        with pytest.raises(InvalidInput, match="open decisions"):
            composed(found, empty.choices, annotator="test", text=TEXT, schema=SCHEMA)
    choices = all_for(found, "b")
    filled = decision_sheet(found, TEXT, SCHEMA, choices)
    sheet = read_sheet(filled, found, TEXT, SCHEMA, source="s")
    assert (sheet.choices, sheet.stale) == (choices, ())


@given(passes())
def test_what_needs_no_decision_is_sound_on_its_own(both: tuple[Record, Record]) -> None:
    found = compare(*both, SCHEMA)
    part = agreed_part(found, annotator="test", schema=SCHEMA)
    assert not compare(part, part, SCHEMA).decisions
    decided = {one.item for one in found.decisions if one.list != "entities"}
    assert not decided & {one.id for name in ("mentions", "events") for one in getattr(part, name)}


@given(passes())
def test_a_finished_record_says_what_was_chosen(both: tuple[Record, Record]) -> None:
    found = compare(*both, SCHEMA)
    said = inferred(found, both[0], TEXT, SCHEMA, reason="edited", adjudicator="me")
    assert {one.choice for one in said.values()} <= {"a"}


# -- by example --------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which two annotators disagree about one level and one time."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    gold = tmp_path / "annotations" / "gold"
    for path in sorted(gold.glob("*.json")):
        record = read_record(path)
        path.unlink()
        one, two = (replace(record, annotator=name) for name in ("one", "two"))
        assert two.mentions
        assert two.times
        changed = replace(two.mentions[6], level="NOM")
        two = replace(two, mentions=(*two.mentions[:6], changed), times=two.times[:1])
        events = tuple(
            replace(event, arguments=tuple(x for x in event.arguments if x.role != "time"))
            for event in two.events or ()
        )
        two = replace(two, events=events)
        for name, made_by in (("one", one), ("two", two)):
            write_record(tmp_path / "annotations" / "passes" / name / path.name, made_by)
    return tmp_path


def run(*arguments: str) -> Any:
    passed = ["annotations/passes/one", "annotations/passes/two", "--adjudicator", "ada"]
    return CliRunner().invoke(adjudicate, [*passed, *arguments], catch_exceptions=True)


def sheets(project: Path) -> list[Path]:
    return sorted((project / "annotations" / "adjudication").glob("*.yaml"))


def fill(path: Path, choice: str, **more: Any) -> None:
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in sheet["decisions"]:
        entry.update(choice=choice, reason="the text says so", **more)
    path.write_text(yaml.safe_dump(sheet, allow_unicode=True), encoding="utf-8")


def test_the_first_run_asks_and_writes_no_gold(project: Path) -> None:
    done = run()
    assert done.exit_code == 1, done.output
    assert "open" in done.output
    assert not list((project / "annotations" / "gold").glob("*.json"))
    assert not (project / "annotations" / "adjudication.jsonl").exists()
    written = sheets(project)[0].read_text(encoding="utf-8")
    assert "[[We]]" in written
    assert "p3:We" in written
    assert run().exit_code == 1
    assert sheets(project)[0].read_text(encoding="utf-8") == written


def test_nothing_is_written_while_one_decision_is_open(project: Path) -> None:
    run()
    path = sheets(project)[0]
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert len(sheet["decisions"]) > 1
    sheet["decisions"][0].update(choice="a", reason="the text says so")
    path.write_text(yaml.safe_dump(sheet), encoding="utf-8")
    before = path.read_bytes()
    assert run().exit_code == 1
    assert path.read_bytes() == before
    assert not (project / "annotations" / "gold" / f"{path.stem}.json").exists()
    assert not (project / "annotations" / "adjudication.jsonl").exists()


def test_filled_in_decisions_make_gold_and_log(project: Path) -> None:
    run()
    for path in sheets(project):
        fill(path, "a")
    done = run("--date", "2031-05-07")
    assert done.exit_code == 0, done.output
    path = sheets(project)[0]
    gold = read_record(project / "annotations" / "gold" / f"{path.stem}.json")
    first = read_record(project / "annotations" / "passes" / "one" / f"{path.stem}.json")
    assert gold == replace(first, annotator="ada")
    log_file = project / "annotations" / "adjudication.jsonl"
    log = [json.loads(line) for line in log_file.read_text(encoding="utf-8").splitlines()]
    assert {"a", "b", "choice", "reason", "adjudicator", "date"} <= log[0].keys()
    assert {(one["choice"], one["adjudicator"], one["date"]) for one in log} == {
        ("a", "ada", "2031-05-07")
    }
    before = log_file.read_bytes()
    assert run("--date", "2031-05-08").exit_code == 0
    assert log_file.read_bytes() == before


def test_a_dry_run_writes_nothing(project: Path) -> None:
    done = run("--dry-run")
    assert done.exit_code == 1
    assert not sheets(project)


def test_what_is_left_out_cannot_be_referred_to(project: Path) -> None:
    run()
    path = sheets(project)[0]
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in sheet["decisions"]:
        drop = entry["about"].startswith("times")
        entry.update(choice="b" if drop else "a", reason="the text says so")
    path.write_text(yaml.safe_dump(sheet), encoding="utf-8")
    done = run()
    assert done.exit_code == 1
    assert "t2 of v2, which was left out" in str(done.exception or "") + done.output
    assert not (project / "annotations" / "gold" / f"{path.stem}.json").exists()


def test_own_versions_are_written_in_words(project: Path) -> None:
    run()
    path = sheets(project)[0]
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in sheet["decisions"]:
        entry.update(choice="a", reason="the text says so")
        if entry["about"] == "times t2":
            entry.update(choice="own", own={"span": "p2:on [[Tuesday]]", "mod": "END"})
    path.write_text(yaml.safe_dump(sheet), encoding="utf-8")
    for other in sheets(project)[1:]:
        fill(other, "a")
    done = run()
    assert done.exit_code == 0, done.output
    gold = read_record(project / "annotations" / "gold" / f"{path.stem}.json")
    assert gold.times
    assert (gold.times[1].mod, gold.times[1].value) == ("END", "2031-05-06")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"choice": "c", "reason": "x"}, "one of a, b, both, neither, own"),
        ({"choice": "a"}, "a sentence that says why"),
        ({"choice": "own", "reason": "x"}, "the fields of your own version"),
        ({"choice": "a", "reason": "x", "own": {"level": "NOM"}}, "own for the choice own alone"),
    ],
)
def test_wrong_choices_are_named(project: Path, entry: dict[str, Any], expected: str) -> None:
    run()
    path = sheets(project)[0]
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    sheet["decisions"][0].update(entry)
    path.write_text(yaml.safe_dump(sheet), encoding="utf-8")
    done = run()
    assert done.exit_code == 1
    assert expected in str(done.exception or "") + done.output


def test_decisions_about_passes_that_changed_are_not_lost_silently(project: Path) -> None:
    run()
    path = sheets(project)[0]
    fill(path, "a")
    second = project / "annotations" / "passes" / "two" / f"{path.stem}.json"
    record = read_record(second)
    assert record.mentions
    changed = replace(record.mentions[6], level="NAM")
    write_record(second, replace(record, mentions=(*record.mentions[:6], changed)))
    before = path.read_bytes()
    done = run()
    assert done.exit_code == 1
    assert "--refresh" in str(done.exception or "") + done.output
    assert path.read_bytes() == before
    run("--refresh")
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["decisions"]
    assert [one["choice"] for one in entries].count(None) == 1


def test_the_log_grows_and_repeats_nothing() -> None:
    first = with_log("", ['{"doc_id": "x", "date": "2031-05-06"}'])
    assert with_log(first, ['{"doc_id": "x", "date": "2031-05-07"}']) == first
    assert with_log(first, ['{"doc_id": "y", "date": "2031-05-07"}']).count("\n") == 2


def test_a_decision_made_anew_takes_the_place_of_the_old_one_in_the_log() -> None:
    def line(doc_id: str, decision: str, choice: str) -> str:
        return json.dumps(
            {"doc_id": doc_id, "decision": decision, "choice": choice, "date": "2031-05-06"}
        )

    log = with_log("", [line("x", "d1", "a"), line("x", "d2", "a")])
    log = with_log(log, [line("y", "d1", "a")])
    log = with_log(log, [line("x", "d1", "a"), line("x", "d2", "b")])
    assert log.splitlines() == [line("x", "d1", "a"), line("y", "d1", "a"), line("x", "d2", "b")]


# -- on a server -------------------------------------------------------------------------------


REASON = {
    "id": "why",
    "from_name": "reason",
    "to_name": "text",
    "type": "textarea",
    "value": {"text": ["The text says so."]},
}


@pytest.fixture
def job(project: Path) -> Job:
    """The first document with the passes of two annotators who disagree."""
    text = (project / "corpus" / "documents" / "ferry-01.txt").read_text(encoding="utf-8")
    a, b = (
        read_record(project / "annotations" / "passes" / name / "ferry-01.json")
        for name in ("one", "two")
    )
    return Job(Source("ferry-01", text, text_sha256(text), "Ferry"), compare(a, b, SCHEMA))


def test_the_screen_of_adjudication_asks_for_the_reason() -> None:
    assert 'name="reason"' in adjudication_config(SCHEMA)


def test_adjudication_on_a_server(client: Client, job: Job) -> None:
    title = f"adjudication {uuid.uuid4().hex[:12]}"
    assert push_adjudication(client, [job], SCHEMA, title=title, dry_run=True).create
    assert push_adjudication(client, [job], SCHEMA, title=title).create == ["ferry-01"]
    again = push_adjudication(client, [job], SCHEMA, title=title)
    assert (again.create, again.unchanged) == ([], ["ferry-01"])
    project = next(one for one in client.projects() if one["title"] == title)
    (exported,) = client.export(project["id"])
    predictions = {one["model_version"] for one in client.predictions(exported["id"])}
    assert predictions == {"one", "two"}
    settled = read_back(client, [job], SCHEMA, title=title)
    assert (settled.open, settled.records) == (["ferry-01"], {})

    a = job.adjudication.a
    (held,) = exported["annotations"]
    result = [*results_of(a, job.source.text, SCHEMA), REASON]
    client.update_annotation(int(held["id"]), result)
    settled = read_back(client, [job], SCHEMA, title=title)
    assert not settled.problems
    record, choices = settled.records["ferry-01"]
    assert replace(record, annotator="one") == a
    assert {one.choice for one in choices.values()} == {"a"}
    assert {one.reason for one in choices.values()} == {"The text says so."}
    other = Job(job.source, compare(a, replace(a, annotator="three"), SCHEMA))
    assert push_adjudication(client, [other], SCHEMA, title=title).changed == ["ferry-01"]
    client.delete_project(int(project["id"]))


def test_the_command_decides_on_a_server(
    server: Server, client: Client, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = f"adjudication {uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    to = ("--url", server.url, "--project", title)
    assert "pushed" in run("--server", "push", *to).output
    done = run("--server", "pull", *to)
    assert done.exit_code == 1
    assert "open on the server" in done.output
    found = next(one for one in client.projects() if one["title"] == title)
    for exported in client.export(found["id"]):
        doc_id = exported["data"]["doc_id"]
        path = project / "annotations" / "passes" / "one" / f"{doc_id}.json"
        result = results_of(read_record(path), exported["data"]["text"], SCHEMA)
        client.update_annotation(int(exported["annotations"][0]["id"]), [*result, REASON])
    done = run("--server", "pull", *to)
    assert done.exit_code == 0, done.output
    gold = read_record(project / "annotations" / "gold" / "ferry-01.json")
    first = read_record(project / "annotations" / "passes" / "one" / "ferry-01.json")
    assert gold == replace(first, annotator="ada")
    log = (project / "annotations" / "adjudication.jsonl").read_text(encoding="utf-8")
    assert all(json.loads(line)["choice"] == "a" for line in log.splitlines())
    client.delete_project(int(found["id"]))
