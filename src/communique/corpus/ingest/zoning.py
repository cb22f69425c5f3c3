"""Zones proposed for a new text: which line is the headline, which the byline, what is furniture.

Rules for news pages in English, to start from and to correct; they look at the form of lines, at
their place and at repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from communique.annotations.draft import paragraphs
from communique.annotations.record import Span, Zone

__all__ = ["propose_zones"]

LONGEST_HEADLINE = 160
LONGEST_BYLINE = 90
LONGEST_FURNITURE = 100
"""Code points; longer lines are something else."""

FURNITURE = re.compile(
    r"""
      advertisement | advert | sponsored(?:\ content)?
    | (?:skip\ to|sign\ (?:in|up)|log\ in|subscribe|newsletters?|follow\ us|share\ this|share\ on
       |print\ this|read\ (?:more|next|also)|more\ from|more\ on|related|recommended|most\ read
       |you\ may\ also|click\ here|buy\ this\ photo|view\ comments|comments?\b
       |updated?:?\ |published:?\ |last\ updated|topics:|tags:).*
    | .*(?:©|\(c\)\ \d{4}|copyright|all\ rights\ reserved|privacy\ policy|terms\ of\ use|cookies).*
    | [^.!?]*\ [|›»]\ [^.!?]*
    """,
    re.VERBOSE | re.IGNORECASE,
)
CREDIT = re.compile(
    r"""
      (?:\b(?:file\ )?(?:photo|image|picture)s?(?:\ (?:by|from|courtesy\ of)\ |:\ ?|\ courtesy\ )
        |\bcourtesy\ of\ | \((?:ap|afp|epa|reuters|getty)\b | © ).*
    """,
    re.VERBOSE | re.IGNORECASE,
)
BYLINE = re.compile(r"(?:(?:analysis|report|reporting|commentary)\ )?by\ +[^\W\d_].*", re.I | re.X)
NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_]+(?:[ -]{1,2}[A-ZÀ-Þ][^\W\d_]*\.?){1,3}")
NAME_AND_OUTLET = re.compile(r"(?:[A-ZÀ-Þ][^\s,]*\s?){2,4}, [A-ZÀ-Þ][^.!?]*")
DATELINE = re.compile(
    r"""
    (?:
      [A-ZÀ-Þ][A-ZÀ-Þ'’.\- ]{2,40}            # ACCRA, NEW YORK
      (?:,\ [^—–()]{2,40}?)?                   # , Ghana   , May 14
      (?:\ \([^()]{2,40}\))?                   # (Gulf Wire)
    | [A-ZÀ-Þ][^\W\d_]+(?:[ -][A-ZÀ-Þ]?[^\W\d_]+){0,3}   # Accra, only before an agency
      (?:,\ [^—–()]{2,40}?)?\ \([A-ZÀ-Þ][^()]{1,40}\)
    | (?:[A-ZÀ-Þ][^\W\d_]{2,9}\.?\ \d{1,2}|\d{1,2}\ [A-ZÀ-Þ][^\W\d_]{2,9})(?:,?\ \d{4})?
      (?:\ \([^()]{2,40}\))?               # May 14 (Gulf Wire)
    )
    \s*(?:--|—|–|-)(?=\s)
    """,
    re.VERBOSE,
)
ENDS_SENTENCE = re.compile(r"""[.!?…]["'”’»)\]]*$""")

Labelled = tuple[str, Span]


def propose_zones(
    text: str, *, title: str | None = None, byline: str | None = None
) -> tuple[Zone, ...]:
    """Zones for a text, in order, disjoint, covering every line.

    ``title`` and ``byline`` are what is known of the page from elsewhere.
    """
    lines = paragraphs(text)
    labels = _labels(lines, text, title, byline)
    parts: list[Labelled] = []
    for span, label in zip(lines, labels, strict=True):
        parts.extend(_parts(span, label, text))
    return _zones(_merged(parts), text)


def _labels(lines: Sequence[Span], text: str, title: str | None, byline: str | None) -> list[str]:
    """The type of each line as a whole."""
    words = [span.slice(text) for span in lines]
    labels = ["boilerplate" if _is_furniture(one) else "body" for one in words]
    headline = _headline(words, labels, title)
    if headline is not None:
        labels[headline] = "headline"
        for index in range(headline):
            labels[index] = "boilerplate"
    begin = 0 if headline is None else headline + 1
    for index in range(begin, min(begin + 4, len(lines))):
        under_headline = index == begin and headline is not None
        if _is_byline(words[index], byline) or (under_headline and NAME.fullmatch(words[index])):
            labels[index] = "byline"
            begin = index + 1
            break
    dateline = next((i for i in range(begin, len(lines)) if DATELINE.match(words[i])), None)
    for index in range(begin, len(lines)):
        on_top = dateline is not None and index < dateline
        if labels[index] == "body" and (
            _is_caption(words[index]) or (on_top and _is_repeated(index, words))
        ):
            labels[index] = "caption"
    _mark_tail(words, labels)
    return labels


def _headline(words: Sequence[str], labels: Sequence[str], title: str | None) -> int | None:
    """The line with the title, else the first one that is no furniture and looks like one."""
    known = [i for i, one in enumerate(words) if title and one.split() == title.split()]
    if known:
        return known[0]
    first = next((i for i, label in enumerate(labels) if label != "boilerplate"), None)
    if first is None or len(words) < 2 or len(words[first]) > LONGEST_HEADLINE:
        return None
    looks = not words[first].endswith(".") and not DATELINE.match(words[first])
    return first if looks and not BYLINE.fullmatch(words[first]) else None


def _mark_tail(words: Sequence[str], labels: list[str]) -> None:
    """Short lines after the last sentence are furniture."""
    for index in range(len(words) - 1, -1, -1):
        if labels[index] != "body":
            if labels[index] != "boilerplate":
                return
            continue
        if ENDS_SENTENCE.search(words[index]) or len(words[index]) > LONGEST_FURNITURE:
            return
        if "body" not in labels[:index]:
            return
        labels[index] = "boilerplate"


def _is_furniture(words: str) -> bool:
    if len(words) > LONGEST_FURNITURE:
        return False
    shouted = words.isupper() and len(words.split()) <= 4 and not ENDS_SENTENCE.search(words)
    return bool(FURNITURE.fullmatch(words)) or (shouted and len(words) > 3)


def _is_byline(words: str, byline: str | None) -> bool:
    if len(words) > LONGEST_BYLINE or ENDS_SENTENCE.search(words):
        return False
    plain = words.casefold().removeprefix("by ").strip()
    known = byline is not None and plain == byline.casefold().removeprefix("by ").strip()
    return known or bool(BYLINE.fullmatch(words)) or bool(NAME_AND_OUTLET.fullmatch(words))


def _is_caption(words: str) -> bool:
    match = CREDIT.search(words)
    return match is not None and match.start() > 0 and len(words) - match.start() < 120


def _is_repeated(index: int, words: Sequence[str]) -> bool:
    same = _normal(words[index])
    return any(_normal(one) == same for i, one in enumerate(words) if i != index)


def _normal(words: str) -> str:
    return " ".join(words.casefold().split())


def _parts(span: Span, label: str, text: str) -> list[Labelled]:
    """A line with its dateline and its photographer's credit apart."""
    words = span.slice(text)
    if label == "body" and (dateline := DATELINE.match(words)):
        end = span.start + dateline.end()
        rest = Span(end + len(text[end : span.end]) - len(text[end : span.end].lstrip()), span.end)
        return [("dateline", Span(span.start, end)), ("body", rest)]
    if label == "caption" and (credit := CREDIT.search(words)):
        start = span.start + credit.start()
        end = span.start + len(words[: credit.start()].rstrip())
        return [("caption", Span(span.start, end)), ("boilerplate", Span(start, span.end))]
    return [(label, span)]


def _merged(parts: Sequence[Labelled]) -> list[Labelled]:
    """Neighbouring paragraphs of the body, and neighbouring lines of furniture, as one zone."""
    merged: list[Labelled] = []
    for label, span in parts:
        if merged and merged[-1][0] == label and label in ("body", "boilerplate"):
            merged[-1] = label, Span(merged[-1][1].start, span.end)
        else:
            merged.append((label, span))
    return merged


def _zones(parts: Sequence[Labelled], text: str) -> tuple[Zone, ...]:
    first: dict[str, str] = {}
    zones = []
    for number, (label, span) in enumerate(parts, 1):
        zone_id = f"z{number}"
        original = None
        if label == "caption":
            other = first.setdefault(_normal(span.slice(text)), zone_id)
            original = other if other != zone_id else None
        zones.append(Zone(zone_id, label, span, original))
    return tuple(zones)
