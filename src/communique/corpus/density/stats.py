"""Density statistics: how much of what the corpus holds, beside the bands of real news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from communique.annotations.record import Record
from communique.corpus.density.bands import Band, Bands, load_bands
from communique.corpus.density.phenomena import phenomenon_counts
from communique.corpus.density.quantities import (
    QUANTITIES,
    Quantity,
    add_counts,
    annotation_counts,
    density_counts,
)
from communique.corpus.documents import Corpus, Document
from communique.errors import Problem

__all__ = [
    "Cell",
    "DocumentStats",
    "Group",
    "density_problems",
    "document_stats",
    "group_stats",
    "groups_as_json",
]

By = Literal["corpus", "document", "storyline", "split"]


@dataclass(frozen=True, slots=True)
class DocumentStats:
    """The counts of one document; ``counts`` is empty when its text is not here."""

    document: Document
    split: str | None
    counts: Mapping[str, int]
    annotations: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a quantity and the band that it is held against, if any."""

    quantity: Quantity
    value: float | None
    band: Band | None
    argued: str | None = None
    """Why it may lie outside, if that was argued."""

    @property
    def side(self) -> int:
        """-1 below the band, 1 above it, 0 within it or without one."""
        return self.band.side(self.value) if self.band and self.value is not None else 0

    @property
    def as_it_should_be(self) -> bool:
        """Within its band, or outside for a reason that is given; not both."""
        return bool(self.side) == bool(self.argued)


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the statistics: a document, a storyline, a split or the corpus."""

    name: str
    documents: tuple[DocumentStats, ...]
    cells: tuple[Cell, ...]

    @property
    def tokens(self) -> int:
        """Tokens outside masked zones and duplicates, in the texts that are here."""
        return sum(one.counts.get("tokens", 0) for one in self.documents)

    @property
    def sentences(self) -> int:
        """Sentences that have such tokens."""
        return sum(one.counts.get("sentences", 0) for one in self.documents)

    @property
    def without_text(self) -> int:
        """Documents whose text is not here; they count for annotations only."""
        return sum(not one.counts for one in self.documents)

    @property
    def annotations(self) -> dict[str, dict[str, int]]:
        """Annotations by list and type; a list that no document has annotated is absent."""
        total: dict[str, dict[str, int]] = {}
        for one in self.documents:
            add_counts(total, one.annotations)
        return {name: dict(sorted(counts.items())) for name, counts in total.items()}


def document_stats(corpus: Corpus) -> list[DocumentStats]:
    """The counts of every document of a corpus, in the order of their ids."""
    found = []
    for document in corpus.documents():
        text, record = corpus.text_of(document), corpus.gold(document.doc_id)
        found.append(
            DocumentStats(
                document,
                corpus.splits.of(document.storyline),
                {} if text is None else _counts(record, text),
                {} if record is None else annotation_counts(record, text),
            )
        )
    return found


def _counts(record: Record | None, text: str) -> dict[str, int]:
    found = density_counts(record, text)
    return found if record is None else {**phenomenon_counts(record, text), **found}


def group_stats(
    documents: Sequence[DocumentStats], by: By = "corpus", bands: Bands | None = None
) -> list[Group]:
    """The documents in groups, with each quantity and the band for a group of that size.

    A document is held against the bands of documents when it is long enough, and so is a
    storyline; a split and the corpus are held against those of the corpus. The corpus as a whole
    leaves restricted documents out, so that it is the same with and without their texts.
    """
    bands = bands or load_bands()
    grouped: dict[str, list[DocumentStats]] = {}
    for one in documents:
        if by == "corpus" and one.document.licence == "restricted":
            continue
        grouped.setdefault(_group_name(one, by), []).append(one)
    return [_group(name, members, by, bands) for name, members in grouped.items()]


def density_problems(
    document: Document, record: Record, text: str, bands: Bands | None = None
) -> list[Problem]:
    """A warning for each density of a document outside its band; none for short documents."""
    bands = bands or load_bands()
    counts = density_counts(record, text)
    problems = []
    for quantity in QUANTITIES:
        band = _document_band(quantity, [counts], bands)
        value = quantity.of([counts])
        if band is None or value is None or not band.side(value):
            continue
        problems.append(
            Problem(
                check="density.band",
                found=f"{quantity.title} {value:.2f} {quantity.unit}",
                expected=f"{band} as in real news",
                doc_id=document.doc_id,
                path=f"$.{quantity.list}",
                severity="warning",
            )
        )
    return problems


def groups_as_json(groups: Iterable[Group]) -> list[dict[str, Any]]:
    """The groups as plain JSON: counts, annotations, and each quantity with its band."""
    return [
        {
            "name": group.name,
            "documents": len(group.documents),
            "without_text": group.without_text,
            "tokens": group.tokens,
            "sentences": group.sentences,
            "annotations": group.annotations,
            "quantities": {
                cell.quantity.name: {
                    "value": None if cell.value is None else round(cell.value, 4),
                    "unit": cell.quantity.unit,
                    "band": [cell.band.low, cell.band.high] if cell.band else None,
                    "within": cell.side == 0 if cell.band and cell.value is not None else None,
                    "argued": cell.argued,
                }
                for cell in group.cells
            },
        }
        for group in groups
    ]


def _group_name(one: DocumentStats, by: By) -> str:
    match by:
        case "document":
            return one.document.doc_id
        case "storyline":
            return one.document.storyline
        case "split":
            return one.split or "no split"
        case "corpus":
            return "corpus"


def _group(name: str, members: Sequence[DocumentStats], by: By, bands: Bands) -> Group:
    counts = [one.counts for one in members]
    cells = []
    for quantity in QUANTITIES:
        if by in ("document", "storyline"):
            band = _document_band(quantity, counts, bands)
        else:
            band = bands.for_corpus(quantity.name)
        argued = bands.argued.get(quantity.name) if by == "corpus" else None
        cells.append(Cell(quantity, quantity.of(counts), band, argued))
    return Group(name, tuple(members), tuple(cells))


def _document_band(
    quantity: Quantity, counts: Sequence[Mapping[str, int]], bands: Bands
) -> Band | None:
    long_enough = sum(one.get("tokens", 0) for one in counts) >= bands.document_tokens
    return bands.document.get(quantity.name) if long_enough else None
