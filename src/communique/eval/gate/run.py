"""A gate put to use: predictions scored, held against the demands, made the new baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from communique.errors import CommuniqueError
from communique.eval.gate.gate import Gate
from communique.eval.gate.reading import read_gate
from communique.eval.gate.report import GateReport
from communique.eval.gate.verdict import judge
from communique.eval.gold import project_gold
from communique.eval.in_memory import Annotations, as_side
from communique.eval.inputs import Side
from communique.eval.results import is_result, read_result, result_at, write_result
from communique.eval.scoring import Result, score
from communique.project import find_project

__all__ = ["run_gate", "update_baseline"]


def run_gate(
    gate: Gate | Path | str,
    predictions: Annotations | Result,
    gold: Annotations | None = None,
    *,
    split: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> GateReport:
    """Score predictions and hold them against a gate.

    ``gate`` is one, or its file. ``predictions`` are whatever can be scored, a result, or the file
    of a stored one; ``gold`` is by default that of the project. ``split`` is for a gate that names
    none. Only the measures of the gate are scored.

    Raises:
        InvalidInput: the gate, the predictions, the gold or the baseline cannot be used, or the
            baseline was made under other conditions.
        CommuniqueError: the gate is for another split, or there is nothing to score.

    """
    gate = gate if isinstance(gate, Gate) else read_gate(Path(gate))
    baseline = _baseline(gate)  # first: what is wrong with it shows before the work is done
    result = _result(gate, predictions, gold, split, texts, all_measures=False)
    return judge(gate, result, baseline)


def update_baseline(
    gate: Gate,
    predictions: Annotations | Result,
    gold: Annotations | None = None,
    *,
    split: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[GateReport, bool]:
    """Store the result of predictions, with all measures, as the baseline of a gate.

    Only when it meets the demands that need no baseline; the report is about those. The second
    value says whether the file is another now.

    Raises:
        InvalidInput: as for ``run_gate``.
        CommuniqueError: as for ``run_gate``, or the gate has no baseline.

    """
    if gate.baseline is None:
        raise CommuniqueError(f"gate {gate.name}: found no baseline, expected the name of its file")
    if isinstance(predictions, str | Path) and _same_file(Path(predictions), gate.baseline):
        raise CommuniqueError(f"{gate.baseline}: found the baseline itself, expected predictions")
    result = _result(gate, predictions, gold, split, texts, all_measures=True)
    absolute = tuple(one for one in gate.demands if not one.needs_baseline)
    report = judge(replace(gate, demands=absolute), result)
    if not report.passed:
        return report, False
    try:
        return report, write_result(gate.baseline, result)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommuniqueError(f"{gate.baseline}: {reason}: the baseline is not written") from error


def _same_file(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _baseline(gate: Gate) -> Result | None:
    """The stored result, when a demand needs it."""
    if gate.baseline is None or not any(one.needs_baseline for one in gate.demands):
        return None
    if not gate.baseline.exists():
        raise CommuniqueError(
            f"{gate.baseline}: found no baseline of gate {gate.name}, expected a stored result; "
            "make it with --update-baseline"
        )
    return read_result(gate.baseline)


def _result(
    gate: Gate,
    predictions: Annotations | Result,
    gold: Annotations | None,
    split: str | None,
    texts: Mapping[str, str] | None,
    *,
    all_measures: bool,
) -> Result:
    if gate.split is not None and split not in (None, gate.split):
        raise CommuniqueError(
            f"gate {gate.name}: found the split {split}, expected {gate.split}, which it is for"
        )
    split = gate.split or split
    if isinstance(predictions, Result):
        return predictions

    def gold_side() -> Side:
        side = project_gold(find_project()) if gold is None else gold
        return as_side(side, "gold", texts=texts)

    if isinstance(predictions, str | Path) and is_result(Path(predictions)):
        return result_at(Path(predictions), gold_side, split=split)
    return score(
        gold_side(),
        as_side(predictions, "predictions"),
        split=split,
        measures=None if all_measures else gate.measures,
        per_type=True,
    )
