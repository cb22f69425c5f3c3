from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.eval.statistics.holm import holm


def test_four_tests_by_hand() -> None:
    # in order: .005 · 4 = .02; .01 · 3 = .03; .03 · 2 = .06; .04 · 1 = .04, raised to .06
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})


def test_without_a_p_value_there_is_no_test() -> None:
    assert holm({"a": 0.02, "b": None, "c": 0.5}) == {"a": 0.04, "b": None, "c": 0.5}
    assert holm({"a": None}) == {"a": None}
    assert holm({}) == {}


def test_one_alone_stays() -> None:
    assert holm({"a": 0.03}) == {"a": 0.03}


@given(st.dictionaries(st.integers(), st.floats(0.0001, 1), max_size=12))
def test_between_the_single_test_and_bonferroni(p_values: dict[int, float]) -> None:
    found = holm(p_values)
    for key, p in p_values.items():
        adjusted = found[key]
        assert adjusted is not None
        assert p <= adjusted <= min(1.0, len(p_values) * p)
    ordered = sorted(p_values, key=p_values.__getitem__)
    assert [found[key] for key in ordered] == sorted(found[key] for key in ordered)  # type: ignore[type-var]
    assert holm(dict(reversed(p_values.items()))) == found
