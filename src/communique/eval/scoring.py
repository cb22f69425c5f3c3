"""Scores of predictions against gold: pair the documents, check both sides, count, sum up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from communique import __version__
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.eval.columns import Columns
from communique.eval.comparison import LISTS, Comparison
from communique.eval.counts import Counts, Score
from communique.eval.inputs import Side
from communique.eval.measures import MEASURES, Measure
from communique.eval.signature import Signature
from communique.eval.soundness import check_sound
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
) -> Result:
    """Score predictions against gold.

    ``split`` keeps the gold documents of one split; without it, all that are in no restricted
    one. ``measures`` are names from ``communique eval measures``; by default all
    but those that are scored only by name.
    ``per_type`` keeps per-document counts of each type too, for intervals and tests by type.

    Raises:
        InvalidInput: the two sides do not belong together, or one of them is not sound.
        CommuniqueError: no such measure or split, or nothing at all to score.

    """
    schema = schema or load_schema()
    chosen = _measures(measures)
    comparison, doc_ids, notes = paired(gold, pred, split=split, per_type=per_type, schema=schema)
    counts, skipped = counted_measures(comparison, [measure.name for measure in chosen])
    if not counts:
        reasons = "; ".join(sorted(set(skipped.values())))
        raise CommuniqueError(f"{pred.name}: found nothing to score ({reasons})")
    masked = {name: comparison.kept(name).masked_pred for name in LISTS}
    return Result(
        signed(comparison, split),
        doc_ids,
        counts,
        masked,
        skipped,
        notes + _partly(comparison),
        {doc_id: gold.facts[doc_id] for doc_id in doc_ids if doc_id in gold.facts},
    )


def counted_measures(
    comparison: Comparison, names: Iterable[str]
) -> tuple[dict[str, Counts], dict[str, str]]:
    """The counts of those measures that can be scored, and why the others cannot."""
    counts, skipped = {}, {}
    for name in names:
        if why := _cannot(MEASURES[name], comparison):
            skipped[name] = why
        else:
            counts[name] = MEASURES[name].count(comparison)
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
    gold_table, pred_table = _ordered(gold.table, doc_ids), _ordered(pred.table, doc_ids)
    sides = Columns(gold_table, schema), Columns(pred_table, schema)
    lengths = np.array([len(gold.texts[d]) if d in gold.texts else -1 for d in doc_ids], np.int64)
    _check_pairs(gold_table, pred_table, doc_ids, pred.name)
    for columns, side in zip(sides, (gold, pred), strict=True):
        check_sound(columns, doc_ids, lengths, side.name)
    have_texts = all(doc_id in gold.texts for doc_id in doc_ids)
    texts = [gold.texts[doc_id] for doc_id in doc_ids] if have_texts else None
    comparison = Comparison(*sides, texts, per_type=per_type)
    _check_layers(comparison, doc_ids, pred.name)
    return comparison, doc_ids, notes


def signed(comparison: Comparison, split: str | None) -> Signature:
    """What a number about a comparison depends on."""
    conditions = {
        "gold": _fingerprint(comparison.gold.table),
        "split": split or "all",
        "docs": str(comparison.n_docs),
        "nested": "yes",
        "masked": "apart",
        "avg": "micro",
        "unit": "doc",
        "schema": comparison.schema.version,
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
        counts = pc.value_counts(side.table.column("doc_id")).to_pylist()
        for one in counts:
            if one["values"] is None:
                problems.append(
                    _about(side, "eval.document", "a row without a document id", "an id")
                )
            elif one["counts"] > 1:
                found = f"the document {one['counts']} times"
                problems.append(_about(side, "eval.twice", found, "once", one["values"]))
    gold_ids = gold.table.column("doc_id").to_pylist()
    known, predicted = set(gold_ids), set(pred.table.column("doc_id").to_pylist())
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


def _ordered(table: pa.Table, doc_ids: Sequence[str]) -> pa.Table:
    place = pc.index_in(
        pa.array(doc_ids, pa.string()), value_set=table.column("doc_id").combine_chunks()
    )
    return table.take(place)


def _check_pairs(gold: pa.Table, pred: pa.Table, doc_ids: Sequence[str], source: str) -> None:
    """Texts must be the same where both sides say which they mean."""
    differ = pc.fill_null(
        pc.not_equal(gold.column("text_sha256"), pred.column("text_sha256")), False
    )
    rows = np.flatnonzero(np.asarray(differ.combine_chunks().to_numpy(zero_copy_only=False)))
    if len(rows):
        said, meant = (side.column("text_sha256").to_pylist() for side in (pred, gold))
        raise InvalidInput(
            Problem(
                check="eval.text",
                found=f"a prediction for the text {said[row][:12]}…",
                expected=f"the text {meant[row][:12]}…",
                mend="predict again on the text of this version of the corpus",
                file=source,
                doc_id=doc_ids[int(row)],
            )
            for row in rows[:MOST]
        )


def _check_layers(comparison: Comparison, doc_ids: Sequence[str], source: str) -> None:
    """A system that has a layer has it for all documents, or it would choose what is scored."""
    problems = []
    for name in LISTS:
        done = comparison.pred.done(name)
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
            for row in np.flatnonzero(comparison.gold.done(name) & ~done)[:MOST]
        ]
    if problems:
        raise InvalidInput(problems)


def _cannot(measure: Measure, comparison: Comparison) -> str | None:
    """Why a measure cannot be scored, or ``None`` when it can."""
    for name in measure.lists:
        for side, label in ((comparison.gold, "gold"), (comparison.pred, "predictions")):
            if not side.done(name).any():
                return f"the {label} have no {name}"
        if not comparison.scored(name).any():
            return f"no document has {name} on both sides"
    if measure.needs_texts and comparison.texts is None:
        return "the texts are not here"
    return measure.unless(comparison) if measure.unless else None


def _partly(comparison: Comparison) -> list[str]:
    """Layers that only some documents have on both sides: said, so that nobody is misled."""
    notes = []
    for name in LISTS:
        scored = int(comparison.scored(name).sum())
        if 0 < scored < comparison.n_docs:
            whole = f"{scored} of {comparison.n_docs} documents"
            notes.append(f"{name} compared in {whole}: the gold lacks the rest")
    return notes


def _fingerprint(table: pa.Table) -> str:
    """Eight hexadecimal digits that change when the gold does."""
    sink = pa.BufferOutputStream()
    whole = table.combine_chunks()
    with pa.ipc.new_stream(sink, whole.schema) as writer:
        writer.write_table(whole)
    return hashlib.blake2b(sink.getvalue(), digest_size=4).hexdigest()
