"""Two sides of one document, judged: for tests of error categories, buckets and reports."""

from __future__ import annotations

from collections.abc import Mapping

from annotated import LENGTH, SCHEMA
from communique.annotations.record import Record
from communique.eval.comparison import Comparison
from communique.eval.errors import CATEGORIES, Judgement, judge
from communique.eval.inputs import Side, side_of_records
from communique.eval.scoring import paired

TEXT = ("ab " * LENGTH)[:LENGTH]


def side(*records: Record, text: str | None = TEXT) -> Side:
    """A side whose documents have one text, or none."""
    texts = {} if text is None else {one.doc_id: text for one in records}
    return side_of_records(records, name="side", texts=texts)


def record(**lists: tuple[object, ...] | None) -> Record:
    """A record of all layers, those that are not given empty."""
    layers = {"entities": (), "mentions": (), "times": (), "quotes": (), "events": ()} | lists
    return Record("d1", SCHEMA.version, "test", **layers)  # type: ignore[arg-type]


def compared(gold: Record, pred: Record, *, text: str | None = TEXT) -> Comparison:
    """The comparison of two records of one document."""
    return paired(side(gold, text=text), side(pred, text=text))[0]


def judged(gold: Record, pred: Record) -> Mapping[str, Judgement]:
    """The verdicts on two records of one document."""
    return judge(compared(gold, pred))


def categories(judgement: Judgement) -> tuple[list[str], list[str]]:
    """The names of the categories of all gold and all predicted rows."""
    names = CATEGORIES[judgement.name]
    gold, pred = (
        [names[code] for code in one.category] for one in (judgement.gold, judgement.pred)
    )
    return gold, pred


def partners(judgement: Judgement) -> tuple[list[int], list[int]]:
    """The partners of all gold and all predicted rows."""
    return judgement.gold.partner.tolist(), judgement.pred.partner.tolist()
