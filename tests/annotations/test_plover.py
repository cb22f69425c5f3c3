"""PLOVER records by the projection rules."""

from __future__ import annotations

from datetime import date

import pytest

from communique.annotations.derived.plover import period, plover_records, state_code
from communique.annotations.record import Record
from communique.schemas.schema import load_schema
from drafted import drafted

TEXT = """\
Ghana's foreign ministry and Togo will meet Orvia and the two gulf states in Accra next week.

Ghana did not sanction Togo. Togo would aid Ghana if asked. Ada Moss meets Ghana often.

On May 5 Ada Moss may have visited Togo. Somebody was arrested. Togo will withdraw by June.

Ghana expelled an envoy in April.
"""
DRAFT = """
entities:
- {id: e1, type: GPE, kb: "iso3166-1:GHA"}
- {id: e2, type: GPE, kb: "iso3166-1:TGO"}
- {id: e3, type: GPE, kb: "state:orvia"}
- {id: e4, type: GPE, nil: aggregate, members: [e2, e5]}
- {id: e5, type: GPE, kb: "iso3166-1:BEN"}
- {id: e6, type: ORG, kb: "org:gh-foreign-ministry"}
- {id: e7, type: PER, kb: "person:ada-moss"}
- {id: e8, type: PER, nil: unnamed}
- {id: e9, type: GPE, kb: "city:accra"}
mentions:
- {id: m1, entity: e1, span: "p1:Ghana", level: NAM}
- {id: m2, entity: e6, span: "p1:Ghana's foreign ministry", level: NOM}
- {id: m3, entity: e2, span: "p1:Togo", level: NAM}
- {id: m4, entity: e3, span: "p1:Orvia", level: NAM}
- {id: m5, entity: e4, span: "p1:the two gulf states", level: NOM}
- {id: m6, entity: e9, span: "p1:Accra", level: NAM}
- {id: m7, entity: e1, span: "p2:Ghana#1", level: NAM}
- {id: m8, entity: e2, span: "p2:Togo#1", level: NAM}
- {id: m9, entity: e7, span: "p3:Ada Moss", level: NAM}
- {id: m10, entity: e2, span: "p3:Togo#1", level: NAM}
- {id: m11, entity: e8, span: "p4:an envoy", level: NOM}
- {id: m12, entity: e1, span: "p4:Ghana", level: NAM}
times:
- {id: t1, type: DATE, span: "p1:next week", value: "2031-W20"}
- {id: t2, type: DATE, span: "p3:May 5", value: "2031-05-05"}
- {id: t3, type: DATE, span: "p3:June", value: "2031-06", mod: BEFORE}
- {id: t4, type: DATE, span: "p4:April", value: "2031-04"}
events:
- id: v1
  trigger: "p1:meet"
  type: CONSULT
  mode: multilateral
  realis: future
  arguments:
  - {role: actor, target: m2}
  - {role: actor, target: m3}
  - {role: recipient, target: m4}
  - {role: recipient, target: m5}
  - {role: time, target: t1}
  chain: c1
- id: v2
  trigger: "p2:sanction"
  type: SANCTION
  polarity: negative
  arguments: [{role: actor, target: m7}, {role: recipient, target: m8}]
- id: v3
  trigger: "p2:aid"
  type: AID
  realis: hypothetical
  arguments: [{role: actor, target: m8}, {role: recipient, target: m7}]
- id: v4
  trigger: "p2:meets"
  type: CONSULT
  realis: generic
  arguments: [{role: actor, target: m9}]
- id: v5
  trigger: "p3:visited"
  type: CONSULT
  mode: visit
  certainty: possible
  arguments: [{role: actor, target: m9}, {role: recipient, target: m10}, {role: time, target: t2}]
- {id: v6, trigger: "p3:arrested", type: COERCE, mode: arrest}
- id: v7
  trigger: "p3:withdraw"
  type: RETREAT
  mode: withdraw
  realis: future
  arguments: [{role: actor, target: m10}, {role: time, target: t3}]
- id: v8
  trigger: "p4:expelled"
  type: SANCTION
  mode: expel
  realis: future
  arguments: [{role: actor, target: m12}, {role: recipient, target: m11}, {role: time, target: t4}]
"""
OWNERS = {"org:gh-foreign-ministry": "city:accra", "city:accra": "iso3166-1:GHA"}


def test_projection() -> None:
    record = drafted(TEXT, DRAFT)
    first, second, third, fourth = plover_records(
        record, published="2031-05-08", owner=OWNERS.get, text=TEXT
    )
    # v2 is negated, v3 hypothetical, v4 generic, v6 has no actor: dropped.
    assert [one.id for one in (first, second, third, fourth)] == [
        "d1:v1",
        "d1:v5",
        "d1:v7",
        "d1:v8",
    ]

    # A future CONSULT is a promise; the ministry is Ghana's; the aggregate is Togo and Benin.
    assert (first.event, first.mode, first.context) == ("AGREE", None, ("future",))
    assert first.annotated_type == "CONSULT"
    assert [actor.code for actor in first.source] == ["GHA", "TGO"]
    assert [actor.code for actor in first.recipient] == [None, "TGO", "BEN"]
    assert first.recipient[0].identifier_id == "state:orvia"  # an invented state has no ISO code
    assert [actor.entity for actor in first.recipient] == ["e3", "e2", "e5"]
    # 2031-W20 is Monday, May 12 to Sunday, May 18: May 8 is a Thursday in week 19.
    assert (first.date, first.enddate) == ("2031-05-12", "2031-05-18")
    assert (first.quad_code, first.link, first.event_text) == (1, "c1", "meet")

    # Possible is kept and said; a person without a state has no code.
    assert (second.event, second.mode, second.context) == ("CONSULT", "visit", ())
    assert (second.certainty, second.date, second.enddate) == ("possible", "2031-05-05", None)
    assert second.source[0].code is None
    assert second.source[0].identifier_id == "person:ada-moss"
    assert second.source[0].identifier_text == "Ada Moss"

    # A future RETREAT is a concession; "before June" is no date.
    assert (third.event, third.mode, third.quad_code) == ("CONCEDE", None, 1)
    assert (third.date, third.enddate) == ("2031-05-08", None)

    # Conflict keeps its type and mode; an unnamed envoy has neither code nor id.
    assert (fourth.event, fourth.mode, fourth.context) == ("SANCTION", "expel", ("future",))
    assert (fourth.date, fourth.enddate) == ("2031-04-01", "2031-04-30")
    assert fourth.recipient[0].as_json() == {
        "code": None,
        "identifier_id": None,
        "identifier_text": "an envoy",
        "entity": "e8",
    }


def test_as_json_has_the_fields_of_the_manual() -> None:
    record = plover_records(drafted(TEXT, DRAFT), published="2031-05-08")[1].as_json()
    manual = {"id", "date", "enddate", "source", "recipient", "event", "mode", "context"}
    manual |= {"quad_code", "event_text", "link"}
    assert set(record) == manual | {"certainty", "annotated_type"}
    assert record["event"] == ["CONSULT"]
    assert record["mode"] == ["visit"]
    assert record["event_text"] is None  # no text was given
    assert record["source"] == [
        {
            "code": None,
            "identifier_id": "person:ada-moss",
            "identifier_text": None,
            "entity": "e7",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "promised"),
    [
        ("CONSULT", "AGREE"),
        ("SUPPORT", "AGREE"),
        ("COOPERATE", "AGREE"),
        ("AID", "AGREE"),
        ("RETREAT", "CONCEDE"),
        ("AGREE", "AGREE"),
        ("CONCEDE", "CONCEDE"),
        ("REQUEST", "REQUEST"),
        ("ACCUSE", "ACCUSE"),
        ("REJECT", "REJECT"),
        ("THREATEN", "THREATEN"),
        ("PROTEST", "PROTEST"),
        ("SANCTION", "SANCTION"),
        ("MOBILIZE", "MOBILIZE"),
        ("COERCE", "COERCE"),
        ("ASSAULT", "ASSAULT"),
    ],
)
def test_the_type_of_every_future_and_actual_event(kind: str, promised: str) -> None:
    draft = f"""
entities: [{{id: e1, type: GPE, kb: "iso3166-1:GHA"}}]
mentions: [{{id: m1, entity: e1, span: "p1:Ghana", level: NAM}}]
events:
- id: v1
  trigger: "p1:plans"
  type: {kind}
  realis: future
  arguments: [{{role: actor, target: m1}}]
- {{id: v2, trigger: "p1:acts", type: {kind}, arguments: [{{role: actor, target: m1}}]}}
"""
    record = drafted("Ghana plans and acts.\n", draft)
    future, actual = plover_records(record, published="2031-05-08")
    assert (future.event, actual.event) == (promised, kind)


def test_quad_codes_count_the_groups_of_the_schema() -> None:
    assert load_schema().labels("event_group") == (
        "verbal-cooperation",
        "material-cooperation",
        "verbal-conflict",
        "material-conflict",
    )


def test_state_codes() -> None:
    assert state_code("iso3166-1:GHA") == "GHA"
    assert state_code("org:gh-foreign-ministry", OWNERS.get) == "GHA"
    assert state_code("org:gh-foreign-ministry") is None
    assert state_code("state:orvia", OWNERS.get) is None
    assert state_code("org:a", {"org:a": "org:b", "org:b": "org:a"}.get) is None  # a circle


PERIODS = [
    ("2031-05-05", "2031-05-05", "2031-05-05"),
    ("2031-05-05T14:30", "2031-05-05", "2031-05-05"),
    ("2031-05-05TMO", "2031-05-05", "2031-05-05"),
    ("2031-05", "2031-05-01", "2031-05-31"),
    ("2032-02", "2032-02-01", "2032-02-29"),  # a leap year
    ("2031", "2031-01-01", "2031-12-31"),
    ("2031-Q2", "2031-04-01", "2031-06-30"),
    ("2031-H2", "2031-07-01", "2031-12-31"),
    ("2031-W01", "2030-12-30", "2031-01-05"),  # January 1, 2031 is a Wednesday
    ("2031-W20-WE", "2031-05-17", "2031-05-18"),
]


@pytest.mark.parametrize(("value", "first", "last"), PERIODS)
def test_periods(value: str, first: str, last: str) -> None:
    assert period(value) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "value",
    ["2031-SU", "P3D", "PRESENT_REF", "2031-13", "2031-02-30", "2031-W60", "0000", "203X", "", "x"],
)
def test_no_periods(value: str) -> None:
    assert period(value) is None


def test_the_date_of_publication_must_be_one() -> None:
    with pytest.raises(ValueError, match="May"):
        plover_records(Record("d1", "1.0", "x"), published="May")
