from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from communique.eval.keys import match_equal, packed

Row = tuple[int, ...]
NUMBER = st.integers(-3, 3)
ROWS: st.SearchStrategy[list[Row]] = st.lists(st.tuples(NUMBER, NUMBER, NUMBER), max_size=20)


def _columns(rows: Sequence[tuple[int, ...]], width: int = 3) -> list[np.ndarray]:
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
