"""Records as labels of words, and the field that finds sources: worked out on one short story."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from communique.eval.crf.labels import layers, level_rows, mention_labels, phrases_of, quote_rows
from communique.eval.crf.model import fit
from communique.eval.crf.sources import OTHER, SOURCE, SourceFinder, train_sources
from communique.eval.rules import predict
from communique.eval.rules.page import Page, read_page
from communique.eval.rules.phrases import Phrase
from predicted import document_of
from small_corpora import STORY, story_record

GOLD = story_record("story")
DOCUMENT = document_of(STORY)
RULED = predict(DOCUMENT, STORY)


@pytest.fixture(scope="module")
def page() -> Page:
    return read_page(DOCUMENT, STORY)


def last_paragraph(page: Page) -> range:
    """A Telmark official said Roth had called the visit “a farce”. Lund has not cancelled it."""
    return page.paragraphs[-1]


def shown(page: Page, row: list[str], place: range) -> list[str]:
    return [f"{page.words[at]}/{row[at]}" for at in place if row[at] != "O"]


def test_quotes_as_rows_of_labels(page: Page) -> None:
    rows = quote_rows(page, GOLD)
    place = last_paragraph(page)
    behind = "content-behind"
    content = ["Roth", "had", "called", "the", "visit", "“", "a", "farce", "”"]
    assert shown(page, rows["free"], place) == [
        "said/B-cue",
        *(f"{word}/{'B' if word == 'Roth' else 'I'}-{behind}" for word in content),
    ]
    inner = ["the", "visit", "“", "a", "farce", "”"]
    assert shown(page, rows["inside"], place) == [
        "called/B-cue",
        *(f"{word}/{'B' if word == 'the' else 'I'}-{behind}" for word in inner),
    ]


def test_mentions_as_rows_of_labels(page: Page) -> None:
    rows = level_rows(page, GOLD)
    place = last_paragraph(page)
    assert shown(page, rows["NAM"], place) == ["Telmark/B-GPE", "Roth/B-PER", "Lund/B-GPE"]
    assert shown(page, rows["NOM"], place) == ["A/B-PER", "Telmark/I-PER", "official/I-PER"]
    labels = mention_labels(page, phrases_of(page, GOLD))
    # the name lies in the description, which is the outermost mention
    assert labels[place.start + 1] == "I-NOM-PER"


def test_layers_are_the_outermost_phrases_and_those_inside_them() -> None:
    phrases = [
        Phrase(0, 4, "ORG", "NAM", "Bank of Telmark"),
        Phrase(2, 4, "GPE", "NAM", "Telmark"),
        Phrase(4, 5, "GPE", "NAM", "Lund"),
    ]
    assert layers(phrases) == ([(0, 4, "ORG"), (4, 5, "GPE")], [(2, 4, "GPE")])


def test_who_may_be_a_source(page: Page) -> None:
    finder = SourceFinder(page, RULED, phrases_of(page, GOLD))
    place = last_paragraph(page)
    found = [finder.phrases[number].key for number in finder.candidates(place)]
    # Telmark lies in the official, and is not a candidate of its own
    assert found[:3] == ["a telmark official", "Roth", "Lund"]


def test_the_field_finds_again_what_it_learnt(page: Page) -> None:
    model = train_sources([(page, RULED, GOLD)] * 4)
    finder = SourceFinder(page, RULED, phrases_of(page, GOLD))
    place = last_paragraph(page)
    said = next(at for at in place if page.lower[at] == "said")
    number = finder.find(model, (said, said + 1), [(said + 1, said + 10)], place)
    assert number is not None and finder.phrases[number].key == "a telmark official"
    called = next(at for at in place if page.lower[at] == "called")
    number = finder.find(model, (called, called + 1), [(called + 1, called + 7)], place)
    assert number is not None and finder.phrases[number].key == "Roth"
    nobody = range(place.stop - 1, place.stop)
    assert finder.find(model, (place.stop - 1, place.stop), [], nobody) is None


def test_where_no_source_is_probable_none_is_found(page: Page) -> None:
    finder = SourceFinder(page, RULED, phrases_of(page, GOLD))
    place = last_paragraph(page)
    cue = (place.start + 3, place.start + 4)
    features = finder.features(finder.candidates(place), cue, [])
    never = fit([(features, [OTHER] * len(features))] * 3)
    assert never.chances(features, SOURCE) == [0.0] * len(features)
    assert finder.find(never, cue, [], place) is None


def test_features_do_not_depend_on_the_order_of_sets() -> None:
    code = (
        "from small_corpora import STORY, story_record\n"
        "from predicted import document_of\n"
        "from communique.eval.crf.labels import phrases_of\n"
        "from communique.eval.crf.sources import SourceFinder\n"
        "from communique.eval.rules import predict\n"
        "from communique.eval.rules.page import read_page\n"
        "document = document_of(STORY)\n"
        "page = read_page(document, STORY)\n"
        "finder = SourceFinder(page, predict(document, STORY), "
        "phrases_of(page, story_record('story')))\n"
        "for place in page.paragraphs:\n"
        "    cue = (place.stop - 1, place.stop)\n"
        "    print(finder.features(finder.candidates(place), cue, []))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1] != ""
