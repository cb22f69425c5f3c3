"""The figures of a report: scores with intervals, types, buckets and error categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from communique.eval.agreement.human import Human
from communique.eval.counts import Counts, Score
from communique.eval.errors import CATEGORIES, Bucket, Judgement, totals
from communique.eval.errors.buckets import MEASURED
from communique.eval.errors.categories import MEANINGS
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result
from communique.eval.statistics.interval import Interval, Intervals, intervals

__all__ = [
    "HEADLINES",
    "TYPED",
    "bucket_figures",
    "error_figures",
    "facts_of",
    "score_figures",
    "type_figures",
]

HEADLINES: Mapping[str, str] = {
    "claims": "Claims",
    "mentions.strict": "Entity mentions",
    "coref.conll": "Coreference",
    "linking.accuracy": "Linking",
    "metonymy": "Metonymy",
    "times.span": "Times",
    "times.value": "Values of times",
    "quotes.content.partial": "Quotes",
    "quotes.joint": "Quotes with speaker",
    "events.trig-c": "Event triggers",
    "events.arg-coref": "Event arguments",
    "events.realis": "Realis",
    "chains.conll": "Event chains",
}
"""The measures at the top of the page, and what they are called there."""

TYPED: Mapping[str, str] = {
    "mentions.strict": "Entity mentions",
    "times.strict": "Times",
    "quotes.joint": "Quotes with speaker",
    "events.trig-c": "Event triggers",
    "events.arg-coref": "Event arguments",
    "claims": "Claims",
}
"""The measures that are shown for each type."""


def score_figures(
    result: Result, found: Intervals, human: Human | None = None
) -> list[dict[str, Any]]:
    """Every measure that was scored, in order, with ``headline`` a title or null."""
    figures = human.figures if human else {}
    rows = []
    for name in result.counts:
        beside = figures.get(name)
        rows.append(
            {
                "name": name,
                "headline": HEADLINES.get(name),
                "definition": MEASURES[name].definition if name in MEASURES else "",
                "value_name": result.counts[name].form.headline,
                **_figures(result.score(name), found[name]),
                "human": None if beside is None else beside.value,
                "above": human is not None and name in human.above,
            }
        )
    order = list(HEADLINES)
    return sorted(rows, key=lambda row: order.index(row["name"]) if row["headline"] else len(order))


def type_figures(result: Result, found: Intervals) -> list[dict[str, Any]]:
    """Each typed measure with its types, the commonest of the gold first."""
    return [
        {
            "name": name,
            "title": title,
            "definition": MEASURES[name].definition,
            "types": sorted(
                (
                    {"type": label, **_figures(one, found.types.get(name, {}).get(label))}
                    for label, one in result.by_type(name).items()
                ),
                key=lambda row: (-(row["n_gold"] or 0), row["type"]),
            ),
        }
        for name, title in TYPED.items()
        if name in result.counts and result.by_type(name)
    ]


def bucket_figures(found: Iterable[Bucket]) -> list[dict[str, Any]]:
    """Lists with their attributes with their buckets, each with its interval."""
    found = list(found)
    counts = {
        str(number): Counts(bucket.score.form, bucket.total) for number, bucket in enumerate(found)
    }
    ends = intervals(counts) if counts else {}
    lists: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for number, bucket in enumerate(found):
        row = {"label": bucket.label, **_figures(bucket.score, ends[str(number)])}
        lists.setdefault(bucket.list_name, {}).setdefault(bucket.attribute, []).append(row)
    return [
        {
            "list": name,
            "right": MEASURED[name],
            "attributes": [{"name": one, "buckets": rows} for one, rows in attributes.items()],
        }
        for name, attributes in lists.items()
    ]


def error_figures(judged: Mapping[str, Judgement]) -> list[dict[str, Any]]:
    """Lists with how often each category occurs on either side, and faults of aligned pairs."""
    counts = totals(judged)
    return [
        {
            "list": name,
            "categories": [
                {
                    "name": category,
                    "meaning": MEANINGS[name][category],
                    "gold": sides["gold"][category],
                    "pred": sides["pred"][category],
                }
                for category in CATEGORIES[name]
            ],
            "faults": sides["faults"],
        }
        for name, sides in counts.items()
    ]


def _figures(score: Score, interval: Interval | None) -> dict[str, Any]:
    row = score.as_json()
    # drawn from one document alone, every resample is the same: that is no interval
    known = interval if interval and interval.n_units > 1 else None
    return {
        "value": score.value,
        "low": known.low if known else None,
        "high": known.high if known else None,
        "docs": interval.n_units if interval else None,
        **{name: row[name] for name in ("precision", "recall", "n_pred", "n_gold")},
    }


def facts_of(result: Result) -> Sequence[Mapping[str, str]]:
    """Genre, world and so on of each document, in order; empty where unknown."""
    return [result.facts.get(doc_id, {}) for doc_id in result.doc_ids]
