"""Which quote a cue without an arrow belongs to."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from communique.annotations.label_studio.cues import owners
from communique.annotations.reading import read_record
from communique.annotations.record import Span

ROOT = Path(__file__).parents[3]
GOLD = sorted((ROOT / "annotations" / "gold").glob("*.json"))


def judged(marked: str) -> dict[str, str]:
    """The owners in a text in which ``{a …}`` is a content of the quote a and ``<…>`` a cue.

    A capital, ``{A …}``, is a quote that has a cue with an arrow, and ``(…)`` such a cue. Cues are
    called by their words; marks of one kind do not nest, ``{a … {b …} …}`` does.
    """
    text, starts, spans = "", [], defaultdict[str, list[Span]](list)
    for part in re.findall(r"\{\w |[<(]|[}>)]|[^{<>(})]+|\{", marked):
        if part[0] in "{<(":
            starts.append((part, len(text)))
        elif part in "}>)":
            opener, start = starts.pop()
            spans[opener].append(Span(start, len(text)))
        else:
            text += part
    contents = {opener[1].lower(): found for opener, found in spans.items() if opener[0] == "{"}
    cues = {span.slice(text): span for span in spans["<"]}
    cued = {opener[1].lower() for opener in spans if opener[0] == "{" and opener[1].isupper()}
    return owners(cues, contents, cued=cued, others=spans["("], text=text)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("Rahn <said> {a the bridge is safe}.", {"said": "a"}),
        ('{a "The bridge is safe,"} Rahn <said>.', {"said": "a"}),
        # a sentence of its own after the cue's is another matter, however near it stands
        ('{a "Safe,"} the old minister <said>. {b "We want boats."}', {"said": "a"}),
        ("{a They left}.\nRahn <said> nothing.", {}),
        ("Rahn <said> {a it is safe}, and Bery <denied> {b it}.", {"said": "a", "denied": "b"}),
        ("Rahn <said> {a it is safe}; {b It is not}, Bery <added>.", {"said": "a", "added": "b"}),
        # two answers: a fragment on each side
        ('{a "Safe,"} <said> Rahn, {b "and cheap."}', {}),
        # one answer: both are one quote
        ('{a "Safe,"} <said> Rahn, {a "and cheap."}', {"said": "a"}),
        # one answer: the other quote has its cue by an arrow
        ("(saying) {A this}, Rahn <denied> {b that}.", {"denied": "b"}),
        # what has a cue by an arrow is not passed over for what is farther off
        ("{b Far away} and {A near}, Rahn <said>.", {}),
        # a cue in two parts: two want one quote
        ("Rahn <spoke> publicly <of> {a a bridge}.", {"of": "a"}),
        ("Rahn <called> {a the bridge} <unsafe>.", {}),
        ("Rahn <said> nothing more.", {}),
        # the content that it stands in is not its own
        ("(said) {A that she <denied> {b knowing it} at all}", {"denied": "b"}),
        ("{a that she <denied> it}", {}),
        # the outer one of two that begin together
        ("Rahn <said> {a {b peace} will come}.", {"said": "a"}),
    ],
)
def test_a_cue_goes_where_it_must(marked: str, expected: dict[str, str]) -> None:
    assert judged(marked) == expected


@pytest.mark.parametrize("joined", [True, False], ids=["joined", "apart"])
def test_on_the_corpus_no_cue_goes_to_another_quote(joined: bool) -> None:
    """All arrows to cues are taken away.

    Without those between fragments a cue between two fragments is in doubt and has to stay so; the
    share of what is found is that of the cues of uninterrupted quotes then.
    """
    found, cues_there = 0, 0
    for path in GOLD:
        source = ROOT / "corpus" / "documents" / f"{path.stem}.txt"
        if not source.is_file():
            continue
        text, record = source.read_text(encoding="utf-8"), read_record(path)
        contents: dict[str, list[Span]] = {}
        belongs = defaultdict[Span, set[str]](set)
        in_doubt: set[Span] = set()
        for quote in record.quotes or ():
            for number, span in enumerate(quote.content):
                contents.setdefault(quote.id if joined else f"{quote.id}.{number}", []).append(span)
            for span in quote.cue:
                belongs[span].add(quote.id)
                if len(quote.content) > 1 and not joined:
                    in_doubt.add(span)
        cues = {f"c{number}": span for number, span in enumerate(belongs)}
        given = owners(cues, contents, cued=(), others=(), text=text)
        for cue, owner in given.items():
            assert owner.split(".")[0] in belongs[cues[cue]], (path.stem, cues[cue])
        plain = {cue for cue, span in cues.items() if span not in in_doubt}
        found, cues_there = found + len(plain & set(given)), cues_there + len(plain)
    assert cues_there > 200
    assert found / cues_there > (0.95 if joined else 0.85)
