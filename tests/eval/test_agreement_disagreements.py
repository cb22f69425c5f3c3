"""The list of disagreements: one case per kind, its order, and that it adds up with the figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from annotated import LENGTH, SCHEMA, records
from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.eval.agreement.disagreement import KINDS, Disagreement
from communique.eval.agreement.disagreements import disagreements
from communique.eval.agreement.outcome import agreement
from communique.eval.agreement.pairing import pair
from communique.eval.inputs import Side, conformed, side_of_records

TEXT = "Arvandia told Telmark that talks\n\nwould open on May 6, the Strand Wire said.\n"


def at(words: str) -> Span:
    """The only place of some words in the text."""
    assert TEXT.count(words) == 1
    return Span(TEXT.index(words), TEXT.index(words) + len(words))


BASE = Record(
    "d1",
    SCHEMA.version,
    "one",
    zones=(Zone("z1", "headline", Span(0, 32)), Zone("z2", "body", Span(34, 76))),
    entities=(
        Entity("e1", "GPE", kb="state:arvandia"),
        Entity("e2", "GPE", kb="state:telmark"),
        Entity("e3", "ORG", nil="not_in_registry"),
        Entity("e4", "GPE", nil="aggregate", members=("e1", "e2")),
    ),
    mentions=(
        Mention("m1", "e1", at("Arvandia"), "NAM"),
        Mention("m2", "e2", at("Telmark"), "NAM"),
        Mention("m3", "e3", at("Strand Wire"), "NAM"),
        Mention("m4", "e4", at("the"), "NOM"),
    ),
    times=(Time("t1", "DATE", at("May 6"), "2031-05-06"),),
    quotes=(
        Quote("q1", (Span(0, 53),), (at("said"),), "m3"),
        Quote("q2", (at("talks\n\nwould open"),), (at("told"),), "m1", ("m2",), "q1"),
    ),
    events=(
        Event(
            "v1",
            at("talks"),
            "CONSULT",
            arguments=(Argument("actor", "m1"), Argument("time", "t1")),
            chain="c1",
        ),
        Event("v2", at("open"), "CONSULT", chain="c1"),
    ),
)


def listed(first: Record, second: Record) -> tuple[Disagreement, ...]:
    sides = [side_of_records([one], name="side") for one in (first, second)]
    return disagreements(pair(*sides, texts={"d1": TEXT}))


def changed(list_name: str, place: int, **fields: Any) -> Record:
    items = list(getattr(BASE, list_name))
    items[place] = replace(items[place], **fields)
    lists: dict[str, Any] = {list_name: tuple(items)}
    return replace(BASE, **lists)


def version(words: str, *spans: Span) -> dict[str, Any]:
    return {"spans": [list(span) for span in spans], "words": words}


ARVANDIA = {"id": "m1", **version("Arvandia", at("Arvandia"))}
TELMARK = {"id": "m2", **version("Telmark", at("Telmark"))}


@pytest.mark.parametrize(
    ("second", "layer", "kind", "words", "a", "b", "ids"),
    [
        (
            changed("zones", 1, type="caption"),
            "zones",
            "type",
            "would open on May 6, the Strand Wire said.",
            {"type": "body"},
            {"type": "caption"},
            ("z2", "z2"),
        ),
        (
            changed("zones", 1, duplicate_of="z1"),
            "zones",
            "attribute",
            "would open on May 6, the Strand Wire said.",
            {"duplicate_of": False},
            {"duplicate_of": True},
            ("z2", "z2"),
        ),
        (
            changed("mentions", 2, span=at("Strand")),
            "entities",
            "boundary",
            "Strand Wire",
            {"span": version("Strand Wire", at("Strand Wire"))},
            {"span": version("Strand", at("Strand"))},
            ("m3", "m3"),
        ),
        (
            changed("mentions", 1, level="NOM", use="metonymic"),
            "entities",
            "attribute",
            "Telmark",
            {"level": "NAM", "use": "literal"},
            {"level": "NOM", "use": "metonymic"},
            ("m2", "m2"),
        ),
        (
            changed("entities", 2, type="DOC"),
            "entities",
            "type",
            "Strand Wire",
            {"type": "ORG"},
            {"type": "DOC"},
            ("m3", "m3"),
        ),
        (
            changed("entities", 2, kb="org:strand-wire", nil=None),
            "entities",
            "link",
            "Strand Wire",
            {"kb": None, "nil": "not_in_registry"},
            {"kb": "org:strand-wire", "nil": None},
            ("m3", "m3"),
        ),
        (
            changed("entities", 3, members=("e1", "e3")),
            "entities",
            "members",
            "the",
            {"members": ["e1", "e2"]},
            {"members": ["e1", "e3"]},
            ("m4", "m4"),
        ),
        (
            changed("times", 0, type="TIME"),
            "times",
            "type",
            "May 6",
            {"type": "DATE"},
            {"type": "TIME"},
            ("t1", "t1"),
        ),
        (
            changed("times", 0, value="2031-05"),
            "times",
            "value",
            "May 6",
            {"value": "2031-05-06"},
            {"value": "2031-05"},
            ("t1", "t1"),
        ),
        (
            changed("times", 0, mod="APPROX"),
            "times",
            "attribute",
            "May 6",
            {"mod": None},
            {"mod": "APPROX"},
            ("t1", "t1"),
        ),
        (
            changed("quotes", 1, content=(at("talks"),)),
            "quotes",
            "boundary",
            "talks\n\nwould open",
            {"content": version("talks\n\nwould open", at("talks\n\nwould open"))},
            {"content": version("talks", at("talks"))},
            ("q2", "q2"),
        ),
        (
            changed("quotes", 0, cue=()),
            "quotes",
            "cue",
            "Arvandia told Telmark that talks\n\nwould open on May 6",
            {"cue": version("said", at("said"))},
            {"cue": {"spans": [], "words": ""}},
            ("q1", "q1"),
        ),
        (
            changed("quotes", 1, source=None),
            "quotes",
            "source",
            "talks\n\nwould open",
            {"source": ARVANDIA},
            {"source": None},
            ("q2", "q2"),
        ),
        (
            changed("quotes", 1, addressees=()),
            "quotes",
            "addressees",
            "talks\n\nwould open",
            {"addressees": [TELMARK]},
            {"addressees": []},
            ("q2", "q2"),
        ),
        (
            changed("quotes", 1, parent=None),
            "quotes",
            "parent",
            "talks\n\nwould open",
            {"parent": "q1"},
            {"parent": None},
            ("q2", "q2"),
        ),
        (
            changed("quotes", 1, kind="attitude", polarity="negative"),
            "quotes",
            "attribute",
            "talks\n\nwould open",
            {"kind": "statement", "polarity": "positive"},
            {"kind": "attitude", "polarity": "negative"},
            ("q2", "q2"),
        ),
        (
            changed("events", 1, trigger=at("would open")),
            "events",
            "boundary",
            "would open",
            {"trigger": version("open", at("open"))},
            {"trigger": version("would open", at("would open"))},
            ("v2", "v2"),
        ),
        (
            changed("events", 1, realis="future", certainty="possible"),
            "events",
            "attribute",
            "open",
            {"realis": "actual", "certainty": "certain"},
            {"realis": "future", "certainty": "possible"},
            ("v2", "v2"),
        ),
        (
            changed("events", 0, arguments=(Argument("recipient", "m1"), Argument("time", "t1"))),
            "events",
            "argument",
            "talks",
            {"arguments": [{"role": "actor", "target": ARVANDIA}]},
            {"arguments": [{"role": "recipient", "target": ARVANDIA}]},
            ("v1", "v1"),
        ),
    ],
)
def test_each_kind_with_both_versions(
    second: Record,
    layer: str,
    kind: str,
    words: str,
    a: object,
    b: object,
    ids: tuple[str, str],
) -> None:
    (found,) = listed(BASE, second)
    assert (found.layer, found.kind, found.words) == (layer, kind, words)
    assert (found.a, found.b) == (a, b)
    assert (found.ids_a, found.ids_b) == ((ids[0],), (ids[1],))
    # exchanged, the same disagreement with the versions exchanged
    (back,) = listed(second, BASE)
    assert (back.kind, back.words, back.a, back.b) == (kind, words, b, a)


def test_an_annotation_of_one_side_only_comes_whole() -> None:
    first = changed("events", 0, arguments=())
    second = replace(first, times=())
    (found,) = listed(first, second)
    assert (found.layer, found.kind, found.paragraph, found.words) == (
        "times",
        "only A",
        2,
        "May 6",
    )
    assert found.a == {
        "id": "t1",
        "type": "DATE",
        "span": list(at("May 6")),
        "value": "2031-05-06",
        "mod": None,
        "dct": False,
    }
    assert found.b is None
    assert (found.ids_a, found.ids_b) == (("t1",), ())
    (back,) = listed(second, first)
    assert (back.kind, back.a, back.b) == ("only B", None, found.a)


def test_another_entity_is_said_once_with_all_its_mentions() -> None:
    # two more mentions, which A takes for Arvandia and B for Telmark. Taking e1 for e1 and e2 for
    # e2 explains two mentions, taking A's e1 for B's e2 also two; the first are more partners
    more = (Mention("m5", "e1", at("that"), "PRO"), Mention("m6", "e1", at("Wire"), "NAM"))
    first = replace(BASE, mentions=(*(BASE.mentions or ()), *more))
    moved = (replace(one, entity="e2") for one in more)
    second = replace(BASE, mentions=(*(BASE.mentions or ()), *moved))
    (found,) = listed(first, second)
    assert (found.layer, found.kind, found.words) == ("entities", "coreference", "that")
    assert (found.ids_a, found.ids_b) == (("m5", "m6"), ("m5", "m6"))
    assert found.a == {
        "entity": {
            "id": "e1",
            "name": "Arvandia",
            "type": "GPE",
            "kb": "state:arvandia",
            "nil": None,
        }
    }
    assert found.b["entity"]["name"] == "Telmark"


def test_chains_are_compared_as_partitions() -> None:
    # other names of the same chains are no disagreement
    renamed = replace(BASE, events=tuple(replace(one, chain="c7") for one in BASE.events or ()))
    assert listed(BASE, renamed) == ()
    (found,) = listed(BASE, changed("events", 1, chain=None))
    assert (found.kind, found.a, found.b) == ("chain", {"chain": "c1"}, {"chain": None})
    # one event alone in its chain is the same as one without a chain
    lone = changed("events", 1, chain=None), changed("events", 1, chain="c2")
    assert listed(*lone) == ()


def test_other_ids_and_other_cuts_are_no_disagreement() -> None:
    mentions = tuple(
        replace(one, id=f"x{one.id}", entity=f"x{one.entity}") for one in BASE.mentions or ()
    )
    entities = tuple(
        replace(one, id=f"x{one.id}", members=tuple(f"x{member}" for member in one.members))
        for one in BASE.entities or ()
    )
    quotes = (
        Quote("q8", (Span(0, 20), Span(20, 53)), (at("said"),), "xm3"),
        Quote("q9", (at("talks\n\nwould open"),), (at("told"),), "xm1", ("xm2",), "q8"),
    )
    events = (
        replace(
            (BASE.events or ())[0],
            arguments=(Argument("time", "t1"), Argument("actor", "xm1")),
        ),
        (BASE.events or ())[1],
    )
    second = replace(BASE, entities=entities, mentions=mentions, quotes=quotes, events=events)
    assert listed(BASE, second) == ()


def test_one_boundary_is_one_disagreement_whatever_refers_to_it() -> None:
    # Arvandia is the actor of an event and the source of a quote
    (found,) = listed(BASE, changed("mentions", 0, span=Span(0, 4)))
    assert (found.layer, found.kind, found.ids_a) == ("entities", "boundary", ("m1",))


def test_members_without_mentions_are_known_by_what_they_are() -> None:
    unmentioned = replace(BASE, mentions=(BASE.mentions or ())[3:], quotes=(), events=())
    assert listed(unmentioned, unmentioned) == ()
    entities = BASE.entities or ()
    other = (replace(entities[0], kb="state:velmora"), *entities[1:])
    (found,) = listed(unmentioned, replace(unmentioned, entities=other))
    assert found.kind == "members"


def test_the_list_is_in_the_order_of_documents_and_text() -> None:
    second = replace(BASE, mentions=(), times=(), quotes=(), events=())
    sides = [
        side_of_records([replace(one, doc_id=doc_id) for doc_id in ("d2", "d1")], name="side")
        for one in (BASE, second)
    ]
    found = disagreements(pair(*sides, texts={"d1": TEXT, "d2": TEXT}))
    places = [(one.doc_id, one.start) for one in found]
    assert places == sorted(places)
    assert {one.doc_id for one in found} == {"d1", "d2"}
    # at one place the layers are in the order of the schema
    first = [(one.start, one.end, one.layer) for one in found if one.doc_id == "d1"][:2]
    assert first == [(0, 8, "entities"), (0, 53, "quotes")]
    assert [one.paragraph for one in found if one.layer == "times"] == [2, 2]


def test_a_line_is_json_with_all_fields() -> None:
    (found,) = listed(BASE, changed("times", 0, value=None))
    line = found.as_line()
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "doc_id": "d1",
        "layer": "times",
        "kind": "value",
        "start": at("May 6").start,
        "end": at("May 6").end,
        "paragraph": 2,
        "words": "May 6",
        "a": {"value": "2031-05-06"},
        "b": {"value": None},
        "ids_a": ["t1"],
        "ids_b": ["t1"],
    }


def test_missing_optional_columns_of_an_arrow_file_are_defaults() -> None:
    rows = [
        {
            "doc_id": "d1",
            "entities": [{"id": "e1", "type": "GPE"}],
            "mentions": [{"id": "m1", "entity": "e1", "span": list(at("Telmark")), "level": "NAM"}],
        }
    ]
    table = conformed(pa.Table.from_pylist(rows), "A.parquet", SCHEMA)
    bare = Side("A.parquet", table)
    full = replace(
        BASE,
        zones=None,
        times=None,
        quotes=None,
        events=None,
        entities=(Entity("e1", "GPE"),),
        mentions=(Mention("m1", "e1", at("Telmark"), "NAM"),),
    )
    assert disagreements(pair(bare, side_of_records([full], name="B"))) == ()


@given(records(), records())
@settings(max_examples=40, deadline=None)
def test_the_list_adds_up_with_the_figures(first: Record, second: Record) -> None:
    sides = [side_of_records([one], name=name) for one, name in ((first, "A"), (second, "B"))]
    text = ("ab " * LENGTH)[:LENGTH]
    found = agreement(*sides, texts={"d1": text}, resamples=10)
    kinds = Counter((one.layer, one.kind) for one in found.disagreements)
    assert {kind for _, kind in kinds} <= set(KINDS)

    def of(layer: str, *names: str) -> int:
        return sum(kinds[layer, name] for name in names)

    def extent(name: str) -> Callable[[str], Any]:
        return found.figures[name].as_json().__getitem__

    for layer, exact, partial in (
        ("times", "times.span", "times.relaxed"),
        ("quotes", "quotes.content.strict", "quotes.content.partial"),
    ):
        a, b, agreed = (extent(exact)(key) for key in ("a", "b", "agreed"))
        assert of(layer, "only A", "boundary") == a - agreed
        assert of(layer, "only B", "boundary") == b - agreed
        assert of(layer, "only A") == a - extent(partial)("agreed")
    zones = extent("zones.strict")
    assert of("zones", "only A") <= zones("a") - zones("agreed")
    for one in found.disagreements:
        assert one.words is not None
        assert text[one.start : one.end].startswith(one.words.partition(" … ")[0])
        assert (one.a is None) == (one.kind == "only B")
        assert (one.b is None) == (one.kind == "only A")
