"""Tokens and sentences of a text: the units of the `ner` config, of BIO scores and of densities.

Tokens follow the habits of the Penn Treebank where annotation needs it: clitics stand apart, so
that a name ends before its ``'s``; hyphen compounds are split, so that a name inside one ends at a
token; initialisms with points stay whole.
"""

from __future__ import annotations

import re
from functools import lru_cache

from communique.annotations.record import Span

__all__ = ["sentences", "tokens"]

TOKEN = re.compile(
    r"""
      (?:[^\W\d_]\.){2,}                        # U.S.  a.m.
    | \d+(?:[.,:/]\d+)*                         # 1,200.5  10:30
    | [^\W_]+(?=n['’]t\b) | n['’]t\b            # do|n't
    | ['’](?:s|S|re|ve|ll|d|m)\b                # Pompeo|'s
    | [^\W_](?:[^\W_]|[\u0300-\u036f\u200d])*   # words, with combining marks
    | -{2,} | \.{2,}                            # --  ...
    | \S
    """,
    re.VERBOSE,
)

END = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s+["'“‘«(\[]*[A-Z0-9])""")
SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Gov|Sen|Rep|Capt|Adm|Prof|No|vs"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Span, ...]:
    """The tokens of a text as spans of code points, in order; no token holds white space."""
    return tuple(Span(*match.span()) for match in TOKEN.finditer(text))


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text as spans of code points; a line break always ends one."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for end in END.finditer(line.group()):
            stop = line.start() + end.end()
            if not SHORT.search(text[start : line.start() + end.start() + 1]):
                found.append(Span(start, stop))
                start = stop
        found.append(Span(start, line.end()))
    stripped = (_stripped(span, text) for span in found)
    return tuple(span for span in stripped if span.start < span.end)


def _stripped(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))
