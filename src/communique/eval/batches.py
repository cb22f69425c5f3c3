"""Comparing many documents some at a time: bounded memory, several threads, the same counts.

Every count belongs to one document, so documents can be compared in any groups. Groups are small
enough that their columns fit the processor's cache, and numpy and Arrow work outside Python's lock,
so that threads share the work.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from communique.errors import InvalidInput, Problem
from communique.eval.columns import Bools, Columns
from communique.eval.comparison import LISTS, Comparison
from communique.eval.counts import Counts
from communique.eval.fingerprint import Marks, document_marks
from communique.eval.inputs import Part, Side
from communique.eval.keys import Ints
from communique.eval.measures import Measure
from communique.eval.rows import ints
from communique.eval.soundness import check_sound
from communique.eval.stored_table import StoredTable
from communique.schemas.schema import Schema

__all__ = ["Counted", "Layers", "compared", "count_documents", "rows_of", "why_not"]

VALUES = 2_000_000
"""Values of one side that are compared at once: some megabytes."""

MOST_DOCUMENTS = 4_000
THREADS = 4
"""More would mostly wait for Python's lock."""

MOST = 20
"""Documents named in one kind of problem; the rest is counted."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Layers:
    """Which lists each document has, on both sides: ``{list: documents}``."""

    gold: Mapping[str, Bools]
    pred: Mapping[str, Bools]

    @classmethod
    def of(cls, comparison: Comparison) -> Layers:
        """The layers of two sides that are compared."""
        gold, pred = (
            {name: side.done(name) for name in comparison.schema.lists}
            for side in (comparison.gold, comparison.pred)
        )
        return cls(gold, pred)

    def scored(self, name: str) -> Bools:
        """Documents that have a list on both sides."""
        return self.gold[name] & self.pred[name]


@dataclass(frozen=True)
class Counted:
    """The counts of all documents, in the order of their ids, and what belongs to them.

    ``skipped`` says for each measure without counts why it has none; ``masked`` has the lists that
    were read. ``marks`` stand for what the
    gold says of each document.
    """

    counts: Mapping[str, Counts]
    skipped: Mapping[str, str]
    masked: Mapping[str, int]
    layers: Layers
    marks: Marks


@dataclass(frozen=True)
class _Group:
    """What some documents came to; ``counts`` is ``None`` where there was nothing to count."""

    counts: Mapping[str, Counts | None]
    unless: Mapping[str, str | None]
    masked: Mapping[str, int]
    layers: Layers
    marks: Marks
    whole_texts: bool


def count_documents(
    gold: Side,
    pred: Side,
    doc_ids: Sequence[str],
    measures: Sequence[Measure],
    schema: Schema,
    *,
    per_type: bool = False,
    workers: int | None = None,
) -> Counted:
    """Per-document counts of both sides over some documents, which both have.

    ``workers`` are threads, by default as many as there are processors, up to four.

    Raises:
        InvalidInput: the texts differ, or a side is not sound.

    """
    _keep_memory()
    lists = _lists_read(measures, schema)
    rows = rows_of(gold, doc_ids), rows_of(pred, doc_ids)
    # a file is read in its own order, and the counts are put in theirs
    leading = rows[1] if _is_stored(pred) and not _is_stored(gold) else rows[0]
    order = np.argsort(leading, kind="stable")
    threads = workers or min(len(os.sched_getaffinity(0)), THREADS)
    size = _group_size(len(order), max(gold.values_per_doc, pred.values_per_doc, 1.0), threads)
    parts = zip(
        gold.parts(rows[0][order], size), pred.parts(rows[1][order], size, lists), strict=True
    )

    def count(part: tuple[Part, Part]) -> _Group:
        comparison = compared(*part, (gold.name, pred.name), schema, per_type=per_type, lists=lists)
        return _counted(comparison, part[0], measures, [name for name in LISTS if name in lists])

    groups = _checked(_in_threads(count, parts, threads if len(order) > size else 1))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return _joined(groups, measures, place, schema, per_type=per_type)


def _lists_read(measures: Sequence[Measure], schema: Schema) -> frozenset[str]:
    """The lists that some measures count, all that these refer to, and the zones that mask."""
    read: set[str] = set()
    coming = {"zones", *(name for measure in measures for name in measure.lists)}
    while coming:
        read |= coming
        fields = [field for name in coming for field in schema.lists[name].fields]
        fields += [inner for field in fields for inner in field.fields]
        coming = {name for field in fields for name in field.to if name in schema.lists} - read
    return frozenset(read)


def _group_size(n_docs: int, values_per_doc: float, threads: int) -> int:
    """How many documents to compare at once, so that no thread gets a group more than another."""
    size = min(max(VALUES // values_per_doc, 1), MOST_DOCUMENTS)
    groups = -(-n_docs // size)
    if groups > 1:
        groups = -(-groups // threads) * threads
    return max(int(-(-n_docs // max(groups, 1))), 1)


def rows_of(side: Side, doc_ids: Sequence[str]) -> Ints:
    """The row of each document in a side that has them all."""
    ids = side.doc_ids.combine_chunks()
    return ints(pc.index_in(pa.array(doc_ids, pa.string()), value_set=ids))


def compared(
    gold: Part,
    pred: Part,
    names: tuple[str, str],
    schema: Schema,
    *,
    per_type: bool = False,
    lists: Collection[str] | None = None,
) -> Comparison:
    """The comparison of two parts with the same documents in the same order.

    ``lists`` are those that will be read, by default all; only they are checked.

    Raises:
        InvalidInput: their texts differ, or one of them is not sound.

    """
    doc_ids = gold.table.column("doc_id").to_pylist()
    _check_texts(gold.table, pred.table, names[1])
    sides = Columns(gold.table, schema), Columns(pred.table, schema)
    lengths = np.array([-1 if text is None else len(text) for text in gold.texts], dtype=np.int64)
    for columns, name in zip(sides, names, strict=True):
        check_sound(columns, doc_ids, lengths, name, lists)
    texts = [text for text in gold.texts if text is not None]
    whole = len(texts) == len(gold.texts)
    return Comparison(*sides, texts if whole else None, per_type=per_type)


def why_not(measure: Measure, layers: Layers, *, whole_texts: bool) -> str | None:
    """Why a measure cannot be scored for want of layers or texts, or ``None`` when it can."""
    for name in measure.lists:
        for side, label in ((layers.gold, "gold"), (layers.pred, "predictions")):
            if not side[name].any():
                return f"the {label} have no {name}"
        if not layers.scored(name).any():
            return f"no document has {name} on both sides"
    return "the texts are not here" if measure.needs_texts and not whole_texts else None


def _counted(
    comparison: Comparison, gold: Part, measures: Sequence[Measure], lists: Sequence[str]
) -> _Group:
    layers = Layers.of(comparison)
    whole = comparison.texts is not None
    counts: dict[str, Counts | None] = {}
    unless: dict[str, str | None] = {}
    for measure in measures:
        counted = layers.scored(measure.lists[0]).any()
        if not counted or (measure.needs_texts and not whole):
            counts[measure.name] = None
            continue
        counts[measure.name] = measure.count(comparison)
        if measure.unless and len(comparison.pred.rows(measure.lists[0])):
            unless[measure.name] = measure.unless(comparison)
    masked = {name: comparison.kept(name).masked_pred for name in lists}
    marks = document_marks(gold.table, comparison.schema)
    return _Group(counts, unless, masked, layers, marks, whole)


def _in_threads(
    work: Callable[[T], R], items: Iterator[T], threads: int
) -> Iterator[R | InvalidInput]:
    """What the work on each item comes to, in order; only a few items are under way at a time."""

    def safely(item: T) -> R | InvalidInput:
        try:
            return work(item)
        except InvalidInput as error:
            return error

    if threads == 1:
        yield from map(safely, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[R | InvalidInput]] = deque()
        for item in items:
            waiting.append(pool.submit(safely, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _checked(groups: Iterator[_Group | InvalidInput]) -> list[_Group]:
    """The groups, if all are sound; else the problems of the first ones that are not."""
    sound: list[_Group] = []
    problems: list[Problem] = []
    more = 0
    for group in groups:
        if isinstance(group, _Group):
            if not problems:
                sound.append(group)
        elif len(problems) < MOST:
            problems += group.problems
        else:
            more += len(group.problems)
    if more:
        found = f"{more:,} or more problems in further documents"
        problems.append(
            Problem(check="eval.more", found=found, expected="none", file=problems[0].file)
        )
    if problems:
        raise InvalidInput(problems)
    return sound


def _joined(
    groups: Sequence[_Group],
    measures: Sequence[Measure],
    place: Ints,
    schema: Schema,
    *,
    per_type: bool,
) -> Counted:
    whole_texts = all(group.whole_texts for group in groups)
    layers = Layers(
        *(
            {
                name: np.concatenate([getattr(group.layers, side)[name] for group in groups])[place]
                for name in schema.lists
            }
            for side in ("gold", "pred")
        )
    )
    counts: dict[str, Counts] = {}
    skipped: dict[str, str] = {}
    for measure in measures:
        name = measure.name
        reasons = [group.unless[name] for group in groups if name in group.unless]
        why = why_not(measure, layers, whole_texts=whole_texts)
        if why is None and reasons and None not in reasons:
            why = reasons[0]
        if why is not None:
            skipped[name] = why
            continue
        sizes = [len(group.marks) for group in groups]
        parts = [group.counts[name] for group in groups]
        model = next((part for part in parts if part is not None), None)
        if model is None:  # the documents that have one list lack the other
            model = measure.count(_nothing(schema, per_type=per_type))
        counts[name] = _merged(model, parts, sizes, place)
    masked = {name: sum(group.masked[name] for group in groups) for name in groups[0].masked}
    marks = np.concatenate([group.marks for group in groups])[place]
    return Counted(counts, skipped, masked, layers, marks)


def _merged(
    model: Counts, parts: Sequence[Counts | None], sizes: Sequence[int], place: Ints
) -> Counts:
    """The counts of groups of documents one behind the other, then in the order of ``place``."""
    there = [part for part in parts if part is not None]

    def stacked(name: str) -> NDArray[Any]:
        shape = getattr(model, name).shape[1:]
        rows = [
            np.zeros((size, *shape)) if part is None else getattr(part, name)
            for part, size in zip(parts, sizes, strict=True)
        ]
        return rows[0] if len(rows) == 1 else np.concatenate(rows)[place]

    type_sums = model.type_sums
    if type_sums is not None and there:
        type_sums = np.sum([one for part in there if (one := part.type_sums) is not None], axis=0)
    return Counts(
        model.form,
        stacked("total"),
        model.types,
        type_sums,
        None if model.typed is None else stacked("typed"),
    )


def _nothing(schema: Schema, *, per_type: bool) -> Comparison:
    empty = Columns(pa.table({}), schema)
    return Comparison(empty, empty, [], per_type=per_type)


def _check_texts(gold: pa.Table, pred: pa.Table, source: str) -> None:
    """Texts must be the same where both sides say which they mean."""
    sides = gold.column("text_sha256"), pred.column("text_sha256")
    if all(side.null_count == len(side) for side in sides):
        return
    differ = pc.fill_null(pc.not_equal(*sides), False).combine_chunks()
    rows = np.flatnonzero(np.asarray(differ.to_numpy(zero_copy_only=False)))
    if len(rows):
        raise InvalidInput(
            Problem(
                check="eval.text",
                found=f"a prediction for the text {sides[1][row].as_py()[:12]}…",
                expected=f"the text {sides[0][row].as_py()[:12]}…",
                mend="predict again on the text of this version of the corpus",
                file=source,
                doc_id=gold.column("doc_id")[row].as_py(),
            )
            for row in rows[:MOST].tolist()
        )


def _is_stored(side: Side) -> bool:
    return isinstance(side.records, StoredTable)


@cache
def _keep_memory() -> None:
    """Lets the allocator keep what it was given, instead of handing it back after every step.

    glibc returns memory to the system in pieces of the largest block that it has seen freed, and
    gets it back page by page: a third of the time of all measures. One block of nearly the most
    that it takes into account, never touched, teaches it to keep up to twice as much.
    """
    np.empty(31 << 20, dtype=np.uint8)
