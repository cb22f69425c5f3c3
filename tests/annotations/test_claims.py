"""Claims: who said, through whom, that who did what to whom, and when."""

from __future__ import annotations

from communique.annotations.derived.claims import Claim, claims, expanded, sentence
from communique.annotations.derived.names import entity_names
from communique.annotations.record import Argument, Entity, Event, Mention, Quote, Record, Span
from drafted import drafted

# Three sources deep: the Herald ← an official ← Minister Moss, with the author at depth 0.
TEXT = """\
Orvia and Telmark signed a pact on Monday.

The Herald reported that an official had heard Minister Ada Moss say "we will not visit Lund."

The official denied that Orvia may have shelled the port, and believed talks would resume.

A visit is said to be planned. Both countries trade often.
"""
DRAFT = """
entities:
- {id: e1, type: GPE, kb: "state:orvia"}
- {id: e2, type: GPE, kb: "state:telmark"}
- {id: e3, type: ORG, nil: not_in_registry}
- {id: e4, type: PER, nil: unnamed}
- {id: e5, type: PER, nil: not_in_registry}
- {id: e6, type: GPE, kb: "city:lund"}
- {id: e7, type: GPE, nil: aggregate, members: [e1, e2]}
- {id: e8, type: FAC, nil: unnamed}
mentions:
- {id: m1, entity: e1, span: "p1:Orvia", level: NAM}
- {id: m2, entity: e2, span: "p1:Telmark", level: NAM}
- {id: m3, entity: e3, span: "p2:Herald", level: NAM}
- {id: m4, entity: e4, span: "p2:an official", level: NOM}
- {id: m5, entity: e5, span: "p2:Ada Moss", level: NAM}
- {id: m6, entity: e1, span: "p2:we", level: PRO}
- {id: m7, entity: e6, span: "p2:Lund", level: NAM}
- {id: m8, entity: e4, span: "p3:The official", level: NOM}
- {id: m9, entity: e1, span: "p3:Orvia", level: NAM}
- {id: m10, entity: e8, span: "p3:the port", level: NOM}
- {id: m11, entity: e7, span: "p4:Both countries", level: NOM}
times:
- {id: t1, type: DATE, span: "p1:Monday", value: "2031-05-12"}
quotes:
- {id: q1, content: "p2:an official ~~ Lund.\\"", cue: "p2:reported", source: m3}
- {id: q2, content: "p2:Minister ~~ Lund.\\"", cue: "p2:heard", source: m4, parent: q1}
- {id: q3, content: "p2:\\"we ~~ Lund.\\"", cue: "p2:say", source: m5, parent: q2}
- id: q4
  content: "p3:Orvia may have shelled the port"
  cue: "p3:denied"
  source: m8
  polarity: negative
- {id: q5, content: "p3:talks would resume", cue: "p3:believed", source: m8, kind: attitude}
- {id: q6, content: ["p4:A visit", "p4:to be planned"], cue: "p4:is said"}
events:
- id: v1
  trigger: "p1:signed"
  type: AGREE
  arguments: [{role: actor, target: m1}, {role: actor, target: m2}, {role: time, target: t1}]
  chain: c1
- id: v2
  trigger: "p2:visit"
  type: CONSULT
  mode: visit
  realis: future
  polarity: negative
  arguments: [{role: actor, target: m6}, {role: place, target: m7}]
- id: v3
  trigger: "p3:shelled"
  type: ASSAULT
  mode: heavy-weapons
  certainty: possible
  arguments: [{role: actor, target: m9}, {role: recipient, target: m10}]
- {id: v4, trigger: "p3:talks", type: CONSULT, realis: future}
- {id: v5, trigger: "p4:visit", type: CONSULT, mode: visit, realis: future}
- {id: v6, trigger: "p3:denied", type: REJECT, arguments: [{role: topic, target: v3}]}
- id: v7
  trigger: "p4:trade"
  type: COOPERATE
  realis: generic
  arguments: [{role: actor, target: m11}]
"""


def told() -> dict[str, Claim]:
    return {claim.event: claim for claim in claims(drafted(TEXT, DRAFT), TEXT)}


def test_one_claim_per_event_mention_in_order() -> None:
    assert list(told()) == ["v1", "v2", "v3", "v4", "v5", "v6", "v7"]


def test_outside_quotes_the_author_claims() -> None:
    claim = told()["v1"]
    assert (claim.depth, claim.sources, claim.source, claim.quotes) == (0, (), None, ())
    assert claim.actors == ("e1", "e2")
    assert (claim.times, claim.when, claim.chain) == (("t1",), ("2031-05-12",), "c1")


def test_the_chain_of_sources_goes_from_the_outermost_inwards() -> None:
    claim = told()["v2"]
    assert claim.quotes == ("q1", "q2", "q3")
    assert claim.sources == ("e3", "e4", "e5")
    assert (claim.depth, claim.source) == (3, "e5")
    assert [one.anonymous for one in claim.attributions] == [False, True, False]
    # Only the innermost is all in marks; around it stand reported words as well.
    assert [one.type for one in claim.attributions] == ["mixed", "mixed", "direct"]
    assert claim.actors == ("e1",)  # "we" of the minister is the state
    assert claim.places == ("e6",)
    assert (claim.realis, claim.polarity, claim.certainty) == ("future", "negative", "certain")


def test_a_cue_is_claimed_outside_its_own_content() -> None:
    claim = told()["v6"]
    assert claim.depth == 0
    assert claim.topics == ("v3",)


def test_the_cue_is_carried_along() -> None:
    denied, believed = told()["v3"], told()["v4"]
    assert [(one.kind, one.polarity) for one in denied.attributions] == [("statement", "negative")]
    assert [(one.kind, one.polarity) for one in believed.attributions] == [("attitude", "positive")]
    assert denied.certainty == "possible"
    assert denied.recipients == ("e8",)


def test_a_trigger_in_any_fragment_of_an_implicit_quote() -> None:
    claim = told()["v5"]
    assert (claim.depth, claim.sources) == (1, (None,))
    assert claim.source is None
    assert claim.attributions[0].anonymous is False


def test_sentences() -> None:
    record = drafted(TEXT, DRAFT)
    names = entity_names(record, TEXT)
    assert [sentence(claim, names) for claim in claims(record, TEXT)] == [
        "author: Orvia, Telmark did AGREE (2031-05-12)",
        "author ← Herald ← an official ← Ada Moss: Orvia will not CONSULT.visit in Lund",
        "author ← an official [negated cue]: Orvia did possibly ASSAULT.heavy-weapons → the port",
        "author ← an official [attitude]: somebody will CONSULT",
        "author ← somebody: somebody will CONSULT.visit",
        "author: somebody did REJECT about v3",
        "author: Both countries generally do COOPERATE",
    ]
    assert sentence(told()["v7"], str.upper) == "author: E7 generally do COOPERATE"


def test_without_a_text_everything_but_the_type_is_the_same() -> None:
    record = drafted(TEXT, DRAFT)
    with_text, without = claims(record, TEXT), claims(record)
    assert [claim.sources for claim in with_text] == [claim.sources for claim in without]
    assert {one.type for claim in without for one in claim.attributions} == {None}


def test_overlapping_quotes_without_nesting_the_shortest_has_it() -> None:
    quotes = (Quote("q1", (Span(0, 9),)), Quote("q2", (Span(2, 6),)), Quote("q3", (Span(2, 6),)))
    record = Record("d1", "1.0", "x", quotes=quotes, events=(Event("v1", Span(3, 4), "AID"),))
    assert claims(record)[0].quotes == ("q2",)


def test_a_trigger_that_sticks_out_of_the_content_is_not_in_it() -> None:
    quotes = (Quote("q1", (Span(0, 5),)),)
    record = Record("d1", "1.0", "x", quotes=quotes, events=(Event("v1", Span(4, 6), "AID"),))
    assert claims(record)[0].depth == 0


def test_dangling_targets_are_left_out() -> None:
    event = Event(
        "v1",
        Span(0, 1),
        "AID",
        arguments=tuple(
            Argument(role, target)
            for role in ("actor", "recipient", "place", "time", "topic")
            for target in ("m1", "m2", "x9", "v1", "v9", "t9")
        ),
    )
    mentions = (Mention("m1", "e1", Span(0, 1), "NAM"), Mention("m2", "e9", Span(0, 1), "NAM"))
    entities = (Entity("e1", "GPE", nil="unnamed"),)
    record = Record("d1", "1.0", "x", entities=entities, mentions=mentions, events=(event,))
    claim = claims(record)[0]
    assert claim.actors == claim.recipients == claim.places == ("e1",)
    assert claim.topics == ("e1", "v1")  # only a topic may be an event
    assert claim.times == claim.when == ()


def test_a_record_without_events_claims_nothing() -> None:
    assert claims(Record("d1", "1.0", "x")) == ()


def test_aggregates_are_expanded_to_the_last_member_and_circles_cut() -> None:
    entities = (
        Entity("e1", "GPE", nil="unnamed"),
        Entity("e2", "GPE", nil="unnamed"),
        Entity("e3", "GPE", nil="aggregate", members=("e1", "e2")),
        Entity("e4", "GPE", nil="aggregate", members=("e3", "e5", "e1")),
        Entity("e5", "GPE", nil="aggregate", members=("e4", "e2", "e6")),
        Entity("e6", "GPE", nil="unnamed"),
    )
    record = Record("d1", "1.0", "x", entities=entities)
    assert expanded(["e3"], record) == ("e1", "e2")
    # e4 → e3 → e1, e2; then e5 → (e4 again: cut), e2 again, e6; then e1 again.
    assert expanded(["e4"], record) == ("e1", "e2", "e6")
    assert expanded(["e2", "e3", "e9"], record) == ("e2", "e1", "e9")
    assert expanded([], record) == ()


def test_what_entities_are_called() -> None:
    text = (
        "The EU, Lund Bank, Bank, Lund, Lund, Orvians, Seat, she, the aide, Minister, Ada, Ada Moss"
    )
    ways = [
        # (entity, words, level, extra)
        ("e1", "EU", "NAM", ""),
        ("e2", "Bank", "NAM", ""),
        ("e2", "Lund Bank", "NAM", ""),
        ("e3", "Lund", "NAM", ""),
        ("e3", "Orvians", "NAM", "demonym"),
        ("e4", "Orvians", "NAM", "demonym"),
        ("e4", "the aide", "NOM", ""),
        ("e5", "she", "PRO", ""),
        ("e5", "Minister", "NOM", "title"),
        ("e6", "Ada", "NAM", ""),
        ("e6", "Ada Moss", "NAM", ""),
    ]
    mentions = tuple(
        Mention(
            f"m{i}",
            entity,
            Span(text.index(words), text.index(words) + len(words)),
            level,
            demonym=extra == "demonym",
            title=extra == "title",
        )
        for i, (entity, words, level, extra) in enumerate(ways)
    )
    entities = tuple(
        Entity(
            f"e{i}", "PER" if i == 6 else "ORG" if i == 2 else "GPE", kb="org:x" if i == 7 else None
        )
        for i in range(1, 9)
    )
    record = Record("d1", "1.0", "x", entities=entities, mentions=mentions)
    assert entity_names(record, text) == {
        "e1": "EU",
        "e2": "Lund Bank",  # an organisation: the longest
        "e3": "Lund",  # a name before a demonym
        "e4": "Orvians",  # a demonym before a description
        "e5": "Minister",  # a title before a pronoun
        "e6": "Ada Moss",
        "e7": "org:x",
        "e8": "e8",
    }
    assert entity_names(record, None, {"org:x": "Xenia"}.get)["e7"] == "Xenia"
    assert entity_names(record, None)["e6"] == "e6"
