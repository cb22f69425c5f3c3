"""Which documents cost a score most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from communique.eval.counts import Counts, Floats
from communique.eval.scoring import Result

__all__ = ["WorstDocument", "document_table", "worst_documents"]


@dataclass(frozen=True, slots=True)
class WorstDocument:
    """A document and what it costs.

    ``value`` is that of the document alone and ``counts`` are what it is computed from. ``cost``
    is how much higher the whole would be without the document or, where there is a baseline, if
    the document were as it was there; ``before`` is its value then.
    """

    doc_id: str
    value: float | None
    cost: float
    counts: dict[str, float]
    before: float | None = None
    compared: bool = False

    def __str__(self) -> str:
        value = f"{self.doc_id}: {_written(self.value)}"
        if self.compared:
            value += f", was {_written(self.before)}"
        counts = ", ".join(f"{name} {number:g}" for name, number in self.counts.items())
        otherwise = "if it were as before" if self.compared else "without it"
        return f"{value} ({counts}); {self.cost:+.3f} {otherwise}"

    def as_json(self) -> dict[str, Any]:
        """The fields by name; ``before`` only in comparisons."""
        fields = {
            "doc_id": self.doc_id,
            "value": self.value,
            "cost": self.cost,
            "counts": self.counts,
        }
        return fields | ({"before": self.before} if self.compared else {})


def worst_documents(
    result: Result,
    measure: str,
    *,
    label: str | None = None,
    value: str | None = None,
    baseline: Result | None = None,
    n: int = 3,
) -> list[WorstDocument]:
    """The documents that cost a value most, at most ``n``, the worst first.

    That are those without which it would gain most; with a ``baseline`` over the same documents,
    those in which it lost most. ``value`` is one of the measure's values, by default the one that
    it reports. A document that costs nothing is not among them. ``label`` is one of the measure's
    types; for it the results must come from ``score(…, per_type=True)``.

    Raises:
        ValueError: counts of each document by type were not kept.

    """
    counts = result.counts[measure]
    form = counts.form if value is None else replace(counts.form, headline=value)
    table = document_table(counts, label)
    before = np.zeros_like(table)
    if baseline is not None:
        place = {doc_id: row for row, doc_id in enumerate(baseline.doc_ids)}
        rows = [place[doc_id] for doc_id in result.doc_ids]
        before = document_table(baseline.counts[measure], label)[rows]
    whole = table.sum(axis=0)
    alone, earlier = form.value(table), form.value(before)
    cost = np.nan_to_num(form.value(whole - table + before) - form.value(whole), nan=0.0)
    order = sorted(
        map(int, np.flatnonzero(cost > 0)), key=lambda row: (-cost[row], result.doc_ids[row])
    )
    return [
        WorstDocument(
            result.doc_ids[row],
            _defined(alone[row]),
            float(cost[row]),
            dict(zip(form.columns, table[row].tolist(), strict=True)),
            _defined(earlier[row]),
            baseline is not None,
        )
        for row in order[:n]
    ]


def document_table(counts: Counts, label: str | None) -> Floats:
    """The counts of each document, of all types or of one: ``(documents, columns)``.

    Raises:
        ValueError: counts of each document by type were not kept.

    """
    if label is None:
        return counts.total
    if counts.typed is None:
        raise ValueError("counts of each document by type were not kept")
    return counts.typed[:, counts.types.index(label)]


def _defined(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _written(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
