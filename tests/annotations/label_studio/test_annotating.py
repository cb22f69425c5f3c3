"""From the first login to the record in the repository, with a real browser on a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from annotated import LENGTH, records, shuffled
from annotations.label_studio.screen import Screen, blank_screen, screen
from annotations.label_studio.syncing import SCHEMA, Bench
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.mapping import record_of
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.server import Server, load_secrets
from communique.annotations.label_studio.state import Store
from communique.annotations.reading import read_record
from communique.annotations.record import Quote, Record, Span
from communique.schemas.instructions import project_settings
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


def test_a_second_annotator_joins_by_the_invitation_and_has_a_folder_of_her_own(
    bench: Bench, server: Server
) -> None:
    """Without the arrow from content to cue, which can belong to no other content."""
    bench.push()
    task = int(bench.tasks("ferry-01")[0]["id"])
    name, password = f"ada.{uuid.uuid4().hex[:8]}", "Long enough 17"
    quote = next(one for one in bench.gold("ferry-01").quotes or () if one.cue and one.source)
    speaker = bench.gold("ferry-01").mention_by_id[str(quote.source)]
    with blank_screen(server.url) as joining:
        joining.sign_up(bench.client.invite_url(), f"{name}@example.org", password)
    with screen(server.url, f"{name}@example.org", password) as at_work:
        at_work.open(bench.remote.id, task)
        at_work.draw("PER", *speaker.span)
        at_work.select(*speaker.span)
        at_work.choose("NOM")
        at_work.choose("not_in_registry")
        at_work.draw("content", *quote.content[0])
        at_work.draw("cue", *quote.cue[0])
        at_work.save()
    pulled = bench.pull(partial=True)
    assert [str(problem) for problem in pulled.problems] == []
    assert pulled.written == [f"ferry-01 ({name})"]
    record = bench.here("ferry-01", name)
    assert record.annotator == name
    (found,) = record.quotes or ()
    assert (found.content, found.cue) == (quote.content[:1], quote.cue[:1])
    assert bench.pull(partial=True).written == []


OPACITIES = """(expected) => expected === [
    ...document.querySelectorAll(".relations-overlay g[class*=relationItem]")
].map((one) => getComputedStyle(one).opacity).sort().join(" ")"""
"""Whether the arrows are as opaque as expected; they change over a moment."""


def test_the_rules_are_at_hand_and_arrows_only_where_they_are_wanted(
    client: Client, server: Server
) -> None:
    title = f"rules {uuid.uuid4().hex[:12]}"
    config, settings_ = labelling_config(SCHEMA), project_settings(SCHEMA)
    made = client.create_project(title, config, settings=settings_)
    record = Record(
        doc_id="d1",
        schema_version=SCHEMA.version,
        annotator="ada",
        quotes=(
            Quote("q1", (Span(10, 21),), (Span(5, 9),)),
            Quote("q2", (Span(35, 37),), (Span(28, 34),)),
        ),
    )
    text = "Rahn said it was safe. Bery denied it. Rahn left.\n"
    client.import_tasks(int(made["id"]), [{"data": {"text": text, "doc_id": "d1"}}])
    (task,) = client.tasks(int(made["id"]))
    result = results_of(record, text, SCHEMA)
    client.create_annotation(int(task["id"]), result, unique_id=uuid.uuid4().hex)
    known = load_secrets(server.data_dir)
    try:
        with screen(server.url, known.username, known.password) as at_work:
            page = at_work.page
            at_work.open(int(made["id"]), int(task["id"]))
            short = page.get_by_text("The title line of the story.", exact=True)
            assert not short.is_visible()
            page.get_by_text("rules in short").click()
            short.wait_for(state="visible")
            page.get_by_role("button", name="Instructions").click()
            page.get_by_role("heading", name="Pairs that are confused").wait_for()
            assert page.locator(".communique-guidelines table").count() > 20
            border = "getComputedStyle(document.querySelector('.communique-guidelines td'))"
            assert page.evaluate(f"{border}.borderTopWidth") == "1px"
            page.keyboard.press("Escape")
            page.wait_for_function(OPACITIES, arg="0 1")
            at_work.draw("PER", 39, 43)
            at_work.draw("PER", 0, 4)
            at_work.select(39, 43)
            page.keyboard.press("Alt+r")
            at_work.click(0, 4)
            page.wait_for_function(OPACITIES, arg="0 0 1")
            page.locator("#Relations-draggable").click()
            page.locator(".lsf-relations").first.wait_for()
            page.wait_for_function(OPACITIES, arg="0.2 0.2 1")
            page.locator(".lsf-relations__item").first.hover()
            page.wait_for_function(OPACITIES, arg="0.04 0.04 1")
    finally:
        client.delete_project(int(made["id"]))


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
