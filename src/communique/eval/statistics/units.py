"""Units: what is drawn and swapped as a whole, a document or a cluster of documents.

Documents of one storyline or outlet resemble each other. Whoever wants to know how a system does
on *other storylines* draws storylines; the counts of a cluster are the sums over its documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from communique.errors import CommuniqueError, quoted
from communique.eval.counts import Floats
from communique.eval.inputs import FACTS
from communique.eval.keys import Ints

__all__ = ["FEW", "Unit", "Units", "documents_as_units", "units_of"]

FEW = 30
"""With fewer units than this, intervals come out too narrow and tests find little."""

Unit = str | Mapping[str, str]
"""``document``, a fact of the documents (``storyline``, ``outlet``, …), or document → cluster."""


@dataclass(frozen=True, slots=True)
class Units:
    """A partition of the documents.

    ``order`` has the documents sorted by unit, ``starts`` is where in it each unit begins.
    ``name`` is what signatures call it, ``noun`` what sentences do (plural).
    """

    name: str
    noun: str
    order: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def sums(self, table: Floats) -> Floats:
        """Counts of the shape ``(documents, …)`` summed to ``(units, …)``."""
        ordered = table[self.order]
        if len(self.starts) == len(self.order):
            return ordered
        return np.asarray(np.add.reduceat(ordered, self.starts, axis=0), dtype=np.float64)


def documents_as_units(n_docs: int) -> Units:
    """Each document by itself, in the order in which they come."""
    return Units("doc", "documents", np.arange(n_docs), np.arange(n_docs))


def units_of(
    doc_ids: Sequence[str], unit: Unit, facts: Mapping[str, Mapping[str, str]] | None = None
) -> Units:
    """The units of some documents, in an order that does not depend on that of the documents.

    Units are sorted by label and documents by id, so that a seed gives the same resamples
    whatever order the documents were read in.

    Raises:
        CommuniqueError: some documents are in no unit, or there is no such unit.

    """
    if isinstance(unit, str) and unit == "document":
        order = np.array(sorted(range(len(doc_ids)), key=doc_ids.__getitem__), dtype=np.int64)
        return Units("doc", "documents", order, np.arange(len(doc_ids)))
    if isinstance(unit, str):
        if unit not in FACTS:
            raise CommuniqueError(
                f"found the unit {quoted(unit)}, expected document, {', '.join(FACTS)}"
            )
        name, noun, said = unit, f"{unit}s", facts or {}
        labels = [said.get(doc_id, {}).get(unit) for doc_id in doc_ids]
        mend = "; give a gold that knows it: the project's or a built dataset"
    else:
        name, noun, mend = "cluster", "clusters", ""
        labels = [unit.get(doc_id) for doc_id in doc_ids]
    without = sorted(doc_ids[row] for row, label in enumerate(labels) if label is None)
    if without:
        raise CommuniqueError(
            f"found {len(without)} documents without {name} ({quoted(without[0])[1:-1]} is the "
            f"first), expected one for each{mend}"
        )
    keys = [(str(label), doc_id) for label, doc_id in zip(labels, doc_ids, strict=True)]
    rows = sorted(range(len(keys)), key=keys.__getitem__)
    first = [at for at, row in enumerate(rows) if not at or keys[row][0] != keys[rows[at - 1]][0]]
    return Units(name, noun, np.array(rows, dtype=np.int64), np.array(first, dtype=np.int64))
