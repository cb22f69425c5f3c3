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
from typing import Any

import msgspec
import numpy as np

from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.eval.counts import Counts, Floats
from communique.eval.inputs import Side, read_side
from communique.eval.scoring import Result, score
from communique.eval.stored import FORMAT, Stored, restored
from communique.files import read_text, write_text

__all__ = ["is_result", "read_result", "result_at", "write_result"]

LARGEST_RESULT = 1024 * 1024 * 1024
"""Bytes; a million documents with all measures stay below it."""

HEAD = re.compile(rb'\A\s*\{\s*"format"\s*:\s*"communique-result')


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
        stored = msgspec.json.decode(text, type=Stored)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput([_no_result(path, str(error))]) from error
    return restored(stored, str(path))


def _no_result(path: Path, said: str) -> Problem:
    """What msgspec said (``Expected `str`, got `int` - at `$.documents[0]```) as a problem."""
    what, _, where = said.partition(" - at `")
    expected, _, found = what.removeprefix("Expected ").partition(", got ")
    if not found:
        found = what[:1].lower() + what[1:]
        expected = "a stored result as `communique eval score --out` writes it"
    return Problem(
        check="result.structure",
        found=quoted(found)[1:-1],
        expected=quoted(expected)[1:-1],
        file=str(path),
        path=quoted(where.removesuffix("`"))[1:-1] or None,
    )


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
