"""A gate's verdict on a result: each demand held against the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.compare import Difference, Differences, compare
from communique.eval.counts import Counts
from communique.eval.gate.gate import MACRO, Demand, Gate
from communique.eval.gate.report import GateReport, Outcome
from communique.eval.gate.worst import document_table, worst_documents
from communique.eval.scoring import Result

__all__ = ["judge"]

EXACT = 1e-9
"""How far below a bound a number may be: the last digits of a decimal, which no one means."""

Number = tuple[float | None, str | None]
"""A value, or why there is none."""


def judge(gate: Gate, result: Result, baseline: Result | None = None) -> GateReport:
    """Hold a result against the demands of a gate.

    Raises:
        InvalidInput: the baseline was made under other conditions (its signature differs).
        ValueError: a demand compares with a baseline, and there is none.

    """
    if baseline is None and any(one.needs_baseline for one in gate.demands):
        raise ValueError("the gate compares with a baseline")
    if baseline is not None:
        _check_comparable(gate, result, baseline)
    differences = _tested(gate, result, baseline) if baseline is not None else None
    outcomes = [_outcome(gate, one, result, baseline, differences) for one in gate.demands]
    notes = [*result.notes, *(differences.warnings if differences else ())]
    return GateReport(
        gate,
        result.signature,
        tuple(_with_worst(one, result, baseline) for one in outcomes),
        differences.signature if differences else None,
        tuple(notes),
    )


def _outcome(
    gate: Gate,
    demand: Demand,
    result: Result,
    baseline: Result | None,
    differences: Differences | None,
) -> Outcome:
    found = _number(result, demand)
    if baseline is None or not demand.needs_baseline:
        return _against_bound(demand, found)
    then = _number(baseline, demand)
    if demand.kind == "max_drop":
        return _against_drop(demand, found, then)
    return _against_test(gate, demand, found, then, differences)


def _check_comparable(gate: Gate, result: Result, baseline: Result) -> None:
    """Numbers may be compared only when all that they depend on is equal."""
    now, then = result.signature.conditions, baseline.signature.conditions
    pairs = {key: (now.get(key), then.get(key)) for key in dict.fromkeys([*now, *then])}
    pairs["head"] = (result.signature.head, baseline.signature.head)
    problems = [
        Problem(
            check="gate.baseline",
            found=f"a baseline with {key}:{quoted(theirs or 'nothing')[1:-1]}",
            expected=f"{key}:{quoted(mine or 'nothing')[1:-1]} as in this result",
            mend="make the baseline again with --update-baseline",
            file=str(gate.baseline) if gate.baseline else None,
        )
        for key, (mine, theirs) in pairs.items()
        if mine != theirs
    ]
    if not problems and (only := sorted({*result.doc_ids} ^ {*baseline.doc_ids})):
        problems.append(
            Problem(
                check="gate.baseline",
                found=f"{len(only)} documents on one side only",
                expected="a baseline over the same documents",
                file=str(gate.baseline) if gate.baseline else None,
                doc_id=quoted(only[0])[1:-1],
            )
        )
    if problems:
        raise InvalidInput(problems)


def _number(result: Result, demand: Demand) -> Number:
    """The number that a demand is about, or why there is none."""
    counts = result.counts.get(demand.measure)
    if counts is None:
        return None, f"not scored: {result.skipped.get(demand.measure, 'not in this result')}"
    if demand.value == MACRO:
        value = counts.macro
    elif demand.type is None:
        value = counts.score.values[demand.value]
    else:
        score = counts.by_type().get(demand.type)
        value = score.values[demand.value] if score else None
    return value, None if value is not None else "there is nothing to compute it from"


def _against_bound(demand: Demand, number: Number) -> Outcome:
    found, why = number
    bound = demand.bound or 0.0
    least = demand.kind == "min"
    wanted = f"{'≥' if least else '≤'} {bound:.3f}"
    if found is None:
        return _undefined(demand, wanted, number, why or "")
    margin = found - bound if least else bound - found
    return Outcome(demand, margin >= -EXACT, wanted, found, margin=margin)


def _against_drop(demand: Demand, number: Number, then: Number) -> Outcome:
    (found, why), (baseline, why_then), drop = number, then, demand.bound or 0.0
    if baseline is None:
        wanted = f"baseline − {drop:g}"
        return _undefined(demand, wanted, number, f"the baseline is undefined, {why_then}")
    wanted = f"≥ {baseline - drop:.3f} ({baseline:.3f} − {drop:g})"
    if found is None:
        return _undefined(demand, wanted, number, why or "", baseline)
    margin = found - (baseline - drop)
    return Outcome(demand, margin >= -EXACT, wanted, found, baseline, margin=margin)


def _against_test(
    gate: Gate, demand: Demand, number: Number, then: Number, differences: Differences | None
) -> Outcome:
    (found, why), (baseline, why_then) = number, then
    wanted = f"not below the baseline with p ≤ {gate.alpha:g}"
    if baseline is None:
        return _undefined(demand, wanted, number, f"the baseline is undefined, {why_then}")
    wanted = f"not below {baseline:.3f} with p ≤ {gate.alpha:g}"
    if found is None:
        return _undefined(demand, wanted, number, why or "", baseline)
    difference = differences.measures.get(demand.name) if differences else None
    if differences is None or difference is None or difference.p_holm is None:
        reason = "the test needs counts of each document, which the baseline lacks for types"
        return _undefined(demand, wanted, number, reason, baseline)
    if blind := _blind(gate, differences, difference):
        return _undefined(demand, wanted, number, blind, baseline)
    p = difference.p_holm if (difference.difference or 0.0) < 0 else 1.0
    return Outcome(demand, p > gate.alpha, wanted, found, baseline, p, p - gate.alpha)


def _undefined(
    demand: Demand, wanted: str, number: Number, reason: str, baseline: float | None = None
) -> Outcome:
    passed = demand.undefined_passes
    return Outcome(demand, passed, wanted, number[0], baseline, reason=reason)


def _tested(gate: Gate, result: Result, baseline: Result) -> Differences | None:
    """The tests of a gate as one family; each demand stands in it as a measure of its own."""
    now, then = (
        {one.name: _counts(side, one) for one in gate.tests} for side in (result, baseline)
    )
    names = [name for name in now if now[name] is not None and then[name] is not None]
    if not names:
        return None

    def chosen(side: Result, counts: Mapping[str, Counts | None]) -> Result:
        return replace(side, counts={name: one for name in names if (one := counts[name])})

    return compare(
        chosen(baseline, then),
        chosen(result, now),
        unit=gate.unit,
        resamples=gate.resamples,
        seed=gate.seed,
    )


def _counts(result: Result, demand: Demand) -> Counts | None:
    """The counts of each document whose value a demand is about; ``None`` without such."""
    counts = result.counts.get(demand.measure)
    if counts is None or (demand.type is not None and counts.typed is None):
        return None
    form = replace(counts.form, headline=demand.value)
    return Counts(form, document_table(counts, demand.type))


def _blind(gate: Gate, differences: Differences, difference: Difference) -> str | None:
    """Why a test could fail for nothing in the world, or ``None`` when it could for something.

    With n units there are 2 ** n exchanges; the two most extreme give the smallest p-value, and
    Holm multiplies the smallest of m p-values by m.
    """
    n = difference.interval.n_units
    made = sum(one.p is not None and one.differing > 0 for one in differences.measures.values())
    tests = max(made, 1)
    smallest = tests * max(2.0 ** (1 - n), 1 / (gate.resamples + 1))
    if smallest <= gate.alpha:
        return None
    noun = "document" if gate.unit == "document" else gate.unit
    return (
        f"{n} {noun}{'' if n == 1 else 's'} in {tests} test{'' if tests == 1 else 's'} cannot show "
        f"a difference at {gate.alpha:g}"
    )


def _with_worst(outcome: Outcome, result: Result, baseline: Result | None) -> Outcome:
    """A failure with the documents that it is owed to most."""
    demand = outcome.demand
    if outcome.status != "failed" or demand.kind == "max" or demand.value == MACRO:
        return outcome
    then = baseline if demand.needs_baseline else None
    if demand.type and any(
        side.counts[demand.measure].typed is None for side in (result, then) if side
    ):
        return outcome
    found = worst_documents(
        result, demand.measure, label=demand.type, value=demand.value, baseline=then
    )
    return replace(outcome, worst=tuple(found))
