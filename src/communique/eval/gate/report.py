"""What came out of a gate: for each demand, what was wanted, what was found, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from communique.eval.gate.gate import Demand, Gate
from communique.eval.gate.worst import WorstDocument
from communique.eval.signature import Signature

__all__ = ["GateReport", "Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one demand.

    ``found`` is the number looked at and ``baseline`` the same of the stored result. ``p`` is that
    of the test after Holm's correction, one where nothing is below the baseline. ``margin`` is how
    far from its bound the number is, or the p-value from alpha: negative when the demand is not
    met. ``reason`` says why the demand could not be judged. ``worst`` are the documents that cost
    most of what failed.
    """

    demand: Demand
    passed: bool
    wanted: str
    found: float | None = None
    baseline: float | None = None
    p: float | None = None
    margin: float | None = None
    reason: str | None = None
    worst: tuple[WorstDocument, ...] = ()

    @property
    def status(self) -> Literal["passed", "failed", "undefined"]:
        """Undefined is what could not be judged, whether that may pass or not."""
        if self.reason is not None:
            return "undefined"
        return "passed" if self.passed else "failed"

    @property
    def found_text(self) -> str:
        """What was found, in words."""
        number = "undefined" if self.found is None else f"{self.found:.3f}"
        return number if self.p is None else f"{number} (p {self.p:.3g})"

    @property
    def margin_text(self) -> str:
        """The margin with its sign; nothing where there is none."""
        if self.margin is None:
            return ""
        return f"{self.margin:+.3f}" + (" p" if self.p is not None else "")

    def __str__(self) -> str:
        text = f"{self.demand.number}: wanted {self.wanted}, found {self.found_text}"
        margin = f", margin {self.margin_text}" if self.margin is not None else ""
        return text + (f": {self.reason}" if self.reason else margin)

    def as_json(self) -> dict[str, Any]:
        """The demand and what came out of it."""
        return {
            "measure": self.demand.measure,
            "type": self.demand.type,
            "value": self.demand.value,
            "demand": self.demand.kind,
            "bound": self.demand.bound,
            "status": self.status,
            "passed": self.passed,
            "wanted": self.wanted,
            "found": self.found,
            "baseline": self.baseline,
            "p": self.p,
            "margin": self.margin,
            "reason": self.reason,
            "worst_documents": [one.as_json() for one in self.worst],
        }


@dataclass(frozen=True, slots=True)
class GateReport:
    """The verdict of a gate on a result; ``test`` is the signature of the tests that were made."""

    gate: Gate
    signature: Signature
    outcomes: tuple[Outcome, ...]
    test: Signature | None = None
    notes: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        """Whether every demand is met."""
        return all(one.passed for one in self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What is not met."""
        return tuple(one for one in self.outcomes if not one.passed)

    @property
    def headline(self) -> str:
        """The verdict in words."""
        if self.passed:
            return f"gate {self.gate.name}: passed, all of {len(self.outcomes)} demands are met"
        failed, number = len(self.failures), len(self.outcomes)
        verb = "is" if failed == 1 else "are"
        return f"gate {self.gate.name}: failed, {failed} of {number} demands {verb} not met"

    def as_json(self) -> dict[str, Any]:
        """The report as `communique eval gate --format json` prints it."""
        baseline = self.gate.baseline
        return {
            "gate": self.gate.name,
            "passed": self.passed,
            "signature": str(self.signature),
            "baseline": None if baseline is None else str(baseline),
            "test": None if self.test is None else str(self.test),
            "checks": [one.as_json() for one in self.outcomes],
            "notes": list(self.notes),
        }
