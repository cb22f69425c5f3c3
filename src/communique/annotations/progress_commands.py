"""How far each two annotators agree on the records that are here, for `annotations status`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from communique.annotations.label_studio.status import Pair
    from communique.eval.inputs import Side
    from communique.project import Project

__all__ = ["HEADLINES", "SoFar"]

HEADLINES = (
    "mentions.strict",
    "coref.conll.shared",
    "times.span",
    "quotes.content.partial",
    "quotes.source",
    "events.trig-c",
)
"""The figures of `communique annotations agreement` that are shown, at least one a layer."""

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time and size of every record of an annotator."""


@dataclass
class SoFar:
    """The agreement of each two annotators; what has not changed is not computed again."""

    project: Project
    _sides: dict[str, tuple[Stamp, Side | str]] = field(default_factory=dict)
    _pairs: dict[tuple[str, str], tuple[tuple[Stamp, Stamp], Pair]] = field(default_factory=dict)

    def __call__(self) -> tuple[Pair, ...]:
        """All pairs that have documents in common, in the order of the annotators' names."""
        return tuple(self._found())

    def _found(self) -> Iterator[Pair]:
        stamps = _stamps(self.project.passes)
        for names in combinations(sorted(stamps), 2):
            both = stamps[names[0]], stamps[names[1]]
            documents = {file for file, *_ in both[0]} & {file for file, *_ in both[1]}
            if not documents:
                continue
            known = self._pairs.get(names)
            if known is None or known[0] != both:
                known = both, self._compared(names, both, len(documents))
                self._pairs[names] = known
            yield known[1]

    def _compared(
        self, names: tuple[str, str], stamps: tuple[Stamp, Stamp], documents: int
    ) -> Pair:
        from communique.annotations.label_studio.status import Pair
        from communique.errors import CommuniqueError
        from communique.eval.agreement.figures import figures
        from communique.eval.agreement.pairing import pair

        first, second = (self._side(name, stamp) for name, stamp in zip(names, stamps, strict=True))
        for side in (first, second):
            if isinstance(side, str):
                return Pair(names, documents, {}, side)
        assert not isinstance(first, str) and not isinstance(second, str)
        try:
            pairing = pair(first, second)
        except CommuniqueError as error:
            return Pair(names, documents, {}, _first_line(error))
        values = {
            one.name: one.tally(pairing).total.score.value
            for one in figures()
            if one.name in HEADLINES and pairing.shared(one.lists).any()
        }
        ordered = {name: values.get(name) for name in HEADLINES}
        return Pair(names, pairing.n_docs, ordered)

    def _side(self, name: str, stamp: Stamp) -> Side | str:
        """The records of an annotator, or why they cannot be read."""
        from communique.errors import CommuniqueError
        from communique.eval.inputs import read_side

        known = self._sides.get(name)
        if known is None or known[0] != stamp:
            side: Side | str
            try:
                side = read_side(self.project.passes / name)
            except CommuniqueError as error:
                side = _first_line(error)
            known = self._sides[name] = stamp, side
        return known[1]


def _stamps(passes: Path) -> dict[str, Stamp]:
    """Of each annotator what tells whether the records have changed."""
    stamps = {}
    for folder in passes.iterdir() if passes.is_dir() else ():
        if folder.is_dir():
            files = ((path.name, path.stat()) for path in sorted(folder.glob("*.json")))
            stamps[folder.name] = tuple((name, at.st_mtime_ns, at.st_size) for name, at in files)
    return stamps


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
