from __future__ import annotations

import pytest

from predicted import Predicted


def only(text: str) -> dict[str, object]:
    """The only quote of a text."""
    (quote,) = Predicted(text).quotes
    return quote


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ('"We want a boat," Ida Roth said.', ['"We want a boat,"']),
        ("“We want a boat,” Ida Roth said.", ["“We want a boat,”"]),
        ("'We want a boat', Ida Roth said.", ["'We want a boat'"]),
        ('"We want a boat," said Ida Roth.', ['"We want a boat,"']),
        ('Ida Roth said: "We want a boat."', ['"We want a boat."']),
        ('Ida Roth said, "We want a boat. We want it now."', ['"We want a boat. We want it now."']),
        ('"We want," Ida Roth said, "a boat."', ['"We want,"', '"a boat."']),
        ('"A boat is best," Ida Roth said. "No ship."', ['"A boat is best,"', '"No ship."']),
        ('On Monday Ida Roth said it was "a fine boat" there.', ['it was "a fine boat" there']),
        ("Ida Roth said that a boat was there.", ["a boat was there"]),
        ("Ida Roth said a boat was there.", ["a boat was there"]),
        ("Ida Roth said on Monday that a boat was there.", ["a boat was there"]),
        ("A boat was there, Ida Roth said in a statement.", ["A boat was there"]),
        ("A boat was there, said Ida Roth.", ["A boat was there"]),
    ],
)
def test_one_quote_with_said(text: str, content: list[str]) -> None:
    assert only(text) == {"content": content, "cue": ["said"], "source": "Ida Roth"}


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("According to Ida Roth, a boat was there.", ["a boat was there"]),
        ("A boat was there, according to Ida Roth.", ["A boat was there"]),
    ],
)
def test_according_to(text: str, content: list[str]) -> None:
    quote = only(text)
    assert quote["content"] == content
    assert str(quote["cue"]).lower() == "['according to']"
    assert quote["source"] == "Ida Roth"


def test_the_name_is_the_source_and_not_the_title() -> None:
    assert only("Foreign Minister Ida Roth said a boat came.")["source"] == "Ida Roth"
    assert only("A boat came, the foreign minister, Ida Roth, said.")["source"] == "Ida Roth"


def test_what_a_preposition_governs_does_not_speak() -> None:
    quote = only("A spokesman for the Varn Foreign Ministry denied that a boat came.")
    assert (quote["source"], quote["cue"]) == ("A spokesman", ["denied"])


def test_who_is_told() -> None:
    assert only("Ida Roth told reporters that a boat came.") == {
        "content": ["a boat came"],
        "cue": ["told"],
        "source": "Ida Roth",
        "to": ["reporters"],
    }


def test_a_negated_cue_takes_its_negation_in() -> None:
    assert only("Ida Roth did not say that a boat came.") == {
        "content": ["a boat came"],
        "cue": ["did not say"],
        "source": "Ida Roth",
        "polarity": "negative",
    }


def test_attitudes_infinitives_and_objects() -> None:
    assert only("Ida Roth fears that a boat came.")["kind"] == "attitude"
    assert only("Ida Roth vowed to wait for a boat.")["content"] == ["to wait for a boat"]
    assert only("Ida Roth condemned the loss of a boat.")["content"] == ["the loss of a boat"]


def test_nobody_in_particular_expects() -> None:
    assert only("The boats are expected to come.") == {
        "content": ["to come"],
        "cue": ["are expected"],
        "source": None,
        "kind": "attitude",
    }


def test_a_second_cue_goes_on_with_the_same_source() -> None:
    assert Predicted("Ida Roth said a boat came, adding that a ship left.").quotes == [
        {"content": ["a boat came"], "cue": ["said"], "source": "Ida Roth"},
        {"content": ["a ship left"], "cue": ["adding"], "source": "Ida Roth"},
    ]


def test_a_quote_inside_a_reported_one() -> None:
    outer, inner = Predicted("The Strand Wire reported that Ida Roth said a boat came.").quotes
    assert outer["content"] == ["Ida Roth said a boat came"]
    assert outer["source"] == "Strand Wire"
    assert inner == {
        "content": ["a boat came"],
        "cue": ["said"],
        "source": "Ida Roth",
        "parent": ["Ida Roth said a boat came"],
    }


def test_a_quote_inside_a_direct_one() -> None:
    outer, inner = Predicted("\"Jan Borg said 'no boat' twice,\" Ida Roth said.").quotes
    assert outer["content"] == ["\"Jan Borg said 'no boat' twice,\""]
    assert (inner["source"], inner["parent"]) == ("Jan Borg", outer["content"])


def test_quoted_words_without_a_cue_are_scare_quotes() -> None:
    assert Predicted('The so-called "boat" came. It was a "ship" of sorts.').quotes == []


def test_a_quoted_paragraph_goes_on_with_the_last_speaker() -> None:
    first, second = Predicted('"A boat is best," Ida Roth said.\n\n"No ship at all."\n').quotes
    assert (first["source"], second["source"]) == ("Ida Roth", "Ida Roth")
    assert (second["content"], second["cue"]) == (['"No ship at all."'], [])


def test_a_quotation_of_two_paragraphs_is_one_quote() -> None:
    text = "Ida Roth said: “A boat is best.\n\n“No ship at all.”\n"
    assert only(text)["content"] == ["“A boat is best.", "“No ship at all.”"]


def test_nouns_that_look_like_cues_attribute_nothing() -> None:
    assert Predicted("Kenya read the report on the state of its claim.").quotes == []
