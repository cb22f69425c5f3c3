"""How good a system is: predictions, alignment, measures, scores.

What programs use is here; each name is imported when it is first asked for, so that importing
this package costs nothing::

    from communique.eval import score_records

    result = score_records(gold, predictions)
    print(result.score("mentions.strict").value)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communique.eval.counts import Counts, Form, Score
    from communique.eval.gate.gate import Gate
    from communique.eval.gate.reading import read_gate
    from communique.eval.gate.report import GateReport
    from communique.eval.gate.run import run_gate
    from communique.eval.in_memory import as_side, score_records
    from communique.eval.inputs import Side, read_side, side_of_records
    from communique.eval.results import read_result, write_result
    from communique.eval.scoring import Result, score
    from communique.eval.signature import Signature
    from communique.eval.statistics.interval import Interval, Intervals, intervals
    from communique.eval.training import make_compute_metrics

__all__ = [
    "Counts",
    "Form",
    "Gate",
    "GateReport",
    "Interval",
    "Intervals",
    "Result",
    "Score",
    "Side",
    "Signature",
    "as_side",
    "intervals",
    "make_compute_metrics",
    "read_gate",
    "read_result",
    "read_side",
    "run_gate",
    "score",
    "score_records",
    "side_of_records",
    "write_result",
]

_HOMES = {
    "counts": ("Counts", "Form", "Score"),
    "gate.gate": ("Gate",),
    "gate.reading": ("read_gate",),
    "gate.report": ("GateReport",),
    "gate.run": ("run_gate",),
    "in_memory": ("as_side", "score_records"),
    "inputs": ("Side", "read_side", "side_of_records"),
    "results": ("read_result", "write_result"),
    "scoring": ("Result", "score"),
    "signature": ("Signature",),
    "statistics.interval": ("Interval", "Intervals", "intervals"),
    "training": ("make_compute_metrics",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """The public name from its module; functions and classes whose module is already there too."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
