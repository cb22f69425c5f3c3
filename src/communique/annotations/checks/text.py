"""Checks of a text by itself: the form in which texts are frozen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from communique.annotations.checks.check import Finding, check

__all__ = ["control_places"]

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
"""Control characters that no text needs, and what a failed decoding leaves behind."""

TRAILING = re.compile(r"[^\S\r\n]+(?=\r?(?:\n|\Z))")


def control_places(text: str) -> list[int]:
    """Where characters stand that no text needs, in code points."""
    return [match.start() for match in CONTROL.finditer(text)]


@check(
    "text.bom",
    "Is the text free of a byte order mark?",
    mend="remove U+FEFF at the start",
    scope="text",
    needs_text=True,
)
def bom(text: str) -> Iterator[Finding]:
    """A mark at the start would shift every offset by one."""
    if text.startswith("\ufeff"):
        yield Finding(None, "U+FEFF at the start", "the first letter")


@check(
    "text.line-ends",
    "Do all lines end in LF alone?",
    mend="convert the line ends to LF",
    scope="text",
    needs_text=True,
)
def line_ends(text: str) -> Iterator[Finding]:
    """CR LF makes every offset depend on who saved the file last."""
    if count := text.count("\r"):
        line = text.count("\n", 0, text.index("\r")) + 1
        yield Finding(None, f"{count} CR, the first in line {line}", "LF line ends")


@check(
    "text.nfc",
    "Is the text in Unicode normal form C?",
    mend="normalise the text to NFC and anchor its annotation anew",
    scope="text",
    needs_text=True,
)
def nfc(text: str) -> Iterator[Finding]:
    """One letter must not have two spellings."""
    if unicodedata.is_normalized("NFC", text):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            yield Finding(None, f"other forms than NFC from line {number} on", "NFC")
            return


@check(
    "text.control",
    "Is the text free of control characters and of U+FFFD?",
    mend="remove them, or decode the source anew",
    scope="text",
    needs_text=True,
)
def control(text: str) -> Iterator[Finding]:
    """Terminals act on control characters, and U+FFFD stands for letters that were lost."""
    if places := control_places(text):
        line = text.count("\n", 0, places[0]) + 1
        found = f"U+{ord(text[places[0]]):04X} in line {line} ({len(places)} in all)"
        yield Finding(None, found, "letters, signs, line feeds and tabs")


@check(
    "text.trailing",
    "Do lines end without white space?",
    mend="strip the lines before the text is annotated",
    scope="text",
    severity="warning",
    needs_text=True,
)
def trailing(text: str) -> Iterator[Finding]:
    """White space at the end of a line is lost in the next editor, and the hash with it."""
    places = [match.start() for match in TRAILING.finditer(text)]
    if places:
        line = text.count("\n", 0, places[0]) + 1
        yield Finding(None, f"{len(places)} such lines, the first is line {line}", "none")
