"""The form in which texts are frozen: UTF-8, NFC, LF, no byte order mark, no stray white space."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["normalise"]

TRAILING = re.compile(r"[^\S\n]+(?=\n|\Z)")


def normalise(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in the form in which texts are frozen, and what was changed, in words.

    Done once, before anything is annotated: normalising again changes nothing.
    """
    changes: list[str] = []

    def step(changed: str, count: int, what: str) -> None:
        nonlocal text
        if changed != text:
            changes.append(what.format(count=count, s="" if count == 1 else "s"))
            text = changed

    step(text.lstrip("\ufeff"), 1, "removed the byte order mark")
    crlf = text.count("\r\n")
    step(text.replace("\r\n", "\n"), crlf, "turned {count} CR LF into LF")
    cr = text.count("\r")
    step(text.replace("\r", "\n"), cr, "turned {count} CR into LF")
    lines = sum(not unicodedata.is_normalized("NFC", line) for line in text.split("\n"))
    step(unicodedata.normalize("NFC", text), lines, "composed letters in {count} line{s} (NFC)")
    trailing = len(TRAILING.findall(text))
    what = "removed white space at the end of {count} line{s}"
    step(TRAILING.sub("", text), trailing, what)
    step(text.lstrip("\n\ufeff"), 1, "removed blank lines at the start")
    what = "ended the text with one line end"
    step(text.rstrip("\n") + "\n" if text else "", 1, what)
    return text, tuple(changes)
