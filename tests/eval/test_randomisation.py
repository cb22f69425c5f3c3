from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.eval.counts import PRF, Floats, Form, ratio
from communique.eval.statistics.randomisation import Randomisation, exchanged, p_value, swaps


def randomised(a: Floats, b: Floats, resamples: int = 20_000, seed: int = 1) -> Randomisation:
    return p_value(PRF, a.sum(axis=0), b.sum(axis=0), exchanged(a - b, resamples, seed))


def exact_p(a: Floats, b: Floats) -> float:
    """The share of all exchanges with a difference as large as the one found."""
    found = abs(PRF.value(a.sum(axis=0)) - PRF.value(b.sum(axis=0)))
    as_large = 0
    for keep in product([True, False], repeat=len(a)):
        mask = np.array(keep)[:, None]
        one, other = np.where(mask, a, b).sum(axis=0), np.where(mask, b, a).sum(axis=0)
        as_large += bool(abs(PRF.value(one) - PRF.value(other)) >= found - 1e-12)
    return float(as_large / 2 ** len(a))


def drawn(rng: np.random.Generator, n_units: int) -> tuple[Floats, Floats]:
    gold = rng.integers(1, 9, n_units)
    sides = []
    for share in (0.5, 0.7):
        right = rng.binomial(gold, share)
        sides.append(np.stack([right, right + rng.integers(0, 4, n_units), gold], axis=1))
    return sides[0].astype(np.float64), sides[1].astype(np.float64)


@pytest.mark.parametrize("seed", range(12))
def test_few_units_give_the_exact_p(seed: int) -> None:
    a, b = drawn(np.random.default_rng(seed), 4 + seed % 6)
    exact = exact_p(a, b)
    # four standard errors of a share of 20,000, at most 0.0141
    bound = 4 * (exact * (1 - exact) / 20_000) ** 0.5 + 1e-4
    assert randomised(a, b, seed=seed).p == pytest.approx(exact, abs=bound)


def test_always_better_by_the_same_by_hand() -> None:
    # B has one more right in each of 5 documents: |difference| is as large only when all or none
    # are exchanged, 2 of 2⁵ = 32 ways: p = 0.0625
    a = np.tile([1.0, 2, 4], (5, 1))
    b = np.tile([2.0, 2, 4], (5, 1))
    assert exact_p(a, b) == 0.0625
    assert randomised(a, b).p == pytest.approx(0.0625, abs=0.007)


def test_ties_count() -> None:
    # one document differs: every exchange has a difference just as large
    a, b = np.tile([1.0, 2, 4], (9, 1)), np.tile([1.0, 2, 4], (9, 1))
    b[4, 0] = 2
    assert randomised(a, b).p == 1.0


def test_ties_count_where_quotients_round_differently() -> None:
    # found: 6/10 - 2/6 = 4/15. With the first document exchanged: 4/6 - 4/10 = 4/15 again, but as
    # floating point numbers the second is the smaller one.
    a = np.array([[0.0, 1, 1], [0, 1, 1], [1, 1, 1]])
    b = np.array([[1.0, 1, 1], [1, 3, 1], [1, 3, 1]])
    assert 6 / 10 - 2 / 6 > 4 / 6 - 4 / 10
    # the second exchanged: (2, 5, 3) and (2, 5, 3), 0; the third: (1, 5, 3), 2/8 and (3, 5, 3),
    # 6/8, larger; the others are the same from the other side. So 3 of 4: p = 0.75
    assert exact_p(a, b) == 0.75
    assert randomised(a, b).p == pytest.approx(0.75, abs=0.0125)


def test_identical_systems_have_p_one() -> None:
    a, _ = drawn(np.random.default_rng(0), 30)
    assert randomised(a, a) == Randomisation(1.0, 0.0)


def test_the_least_p_is_not_zero() -> None:
    a = np.tile([0.0, 5, 5], (60, 1))
    b = np.tile([5.0, 5, 5], (60, 1))
    assert randomised(a, b, resamples=999).p == 1 / 1000


def test_an_undefined_value_has_no_p() -> None:
    nothing = np.zeros((3, 3))
    some = np.ones((3, 3))
    assert randomised(nothing, some) == Randomisation(None, 1.0)


def test_undefined_exchanges_count_as_large() -> None:
    # precision alone: A is right in the first document, B wrong in the second, and neither
    # predicts anything else, so the difference is 1. Exchanging one of the two documents gives both
    # predictions to one side and leaves the other undefined: half of all exchanges. Exchanging
    # none or both has |1|. So p = 1; leaving the undefined out of the count would give 0.5.
    form = Form("precision", ("tp", "n"), "precision", _precision)
    a = np.array([[1.0, 1], [0, 0]])
    b = np.array([[0.0, 0], [0, 1]])
    found = p_value(form, a.sum(axis=0), b.sum(axis=0), exchanged(a - b, 2000, 1))
    assert found.p == 1.0
    assert found.undefined_share == pytest.approx(0.5, abs=0.05)


def _precision(sums: Floats) -> dict[str, Floats]:
    return {"precision": ratio(sums[..., 0], sums[..., 1])}


@given(st.integers(0, 1000), st.integers(2, 70))
@settings(max_examples=30, deadline=None)
def test_exchanging_the_systems_leaves_p(seed: int, n_units: int) -> None:
    a, b = drawn(np.random.default_rng(seed), n_units)
    assert randomised(a, b, resamples=500, seed=seed) == randomised(b, a, resamples=500, seed=seed)


@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 50), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_chunks_change_nothing(n_units: int, resamples: int, rows: int, seed: int) -> None:
    whole = np.concatenate(list(swaps(n_units, resamples, seed)))
    parts = np.concatenate(list(swaps(n_units, resamples, seed, rows=rows)))
    assert whole.shape == (resamples, n_units)
    assert (whole == parts).all()


def test_coins_are_fair_and_independent() -> None:
    coins = np.concatenate(list(swaps(100, 5000, seed=1)))
    assert set(np.unique(coins)) == {0.0, 1.0}
    # standard errors: 0.5 / √5000 = 0.0071 for a mean, 1 / √5000 = 0.014 for a correlation
    assert coins.mean(axis=0) == pytest.approx(np.full(100, 0.5), abs=0.035)
    correlation = np.corrcoef(coins.T) - np.eye(100)
    assert np.abs(correlation).max() < 0.07
