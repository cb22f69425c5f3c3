"""Scores in the test suite of whoever writes a system: the pytest fixture ``communique_score``.

Nothing heavy is imported before the fixture is used, so that the plugin costs other projects
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from communique.eval.gate.assertion import AssertedScores

__all__ = ["communique_score", "pytest_addoption"]

GOLD = "communique_gold"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option ``communique_gold`` of the configuration file."""
    parser.addini(
        GOLD,
        "gold that communique_score scores against, seen from the root directory: JSONL, folder of "
        "records, Arrow, Parquet or dataset; by default that of the project",
    )


@pytest.fixture(scope="session")
def communique_score(pytestconfig: pytest.Config) -> Callable[..., AssertedScores]:
    """A function that scores predictions and returns scores to assert on.

    ``communique_score(predictions, gold=None, *, split=None, texts=None, measures=None)`` takes on
    both sides what ``communique.eval.score_records`` takes: records, dictionaries or rows of the
    dataset in memory, or paths seen from pytest's root directory::

        def test_the_extractor(communique_score):
            scores = communique_score(predict(texts), gold="gold.jsonl")
            scores.at_least("mentions.strict", 0.6)
            scores.at_least("mentions.strict", 0.5, of_type="PER", value="recall")
            scores.passes("gate.toml")

    """
    root = pytestconfig.rootpath

    def score(
        predictions: Any,
        gold: Any = None,
        *,
        split: str | None = None,
        texts: Any = None,
        measures: Iterable[str] | None = None,
    ) -> AssertedScores:
        from communique.eval.gate.assertion import AssertedScores
        from communique.eval.gold import project_gold
        from communique.eval.in_memory import score_records
        from communique.project import find_project

        if gold is None:
            named = str(pytestconfig.getini(GOLD) or "")
            gold = named or project_gold(find_project(root))
        result = score_records(
            _seen_from(root, gold),
            _seen_from(root, predictions),
            texts=texts,
            split=split,
            measures=measures,
            per_type=True,
        )
        return AssertedScores(result, root)

    return score


def _seen_from(root: Path, place: Any) -> Any:
    return root / place if isinstance(place, str | Path) else place
