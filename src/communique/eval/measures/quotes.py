"""Quotes: what is attributed, by which words, to whom.

No maintained scorer exists; the partial scores follow the practice of PARC3 and PolNeAR
evaluations, where an attribution counts as found when it shares a token with the gold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.annotations.derived.quotes import QUOTE_TYPES, quote_type
from communique.annotations.record import Span
from communique.eval.alignment import Pairs, merge_fragments
from communique.eval.attributes import attribute_counts, attribute_form
from communique.eval.columns import Columns, Fragments
from communique.eval.comparison import Comparison
from communique.eval.counts import SPLIT_PRF, Counts, Floats
from communique.eval.keys import Ints, match_equal, packed
from communique.eval.measures.measure import Measure, Side, counted

__all__ = ["MEASURES"]

TYPES = "quote_kind"


def content_strict(comparison: Comparison) -> Counts:
    """The contents cover the same code points, however they are cut into fragments."""
    return _quotes(comparison, comparison.quotes, comparison.quotes.same)


def content_partial(comparison: Comparison) -> Counts:
    """The contents share at least one code point, after one-to-one alignment by overlap."""
    return _quotes(comparison, comparison.quotes, None)


def cue_strict(comparison: Comparison) -> Counts:
    """The cues cover the same code points; quotes without a cue do not count."""
    return _cues(comparison, comparison.cues.same)


def cue_partial(comparison: Comparison) -> Counts:
    """The cues share at least one code point; quotes without a cue do not count."""
    return _cues(comparison, None)


def source(comparison: Comparison) -> Counts:
    """The source is the right entity, among quotes whose contents are aligned.

    Right means: both have none, or the predicted source's span is a gold mention of the entity
    that the gold source refers to.
    """
    return _aligned(comparison, _right(comparison))


def source_exact(comparison: Comparison) -> Counts:
    """The source's span is equal, or neither has one, among quotes whose contents are aligned."""
    gold, pred = _source_spans(comparison)
    return _aligned(comparison, (gold[0] == pred[0]) & (gold[1] == pred[1]))


def source_overlap(comparison: Comparison) -> Counts:
    """The sources' spans overlap, or neither has one, among quotes whose contents are aligned."""
    gold, pred = _source_spans(comparison)
    neither = (gold[1] < 0) & (pred[1] < 0)
    return _aligned(comparison, neither | ((gold[0] < pred[1]) & (pred[0] < gold[1])))


def coverage(comparison: Comparison) -> Counts:
    """How much of the contents is covered, code point by code point.

    Precision is the mean share of a predicted content that its gold partner covers, recall the mean
    share of a gold content that its predicted partner covers: Johansson and Moschitti (2010), with
    partners aligned one-to-one, since nested quotes overlap one another.
    """
    kept, pairs = comparison.kept("quotes"), comparison.quotes
    gold, pred = comparison.gold.quotes, comparison.pred.quotes
    n_docs = comparison.n_docs
    doc = gold.rows.doc[pairs.gold]
    shares = (
        pairs.overlap / _sizes(pred.content, len(pred.rows))[pairs.pred],
        pairs.overlap / _sizes(gold.content, len(gold.rows))[pairs.gold],
    )
    total = np.stack(
        [
            np.bincount(doc, weights=shares[0], minlength=n_docs),
            np.bincount(pred.rows.doc[kept.pred], minlength=n_docs),
            np.bincount(doc, weights=shares[1], minlength=n_docs),
            np.bincount(gold.rows.doc[kept.gold], minlength=n_docs),
        ],
        axis=-1,
    )
    return Counts(SPLIT_PRF, total.astype(np.float64))


def addressee(comparison: Comparison) -> Counts:
    """Addressees of aligned quotes: right when the predicted mention is of the gold addressee.

    An entity that a quote addresses twice counts once.
    """
    pairs = comparison.quotes
    gold, pred = comparison.gold, comparison.pred
    entity = np.append(gold.mentions.entity, [-1, -1])
    place = np.full(len(pred.quotes.rows), -1)
    place[pairs.pred] = pairs.gold
    kept = comparison.kept("quotes")
    g = np.isin(gold.quotes.addressee.owner, kept.gold)
    p = np.isin(pred.quotes.addressee.owner, kept.pred)
    gold_rows = gold.quotes.addressee.owner[g], entity[gold.quotes.addressee.mention[g]]
    owner, mention = pred.quotes.addressee.owner[p], pred.quotes.addressee.mention[p]
    found = comparison.gold_entity_of_pred_mention[mention]
    # what is no gold entity, or in no aligned quote, is a wrong answer of its own
    pred_rows = (
        np.where(place[owner] >= 0, place[owner], len(gold.quotes.rows) + owner),
        np.where(found >= 0, found, len(gold.entities.rows) + mention),
    )
    gold_key, pred_key = packed(gold_rows, pred_rows)
    gold_one = np.unique(gold_key, return_index=True)[1]
    pred_one = np.unique(pred_key, return_index=True)[1]
    i, j = match_equal(gold_key[gold_one], pred_key[pred_one])
    labels = comparison.schema.labels(TYPES)
    kinds = [side.quotes.rows.codes("kind", labels, missing=0) for side in (gold, pred)]
    gold_owner = gold.quotes.addressee.owner[g]
    return counted(
        comparison,
        TYPES,
        Side(gold.quotes.rows.doc[gold_owner], kinds[0][gold_owner], gold_one),
        Side(pred.quotes.rows.doc[owner], kinds[1][owner], pred_one),
        (gold_one[i], pred_one[j]),
    )


def parent(comparison: Comparison) -> Counts:
    """The parents are aligned with each other, or neither has one, among aligned quotes."""
    pairs = comparison.quotes
    partner = np.full(len(comparison.pred.quotes.rows) + 2, -3)
    partner[pairs.pred] = pairs.gold
    partner[-1] = -1
    gold = comparison.gold.quotes.parent[pairs.gold]
    return _aligned(comparison, gold == partner[comparison.pred.quotes.parent[pairs.pred]])


def type_(comparison: Comparison) -> Counts:
    """Direct, indirect or mixed, derived from each side's own contents, among aligned quotes.

    By the share of the content in quotation marks, relative to the quotes around it.
    """
    pairs = comparison.quotes
    doc = comparison.gold.quotes.rows.doc[pairs.gold]
    texts = list(comparison.texts or ())
    gold, pred = (
        _types(side, rows, texts)
        for side, rows in ((comparison.gold, pairs.gold), (comparison.pred, pairs.pred))
    )
    return attribute_counts(comparison.n_docs, QUOTE_TYPES, doc, gold, pred)


def joint(comparison: Comparison) -> Counts:
    """The contents overlap and the source is the right entity, over all quotes."""
    return _quotes(comparison, comparison.quotes, _right(comparison))


def _right(comparison: Comparison) -> NDArray[np.bool_]:
    """For each aligned pair of quotes, whether the source is right."""
    pairs = comparison.quotes
    gold_source = comparison.gold.quotes.source[pairs.gold]
    pred_source = comparison.pred.quotes.source[pairs.pred]
    gold_entity = np.append(comparison.gold.mentions.entity, [-1, -1])[gold_source]
    pred_entity = comparison.gold_entity_of_pred_mention[pred_source]
    neither = (gold_source < 0) & (pred_source < 0)
    return np.asarray(neither | ((gold_source >= 0) & (gold_entity == pred_entity)))


def _types(side: Columns, rows: Ints, texts: list[str]) -> Ints:
    """The type of the quotes at some rows as a place in ``QUOTE_TYPES``."""
    quotes = side.quotes
    content: dict[int, list[Span]] = {}
    fragments = (quotes.content.owner, quotes.content.start, quotes.content.end)
    for owner, start, end in zip(*(one.tolist() for one in fragments), strict=True):
        content.setdefault(owner, []).append(Span(start, end))
    parent, doc = quotes.parent.tolist(), quotes.rows.doc.tolist()

    def found(row: int) -> int:
        around: list[list[Span]] = []
        seen, above = {row}, parent[row]
        while above >= 0 and above not in seen:
            if above in content:
                around.append(content[above])
            seen.add(above)
            above = parent[above]
        return QUOTE_TYPES.index(quote_type(content[row], around, texts[doc[row]]))

    return np.array([found(row) for row in rows.tolist()], dtype=np.int64)


def _sides(comparison: Comparison, gold_rows: Ints, pred_rows: Ints) -> tuple[Side, Side]:
    labels = comparison.schema.labels(TYPES)
    gold, pred = (
        Side(side.quotes.rows.doc, side.quotes.rows.codes("kind", labels, missing=0), rows)
        for side, rows in ((comparison.gold, gold_rows), (comparison.pred, pred_rows))
    )
    return gold, pred


def _aligned(comparison: Comparison, right: NDArray[np.bool_]) -> Counts:
    """Shares of the aligned quotes."""
    pairs = comparison.quotes
    gold, pred = _sides(comparison, pairs.gold, pairs.pred)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), right)


def _source_spans(comparison: Comparison) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Starts and ends of the sources of aligned quotes on both sides; -1 without a source."""
    pairs = comparison.quotes
    found = []
    for side, rows in ((comparison.gold, pairs.gold), (comparison.pred, pairs.pred)):
        spans, source = side.mentions.spans, side.quotes.source[rows]
        start, end = (np.append(edge, [-1, -1])[source] for edge in (spans.start, spans.end))
        found.append((start, end))
    return found[0], found[1]


def _sizes(content: Fragments, n: int) -> Floats:
    """Code points that each content covers."""
    merged = merge_fragments(content)
    size = np.bincount(merged.owner, weights=merged.end - merged.start, minlength=n)
    return size.astype(np.float64)


def _quotes(comparison: Comparison, pairs: Pairs, credit: NDArray[Any] | None) -> Counts:
    kept = comparison.kept("quotes")
    gold, pred = _sides(comparison, kept.gold, kept.pred)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), credit)


def _cues(comparison: Comparison, credit: NDArray[Any] | None) -> Counts:
    kept, pairs = comparison.kept("quotes"), comparison.cues
    gold_rows = _with(comparison.gold.quotes.cue, kept.gold)
    pred_rows = _with(comparison.pred.quotes.cue, kept.pred)
    gold, pred = _sides(comparison, gold_rows, pred_rows)
    return counted(comparison, TYPES, gold, pred, (pairs.gold, pairs.pred), credit)


def _with(part: Fragments, rows: Ints) -> Ints:
    """The rows that have at least one such fragment."""
    return rows[np.isin(rows, part.owner)]


MEASURES = (
    Measure("quotes.content.strict", ("quotes",), content_strict, TYPES),
    Measure("quotes.content.partial", ("quotes",), content_partial, TYPES),
    Measure("quotes.content.coverage", ("quotes",), coverage, form=SPLIT_PRF),
    Measure("quotes.cue.strict", ("quotes",), cue_strict, TYPES),
    Measure("quotes.cue.partial", ("quotes",), cue_partial, TYPES),
    Measure("quotes.source", ("quotes", "mentions"), source, TYPES),
    Measure("quotes.source.exact", ("quotes", "mentions"), source_exact, TYPES),
    Measure("quotes.source.overlap", ("quotes", "mentions"), source_overlap, TYPES),
    Measure("quotes.addressee", ("quotes", "mentions"), addressee, TYPES),
    Measure("quotes.parent", ("quotes",), parent, TYPES),
    Measure("quotes.type", ("quotes",), type_, form=attribute_form(QUOTE_TYPES), needs_texts=True),
    Measure("quotes.joint", ("quotes", "mentions"), joint, TYPES),
)
