"""Hydration: a user's own copy of a restricted text, accepted only if it is exactly that text.

The hash in the metadata decides. A copy that is not the text is compared with what usually happens
to texts on their way (other line ends, a byte order mark, white space, another encoding): if
undoing that gives the hash, it is the difference, and it is named. The words are never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from communique.corpus.documents import Corpus, Document, text_sha256
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.files import LARGEST_TEXT, write_text

__all__ = ["Repair", "hydrate", "ignore_restricted", "repairs"]


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing to undo: what is different in the file, and how to mend it."""

    found: str
    mend: str
    undo: Callable[[str], str]


DECODINGS = (
    ("utf-8", "", ""),
    ("utf-8-sig", "a byte order mark", "save it as UTF-8 without a byte order mark"),
    ("utf-16", "the encoding UTF-16", "save it as UTF-8"),
    ("cp1252", "the encoding Windows-1252", "save it as UTF-8"),
    ("latin-1", "the encoding Latin-1", "save it as UTF-8"),
)
"""Encoding, what it is called as a difference, and how to mend it."""

STEPS: tuple[tuple[Repair, ...], ...] = (
    (
        Repair(
            "line ends that are not LF",
            "convert the line ends to LF",
            lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
        ),
    ),
    (
        Repair(
            "letters that are not in normal form NFC",
            "normalise it to NFC",
            lambda text: unicodedata.normalize("NFC", text),
        ),
    ),
    (
        Repair(
            "white space at the ends of lines",
            "strip the lines",
            lambda text: re.sub(r"[^\S\r\n]+(?=[\r\n]|\Z)", "", text),
        ),
    ),
    (
        Repair(
            "another number of line ends at the end",
            "let the last line end without a line end",
            lambda text: text.rstrip("\n"),
        ),
        Repair(
            "another number of line ends at the end",
            "let the text end with one line end",
            lambda text: text.rstrip("\n") + "\n",
        ),
        Repair(
            "white space at the start or end of the text",
            "strip the text",
            lambda text: text.strip(),
        ),
        Repair(
            "white space at the start or end of the text",
            "strip the text and end it with one line end",
            lambda text: text.strip() + "\n",
        ),
    ),
)
"""What is tried, in this order; of the repairs of one step at most one is."""


def hydrate(corpus: Corpus, doc_id: str, path: Path, *, repair: bool = False) -> str:
    """Store a copy of a restricted text; returns what was done, in one line.

    Storing it again changes nothing. With ``repair``, a copy that the usual repairs turn into the
    text is stored repaired.

    Raises:
        InvalidInput: the document is unknown, or the file is not its text; nothing is written.

    """
    document = corpus.document(doc_id)
    if document.licence != "restricted":
        found = f"a document with the licence {document.licence}"
        expected = "a restricted one; the texts of the others are here"
        raise _refused("hydrate.restricted", found, expected, corpus.metadata_path(doc_id), doc_id)
    data = _read(path)
    text, difference = _matching(data, document, path)
    if difference and not repair:
        first = difference[0]
        more = f", and {' and '.join(one.found for one in difference[1:])}" * (len(difference) > 1)
        mend = "; ".join(dict.fromkeys(one.mend for one in difference if one.mend))
        raise _refused(
            "hydrate.text",
            f"the text with {first.found}{more}",
            "exactly the text",
            path,
            doc_id,
            f"{mend}, or run again with --repair",
        )
    target = corpus.text_path(doc_id, document.licence)
    try:
        ignore_restricted(corpus)
        changed = write_text(target, text)
    except OSError as error:
        raise CommuniqueError(
            f"{target}: found {error.strerror or 'an error'}, expected to write the text there"
        ) from error
    done = "stored" if changed else "already there"
    mended = f" (mended: {', '.join(one.found for one in difference)})" if difference else ""
    return f"{doc_id}: {done}, {len(text):,} code points{mended}"


def ignore_restricted(corpus: Corpus) -> None:
    """Let version control ignore restricted texts, whatever else the project ignores."""
    write_text(corpus.project.restricted / ".gitignore", "*\n")


def repairs(data: bytes) -> Iterator[tuple[str, str, tuple[Repair, ...]]]:
    """The texts that the usual repairs make of some bytes, those with the fewest repairs first.

    Yields each text once, with its SHA-256 and the repairs. A repair that changes nothing is not
    made. The bytes as they are, if they are UTF-8, come first.
    """
    seen: set[str] = set()
    decoded = list(_decoded(data))
    choices = sorted(
        product(range(len(decoded)), *(range(len(step) + 1) for step in STEPS)),
        key=lambda choice: sum(number > 0 for number in choice),
    )
    for which, *numbers in choices:
        text, encoding = decoded[which]
        made = list(encoding)
        for step, number in zip(STEPS, numbers, strict=True):
            if number:
                repaired = step[number - 1].undo(text)
                if repaired == text:
                    break
                text = repaired
                made.append(step[number - 1])
        else:
            sha256 = text_sha256(text)
            if sha256 not in seen:
                seen.add(sha256)
                yield text, sha256, tuple(made)


def _decoded(data: bytes) -> Iterator[tuple[str, tuple[Repair, ...]]]:
    for encoding, found, mend in DECODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        if encoding == "utf-8-sig" and not data.startswith(b"\xef\xbb\xbf"):
            continue
        yield text, ((Repair(found, mend, lambda same: same),) if found else ())


def _matching(data: bytes, document: Document, path: Path) -> tuple[str, tuple[Repair, ...]]:
    """The text with the hash of the document, and the repairs that it took."""
    first: str | None = None
    for text, sha256, made in repairs(data):
        first = text if first is None else first
        if sha256 == document.sha256:
            return text, made
    length = f"{len(first):,} code points" if first is not None else f"{len(data):,} bytes"
    found = f"another text ({length})"
    expected = f"the text with the SHA-256 {document.sha256[:12]}…"
    raise _refused("hydrate.text", found, expected, path, document.doc_id)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise _refused("file.readable", found, "a readable file", path) from error
    if len(data) > LARGEST_TEXT:
        found, expected = f"more than {LARGEST_TEXT:,} bytes", f"at most {LARGEST_TEXT:,} bytes"
        raise _refused("file.size", found, expected, path)
    if not data.strip():
        raise _refused("file.empty", "no text", "some text", path)
    return data


def _refused(
    check: str,
    found: str,
    expected: str,
    path: Path,
    doc_id: str | None = None,
    mend: str | None = None,
) -> InvalidInput:
    problem = Problem(
        check=check, found=found, expected=expected, mend=mend, file=str(path), doc_id=doc_id
    )
    return InvalidInput([problem])
