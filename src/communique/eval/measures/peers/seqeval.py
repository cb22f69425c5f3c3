"""Chunks of tag sequences as seqeval 1.2.2 reads them, in its default mode and strictly (IOB2).

The default mode is lenient: a chunk may begin with `I`, end without notice, and a tag with an
unknown prefix can be part of one. The strict mode takes only what begins with `B`. Tags made from
spans are well-formed, and on them the two agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
import pyarrow as pa

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.columns import Bools, Spans
from communique.eval.comparison import Comparison
from communique.eval.counts import PRF, Counts
from communique.eval.keys import Ints, match_equal, packed
from communique.eval.measures.measure import Measure, Side, counted
from communique.eval.tagging import tagged_chunks

__all__ = ["MEASURES", "seqeval_counts"]

TYPES = "entity_type"
MOST = 20
"""Problems named before the rest is left out."""

Mode = Literal["default", "strict"]
TagSequences = Sequence[Sequence[str]]


def seqeval_counts(
    gold_tags: TagSequences, pred_tags: TagSequences, mode: Mode = "default"
) -> Counts:
    """What seqeval counts on sequences of tags such as `B-PER`, per sequence and per type.

    ``strict`` is seqeval's ``mode="strict", scheme=IOB2``.

    Raises:
        InvalidInput: the two sides differ in length, a tag is empty, or, in strict mode, a tag does
            not begin with B, I or O.

    """
    _check(gold_tags, pred_tags, mode)
    lengths = np.fromiter(map(len, gold_tags), dtype=np.int64, count=len(gold_tags))
    tags = pa.array(chain.from_iterable(chain(gold_tags, pred_tags)), pa.string())
    encoded = tags.dictionary_encode()
    vocabulary = encoded.dictionary.to_pylist()
    names = [_type(tag, mode) for tag in vocabulary]
    types = tuple(sorted(set(names) | {"_"}))
    prefix_of = np.array([ord(tag[0]) for tag in vocabulary], dtype=np.int64)
    type_of = np.array([types.index(name) for name in names], dtype=np.int64)
    code = np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
    n = int(lengths.sum())
    sides = [
        _Tags.of(lengths, prefix_of[part], type_of[part], types.index("_"))
        for part in (code[:n], code[n:])
    ]
    chunks = gold, pred = [one.chunks(mode) for one in sides]
    pairs = match_equal(
        *packed(*((side.start, side.end, side.type) for side in chunks))  # numbered throughout
    )
    rows = [(gold.doc[pairs[0]], gold.type[pairs[0]]), (pred.doc, pred.type), (gold.doc, gold.type)]
    total, by_type = (
        np.stack([np.bincount(row[i], minlength=size) for row in rows], axis=-1).astype(np.float64)
        for i, size in ((0, len(lengths)), (1, len(types)))
    )
    return Counts(PRF, total, types, by_type)


def default(comparison: Comparison) -> Counts:
    """What seqeval 1.2.2 counts by default on the BIO tags of the outermost mentions."""
    return _bio(comparison, "default")


def strict(comparison: Comparison) -> Counts:
    """What seqeval 1.2.2 counts with `mode="strict", scheme=IOB2` on those tags."""
    return _bio(comparison, "strict")


def _bio(comparison: Comparison, mode: Mode) -> Counts:
    if comparison.tokens is None:
        raise ValueError("BIO tags need the texts")
    lengths = np.array([len(words) for words in comparison.tokens], dtype=np.int64)
    outside = len(comparison.schema.labels(TYPES))
    kept = comparison.kept("mentions")
    sides = []
    for side, rows in ((comparison.gold, kept.gold), (comparison.pred, kept.pred)):
        spans = tagged_chunks(side.mentions.spans.take(rows), comparison.tokens)
        sides.append(_Tags.of_chunks(lengths, spans, outside).chunks(mode))
    gold, pred = sides
    pairs = match_equal(*packed(*((one.start, one.end, one.type) for one in sides)))
    return counted(comparison, TYPES, Side(gold.doc, gold.type), Side(pred.doc, pred.type), pairs)


def _type(tag: str, mode: Mode) -> str:
    """The type in a tag; seqeval's two modes cut it out differently."""
    rest = tag[1:].strip("-") if mode == "strict" else tag[1:].split("-", maxsplit=1)[-1]
    return rest or "_"


@dataclass(frozen=True, slots=True)
class _Tags:
    """Tags one after another, an `O` behind each sequence: first letter, type, sequence."""

    prefix: Ints
    type: Ints
    sequence: Ints

    @classmethod
    def of(cls, lengths: Ints, prefix: Ints, type_: Ints, outside: int) -> _Tags:
        """The tags of sequences of these lengths, which lie one behind the other."""
        sequence = np.repeat(np.arange(len(lengths)), lengths + 1)
        place = np.arange(len(prefix)) + np.repeat(np.arange(len(lengths)), lengths)
        letters = np.full(len(sequence), ord("O"), dtype=np.int64)
        types = np.full(len(sequence), outside, dtype=np.int64)
        letters[place], types[place] = prefix, type_
        return cls(letters, types, sequence)

    @classmethod
    def of_chunks(cls, lengths: Ints, chunks: Spans, outside: int) -> _Tags:
        """The BIO tags of chunks that do not overlap, given in token numbers."""
        sequence = np.repeat(np.arange(len(lengths)), lengths + 1)
        letters = np.full(len(sequence), ord("O"), dtype=np.int64)
        types = np.full(len(sequence), outside, dtype=np.int64)
        first = np.cumsum(lengths + 1) - lengths - 1
        size = chunks.end - chunks.start
        begin = first[chunks.doc] + chunks.start
        inside = np.repeat(begin - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
        letters[inside], types[inside] = ord("I"), np.repeat(chunks.type, size)
        letters[begin] = ord("B")
        return cls(letters, types, sequence)

    def chunks(self, mode: Mode) -> Spans:
        """The chunks; ``start`` and ``end`` are places in the whole, half-open."""
        return self._strict() if mode == "strict" else self._default()

    def _default(self) -> Spans:
        """As conlleval: a chunk ends where the tags before and after a place say so."""
        n = len(self.prefix)
        before = np.concatenate([[ord("O")], self.prefix[:-1]])[:n]
        # before the very first tag there is no type at all, not even that of an O
        type_before = np.concatenate([[-1], self.type[:-1]])[:n]
        change = self.type != type_before
        ends = _one_of(before, "ES") | (_one_of(before, "BI") & _one_of(self.prefix, "BSO"))
        ends |= ~_one_of(before, "O.") & change
        starts = _one_of(self.prefix, "BS") | (_one_of(before, "ESO") & _one_of(self.prefix, "EI"))
        starts |= ~_one_of(self.prefix, "O.") & change
        # a chunk that ends begins at the last start before, however far back that is
        last_start = np.maximum.accumulate(np.where(starts, np.arange(n), 0))
        end = np.flatnonzero(ends)
        return Spans(self.sequence[end - 1], last_start[end - 1], end, type_before[end])

    def _strict(self) -> Spans:
        """From each B as far as I of the same type follow."""
        same = np.zeros(len(self.prefix), dtype=bool)
        same[1:] = self.type[1:] == self.type[:-1]
        before = np.concatenate([[ord("O")], self.prefix[:-1]])[: len(self.prefix)]
        inside = _one_of(self.prefix, "I") & _one_of(before, "BI") & same
        start, outside = np.flatnonzero(_one_of(self.prefix, "B")), np.flatnonzero(~inside)
        end = outside[np.searchsorted(outside, start, side="right")]
        return Spans(self.sequence[start], start, end, self.type[start])


def _one_of(letters: Ints, wanted: str) -> Bools:
    return np.isin(letters, [ord(letter) for letter in wanted])


def _check(gold_tags: TagSequences, pred_tags: TagSequences, mode: Mode) -> None:
    problems = []

    def wrong(found: str, expected: str, path: str = "$") -> None:
        problems.append(Problem(check="eval.tags", found=found, expected=expected, path=path))

    if len(gold_tags) != len(pred_tags):
        wrong(f"{len(pred_tags)} predicted sequences", f"{len(gold_tags)}, as many as gold")
    for number, (gold, pred) in enumerate(zip(gold_tags, pred_tags, strict=False)):
        if len(gold) != len(pred):
            wrong(f"{len(pred)} predicted tags", f"{len(gold)}, as many as gold", f"$[{number}]")
    for tag in sorted(set(chain.from_iterable(chain(gold_tags, pred_tags)))):
        if not tag or (mode == "strict" and tag[0] not in "BIO"):
            expected = "a tag that begins with B, I or O" if mode == "strict" else "a tag"
            wrong(quoted(tag), expected)
    if problems:
        raise InvalidInput(problems[:MOST])


MEASURES = (
    Measure(
        "peers.seqeval.default", ("mentions",), default, TYPES, needs_texts=True, default=False
    ),
    Measure("peers.seqeval.strict", ("mentions",), strict, TYPES, needs_texts=True, default=False),
)
