"""The crosswalk is total, and each of its values is decided here once more."""

from __future__ import annotations

from itertools import product

import pytest

from communique.annotations.derived.crosswalk import (
    ERE_REALIS,
    FACTBANK,
    EreRealis,
    FactBank,
    ere_realis,
    factbank,
)
from communique.annotations.record import Event, Span
from communique.schemas.schema import load_schema

ROWS: list[tuple[str, EreRealis, FactBank]] = [
    ("actual positive certain", "Actual", "CT+"),
    ("actual positive possible", "Other", "PS+"),
    ("actual negative certain", "Other", "CT-"),
    ("actual negative possible", "Other", "PS-"),
    ("future positive certain", "Other", "CT+"),
    ("future positive possible", "Other", "PS+"),
    ("future negative certain", "Other", "CT-"),
    ("future negative possible", "Other", "PS-"),
    ("hypothetical positive certain", "Other", "Uu"),
    ("hypothetical positive possible", "Other", "PS+"),
    ("hypothetical negative certain", "Other", "Uu"),
    ("hypothetical negative possible", "Other", "PS-"),
    ("generic positive certain", "Generic", "Uu"),
    ("generic positive possible", "Generic", "Uu"),
    ("generic negative certain", "Generic", "Uu"),
    ("generic negative possible", "Generic", "Uu"),
]


@pytest.mark.parametrize(("factuality", "ere", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_every_combination(factuality: str, ere: EreRealis, value: FactBank) -> None:
    realis, polarity, certainty = factuality.split()
    event = Event("v1", Span(0, 1), "AID", None, realis, polarity, certainty)
    assert (ere_realis(event), factbank(event)) == (ere, value)


def test_the_tables_hold_every_combination_of_the_schema_and_no_other() -> None:
    schema = load_schema()
    every = set(product(*(schema.labels(one) for one in ("realis", "polarity", "certainty"))))
    assert len(every) == 16
    assert set(ERE_REALIS) == set(FACTBANK) == every
    assert {tuple(row[0].split()) for row in ROWS} == every
