"""Results on disk: a baseline is its per-document counts, so that it can be tested against later.

One JSON object. Scores alone could be compared only by eye; with the counts of each document a
stored result gives the same intervals and tests as the predictions that it came from. The values
stand in it for the reader, and are checked against the counts when it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.eval.counts import Counts, Floats
from communique.eval.inputs import Side, read_side
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result, score
from communique.eval.signature import Signature
from communique.files import read_text, write_text

__all__ = ["FORMAT", "is_result", "read_result", "result_at", "result_schema", "write_result"]

FORMAT = "communique-result/1"
"""What the key ``format`` says, first in the file."""

LARGEST_RESULT = 1024 * 1024 * 1024
"""Bytes; a million documents with all measures stay below it."""

MOST = 20
"""Problems of one file that are named; the rest is counted."""

CLOSE = 1e-9
"""How far a stored value may be from what its counts give: the last digits of a decimal."""

HEAD = re.compile(rb'\A\s*\{\s*"format"\s*:\s*"communique-result')


Number = Annotated[float, msgspec.Meta(ge=-(2.0**52), le=2.0**52)]
"""A count: within what a double holds exactly."""


class _Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One type: its sums and, where kept, the documents (``rows``) in which anything counts."""

    sums: dict[str, Number]
    rows: list[int] | None = None
    counts: dict[str, list[Number]] | None = None


class _Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measure: the counts of each document by column; ``values`` are what they sum up to."""

    form: str
    values: dict[str, float | None]
    counts: dict[str, list[Number]]
    labels: list[str] = []
    per_type: bool = False
    types: dict[str, _Type] | None = None


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole result; each list of ``facts`` is in the order of the documents."""

    format: str
    signature: str
    documents: list[str]
    measures: dict[str, _Measure]
    facts: dict[str, list[str | None]] = {}
    masked_predictions: dict[str, int] = {}
    skipped: dict[str, str] = {}
    notes: list[str] = []


def result_schema() -> dict[str, Any]:
    """The JSON Schema of a stored result."""
    return msgspec.json.schema(_Stored)


def write_result(path: Path, result: Result) -> bool:
    """Store a result atomically; false when the file already said the same.

    Counts by type are stored where the result has them (``score(…, per_type=True)``).
    """
    return write_text(path, "".join(_lines(result)))


def is_result(path: Path) -> bool:
    """Whether a file says of itself that it is a stored result; false when it cannot be read."""
    try:
        with path.open("rb") as file:
            return HEAD.match(file.read(256)) is not None
    except OSError:
        return False


def read_result(path: Path) -> Result:
    """The result in a file.

    Raises:
        InvalidInput: the file cannot be read, is not a stored result, has a measure that this
            version does not know, or contradicts itself.

    """
    text = read_text(path, limit=LARGEST_RESULT)
    try:
        stored = msgspec.json.decode(text, type=_Stored)
    except (msgspec.DecodeError, RecursionError) as error:
        found, _, where = str(error).partition(" - at `")
        raise InvalidInput(
            [
                Problem(
                    check="result.structure",
                    found=quoted(found)[1:-1],
                    expected="a stored result as `communique eval score --out` writes it",
                    file=str(path),
                    path=where.rstrip("`") or None,
                )
            ]
        ) from error
    return _Reader(str(path)).result(stored)


def result_at(
    path: Path,
    gold: Callable[[], Side],
    *,
    split: str | None = None,
    measures: Iterable[str] | None = None,
    per_type: bool = False,
) -> Result:
    """The result that a path stands for: stored there, or of the predictions there.

    ``gold`` is called only for predictions. ``measures`` keeps some of a stored result.

    Raises:
        InvalidInput: neither a sound result nor sound predictions.
        CommuniqueError: a stored result is of another split, or lacks one of the measures.

    """
    if not is_result(path):
        return score(gold(), read_side(path), split=split, measures=measures, per_type=per_type)
    result = read_result(path)
    of = result.signature.conditions.get("split")
    if split is not None and of != split:
        raise CommuniqueError(
            f"{path}: found a result of split {quoted(of)[1:-1]}, expected one of split {split}"
        )
    if measures is None:
        return result
    wanted = list(dict.fromkeys(measures))
    missing = [name for name in wanted if name not in result.counts]
    if missing:
        raise CommuniqueError(
            f"{path}: found no {', '.join(map(quoted, missing))} in the result, "
            f"expected some of {', '.join(result.counts)}"
        )
    return _only(result, wanted)


def _only(result: Result, measures: Sequence[str]) -> Result:
    return replace(result, counts={name: result.counts[name] for name in measures})


def _lines(result: Result) -> Iterator[str]:
    """The text of a result: one column of counts per line, so that a diff shows what changed."""
    names = sorted({name for facts in result.facts.values() for name in facts})
    facts = {
        name: [result.facts.get(doc_id, {}).get(name) for doc_id in result.doc_ids]
        for name in names
    }
    yield "{\n"
    yield f'"format": {_json(FORMAT)},\n'
    yield f'"signature": {_json(str(result.signature))},\n'
    yield f'"documents": {_json(list(result.doc_ids))},\n'
    yield f'"facts": {_mapping(facts, "  ")},\n'
    yield f'"masked_predictions": {_json(dict(result.masked))},\n'
    yield f'"skipped": {_mapping(result.skipped, "  ")},\n'
    yield f'"notes": {_json(list(result.notes))},\n'
    yield '"measures": {'
    comma = "\n"
    for name, counts in result.counts.items():
        yield f"{comma}  {_json(name)}: {_measure(counts)}"
        comma = ",\n"
    yield "\n}\n}\n"


def _measure(counts: Counts) -> str:
    columns = counts.form.columns
    lines = [
        f'"form": {_json(counts.form.name)}',
        f'"values": {_json(counts.score.values)}',
        f'"counts": {_mapping(_columns(columns, counts.total), "      ")}',
    ]
    if counts.type_sums is not None:
        types: dict[str, dict[str, Any]] = {}
        for number, label in enumerate(counts.types):
            sums = counts.type_sums[number]
            of = counts.typed[:, number] if counts.typed is not None else None
            rows = np.flatnonzero((of != 0).any(axis=1)) if of is not None else np.array([], int)
            if not sums.any() and not len(rows):
                continue
            types[label] = {"sums": dict(zip(columns, _numbers(sums), strict=True))}
            if of is not None:
                types[label] |= {"rows": rows.tolist(), "counts": _columns(columns, of[rows])}
        lines += [
            f'"labels": {_json(list(counts.types))}',
            f'"per_type": {_json(counts.typed is not None)}',
            f'"types": {_mapping(types, "      ")}',
        ]
    return "{\n    " + ",\n    ".join(lines) + "\n  }"


def _columns(names: Sequence[str], table: Floats) -> dict[str, list[float]]:
    return {name: _numbers(column) for name, column in zip(names, table.T, strict=True)}


def _numbers(values: Floats) -> list[float]:
    """Whole numbers as such: shorter, and what a reader expects of a count."""
    return [int(one) if one.is_integer() else one for one in values.tolist()]


def _mapping(values: Mapping[str, Any], indent: str) -> str:
    """A JSON object with one key per line."""
    if not values:
        return "{}"
    rows = [f"{indent}{_json(key)}: {_json(value)}" for key, value in values.items()]
    return "{\n" + ",\n".join(rows) + "\n" + indent[2:] + "}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class _Reader:
    """Turns what was stored into a result, and collects where it contradicts itself."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def result(self, stored: _Stored) -> Result:
        if stored.format != FORMAT:
            self.wrong("$.format", quoted(stored.format), FORMAT)
        documents = stored.documents
        if len(set(documents)) < len(documents):
            self.wrong("$.documents", "a document twice", "each document once")
        signature = self.signature(stored)
        for name, values in stored.facts.items():
            if len(values) != len(documents):
                found = f"{len(values)} values"
                expected = f"one for each of {len(documents)} documents"
                self.wrong(f"$.facts.{quoted(name)[1:-1]}", found, expected)
        if not stored.measures:
            self.wrong("$.measures", "no measure", "at least one")
        counts = {}
        for name, measure in stored.measures.items():
            of = self.counts(name, measure, len(documents))
            if of is not None:
                counts[name] = of
        if self.problems:
            raise InvalidInput(self.listed())
        facts: dict[str, dict[str, str]] = {}
        for name, values in stored.facts.items():
            for doc_id, value in zip(documents, values, strict=True):
                if value is not None:
                    facts.setdefault(doc_id, {})[name] = value
        return Result(
            signature,
            documents,
            counts,
            stored.masked_predictions,
            stored.skipped,
            stored.notes,
            facts,
        )

    def signature(self, stored: _Stored) -> Signature:
        try:
            signature = Signature.parse(stored.signature)
        except ValueError as error:
            self.wrong("$.signature", quoted(str(error))[1:-1], "conditions like docs:24")
            return Signature("")
        said = signature.conditions.get("docs")
        if said != str(len(stored.documents)):
            self.wrong("$.signature", f"docs:{quoted(said)[1:-1]}", f"docs:{len(stored.documents)}")
        return signature

    def counts(self, name: str, stored: _Measure, n_docs: int) -> Counts | None:
        """The counts of one measure, or ``None`` when something is wrong with them."""
        path, before = f"$.measures.{quoted(name)[1:-1]}", len(self.problems)
        measure = MEASURES.get(name)
        if measure is None:
            self.wrong(path, "a measure that is not known", "one of `communique eval measures`")
            return None
        form = measure.form
        if stored.form != form.name:
            self.wrong(f"{path}.form", quoted(stored.form), form.name)
            return None
        total = self.table(stored.counts, form.columns, n_docs, f"{path}.counts")
        of_types = self.types(stored, form.columns, n_docs, path)
        if total is None or of_types is None or len(self.problems) > before:
            return None
        type_sums, typed = of_types
        counts = Counts(form, total, tuple(stored.labels), type_sums, typed)
        if not _same(counts.score.values, stored.values):
            self.wrong(
                f"{path}.values",
                quoted(stored.values),
                f"{quoted(counts.score.values)}, which the counts give",
                "score again; results are not edited by hand",
            )
            return None
        return counts

    def types(
        self, stored: _Measure, columns: Sequence[str], n_docs: int, path: str
    ) -> tuple[Floats | None, Floats | None] | None:
        """Sums and counts by type, each ``None`` where not stored; ``None`` alone when wrong."""
        if stored.types is None:
            return None, None
        sums = np.zeros((len(stored.labels), len(columns)))
        typed = np.zeros((n_docs, *sums.shape)) if stored.per_type else None
        place = {label: number for number, label in enumerate(stored.labels)}
        before = len(self.problems)
        if len(place) < len(stored.labels):
            self.wrong(f"{path}.labels", "a label twice", "each label once")
        for label, one in stored.types.items():
            where = f"{path}.types.{quoted(label)[1:-1]}"
            if label not in place:
                self.wrong(where, "a type without a label", "a type of `labels`")
                continue
            if set(one.sums) != set(columns):
                self.wrong(f"{where}.sums", _json(sorted(one.sums)), _json(sorted(columns)))
                continue
            sums[place[label]] = [one.sums[column] for column in columns]
            if typed is None:
                continue
            rows = one.rows or []
            table = self.table(one.counts or {}, columns, len(rows), f"{where}.counts")
            if rows != sorted(set(rows)) or not all(0 <= row < n_docs for row in rows):
                self.wrong(f"{where}.rows", "other rows", f"ascending numbers below {n_docs}")
            elif table is not None:
                typed[rows, place[label]] = table
                if not np.allclose(table.sum(axis=0), sums[place[label]], CLOSE, CLOSE):
                    self.wrong(f"{where}.sums", "other sums", "the sums of the counts")
        return None if len(self.problems) > before else (sums, typed)

    def table(
        self, stored: Mapping[str, list[float]], columns: Sequence[str], rows: int, path: str
    ) -> Floats | None:
        if set(stored) != set(columns):
            self.wrong(path, _json(sorted(stored)), f"the columns {_json(sorted(columns))}")
            return None
        wrong = [name for name in columns if len(stored[name]) != rows]
        for name in wrong:
            self.wrong(f"{path}.{name}", f"{len(stored[name])} numbers", str(rows))
        if wrong:
            return None
        table = np.array([stored[name] for name in columns], dtype=np.float64)
        return table.reshape(len(columns), rows).T

    def wrong(self, path: str, found: str, expected: str, mend: str | None = None) -> None:
        self.problems.append(
            Problem(
                check="result.content",
                found=found,
                expected=expected,
                mend=mend,
                file=self.source,
                path=path,
            )
        )

    def listed(self) -> list[Problem]:
        rest = len(self.problems) - MOST
        if rest <= 0:
            return self.problems
        more = f"{rest} more problems of this kind"
        last = Problem(check="result.content", found=more, expected="none", file=self.source)
        return [*self.problems[:MOST], last]


def _same(mine: Mapping[str, float | None], theirs: Mapping[str, float | None]) -> bool:
    if mine.keys() != theirs.keys():
        return False
    for name, one in mine.items():
        other = theirs[name]
        if one is None or other is None:
            if one is not other:
                return False
        elif abs(one - other) > CLOSE:
            return False
    return True
