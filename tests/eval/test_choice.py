"""The choice of pairs against brute force over all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.eval.choice import best_pairs

Pair = tuple[int, int, int, bool, int]
"""Row, column, shared, bonus, tie."""

# few different values, so that ties are the rule; dense enough that rows compete
PAIRS = st.lists(
    st.tuples(
        st.integers(0, 4), st.integers(0, 4), st.integers(1, 3), st.booleans(), st.integers(0, 2)
    ),
    max_size=12,
    unique_by=lambda pair: pair[:2],
)


def worth(pairs: tuple[Pair, ...]) -> tuple[int, int, int, int]:
    """What a choice is compared by, the most important first."""
    return (
        sum(pair[2] for pair in pairs),
        sum(pair[3] for pair in pairs),
        len(pairs),
        sum(pair[4] for pair in pairs),
    )


def chosen(pairs: list[Pair]) -> tuple[Pair, ...]:
    columns = [np.array([pair[i] for pair in pairs]) for i in range(5)]
    g, p, shared, tie = (columns[i].astype(np.int64) for i in (0, 1, 2, 4))
    return tuple(pairs[i] for i in best_pairs(g, p, shared, columns[3].astype(bool), tie))


@given(PAIRS)
@settings(deadline=None, max_examples=300)  # the first time, scipy is imported
def test_no_choice_is_better(pairs: list[Pair]) -> None:
    found = chosen(pairs)
    assert len({pair[0] for pair in found}) == len({pair[1] for pair in found}) == len(found)
    best = max(
        worth(some)
        for size in range(min(len(pairs), 5) + 1)
        for some in combinations(pairs, size)
        if len({pair[0] for pair in some}) == len({pair[1] for pair in some}) == size
    )
    assert worth(found) == best


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # both rows want column 0; 5 + 1 < 4 + 4
        ([(0, 0, 5), (0, 1, 4), (1, 0, 4), (1, 1, 1)], {(0, 1), (1, 0)}),
        # a star: the best of three
        ([(0, 0, 1), (0, 1, 3), (0, 2, 2)], {(0, 1)}),
        # a chain of three rows and three columns, where each row but the last has the better place
        ([(0, 0, 1), (1, 0, 2), (1, 1, 2), (2, 1, 3), (2, 2, 3)], {(0, 0), (1, 1), (2, 2)}),
    ],
)
def test_choices_by_hand(pairs: list[tuple[int, int, int]], expected: set[tuple[int, int]]) -> None:
    found = chosen([(*pair, False, 0) for pair in pairs])
    assert {pair[:2] for pair in found} == expected


def test_a_long_chain_is_one_component() -> None:
    # row i wants column i + 1 (2) more than column i (1); the last row has only column n - 1,
    # which row n - 2 wants too. All but the last get what they want: 2 (n - 1). To give the last
    # row its column, every other one would have to step back: n.
    n = 300
    rows, columns = np.repeat(np.arange(n), 2)[:-1], np.repeat(np.arange(n + 1), 2)[1:-2]
    shared = np.tile([1, 2], n)[:-1]
    order = np.random.default_rng(3).permutation(len(rows))
    rows, columns, shared = rows[order], columns[order], shared[order]
    found = best_pairs(rows, columns, shared, np.zeros(len(rows), dtype=bool))
    assert shared[found].sum() == 2 * (n - 1)
    assert sorted(rows[found].tolist()) == list(range(n - 1))
