"""Tokens and sentences: cases that annotation needs, and what holds for every text."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.documents import Corpus
from communique.corpus.tokens import sentences, tokens
from communique.project import Project


def words(text: str) -> list[str]:
    return [token.slice(text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S.-led talks", "The|U.S.|-|led|talks"),
        ("at 6 a.m. in the U.K.", "at|6|a.m.|in|the|U.K."),
        ("J. Osei of the U.N.'s panel", "J|.|Osei|of|the|U.N.|'s|panel"),
        ("Osei's and Roth’s", "Osei|'s|and|Roth|’s"),
        ("the ministers' talks", "the|ministers|'|talks"),
        ("we'll, they've, I’m, you'd, we’re", "we|'ll|,|they|'ve|,|I|’m|,|you|'d|,|we|’re"),
        ("don't can’t WON'T", "do|n't|ca|n’t|WO|N'T"),
        ("O'Brien's Côte d’Ivoire", "O'Brien|'s|Côte|d’Ivoire"),
        ("'re-elected'", "'|re|-|elected|'"),
        ("the '90s", "the|'|90s"),
        ("inter-Korea and North-South", "inter|-|Korea|and|North|-|South"),
        ("Sossa-Hinvi", "Sossa|-|Hinvi"),
        ("(UPI) -- The", "(|UPI|)|--|The"),
        ("a pact — signed – at last", "a|pact|—|signed|–|at|last"),
        ("1,200.5 tons, 41.5.", "1,200.5|tons|,|41.5|."),
        ("€26m at 10:30, 2nd of 1990s", "€|26m|at|10:30|,|2nd|of|1990s"),
        ("Feb. 21", "Feb|.|21"),
        ("well... no… “Yes,”", "well|...|no|…|“|Yes|,|”"),
        ("‘made “donors”’", "‘|made|“|donors|”|’"),
        ("“‘No,’” he", "“|‘|No|,|’|”|he"),
        ("Aného Zürich Łódź", "Aného|Zürich|Łódź"),
        # A mark without a composed form stays with its letter, in any script.
        ("x̄y हिन्दी", "x̄y|हिन्दी"),
        ("in\u00adter", "in\u00adter"),
        # One picture is one token, however many code points it is made of.
        ("ok 👍🏽! 👨‍👩‍👧 ❤️ 🇬🇭🇹🇬", "ok|👍🏽|!|👨‍👩‍👧|❤️|🇬🇭|🇹🇬"),
        ("snake_case", "snake|_|case"),
        ("", ""),
        (" \n\t\u00a0", ""),
    ],
)
def test_tokens(text: str, expected: str) -> None:
    assert words(text) == (expected.split("|") if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Osei met Gen. Roth.|He left.",
        "Talks in the U.S. Senate failed.|The U.S. The",
        "It began at 6 p.m.|It ended at 9 a.m. Tuesday.",
        "Signed on Feb. 21 in St. Avo by J. K. Orr.|Then No. 5 sailed.",
        "He said “No.”|Then he left.|“Why?” she asked.|(It rained.)",
        "“We will,” he said.|“Not now!”|12 men left.",
        "Élan won.|Övre lost.|They met at 3.5 knots.",
        "What now?!|Nothing…|The end",
        "One line\n|Another line.|And so on",
    ],
)
def test_sentences(text: str) -> None:
    expected = [part.strip() for part in text.split("|")]
    if "U.S. The" in text:
        # An initialism ends a sentence only before a word that opens one.
        expected[-1:] = ["The U.S.", "The"]
    joined = text.replace("\n|", "\n").replace("|", " ")
    assert [span.slice(joined) for span in sentences(joined)] == expected


ALPHABET = st.text(
    st.one_of(
        st.sampled_from("aZé1 \n.,'’\"“”-_?!\u0301\u200d\u00ad👍\U0001f3fd🇬€"), st.characters()
    ),
    max_size=60,
)


@given(ALPHABET)
def test_tokens_are_in_order_and_cover_all_but_white_space(text: str) -> None:
    found = tokens(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = {place for span in found for place in range(span.start, span.end)}
    assert covered == {place for place, one in enumerate(text) if not one.isspace()}


@given(ALPHABET)
def test_sentences_cover_the_tokens_and_cut_none(text: str) -> None:
    found = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for token in tokens(text):
        assert sum(sentence.contains(token) for sentence in found) == 1
        assert sum(sentence.overlaps(token) for sentence in found) == 1


@pytest.mark.parametrize("part", [".", ". ", '."', "a", "a.", "a'", "-", "1.", "n't", "\u0301"])
def test_time_grows_with_the_length_and_not_with_its_square(part: str) -> None:
    # A quadratic pattern would take minutes here; the bound is generous for a slow machine.
    text = part * (200_000 // len(part))
    begin = time.perf_counter()
    tokens(text)
    sentences(text)
    assert time.perf_counter() - begin < 10


def repository() -> Project:
    project = Project(Path(__file__).parents[2])
    assert any(project.gold.glob("*.json"))
    return project


def test_no_annotation_of_the_repository_ends_inside_a_token() -> None:
    """On the repository's own corpus."""
    corpus = Corpus(repository())
    cut = []
    for doc_id in corpus.ids:
        text, record = corpus.text(doc_id), corpus.gold(doc_id)
        if text is None or record is None:
            continue
        starts = {token.start for token in tokens(text)}
        ends = {token.end for token in tokens(text)}
        cut += [
            (doc_id, name, item, span.slice(text))
            for name, item, span in record.located()
            if span.start not in starts or span.end not in ends
        ]
    assert cut == []


def test_no_mention_of_the_repository_crosses_a_sentence() -> None:
    """On the repository's own corpus."""
    corpus = Corpus(repository())
    cut = []
    for doc_id in corpus.ids:
        text, record = corpus.text(doc_id), corpus.gold(doc_id)
        for mention in (record and record.mentions) or ():
            parts = [] if text is None else sentences(text)
            if text and not any(part.contains(mention.span) for part in parts):
                cut.append((doc_id, mention.id, mention.span.slice(text)))
    assert cut == []
