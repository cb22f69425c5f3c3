"""Which words attribute, and who is the subject or object of such a word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from communique.eval.rules.entities import Cast, Member
from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page

__all__ = ["find_cues", "is_impersonal", "object_after", "subject_before"]

REACH = 20
"""Words between a subject and its verb."""

CANDIDATES = 5
"""Participants before a verb that are looked at."""


def find_cues(page: Page, lexicon: Lexicon, cast: Cast) -> list[int]:
    """The words that attribute by themselves: cue verbs that are verbs, in order."""
    covered = bytearray(len(page.words))
    for one in cast.members:
        covered[one.first : one.end] = b"\1" * (one.end - one.first)
    return [
        at
        for at, word in enumerate(page.lower)
        if word in lexicon.cues and not covered[at] and _is_verb(page, lexicon, at)
    ]


def is_impersonal(page: Page, lexicon: Lexicon, at: int) -> bool:
    """Whether a cue is of the kind "is expected to", attributed to nobody in particular."""
    return (
        page.lower[at] in lexicon.words["impersonal"]
        and page.lower[at - 1 : at] != ()
        and page.lower[at - 1] in lexicon.words["be"]
    )


def subject_before(
    page: Page, lexicon: Lexicon, cast: Cast, at: int, floor: int, *, owner: bool = False
) -> Member | None:
    """Who does what a word says: the nearest participant before it that no preposition governs.

    Adjectives do nothing, and owners (*Kenya's*) only what is theirs, which ``owner`` asks for.
    """
    candidates = [
        one
        for one in islice(cast.before(at, max(floor, at - REACH)), CANDIDATES)
        if not one.mention.demonym and (owner or page.words[one.end] != "'s")
    ]
    if page.words[at - 1 : at] == (",",):
        for one in candidates:  # X, who met Y, said
            if page.words[one.end] == "," and page.lower[one.end + 1] in ("who", "which", "whose"):
                return one
    free = (one for one in candidates if not _is_governed(page, lexicon, one.first))
    return next(free, candidates[0] if candidates else None)


def object_after(cast: Cast, at: int, limit: int) -> Member | None:
    """Who a verb is done to: the participant right behind it."""
    one = next(cast.after(at + 1, limit), None)
    return one if one and one.first == at + 1 else None


def _is_governed(page: Page, lexicon: Lexicon, first: int) -> bool:
    if first > 1 and page.lower[first - 1] == "the":
        first -= 1
    return first > 0 and page.lower[first - 1] in lexicon.words["prepositions"]


def _is_verb(page: Page, lexicon: Lexicon, at: int) -> bool:
    """Whether a word that may be a verb is one here, by the word before it."""
    if not page.words[at].islower() and page.zone_of[at] != "headline":
        return False
    before: Sequence[str] = page.lower[at - 1 : at]
    if at == 0 or not before or at == page.sentence_of[at].start:
        return page.zone_of[at] != "headline"
    if before[0] in lexicon.words["be"]:
        return is_impersonal(page, lexicon, at)
    if before[0] == "to" and page.lower[at] == "say":
        return False
    words = lexicon.words
    nominal = words["determiners"] | words["prepositions"] | words["modifiers"] | {"'s", "-"}
    return before[0] not in nominal
