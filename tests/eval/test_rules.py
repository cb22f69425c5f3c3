from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.annotations.checks import prediction_problems, record_problems
from communique.annotations.reading import format_record, parse_record
from communique.annotations.record import Record
from communique.corpus.documents import text_sha256
from communique.eval.rules import predict
from communique.eval.systems import load_system
from predicted import PUBLISHED, Predicted, document_of

STORY = """\
Arvandia and Telmark open talks on ferry

By Jan Borg

LUND HARBOUR, May 6 (Strand Wire) -- Arvandia and Telmark opened talks on a ferry on Tuesday.

"We want a boat," Foreign Minister Ida Roth said. "We do not want a war."

Telmark's envoy told reporters that the two sides would meet again next week, the Wire reported.

Share this story
"""

PIECES = [
    *(
        "Ida Roth",
        "Foreign Minister",
        "Mr.",
        "Kenya",
        "Kenyan",
        "U.S.",
        "Brussels",
        "the two sides",
    ),
    *("Ministry", "of", "United Nations", "(", "AU", ")", "Mi-jin", "its", "she", "we", "I", "who"),
    *(
        "said",
        "said",
        "told",
        "reporters",
        "that",
        "to",
        "adding",
        "according to",
        "is expected to",
    ),
    *("“", "”", '"', '"', "‘", "’", "'", "«", "»", ",", ",", ".", "?", ":", "--", "-", "'s", "and"),
    *("talks", "cancelled", "joint", "exercises", "sanctions", "will", "meet", "attacked", "not"),
    *("May 6", "on Tuesday", "next week", "9 a.m.", "three-day", "2031-02-30", "every year"),
    *("\n", "\n\n", "\n\n“", "By Jan Borg\n", "ADVERTISEMENT\n", "Photo by Jan Borg\n"),
    *("ACCRA, May 4 (Strand Wire) -- ", "שלום", "\u202e", "\x00", "\x85", "\u2028", "\t", "\r"),
    *("👩\u200d🚀", "🇬🇭", "\u200d", "e\u0301", "İ", "ǅ", "ß", "\ufeff"),
]
texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)


def run(text: str) -> Record:
    return predict(document_of(text), text)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_any_text_has_a_sound_record(text: str) -> None:
    record = run(text)
    assert parse_record(json.loads(format_record(record)), source="test") == record
    assert prediction_problems(record, text) == []
    problems = record_problems(record, text, published=date.fromisoformat(PUBLISHED))
    assert [str(one) for one in problems if one.severity == "error"] == []


@settings(max_examples=30, deadline=None)
@given(texts)
def test_a_text_has_one_record(text: str) -> None:
    assert run(text) == run(text)


def test_the_record_does_not_depend_on_the_order_of_sets() -> None:
    code = (
        "import sys; from predicted import document_of; from communique.eval.rules import predict;"
        "from communique.annotations.reading import format_record; text = sys.stdin.read();"
        "print(format_record(predict(document_of(text), text)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=STORY,
            capture_output=True,
            check=True,
            encoding="utf-8",
            env=os.environ
            | {
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONIOENCODING": "utf-8",
            },
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


NOISE = {
    "one letter": "a",
    "spaces": " ",
    "lines": "a\n",
    "straight marks": '"a ',
    "opening marks": "“a ",
    "single marks": "‘s' a ",
    "capitals": "Aa ",
    "hyphens": "Aa-",
    "heads": "Ministry of ",
    "cues": "said ",
    "nested cues": "Roth said that ",
    "quotes": 'Roth said, "a." ',
    "events": "Kenya attacked talks ",
    "groups": "Kenya, both sides ",
    "dates": "May 6 at 9 a.m. ",
    "numbers": "1 ",
    "captions": "Photo by A\n",
}


@pytest.mark.parametrize("unit", NOISE.values(), ids=NOISE.keys())
def test_repetition_takes_linear_time(unit: str) -> None:
    """A tenth of a megabyte takes some tenths of a second; in quadratic time it takes minutes."""
    text = unit * (100_000 // len(unit))
    start = time.perf_counter()
    run(text)
    assert time.perf_counter() - start < 20


def test_a_megabyte_of_noise() -> None:
    chance = random.Random(7)
    text = " ".join(chance.choices([*PIECES, "Ida", "the", "a"], k=220_000))
    assert len(text) > 1_000_000
    record = run(text)
    assert record.mentions
    assert prediction_problems(record, text) == []


def test_every_layer_of_a_story_is_there_and_named() -> None:
    record = run(STORY)
    assert (record.annotator, record.doc_id) == ("rules", "invented-01")
    assert record.text_sha256 == text_sha256(STORY)
    for layer in ("zones", "entities", "mentions", "times", "quotes", "events"):
        assert getattr(record, layer), layer


def test_nothing_is_predicted_in_masked_zones() -> None:
    found = Predicted(STORY)
    assert {"byline", "boilerplate"} <= {zone.type for zone in found.record.zones or ()}
    assert "Jan Borg" not in found.mentions
    assert "Ida Roth" in found.mentions


def test_headline_and_dateline_are_read_apart_from_the_body() -> None:
    found = Predicted(STORY)
    assert [found.words(m.span) for m in found.record.mentions or ()][:4] == [
        *("Arvandia", "Telmark"),
        *("LUND HARBOUR", "Strand Wire"),
    ]
    assert found.type("LUND HARBOUR") == "GPE"
    assert found.type("Strand Wire") == "ORG"
    assert found.same("Arvandia")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "a", "\ufeff", "“", "\x00"])
def test_almost_nothing(text: str) -> None:
    record = run(text)
    assert (record.mentions, record.events, record.quotes) == ((), (), ())


def test_it_is_the_system_of_its_name() -> None:
    assert load_system("rules") is predict
