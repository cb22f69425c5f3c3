"""The figures of agreement by name: what is counted, in which layer, by which statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from communique.eval.agreement.alpha import alpha_counts
from communique.eval.agreement.both_ways import Tally, both_ways, only
from communique.eval.agreement.kappa import Attribute, attributes, kappa, occurring
from communique.eval.agreement.pairing import Pairing
from communique.eval.agreement.token_labels import (
    LABELLED,
    labels_of,
    token_labels,
    token_members,
)
from communique.eval.alignment import align_spans
from communique.eval.columns import Bools
from communique.eval.counts import PRF, Counts
from communique.eval.keys import Ints
from communique.eval.measures import MEASURES, Measure
from communique.schemas.schema import Schema, load_schema

__all__ = ["Figure", "figures", "measured"]

Statistic = Literal["F1", "accuracy", "α", "κ"]

LEVELS = {"nam": ("NAM",), "nom+pro": ("NOM", "PRO")}
"""Levels of mentions that are reported on their own."""

SHARED = ("coref.conll", "coref.lea")
"""Measures of coreference that are taken on the mentions that both sides have."""

ACCURACIES = (
    "linking.accuracy",
    "times.value",
    "quotes.source",
    "quotes.source.exact",
    "quotes.parent",
)
"""Measures that are shares of what is aligned."""

MEASURED = (
    "mentions.strict",
    "mentions.partial",
    "linking.accuracy",
    "times.span",
    "times.relaxed",
    "times.value",
    "quotes.content.strict",
    "quotes.content.partial",
    "quotes.content.coverage",
    "quotes.cue.strict",
    "quotes.cue.partial",
    "quotes.source",
    "quotes.source.exact",
    "quotes.addressee",
    "quotes.parent",
    "quotes.joint",
    "events.trig-i",
    "events.trig-c",
    "events.arg-c",
    "events.arg-c.attached",
    "events.arg-coref",
    "chains.conll",
    "claims",
)
"""Measures of systems that are reported between annotators."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its layer, its statistic, the lists both sides must have, and how to count it.

    ``definition`` says in words what it is.
    """

    name: str
    layer: str
    statistic: Statistic
    lists: tuple[str, ...]
    definition: str
    count: Callable[[Pairing], Tally]
    needs_texts: bool = False

    def tally(self, pairing: Pairing) -> Tally:
        """The counts of the documents in which both sides have what it needs."""
        docs = pairing.shared(self.lists)
        if self.needs_texts:
            docs = docs & np.array([one in pairing.texts for one in pairing.doc_ids], dtype=bool)
        return only(self.count(pairing), docs.astype(np.float64))


def measured(measure: Measure, pairing: Pairing) -> Tally:
    """A measure of systems with each side as the gold, and the mean of both."""
    return both_ways(measure.count(pairing.forth), measure.count(pairing.back))


@cache
def figures() -> tuple[Figure, ...]:
    """All figures in the order in which they are reported, layer by layer."""
    schema = load_schema()
    found = [*_zones(), *_levels(), *_measures(schema), *_coreference(), _metonymy()]
    found += [_attribute(one) for one in attributes(schema)]
    found += [_tokens(name, schema) for name in LABELLED]
    order = {layer: place for place, layer in enumerate(schema.layers)}
    return tuple(sorted(found, key=lambda one: (order[one.layer], STATISTICS[one.statistic])))


STATISTICS = {"F1": 0, "accuracy": 0, "κ": 1, "α": 2}


def _measures(schema: Schema) -> Iterable[Figure]:
    for name in MEASURED:
        measure = MEASURES[name]
        yield Figure(
            name,
            schema.layer_of(measure.lists[0]),
            "accuracy" if name in ACCURACIES else "F1",
            measure.lists,
            measure.definition,
            partial(measured, measure),
        )


def _levels() -> Iterable[Figure]:
    for level, labels in LEVELS.items():
        for name in ("mentions.strict", "mentions.partial"):
            measure = MEASURES[name]
            yield Figure(
                f"{name}.{level}",
                "entities",
                "F1",
                measure.lists,
                f"As `{name}`, among mentions of the level {' or '.join(labels)} on each side.",
                partial(_of_level, measure, labels),
            )


def _of_level(measure: Measure, labels: tuple[str, ...], pairing: Pairing) -> Tally:
    return measured(measure, pairing.of_levels(labels))


def _coreference() -> Iterable[Figure]:
    for name in SHARED:
        yield Figure(
            f"{name}.shared",
            "entities",
            "F1",
            ("entities", "mentions"),
            f"`{name}` on the mentions whose spans both sides have.",
            partial(_on_shared_mentions, MEASURES[name]),
        )


def _on_shared_mentions(measure: Measure, pairing: Pairing) -> Tally:
    return measured(measure, pairing.on_shared_mentions)


def _metonymy() -> Figure:
    return Figure(
        "metonymy.f1",
        "entities",
        "F1",
        ("mentions",),
        "Metonymic mentions among those whose spans both sides have: F1 of the label, which leaves "
        "out the many mentions that nobody takes for metonymic (Hripcsak and Rothschild 2005).",
        _metonymic,
    )


def _metonymic(pairing: Pairing) -> Tally:
    comparison = pairing.forth
    pairs = comparison.mentions
    metonymic = pairing.schema.labels("mention_use").index("metonymic")
    first = comparison.gold.mentions.use[pairs.gold[pairs.same]] == metonymic
    second = comparison.pred.mentions.use[pairs.pred[pairs.same]] == metonymic
    doc = comparison.gold.mentions.rows.doc[pairs.gold[pairs.same]]
    return Tally(Counts(PRF, _by_doc(pairing.n_docs, doc, (first & second, second, first))))


def _zones() -> Iterable[Figure]:
    definition = "Page areas with the same span and type."
    yield Figure("zones.strict", "zones", "F1", ("zones",), definition, _zone_counts)


def _zone_counts(pairing: Pairing) -> Tally:
    # not `pairing.forth`: there the zones are the shared masks
    first, second = pairing.sides
    shared = pairing.shared(("zones",))
    a, b = (side.zones.take(shared[side.zones.doc]) for side in (first, second))
    pairs = align_spans(a, b)
    right = pairs.same & (a.type[pairs.gold] == b.type[pairs.pred])
    columns = [
        np.bincount(doc, minlength=pairing.n_docs)
        for doc in (a.doc[pairs.gold[right]], b.doc, a.doc)
    ]
    return Tally(Counts(PRF, np.stack(columns, axis=-1).astype(np.float64)))


def _attribute(attribute: Attribute) -> Figure:
    what = attribute.name.partition(".")[2]
    where = "overlapping contents" if attribute.list_name == "quotes" else "equal spans"
    return Figure(
        attribute.name,
        load_schema().layer_of(attribute.list_name),
        "κ",
        (attribute.list_name,),
        f"Cohen's κ of the {what} of {attribute.list_name} with {where}.",
        partial(_kappa, attribute),
    )


def _kappa(attribute: Attribute, pairing: Pairing) -> Tally:
    return kappa(pairing, attribute)


def _tokens(list_name: str, schema: Schema) -> Figure:
    return Figure(
        f"{list_name}.tokens",
        schema.layer_of(list_name),
        "α",
        (list_name,),
        f"Krippendorff's α of the label that {list_name} give each token, O included.",
        partial(_alpha, list_name),
        needs_texts=True,
    )


def _alpha(list_name: str, pairing: Pairing) -> Tally:
    units = pairing.units
    shared = pairing.shared((list_name,))
    units = units.take(shared[units.doc])
    sides = pairing.sides
    labels = labels_of(sides[0], list_name)
    answers = [token_labels(side, list_name, units) for side in sides]
    used, coded = occurring(labels, answers)
    total = alpha_counts(pairing.n_docs, used, units.doc, coded)
    members = [token_members(side, list_name, units).astype(np.int64) for side in sides]
    types = {
        label: alpha_counts(
            pairing.n_docs, ("out", "in"), units.doc, [side[:, place] for side in members]
        )
        for place, label in enumerate(labels[1:])
        if any(side[:, place].any() for side in members)
    }
    return Tally(total, types)


def _by_doc(n_docs: int, doc: Ints, columns: tuple[Bools, ...]) -> NDArray[Any]:
    sums = [np.bincount(doc[column], minlength=n_docs) for column in columns]
    return np.stack(sums, axis=-1).astype(np.float64)
