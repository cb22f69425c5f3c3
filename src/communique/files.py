"""How bytes come in and go out: bounded, strict and atomic."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from communique.errors import InvalidInput, Problem, quoted

__all__ = [
    "LARGEST_TEXT",
    "check_text",
    "decode_json",
    "load_json",
    "load_yaml",
    "parse_yaml",
    "read_text",
    "replacing",
    "write_text",
]

LARGEST_TEXT = 4 * 1024 * 1024
"""Bytes that a document, a record or a YAML file may have; a novel has about one million."""


def read_text(path: Path, *, limit: int = LARGEST_TEXT) -> str:
    """The exact text of a UTF-8 file; line ends and a BOM are left as they are.

    Raises:
        InvalidInput: the file cannot be read, is larger than ``limit`` bytes or is not UTF-8.

    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unusable(path, "file.readable", reason, "a readable file") from error
    if len(data) > limit:
        found = f"more than {limit:,} bytes"
        raise _unusable(path, "file.size", found, f"at most {limit:,} bytes", "split the file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at offset {error.start:,}"
        raise _unusable(path, "file.utf8", found, "UTF-8", "re-encode the file as UTF-8") from error


def check_text(path: Path, text: str) -> None:
    """Raises ``InvalidInput`` when the text has nothing in it but white space."""
    if not text.strip():
        raise _unusable(path, "file.empty", "no text", "some text")


def decode_json(text: str, *, source: str, line: int | None = None) -> Any:
    """A JSON value, strictly: no NaN, no infinity, no key twice.

    No number in our formats has a fraction, so such a number comes back as
    ``{"number": "1.5"}``, which no field takes, and is refused where its place can be named.

    Raises:
        InvalidInput: the text is not JSON.

    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise KeyError(twice)
        return value

    def problem(found: str, expected: str) -> InvalidInput:
        where = Problem(check="file.json", found=found, expected=expected, file=source, line=line)
        return InvalidInput([where])

    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_float=_no_whole_number,
            parse_constant=_no_whole_number,
        )
    except json.JSONDecodeError as error:
        place = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise problem(place, "JSON") from error
    except KeyError as error:
        raise problem(f"the key {quoted(error.args[0])} twice", "each key once") from error
    except (RecursionError, ValueError) as error:
        raise problem("nesting or a number beyond all measure", "JSON") from error


def _no_whole_number(written: str) -> dict[str, str]:
    return {"number": written}


def load_json(path: Path) -> Any:
    """The JSON value in a file; errors as in ``read_text`` and ``decode_json``."""
    return decode_json(read_text(path), source=str(path))


def parse_yaml(text: str, *, source: str) -> Any:
    """A YAML value of plain scalars, lists and mappings.

    Aliases are refused, because a few lines of them can stand for billions of values.

    Raises:
        InvalidInput: not YAML, an alias, a tag, or a key twice.

    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value if isinstance(key.value, str)]
            if len(set(keys)) < len(keys):
                twice = next(key for key in keys if keys.count(key) > 1)
                problem = f"the key {quoted(twice)} twice"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
            return dict(super().construct_mapping(node, deep=deep))

    def problem(found: str, expected: str) -> InvalidInput:
        where = Problem(check="file.yaml", found=found, expected=expected, file=source)
        return InvalidInput([where])

    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                found = f"the alias *{quoted(event.anchor)[1:-1]}"
                raise problem(f"{found} in line {mark.line + 1 if mark else 1}", "no aliases")
        return yaml.load(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        found = str(error.problem).removeprefix("found ")
        raise problem(f"{found} (line {line})", "YAML") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise problem(quoted(str(error)), "YAML") from error


def load_yaml(path: Path) -> Any:
    """The YAML value in a file; errors as in ``read_text`` and ``parse_yaml``."""
    return parse_yaml(read_text(path), source=str(path))


@contextmanager
def replacing(path: Path, mode: str = "w", *, durable: bool = True) -> Iterator[IO[Any]]:
    """A file to write that takes the place of ``path`` when, and only when, all went well.

    Written beside, flushed to the disk, then renamed: a reader sees the old or the new file. One
    that is not ``durable`` is left to the system to flush, and a power cut may leave it empty.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
        with os.fdopen(descriptor, mode, **text) as file:  # type: ignore[call-overload]
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, *, durable: bool = True) -> bool:
    """Write a file atomically; false, and nothing touched, when it already says just that."""
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        return False
    with replacing(path, "wb", durable=durable) as file:
        file.write(data)
    return True


def _unusable(
    path: Path, check: str, found: str, expected: str, mend: str | None = None
) -> InvalidInput:
    problem = Problem(check=check, found=found, expected=expected, mend=mend, file=str(path))
    return InvalidInput([problem])
