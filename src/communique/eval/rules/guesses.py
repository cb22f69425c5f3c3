"""What a name is that neither the lexicon nor a word in it explains: the page as a whole decides.

All places of a name vote, by the words around them. A name of one word is a person when it is the
last word of one, a demonym when it is a form of a place on the same page, else a place; a longer
one is a person unless the votes say otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase
from communique.eval.rules.runs import Run

__all__ = ["decide"]

DEMONYM_ENDS = frozenset(
    {"n", "an", "ian", "ean", "ese", "i", "ish", "ic", "er", "ers", "ns", "ans", "ians"}
)
ORDINARY_ENDS = ("s", "ing", "ed", "ly")
PREFIX = 4
NEIGHBOURS = 8
"""Places with the same first letters that a demonym is compared with."""

Written = tuple[str, ...]


def decide(
    page: Page, lexicon: Lexicon, guesses: Sequence[Run], found: Iterable[Phrase]
) -> list[Phrase]:
    """The phrases of runs that may be names; ``found`` are those that are settled."""
    votes: dict[Written, Counter[str]] = {}
    inside: set[str] = set()
    for guess in guesses:
        written = page.words[guess.first : guess.end]
        votes.setdefault(written, Counter()).update(_evidence(page, lexicon, guess))
        inside.update(written[guess.initial :])
    kinds = {written: _kind(written, votes[written]) for written in votes}
    surnames = {one.key.rpartition(" ")[2] for one in found if one.type == "PER"}
    surnames |= {name[-1] for name, kind in kinds.items() if kind == "PER" and len(name) > 1}
    demonyms = _demonyms([name[0] for name in kinds if len(name) == 1])
    plain = frozenset(word for word in page.words if word.islower())

    def is_name(guess: Run, word: str) -> bool:
        if word in lexicon.words["not_names"]:
            return False
        if not guess.initial or word in inside or word in surnames or word in demonyms:
            return True
        if word.lower() in plain or _is_ordinary(word.lower(), lexicon):
            return False
        return guess.end < len(page.words) and _follows_name(page.lower[guess.end], lexicon)

    phrases = []
    for guess in guesses:
        written = page.words[guess.first : guess.end]
        kind, key, demonym = kinds[written], " ".join(written), False
        if len(written) == 1:
            if not is_name(guess, key):
                continue
            if key in surnames:
                kind = "PER"
            elif key in demonyms:
                kind, key, demonym = "GPE", demonyms[key], True
        phrases.append(Phrase(guess.first, guess.end, kind, "NAM", key, demonym=demonym))
    return phrases


def _evidence(page: Page, lexicon: Lexicon, guess: Run) -> Iterator[str]:
    """The types that the words around a run speak for."""
    words = lexicon.words
    before = page.lower[guess.first - 1] if guess.first else ""
    after = page.lower[guess.end : guess.end + 3]
    if page.zone_of[guess.first] == "dateline":
        yield from ["ORG" if before == "(" else "GPE"] * 5
    if before in words["place_prepositions"] or before in ("between", "with"):
        yield "GPE"
    if after[:1] == ("'s",) and any(w in lexicon.roles or w in words["modifiers"] for w in after):
        yield from ["GPE"] * 2
    if before in words["titles"]:
        yield from ["PER"] * 3
    if after and after[0] in lexicon.cues and guess.end - guess.first > 1:
        yield "PER"


def _kind(written: Written, votes: Counter[str]) -> str:
    if len(written) == 1 and written[0].isupper() and 1 < len(written[0]) < 7:
        votes["ORG"] += 3
    votes["PER"] += len(written) > 1
    return max(("GPE", "PER", "ORG"), key=lambda kind: votes[kind])


def _is_ordinary(word: str, lexicon: Lexicon) -> bool:
    """Whether a word looks like one that only begins a sentence."""
    return (
        word.endswith(ORDINARY_ENDS)
        or word in lexicon.roles
        or word in lexicon.words["modifiers"]
        or word in lexicon.triggers
        or word in lexicon.cues
    )


def _follows_name(word: str, lexicon: Lexicon) -> bool:
    """Whether a word often stands behind the name of who acts."""
    trigger = lexicon.triggers.get(word)
    acts = word in lexicon.cues or word in lexicon.words["auxiliaries"] or bool(trigger)
    return acts or word in ("'s", "and", ",")


def _demonyms(names: Sequence[str]) -> Mapping[str, str]:
    """Words that are a place's name with another end (*Arvandian*, *Arvandia*), and the place."""
    places: dict[str, list[str]] = {}
    for name in names:
        places.setdefault(name[:PREFIX], []).append(name)
    found = {}
    for name in names:
        for place in places[name[:PREFIX]][:NEIGHBOURS]:
            stem = _shared(name, place)
            long = stem >= max(PREFIX, len(place) - 2)
            if place != name and long and name[stem:] in DEMONYM_ENDS:
                found[name] = place
    return {name: place for name, place in found.items() if place not in found}


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
