"""Intervals of scores: how far each would move on other documents of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from communique.eval.counts import Counts, Floats, Form
from communique.eval.keys import Ints
from communique.eval.scoring import Result
from communique.eval.signature import Signature
from communique.eval.statistics.bootstrap import percentiles, resampled
from communique.eval.statistics.stack import Stack
from communique.eval.statistics.units import FEW, Unit, Units, documents_as_units, units_of

__all__ = [
    "LEVEL",
    "RESAMPLES",
    "SEED",
    "Interval",
    "Intervals",
    "few_units",
    "intervals",
]

RESAMPLES = 10_000
SEED = 1
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of a 95 % percentile bootstrap interval of a headline value.

    They are ``None`` when the value itself is undefined. ``n_units`` is the number of units in
    which the measure has anything to count: what the interval really rests on.
    ``undefined_share`` of the resamples had no value (nothing to find was drawn) and are not in
    it.
    """

    low: float | None
    high: float | None
    n_units: int
    undefined_share: float

    def as_json(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "low": self.low,
            "high": self.high,
            "n_units": self.n_units,
            "undefined_share": self.undefined_share,
        }


@dataclass(frozen=True)
class Intervals(Mapping[str, Interval]):
    """The interval of each measure, and in ``types`` those of each of its types.

    ``conditions`` are what the signature gains; ``warnings`` say where units are few.
    """

    measures: Mapping[str, Interval]
    types: Mapping[str, Mapping[str, Interval]]
    conditions: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, measure: str) -> Interval:
        return self.measures[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.measures)

    def __len__(self) -> int:
        return len(self.measures)

    def signed(self, signature: Signature) -> Signature:
        """A score's signature with what its interval depends on."""
        return Signature(signature.head, {**signature.conditions, **self.conditions})

    def as_json(self) -> dict[str, Any]:
        """Measures, types where there are any, conditions and warnings."""
        return {
            "measures": {name: one.as_json() for name, one in self.measures.items()},
            "types": {
                name: {label: one.as_json() for label, one in by_type.items()}
                for name, by_type in self.types.items()
            },
            "conditions": dict(self.conditions),
            "warnings": list(self.warnings),
        }


def intervals(
    counts: Result | Mapping[str, Counts],
    *,
    unit: Unit = "document",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    per_type: bool = True,
    rows: int | None = None,
) -> Intervals:
    """The intervals of the headline values of all measures, and of types with counts of their own.

    Types have counts per document after ``score(…, per_type=True)``; ``per_type=False`` leaves
    them out all the same. ``unit`` is what is drawn:
    ``document``, a fact of the documents (``storyline``, ``outlet``, ``genre``, ``world``), or a
    mapping of documents to clusters. Bare counts have no document ids: their rows are the units,
    in the order given; for a result the order of the documents does not matter.
    ``rows`` resamples are worked on at once; that changes memory and time, never the values.

    Raises:
        CommuniqueError: some documents are in no unit.

    """
    if isinstance(counts, Result):
        units = units_of(counts.doc_ids, unit, counts.facts)
        counts = counts.counts
    elif unit != "document":
        raise ValueError("bare counts have no documents that could be clustered")
    else:
        units = documents_as_units(max((len(one.total) for one in counts.values()), default=0))
    stack = Stack(len(units))
    jobs: list[tuple[str, str | None, Form, Ints, int, bool]] = []
    for name, label, one, table in _cells(counts, units, per_type):
        defined = not np.isnan(one.value(table.sum(axis=0)))
        n_units = int((table != 0).any(axis=1).sum())
        jobs.append((name, label, one, stack.add(table), n_units, defined))
    sums = resampled(stack.matrix, resamples, seed, rows=rows)
    measures: dict[str, Interval] = {}
    types: dict[str, dict[str, Interval]] = {}
    for name, label, form, places, n_units, defined in jobs:
        low, high, undefined = percentiles(form.value(sums[:, places]), LEVEL)
        interval = Interval(low if defined else None, high if defined else None, n_units, undefined)
        if label is None:
            measures[name] = interval
        else:
            types.setdefault(name, {})[label] = interval
    conditions = {
        "unit": units.name,
        "interval": "percentile95",
        "resamples": str(resamples),
        "seed": str(seed),
    }
    numbers = {(name, label): n for name, label, _, _, n, _ in jobs}
    return Intervals(measures, types, conditions, few_units(numbers, units))


def _cells(
    counts: Mapping[str, Counts], units: Units, per_type: bool
) -> Iterator[tuple[str, str | None, Form, Floats]]:
    """Each measure (type ``None``), then each of its types that occurs, with counts by unit."""
    for name, one in counts.items():
        yield name, None, one.form, units.sums(one.total)
        if one.typed is None or not per_type:
            continue
        for number, label in enumerate(one.types):
            table = one.typed[:, number]
            if table.any():
                yield name, label, one.form, units.sums(table)


def few_units(numbers: Mapping[tuple[str, str | None], int], units: Units) -> tuple[str, ...]:
    """A warning for a small set as a whole, or for what few of its units have anything of."""
    if len(units) < FEW:
        return (
            f"{len(units)} {units.noun}, fewer than {FEW}: intervals are too narrow and "
            "real differences may not show",
        )
    warnings = []
    few = [f"{name} ({n})" for (name, label), n in numbers.items() if label is None and n < FEW]
    if few:
        warnings.append(f"fewer than {FEW} {units.noun} have anything to count: {', '.join(few)}")
    by_measure: dict[str, list[str]] = {}
    for (name, label), n in numbers.items():
        if label is not None and n < FEW:
            by_measure.setdefault(name, []).append(f"{label} ({n})")
    warnings += [
        f"fewer than {FEW} {units.noun} have anything of a type: {name}: {', '.join(labels)}"
        for name, labels in by_measure.items()
    ]
    return tuple(warnings)
