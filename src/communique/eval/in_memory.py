"""Scoring without files: records, dictionaries and rows of the dataset, as they are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem, quoted
from communique.eval.inputs import FACTS, Side, conformed, read_side, side_of_records
from communique.eval.scoring import Result, score
from communique.schemas.schema import Schema, load_schema
from communique.schemas.structure import structural_problems

__all__ = ["Annotations", "as_side", "score_records"]

Annotations: TypeAlias = Side | pa.Table | Path | str | Iterable[Record | Mapping[str, Any]]
"""What can be scored: a side, an Arrow table, a path, or records and dictionaries in any order."""


def score_records(
    gold: Annotations,
    predictions: Annotations,
    *,
    texts: Mapping[str, str] | None = None,
    split: str | None = None,
    measures: Iterable[str] | None = None,
    per_type: bool = False,
) -> Result:
    """Score predictions in memory against gold in memory.

    Both sides are records or dictionaries of the record format, one per document. A dictionary
    needs ``doc_id`` and the layers that it has. Spans are ``[start, end)`` in code points of the
    text. ``texts`` are by document id; without them, measures over tokens are skipped. Rows of the
    dataset's `documents` config are such dictionaries, and bring their texts and their split.
    ``split``, ``measures`` and ``per_type`` are as for ``communique.eval.score``.

    Raises:
        InvalidInput: something that is no record, with all problems of its side; or the two sides
            do not belong together.
        CommuniqueError: no such measure, or nothing at all to score.

    """
    sides = as_side(gold, "gold", texts=texts), as_side(predictions, "predictions")
    return score(*sides, split=split, measures=measures, per_type=per_type)


def as_side(annotations: Annotations, name: str, *, texts: Mapping[str, str] | None = None) -> Side:
    """Annotations as one side of a comparison; ``name`` is what messages call it.

    Raises:
        InvalidInput: something that is no record, or a file that cannot be used.

    """
    schema = load_schema()
    if isinstance(annotations, Side):
        side = annotations
    elif isinstance(annotations, pa.Table):
        side = Side(name, conformed(annotations, name, schema))
    elif isinstance(annotations, str | Path):
        side = read_side(Path(annotations), schema)
    else:
        side = _side_of_items(annotations, name, schema)
    if not side.table.num_rows:
        raise InvalidInput([_problem(name, "eval.empty", "no record", "at least one")])
    if texts:
        side = replace(side, texts={**side.texts, **texts})
    return side


def _side_of_items(items: Iterable[Any], name: str, schema: Schema) -> Side:
    """A side of records and dictionaries; the problems of all are raised at once."""
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}

    def records() -> Iterator[Record]:
        if isinstance(items, Record | Mapping) or not isinstance(items, Iterable):
            found, expected = f"one {type(items).__name__}", "a list of records or dictionaries"
            problems.append(_problem(name, "eval.record", found, expected))
            return
        for number, item in enumerate(items):
            if isinstance(item, Record):
                yield item
                continue
            try:
                record = _record(item, f"{name}[{number}]", schema)
            except InvalidInput as error:
                problems.extend(error.problems)
                continue
            if isinstance(item.get("text"), str):
                texts[record.doc_id] = item["text"]
            if known := {one: str(item[one]) for one in FACTS if item.get(one) is not None}:
                facts[record.doc_id] = known
            yield record

    side = side_of_records(records(), name=name, texts=texts, facts=facts, schema=schema)
    if problems:
        raise InvalidInput(problems)
    split = getattr(items, "split", None)  # what `load_dataset(…, split=…)` was asked for
    if split is None or str(split) not in schema.labels("split"):
        return side
    return replace(side, splits=dict.fromkeys(side.table.column("doc_id").to_pylist(), str(split)))


def _record(item: object, source: str, schema: Schema) -> Record:
    """The record that a dictionary is, or a row of the dataset has beside its metadata."""
    import msgspec

    if not isinstance(item, Mapping):
        found, expected = quoted(item), "a record or a dictionary"
        raise InvalidInput([_problem(source, "eval.record", found, expected)])
    keys = [*(field.name for field in schema.record), *schema.lists]
    beside = {*(field.name for field in schema.document), "text"} - set(keys)
    # A layer that a row of the dataset lacks is null in it; a key that is not known stays, so that
    # it is refused: a layer whose name has a slip would count as not done.
    value = {
        key: part
        for key, part in item.items()
        if key not in beside and not (part is None and key in schema.lists)
    }
    value = {"schema_version": schema.version, "annotator": "memory"} | value
    plain = _plain(value, source)
    problems = structural_problems(plain, "record", source=source)
    if problems:
        raise InvalidInput(problems)
    try:
        return msgspec.convert(plain, Record)
    except msgspec.ValidationError as error:  # 3.0, which is a whole number to JSON Schema
        found, _, path = str(error).partition(" - at `")
        expected = "whole numbers and text as the record format has them"
        problem = Problem(
            check="record.structure",
            found=quoted(found)[1:-1],
            expected=expected,
            file=source,
            path=path.rstrip("`") or None,
        )
        raise InvalidInput([problem]) from error


def _plain(value: object, source: str) -> Any:
    """A value as JSON has it: tuples are lists, data classes objects, numpy's numbers numbers.

    NaN, which is what data frames have for nothing, is null.
    """
    import msgspec

    def of_numpy(part: Any) -> Any:
        if hasattr(part, "tolist"):
            return part.tolist()
        raise TypeError(f"a {type(part).__name__}")

    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=of_numpy))
    except (TypeError, ValueError, RecursionError) as error:
        found, expected = quoted(str(error))[1:-1], "a dictionary of what JSON has"
        raise InvalidInput([_problem(source, "eval.record", found, expected)]) from error


def _problem(source: str, check: str, found: str, expected: str) -> Problem:
    return Problem(check=check, found=found, expected=expected, file=source)
