"""A report on predictions: everything that the page shows, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from communique import __version__
from communique.corpus.documents import Document
from communique.eval.agreement.human import Human
from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.errors import CATEGORIES, buckets, judge
from communique.eval.errors.categories import MEANINGS
from communique.eval.inputs import Side
from communique.eval.report.confusion import confusions
from communique.eval.report.documents import SHOWN, error_counts, payloads
from communique.eval.report.overview import (
    bucket_figures,
    error_figures,
    facts_of,
    score_figures,
    type_figures,
)
from communique.eval.report.page import as_page
from communique.eval.report.palette import VOCABULARIES, palette_css
from communique.eval.scoring import Result, paired, score
from communique.eval.statistics.interval import intervals
from communique.schemas.schema import Schema, load_schema

__all__ = ["report_page"]


def report_page(
    gold: Side,
    pred: Side,
    *,
    split: str | None = None,
    documents: Mapping[str, Document] | None = None,
    human: Callable[[Result], Human | None] | None = None,
    schema: Schema | None = None,
) -> str:
    """The report as one HTML page.

    ``documents`` are what is known about the texts, by id; ``human`` gives the agreement between
    annotators beside a result. Texts come from ``gold``: whoever has no restricted text there has
    none in the page.

    Raises:
        InvalidInput: as in ``score``.
        CommuniqueError: as in ``score``.

    """
    schema = schema or load_schema()
    documents = documents or {}
    result = score(gold, pred, split=split, per_type=True, schema=schema)
    comparison, doc_ids, _ = paired(gold, pred, split=split, schema=schema)
    judged = judge(comparison)
    found = intervals(result)
    people = human(result) if human else None
    texts = [gold.texts.get(doc_id) for doc_id in doc_ids]
    about = _documents(gold, doc_ids, documents, comparison)
    for one, counts in zip(about, error_counts(comparison, judged), strict=True):
        one["errors"] = counts
    system = _names(comparison.pred)
    overview = {
        "system": system,
        "gold": "/".join(Path(gold.name).parts[-2:]),
        "version": __version__,
        "split": split,
        "signature": str(found.signed(result.signature)),
        "notes": [
            *result.notes,
            *found.warnings,
            *(people.lines() if people else ()),
        ],
        "skipped": _skipped(result),
        "masked": {name: n for name, n in result.masked.items() if n},
        "restricted": any(one["restricted"] and one["text"] for one in about),
        "scores": score_figures(result, found, people),
        "people": bool(people and people.figures),
        "types": type_figures(result, found),
        "confusions": list(confusions(comparison, judged)),
        "buckets": bucket_figures(buckets(comparison, judged, facts_of(result))),
        "errors": error_figures(judged),
        "lists": list(SHOWN),
        "categories": {name: CATEGORIES[name] for name in SHOWN},
        "meanings": {name: MEANINGS[name] for name in SHOWN},
        "vocabularies": _vocabularies(schema),
        "documents": about,
    }
    title = f"{system} · evaluation report"
    return as_page(title, overview, payloads(comparison, judged, texts), palette_css(schema))


def _documents(
    gold: Side, doc_ids: Sequence[str], documents: Mapping[str, Document], comparison: Comparison
) -> list[dict[str, Any]]:
    """What is known about each document; a title is its headline where there is no metadata."""
    found = []
    for row, doc_id in enumerate(doc_ids):
        known, facts = documents.get(doc_id), gold.facts.get(doc_id, {})
        text, split = gold.texts.get(doc_id), gold.splits.get(doc_id)
        restricted = known.licence == "restricted" if known else split == "restricted"
        # a title is words of the text
        title = known.title if known and (text is not None or not restricted) else None
        title = title or _headline(comparison.gold, row, text)
        found.append(
            {
                "id": doc_id,
                "title": title,
                "outlet": known.outlet if known else facts.get("outlet"),
                "published": known.published if known else None,
                "genre": known.genre if known else facts.get("genre"),
                "world": known.world if known else facts.get("world"),
                "storyline": known.storyline if known else facts.get("storyline"),
                "split": split,
                "restricted": restricted,
                "text": text is not None,
            }
        )
    return found


def _headline(side: Columns, row: int, text: str | None) -> str | None:
    if text is None or "zones" not in side.table.column_names:
        return None
    zones = side.table.column("zones")[row].as_py() or []
    spans = [one["span"] for one in zones if one["type"] == "headline"]
    return text[spans[0][0] : spans[0][1]] if spans else None


def _names(side: Columns) -> str:
    """Who predicted, as the records say."""
    names = sorted({str(one) for one in side.table.column("annotator").to_pylist() if one})
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "") or "predictions"


def _skipped(result: Result) -> list[dict[str, Any]]:
    """Reasons for which measures were not scored, each with the measures."""
    reasons: dict[str, list[str]] = {}
    for name, why in result.skipped.items():
        reasons.setdefault(why, []).append(name)
    return [{"why": why, "measures": names} for why, names in reasons.items()]


def _vocabularies(schema: Schema) -> dict[str, Any]:
    """The labels that the page names, with their descriptions and the class of their colour."""
    used = (
        "entity_type",
        "mention_level",
        "mention_use",
        "time_type",
        "time_mod",
        "quote_kind",
        "polarity",
        "event_type",
        "event_mode",
        "realis",
        "certainty",
        "role",
    )
    return {
        name: [
            [
                label.name,
                label.description,
                f"{VOCABULARIES[name]}-{label.name}" if name in VOCABULARIES else "",
            ]
            for label in schema.vocabularies[name].values()
        ]
        for name in used
    }
