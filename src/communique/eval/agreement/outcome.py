"""How far two annotators agree: every figure with its interval, and what was compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from communique import __version__
from communique.eval.agreement.both_ways import Tally
from communique.eval.agreement.disagreement import Disagreement
from communique.eval.agreement.disagreements import disagreements
from communique.eval.agreement.figures import Figure, figures
from communique.eval.agreement.kappa import one_sided
from communique.eval.agreement.pairing import Pairing, pair
from communique.eval.counts import Counts, Score
from communique.eval.inputs import Side
from communique.eval.signature import Signature
from communique.eval.statistics.interval import RESAMPLES, SEED, Interval, intervals
from communique.schemas.schema import load_schema

__all__ = ["Agreement", "Cover", "Measured", "agreement", "extent"]

FEW = 30
"""Documents below which an interval is not to be trusted."""


@dataclass(frozen=True)
class Measured:
    """One figure over ``n_docs`` documents.

    ``interval`` is a 95 % bootstrap interval over documents, ``types`` has score and interval of
    each type. ``undefined`` says why there is no value.
    """

    figure: Figure
    score: Score
    n_docs: int
    interval: Interval
    types: Mapping[str, tuple[Score, Interval]]
    undefined: str | None = None

    @property
    def value(self) -> float | None:
        """The value to report; ``None`` is undefined."""
        return self.score.value

    def as_json(self) -> dict[str, Any]:
        """The figure as `communique annotations agreement --format json` prints it."""
        return {
            "layer": self.figure.layer,
            "statistic": self.figure.statistic,
            **_json(self.score, self.interval),
            "n_docs": self.n_docs,
            "undefined": self.undefined,
            "types": {label: _json(score, one) for label, (score, one) in self.types.items()},
        }


@dataclass(frozen=True, slots=True)
class Cover:
    """The documents in which a list is on both sides, and those in which a side lacks it.

    A list that neither side has is in ``neither``.
    """

    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    neither: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """What came out.

    ``left_out`` are, for each side, the documents that the other side does not have. ``notes``
    say what could not be compared and why.
    """

    signature: Signature
    names: tuple[str, str]
    annotators: tuple[tuple[str, ...], tuple[str, ...]]
    doc_ids: Sequence[str]
    left_out: tuple[Sequence[str], Sequence[str]]
    covers: Mapping[str, Cover]
    figures: Mapping[str, Measured]
    disagreements: Sequence[Disagreement]
    notes: Sequence[str] = field(default=())

    def tallied(self) -> dict[str, dict[str, int]]:
        """How many disagreements of each kind there are in each layer."""
        counts: dict[str, dict[str, int]] = {}
        for one in self.disagreements:
            of_layer = counts.setdefault(one.layer, {})
            of_layer[one.kind] = of_layer.get(one.kind, 0) + 1
        return counts

    def as_json(self) -> dict[str, Any]:
        """The outcome as `communique annotations agreement --format json` prints it."""
        sides = zip("ab", self.names, self.annotators, self.left_out, strict=True)
        return {
            "signature": str(self.signature),
            **{
                side: {"name": name, "annotators": list(annotators), "left_out": list(left_out)}
                for side, name, annotators, left_out in sides
            },
            "documents": list(self.doc_ids),
            "layers": {
                name: {
                    "documents": len(cover.both),
                    "missing_a": list(cover.only_second),
                    "missing_b": list(cover.only_first),
                    "missing_both": list(cover.neither),
                }
                for name, cover in self.covers.items()
            },
            "agreement": {name: one.as_json() for name, one in self.figures.items()},
            "disagreements": self.tallied(),
            "notes": list(self.notes),
        }


def agreement(
    first: Side,
    second: Side,
    *,
    texts: Mapping[str, str] | None = None,
    only: frozenset[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Agreement:
    """Compare two annotations of the same documents, neither of which is the gold.

    ``texts`` are by document id: without its text a document has no tokens for α and no words
    in its disagreements. ``only`` keeps some documents. Every figure is the same when the two
    sides are exchanged.

    Raises:
        InvalidInput: a document twice, other texts on the two sides, unsound annotations.
        CommuniqueError: no document in common.

    """
    schema = load_schema()
    pairing = pair(first, second, texts=texts, only=only)
    covers = {name: _cover(pairing, name) for name in schema.lists}
    tallies, docs = {}, {}
    for figure in figures():
        there = pairing.shared(figure.lists)
        if figure.needs_texts:
            there = there & np.array([one in pairing.texts for one in pairing.doc_ids], dtype=bool)
        if there.any():
            tallies[figure.name] = figure, figure.tally(pairing)
            docs[figure.name] = int(there.sum())
    measured = _with_intervals(tallies, docs, resamples, seed)
    ids = [set(side.table.column("doc_id").to_pylist()) for side in (first, second)]
    wanted = ids[0] | ids[1] if only is None else only
    left_out = (sorted((ids[0] - ids[1]) & wanted), sorted((ids[1] - ids[0]) & wanted))
    said = [_annotators(table) for table in pairing.tables]
    conditions = {
        "docs": str(pairing.n_docs),
        "texts": str(len(pairing.texts)),
        "nested": "yes",
        "masked": "by-both",
        "gold": "each-in-turn",
        "avg": "micro",
        "unit": "document",
        "interval": "percentile95",
        "resamples": str(resamples),
        "seed": str(seed),
        "schema": schema.version,
        "v": __version__,
    }
    return Agreement(
        Signature("agreement", conditions),
        pairing.names,
        (said[0], said[1]),
        pairing.doc_ids,
        left_out,
        covers,
        measured,
        disagreements(pairing),
        tuple(_notes(pairing, covers, left_out, (said[0], said[1]))),
    )


def _with_intervals(
    tallies: Mapping[str, tuple[Figure, Tally]],
    docs: Mapping[str, int],
    resamples: int,
    seed: int,
) -> dict[str, Measured]:
    """All figures and their types in one bootstrap."""
    counts: dict[str, Counts] = {}
    for name, (_, tally) in tallies.items():
        counts[name] = tally.total
        counts |= {f"{name}\n{label}": one for label, one in tally.types.items()}
    found = intervals(counts, resamples=resamples, seed=seed)
    return {
        name: Measured(
            figure,
            tally.total.score,
            docs[name],
            found[name],
            {label: (one.score, found[f"{name}\n{label}"]) for label, one in tally.types.items()},
            _undefined(figure, tally.total.score),
        )
        for name, (figure, tally) in tallies.items()
    }


def _undefined(figure: Figure, score: Score) -> str | None:
    if score.value is not None:
        return None
    if figure.statistic == "κ":
        columns = score.form.columns
        labels = list(dict.fromkeys(column.partition(">")[0] for column in columns))
        return one_sided(score, labels)
    if figure.statistic == "α":
        return "no two tokens have different labels" if any(score.sums) else "there is no token"
    return "there is none on either side" if figure.statistic == "F1" else "nothing is aligned"


def _cover(pairing: Pairing, list_name: str) -> Cover:
    first, second = pairing.done(list_name)

    def named(rows: Any) -> tuple[str, ...]:
        return tuple(pairing.doc_ids[int(row)] for row in np.flatnonzero(rows))

    return Cover(
        named(first & second),
        named(first & ~second),
        named(second & ~first),
        named(~first & ~second),
    )


def _annotators(table: Any) -> tuple[str, ...]:
    names = pc.unique(table.column("annotator")).to_pylist()
    return tuple(sorted(name for name in names if name is not None))


def _notes(
    pairing: Pairing,
    covers: Mapping[str, Cover],
    left_out: tuple[Sequence[str], Sequence[str]],
    annotators: tuple[tuple[str, ...], tuple[str, ...]],
) -> list[str]:
    notes = []
    for side, other, ids in zip("AB", "BA", left_out, strict=True):
        if ids:
            notes.append(f"left out, because {other} lacks them: {_some(ids)} (only in {side})")
    for name, cover in covers.items():
        for side, missing in (("A", cover.only_second), ("B", cover.only_first)):
            if missing:
                notes.append(f"{name} not compared, because {side} has none: {_some(missing)}")
        if cover.neither:
            notes.append(f"{name} on neither side: {_some(cover.neither)}")
    untexted = [doc_id for doc_id in pairing.doc_ids if doc_id not in pairing.texts]
    if untexted:
        notes.append(f"no text here, so no α and no words: {_some(untexted)}")
    if annotators[0] == annotators[1] and annotators[0]:
        notes.append(f"both sides say that {', '.join(annotators[0])} annotated them")
    if pairing.n_docs < FEW:
        notes.append(
            f"{pairing.n_docs} documents, fewer than {FEW}: the intervals are too narrow to trust"
        )
    return notes


def _some(doc_ids: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(doc_ids[:most])
    return shown if len(doc_ids) <= most else f"{shown} and {len(doc_ids) - most} more"


def _json(score: Score, interval: Interval) -> dict[str, Any]:
    ends = None if interval.low is None else [interval.low, interval.high]
    return {"value": score.value, "interval": ends, **extent(score)}


def extent(score: Score) -> dict[str, float | None]:
    """How much was compared: ``a`` and ``b`` on the two sides, and ``agreed`` on both.

    For F1 and accuracy these are annotations, for κ pairs of them, for α tokens.
    """
    columns = score.form.columns
    sums = dict(zip(columns, score.sums, strict=True))
    found: dict[str, float | None] = {"a": None, "b": None, "agreed": None}
    if "forth:tp" in sums:
        # mostly the same both ways; but mentions of one gold entity count once as arguments
        found = {
            "a": (sums["forth:n_gold"] + sums["back:n_pred"]) / 2,
            "b": (sums["forth:n_pred"] + sums["back:n_gold"]) / 2,
            "agreed": (sums["forth:tp"] + sums["back:tp"]) / 2,
        }
    elif "tp" in sums:
        found = {"a": sums["n_gold"], "b": sums["n_pred"], "agreed": sums["tp"]}
    elif score.form.name in ("kappa", "alpha"):
        size = round(len(columns) ** 0.5)
        table = np.array(score.sums).reshape(size, size)
        # both are counted once each way: every pair of labels stands there twice
        n, equal = table.sum() / 2, np.trace(table) / 2
        found = {"a": float(n), "b": float(n), "agreed": float(equal)}
    return {key: _whole(one) for key, one in found.items()}


def _whole(number: float | None) -> float | None:
    return int(number) if number is not None and float(number).is_integer() else number
