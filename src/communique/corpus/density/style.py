"""Style: whether texts look written one by one, or filled into a form.

Sentences of different documents that are nearly the same, and documents that open alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import cast

from communique.annotations.record import Span

__all__ = ["Pair", "Style", "near_duplicates", "openings_alike", "style"]

SIMILAR = 0.7
"""Jaccard similarity of three-word runs from which two sentences are nearly the same."""

SHORTEST = 8
"""Words of a sentence that is compared; shorter ones are alike by chance."""

PERMUTATIONS = 128
OPENING = 6
"""Words and marks by which an opening is known."""

WORD = re.compile(r"\w+")
TOKEN = re.compile(r"\w+|[^\w\s]")

WORDS = """
a an the this that these those his her its their no not and or but if when while after before until
since as by for from in into of off on onto out over to under up with within without at about
against between than it he she they we who what which there here is are was were be been has have
had do does did will would can could may might must shall should
"""
FUNCTION_WORDS = frozenset(WORDS.split())

Sentences = Sequence[Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two nearly equal sentences of two documents."""

    documents: tuple[str, str]
    texts: tuple[str, str]
    similarity: float


@dataclass(frozen=True, slots=True)
class Style:
    """The style of several documents; ``near_duplicates`` counts sentences, not pairs.

    Both are ``None`` where the library that finds them is not installed.
    """

    sentences: int
    pairs: tuple[Pair, ...] | None
    alike: tuple[tuple[str, ...], ...]

    @property
    def near_duplicates(self) -> float | None:
        """The share of sentences that nearly stand in another document, in per cent."""
        if self.pairs is None:
            return None
        inside = {
            (document, text)
            for pair in self.pairs
            for document, text in zip(pair.documents, pair.texts, strict=True)
        }
        return 100 * len(inside) / self.sentences if self.sentences else 0.0


def style(texts: Mapping[str, tuple[str, Sentences]], openings: Mapping[str, str]) -> Style:
    """The style of documents, each a text with the tokens of its visible sentences.

    ``openings`` are the words that the stories begin with, below headline and dateline.
    """
    sentences = {
        name: [text[one[0].start : one[-1].end] for one in parts]
        for name, (text, parts) in texts.items()
    }
    return Style(
        sum(map(len, sentences.values())),
        tuple(near_duplicates(sentences)) if find_spec("datasketch") else None,
        tuple(openings_alike(openings)),
    )


def near_duplicates(sentences: Mapping[str, Sequence[str]]) -> Iterator[Pair]:
    """Pairs of sentences of different documents that are nearly the same.

    Candidates are found by MinHash (Broder 1997) and then compared exactly, so that there is no
    chance in the result but that of missing a pair at the very edge.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=SIMILAR, num_perm=PERMUTATIONS)
    seen: list[tuple[str, str, frozenset[str]]] = []
    for document, texts in sentences.items():
        found = []
        for text in texts:
            runs = _runs(text)
            if not runs:
                continue
            sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
            sketch.update_batch([run.encode() for run in sorted(runs)])
            for number in sorted(cast(list[int], index.query(sketch))):
                other, words, its = seen[number]
                similarity = len(runs & its) / len(runs | its)
                if similarity >= SIMILAR:
                    yield Pair((other, document), (words, text), similarity)
            found.append((text, runs, sketch))
        for text, runs, sketch in found:  # a document is not compared with itself
            index.insert(len(seen), sketch)
            seen.append((document, text, runs))


def openings_alike(openings: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Groups of documents whose first words are built alike.

    Names, numbers and other words of content stand for one another; *Lund and Telmark agreed on*
    and *Oslo and Riga talked on* are one opening.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, text in openings.items():
        groups[_frame(text)].append(name)
    for names in groups.values():
        if len(names) > 1:
            yield tuple(names)


def _frame(text: str) -> tuple[str, ...]:
    """The first words of a sentence, with classes in the place of words of content."""
    frame: list[str] = []
    for token in TOKEN.findall(text)[:OPENING]:
        word = token if frame else token.casefold()  # "May" is a month, but not at the beginning
        if word in FUNCTION_WORDS or not word[0].isalnum():
            frame.append(word)
        elif token[0].isdigit():
            frame.append("0")
        else:
            frame.append("Name" if token[0].isupper() and frame else "word")
    return tuple(frame)


def _runs(text: str) -> frozenset[str]:
    """The runs of three words of a sentence; none of a short one."""
    words = WORD.findall(text.casefold())
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(" ".join(words[start : start + 3]) for start in range(len(words) - 2))
