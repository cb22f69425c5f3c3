"""Which names a page has, and what they name: NAM phrases, and titles written like names.

Well-known names are looked up. Any other capitalised run is what its head noun says (*Ministry*,
*Bridge*), or a person after a title; the rest is left to ``guesses``.
"""

from __future__ import annotations

from communique.eval.rules.guesses import decide
from communique.eval.rules.lexicon import Index, Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase
from communique.eval.rules.runs import (
    CONNECTORS,
    Run,
    is_title_case,
    known_names,
    name_runs,
)

__all__ = ["find_names"]

JOINED = 3
"""Names joined to that of a capital that are looked over for the verb."""

NUMBERED = frozenset({"Resolution", "Protocol", "Article"})
ARTICLES = frozenset({"the", "a", "an", "its", "their", "his", "her"})


def find_names(page: Page, lexicon: Lexicon) -> list[Phrase]:
    """The names of a page and the capitalised titles, in no order; some may cross."""
    reader = _Reader(page, lexicon)
    lines = []
    for sentence in page.sentences:
        if is_title_case(page, sentence):
            lines.append(sentence)
            continue
        for run in name_runs(page, sentence, reader.known, lexicon):
            reader.read(run)
    found = reader.found + decide(page, lexicon, reader.guesses, reader.found)
    return found + reader.in_lines(lines, found)


class _Reader:
    """Reads runs into phrases; ``guesses`` are those that no word of their own settles."""

    def __init__(self, page: Page, lexicon: Lexicon) -> None:
        self.page = page
        self.lexicon = lexicon
        self.known = known_names(page, lexicon)
        self.found: list[Phrase] = []
        self.guesses: list[Run] = []
        self.plain = frozenset(word for word in page.words if word.islower())

    def read(self, run: Run) -> None:
        """Say what a run is, or keep it for the end."""
        page, lexicon = self.page, self.lexicon
        run, personal = self.trimmed(run)
        inside = self.known_words(run)
        titles = [
            i
            for i in range(run.first, run.end)
            if i not in inside and page.lower[i] in lexicon.words["titles"]
        ]
        for at in range(run.first, run.end):
            if at in self.known:
                self.add_known(at)
        if personal:
            self.read_person(run)
        elif titles:
            self.read_title(run, titles[-1])
        elif kind := self.headed(run.first, run.end, inside):
            end = run.end
            if page.words[end - 1] in NUMBERED and end < len(page.words):
                end += page.words[end].isdigit()
            self.add_name(run.first, end, kind)
        elif page.words[run.first] in NUMBERED and page.words[run.end : run.end + 1] != ():
            if page.words[run.end].isdigit():
                self.add_name(run.first, run.end + 1, "DOC")
        elif run.end - run.first > 1 or page.words[run.first] not in lexicon.heads:
            self.read_rest(run)

    def trimmed(self, run: Run) -> tuple[Run, bool]:
        """A run without what is not of the name, and whether an honorific says that it is a person.

        Not of the name is a first word that is capitalised only because the sentence begins there.
        """
        page, lexicon, first = self.page, self.lexicon, run.first
        if page.words[first] in lexicon.words["honorifics"]:
            rest = first + 1 + (page.words[first + 1 : first + 2] == (".",))
            return (Run(rest, run.end, False), True) if rest < run.end else (run, False)
        word = page.lower[first]
        ordinary = word in self.plain or word in lexicon.words["modifiers"] or word in lexicon.roles
        if not (run.initial and ordinary) or run.end - first < 2 or self.is_head(first):
            return run, False
        if page.words[first + 1] in CONNECTORS or self.is_head(first + 1):
            return run, False
        return Run(first + 1, run.end, False), False

    def is_head(self, index: int) -> bool:
        """Whether a word is the capitalised head of a name or title."""
        page, lexicon = self.page, self.lexicon
        return page.words[index] in lexicon.heads or page.lower[index] in lexicon.words["titles"]

    def known_words(self, run: Run) -> frozenset[int]:
        """The words of well-known names in a run."""
        starts = [i for i in range(run.first, run.end) if i in self.known]
        return frozenset(i for at in starts for i in range(at, self.known[at][0]))

    def core_end(self, first: int, end: int) -> int:
        """Where the part of a run before its first "of" ends."""
        return next((i for i in range(first, end) if self.page.words[i] in CONNECTORS), end)

    def headed(self, first: int, end: int, inside: frozenset[int]) -> str | None:
        """The type that the head noun of a run of several words gives it."""
        words, core = self.page.words, self.core_end(first, end)
        if end - first > 1 and first < core and core - 1 not in inside:
            kind = self.lexicon.heads.get(words[core - 1])
            return kind or ("LOC" if words[first] in self.lexicon.words["places_first"] else None)
        return None

    def read_title(self, run: Run, head: int) -> None:
        """A title in a run; organisations in it nest, and a person may follow."""
        page, first, end = self.page, run.first, head + 1
        if page.words[end : end + 1] in (("of",), ("for",)):
            after = end + 1
            while after < run.end and page.words[after] in self.lexicon.words["portfolios"]:
                after += 1
            end = after if page.words[after - 1][0].isupper() else end
        heads = [i for i in range(first, head) if page.words[i] in self.lexicon.heads]
        if heads and heads[-1] > first:
            self.add_name(first, heads[-1] + 1, self.lexicon.heads[page.words[heads[-1]]])
        named = end < run.end and end not in self.known and page.words[end] not in CONNECTORS
        if named:
            self.read_person(Run(end, run.end, False))
        elif end < run.end:
            self.read_rest(Run(end, run.end, False))
        if first > page.sentence_of[first].start and page.lower[first - 1] in ARTICLES:
            first -= 1
        elif not named and head == run.first:
            return  # "Ambassador" by itself says too little
        beside = end if named else None
        self.found.append(Phrase(first, end, "PER", "NOM", page.lower[head], beside=beside))

    def read_person(self, run: Run) -> None:
        """A person's name up to the first "of"."""
        core = self.core_end(run.first, run.end)
        if run.first < core:
            self.add_name(run.first, core, "PER")
        if core < run.end:
            self.read_rest(Run(core, run.end, False))

    def read_rest(self, run: Run) -> None:
        """Keep for the end the stretches between well-known names and joining words."""
        inside, first = self.known_words(run), run.first
        for index in range(run.first, run.end + 1):
            if index == run.end or index in inside or self.page.words[index] in CONNECTORS:
                if first < index:
                    self.guesses.append(Run(first, index, run.initial and first == run.first))
                first = index + 1

    def add_name(self, first: int, end: int, kind: str) -> None:
        key = " ".join(self.page.words[first:end])
        self.found.append(Phrase(first, end, kind, "NAM", key))

    def add_known(self, at: int) -> None:
        end, thing = self.known[at]
        use, demonym = "literal", thing.demonym
        if thing.stands_for and self.acts(at, end):
            use, thing = "metonymic", thing.stands_for
        self.found.append(Phrase(at, end, thing.type, "NAM", thing.key, thing.kb, demonym, use))

    def acts(self, first: int, end: int) -> bool:
        """Whether the name of a capital or seat is the subject of a verb of speech or politics."""
        page, lexicon = self.page, self.lexicon
        sentence = page.sentence_of[first]
        before = page.lower[max(sentence.start, first - 2) : first]
        if set(before[-1:]) & lexicon.words["place_prepositions"]:
            return False
        if before[-1:] == ("the",) and before[0] in lexicon.words["place_prepositions"]:
            return False
        for _ in range(JOINED):  # Seoul and Tokyo agreed
            if page.lower[end : end + 1] in (("and",), (",",)) and end + 1 in self.known:
                end = self.known[end + 1][0]
        for word in page.lower[end : min(sentence.stop, end + 4)]:
            trigger = lexicon.triggers.get(word)
            if word in lexicon.cues or (trigger and trigger.verb):
                return True
            if word in lexicon.words["political"]:
                return True
            if word not in lexicon.words["auxiliaries"]:
                return False
        return False

    def in_lines(self, lines: list[range], found: list[Phrase]) -> list[Phrase]:
        """The names in lines in title case: those well known, or found elsewhere on the page."""
        page, names = self.page, Index[Phrase]()
        for one in found:
            if one.level == "NAM":
                names.add(page.words[one.first : one.end], one)
        self.found = []
        for line in lines:
            at = line.start
            while at < line.stop:
                hit = names.at(page.words, at, line.stop)
                end = max(hit[0] if hit else 0, self.known[at][0] if at in self.known else 0)
                if hit and hit[0] == end and at not in self.known:
                    one = hit[1]
                    self.found.append(
                        Phrase(at, end, one.type, "NAM", one.key, one.kb, one.demonym)
                    )
                elif end:
                    self.add_known(at)
                at = max(end, at + 1)
        return self.found
