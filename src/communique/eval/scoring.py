"""Scores of predictions against gold: pair the documents, check both sides, count, sum up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from communique import __version__
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.eval.batches import Layers, compared, count_documents, rows_of, why_not
from communique.eval.comparison import LISTS, Comparison
from communique.eval.counts import Counts, Score
from communique.eval.fingerprint import Marks, document_marks, fingerprint
from communique.eval.inputs import Side
from communique.eval.measures import MEASURES, Measure
from communique.eval.signature import Signature
from communique.schemas.schema import Schema, load_schema

__all__ = ["Result", "counted_measures", "paired", "score", "signed"]

MOST = 20
"""Documents named in one kind of problem; the rest is counted."""


@dataclass(frozen=True)
class Result:
    """What came out: per-document counts per measure, and what was compared.

    ``skipped`` says for each measure that was not scored why it was not. ``facts`` are genre,
    world, storyline and outlet of the documents, as far as the gold knows them.
    """

    signature: Signature
    doc_ids: Sequence[str]
    counts: Mapping[str, Counts]
    masked: Mapping[str, int]
    skipped: Mapping[str, str]
    notes: Sequence[str]
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def score(self, measure: str) -> Score:
        """One measure over all documents and types."""
        return self.counts[measure].score

    def by_type(self, measure: str) -> dict[str, Score]:
        """One measure for each type that occurs on either side."""
        return self.counts[measure].by_type()

    def as_json(self) -> dict[str, Any]:
        """The result as `communique eval score --format json` prints it."""
        return {
            "signature": str(self.signature),
            "scores": {name: self.score(name).as_json() for name in self.counts},
            "types": {
                name: {label: one.as_json() for label, one in self.by_type(name).items()}
                for name in self.counts
            },
            "documents": list(self.doc_ids),
            "masked_predictions": dict(self.masked),
            "skipped": dict(self.skipped),
            "notes": list(self.notes),
        }


def score(
    gold: Side,
    pred: Side,
    *,
    split: str | None = None,
    measures: Iterable[str] | None = None,
    per_type: bool = False,
    schema: Schema | None = None,
    workers: int | None = None,
) -> Result:
    """Score predictions against gold.

    ``split`` keeps the gold documents of one split; without it, all that are in no restricted
    one. ``measures`` are names from ``communique eval measures``; by default all
    but those that are scored only by name.
    ``per_type`` keeps per-document counts of each type too, for intervals and tests by type.
    ``workers`` are the threads that count, by default one for each processor, up to four.

    Raises:
        InvalidInput: the two sides do not belong together, or one of them is not sound.
        CommuniqueError: no such measure or split, or nothing at all to score.

    """
    schema = schema or load_schema()
    chosen = _measures(measures)
    doc_ids, notes = _documents(gold, pred, split)
    found = count_documents(gold, pred, doc_ids, chosen, schema, per_type=per_type, workers=workers)
    _check_layers(found.layers, doc_ids, pred.name)
    if not found.counts:
        reasons = "; ".join(sorted(set(found.skipped.values())))
        raise CommuniqueError(f"{pred.name}: found nothing to score ({reasons})")
    return Result(
        _signature(found.marks, split, schema),
        doc_ids,
        found.counts,
        found.masked,
        found.skipped,
        notes + _partly(found.layers),
        {doc_id: gold.facts[doc_id] for doc_id in doc_ids if doc_id in gold.facts},
    )


def counted_measures(
    comparison: Comparison, names: Iterable[str]
) -> tuple[dict[str, Counts], dict[str, str]]:
    """The counts of those measures that can be scored, and why the others cannot."""
    counts, skipped = {}, {}
    for name in names:
        measure = MEASURES[name]
        why = why_not(measure, Layers.of(comparison), whole_texts=comparison.texts is not None) or (
            measure.unless(comparison) if measure.unless else None
        )
        if why:
            skipped[name] = why
        else:
            counts[name] = measure.count(comparison)
    return counts, skipped


def paired(
    gold: Side,
    pred: Side,
    *,
    split: str | None = None,
    per_type: bool = False,
    schema: Schema | None = None,
) -> tuple[Comparison, list[str], list[str]]:
    """The two sides over the same documents, checked; the ids of these, and what was left out.

    Raises:
        InvalidInput: as in ``score``.
        CommuniqueError: no such split.

    """
    schema = schema or load_schema()
    doc_ids, notes = _documents(gold, pred, split)
    gold_part, pred_part = (
        next(side.parts(rows_of(side, doc_ids), len(doc_ids))) for side in (gold, pred)
    )
    names = gold.name, pred.name
    comparison = compared(gold_part, pred_part, names, schema, per_type=per_type)
    _check_layers(Layers.of(comparison), doc_ids, pred.name)
    return comparison, doc_ids, notes


def signed(comparison: Comparison, split: str | None) -> Signature:
    """What a number about a comparison depends on."""
    marks = document_marks(comparison.gold.table, comparison.schema)
    return _signature(marks, split, comparison.schema)


def _signature(marks: Marks, split: str | None, schema: Schema) -> Signature:
    conditions = {
        "gold": fingerprint(marks),
        "split": split or "all",
        "docs": str(len(marks)),
        "nested": "yes",
        "masked": "apart",
        "avg": "micro",
        "unit": "doc",
        "schema": schema.version,
        "v": __version__,
    }
    return Signature("communique", conditions)


def _measures(names: Iterable[str] | None) -> list[Measure]:
    if names is None:
        return [measure for measure in MEASURES.values() if measure.default]
    names = list(dict.fromkeys(names))
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        known = ", ".join(MEASURES)
        raise CommuniqueError(f"found no measure {', '.join(unknown)}, expected some of {known}")
    return [MEASURES[name] for name in names]


def _documents(gold: Side, pred: Side, split: str | None) -> tuple[list[str], list[str]]:
    """The documents to score, sorted by id, and what was left out."""
    problems: list[Problem] = []
    for side in (gold, pred):
        ids = side.doc_ids
        if not ids.null_count and pc.count_distinct(ids).as_py() == len(ids):
            continue
        for one in pc.value_counts(ids).to_pylist():
            if one["values"] is None:
                problems.append(
                    _about(side, "eval.document", "a row without a document id", "an id")
                )
            elif one["counts"] > 1:
                found = f"the document {one['counts']} times"
                problems.append(_about(side, "eval.twice", found, "once", one["values"]))
    gold_ids = gold.doc_ids.to_pylist()
    known, predicted = set(gold_ids), set(pred.doc_ids.to_pylist())
    unknown = sorted(str(one) for one in predicted - known if one is not None)
    problems += _some(
        pred,
        "eval.unknown",
        unknown,
        "a document that the gold does not have",
        f"a document of {gold.name}",
    )
    if split is None:
        wanted = [one for one in gold_ids if gold.splits.get(one) != "restricted"]
        wanted = wanted or gold_ids
    else:
        wanted = [one for one in gold_ids if gold.splits.get(one) == split]
        if not wanted:
            there = ", ".join(sorted(set(gold.splits.values()))) or "no splits"
            raise CommuniqueError(
                f"{gold.name}: found no document in split {split}, expected {there}"
            )
    missing = sorted(one for one in wanted if one not in predicted and one is not None)
    problems += _some(
        pred,
        "eval.missing",
        missing,
        "no prediction",
        "a record for each gold document; an empty list says that nothing was found",
    )
    if problems:
        raise InvalidInput(problems)
    left = len(predicted) - len(wanted)
    notes = (
        [f"{left} predicted documents are not in split {split or 'all'}: left out"] if left else []
    )
    # sorted, so that neither the fingerprint nor a resample depends on where the gold was read from
    return sorted(wanted), notes


def _some(
    side: Side, check: str, doc_ids: Sequence[str], found: str, expected: str
) -> list[Problem]:
    problems = [_about(side, check, found, expected, one) for one in doc_ids[:MOST]]
    if len(doc_ids) > MOST:
        found = f"{len(doc_ids) - MOST:,} more documents like these"
        problems.append(_about(side, check, found, "none"))
    return problems


def _about(side: Side, check: str, found: str, expected: str, doc_id: str | None = None) -> Problem:
    return Problem(check=check, found=found, expected=expected, file=side.name, doc_id=doc_id)


def _check_layers(layers: Layers, doc_ids: Sequence[str], source: str) -> None:
    """A system that has a layer has it for all documents, or it would choose what is scored."""
    problems = []
    for name in LISTS:
        done = layers.pred[name]
        if not done.any():
            continue
        problems += [
            Problem(
                check="eval.layer",
                found=f"no {name} here but in other documents",
                expected=f"{name} for all documents or none; an empty list: nothing was found",
                file=source,
                doc_id=doc_ids[int(row)],
            )
            for row in np.flatnonzero(layers.gold[name] & ~done)[:MOST]
        ]
    if problems:
        raise InvalidInput(problems)


def _partly(layers: Layers) -> list[str]:
    """Layers that only some documents have on both sides: said, so that nobody is misled."""
    notes = []
    for name in LISTS:
        both = layers.scored(name)
        scored = int(both.sum())
        if 0 < scored < len(both):
            whole = f"{scored} of {len(both)} documents"
            notes.append(f"{name} compared in {whole}: the gold lacks the rest")
    return notes
