"""Which participants the page describes or points to: NOM and PRO phrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase

__all__ = ["find_nouns", "find_pronouns"]

REACH = 8
"""Words before a head noun that are looked at."""


def find_nouns(page: Page, lexicon: Lexicon, names: Sequence[Phrase]) -> list[Phrase]:
    """Noun phrases from determiner to head noun, in the order of the text.

    Kept are those with a determiner, a possessor or a name in them, descriptions beside a person's
    name, and plurals that usually speak or are spoken to (*officials*).
    """
    reader = _Reader(page, lexicon, names)
    return [phrase for at in range(len(page.words)) if (phrase := reader.phrase(at))]


def find_pronouns(page: Page, lexicon: Lexicon) -> Iterator[Phrase]:
    """Pronouns of the third person; the key says whom they can point to."""
    for at, word in enumerate(page.lower):
        for key in ("person", "thing", "plural"):
            if word not in lexicon.words[key]:
                continue
            following = page.lower[at + 1] if at + 1 < len(page.lower) else ""
            if word == "it" and following in lexicon.words["empty_it"]:
                continue
            kind = "PER" if key == "person" else "ORG"
            yield Phrase(at, at + 1, kind, "PRO", key)


class _Reader:
    """Knows where names are, to extend phrases over them."""

    def __init__(self, page: Page, lexicon: Lexicon, names: Sequence[Phrase]) -> None:
        self.page = page
        self.lexicon = lexicon
        self.covered = bytearray(len(page.words))
        self.name_ending: dict[int, Phrase] = {}
        self.person_at: dict[int, Phrase] = {}
        for one in names:
            self.covered[one.first : one.end] = b"\1" * (one.end - one.first)
            if one.level == "NAM":
                longest = self.name_ending.get(one.end, one)
                self.name_ending[one.end] = min(one, longest, key=lambda it: it.first)
            if one.level == "NAM" and one.type == "PER":
                self.person_at[one.first] = one

    def phrase(self, at: int) -> Phrase | None:
        """The phrase whose head noun is a word, if it is worth a mention."""
        head = self.page.lower[at]
        if self.page.words[at - 1 : at] == ("-",) and at > 1 and self.page.joined(at):
            head = f"{self.page.lower[at - 2]}-{head}"
        if head not in self.lexicon.roles or self.covered[at] or self.is_modifier(at):
            return None
        kind, plural = self.lexicon.roles[head]
        first, determined, named = self.start(at)
        beside = self.name_beside(first, at, determined) if kind == "PER" and not plural else None
        bare = head in self.lexicon.words["bare"]
        if beside is None and not (determined or named or bare):
            return None
        if kind in ("LOC", "FAC", "DOC") and self.page.lower[first] in ("a", "an"):
            return None
        key = f"{head}/plural" if plural else head
        return Phrase(first, at + 1, kind, "NOM", key, beside=beside)

    def is_modifier(self, at: int) -> bool:
        """Whether the next word is the head of the phrase instead: government officials."""
        if at + 1 >= self.page.sentence_of[at].stop:
            return False
        return self.page.lower[at + 1] in self.lexicon.roles or self.page.words[at + 1] == "-"

    def start(self, at: int) -> tuple[int, bool, bool]:
        """Where a phrase starts, and whether it has a determiner and a name."""
        lower, words = self.page.lower, self.lexicon.words
        least = max(self.page.sentence_of[at].start, at - REACH)
        first, named = at, False
        while first > least:
            before = lower[first - 1]
            if before == "'s" and (owner := self.name_ending.get(first - 1)):
                return owner.first, True, True
            if name := self.name_ending.get(first):
                first, named = name.first, True
            elif self.covered[first - 1]:
                break
            elif before in words["determiners"]:
                first -= 1
                if before not in self.lexicon.counts and before != "other":
                    return first, True, named
            elif before in words["modifiers"] or before in self.lexicon.roles:
                first -= 1
            elif before == "-" and first - 2 >= least and self.page.joined(first):
                first -= 2
            else:
                break
        return first, lower[first] in self.lexicon.counts, named

    def name_beside(self, first: int, at: int, determined: bool) -> int | None:
        """The first word of the person's name that a description stands beside."""
        page, sentence = self.page, self.page.sentence_of[at]
        follows = at + 1 + (determined and page.words[at + 1 : at + 2] == (",",))
        if follows in self.person_at and follows in sentence:
            return follows
        before = self.name_ending.get(first - 1)
        apposed = determined and first - 1 > sentence.start and page.words[first - 1] == ","
        return before.first if before and apposed and before.type == "PER" else None
