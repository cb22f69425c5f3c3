"""Categories of spans by hand, and what holds for the verdicts on any two records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import records, shuffled
from communique.annotations.record import Entity, Mention, Record, Span, Time, Zone
from communique.eval.errors import CATEGORIES, FAULTS, JUDGED, Judgement, judge
from communique.eval.scoring import paired, score
from judged import categories, compared, judged, partners, record, side

ENTITIES = (Entity("p", "PER"), Entity("g", "GPE"))


def mentions(*spans: tuple[str, int, int]) -> Record:
    return record(
        entities=ENTITIES,
        mentions=tuple(
            Mention(f"m{n}", entity, Span(start, end), "NAM")
            for n, (entity, start, end) in enumerate(spans)
        ),
    )


def of_mentions(gold: Record, pred: Record) -> Judgement:
    return judged(gold, pred)["mentions"]


def test_one_of_each_category() -> None:
    gold = mentions(("p", 0, 4), ("p", 6, 10), ("p", 12, 16), ("p", 18, 22), ("p", 24, 28))
    pred = mentions(("p", 0, 4), ("p", 7, 10), ("g", 12, 16), ("g", 18, 21), ("p", 30, 34))
    found = of_mentions(gold, pred)
    assert categories(found) == (
        ["correct", "boundary", "type", "boundary+type", "missed"],
        ["correct", "boundary", "type", "boundary+type", "spurious"],
    )
    assert partners(found) == ([0, 1, 2, 3, -1], [0, 1, 2, 3, -1])
    assert found.gold.faults[:, :2].tolist() == [
        [False, False],
        [True, False],
        [False, True],
        [True, True],
        [False, False],
    ]


def test_a_split_and_a_merge() -> None:
    # gold [0,10) has the predictions [0,4) and [5,10) in it; the prediction [20,32) the gold
    # [20,25) and [27,32)
    gold = mentions(("p", 0, 10), ("p", 20, 25), ("p", 27, 32))
    pred = mentions(("p", 0, 4), ("g", 5, 10), ("p", 20, 32))
    found = of_mentions(gold, pred)
    assert categories(found) == (["split", "merged", "merged"], ["split", "split", "merged"])
    # the part that shares most with the whole is its partner: 5 of [5,10) against 4 of [0,4);
    # of two that share equally, the first in the text
    assert partners(found) == ([1, 2, 2], [0, 0, 1])


@pytest.mark.parametrize(
    ("pred", "expected"),
    [
        # one part alone is a wrong boundary
        ([("p", 0, 4)], (["boundary"], ["boundary"])),
        # parts that overlap are no split: one of them has a wrong boundary, one is too many
        ([("p", 0, 6), ("p", 4, 10)], (["boundary"], ["boundary", "spurious"])),
        # [8,14) lies in the gold with 2 of 6 code points only
        ([("p", 0, 6), ("p", 8, 14)], (["boundary"], ["boundary", "spurious"])),
        # [6,11) lies in it with 4 of 5
        ([("p", 0, 5), ("p", 6, 11)], (["split"], ["split", "split"])),
        # who has found the whole may find its parts too: they are just too many
        ([("p", 0, 10), ("p", 0, 4), ("p", 5, 10)], (["correct"], ["correct", *["spurious"] * 2])),
    ],
)
def test_what_a_split_is(
    pred: list[tuple[str, int, int]], expected: tuple[list[str], list[str]]
) -> None:
    gold, found = categories(of_mentions(mentions(("p", 0, 10)), mentions(*pred)))
    assert (gold, sorted(found)) == (expected[0], sorted(expected[1]))


def test_nested_gold_that_was_found_does_not_make_a_merge() -> None:
    # the inner names are right, only the outer one is too long: nothing was merged
    gold = mentions(("p", 0, 10), ("g", 0, 4), ("g", 6, 10))
    pred = mentions(("p", 0, 12), ("g", 0, 4), ("g", 6, 10))
    assert categories(of_mentions(gold, pred))[0] == ["boundary", "correct", "correct"]


def test_whole_in_one_and_part_in_another() -> None:
    # [0,30) has [0,14) and [16,30) in it; [0,14) itself was cut into [0,6) and [8,14)
    gold = mentions(("p", 0, 14), ("p", 16, 30))
    pred = mentions(("p", 0, 30), ("p", 0, 6), ("p", 8, 14))
    assert categories(of_mentions(gold, pred)) == (
        ["split", "merged"],
        ["merged", "split", "split"],
    )


def test_faults_that_no_category_tells() -> None:
    gold = record(
        entities=ENTITIES,
        mentions=(
            Mention("m1", "g", Span(0, 4), "NAM", use="metonymic"),
            Mention("m2", "p", Span(6, 9), "NOM"),
        ),
        times=(Time("t1", "DATE", Span(12, 16), "2031-05-06"),),
    )
    pred = record(
        entities=ENTITIES,
        mentions=(
            Mention("m1", "g", Span(0, 4), "NAM"),
            Mention("m2", "p", Span(6, 9), "PRO"),
        ),
        times=(Time("t1", "DATE", Span(12, 16), "2031-05-07", mod="APPROX"),),
    )
    found = judged(gold, pred)
    assert categories(found["mentions"])[0] == ["correct", "correct"]
    assert FAULTS["mentions"] == ("extent", "type", "level", "use")
    assert found["mentions"].gold.faults.tolist() == [
        [False, False, False, True],
        [False, False, True, False],
    ]
    assert FAULTS["times"] == ("extent", "type", "value", "mod")
    assert found["times"].pred.faults.tolist() == [[False, False, True, True]]


def test_masked_zones_and_layers_that_are_not_there_are_left_out() -> None:
    gold = replace(mentions(("p", 0, 4), ("p", 20, 24)), zones=(Zone("z", "byline", Span(0, 10)),))
    pred = replace(mentions(("p", 1, 3), ("p", 20, 24)), quotes=None, times=None)
    found = judged(gold, pred)
    assert set(found) == {"mentions", "triggers", "events"}
    assert categories(found["mentions"]) == (["correct"], ["correct"])
    assert found["mentions"].gold.rows.tolist() == [1]


def test_a_walk_meets_each_error_once() -> None:
    gold = mentions(("p", 0, 10), ("p", 12, 16), ("p", 20, 24))
    pred = mentions(("p", 0, 4), ("p", 5, 10), ("p", 20, 24), ("p", 30, 33))
    found = of_mentions(gold, pred)
    g, p, category = found.walk()
    names = [CATEGORIES["mentions"][code] for code in category]
    # the split with its greatest part, what was missed, the other part, what is spurious
    assert list(zip(g.tolist(), p.tolist(), names, strict=True)) == [
        (0, 1, "split"),
        (1, -1, "missed"),
        (-1, 0, "split"),
        (-1, 3, "spurious"),
    ]


def tally(judgement: Judgement) -> tuple[Counter[str], Counter[str]]:
    gold, pred = categories(judgement)
    return Counter(gold), Counter(pred)


@given(records(), records())
@settings(max_examples=80, deadline=None)
def test_every_compared_annotation_has_one_category(gold: Record, pred: Record) -> None:
    comparison = compared(gold, pred)
    found = judge(comparison)
    assert set(found) == set(JUDGED)
    for name, one in found.items():
        kept = comparison.kept("events" if name == "triggers" else name)
        assert one.gold.rows.tolist() == kept.gold.tolist()
        assert one.pred.rows.tolist() == kept.pred.tolist()
        for verdicts, alone in ((one.gold, "missed"), (one.pred, "spurious")):
            lonely = verdicts.category == CATEGORIES[name].index(alone)
            assert (lonely == (verdicts.partner < 0)).all()
            assert not verdicts.faults[lonely].any()
        other = CATEGORIES[name].index("missed"), CATEGORIES[name].index("spurious")
        assert other[1] not in one.gold.category
        assert other[0] not in one.pred.category
        gold_counts, pred_counts = one.counts("gold", 1), one.counts("pred", 1)
        assert gold_counts.sum() == len(kept.gold)
        assert pred_counts.sum() == len(kept.pred)
        assert gold_counts[:, 0].sum() == pred_counts[:, 0].sum()


@given(records())
@settings(max_examples=40, deadline=None)
def test_gold_against_itself_is_correct(gold: Record) -> None:
    for one in judged(gold, gold).values():
        assert not one.gold.category.any()
        assert not one.pred.category.any()
        assert not len(one.walk()[0])


@given(st.data(), records(), records())
@settings(max_examples=60, deadline=None)
def test_the_order_of_lists_changes_no_number(
    data: st.DataObject, gold: Record, pred: Record
) -> None:
    before = {name: tally(one) for name, one in judged(gold, pred).items() if name != "events"}
    other = data.draw(shuffled(gold)), data.draw(shuffled(pred))
    after = {name: tally(one) for name, one in judged(*other).items() if name != "events"}
    assert before == after


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_swapping_the_sides_swaps_the_names(gold: Record, pred: Record) -> None:
    # zones are the gold's, so without them the two sides are alike
    gold, pred = replace(gold, zones=()), replace(pred, zones=())
    forth, back = judged(gold, pred), judged(pred, gold)
    swapped = {"missed": "spurious", "spurious": "missed", "split": "merged", "merged": "split"}
    for name in ("mentions", "times", "triggers"):
        gold_tally, pred_tally = tally(forth[name])
        expected = [
            Counter({swapped.get(one, one): n for one, n in counts.items()})
            for counts in (pred_tally, gold_tally)
        ]
        assert list(tally(back[name])) == expected


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_categories_agree_with_the_scores(gold: Record, pred: Record) -> None:
    sides = side(gold), side(pred)
    result = score(*sides)
    found = judge(paired(*sides)[0])
    strict = result.score("mentions.strict")
    mention_tally = tally(found["mentions"])
    assert mention_tally[0]["correct"] == strict.count("tp")
    assert sum(mention_tally[1].values()) == strict.count("n_pred")
    assert tally(found["triggers"])[0]["correct"] == result.score("events.trig-c").count("tp")
    quotes = tally(found["quotes"])[0]
    joint = quotes["correct"] + quotes["wrong-extent"]
    assert joint == result.score("quotes.joint").count("tp")
    assert quotes["correct"] + quotes["wrong-speaker"] == (
        result.score("quotes.content.strict").count("tp")
    )


def test_parts_add_up() -> None:
    one, other = mentions(("p", 0, 4)), replace(mentions(("p", 6, 9)), doc_id="d2")
    wrong = replace(mentions(("p", 7, 9)), doc_id="d2")
    comparison = paired(side(one, other), side(wrong, one))[0]
    counts = judge(comparison)["mentions"].counts("gold", 2)
    assert counts[:, :2].tolist() == [[1, 0], [0, 1]]
    assert np.all(counts[:, 2:] == 0)
