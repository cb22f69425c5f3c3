"""Cohen's κ on the attributes of annotations that two annotators both made.

Compared are the labels of aligned annotations; an annotation that only one side has says nothing
about how its attributes would have been chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pyarrow.compute as pc

from communique.eval.agreement.both_ways import Tally
from communique.eval.agreement.pairing import Pairing
from communique.eval.alignment import Pairs
from communique.eval.attributes import attribute_counts, attribute_form
from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts, Floats, Form, Score
from communique.eval.keys import Ints
from communique.schemas.schema import Field, Schema

__all__ = ["Attribute", "attributes", "kappa", "kappa_form", "occurring", "one_sided"]

NONE = "none"
"""The label of an attribute that may be null and is."""

FACTUALITY = ("realis", "polarity", "certainty")
"""What an event mention commits itself to, as one label."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the items of a list: its labels, and the place of each item's label."""

    name: str
    list_name: str
    labels: tuple[str, ...]
    codes: Callable[[Columns], Ints]


def attributes(schema: Schema) -> tuple[Attribute, ...]:
    """Every attribute of mentions, times, quotes and events that is a label or a yes or no.

    The type of a mention is that of its entity. Realis, polarity and certainty of events also
    count together, as `events.factuality`.
    """
    found = [Attribute("mentions.type", "mentions", schema.labels("entity_type"), _mention_type)]
    for name in ("mentions", "times", "quotes", "events"):
        for field in schema.lists[name].fields:
            if field.kind in ("label", "bool") and not field.derived:
                labels = _labels(field, schema)
                found.append(Attribute(f"{name}.{field.name}", name, labels, _codes(name, field)))
    joint = [schema.labels(name) for name in FACTUALITY]
    labels = tuple(" ".join(parts) for parts in product(*joint))
    found.append(Attribute("events.factuality", "events", labels, _factuality))
    return tuple(found)


def kappa(pairing: Pairing, attribute: Attribute) -> Tally:
    """The confusion of the labels of aligned annotations that occur, the first side in rows.

    Mentions, times and events are aligned when their spans are equal, quotes when their contents
    overlap, best partners first. Where several alignments are equally good, which one is taken may
    depend on which side is called gold; so each pair of labels is counted once each way.
    """
    n_docs, labels = pairing.n_docs, attribute.labels
    found = [_answers(one, attribute) for one in (pairing.forth, pairing.back)]
    (doc, a, b), (back_doc, back_b, back_a) = found
    labels, (a, b, back_a, back_b) = occurring(labels, (a, b, back_a, back_b))
    forth = attribute_counts(n_docs, labels, doc, a, b)
    back = attribute_counts(n_docs, labels, back_doc, back_a, back_b)
    return Tally(Counts(kappa_form(labels), forth.total + back.total))


def _answers(comparison: Comparison, attribute: Attribute) -> tuple[Ints, Ints, Ints]:
    """Document, gold label and predicted label of each pair."""
    pairs = _pairs(comparison, attribute.list_name)
    doc = comparison.gold.rows(attribute.list_name).doc[pairs.gold]
    gold, pred = (attribute.codes(side) for side in (comparison.gold, comparison.pred))
    return doc, gold[pairs.gold], pred[pairs.pred]


def occurring(
    labels: tuple[str, ...], answers: Sequence[Ints]
) -> tuple[tuple[str, ...], list[Ints]]:
    """The labels that occur in some answers, and the answers as places among those.

    Labels that nobody used change no figure, but a vocabulary of fifty modes makes a table of
    2,500 numbers for each document. The first label is always kept.
    """
    used = np.unique(np.concatenate([[0], *answers])).astype(np.int64)
    return tuple(labels[code] for code in used), [np.searchsorted(used, one) for one in answers]


@cache
def kappa_form(labels: tuple[str, ...]) -> Form:
    """The form of a confusion matrix whose headline is Cohen's κ (1960).

    κ is undefined when a side uses one label only: its chance agreement then equals what is
    observed, so κ would be 0 (or 0/0) however well the two agree.
    """
    size = len(labels)
    plain = attribute_form(labels)

    def compute(sums: Floats) -> dict[str, Floats]:
        values = plain.compute(sums)
        table = sums.reshape(*sums.shape[:-1], size, size)
        used = [np.sum(table.sum(axis=axis) > 0, axis=-1) for axis in (-1, -2)]
        defined = (used[0] > 1) & (used[1] > 1)
        return {
            "kappa": np.where(defined, values["kappa"], np.nan),
            "accuracy": values["accuracy"],
            "macro_f1": values["macro_f1"],
        }

    return Form("kappa", plain.columns, "kappa", compute)


def one_sided(score: Score, labels: Sequence[str]) -> str | None:
    """Why κ is undefined, or ``None`` when it is not."""
    table = np.array(score.sums).reshape(len(labels), len(labels))
    if not table.any():
        return "nothing is aligned"
    used = [
        {label for label, n in zip(labels, table.sum(axis=axis), strict=True) if n}
        for axis in (1, 0)
    ]
    if used[0] == used[1] and len(used[0]) == 1:
        return f"both sides say only {next(iter(used[0]))}"
    for side, names in zip("AB", used, strict=True):
        if len(names) == 1:
            return f"{side} says only {next(iter(names))}"
    return None


def _labels(field: Field, schema: Schema) -> tuple[str, ...]:
    if field.kind == "bool":
        return ("no", "yes")
    labels = schema.labels(str(field.of))
    return (NONE, *labels) if field.nullable else labels


def _codes(list_name: str, field: Field) -> Callable[[Columns], Ints]:
    """What reads a field; a missing value is the field's default."""

    def codes(columns: Columns) -> Ints:
        rows = columns.rows(list_name)
        if field.kind == "bool":
            if not len(rows):
                return np.zeros(0, dtype=np.int64)
            given = pc.fill_null(rows.column(field.name).cast("bool"), bool(field.default))
            return np.asarray(given.to_numpy(zero_copy_only=False), dtype=np.int64)
        labels = columns.schema.labels(str(field.of))
        if field.nullable:
            return rows.codes(field.name, labels) + 1
        missing = labels.index(field.default) if field.default is not None else 0
        return rows.codes(field.name, labels, missing=missing)

    return codes


def _mention_type(columns: Columns) -> Ints:
    return columns.mentions.spans.type


def _factuality(columns: Columns) -> Ints:
    code: Ints = np.zeros(len(columns.events.rows), dtype=np.int64)
    fields = {field.name: field for field in columns.schema.lists["events"].fields}
    for name in FACTUALITY:
        labels = columns.schema.labels(str(fields[name].of))
        code = code * len(labels) + _codes("events", fields[name])(columns)
    return code


def _pairs(comparison: Comparison, list_name: str) -> Pairs:
    match list_name:
        case "mentions":
            return _same(comparison.mentions)
        case "times":
            return _same(comparison.times)
        case "quotes":
            return comparison.quotes
        case _:
            return comparison.triggers


def _same(pairs: Pairs) -> Pairs:
    same = pairs.same
    return Pairs(pairs.gold[same], pairs.pred[same], pairs.overlap[same], same[same])
