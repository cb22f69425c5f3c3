"""Where capitalised names may stand: runs of capitalised words with what may join them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from communique.eval.rules.calendar import MONTHS, WEEKDAYS
from communique.eval.rules.lexicon import Known, Lexicon
from communique.eval.rules.page import Page

__all__ = [
    "CONNECTORS",
    "KnownAt",
    "Run",
    "is_capitalised",
    "is_title_case",
    "known_names",
    "name_runs",
]

KnownAt = dict[int, tuple[int, Known]]
"""First word of a well-known name → the end of the name, and what it stands for."""

LONGEST = 12
"""Words in one run; a longer one is cut."""

CALENDAR = frozenset({*WEEKDAYS, *MONTHS})
"""Capitalised words that are times and no names."""

SHORT = frozenset({*(day[:3] for day in CALENDAR), "Sept"})

CONNECTORS = frozenset({"of", "for", "on", "and", "the", "&"})
"""Words that join the parts of a name that has a head: Ministry of Foreign Affairs."""

CLOSING = frozenset(".!?\"”'’")
OPENING = frozenset("\"“‘'(«„:-–—")


@dataclass(frozen=True, slots=True)
class Run:
    """The words ``[first, end)``; ``initial`` when the first may only begin a sentence."""

    first: int
    end: int
    initial: bool


def known_names(page: Page, lexicon: Lexicon) -> KnownAt:
    """The well-known names of a page, the longest at each place."""
    found: KnownAt = {}
    for sentence in page.sentences:
        index = sentence.start
        while index < sentence.stop:
            hit = lexicon.known.at(page.words, index, sentence.stop)
            if hit:
                found[index] = hit
            index = hit[0] if hit else index + 1
    return found


def is_capitalised(word: str) -> bool:
    """Whether a word is written like a name."""
    return word[0].isupper()


def is_title_case(page: Page, sentence: range) -> bool:
    """Whether a line without a full stop capitalises most of its words: capitals say nothing."""
    if page.words[sentence.stop - 1] in CLOSING or page.zone_of[sentence.start] == "dateline":
        return False
    long = [
        page.words[i] for i in sentence if len(page.words[i]) > 3 and page.words[i][0].isalpha()
    ]
    return len(long) > 3 and sum(map(is_capitalised, long)) > 0.7 * len(long)


def name_runs(page: Page, sentence: range, known: KnownAt, lexicon: Lexicon) -> Iterator[Run]:
    """The runs of a sentence, in order and disjoint."""
    index = sentence.start
    while index < sentence.stop:
        initial = index == sentence.start or page.words[index - 1] in OPENING
        if index not in known and not _starts(page, index, initial, lexicon):
            index += 1
            continue
        end = _end(page, index, sentence, known, lexicon)
        yield Run(index, end, initial and index not in known)
        index = end


def _is_time(page: Page, index: int) -> bool:
    """Whether a word is a month or day: May, but Jan only in "Jan. 4" and "Jan 4"."""
    word, after = page.words[index], page.words[index + 1 : index + 2]
    dotted = bool(after) and (after[0] == "." or after[0].isdigit())
    return word in CALENDAR or (word in SHORT and dotted)


def _starts(page: Page, index: int, initial: bool, lexicon: Lexicon) -> bool:
    word = page.words[index]
    if not is_capitalised(word) or _is_time(page, index) or page.lower[index] == "i":
        return False
    return not (initial and page.lower[index] in lexicon.words["openers"])


def _end(page: Page, first: int, sentence: range, known: KnownAt, lexicon: Lexicon) -> int:
    """Where the run that begins at a word ends."""
    heads, titles = lexicon.heads, lexicon.words["titles"]
    end = known[first][0] if first in known else first + 1
    headed = page.words[end - 1] in heads or page.lower[end - 1] in titles
    last = min(sentence.stop, first + LONGEST)
    while end < last:
        step = _step(page, end, headed, known, lexicon)
        if step is None or end + step >= sentence.stop:
            break
        end += step
        if end in known:
            end = known[end][0]
        else:
            headed |= page.words[end] in heads or page.lower[end] in titles
            end += 1
    return end


def _step(page: Page, at: int, headed: bool, known: KnownAt, lexicon: Lexicon) -> int | None:
    """How many joining words stand before the next word of a run; ``None`` where it ends."""

    def names(index: int) -> bool:
        if index >= len(page.words):
            return False
        named = is_capitalised(page.words[index]) and not _is_time(page, index)
        return index in known or named

    word = page.words[at]
    if names(at):
        return 0
    if word == "-":
        return _hyphen(page, at, lexicon) if at + 1 not in known else None
    if word == "." and _abbreviates(page.words[at - 1], lexicon):
        return 1 if names(at + 1) else None
    if word in lexicon.words["particles"]:
        hyphen = page.words[at + 1 : at + 2] == ("-",)
        return 1 + hyphen if names(at + 1 + hyphen) else None
    if headed and word in ("of", "for", "on", "and", "&"):
        article = page.words[at + 1 : at + 2] == ("the",) and word != "and"
        joins = word != "and" or "of" in page.words[max(0, at - 4) : at]
        return 1 + article if joins and names(at + 1 + article) else None
    return None


def _hyphen(page: Page, at: int, lexicon: Lexicon) -> int | None:
    """One for the hyphen of a name: Jean-Pierre; and after another part of it, Jong-un."""
    if at + 1 >= len(page.words) or not (page.joined(at) and page.joined(at + 1)):
        return None
    after = page.words[at + 1]
    if is_capitalised(after):
        return 1
    short = after.islower() and len(after) < 6 and after not in lexicon.words["compounds"]
    beside = page.words[at - 2 : at - 1] + page.words[at + 2 : at + 3] if at > 1 else ()
    return 1 if short and any(map(is_capitalised, beside)) else None


def _abbreviates(word: str, lexicon: Lexicon) -> bool:
    return len(word) == 1 or word in lexicon.words["honorifics"]
