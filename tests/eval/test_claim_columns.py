"""Claims as columns: the same as derived record by record, and scored as by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotated import SCHEMA, records
from communique.annotations.derived.claims import claims, expanded
from communique.annotations.derived.quotes import derive_quotes
from communique.annotations.record import Argument, Entity, Event, Mention, Quote, Record, Span
from communique.eval.claims import AUTHOR, NOBODY, claims_of, expanded_members
from communique.eval.columns import Columns
from communique.eval.inputs import side_of_records
from communique.eval.scoring import score


def columns(*records: Record) -> Columns:
    return Columns(side_of_records(records, name="x").table, SCHEMA)


@st.composite
def nested(draw: st.DrawFn) -> Record:
    """A record whose quotes stand in one another, some of them in a circle."""
    record = draw(records())
    quotes = list(record.quotes or ())
    for number, quote in enumerate(quotes):
        parent = draw(st.sampled_from([None, *(one.id for one in quotes[: number + 1])]))
        quotes[number] = replace(quote, parent=None if parent == quote.id else parent)
    return replace(record, quotes=tuple(quotes))


def _tied(record: Record, row: int, depth: NDArray[np.int64]) -> bool:
    trigger = (record.events or ())[row].trigger
    levels = {fact: facts.depth + 1 for fact, facts in derive_quotes(record, None).items()}
    around = [
        (one.end - one.start)
        for quote in record.quotes or ()
        for one in set(quote.content)
        if one.contains(trigger) and levels[quote.id] == depth[row]
    ]
    return len(around) > 1 and sorted(around)[0] == sorted(around)[1]


@given(nested())
@settings(max_examples=150, deadline=None)
def test_columns_say_what_the_derived_claims_say(record: Record) -> None:
    side = columns(record)
    found = claims_of(side)
    entities = [one.id for one in record.entities or ()]
    for row, claim in enumerate(claims(record)):
        if _tied(record, row, found.depth):
            continue  # two quotes are equally deep and long: the one or the other
        assert found.depth[row] == claim.depth
        source = int(found.source[row])
        if claim.depth == 0:
            assert source == AUTHOR
        elif claim.source is None:
            assert source == NOBODY
        else:
            assert entities[source] == claim.source


def test_aggregates_become_their_members_all_the_way() -> None:
    record = Record(
        "d1",
        SCHEMA.version,
        "x",
        entities=(
            Entity("a", "GPE"),
            Entity("b", "GPE"),
            Entity("c", "GPE"),
            Entity("ab", "GPE", members=("a", "b")),
            Entity("abc", "GPE", members=("ab", "c")),
        ),
        mentions=(),
    )
    owner, entity = expanded_members(columns(record), np.array([0, 1]), np.array([4, 2]))
    assert sorted(zip(owner.tolist(), entity.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 2),
    ]
    assert set(expanded(("abc",), record)) == {"a", "b", "c"}


def _story(source: str | None, actor: str, **event: str) -> Record:
    """Two states and a minister; somebody says in [10, 30) that an actor does something to B."""
    return Record(
        "d1",
        SCHEMA.version,
        "x",
        entities=(
            Entity("A", "GPE"),
            Entity("B", "GPE"),
            Entity("M", "PER"),
            Entity("AB", "GPE", members=("A", "B")),
        ),
        mentions=(
            Mention("a", "A", Span(0, 1), "NAM"),
            Mention("b", "B", Span(2, 3), "NAM"),
            Mention("m", "M", Span(4, 5), "NAM"),
            Mention("ab", "AB", Span(6, 7), "NOM"),
        ),
        quotes=(Quote("q", (Span(10, 30),), (Span(8, 9),), source),),
        events=(
            Event(
                "v",
                Span(12, 15),
                event.pop("type", "AID"),
                arguments=(Argument("actor", actor), Argument("recipient", "b")),
                **event,
            ),
        ),
    )


@pytest.mark.parametrize(
    ("pred", "hits"),
    [
        (_story("m", "a"), 1),
        # another speaker, no speaker, another actor, type, realis, polarity: each makes it wrong
        (_story("b", "a"), 0),
        (_story(None, "a"), 0),
        (_story("m", "m"), 0),
        (_story("m", "a", type="SUPPORT"), 0),
        (_story("m", "a", realis="future"), 0),
        (_story("m", "a", polarity="negative"), 0),
        # certainty is not part of a claim
        (_story("m", "a", certainty="possible"), 1),
    ],
)
def test_a_claim_is_right_when_all_of_it_is(pred: Record, hits: int) -> None:
    gold = side_of_records([_story("m", "a")], name="gold")
    result = score(gold, side_of_records([pred], name="pred"), measures=["claims"])
    assert result.score("claims").sums == (hits, 1, 1)


def test_names_of_entities_do_not_matter_but_what_they_stand_for_does() -> None:
    gold, pred = _story("m", "a"), _story("m", "a")
    renamed = replace(
        pred,
        entities=tuple(replace(one, id=f"x{one.id}", members=()) for one in pred.entities or ()),
        mentions=tuple(replace(one, entity=f"x{one.entity}") for one in pred.mentions or ()),
    )
    result = score(
        side_of_records([gold], name="gold"),
        side_of_records([renamed], name="pred"),
        measures=["claims"],
    )
    assert result.score("claims").value == 1


def test_expanding_aggregates_forgives_naming_the_members() -> None:
    gold, pred = _story("m", "ab"), _story("m", "a")
    event = (pred.events or ())[0]
    both = replace(event, arguments=(*event.arguments, Argument("actor", "b")))
    result = score(
        side_of_records([gold], name="gold"),
        side_of_records([replace(pred, events=(both,))], name="pred"),
        measures=["claims", "claims.expanded"],
    )
    assert result.score("claims").value == 0
    assert result.score("claims.expanded").value == 1


def test_the_same_claim_twice_in_a_document_counts_once() -> None:
    gold = _story("m", "a")
    event = (gold.events or ())[0]
    twice = replace(gold, events=(event, replace(event, id="w", trigger=Span(20, 22))))
    result = score(
        side_of_records([twice], name="gold"),
        side_of_records([gold], name="pred"),
        measures=["claims", "claims.first-hand", "claims.author"],
    )
    assert result.score("claims").sums == (1, 1, 1)
    assert result.score("claims.first-hand").sums == (1, 1, 1)
    assert result.score("claims.author").value is None
