"""Generated parts of Markdown files that are otherwise written by hand.

A marker names what stands there; everything up to the end marker is replaced::

    <!-- generated: event types -->
    …
    <!-- end -->
"""

from __future__ import annotations

import re
from collections.abc import Callable

from communique.errors import InvalidInput, Problem, quoted

__all__ = ["fill_blocks"]

END = "<!-- end -->"
MARKER = re.compile(r"<!-- (?:generated: ?(?P<name>.*?)|end) -->")


def fill_blocks(
    text: str, block: Callable[[str], str | None], *, known: str, check: str, source: str
) -> str:
    """A Markdown text with every marked part as it is now.

    ``block`` gives the text of a part by its name, ``None`` for a name that it does not know;
    ``known`` says which it does, ``check`` is the id of the problems.

    Raises:
        InvalidInput: a marker without its end or an end without its marker, or a part that does
            not exist; all of them are listed.

    """
    problems: list[Problem] = []
    parts: list[str] = []
    name: str | None = None
    done = 0

    def wrong(position: int, found: str, expected: str) -> None:
        line = text.count("\n", 0, position) + 1
        problems.append(
            Problem(check=check, found=found, expected=expected, file=source, line=line)
        )

    for marker in MARKER.finditer(text):
        marked: str | None = marker["name"]
        if marked is None:
            if name is None:
                wrong(marker.start(), END, "a marker of a table before it")
            else:
                parts.append(f"\n{block(name)}\n")
                done, name = marker.start(), None
            continue
        if name is not None:
            wrong(marker.start(), quoted(marked), f"{END} of the table before it")
        name = marked
        if block(name) is None:
            wrong(marker.start(), f"the table {quoted(name)}", f"one of {known}")
        parts.append(text[done : marker.end()])
        done = marker.end()
    if name is not None:
        wrong(done, f"the table {quoted(name)} without an end", END)
    if problems:
        raise InvalidInput(problems)
    return "".join(parts) + text[done:]
