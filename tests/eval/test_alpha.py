"""Krippendorff's α against values worked out by hand, and the labels of tokens that it is taken of.

The reliability data of the first three tests are the examples A, B and C of Krippendorff,
"Computing Krippendorff's Alpha-Reliability" (2011), with the values that he gives.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotated import SCHEMA
from communique.annotations.record import Entity, Event, Mention, Quote, Record, Span, Zone
from communique.corpus.tokens import tokens
from communique.eval.agreement.alpha import alpha_counts, alpha_form, coincidences, label_counts
from communique.eval.agreement.figures import figures
from communique.eval.agreement.pairing import Pairing, pair
from communique.eval.agreement.token_labels import (
    labels_of,
    token_labels,
    token_members,
    units_of,
)
from communique.eval.columns import Columns
from communique.eval.counts import Score
from communique.eval.inputs import side_of_records

TEXT = "ab cd ef gh ij"
"""Five tokens: [0, 2) [3, 5) [6, 8) [9, 11) [12, 14)."""


def answers(rows: list[str], labels: str) -> list[NDArray[np.int64]]:
    """One annotator per row, one unit per sign, a point where there is no answer."""
    return [np.array([labels.find(sign) for sign in row.replace(" ", "")]) for row in rows]


def alpha(rows: list[str], labels: str) -> float | None:
    given = answers(rows, labels)
    doc = np.zeros(len(given[0]), dtype=np.int64)
    return alpha_counts(1, tuple(labels), doc, given).score.value


def test_two_annotators_and_two_values() -> None:
    # o_00 = 10, o_01 = o_10 = 4, o_11 = 2; n_0 = 14, n_1 = 6, n = 20
    # α = 1 - 19 · (4 + 4) / (14 · 6 + 6 · 14) = 1 - 152 / 168 = 0.095
    rows = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"]
    table = coincidences(label_counts(answers(rows, "01"), 2))
    assert table.tolist() == [[10, 4], [4, 2]]
    assert alpha(rows, "01") == pytest.approx(1 - 152 / 168)
    assert alpha(rows, "01") == pytest.approx(0.095, abs=5e-4)


def test_two_annotators_and_five_values() -> None:
    # on the diagonal 2 4 6 4 2 = 18; n = 24, of a 4, b 6, c 6, d 6, e 2
    # ordered pairs of equal values by chance: 4·3 + 6·5 + 6·5 + 6·5 + 2·1 = 104, of all 24·23 = 552
    # α = (23 · 18 - 104) / (552 - 104) = 310 / 448 = 0.692
    rows = ["a a b b d c c c e d d a", "b a b b b c c c e d d d"]
    assert alpha(rows, "abcde") == pytest.approx(310 / 448)
    assert alpha(rows, "abcde") == pytest.approx(0.692, abs=5e-4)


def test_four_annotators_and_missing_values() -> None:
    # the last unit has one answer only and pairs with nothing: 40 of the 41 answers count
    # α = 0.743
    rows = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    table = coincidences(label_counts(answers(rows, "12345"), 5))
    assert table.sum() == pytest.approx(40)
    # of 1: units 1 and 8 and 11. Unit 1 has three: 3 · 2 / 2 = 3. Unit 8 has 1 1 2 1:
    # 3 · 2 / 3 = 2 with 1 and 3 · 1 / 3 = 1 with 2. Unit 11 has two: 2. Unit 6 has 1 2 3 4:
    # a third with each of the others.
    assert table[0].tolist() == pytest.approx([7, 1 + 1 / 3, 1 / 3, 1 / 3, 0])
    assert alpha(rows, "12345") == pytest.approx(0.743, abs=5e-4)


def test_alpha_is_undefined_when_only_one_label_occurs() -> None:
    assert alpha(["0 0 0", "0 0 0"], "01") is None
    assert alpha([". . .", "0 1 0"], "01") is None
    assert alpha(["0 1 0", "0 1 0"], "01") == 1.0


@given(
    st.integers(2, 4).flatmap(
        lambda m: st.lists(st.lists(st.integers(-1, 2), min_size=m, max_size=m), max_size=12)
    )
)
@settings(max_examples=200, deadline=None)
def test_alpha_is_one_minus_observed_over_expected_disagreement(units: list[list[int]]) -> None:
    # the definition, pair by pair: every unit weighs as much as it has values that can be paired
    values = [[value for value in unit if value >= 0] for unit in units]
    values = [unit for unit in values if len(unit) > 1]
    every = [value for unit in values for value in unit]
    n = len(every)
    differ = sum(
        (one != other) / (len(unit) - 1) for unit in values for one, other in permutations(unit, 2)
    )
    by_chance = sum(one != other for one, other in permutations(every, 2))
    given_ = [np.array(row, dtype=np.int64) for row in zip(*units, strict=True)]
    if not given_:
        return
    doc = np.zeros(len(units), dtype=np.int64)
    found = alpha_counts(1, ("a", "b", "c"), doc, given_).score.value
    if not by_chance:
        assert found is None
    else:
        assert found == pytest.approx(1 - (differ / n) / (by_chance / (n * (n - 1))))


def test_the_coincidences_of_documents_add_up() -> None:
    given_ = answers(["a b b a a c", "a b c a b c"], "abc")
    doc = np.array([0, 0, 0, 2, 2, 2])
    whole = alpha_counts(1, ("a", "b", "c"), np.zeros(6, dtype=np.int64), given_)
    parts = alpha_counts(3, ("a", "b", "c"), doc, given_)
    assert parts.total.shape == (3, 9)
    assert not parts.total[1].any()
    assert parts.total.sum(axis=0).tolist() == whole.total[0].tolist()
    assert parts.score.value == whole.score.value


def test_observed_is_the_share_of_equal_pairs() -> None:
    form = alpha_form(("a", "b"))
    assert Score(form, (4.0, 1.0, 1.0, 2.0)).values["observed"] == pytest.approx(6 / 8)


# -- labels of tokens ------------------------------------------------------------------------------


def record(doc_id: str = "d1", **lists: tuple[object, ...]) -> Record:
    layers = {"entities": (), "mentions": (), "times": (), "quotes": (), "events": ()} | lists
    return Record(doc_id, SCHEMA.version, "test", **layers)  # type: ignore[arg-type]


def labels(one: Record, list_name: str) -> tuple[list[str], dict[str, list[bool]]]:
    columns = Columns(side_of_records([one], name="side").table, SCHEMA)
    units = units_of([tokens(TEXT)])
    names = labels_of(columns, list_name)
    members = token_members(columns, list_name, units)
    return (
        [names[code] for code in token_labels(columns, list_name, units)],
        {names[place + 1]: column.tolist() for place, column in enumerate(members.T)},
    )


def test_a_token_has_the_label_of_the_outermost_mention() -> None:
    entities = (Entity("o", "ORG"), Entity("g", "GPE"))
    mentions = (
        Mention("m1", "g", Span(0, 2), "NAM"),
        Mention("m2", "o", Span(0, 8), "NAM"),
        Mention("m3", "g", Span(12, 13), "NAM"),
    )
    outer, members = labels(record(entities=entities, mentions=mentions), "mentions")
    assert outer == ["ORG", "ORG", "ORG", "O", "GPE"]
    # for a type alone, nested mentions count
    assert members["GPE"] == [True, False, False, False, True]
    assert members["ORG"] == [True, True, True, False, False]
    assert not any(members["PER"])


def test_a_cue_stands_before_the_content_that_it_lies_in() -> None:
    quotes = (
        Quote("q1", (Span(0, 11),), (Span(12, 14),)),
        Quote("q2", (Span(3, 5), Span(9, 11)), (Span(6, 8),)),
    )
    parts, members = labels(record(quotes=quotes), "quotes")
    assert parts == ["content", "content", "cue", "content", "cue"]
    assert members["content"] == [True, True, True, True, False]
    assert members["cue"] == [False, False, True, False, True]


def test_events_times_and_zones_label_tokens() -> None:
    one = record(
        events=(Event("v1", Span(3, 5), "AID"),), zones=(Zone("z1", "headline", Span(0, 5)),)
    )
    assert labels(one, "events")[0] == ["O", "AID", "O", "O", "O"]
    assert labels(one, "zones")[0] == ["headline", "headline", "O", "O", "O"]
    assert labels(one, "times")[0] == ["O"] * 5


def pairing(first: Record, second: Record) -> Pairing:
    sides = [side_of_records([one], name=name) for one, name in ((first, "A"), (second, "B"))]
    return pair(sides[0], sides[1], texts={"d1": TEXT})


def alpha_of(name: str, found: Pairing) -> tuple[float | None, dict[str, float | None]]:
    figure = next(one for one in figures() if one.name == name)
    tally = figure.tally(found)
    return tally.total.score.value, {label: one.score.value for label, one in tally.types.items()}


def test_alpha_on_tokens_by_hand() -> None:
    # A: PER O O O O, B: PER PER O O O
    # o_PP = 2, o_PO = o_OP = 1, o_OO = 6; n_P = 3, n_O = 7, n = 10
    # α = 1 - 9 · 2 / (3 · 7 + 7 · 3) = 1 - 18 / 42
    person = (Entity("p", "PER"),)
    first = record(entities=person, mentions=(Mention("m1", "p", Span(0, 2), "NAM"),))
    second = record(entities=person, mentions=(Mention("m1", "p", Span(0, 5), "NAM"),))
    value, types = alpha_of("mentions.tokens", pairing(first, second))
    assert value == pytest.approx(1 - 18 / 42)
    assert types == {"PER": pytest.approx(1 - 18 / 42)}
    # what both mask is no unit: without the last token o_OO = 4, n_O = 5, n = 8
    # α = 1 - 7 · 2 / 30; masked by one side only, it stays a unit
    zones = (Zone("z1", "byline", Span(12, 14)),)
    both = pairing(replace(first, zones=zones), replace(second, zones=zones))
    assert alpha_of("mentions.tokens", both)[0] == pytest.approx(1 - 14 / 30)
    one = pairing(replace(first, zones=zones), replace(second, zones=()))
    assert alpha_of("mentions.tokens", one)[0] == pytest.approx(1 - 18 / 42)
    # a side that did not mark zones at all has no say
    alone = pairing(replace(first, zones=zones), second)
    assert alpha_of("mentions.tokens", alone)[0] == pytest.approx(1 - 14 / 30)


def test_types_are_told_apart_though_another_layer_of_them_is_outermost() -> None:
    # A nests a GPE in an ORG, B has the ORG only: the outermost labels are equal, the GPE is not
    entities = (Entity("o", "ORG"), Entity("g", "GPE"))
    org = Mention("m1", "o", Span(0, 5), "NAM")
    first = record(entities=entities, mentions=(org, Mention("m2", "g", Span(0, 2), "NAM")))
    second = record(entities=entities, mentions=(org,))
    value, types = alpha_of("mentions.tokens", pairing(first, second))
    assert value == 1.0
    # in: n = 1 of 10, o_in,out = 1 each way: α = 1 - 9 · 2 / (1 · 9 + 9 · 1) = 0
    assert types == {"ORG": 1.0, "GPE": pytest.approx(0.0)}
