from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from communique.eval.keys import (
    below,
    distinct,
    match_equal,
    ordered,
    packed,
    ranked,
    ranks_among,
)

Row = tuple[int, ...]
NUMBER = st.integers(-3, 3)
ROWS: st.SearchStrategy[list[Row]] = st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=20)


def _columns(rows: Sequence[tuple[int, ...]], width: int = 3) -> list[NDArray[np.int64]]:
    return [np.array([row[i] for row in rows], dtype=np.int64) for i in range(width)]


@given(ROWS, ROWS)
def test_keys_are_equal_exactly_where_rows_are_and_order_as_they_do(
    left: list[tuple[int, ...]], right: list[tuple[int, ...]]
) -> None:
    keys = np.concatenate(packed(_columns(left), _columns(right)))
    rows = left + right
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (one < other) == (keys[i] < keys[j])
            assert (one == other) == (keys[i] == keys[j])


def test_columns_too_wide_for_one_key_are_ranked() -> None:
    big = 2**60
    rows = [(0, big, -big), (big, 0, big), (0, big, big), (0, -big, 0), (big, 0, big)]
    (keys,) = packed(_columns(rows))
    assert [int(i) for i in np.argsort(keys, kind="stable")] == [3, 0, 2, 1, 4]
    assert keys[1] == keys[4]


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_equal_keys_are_matched_as_often_as_both_sides_have_them(
    left: list[int], right: list[int]
) -> None:
    i, j = match_equal(np.array(left, dtype=np.int64), np.array(right, dtype=np.int64))
    assert len(set(i.tolist())) == len(i)
    assert len(set(j.tolist())) == len(j)
    assert [left[k] for k in i] == [right[k] for k in j]
    assert len(i) == (Counter(left) & Counter(right)).total()


KEYS = st.lists(st.integers(-3, 3) | st.sampled_from([2**60, -(2**60), 2**45]), max_size=20)


@given(KEYS)
def test_rows_in_order_are_those_of_a_stable_sort(keys: list[int]) -> None:
    rows, in_order = ordered(np.array(keys, dtype=np.int64))
    assert rows.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert in_order.tolist() == sorted(keys)


@given(st.lists(st.integers(-3, 9)), st.lists(st.integers(-3, 9)))
def test_ranks_count_what_is_less(values: list[int], needles: list[int]) -> None:
    expected = [sum(value < needle for value in values) for needle in needles]
    array = np.array(sorted(values), dtype=np.int64)
    assert ranks_among(array, np.array(needles, dtype=np.int64)).tolist() == expected
    assert below(array, np.array(sorted(needles), dtype=np.int64)).tolist() == sorted(expected)


@given(KEYS)
def test_distinct_rows_are_the_first_of_each_key(keys: list[int]) -> None:
    found = distinct(np.array(keys, dtype=np.int64)).tolist()
    assert found == [keys.index(key) for key in sorted(set(keys))]


@given(KEYS, KEYS)
def test_ranks_are_dense_and_ordered(left: list[int], right: list[int]) -> None:
    names = sorted({*left, *right})
    found = ranked(np.array(left, dtype=np.int64), np.array(right, dtype=np.int64))
    assert [part.tolist() for part in found] == [
        [names.index(key) for key in side] for side in (left, right)
    ]
