"""Quotas: how often each phenomenon must at least occur in the split that systems are judged on.

They stand in ``corpus/quotas.yaml``, so that they are reviewed and changed as data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from communique.corpus.density.phenomena import PHENOMENA
from communique.corpus.density.stats import DocumentStats
from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml
from communique.project import resource_folder

__all__ = ["Quota", "Quotas", "load_quotas", "quota_counts"]


@dataclass(frozen=True, slots=True)
class Quotas:
    """The least count of each phenomenon in a split."""

    split: str
    least: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota and what there is."""

    name: str
    found: int
    least: int

    @property
    def title(self) -> str:
        """What is counted."""
        return PHENOMENA[self.name]

    @property
    def met(self) -> bool:
        """Whether there is enough of it."""
        return self.found >= self.least


def quota_counts(documents: Sequence[DocumentStats], quotas: Quotas) -> list[Quota]:
    """Each quota beside its count in the documents of its split."""
    inside = [one.counts for one in documents if one.split == quotas.split]
    return [
        Quota(name, sum(counts.get(name, 0) for counts in inside), least)
        for name, least in quotas.least.items()
    ]


@cache
def load_quotas(path: Path | None = None) -> Quotas:
    """The quotas in a YAML file; by default the ones of the checkout or of the package.

    Raises:
        InvalidInput: the file does not hold quotas, with every problem of it.

    """
    path = path or resource_folder("corpus") / "quotas.yaml"
    raw = load_yaml(path)
    problems: list[Problem] = []

    def wrong(where: str, found: object, expected: str) -> None:
        problems.append(
            Problem(
                check="quotas.file",
                found=quoted(found),
                expected=expected,
                file=str(path),
                path=where,
            )
        )

    value = raw if isinstance(raw, dict) else {}
    split, least = value.get("split"), value.get("least")
    if not isinstance(split, str):
        wrong("$.split", split, "the name of a split")
    if not isinstance(least, dict):
        wrong("$.least", least, "a mapping of phenomena")
    for name, count in least.items() if isinstance(least, dict) else ():
        where = f"$.least.{quoted(name)[1:-1]}"
        if name not in PHENOMENA:
            wrong(where, name, f"one of {', '.join(PHENOMENA)}")
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            wrong(where, count, "a whole number")
    if problems:
        raise InvalidInput(problems)
    return Quotas(str(split), dict(least or {}))
