"""The human figure: how far annotators agree on what a system is scored by.

A system above it has probably overfitted to one annotator's habits, or the task is badly defined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from communique.corpus.documents import Corpus
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.agreement.both_ways import only
from communique.eval.agreement.figures import measured
from communique.eval.agreement.pairing import Pairing, pair
from communique.eval.counts import Counts, Floats, Form
from communique.eval.inputs import Side, read_side
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result
from communique.eval.statistics.interval import RESAMPLES, SEED, Interval, intervals
from communique.project import Project, find_project

__all__ = ["Human", "HumanFigure", "human_beside", "human_figures"]


TIE = 1e-9
"""Values this close are equal: quotients that are equal on paper differ in the last bits."""


@dataclass(frozen=True, slots=True)
class HumanFigure:
    """Agreement of annotators on one measure, with its 95 % interval over ``n_docs`` documents.

    It is what the measure gives with one annotator as the gold and another as the system, the
    mean of both ways, over all pairs of annotators.
    """

    value: float | None
    interval: Interval
    n_docs: int
    annotators: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The fields by name; the interval as its two ends."""
        low, high = self.interval.low, self.interval.high
        return {
            "value": self.value,
            "interval": None if low is None else [low, high],
            "n_docs": self.n_docs,
            "annotators": list(self.annotators),
        }


@dataclass(frozen=True)
class Human:
    """The human figures beside a result; ``above`` are the measures on which the system is better.

    ``notes`` say why there are none although there are passes.
    """

    figures: Mapping[str, HumanFigure]
    above: frozenset[str]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The figures by measure, and whether the system is above each; and the notes."""
        figures = {
            name: {**figure.as_json(), "system_above": name in self.above}
            for name, figure in self.figures.items()
        }
        return {"human": figures} | ({"human_notes": list(self.notes)} if self.notes else {})

    def cell(self, measure: str) -> str:
        """What a table says beside a score."""
        figure = self.figures.get(measure)
        if figure is None or figure.value is None:
            return "–"
        return f"{figure.value:.3f}{' ▲' if measure in self.above else ''}"

    def lines(self) -> Iterator[str]:
        """What a table says below."""
        if self.figures:
            sizes = {figure.n_docs for figure in self.figures.values()}
            names = sorted({name for one in self.figures.values() for name in one.annotators})
            docs = f"{min(sizes)}" if len(sizes) == 1 else f"{min(sizes)} to {max(sizes)}"
            yield f"human: agreement of {', '.join(names)} on {docs} documents"
        if self.above:
            yield (
                "▲ above the human figure, so probably overfitted or badly defined: "
                + ", ".join(name for name in self.figures if name in self.above)
            )
        yield from self.notes


def human_beside(result: Result, project: Project | None = None) -> Human | None:
    """The human figures of what was scored; ``None`` when no document has two passes.

    ``project`` is by default the one of the current folder, if this is one. Passes that cannot be
    used do not stop a score; they are named in the notes.
    """
    try:
        project = project or find_project()
    except CommuniqueError:
        return None
    try:
        figures = human_figures(project, measures=result.counts, doc_ids=result.doc_ids)
    except InvalidInput as error:
        first, *rest = error.problems
        more = f" (and {len(rest)} more problems)" if rest else ""
        return Human({}, frozenset(), (f"no human figure: {first}{more}",))
    if not figures:
        return None
    above = set()
    for name, figure in figures.items():
        system = result.score(name).value
        if system is not None and figure.value is not None and system - figure.value > TIE:
            above.add(name)
    return Human(figures, frozenset(above))


def human_figures(
    project: Project,
    *,
    measures: Iterable[str] | None = None,
    doc_ids: Collection[str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, HumanFigure]:
    """Agreement between the annotators of ``annotations/passes``, by measure.

    Each folder there is one annotator; nothing comes back unless two of them have a document in
    common. ``measures`` are names from ``communique eval measures``, by default those that are
    scored by default; ``doc_ids`` keeps some documents.

    Raises:
        InvalidInput: a pass cannot be read or is not sound, or two are of different texts.

    """
    chosen = (
        [MEASURES[name] for name in measures]
        if measures is not None
        else [measure for measure in MEASURES.values() if measure.default]
    )
    sums: dict[str, dict[str, Floats]] = {}
    forms: dict[str, Form] = {}
    annotators: dict[str, set[str]] = {}
    for names, pairing in _pairings(project, doc_ids):
        whole = len(pairing.texts) == pairing.n_docs
        for measure in chosen:
            docs = pairing.shared(measure.lists)
            if not docs.any() or (measure.needs_texts and not whole):
                continue
            tally = only(measured(measure, pairing), docs.astype(np.float64))
            forms[measure.name] = tally.total.form
            annotators.setdefault(measure.name, set()).update(names)
            of_docs = sums.setdefault(measure.name, {})
            for row in map(int, np.flatnonzero(docs)):
                doc_id, counts = pairing.doc_ids[row], tally.total.total[row]
                of_docs[doc_id] = of_docs[doc_id] + counts if doc_id in of_docs else counts
    counts = _aligned(sums, forms)
    found = intervals(counts, resamples=resamples, seed=seed) if counts else {}
    return {
        name: HumanFigure(
            one.score.value, found[name], len(sums[name]), tuple(sorted(annotators[name]))
        )
        for name, one in counts.items()
    }


def _pairings(
    project: Project, doc_ids: Collection[str] | None
) -> Iterator[tuple[tuple[str, str], Pairing]]:
    """Every two annotators with documents in common."""
    passes: dict[str, Side] = {}
    if project.passes.is_dir():
        folders = [one for one in sorted(project.passes.iterdir()) if one.is_dir()]
        files = {one.name: list(one.rglob("*.json")) for one in folders}
        if sum(1 for found in files.values() if found) < 2:
            return
        passes = {one.name: read_side(one) for one in folders if files[one.name]}
    corpus = Corpus(project)
    for first, second in combinations(passes, 2):
        common = _ids(passes[first]) & _ids(passes[second])
        if doc_ids is not None:
            common &= frozenset(doc_ids)
        if common:
            texts = {one: corpus.text(one) for one in common & set(corpus.ids)}
            known = {doc_id: text for doc_id, text in texts.items() if text is not None}
            sides = passes[first], passes[second]
            yield (first, second), pair(*sides, texts=known, only=common)


def _ids(side: Side) -> frozenset[str]:
    return frozenset(side.table.column("doc_id").to_pylist())


def _aligned(
    sums: Mapping[str, Mapping[str, Floats]], forms: Mapping[str, Form]
) -> dict[str, Counts]:
    """The counts of all measures over the same documents, zero where one has none."""
    doc_ids: Sequence[str] = sorted({doc_id for of_docs in sums.values() for doc_id in of_docs})
    found = {}
    for name, of_docs in sums.items():
        nothing = np.zeros(len(forms[name].columns))
        rows = [of_docs.get(doc_id, nothing) for doc_id in doc_ids]
        found[name] = Counts(forms[name], np.stack(rows))
    return found
