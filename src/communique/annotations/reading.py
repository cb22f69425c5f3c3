"""Records from and to files: strict, with every structural problem named, and stable.

A record file is one JSON object with one annotation per line; a JSONL file holds one record per
line. What is structurally right is decided by the JSON Schema that the annotation schema
generates; what the values mean is checked in ``communique.annotations.checks``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.files import LARGEST_TEXT, decode_json, read_text, write_text
from communique.schemas.schema import RecordList, Schema, load_schema
from communique.schemas.structure import structural_problems

__all__ = [
    "RecordPart",
    "format_record",
    "iterate_records",
    "parse_record",
    "read_record",
    "record_lines",
    "record_value",
    "records_to_jsonl",
    "write_record",
]


def parse_record(value: object, *, source: str, line: int | None = None) -> Record:
    """A record from a JSON value.

    Raises:
        InvalidInput: the value does not follow the JSON Schema of a record.

    """
    import msgspec

    problems = structural_problems(value, "record", source=source, line=line)
    if problems:
        raise InvalidInput(problems)
    return msgspec.convert(value, Record)


def read_record(path: Path) -> Record:
    """The record in a JSON file.

    Raises:
        InvalidInput: the file cannot be read, or is not a record.

    """
    return parse_record(decode_json(read_text(path), source=str(path)), source=str(path))


def iterate_records(path: Path) -> Iterator[Record]:
    """The records of a JSONL file, a JSON file or a folder of JSON files, in order.

    Raises:
        InvalidInput: at the end, with the problems of all records that could not be used.

    """
    problems: list[Problem] = []
    for part in _parts(path):
        try:
            yield part.record()
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)


def format_record(record: Record, schema: Schema | None = None) -> str:
    """The stable text of a record: keys in schema order, one annotation per line.

    Layers that were not annotated are left out, and so are derived fields that were not stored.
    """
    schema = schema or load_schema()
    return format_value(_plain(record), schema)


def record_value(record: Record, schema: Schema | None = None) -> dict[str, Any]:
    """The JSON value that ``format_record`` writes; its lists may be tuples."""
    schema = schema or load_schema()
    plain = _plain(record)
    value = {field.name: plain.get(field.name) for field in schema.record}
    for name, record_list in schema.lists.items():
        if (items := plain.get(name)) is not None:
            value[name] = _items(record_list, items)
    return value


def format_value(value: dict[str, Any], schema: Schema) -> str:
    """As ``format_record``, for a value that already is plain JSON."""
    lines = [f"{_json(field.name)}: {_json(value.get(field.name))}" for field in schema.record]
    for name, record_list in schema.lists.items():
        items = value.get(name)
        if items is None:
            continue
        rows = [_json(item) for item in _items(record_list, items)]
        body = ",\n  ".join(rows)
        lines.append(f"{_json(name)}: [\n  {body}\n]" if rows else f"{_json(name)}: []")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _items(record_list: RecordList, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of a list as they are written: keys in schema order."""
    fields = [(field.name, field.derived) for field in record_list.fields]
    return [
        {name: item[name] for name, derived in fields if not derived or item.get(name) is not None}
        for item in items
    ]


def write_record(path: Path, record: Record, schema: Schema | None = None) -> bool:
    """Write a record atomically; false when the file already said the same."""
    return write_text(path, format_record(record, schema))


class RecordPart:
    """One record that still has to be parsed, and where it stands (``line`` from 1)."""

    def __init__(self, source: Path, data: bytes | None = None, line: int | None = None) -> None:
        self.source, self.data, self.line = source, data, line

    def record(self) -> Record:
        """The record; raises ``InvalidInput`` when there is none."""
        if self.data is None:
            return read_record(self.source)
        if len(self.data) > LARGEST_TEXT:
            found, expected = "a line of over 4 MiB", "one record a line"
            raise _line_problem(self.source, self.line, found, expected)
        try:
            text = self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{self.data[error.start]:02x}"
            raise _line_problem(self.source, self.line, found, "UTF-8") from error
        value = decode_json(text, source=str(self.source), line=self.line)
        return parse_record(value, source=str(self.source), line=self.line)


def _parts(path: Path) -> Iterator[RecordPart]:
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            yield RecordPart(file)
    elif path.suffix == ".json":
        yield RecordPart(path)
    else:
        yield from record_lines(path)


def record_lines(path: Path) -> Iterator[RecordPart]:
    """The lines of a JSONL file that are not blank; each is bounded, so no file is held in memory.

    Raises:
        InvalidInput: the file cannot be read; what is wrong with a line is raised by its part.

    """
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LARGEST_TEXT + 1):
                number += 1
                if line.strip():
                    yield RecordPart(path, line, number)
                while len(line) > LARGEST_TEXT and not line.endswith(b"\n"):
                    line = file.readline(LARGEST_TEXT + 1)
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise _line_problem(path, None, found, "a readable file") from error


def _line_problem(path: Path, line: int | None, found: str, expected: str) -> InvalidInput:
    check = "file.readable" if line is None else "file.jsonl"
    problem = Problem(check=check, found=found, expected=expected, file=str(path), line=line)
    return InvalidInput([problem])


_json = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


def _plain(record: Record) -> dict[str, Any]:
    import msgspec

    value = msgspec.to_builtins(record)
    assert isinstance(value, dict)
    return value


def records_to_jsonl(records: Iterable[Record], schema: Schema | None = None) -> Iterator[str]:
    """Each record as one line of JSON, keys in schema order, ending in a line feed."""
    schema = schema or load_schema()
    for record in records:
        yield json.dumps(json.loads(format_record(record, schema)), ensure_ascii=False) + "\n"
