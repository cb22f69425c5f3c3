"""Two systems on the same documents: is one better, by how much, and how sure is that?

Everything is paired: both systems are scored on the same units, the same resamples give the
interval of the difference, and the test exchanges their outputs unit by unit. The difference is
always B minus A: A is the one to beat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.eval.counts import Counts, Floats, Form
from communique.eval.keys import Ints
from communique.eval.scoring import Result
from communique.eval.signature import Signature
from communique.eval.statistics.bootstrap import percentiles, resampled
from communique.eval.statistics.holm import holm
from communique.eval.statistics.interval import (
    LEVEL,
    RESAMPLES,
    SEED,
    Interval,
    few_units,
)
from communique.eval.statistics.randomisation import exchanged, p_value
from communique.eval.statistics.stack import Stack
from communique.eval.statistics.units import Unit, units_of

__all__ = ["ALPHA", "Difference", "Differences", "compare"]

ALPHA = 0.05
"""What a p-value after Holm's correction must not exceed for a difference to be called one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The headline value of both systems, B minus A, and how sure that is.

    ``interval`` is of the difference. ``p`` and ``p_holm`` are ``None`` where a value is
    undefined. ``differing`` is the number of units in which the counts of the two differ.
    """

    a: float | None
    b: float | None
    difference: float | None
    interval: Interval
    p: float | None
    p_holm: float | None
    differing: int

    @property
    def verdict(self) -> str:
        """What the numbers say, in words."""
        if self.difference is None or self.p is None or self.p_holm is None:
            return "undefined on one side"
        if not self.differing:
            return "the same everywhere"
        better = "B is better" if self.difference > 0 else "A is better"
        if self.p_holm <= ALPHA:
            return better
        if self.p <= ALPHA:
            return f"perhaps {better}: not after Holm"
        return "no difference shown"

    def as_json(self) -> dict[str, Any]:
        """The fields by name, the interval's among them, and the verdict."""
        return {
            "a": self.a,
            "b": self.b,
            "difference": self.difference,
            **self.interval.as_json(),
            "p": self.p,
            "p_holm": self.p_holm,
            "differing_units": self.differing,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Differences:
    """What came out of a comparison.

    The measures compared together are one family of Holm's correction, the types of each measure
    are another; what is the same in every unit counts in neither. ``left_out`` says which measures
    only one side has; ``unit`` and ``noun`` are what signatures and sentences call the units.
    """

    signature: Signature
    unit: str
    noun: str
    n_units: int
    measures: Mapping[str, Difference]
    types: Mapping[str, Mapping[str, Difference]]
    left_out: Mapping[str, str]
    warnings: Sequence[str]

    def signature_of(self, measure: str, label: str | None = None) -> Signature:
        """The signature of one difference: its family is part of it."""
        family = self.types[measure] if label is not None else self.measures
        head = measure if label is None else f"{measure}:{label}"
        return Signature(head, {**self.signature.conditions, "holm": str(_tests(family))})

    def as_json(self) -> dict[str, Any]:
        """The comparison as `communique eval compare --format json` prints it."""
        return {
            "signature": str(self.signature),
            "unit": {"name": self.unit, "n": self.n_units},
            "families": {
                "measures": _tests(self.measures),
                "types": {name: _tests(by_type) for name, by_type in self.types.items()},
            },
            "measures": {name: one.as_json() for name, one in self.measures.items()},
            "types": {
                name: {label: one.as_json() for label, one in by_type.items()}
                for name, by_type in self.types.items()
            },
            "not_compared": dict(self.left_out),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class _Pair:
    """The sums of both systems, where their columns stand, and in how many units they differ."""

    form: Form
    a: Floats
    b: Floats
    a_places: Ints
    b_places: Ints
    kept_places: Ints
    n_units: int
    differing: int


def compare(
    a: Result,
    b: Result,
    *,
    unit: Unit = "document",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    measures: Iterable[str] | None = None,
    per_type: bool = False,
    rows: int | None = None,
) -> Differences:
    """Compare two results over the same gold.

    For each measure that both have (``measures`` names some of them), and with ``per_type`` for
    each of its types: the difference B - A of the headline values, its 95 % percentile bootstrap
    interval from ``resamples`` paired resamples, the two-sided p-value of approximate
    randomisation with as many exchanges, and that p-value after Holm's correction.
    ``unit`` and ``rows`` are as for ``intervals``. Exchanging A and B turns the signs and leaves
    the p-values.

    Raises:
        InvalidInput: the signatures or the documents of the two results differ.
        CommuniqueError: they share no measure, one that was asked for is missing, counts by type
            were not kept, or documents are in no unit.

    """
    _check_comparable(a, b)
    chosen, left_out = _shared(a, b, measures)
    units = units_of(a.doc_ids, unit, {**b.facts, **a.facts})
    values, kept = Stack(len(units)), Stack(len(units))
    b_rows = _rows_of(a.doc_ids, b.doc_ids)
    pairs = {
        (name, label): _pair(form, units.sums(one), units.sums(other[b_rows]), values, kept)
        for name in chosen
        for label, form, one, other in _tables(name, a.counts[name], b.counts[name], per_type)
    }
    sums = resampled(values.matrix, resamples, seed, rows=rows)
    exchanges = exchanged(kept.matrix, resamples, seed, rows=rows)
    found = {cell: _difference(one, sums, exchanges) for cell, one in pairs.items()}
    whole = _corrected({name: one for (name, label), one in found.items() if label is None})
    types = {}
    for name in chosen:
        family = {label: one for (of, label), one in found.items() if of == name and label}
        if family:
            types[name] = _corrected(family)
    numbers = {cell: one.interval.n_units for cell, one in found.items()}
    conditions = {
        **a.signature.conditions,
        "unit": units.name,
        "test": "randomisation",
        "sides": "2",
        "interval": "percentile95",
        "resamples": str(resamples),
        "seed": str(seed),
        "holm": str(_tests(whole)),
    }
    return Differences(
        Signature(a.signature.head, conditions),
        units.name,
        units.noun,
        len(units),
        whole,
        types,
        left_out,
        few_units(numbers, units),
    )


def _check_comparable(a: Result, b: Result) -> None:
    """Two numbers may be compared only when everything that they depend on is equal."""
    mine, theirs = a.signature.conditions, b.signature.conditions
    problems = [
        Problem(
            check="eval.comparable",
            found=f"{key}:{quoted(theirs.get(key, 'nothing'))[1:-1]} in B",
            expected=f"{key}:{quoted(mine.get(key, 'nothing'))[1:-1]} as in A",
            mend="score both against the same gold with the same version",
        )
        for key in dict.fromkeys([*mine, *theirs])
        if mine.get(key) != theirs.get(key)
    ]
    if a.signature.head != b.signature.head:
        found, expected = (quoted(one.signature.head)[1:-1] for one in (b, a))
        problems.append(Problem(check="eval.comparable", found=found, expected=expected))
    only = sorted(set(a.doc_ids) ^ set(b.doc_ids))
    if only and not problems:
        problems.append(
            Problem(
                check="eval.comparable",
                found=f"{len(only)} documents in only one of A and B",
                expected="the same documents in both",
                doc_id=quoted(only[0])[1:-1],
            )
        )
    if problems:
        raise InvalidInput(problems)


def _shared(a: Result, b: Result, wanted: Iterable[str] | None) -> tuple[list[str], dict[str, str]]:
    """The measures of both, and why the others are left out."""
    names = list(dict.fromkeys([*a.counts, *b.counts] if wanted is None else wanted))
    left_out = {}
    for name in names:
        lacking = {
            side: result.skipped.get(name, "not asked for")
            for side, result in (("A", a), ("B", b))
            if name not in result.counts
        }
        if lacking:
            reasons = "; ".join(dict.fromkeys(lacking.values()))
            left_out[name] = f"not scored in {' and '.join(lacking)}: {reasons}"
    shared = [name for name in names if name not in left_out]
    if not shared or (wanted is not None and left_out):
        reasons = ", ".join(f"{quoted(name)[1:-1]} {why}" for name, why in left_out.items())
        raise CommuniqueError(
            f"found measures that not both sides have ({reasons}), expected ones of both"
        )
    return shared, left_out


def _rows_of(doc_ids: Sequence[str], others: Sequence[str]) -> Ints | slice:
    """Where the documents stand in the other result; a slice, which copies nothing, mostly."""
    if list(doc_ids) == list(others):
        return slice(None)
    place = {doc_id: row for row, doc_id in enumerate(others)}
    return np.array([place[doc_id] for doc_id in doc_ids], dtype=np.int64)


def _tables(
    name: str, a: Counts, b: Counts, per_type: bool
) -> Iterator[tuple[str | None, Form, Floats, Floats]]:
    """The counts by document of both for a measure (``None``), then for each type that occurs.

    Some measures have no types.
    """
    yield None, a.form, a.total, b.total
    if not per_type or not a.types:
        return
    if a.typed is None or b.typed is None:
        side = "A" if a.typed is None else "B"
        raise CommuniqueError(
            f"found no counts by type of {name} in {side}, expected them in both; "
            "store the result with `communique eval score --out`"
        )
    for number, label in enumerate(a.types):
        one, other = a.typed[:, number], b.typed[:, b.types.index(label)]
        if one.any() or other.any():
            yield label, a.form, one, other


def _pair(form: Form, a: Floats, b: Floats, values: Stack, kept: Stack) -> _Pair:
    return _Pair(
        form,
        a.sum(axis=0),
        b.sum(axis=0),
        values.add(a),
        values.add(b),
        kept.add(a - b),
        int(((a != 0) | (b != 0)).any(axis=1).sum()),
        int((a != b).any(axis=1).sum()),
    )


def _difference(pair: _Pair, sums: Floats, exchanges: Floats) -> Difference:
    """One difference, not yet corrected for the others."""
    form = pair.form
    a, b = float(form.value(pair.a)), float(form.value(pair.b))
    test = p_value(form, pair.a, pair.b, exchanges[:, pair.kept_places])
    moved = form.value(sums[:, pair.b_places]) - form.value(sums[:, pair.a_places])
    low, high, undefined = percentiles(moved, LEVEL)
    known = test.p is not None
    return Difference(
        None if np.isnan(a) else a,
        None if np.isnan(b) else b,
        b - a if known else None,
        Interval(low if known else None, high if known else None, pair.n_units, undefined),
        test.p,
        None,
        pair.differing,
    )


def _corrected(family: Mapping[str, Difference]) -> dict[str, Difference]:
    """The differences of one family with Holm's correction.

    Where no unit differs there is no test: whatever is exchanged, the difference is zero. That
    is known without the outcome, so such a member can be left out of the count (Tarone 1990).
    """
    adjusted = holm({name: one.p for name, one in family.items() if one.differing})
    return {name: replace(one, p_holm=adjusted.get(name, one.p)) for name, one in family.items()}


def _tests(family: Mapping[str, Difference]) -> int:
    """How many tests a family consists of."""
    return sum(one.p is not None and one.differing > 0 for one in family.values())
