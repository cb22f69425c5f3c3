"""From the first login to the record in the repository, with a real browser on a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from annotated import LENGTH, records, shuffled
from annotations.label_studio.screen import Screen, screen
from annotations.label_studio.syncing import SCHEMA, Bench
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.mapping import record_of
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.server import Server, load_secrets
from communique.annotations.label_studio.state import Store
from communique.annotations.reading import read_record
from communique.annotations.record import Record
from communique.schemas.label_studio import labelling_config
from projects import make_project

HOSTILE = "🇬🇭 «Oui\u202f!»  é <b>Ada</b> &amp;\u00a0العربية\n\n👩\u200d👧 left  x;\tΩn <i>\n"
assert len(HOSTILE) == LENGTH
"""Flags, combining marks, ZWJ, right-to-left, markup, and white space of every kind."""


@pytest.fixture
def bench(client: Client, project: dict[str, Any], tmp_path: Path) -> Bench:
    return Bench(client, Store(make_project(tmp_path / "corpus")), project["title"])


def test_what_a_person_draws_arrives_and_is_not_sent_again(bench: Bench, server: Server) -> None:
    bench.push()
    task = int(bench.tasks("ferry-01")[0]["id"])
    source = bench.sources["ferry-01"]
    quote = next(one for one in bench.gold("ferry-01").quotes or () if one.source)
    content = quote.content[0]
    speaker = bench.gold("ferry-01").mention_by_id[str(quote.source)]
    known = load_secrets(server.data_dir)
    with screen(server.url, known.username, known.password) as at_work:
        at_work.open(bench.remote.id, task)
        at_work.draw("PER", *speaker.span)
        at_work.select(*speaker.span)
        at_work.choose("NOM")
        at_work.choose("not_in_registry")
        at_work.draw("content", *content)
        at_work.relate(content, speaker.span, "source")
        at_work.save()
    pulled = bench.pull()
    assert [str(problem) for problem in pulled.problems] == []
    assert len(pulled.written) == 1
    (path,) = bench.store.project.passes.glob("*/ferry-01.json")
    record = read_record(path)
    (mention,) = record.mentions or ()
    (found,) = record.quotes or ()
    assert (mention.span, mention.level) == (speaker.span, "NOM")
    assert [entity.type for entity in record.entities or ()] == ["PER"]
    assert (found.content, found.source) == ((content,), mention.id)
    assert record.text_sha256 == source.sha256
    again = bench.push(record.annotator)
    assert again.empty and len(again.unchanged) == 1
    assert bench.pull().written == []


@pytest.fixture(scope="module")
def saving(server: Server) -> Iterator[tuple[Client, int, Screen]]:
    """A project, and somebody who looks at it all the time."""
    known = load_secrets(server.data_dir)
    with Client(server.url, server.token) as client:
        made = client.create_project("saved in the browser", labelling_config(SCHEMA), "")
        with screen(server.url, known.username, known.password) as at_work:
            yield client, int(made["id"]), at_work
        client.delete_project(int(made["id"]))


@given(records().flatmap(shuffled))
@settings(max_examples=8, deadline=None, phases=(Phase.generate,))
def test_a_record_survives_being_saved_in_the_browser(
    saving: tuple[Client, int, Screen], record: Record
) -> None:
    """The editor rewrites what it saves; what is read from it stays the same."""
    client, project, at_work = saving
    client.import_tasks(project, [{"data": {"text": HOSTILE, "doc_id": "d1"}}])
    *_, task = client.tasks(project)
    sent = results_of(record, HOSTILE, SCHEMA)
    client.create_annotation(int(task["id"]), sent, unique_id=uuid.uuid4().hex)
    at_work.open(project, int(task["id"]))
    at_work.draw("PER", 1, 2)  # what is unchanged cannot be saved
    at_work.save()
    (exported,) = client.export(project, [int(task["id"])])
    (annotation,) = exported["annotations"]
    assert annotation["created_at"] < annotation["updated_at"]
    ids = {one["id"] for one in sent if one["type"] == "labels"}
    saved = annotation["result"]
    new = {one["id"] for one in saved if one["type"] == "labels"} - ids
    assert len(new) == 1
    kept = [one for one in saved if one.get("id") not in new]
    names = {"doc_id": record.doc_id, "annotator": record.annotator}
    assert record_of(kept, HOSTILE, **names, schema=SCHEMA) == record
