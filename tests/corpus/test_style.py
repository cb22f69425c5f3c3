"""Style: sentences in two documents, openings that are alike."""

from __future__ import annotations

import pytest

from communique.corpus.density.style import near_duplicates, openings_alike, style
from communique.corpus.tokens import sentences, tokens

LONG = "The two ministers met on the bridge and agreed to reopen it before the end of the month."
NEARLY = "The two ministers met on the bridge and agreed to reopen it before the end of the year."
OTHER = "Nobody in the valley had expected the engineers to come back with a second plan so soon."


def test_a_sentence_that_nearly_stands_in_another_document_is_found() -> None:
    (pair,) = near_duplicates({"one": [OTHER, LONG], "two": [NEARLY]})
    assert pair.documents == ("one", "two") and pair.texts == (LONG, NEARLY)
    # 18 words each make 16 runs of three; all but the last are shared: 15 of 17.
    assert pair.similarity == pytest.approx(15 / 17)


def test_a_document_may_repeat_itself_and_short_sentences_are_alike_by_chance() -> None:
    assert not list(near_duplicates({"one": [LONG, LONG], "two": [OTHER]}))
    short = "He declined to comment on Monday."
    assert not list(near_duplicates({"one": [short], "two": [short]}))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Lund and Telmark agreed on fish.", "Oslo and Riga talked on trade.", True),
        ("On 3 May the council met again.", "On 17 June the panel sat late.", True),
        ("Nobody asked the pilots first.", "The pilots were asked by nobody.", False),
        ("Three weeks after the vote, rain.", "Three weeks before the vote, rain.", False),
    ],
)
def test_openings_are_alike_when_they_are_built_alike(one: str, other: str, alike: bool) -> None:
    assert list(openings_alike({"a": one, "b": other})) == ([("a", "b")] if alike else [])


def visible(text: str) -> list[list[object]]:
    spans = tokens(text)
    return [
        [one for one in spans if part.start <= one.start < part.end] for part in sentences(text)
    ]


def test_the_share_of_near_duplicates_is_of_sentences() -> None:
    texts = {"one": f"{LONG} {OTHER}", "two": f"{NEARLY} That was all there was to say about it."}
    parts = {name: (text, visible(text)) for name, text in texts.items()}
    found = style(parts, {"one": "No one came.", "two": "No one left."})  # type: ignore[arg-type]
    assert found.sentences == 4 and found.near_duplicates == 50
    assert found.alike == (("one", "two"),)
