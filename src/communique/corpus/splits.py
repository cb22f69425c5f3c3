"""Splits: which storylines are for training, for choosing and for testing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml
from communique.schemas.schema import load_schema

__all__ = ["Splits", "load_splits"]


@dataclass(frozen=True, slots=True)
class Splits:
    """The split of each storyline; whole storylines, so that no split knows another's story."""

    by_storyline: Mapping[str, str]

    def of(self, storyline: str) -> str | None:
        """The split of a storyline; ``None`` when it is in none."""
        return self.by_storyline.get(storyline)


def load_splits(path: Path) -> Splits:
    """The splits in a YAML file of ``split: [storyline, …]``.

    Raises:
        InvalidInput: an unknown split, or a storyline in two of them.

    """
    raw = load_yaml(path)
    names = load_schema().labels("split")
    problems: list[Problem] = []
    by_storyline: dict[str, str] = {}

    def wrong(where: str, found: str, expected: str) -> None:
        problems.append(
            Problem(check="splits.file", found=found, expected=expected, file=str(path), path=where)
        )

    for split, storylines in raw.items() if isinstance(raw, dict) else [(raw, None)]:
        if split not in names or not isinstance(storylines, list):
            wrong("$", quoted(split), f"lists of storylines under {', '.join(names)}")
            continue
        for storyline in storylines:
            if not isinstance(storyline, str):
                wrong(f"$.{split}", quoted(storyline), "names of storylines")
                continue
            if storyline in by_storyline:
                wrong(f"$.{split}", f"{quoted(storyline)} again", "each storyline in one split")
            by_storyline[storyline] = split
    if problems:
        raise InvalidInput(problems)
    return Splits(by_storyline)
