"""Tokens and sentences of a text: the units of the `ner` config, of BIO scores and of densities.

Tokens follow the habits of the Penn Treebank where annotation needs it: clitics stand apart, so
that a name ends before its ``'s``; hyphen compounds are split, so that a name inside one ends at a
token; initialisms with points stay whole. The point of any other abbreviation (``Feb.``) is a
token, so that an annotator may leave it in or out. Combining marks and joined emoji stay with
what they modify.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from communique.annotations.record import Span

__all__ = ["sentences", "tokens"]

END = re.compile(r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s+["'“‘«(\[]*(?P<next>[^\W_]+))""")
"""Where a sentence may end: before white space and a word that is then looked at."""

TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mme|Messrs|Dr|St|Mt|Ft|Gen|Gens|Col|Lt|Maj|Brig|Cmdr|Sgt|Gov|Sen|Sens|Rep|Reps"
    r"|Capt|Adm|Amb|Prof|vs)\.$"
)
"""Abbreviations that a name follows: never the end of a sentence."""

SHORT = re.compile(
    r"(?:\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri|Inc|Corp|Co"
    r"|Ltd|Jr|Sr)|\b[^\W\d_](?:\.[^\W\d_])*)\.$"
)
"""Other abbreviations and initials: the end of a sentence only before a word that opens one."""

NUMBER = re.compile(r"\bNos?\.$")
OPENERS = re.compile(
    r"A|After|All|Although|An|And|As|At|Before|Both|But|By|Each|Earlier|Even|For|From|He|Her|His|How"
    r"|However|I|If|In|Instead|It|Its|Later|Meanwhile|Most|Neither|No|Nobody|None|Nor|Not|Now|Of|On"
    r"|Once|One|Only|Or|Other|Our|She|Since|So|Some|Still|Such|That|The|Their|Then|There|These|They"
    r"|This|Those|Though|Three|Two|Under|Until|We|What|When|Where|Whether|While|Who|Why|With|Without"
    r"|Yet|You"
)
"""Words that open a sentence more often than they follow an abbreviation inside one."""


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Span, ...]:
    """The tokens of a text as spans of code points, in order.

    They do not overlap, hold no white space, and cover everything else.
    """
    return tuple(Span(*match.span()) for match in _token().finditer(text))


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text as spans of code points, in order; a line break always ends one.

    They cover every token, and none ends inside a token.
    """
    found = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for stop in _ends(line.group()):
            found.append(Span(start, line.start() + stop))
            start = line.start() + stop
        found.append(Span(start, line.end()))
    stripped = (_stripped(span, text) for span in found)
    return tuple(span for span in stripped if span.start < span.end)


def _ends(line: str) -> Iterator[int]:
    """Where sentences end within a line."""
    for end in END.finditer(line):
        following = end["next"]
        before = line[max(0, end.start() - 24) : end.start() + 1]
        if following[0].islower() or TITLED.search(before):
            continue
        if NUMBER.search(before) and following[0].isdigit():
            continue
        if SHORT.search(before) and not OPENERS.fullmatch(following):
            continue
        yield end.end()


@cache
def _token() -> re.Pattern[str]:
    """The pattern of a token, made when first used: the marks of all scripts take some time."""
    mark = rf"(?:(?=[^\x00-\u02ff])[{_marks()}\u200c\u200d\u2060]|\u00ad)"
    word = rf"[^\W_](?:[^\W_]|{mark})*"
    clitic = "(?i:s|re|ve|ll|d|m)"
    return re.compile(
        rf"""
          (?:[^\W\d_]\.){{2,}}                                   # U.S.  a.m.
        | \d+(?:[.,:/]\d+)*(?:[^\W_]|{mark})*                    # 1,200.5  10:30  26m  1990s
        | [^\W_]+(?=[nN]['’][tT]\b) | [nN]['’][tT]\b             # do|n't
        | (?<=[^\s(\[{{])['’]{clitic}\b                          # Osei|'s
        | {word}(?:['’](?!{clitic}\b){word})*                    # words, O'Brien, d'Ivoire
        | -{{2,}} | \.{{2,}}                                     # --  ...
        | [\U0001f1e6-\U0001f1ff]{{2}}                           # flags
        | \S(?:{mark}|[\U0001f3fb-\U0001f3ff]|(?<=\u200d)[^\s\w])*  # signs, emoji with modifiers
        """,
        re.VERBOSE,
    )


def _marks() -> str:
    """The combining marks of the Basic Multilingual Plane as the inside of a character class."""
    found = (code for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    runs: list[list[int]] = []
    for code in found:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(rf"\u{first:04x}-\u{last:04x}" for first, last in runs)


def _stripped(span: Span, text: str) -> Span:
    words = span.slice(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))
