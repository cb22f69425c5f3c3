"""Gates: what agreement must reach before a gold made from it counts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.agreement.figures import figures
from communique.eval.agreement.outcome import Agreement
from communique.files import read_text
from communique.project import resource_folder

__all__ = ["Gate", "Verdict", "judged", "load_gates", "shipped_gates"]

Status = Literal["passed", "missed", "undefined", "not compared"]


@dataclass(frozen=True, slots=True)
class Gate:
    """The least value that a figure must have."""

    figure: str
    least: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a gate is reached; ``why`` says what is missing when there is no value.

    A value that does not exist reaches nothing: a gate is passed only by a figure.
    """

    gate: Gate
    value: float | None
    status: Status
    why: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the gate is reached."""
        return self.status == "passed"

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "figure": self.gate.figure,
            "least": self.gate.least,
            "value": self.value,
            "status": self.status,
            "why": self.why,
        }


def shipped_gates() -> Path:
    """The gates of this corpus, in the checkout or in the installed package."""
    return resource_folder("eval") / "agreement-gates.toml"


def load_gates(path: Path) -> tuple[Gate, ...]:
    """The gates in a TOML file with a table ``[gates]`` of figure = least value.

    Raises:
        InvalidInput: the file cannot be read, is not TOML, or names what is no figure or no
            value from 0 to 1; all problems at once.

    """
    problems: list[Problem] = []

    def wrong(where: str, found: str, expected: str) -> None:
        problems.append(
            Problem(check="gates.file", found=found, expected=expected, file=str(path), path=where)
        )

    try:
        raw = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        wrong("$", quoted(str(error))[1:-1], "TOML")
        raise InvalidInput(problems) from error
    for key in sorted(set(raw) - {"gates"}):
        wrong(f"$.{quoted(key)[1:-1]}", "an unknown key", "only the table [gates]")
    table = raw.get("gates")
    if not isinstance(table, dict) or not table:
        wrong("$.gates", quoted(table), "a table of figure = least value")
        raise InvalidInput(problems)
    known = [figure.name for figure in figures()]
    for name, least in table.items():
        where = f"$.gates.{quoted(name)[1:-1]}"
        if name not in known:
            wrong(where, "an unknown figure", f"one of {', '.join(known)}")
        if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
            wrong(where, quoted(least), "a number from 0 to 1")
    if problems:
        raise InvalidInput(problems)
    return tuple(Gate(name, float(least)) for name, least in table.items())


def judged(agreement: Agreement, gates: Sequence[Gate]) -> tuple[Verdict, ...]:
    """What becomes of each gate; a value just at its gate passes."""
    return tuple(_verdict(agreement, gate) for gate in gates)


def _verdict(agreement: Agreement, gate: Gate) -> Verdict:
    found = agreement.figures.get(gate.figure)
    if found is None:
        return Verdict(gate, None, "not compared", "no document has what it needs on both sides")
    if found.value is None:
        return Verdict(gate, None, "undefined", found.undefined)
    return Verdict(gate, found.value, "passed" if found.value >= gate.least else "missed")
