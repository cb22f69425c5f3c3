"""Where capitalised names may stand: runs of capitalised words with what may join them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from communique.eval.rules.lexicon import Known, Lexicon
from communique.eval.rules.page import Page

__all__ = ["KnownAt", "Run", "is_capitalised", "is_title_case", "known_names", "name_runs"]

KnownAt = dict[int, tuple[int, Known]]
"""First word of a well-known name → the end of the name, and what it stands for."""

LONGEST = 12
"""Words in one run; a longer one is cut."""

CALENDAR = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June "
    "July August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov "
    "Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun".split()
)
OPENING = frozenset("\"“‘'(«„:-–—")


@dataclass(frozen=True, slots=True)
class Run:
    """The words ``[first, end)``; ``initial`` where only the place of the first may capitalise it."""

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
    """Whether a line capitalises most of its words, so that capitals say nothing."""
    long = [page.words[i] for i in sentence if len(page.words[i]) > 3 and page.words[i][0].isalpha()]
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


def _starts(page: Page, index: int, initial: bool, lexicon: Lexicon) -> bool:
    word = page.words[index]
    if not is_capitalised(word) or word in CALENDAR or page.lower[index] == "i":
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
        if step is None or end + step >= min(sentence.stop, last + 1):
            break
        end += step
        if end in known:
            end = known[end][0]
        else:
            headed |= page.words[end] in heads or page.lower[end] in titles
            end += 1
    return min(end, sentence.stop)


def _step(page: Page, at: int, headed: bool, known: KnownAt, lexicon: Lexicon) -> int | None:
    """How many joining words stand before the next word of a run; ``None`` where it ends."""

    def names(index: int) -> bool:
        if index >= len(page.words):
            return False
        word = page.words[index]
        return index in known or (is_capitalised(word) and word not in CALENDAR)

    word = page.words[at]
    if names(at):
        return 0
    if word == "-" and page.joined(at) and page.joined(at + 1 if at + 1 < len(page.words) else at):
        return 1 if names(at + 1) and at + 1 not in known else None
    if word == "." and (len(page.words[at - 1]) == 1 or _is_honorific(page, at - 1, lexicon)):
        return 1 if names(at + 1) else None
    if word in lexicon.words["particles"]:
        hyphen = page.words[at + 1 : at + 2] == ("-",)
        return 1 + hyphen if names(at + 1 + hyphen) else None
    if headed and word in ("of", "for", "on", "and", "&"):
        article = page.words[at + 1 : at + 2] == ("the",) and word != "and"
        joins = word != "and" or "of" in page.words[max(0, at - 4) : at]
        return 1 + article if joins and names(at + 1 + article) else None
    return None


def _is_honorific(page: Page, index: int, lexicon: Lexicon) -> bool:
    return page.words[index] in lexicon.words["honorifics"]
