"""Agreement of two annotators: figures by hand, and what must hold for any two annotations."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import LENGTH, SCHEMA, records, shuffled
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
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.agreement.both_ways import both_ways, mean_form
from communique.eval.agreement.figures import figures
from communique.eval.agreement.kappa import kappa_form
from communique.eval.agreement.outcome import Agreement, agreement
from communique.eval.counts import PRF, SPLIT_PRF, Counts, Score
from communique.eval.inputs import Side, side_of_records
from communique.eval.signature import Signature

TEXT = ("ab " * LENGTH)[:LENGTH]


def side(*records: Record, name: str = "side") -> Side:
    return side_of_records(records, name=name)


def record(doc_id: str = "d1", **lists: Any) -> Record:
    layers = {"entities": (), "mentions": (), "times": (), "quotes": (), "events": ()} | lists
    return Record(doc_id, SCHEMA.version, "test", **layers)


def compared(first: Record | Side, second: Record | Side, resamples: int = 20) -> Agreement:
    sides = [
        one if isinstance(one, Side) else side(one, name=name)
        for one, name in ((first, "A"), (second, "B"))
    ]
    ids = sides[0].table.column("doc_id").to_pylist()
    return agreement(*sides, texts=dict.fromkeys(ids, TEXT), resamples=resamples)


def extents(found: Agreement) -> dict[str, tuple[Any, Any, Any]]:
    every = found.as_json()["agreement"]
    return {name: (one["a"], one["b"], one["agreed"]) for name, one in every.items()}


# -- by hand ---------------------------------------------------------------------------------------

ENTITIES = (
    Entity("s", "GPE", kb="state:arvandia"),
    Entity("c", "GPE", kb="city:lund"),
    Entity("p", "PER", nil="unnamed"),
)


def mention(number: int, entity: str, start: int, level: str = "NAM", **more: Any) -> Mention:
    return Mention(f"m{number}", entity, Span(start, start + 2), level, **more)


def test_levels_use_and_links_by_hand() -> None:
    first = record(
        entities=ENTITIES,
        mentions=(
            mention(1, "s", 0),
            mention(2, "s", 3, use="metonymic"),
            mention(3, "c", 6),
            mention(4, "p", 9, "NOM"),
            mention(5, "p", 12, "PRO"),
            mention(6, "s", 15, use="metonymic"),
        ),
    )
    second = record(
        entities=(*ENTITIES[:2], Entity("p", "PER", nil="not_in_registry")),
        mentions=(
            mention(1, "s", 0),
            mention(2, "s", 3, use="metonymic"),
            mention(3, "s", 6, use="metonymic"),
            mention(4, "p", 9, "PRO"),
            mention(5, "c", 18),
            mention(6, "c", 15),
        ),
    )
    found = compared(first, second)
    # spans in common: 0 3 6 9 15; all of one type on both sides. 5 of 6 and 6
    assert extents(found)["mentions.strict"] == (6, 6, 5)
    # names: A at 0 3 6 15, B at 0 3 6 15 18
    assert extents(found)["mentions.strict.nam"] == (4, 5, 4)
    assert found.figures["mentions.strict.nam"].value == pytest.approx(2 * 4 / 9)
    # the rest: A at 9 12, B at 9; that one calls it a description and one a pronoun is no matter
    assert extents(found)["mentions.strict.nom+pro"] == (2, 1, 1)
    # links: 0 and 3 are Arvandia on both sides, 9 has no id on both; 6 and 15 differ
    assert extents(found)["linking.accuracy"] == (5, 5, 3)
    # metonymic among common spans: A 3 and 15, B 3 and 6
    assert extents(found)["metonymy.f1"] == (2, 2, 1)
    assert found.figures["metonymy.f1"].value == 0.5
    # use, A in rows: literal-literal 0 9, literal-metonymic 6, metonymic-metonymic 3,
    # metonymic-literal 15. p_o = 3/5, p_e = (3·3 + 2·2) / 25 = 13/25, κ = (15 - 13) / (25 - 13)
    assert found.figures["mentions.use"].value == pytest.approx(2 / 12)
    assert extents(found)["mentions.use"] == (5, 5, 3)
    # level: NAM-NAM four times, NOM-PRO once. p_o = 4/5, p_e = 16/25, κ = (20 - 16) / (25 - 16)
    assert found.figures["mentions.level"].value == pytest.approx(4 / 9)
    # type: GPE-GPE four times, PER-PER once
    assert found.figures["mentions.type"].value == 1.0
    assert found.figures["mentions.demonym"].value is None
    assert found.figures["mentions.demonym"].undefined == "both sides say only no"


def test_kappa_by_hand() -> None:
    # yes-yes 20, yes-no 5, no-yes 10, no-no 15 of 50: p_o = 35/50 = .7,
    # p_e = .5 · .6 + .5 · .4 = .5, κ = (.7 - .5) / (1 - .5) = .4
    form = kappa_form(("yes", "no"))
    score = Score(form, (20.0, 5.0, 10.0, 15.0))
    assert score.value == pytest.approx(0.4)
    assert score.values["accuracy"] == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ((0, 0, 0, 0), None),  # nothing is aligned
        ((7, 0, 0, 0), None),  # both say one and the same
        ((7, 2, 0, 0), None),  # one of them says only one label: κ would be 0 in any case
        ((0, 0, 4, 5), None),
        ((5, 0, 0, 5), 1.0),
        ((0, 5, 5, 0), -1.0),  # p_o = 0, p_e = 1/2
    ],
)
def test_kappa_with_degenerate_margins(table: tuple[float, ...], value: float | None) -> None:
    assert Score(kappa_form(("yes", "no")), table).value == value


def test_an_undefined_kappa_says_why() -> None:
    first = record(events=(Event("v1", Span(0, 2), "AID"), Event("v2", Span(3, 5), "AID")))
    second = record(
        events=(Event("v1", Span(0, 2), "AID", realis="future"), Event("v2", Span(3, 5), "AID"))
    )
    found = compared(first, second)
    assert found.figures["events.realis"].undefined == "A says only actual"
    assert compared(second, first).figures["events.realis"].undefined == "B says only actual"
    assert found.figures["events.certainty"].undefined == "both sides say only certain"
    assert found.figures["times.mod"].undefined == "nothing is aligned"
    assert found.figures["times.span"].undefined == "there is none on either side"
    assert found.figures["times.value"].undefined == "nothing is aligned"
    assert found.figures["times.tokens"].undefined == "no two tokens have different labels"
    assert found.figures["events.trig-c"].undefined is None


def test_factuality_is_realis_polarity_and_certainty_as_one_label() -> None:
    def events(*kinds: tuple[str, str, str]) -> tuple[Event, ...]:
        return tuple(
            Event(
                f"v{n}",
                Span(3 * n, 3 * n + 2),
                "AID",
                realis=realis,
                polarity=polarity,
                certainty=certainty,
            )
            for n, (realis, polarity, certainty) in enumerate(kinds)
        )

    plain, denied = ("actual", "positive", "certain"), ("actual", "negative", "certain")
    hoped = ("hypothetical", "positive", "possible")
    first = record(events=events(plain, plain, denied, hoped))
    second = record(events=events(plain, denied, denied, hoped))
    # p_o = 3/4; A: plain 2, denied 1, hoped 1; B: plain 1, denied 2, hoped 1
    # p_e = (2·1 + 1·2 + 1·1) / 16 = 5/16; κ = (12 - 5) / (16 - 5) = 7/11
    assert compared(first, second).figures["events.factuality"].value == pytest.approx(7 / 11)


def test_coreference_is_taken_on_shared_mentions() -> None:
    # shared are 1 2 3 4. A: {1 2 3} {4}, B: {1 2} {3 4}. A alone has 5, in the first entity.
    # MUC: links A 2, B 2, right 1 of each: F1 = 1/2
    # B³: recall (2/3 + 2/3 + 1/3 + 1) / 4 = 2/3, precision (1 + 1 + 1/2 + 1/2) / 4 = 3/4,
    #     F1 = 2 · 2/3 · 3/4 / (17/12) = 12/17
    # CEAF-e: φ4({1 2 3}, {1 2}) = 4/5, φ4({4}, {3 4}) = 2/3, F1 = (4/5 + 2/3) / 2 = 11/15
    entities = (Entity("x", "PER", nil="unnamed"), Entity("y", "PER", nil="unnamed"))
    first = record(
        entities=entities,
        mentions=tuple(mention(n, "y" if n == 4 else "x", 3 * n, "NOM") for n in range(1, 6)),
    )
    second = record(
        entities=entities,
        mentions=tuple(mention(n, "x" if n < 3 else "y", 3 * n, "NOM") for n in range(1, 5)),
    )
    found = compared(first, second)
    assert found.figures["coref.conll.shared"].value == pytest.approx(
        (1 / 2 + 12 / 17 + 11 / 15) / 3
    )


def test_quotes_and_times_by_hand() -> None:
    person: dict[str, Any] = {"entities": (Entity("p", "PER"), Entity("o", "ORG"))}
    mentions = (mention(1, "p", 0), mention(2, "p", 30, "PRO"), mention(3, "o", 33))
    first = record(
        **person,
        mentions=mentions,
        quotes=(
            Quote("q1", (Span(3, 8),), (Span(9, 11),), "m1"),
            Quote("q2", (Span(12, 20),), (Span(21, 23),), "m1"),
            Quote("q3", (Span(24, 29),), (), "m3", kind="attitude"),
        ),
        times=(Time("t1", "DATE", Span(40, 42), "2031"), Time("t2", "DATE", Span(45, 50), "2032")),
    )
    second = record(
        **person,
        mentions=mentions,
        quotes=(
            Quote("q1", (Span(3, 8),), (Span(9, 11),), "m2"),
            Quote("q2", (Span(15, 20),), (Span(20, 23),), None),
        ),
        times=(
            Time("t1", "DATE", Span(40, 42), "2031-01"),
            Time("t2", "TIME", Span(47, 50), "2032"),
            Time("t3", "DATE", Span(52, 54), None),
        ),
    )
    found = extents(compared(first, second))
    assert found["quotes.content.strict"] == (3, 2, 1)
    assert found["quotes.content.partial"] == (3, 2, 2)
    assert found["quotes.cue.strict"] == (2, 2, 1)
    assert found["quotes.cue.partial"] == (2, 2, 2)
    # the source of the first pair is one entity by two mentions; of the second, A alone has one
    assert found["quotes.source"] == (2, 2, 1)
    assert found["quotes.source.exact"] == (2, 2, 0)
    assert found["times.span"] == (2, 3, 1)
    assert found["times.relaxed"] == (2, 3, 2)
    assert found["times.value"] == (1, 1, 0)
    assert found["times.type"] == (1, 1, 1)


def test_a_measure_that_depends_on_the_gold_is_the_mean_of_both_ways() -> None:
    # metonymy in gold: with A as gold both are counted and one is right, with B as gold one of one
    forth, back = ([[1.0, 2.0, 2.0]], [[1.0, 1.0, 1.0]])
    import numpy as np

    tally = both_ways(Counts(PRF, np.array(forth)), Counts(PRF, np.array(back)))
    assert tally.total.score.value == (0.5 + 1.0) / 2
    # where one direction is undefined, it is the other
    nothing = Counts(PRF, np.zeros((1, 3)))
    assert both_ways(nothing, Counts(PRF, np.array(forth))).total.score.value == 0.5
    assert both_ways(nothing, nothing).total.score.value is None
    assert mean_form(SPLIT_PRF).headline == "f1"


def test_zones_are_compared_as_they_were_annotated() -> None:
    first = record(
        zones=(Zone("z1", "headline", Span(0, 5)), Zone("z2", "boilerplate", Span(6, 11)))
    )
    second = record(zones=(Zone("z1", "headline", Span(0, 5)), Zone("z2", "body", Span(6, 11))))
    assert extents(compared(first, second))["zones.strict"] == (2, 2, 1)


def test_what_one_side_annotates_where_only_the_other_masks_is_a_disagreement() -> None:
    person = (Entity("p", "PER"),)
    mask = (Zone("z1", "boilerplate", Span(0, 20)),)
    first = record(zones=mask, entities=person)
    second = record(zones=(), entities=person, mentions=(mention(1, "p", 3),))
    assert extents(compared(first, second))["mentions.strict"] == (0, 1, 0)
    # where both mask, nothing counts
    found = compared(first, replace(second, zones=mask))
    assert extents(found)["mentions.strict"] == (0, 0, 0)
    assert not found.disagreements


# -- what must hold --------------------------------------------------------------------------------


@given(records())
@settings(max_examples=15, deadline=None)
def test_identical_sides_agree_on_everything(one: Record) -> None:
    found = compared(one, one)
    assert set(found.figures) == {figure.name for figure in figures()}
    for name, figure in found.figures.items():
        assert figure.value is None or figure.value == pytest.approx(1.0), name
        assert (figure.value is None) == (figure.undefined is not None), name
        for label, (score, _) in figure.types.items():
            assert score.value is None or score.value == pytest.approx(1.0), (name, label)
    assert not found.disagreements


@given(records(), records())
@settings(max_examples=20, deadline=None)
def test_exchanging_the_sides_changes_no_figure(first: Record, second: Record) -> None:
    forth, back = compared(first, second), compared(second, first)
    for name, figure in forth.figures.items():
        assert figure.value == pytest.approx(back.figures[name].value, abs=1e-12), name
        types = {label: score.value for label, (score, _) in figure.types.items()}
        other = {label: score.value for label, (score, _) in back.figures[name].types.items()}
        assert types == pytest.approx(other, abs=1e-12), name
        ends = figure.interval.low, figure.interval.high
        swapped = back.figures[name].interval
        assert ends == pytest.approx((swapped.low, swapped.high), abs=1e-9), name
        if figure.value is not None:
            least = 0 if figure.figure.statistic in ("F1", "accuracy") else -1
            assert least <= figure.value <= 1 + 1e-12, name
            # a single document is drawn each time
            assert ends == pytest.approx((figure.value, figure.value)), name
    for name, (a, b, agreed) in extents(forth).items():
        assert (b, a, agreed) == extents(back)[name], name


@given(st.data(), records(), records())
@settings(max_examples=12, deadline=None)
def test_the_order_of_lists_changes_no_figure(
    data: st.DataObject, first: Record, second: Record
) -> None:
    before = compared(first, second)
    after = compared(data.draw(shuffled(first)), data.draw(shuffled(second)))
    for name, figure in before.figures.items():
        assert figure.value == pytest.approx(after.figures[name].value, abs=1e-12), name


@given(records("d1"), records("d1"), records("d2"), records("d2"))
@settings(max_examples=8, deadline=None)
def test_the_counts_of_documents_add_up(a1: Record, b1: Record, a2: Record, b2: Record) -> None:
    whole = extents(compared(side(a2, a1), side(b1, b2)))
    parts = extents(compared(a1, b1)), extents(compared(a2, b2))
    for name, numbers in whole.items():
        for n, one, other in zip(numbers, parts[0][name], parts[1][name], strict=True):
            assert n is None or n == pytest.approx(one + other), name


# -- documents and layers --------------------------------------------------------------------------


def test_only_common_documents_are_compared_and_the_rest_is_named() -> None:
    first = side(record("d1"), record("d2"), name="A")
    second = side(record("d2"), record("d3"), record("d4"), name="B")
    found = agreement(first, second, resamples=20)
    assert found.doc_ids == ["d2"]
    assert found.left_out == (["d1"], ["d3", "d4"])
    assert "left out, because B lacks them: d1 (only in A)" in found.notes
    assert "left out, because A lacks them: d3, d4 (only in B)" in found.notes
    with pytest.raises(CommuniqueError, match="no document that both sides have"):
        agreement(first, side(record("d9")), resamples=20)
    with pytest.raises(CommuniqueError, match="among those asked for"):
        agreement(first, second, only=frozenset({"d1"}), resamples=20)


def test_a_layer_that_a_side_lacks_is_said_and_not_counted() -> None:
    time = Time("t1", "DATE", Span(0, 2), "2031")
    both, lacking = record("d1", times=(time,)), record("d2", times=None)
    found = compared(side(both, record("d2", times=(time,))), side(both, lacking))
    assert found.covers["times"].both == ("d1",)
    assert found.covers["times"].only_first == ("d2",)
    assert "times not compared, because B has none: d2" in found.notes
    assert found.figures["times.span"].n_docs == 1
    assert extents(found)["times.span"] == (1, 1, 1)
    # α too: the tokens of the document without the layer are no units
    assert extents(found)["times.tokens"][0] == LENGTH // 3
    assert found.as_json()["layers"]["times"] == {
        "documents": 1,
        "missing_a": [],
        "missing_b": ["d2"],
        "missing_both": [],
    }
    nowhere = compared(record(quotes=None), record())
    assert "quotes.content.strict" not in nowhere.figures
    assert "claims" not in nowhere.figures
    assert "quotes not compared, because A has none: d1" in nowhere.notes
    neither = compared(record(quotes=None), record(quotes=None))
    assert "quotes on neither side: d1" in neither.notes


def test_a_figure_of_two_layers_counts_documents_that_have_both() -> None:
    person = {"entities": (Entity("p", "PER"),), "mentions": (mention(1, "p", 0),)}
    quote = Quote("q1", (Span(3, 8),))
    first = side(
        record("d1", **person, quotes=(replace(quote, source="m1"),)),
        record("d2", entities=None, mentions=None, quotes=(quote,)),
    )
    found = compared(first, first)
    assert extents(found)["quotes.content.strict"] == (2, 2, 2)
    assert extents(found)["quotes.source"] == (1, 1, 1)
    assert found.figures["quotes.source"].n_docs == 1


def test_without_texts_there_is_no_alpha_and_that_is_said() -> None:
    one = record(times=(Time("t1", "DATE", Span(0, 2), "2031"),))
    found = agreement(side(one), side(replace(one, times=())), resamples=20)
    assert "times.tokens" not in found.figures
    assert "no text here, so no α and no words: d1" in found.notes
    assert found.disagreements[0].words is None
    assert found.disagreements[0].paragraph is None
    some = agreement(
        side(one, replace(one, doc_id="d2")),
        side(one, replace(one, doc_id="d2")),
        texts={"d2": TEXT},
        resamples=20,
    )
    assert some.figures["times.tokens"].n_docs == 1


def test_texts_that_a_side_brings_are_used() -> None:
    one = record(times=(Time("t1", "DATE", Span(0, 2), "2031"),))
    with_text = side_of_records([one], name="A", texts={"d1": TEXT})
    assert agreement(side(one), with_text, resamples=20).figures["times.tokens"].value == 1.0


def test_the_signature_reads_back() -> None:
    signature = compared(record(), record()).signature
    assert Signature.parse(str(signature)) == signature
    assert signature.conditions["docs"] == "1"
    assert signature.conditions["seed"] == "1"


def test_intervals_are_over_documents() -> None:
    # in half of 40 documents the two agree, in the other half not: F1 = 1/2, and the interval is
    # near ± 1.96 · sqrt(.25 / 40) = ± .155
    time = Time("t1", "DATE", Span(0, 2), "2031")
    elsewhere = replace(time, span=Span(6, 8))
    first = side(*(record(f"d{n}", times=(time,)) for n in range(40)))
    second = side(*(record(f"d{n}", times=(time if n % 2 else elsewhere,)) for n in range(40)))
    found = compared(first, second, resamples=2_000).figures["times.span"]
    assert found.value == 0.5
    assert found.interval.low == pytest.approx(0.5 - 1.96 * math.sqrt(0.25 / 40), abs=0.04)
    assert found.interval.high == pytest.approx(0.5 + 1.96 * math.sqrt(0.25 / 40), abs=0.04)
    assert found.interval.n_units == 40


@pytest.mark.parametrize(
    ("second", "check", "place"),
    [
        (record(mentions=(Mention("m1", "e9", Span(0, 2), "NAM"),)), "eval.reference", "d1"),
        (record(events=(Event("v1", Span(4, 4), "AID"),)), "eval.span", "d1"),
        (record(entities=(Entity("e1", "MARTIAN"),)), "eval.label", "d1"),
        (record(times=(Time("t1", "DATE", Span(58, 99), None),)), "eval.span", "d1"),
        (
            record(events=(Event("v1", Span(0, 2), "AID", arguments=(Argument("actor", "zz"),)),)),
            "eval.reference",
            "d1",
        ),
    ],
)
def test_unsound_annotations_are_refused_with_their_place(
    second: Record, check: str, place: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        compared(record(), second)
    (problem,) = caught.value.problems
    assert (problem.check, problem.file, problem.doc_id) == (check, "B", place)
    # on both sides at once, both are named
    with pytest.raises(InvalidInput) as twice:
        compared(second, second)
    assert [problem.file for problem in twice.value.problems] == ["A", "B"]


def test_a_document_twice_or_of_another_text_is_refused() -> None:
    with pytest.raises(InvalidInput) as twice:
        agreement(side(record(), record(), name="A"), side(record()), resamples=20)
    assert [(p.check, p.file, p.doc_id) for p in twice.value.problems] == [
        ("eval.twice", "A", "d1")
    ]
    one, other = (replace(record(), text_sha256=digit * 64) for digit in "ab")
    with pytest.raises(InvalidInput) as differ:
        agreement(side(one, name="A"), side(other, name="B"), resamples=20)
    (problem,) = differ.value.problems
    assert (problem.check, problem.file) == ("eval.text", "B")
    assert "the text bbbbbbbbbbbb…" in problem.found
    assert "the text aaaaaaaaaaaa…" in problem.expected
    # they agree with each other, but not with the text that is here
    with pytest.raises(InvalidInput) as stale:
        compared(one, one)
    assert stale.value.problems[0].mend == "annotate the version of the text that is here"
    # a side that does not say which text it means is taken at its word
    assert agreement(side(one), side(record()), resamples=20).doc_ids == ["d1"]
