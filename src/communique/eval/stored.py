"""What a stored result consists of, and the result that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
import numpy as np

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.counts import Counts, Floats
from communique.eval.measures import MEASURES
from communique.eval.scoring import Result
from communique.eval.signature import Signature

__all__ = ["FORMAT", "Stored", "restored", "result_schema"]

FORMAT = "communique-result/1"
"""What the key ``format`` says, first in the file."""

MOST = 20
"""Problems of one file that are named; the rest is counted."""

CLOSE = 1e-9
"""How far a stored value may be from what its counts give: the last digits of a decimal."""

Number = Annotated[float, msgspec.Meta(ge=-(2.0**52), le=2.0**52)]
"""A count: within what a double holds exactly."""


class StoredType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One type: its sums and, where kept, the documents (``rows``) in which anything counts."""

    sums: dict[str, Number]
    rows: list[int] | None = None
    counts: dict[str, list[Number]] | None = None


class StoredMeasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measure: the counts of each document by column; ``values`` are what they sum up to."""

    form: str
    values: dict[str, float | None]
    counts: dict[str, list[Number]]
    labels: list[str] = []
    per_type: bool = False
    types: dict[str, StoredType] | None = None


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole result; each list of ``facts`` is in the order of the documents."""

    format: str
    signature: str
    documents: list[str]
    measures: dict[str, StoredMeasure]
    facts: dict[str, list[str | None]] = {}
    masked_predictions: dict[str, int] = {}
    skipped: dict[str, str] = {}
    notes: list[str] = []


def result_schema() -> dict[str, Any]:
    """The JSON Schema of a stored result."""
    return msgspec.json.schema(Stored)


def restored(stored: Stored, source: str) -> Result:
    """The result that was stored in the file ``source``.

    Raises:
        InvalidInput: a measure is not known here, or the result contradicts itself.

    """
    return _Reader(source).result(stored)


class _Reader:
    """Turns what was stored into a result, and collects where it contradicts itself."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def result(self, stored: Stored) -> Result:
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

    def signature(self, stored: Stored) -> Signature:
        try:
            signature = Signature.parse(stored.signature)
        except ValueError as error:
            self.wrong("$.signature", quoted(str(error))[1:-1], "conditions like docs:24")
            return Signature("")
        said = signature.conditions.get("docs")
        if said != str(len(stored.documents)):
            self.wrong("$.signature", f"docs:{quoted(said)[1:-1]}", f"docs:{len(stored.documents)}")
        return signature

    def counts(self, name: str, stored: StoredMeasure, n_docs: int) -> Counts | None:
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
        self, stored: StoredMeasure, columns: Sequence[str], n_docs: int, path: str
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
                self.wrong(f"{where}.sums", _names(one.sums), _names(columns))
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
            self.wrong(path, _names(stored), f"the columns {_names(columns)}")
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


def _names(columns: Iterable[str]) -> str:
    return ", ".join(quoted(name)[1:-1] for name in sorted(columns)) or "no columns"
