"""Demands on scores as assertions, for test suites: what fails says by how much, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from communique.eval.gate.gate import Gate
from communique.eval.gate.reading import parse_check
from communique.eval.gate.report import GateReport, Outcome
from communique.eval.gate.run import run_gate
from communique.eval.gate.verdict import judge
from communique.eval.scoring import Result

__all__ = ["AssertedScores"]


@dataclass(frozen=True, slots=True)
class AssertedScores:
    """The scores of predictions, and assertions about them.

    ``folder`` is what relative paths of gate files are seen from.
    """

    result: Result
    folder: Path = Path()

    def value(
        self, measure: str, *, of_type: str | None = None, value: str | None = None
    ) -> float | None:
        """A number to assert something else about; ``None`` is undefined.

        Raises:
            InvalidInput: no such measure, type or value.

        """
        return self._outcome("min", 0.0, measure, of_type, value).found

    def at_least(
        self, measure: str, bound: float, *, of_type: str | None = None, value: str | None = None
    ) -> None:
        """Assert that a value of a measure, by default the one it reports, is not below a bound.

        Raises:
            AssertionError: it is below, or undefined; with the documents that cost most.
            InvalidInput: no such measure, type or value, or the bound is none.

        """
        __tracebackhide__ = True
        self._assert(self._outcome("min", bound, measure, of_type, value))

    def at_most(
        self, measure: str, bound: float, *, of_type: str | None = None, value: str | None = None
    ) -> None:
        """Assert that a value of a measure is not above a bound; errors as in ``at_least``."""
        __tracebackhide__ = True
        self._assert(self._outcome("max", bound, measure, of_type, value))

    def passes(self, gate: Gate | Path | str) -> None:
        """Assert that the scores pass a gate.

        Raises:
            AssertionError: a demand is not met; all that are not, with what cost most.
            InvalidInput: the gate or its baseline cannot be used.

        """
        __tracebackhide__ = True
        report = run_gate(gate if isinstance(gate, Gate) else self.folder / gate, self.result)
        if not report.passed:
            raise AssertionError(_text(report))

    def _outcome(
        self, kind: str, bound: float, measure: str, of_type: str | None, value: str | None
    ) -> Outcome:
        check: dict[str, object] = {"measure": measure, kind: bound}
        check |= {} if of_type is None else {"type": of_type}
        check |= {} if value is None else {"value": value}
        demands = parse_check(check, Path("assertion"))
        return judge(Gate("assertion", demands), self.result).outcomes[0]

    def _assert(self, outcome: Outcome) -> None:
        __tracebackhide__ = True
        if not outcome.passed:
            raise AssertionError("\n".join([*_lines(outcome), str(self.result.signature)]))


def _text(report: GateReport) -> str:
    lines = [line for one in report.failures for line in _lines(one)]
    return "\n".join([report.headline, *lines, str(report.signature)])


def _lines(outcome: Outcome) -> list[str]:
    worst = [f"  {one}" for one in outcome.worst]
    return [str(outcome), *(["what cost most:", *worst] if worst else [])]
