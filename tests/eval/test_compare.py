from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from communique.errors import CommuniqueError, InvalidInput
from communique.eval.compare import Difference, compare
from communique.eval.counts import PRF, Counts
from communique.eval.scoring import Result
from communique.eval.signature import Signature
from communique.eval.statistics.interval import Interval


def counts(rows: ArrayLike, types: Sequence[str] = ()) -> Counts:
    """Counts of right, predicted, gold by document, or by document and type."""
    table = np.array(rows, dtype=np.float64)
    if not types:
        return Counts(PRF, table)
    return Counts(PRF, table.sum(axis=1), tuple(types), table.sum(axis=0), table)


def result(measures: dict[str, Counts], *, gold: str = "abc") -> Result:
    n_docs = len(next(iter(measures.values())).total)
    doc_ids = [f"d{number:03}" for number in range(n_docs)]
    facts = {one: {"storyline": one[:3], "outlet": "x"} for one in doc_ids}
    signature = Signature("communique", {"gold": gold, "docs": str(n_docs), "unit": "doc"})
    return Result(signature, doc_ids, measures, {}, {}, [], facts)


def drawn(seed: int, n_docs: int, recall: float) -> list[list[int]]:
    gold = np.random.default_rng(0).integers(1, 9, n_docs)
    right = np.random.default_rng(seed).binomial(gold, recall)
    return [[int(r), int(r) + 1, int(g)] for r, g in zip(right, gold, strict=True)]


def test_by_hand() -> None:
    # A: 1 of 2 right in each of 5 documents with 4 to find: F1 = 2·5 / (10 + 20) = 1/3.
    # B: 2 of 2: F1 = 20/30 = 2/3. The difference is 1/3 in every resample. The test has 2 of
    # 2⁵ exchanges with as large a difference: p = 1/16.
    found = compare(result({"m": counts([[1, 2, 4]] * 5)}), result({"m": counts([[2, 2, 4]] * 5)}))
    one = found.measures["m"]
    assert (one.a, one.b, one.difference) == pytest.approx((1 / 3, 2 / 3, 1 / 3))
    assert (one.interval.low, one.interval.high) == pytest.approx((1 / 3, 1 / 3))
    assert one.p == one.p_holm == pytest.approx(1 / 16, abs=0.01)
    assert (one.differing, one.interval.n_units) == (5, 5)
    assert one.verdict == "no difference shown"
    assert found.warnings[0].startswith("5 documents, fewer than 30")


def test_the_signature_gains_unit_test_resamples_seed_and_family() -> None:
    a, b = (result({"m": counts(drawn(seed, 40, 0.6))}) for seed in (1, 2))
    found = compare(a, b, unit="storyline", resamples=500, seed=9)
    assert str(found.signature_of("m")) == (
        "m|gold:abc|docs:40|unit:storyline|test:randomisation|sides:2|interval:percentile95"
        "|resamples:500|seed:9|holm:1"
    )
    assert Signature.parse(str(found.signature)) == found.signature
    # d000 … d009 are storyline d00, and so on
    assert found.n_units == 4
    assert found.as_json()["unit"] == {"name": "storyline", "n": 4}


def test_a_system_against_itself() -> None:
    one = result({"m": counts(drawn(1, 40, 0.6)), "none": counts([[0, 0, 0]] * 40)})
    found = compare(one, one, resamples=300)
    same = found.measures["m"]
    assert (same.difference, same.p, same.p_holm, same.differing) == (0.0, 1.0, 1.0, 0)
    assert (same.interval.low, same.interval.high) == (0.0, 0.0)
    assert same.verdict == "the same everywhere"
    undefined = found.measures["none"]
    assert (undefined.a, undefined.difference, undefined.p, undefined.p_holm) == (None,) * 4
    assert (undefined.interval.low, undefined.interval.high) == (None, None)
    assert undefined.verdict == "undefined on one side"


@given(st.integers(0, 500), st.integers(2, 40))
@settings(max_examples=25, deadline=None)
def test_exchanging_a_and_b_mirrors(seed: int, n_docs: int) -> None:
    a = result({"m": counts(drawn(seed, n_docs, 0.5)), "k": counts(drawn(seed + 1, n_docs, 0.5))})
    b = result({"m": counts(drawn(seed + 2, n_docs, 0.6)), "k": counts(drawn(seed, n_docs, 0.6))})
    there, back = compare(a, b, resamples=200), compare(b, a, resamples=200)
    for name in ("m", "k"):
        one, other = there.measures[name], back.measures[name]
        assert (one.a, one.b, one.p, one.p_holm) == (other.b, other.a, other.p, other.p_holm)
        assert one.difference is not None and other.difference is not None
        assert one.difference == -other.difference
        assert one.interval.low is not None and other.interval.high is not None
        assert one.interval.low == pytest.approx(-other.interval.high, abs=1e-12)
        assert one.verdict.translate(str.maketrans("AB", "BA")) == other.verdict


@given(st.integers(0, 500), st.integers(1, 30))
@settings(max_examples=20, deadline=None)
def test_neither_chunks_nor_other_measures_change_a_measure(seed: int, rows: int) -> None:
    a, b = (counts(drawn(seed + n, 20, 0.5)) for n in (1, 2))
    half = np.array([0.37, 1, 1])
    alone = compare(result({"m": a}), result({"m": b}), resamples=150)
    both = compare(
        result({"k": replace(a, total=a.total * half), "m": a}),
        result({"k": replace(b, total=b.total * half), "m": b}),
        resamples=150,
        rows=rows,
    )
    # Holm's correction is what another measure does change
    expected = replace(alone.measures["m"], p_holm=both.measures["m"].p_holm)
    assert both.measures["m"] == expected
    again = compare(
        result({"k": replace(a, total=a.total * half)}),
        result({"k": replace(b, total=b.total * half)}),
        resamples=150,
    )
    assert replace(again.measures["k"], p_holm=both.measures["k"].p_holm) == both.measures["k"]


def test_a_clear_difference_is_found() -> None:
    a, b = (result({"m": counts(drawn(n, 100, recall))}) for n, recall in ((1, 0.4), (2, 0.7)))
    found = compare(a, b)
    assert found.measures["m"].verdict == "B is better"
    assert compare(b, a).measures["m"].verdict == "A is better"
    assert found.measures["m"].p == 1 / 10_001
    assert found.warnings == ()


def test_documents_in_another_order_are_paired_by_id() -> None:
    a, b = (result({"m": counts(drawn(n, 40, 0.6))}) for n in (1, 2))
    order = np.random.default_rng(3).permutation(40)
    shuffled = replace(
        b,
        doc_ids=[b.doc_ids[i] for i in order],
        counts={"m": Counts(PRF, b.counts["m"].total[order])},
    )
    assert compare(a, shuffled, resamples=300).as_json() == compare(a, b, resamples=300).as_json()


def test_families_of_holm() -> None:
    # two measures differ and one does not: a family of two. Of the types of `m`, PER and ORG
    # differ, GPE does not, LOC does not occur: also two.
    rng = np.random.default_rng(5)
    first = rng.integers(0, 4, (50, 4, 3))
    first[:, :, 1:] += 4
    first[:, 3] = 0
    second = first.copy()
    second[:30, 0, 0] += 1
    second[:2, 1, 0] += 1
    types = ("PER", "ORG", "GPE", "LOC")
    a = {
        "m": counts(first, types),
        "k": counts(drawn(1, 50, 0.5)),
        "same": counts([[1, 2, 3]] * 50),
    }
    b = {"m": counts(second, types), "k": counts(drawn(2, 50, 0.5)), "same": a["same"]}
    a["k"] = replace(a["k"], types=("X",), typed=a["k"].total[:, None])
    b["k"] = replace(b["k"], types=("X",), typed=b["k"].total[:, None])
    a["same"] = b["same"] = replace(a["same"], types=("X",), typed=a["same"].total[:, None])
    found = compare(result(a), result(b), per_type=True, resamples=2000)
    assert found.as_json()["families"] == {
        "measures": 2,
        "types": {"m": 2, "k": 1, "same": 0},
    }
    assert list(found.types["m"]) == ["PER", "ORG", "GPE"]
    m, k = found.measures["m"], found.measures["k"]
    assert m.p is not None and k.p is not None
    assert m.p_holm == min(1.0, 2 * m.p) if m.p < k.p else m.p
    per = found.types["m"]["PER"]
    assert per.p is not None and per.p < 0.001 and per.p_holm == 2 * per.p
    assert found.types["m"]["GPE"].p_holm == 1.0
    assert found.types["k"]["X"].p_holm == k.p
    assert found.signature_of("m", "PER").conditions["holm"] == "2"


def test_verdicts() -> None:
    interval = Interval(0.0, 0.2, 40, 0.0)

    def verdict(difference: float, p: float, p_holm: float, differing: int = 9) -> str:
        return Difference(0.5, 0.6, difference, interval, p, p_holm, differing).verdict

    assert verdict(0.1, 0.01, 0.05) == "B is better"
    assert verdict(-0.1, 0.01, 0.05) == "A is better"
    assert verdict(0.1, 0.01, 0.051) == "perhaps B is better: not after Holm"
    assert verdict(0.1, 0.06, 0.06) == "no difference shown"
    assert verdict(0.0, 1.0, 1.0, 0) == "the same everywhere"


def test_unequal_signatures_are_refused_one_line_each() -> None:
    a = result({"m": counts([[1, 2, 3]] * 4)})
    b = result({"m": counts([[1, 2, 3]] * 5)}, gold="def")
    with pytest.raises(InvalidInput) as caught:
        compare(a, b)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "found gold:def in B, expected gold:abc as in A" in lines[0]
    assert "found docs:5 in B, expected docs:4 as in A" in lines[1]
    other = replace(a, doc_ids=["d000", "d001", "d002", "other"])
    with pytest.raises(InvalidInput, match="found 2 documents in only one of A and B"):
        compare(a, other)


def test_measures_of_one_side_are_named() -> None:
    rows = counts([[1, 2, 3]] * 40)
    a = result({"m": rows, "k": rows})
    b = replace(result({"m": rows}), skipped={"k": "the predictions have no quotes"})
    found = compare(a, b, resamples=100)
    assert list(found.measures) == ["m"]
    assert found.left_out == {"k": "not scored in B: the predictions have no quotes"}
    with pytest.raises(CommuniqueError, match="k not scored in B: the predictions have no quotes"):
        compare(a, b, measures=["k"])
    with pytest.raises(CommuniqueError, match="other not scored in A and B: not asked for"):
        compare(a, b, measures=["m", "other"])
    # a measure without types has none to compare; one with types needs their counts
    assert compare(a, b, per_type=True, resamples=100).types == {}
    typed = result({"m": replace(rows, types=("X",))})
    with pytest.raises(CommuniqueError, match="no counts by type of m in A"):
        compare(typed, typed, per_type=True)


def test_few_documents_of_a_measure_are_warned_about() -> None:
    rare = [[1, 1, 2]] * 3 + [[0, 0, 0]] * 37
    one = result({"m": counts([[1, 2, 3]] * 40), "rare": counts(rare)})
    assert compare(one, one, resamples=100).warnings == (
        "fewer than 30 documents have anything to count: rare (3)",
    )


def test_systems_alike_are_told_apart_one_time_in_twenty() -> None:
    # 300 runs at .05: 15 expected, standard deviation √(300 · .05 · .95) = 3.8; three of them
    rng = np.random.default_rng(11)
    rejected = 0
    for run in range(300):
        gold = rng.poisson(5, 30)
        sides = []
        for _ in range(2):
            right = rng.binomial(gold, 0.7)
            sides.append(result({"m": counts(np.stack([right, right + 1, gold], axis=1))}))
        p = compare(*sides, resamples=199, seed=run).measures["m"].p
        rejected += p is not None and p <= 0.05
    assert 4 <= rejected <= 26
