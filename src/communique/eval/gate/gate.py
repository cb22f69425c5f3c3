"""What is demanded of a system's scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["MACRO", "Demand", "Gate", "Kind"]

Kind = Literal["min", "max", "max_drop", "not_significantly_worse"]

MACRO = "macro"
"""Stands for the mean over a measure's types of the value that it reports."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that has to hold of one number.

    ``value`` names the number among those of the measure (``f1``), ``type`` one of its types or
    all of them together (``None``). ``bound`` belongs to the kind: the least value allowed
    (``min``), the greatest (``max``), how far below the baseline it may be (``max_drop``);
    ``not_significantly_worse`` than the baseline has none. ``path`` is its place in the gate file.
    """

    measure: str
    type: str | None
    value: str
    kind: Kind
    bound: float | None
    undefined_passes: bool = False
    path: str = "$"

    @property
    def number(self) -> str:
        """What is looked at, in words: ``mentions.strict PER f1``."""
        return " ".join(part for part in (self.measure, self.type, self.value) if part)

    @property
    def name(self) -> str:
        """The demand in words, the same in every run, so that a CI server can follow it."""
        match self.kind:
            case "min":
                return f"{self.number} at least {self.bound:g}"
            case "max":
                return f"{self.number} at most {self.bound:g}"
            case "max_drop":
                return f"{self.number} at most {self.bound:g} below the baseline"
            case _:
                return f"{self.number} not significantly below the baseline"

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with a stored result."""
        return self.kind in ("max_drop", "not_significantly_worse")


@dataclass(frozen=True, slots=True)
class Gate:
    """The demands, and how they are looked at.

    ``baseline`` is the file of a stored result. ``unit``, ``resamples``, ``seed`` and ``alpha``
    belong to the tests of ``not_significantly_worse``.
    """

    name: str
    demands: tuple[Demand, ...]
    baseline: Path | None = None
    split: str | None = None
    unit: str = "document"
    resamples: int = 10_000
    seed: int = 1
    alpha: float = 0.05

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that have to be scored, each once."""
        return tuple(dict.fromkeys(demand.measure for demand in self.demands))

    @property
    def tests(self) -> tuple[Demand, ...]:
        """The demands that need a test: one family of Holm's correction."""
        return tuple(one for one in self.demands if one.kind == "not_significantly_worse")
