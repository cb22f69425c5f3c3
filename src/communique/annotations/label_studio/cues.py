"""To which quote a cue belongs that nobody has drawn an arrow to, if there is only one answer.

A cue is given to a quote when no other can be meant; whatever is doubtful stays without, and is
said to be. Looked at are the nearest content before the cue and the nearest after it, without a
line end, the end of a sentence or another cue between. A content that has a cue already does not
count, nor does one that the cue stands in. If both are there, and are of two quotes, or if two cues
want the same quote, there is more than one answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from communique.annotations.record import Span

__all__ = ["owners"]

BREAK = re.compile(r"""\n|[.!?…]["'”’»)\]]*(?:\s|$)""")
"""The end of a line or of a sentence; an abbreviation may be taken for one, which only means doubt.
"""


@dataclass(frozen=True, slots=True)
class _Content:
    span: Span
    quote: str


def owners(
    cues: Mapping[str, Span],
    contents: Mapping[str, Iterable[Span]],
    *,
    cued: Collection[str],
    others: Iterable[Span],
    text: str,
) -> dict[str, str]:
    """The quote of each cue without an arrow, where it is beyond doubt.

    ``contents`` are the fragments of each quote, ``cued`` the quotes that have a cue by an arrow,
    ``others`` the cues that have one.
    """
    fragments = [_Content(span, quote) for quote, spans in contents.items() for span in spans]
    walls = [*cues.values(), *others]
    near = {
        cue: frozenset(_sides(span, fragments, walls=walls, text=text))
        for cue, span in cues.items()
    }
    found: dict[str, str] = {}
    while new := _settled(near, found, {*cued, *found.values()}):
        found |= new
    return found


def _settled(
    near: Mapping[str, frozenset[str]], found: Mapping[str, str], cued: Collection[str]
) -> dict[str, str]:
    """The cues that have one answer now."""
    open_ = {cue: quotes - set(cued) for cue, quotes in near.items() if cue not in found}
    single = {cue: next(iter(quotes)) for cue, quotes in open_.items() if len(quotes) == 1}
    wanted = Counter(single.values())
    return {cue: quote for cue, quote in single.items() if wanted[quote] == 1}


def _sides(
    cue: Span, fragments: Iterable[_Content], *, walls: Iterable[Span], text: str
) -> Iterator[str]:
    """The quotes of the nearest content before and after a cue."""
    apart = [one for one in fragments if one.span.end <= cue.start or cue.end <= one.span.start]
    before = [one for one in apart if one.span.end <= cue.start]
    after = [one for one in apart if one.span.start >= cue.end]
    nearest = []
    if before:
        end = max(one.span.end for one in before)
        same = [one for one in before if one.span.end == end]
        nearest.append((Span(end, cue.start), same))
    if after:
        start = min(one.span.start for one in after)
        same = [one for one in after if one.span.start == start]
        nearest.append((Span(cue.end, start), same))
    barriers = [wall for wall in walls if wall != cue]
    for gap, same in nearest:
        crossed = any(wall.start < gap.end and gap.start < wall.end for wall in barriers)
        if not crossed and not BREAK.search(text, gap.start, gap.end):
            # the outermost of those that begin or end together: the others stand in it
            yield max(same, key=lambda one: one.span.end - one.span.start).quote
