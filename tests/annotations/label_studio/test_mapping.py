"""Records survive the way to Label Studio's result list and back."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotated import LENGTH, records, shuffled
from communique.annotations.label_studio.mapping import record_of
from communique.annotations.label_studio.results import results_of
from communique.annotations.reading import read_record
from communique.annotations.record import Entity, Mention, Quote, Record, Span
from communique.errors import InvalidInput
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
TEXT = ("Ω🇫🇷 said\n\n" * 10)[:LENGTH]
ROOT = Path(__file__).parents[3]
GOLD = sorted((ROOT / "annotations" / "gold").glob("*.json"))


def back(results: list[dict[str, Any]], text: str = TEXT, **options: Any) -> Record:
    given: dict[str, Any] = {"doc_id": "d1", "annotator": "test", "schema": SCHEMA} | options
    return record_of(results, text, **given)


def saved(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the editor makes of a result list: custom keys gone, texts rewritten, origin added."""
    kept = []
    for result in json.loads(json.dumps(results)):
        if result["type"] == "labels":
            result["value"]["text"] = (
                result["value"]["text"].replace("\n", "\\n").replace("  ", " ")
            )
        kept.append(result if result["type"] == "relation" else result | {"origin": "manual"})
    return kept


@given(records().flatmap(shuffled))
def test_a_record_comes_back_equal(record: Record) -> None:
    results = results_of(record, TEXT, SCHEMA)
    assert back(results) == record
    assert back(saved(results)) == record


@given(records().flatmap(shuffled), st.randoms())
def test_the_order_of_results_does_not_matter(record: Record, chance: random.Random) -> None:
    results = results_of(record, TEXT, SCHEMA)
    chance.shuffle(results)
    assert back(results) == record


@given(records(), st.sets(st.sampled_from(list(SCHEMA.layers))))
def test_layers_that_were_not_annotated_stay_so(record: Record, gone: set[str]) -> None:
    gone |= {"quotes", "events"} if gone & {"entities", "times"} else set()
    lists = {name for layer in gone for name in SCHEMA.layers[layer].lists}
    record = replace(record, **dict.fromkeys(lists))  # type: ignore[arg-type]
    assert back(results_of(record, TEXT, SCHEMA)) == record
    empty = Record("d1", SCHEMA.version, "test")
    assert back(results_of(empty, TEXT, SCHEMA)) == empty


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_gold_comes_back_equal(path: Path) -> None:
    text_file = ROOT / "corpus" / "documents" / f"{path.stem}.txt"
    if not text_file.exists():
        pytest.skip("the text does not ship")
    text = text_file.read_bytes().decode()
    record = read_record(path)
    results = results_of(record, text, SCHEMA)
    options = {"doc_id": record.doc_id, "annotator": record.annotator}
    assert back(saved(results), text, **options) == record


def test_every_field_is_carried() -> None:
    from communique.annotations.record import Argument, Event, Time, Zone

    record = Record(
        "d1",
        SCHEMA.version,
        "test",
        sha256(TEXT.encode()).hexdigest(),
        zones=(Zone("z2", "body", Span(9, 40)), Zone("z1", "caption", Span(0, 5), "z2")),
        entities=(
            Entity("e3", "GPE", kb="iso3166-1:FRA"),
            Entity("e1", "GPE", nil="aggregate", members=("e9", "e3")),
            Entity("e9", "GPE", kb="state:ostrel"),
        ),
        mentions=(
            Mention("m7", "e1", Span(3, 9), "NOM", use="metonymic"),
            Mention("mx", "e3", Span(10, 12), "NAM", demonym=True, title=True),
        ),
        times=(Time("t1", "DATE", Span(20, 24), "2031-01", "START", dct=True),),
        quotes=(
            Quote(
                "q1",
                (Span(30, 40), Span(20, 28)),
                (Span(28, 30),),
                "mx",
                ("m7", "mx"),
                None,
                "attitude",
                "negative",
            ),
            Quote("q2", (Span(31, 35),), (Span(28, 30),), parent="q1"),
        ),
        events=(
            Event(
                "v1",
                Span(40, 42),
                "CONSULT",
                "phone",
                "future",
                "negative",
                "possible",
                (Argument("actor", "mx"), Argument("topic", "v2"), Argument("place", "mx")),
                "c1",
            ),
            Event("v2", Span(42, 44), "AGREE"),
        ),
    )
    results = results_of(record, TEXT, SCHEMA)
    assert back(saved(results)) == record
    pairs = [(r["from_id"], r["to_id"]) for r in results if r["type"] == "relation"]
    assert len(set(pairs)) == len(pairs)  # the editor keeps one arrow a pair
    cues = [r for r in results if r["type"] == "labels" and r["value"]["labels"] == ["cue"]]
    assert [cue["id"] for cue in cues] == ["q1.cue.0"]  # shared


def drawn(name: str, list_name: str, label: str, start: int, end: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "?", "labels": [label]}
    return {"id": name, "from_name": list_name, "to_name": "text", "type": "labels", "value": value}


def chosen(name: str, control: str, value: str) -> dict[str, Any]:
    return {
        "id": name,
        "from_name": control,
        "to_name": "text",
        "type": "choices",
        "value": {"choices": [value]},
    }


def arrow(source: str, target: str, *names: str, **more: Any) -> dict[str, Any]:
    return {"type": "relation", "from_id": source, "to_id": target, "labels": list(names)} | more


HAND = [
    drawn("Xy12-_abcd", "mentions", "GPE", 20, 25),
    chosen("Xy12-_abcd", "mentions_level", "PRO"),
    drawn("kkkkkkkkkk", "mentions", "GPE", 2, 5),
    chosen("kkkkkkkkkk", "mentions_level", "NAM"),
    chosen("kkkkkkkkkk", "entities_nil", "unnamed"),
    arrow("Xy12-_abcd", "kkkkkkkkkk", "entity"),
    drawn("cccccccccc", "quotes", "cue", 6, 9),
    drawn("qqqqqqqqqq", "quotes", "content", 10, 20),
    arrow("cccccccccc", "qqqqqqqqqq", "cue", direction="left"),
    arrow("qqqqqqqqqq", "kkkkkkkkkk", "source"),
]


def test_what_a_person_drew_gets_short_ids_in_the_order_of_the_text() -> None:
    record = back(HAND)
    assert record.entities == (Entity("e1", "GPE", nil="unnamed"),)
    assert record.mentions == (
        Mention("m1", "e1", Span(2, 5), "NAM"),
        Mention("m2", "e1", Span(20, 25), "PRO"),
    )
    assert record.quotes == (Quote("q1", (Span(10, 20),), (Span(6, 9),), "m1"),)
    assert record.zones == ()
    assert record.text_sha256 == sha256(TEXT.encode()).hexdigest()


def test_a_new_region_takes_a_free_id_and_its_place_in_the_text() -> None:
    record = back(HAND)
    new = [
        drawn("nnnnnnnnnn", "mentions", "PER", 7, 9),
        chosen("nnnnnnnnnn", "mentions_level", "NOM"),
    ]
    again = back([*results_of(record, TEXT, SCHEMA), *new])
    assert [mention.id for mention in again.mentions or ()] == ["m1", "m3", "m2"]
    assert [entity.id for entity in again.entities or ()] == ["e1", "e2"]


def test_a_deleted_head_does_not_tear_its_entity_or_quote_apart() -> None:
    record = replace(
        back(HAND),
        mentions=tuple(Mention(f"m{i}", "e1", Span(i, i + 1), "NAM") for i in range(4)),
        quotes=(Quote("q1", (Span(1, 2), Span(5, 6), Span(8, 9))),),
    )
    gone = {"m0", "q1.content.0"}
    results = [
        result
        for result in results_of(record, TEXT, SCHEMA)
        if not gone & {result.get("id"), result.get("from_id"), result.get("to_id")}
    ]
    again = back(results)
    assert {mention.entity for mention in again.mentions or ()} == {"e1"}
    assert again.quotes == (Quote("q1", (Span(5, 6), Span(8, 9))),)


@pytest.mark.parametrize(
    ("faulty", "check"),
    [
        (drawn("a", "mentions", "XXX", 0, 1), "label"),
        (drawn("a", "people", "PER", 0, 1), "control"),
        (drawn("a", "times", "DATE", 5, 5), "range"),
        (drawn("a", "times", "DATE", 5, LENGTH + 1), "range"),
        (drawn("a", "times", "DATE", -1, 2), "range"),
        (drawn("kkkkkkkkkk", "mentions", "GPE", 2, 5), "id"),
        (drawn("kkkkkkkkkk", "events", "AGREE", 2, 5), "labels"),
        (drawn("a", "mentions", "PER", 0, 1), "level"),
        (drawn("a", "quotes", "cue", 0, 1), "cue"),
        (chosen("nobody", "mentions_level", "NAM"), "region"),
        (chosen("kkkkkkkkkk", "mentions_level", "BIG"), "label"),
        (chosen("kkkkkkkkkk", "mentions_level", "NOM"), "value"),
        (chosen("Xy12-_abcd", "entities_nil", "aggregate"), "value"),
        (arrow("kkkkkkkkkk", "nobody", "members"), "dangling"),
        (arrow("kkkkkkkkkk", "Xy12-_abcd"), "relation"),
        (arrow("kkkkkkkkkk", "Xy12-_abcd", "friend"), "relation"),
        (arrow("kkkkkkkkkk", "Xy12-_abcd", "entity"), "relation"),
        (arrow("kkkkkkkkkk", "qqqqqqqqqq", "source"), "relation"),
        (arrow("qqqqqqqqqq", "Xy12-_abcd", "source"), "relation"),
        (arrow("qqqqqqqqqq", "kkkkkkkkkk", "parent", direction="bi"), "direction"),
        ("nothing", "result"),
    ],
)
def test_a_fault_is_one_problem(faulty: Any, check: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        back([*HAND, faulty])
    assert {problem.check for problem in caught.value.problems} == {f"label-studio.{check}"}
    assert {problem.doc_id for problem in caught.value.problems} == {"d1"}


def test_a_cue_without_an_arrow_goes_to_the_content_beside_it() -> None:
    text = "Rahn said it was safe. Bery denied it.\n"
    regions = [
        drawn("aaaaaaaaaa", "quotes", "content", 10, 21),
        drawn("bbbbbbbbbb", "quotes", "cue", 5, 9),
        drawn("cccccccccc", "quotes", "cue", 28, 34),
        drawn("dddddddddd", "quotes", "content", 35, 37),
    ]
    record = record_of(regions, text, doc_id="d1", annotator="ada", schema=SCHEMA)
    assert record.quotes == (
        Quote("q1", (Span(10, 21),), (Span(5, 9),)),
        Quote("q2", (Span(35, 37),), (Span(28, 34),)),
    )
    again = results_of(record, text, SCHEMA)
    assert record_of(again, text, doc_id="d1", annotator="ada", schema=SCHEMA) == record


def test_a_cue_that_lost_its_arrow_is_not_given_away() -> None:
    record = replace(back(HAND), quotes=(Quote("q1", (Span(10, 12),), (Span(6, 9),)),))
    results = [one for one in results_of(record, TEXT, SCHEMA) if one["type"] != "relation"]
    with pytest.raises(InvalidInput, match=r"cue .*may belong to several quotes or to none"):
        back(results)


def test_what_is_missing_is_said_with_its_place_and_what_to_do() -> None:
    text = "Rahn said.\n\nBery left.\n"
    regions = [
        drawn("aaaaaaaaaa", "mentions", "PER", 12, 16),
        drawn("bbbbbbbbbb", "quotes", "cue", 5, 9),
    ]
    with pytest.raises(InvalidInput) as caught:
        record_of(regions, text, doc_id="d1", annotator="ada", schema=SCHEMA)
    level, cue = map(str, caught.value.problems)
    assert level == (
        'd1: $.result[0]: error: found no level on PER "aaaaaaaaaa" at [12, 16) in paragraph 2, '
        "expected NAM or NOM or PRO; select the mention in Label Studio, choose its level, and "
        "update [label-studio.level]"
    )
    assert cue == (
        'd1: $.result[1]: error: found cue "bbbbbbbbbb" at [5, 9) in paragraph 1 that may belong '
        "to several quotes or to none, expected a cue of one quote; draw the relation cue from the "
        "content to it, and update [label-studio.cue]"
    )


def test_two_types_for_one_entity_are_a_problem() -> None:
    other = [result for result in HAND if result.get("id") != "Xy12-_abcd"]
    other += [drawn("Xy12-_abcd", "mentions", "ORG", 20, 25)]
    other += [chosen("Xy12-_abcd", "mentions_level", "PRO")]
    with pytest.raises(InvalidInput, match="one type for one entity"):
        back(other)


@pytest.mark.parametrize("line", ["GPE", '{"id": "e9"}', '{"id": "e9", "type": "GPE", "of": "x"}'])
def test_a_bad_line_of_the_entities_is_a_problem(line: str) -> None:
    area = {"id": "t", "from_name": "entities", "to_name": "text", "type": "textarea"}
    with pytest.raises(InvalidInput):
        back([*HAND, area | {"value": {"text": [line]}}])


def test_a_hand_written_member_may_name_a_mention() -> None:
    area = {"id": "t", "from_name": "entities", "to_name": "text", "type": "textarea"}
    line = '{"id": "e9", "type": "GPE", "kb": "state:ostrel", "of": "Xy12-_abcd"}'
    record = back([*HAND, area | {"value": {"text": [line]}}])
    assert record.entity_by_id["e1"].members == ("e9",)
    assert record.entity_by_id["e9"].kb == "state:ostrel"


def test_a_layer_that_was_not_asked_for_is_none_and_may_not_be_drawn() -> None:
    record = back(HAND, layers=["entities", "quotes"])
    assert record.times is None
    assert record.mentions is not None
    with pytest.raises(InvalidInput, match="annotate the layer"):
        back(HAND, layers=["entities"])


def test_another_text_is_refused() -> None:
    record = replace(back(HAND), text_sha256="0" * 64)
    with pytest.raises(InvalidInput, match="hash of the text"):
        results_of(record, TEXT, SCHEMA)


JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
)
KEYS = ["id", "from_name", "to_name", "type", "value", "from_id", "to_id", "labels", "direction"]
INNER = ["start", "end", "labels", "choices", "text"]


@given(records(), st.data())
def test_whatever_the_server_holds_is_a_record_or_problems(
    record: Record, data: st.DataObject
) -> None:
    results = results_of(record, TEXT, SCHEMA)
    ids = [result["id"] for result in results if "id" in result]
    for _ in range(data.draw(st.integers(1, 4))):
        result = data.draw(st.sampled_from(results))
        value = result.get("value")
        junk = data.draw(JUNK | st.sampled_from(ids))
        if isinstance(value, dict) and data.draw(st.booleans()):
            value[data.draw(st.sampled_from(INNER))] = junk
        else:
            result[data.draw(st.sampled_from(KEYS))] = junk
    try:
        back(results)
    except InvalidInput as error:
        assert error.problems
