"""The weakest baseline says what it is written to say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.annotations.checks import prediction_problems
from communique.annotations.record import Record
from communique.eval.capitals import predict
from communique.eval.systems import load_system
from predicted import document_of


def run(text: str) -> Record:
    return predict(document_of(text), text)


def names(text: str) -> list[str]:
    return [one.span.slice(text) for one in run(text).mentions or ()]


def test_runs_of_capitalised_words_are_names_of_states() -> None:
    text = "The African Union met in Addis Ababa. Kenya and the African Union agreed."
    record = run(text)
    # "The" is capitalised too: nothing here knows better; a run ends with its sentence
    assert names(text) == ["The African Union", "Addis Ababa", "Kenya", "African Union"]
    assert {one.type for one in record.entities or ()} == {"GPE"}
    assert {one.level for one in record.mentions or ()} == {"NAM"}
    assert {one.nil for one in record.entities or ()} == {"not_in_registry"}


def test_one_string_is_one_entity() -> None:
    record = run("in Kenya or in Chad or in Kenya")
    assert [one.entity for one in record.mentions or ()] == ["e1", "e2", "e1"]


def test_a_run_does_not_go_on_in_the_next_sentence() -> None:
    assert names("talks in Oslo\n\nKenya agreed") == ["Oslo", "Kenya"]
    assert names("talks in Oslo Kenya") == ["Oslo Kenya"]


@pytest.mark.parametrize("marks", ['""', "“”", "‘’", "«»", "''", "„“"])
def test_what_stands_in_quotation_marks_is_a_quote_of_the_last_name(marks: str) -> None:
    first, last = list(marks)
    text = f"to Chad and Ida Roth: {first}we want a boat{last}"
    (quote,) = run(text).quotes or ()
    assert [one.slice(text) for one in quote.content] == [f"{first}we want a boat{last}"]
    sources = {one.id: one.span.slice(text) for one in run(text).mentions or ()}
    assert sources[quote.source or ""] == "Ida Roth"
    assert quote.cue == ()


def test_a_quote_before_every_name_has_no_source_and_inner_quotes_are_none() -> None:
    text = "“we ‘never’ asked,” said Ida Roth"
    (quote,) = run(text).quotes or ()
    assert quote.source is None
    assert [one.slice(text) for one in quote.content] == ["“we ‘never’ asked,”"]


def test_nothing_else_is_predicted() -> None:
    record = run("In Oslo, Kenya signed on Tuesday.")
    assert (record.zones, record.times, record.events) == (None, None, None)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Ida", "Roth", "a", ".", "\n\n", '"', "“", "”", "'", "‘", "’"])))
def test_it_is_sound_whatever_the_text(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert prediction_problems(run(text), text) == []


def test_it_is_the_system_of_its_name() -> None:
    assert load_system("capitals") is predict
