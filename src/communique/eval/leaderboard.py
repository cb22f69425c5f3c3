"""The leaderboard: stored results of systems on the same gold, beside how far annotators agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from communique.blocks import fill_blocks
from communique.errors import InvalidInput, Problem, quoted
from communique.eval.agreement.human import HumanFigure, human_figures
from communique.eval.results import is_result, read_result
from communique.eval.scoring import Result
from communique.eval.statistics.interval import Interval, Intervals, intervals
from communique.eval.systems import SYSTEMS
from communique.eval.table import UNDEFINED, interval_text
from communique.files import read_text
from communique.project import Project
from communique.schemas.tables import Table

__all__ = ["BLOCK", "COLUMNS", "Leaderboard", "fill_leaderboard", "leaderboard_of"]

BLOCK = "leaderboard"
"""The name of the generated part in a Markdown file."""

COLUMNS = {
    "mentions.strict": "mentions: span and type",
    "quotes.content.partial": "quotes: content",
    "quotes.joint": "quotes: content and source",
    "events.trig-c": "events: trigger and type",
    "claims": "claims",
}
"""The measures that are shown, with their headings."""

NOTHING = "No results yet: `make leaderboard`."


@dataclass(frozen=True)
class Leaderboard:
    """The results of systems by name, the weakest first as far as known, all on the same gold.

    ``human`` are the figures of agreement between annotators on the same documents.
    """

    results: Mapping[str, Result]
    intervals: Mapping[str, Intervals]
    human: Mapping[str, HumanFigure]

    def markdown(self) -> str:
        """The table, what it rests on, and the signature of all its numbers."""
        if not self.results:
            return NOTHING
        heads = ("system", *COLUMNS.values())
        rows: list[tuple[str, ...]] = [
            (f"`{name}`", *(self._cell(name, measure) for measure in COLUMNS))
            for name in self.results
        ]
        if self.human:
            rows.append(self._human_row())
        lines = [Table(heads, tuple(rows)).markdown(), "", *self._lines()]
        return "\n".join(lines)

    def best(self, measure: str) -> float | None:
        """The highest value that a system reaches, rounded as it is shown."""
        values = (self._value(name, measure) for name in self.results)
        return max((value for value in values if value is not None), default=None)

    def _value(self, name: str, measure: str) -> float | None:
        result = self.results[name]
        value = result.score(measure).value if measure in result.counts else None
        return None if value is None else round(value, 3)

    def _cell(self, name: str, measure: str) -> str:
        value = self._value(name, measure)
        if value is None:
            return UNDEFINED
        number = f"**{value:.3f}**" if value == self.best(measure) else f"{value:.3f}"
        return _with_interval(number, self.intervals[name][measure])

    def _human_row(self) -> tuple[str, ...]:
        cells = []
        for measure in COLUMNS:
            figure = self.human.get(measure)
            if figure is None or figure.value is None:
                cells.append(UNDEFINED)
            else:
                cells.append(_with_interval(f"{figure.value:.3f}", figure.interval))
        return ("*agreement of annotators*", *cells)

    def _lines(self) -> Iterator[str]:
        first = next(iter(self.results))
        docs = len(self.results[first].doc_ids)
        split = self.results[first].signature.conditions.get("split")
        yield f"F1 with 95 % bootstrap intervals on the {docs} documents of split {split};"
        yield f"{UNDEFINED} is what a system does not do."
        if self.human:
            names = sorted({name for one in self.human.values() for name in one.annotators})
            sizes = {one.n_docs for one in self.human.values()}
            of = f"{min(sizes)}" if len(sizes) == 1 else f"{min(sizes)} to {max(sizes)}"
            yield f"Agreement is that of {', '.join(names)} on {of} of them."
        for warning in self.intervals[first].warnings[:1]:
            yield f"{warning[0].upper()}{warning[1:]}."
        yield ""
        yield f"`{self.intervals[first].signed(self.results[first].signature)}`"


def leaderboard_of(folder: Path, project: Project) -> Leaderboard:
    """The leaderboard of the stored results in a folder; what else lies there is left alone.

    Raises:
        InvalidInput: a result cannot be read, or two are not comparable; passes of annotators
            cannot be used.

    """
    paths = [path for path in sorted(folder.glob("*.json")) if is_result(path)]
    order = list(SYSTEMS)
    paths.sort(key=lambda path: order.index(path.stem) if path.stem in order else len(order))
    results = {path.stem: read_result(path) for path in paths}
    _check_comparable(paths, list(results.values()))
    found = {name: intervals(result, per_type=False) for name, result in results.items()}
    human: dict[str, HumanFigure] = {}
    if results:
        doc_ids = next(iter(results.values())).doc_ids
        human = human_figures(project, measures=COLUMNS, doc_ids=doc_ids)
    return Leaderboard(results, found, human)


def fill_leaderboard(path: Path, board: Leaderboard) -> str:
    """The text of a Markdown file with the leaderboard between its markers.

    Raises:
        InvalidInput: the file cannot be read or has no such markers.

    """
    text, markdown = read_text(path), board.markdown()
    if f"<!-- generated: {BLOCK} -->" not in text:
        found, expected = "no marker", f"<!-- generated: {BLOCK} --> and <!-- end -->"
        problem = Problem(
            check="leaderboard.marker", found=found, expected=expected, file=str(path)
        )
        raise InvalidInput([problem])
    return fill_blocks(
        text,
        lambda name: markdown if name == BLOCK else None,
        known=BLOCK,
        check="leaderboard.marker",
        source=str(path),
    )


def _with_interval(number: str, interval: Interval) -> str:
    return f"{number} {interval_text(interval)}"


def _check_comparable(paths: Sequence[Path], results: Sequence[Result]) -> None:
    """Raise one problem for every result whose signature is not that of the first."""
    problems = [
        Problem(
            check="leaderboard.comparable",
            found=f"a result with the signature {quoted(str(result.signature))[1:-1]}",
            expected=f"that of {paths[0].name}, {results[0].signature}",
            file=str(path),
            mend="score all systems again (make leaderboard)",
        )
        for path, result in zip(paths, results, strict=True)
        if result.signature != results[0].signature
    ]
    if problems:
        raise InvalidInput(problems)
