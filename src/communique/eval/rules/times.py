"""Which times the page names: expressions found by patterns, with their ISO values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from communique.annotations.record import Span, Time
from communique.eval.rules.calendar import (
    MONTHS,
    NUMBERS,
    PARTS,
    SEASONS,
    UNITS,
    WEEKDAYS,
    day_in_year,
    day_of,
    month_of,
    near,
    parse_day,
    shifted,
    unit_of,
)
from communique.eval.rules.page import Page

__all__ = ["find_times"]

Found = tuple[str, str | None, str | None]
"""Type, value and modifier."""

WEEKDAY = "|".join(WEEKDAYS)
MONTH = "|".join([*MONTHS, "Sept", *(month[:3] for month in MONTHS)])
DAY = r"[12]\d|3[01]|[1-9]"
PART = "|".join(PARTS)
NUMBER = rf"\d{{1,3}}|{'|'.join(NUMBERS)}"
UNIT = "|".join(UNITS)
PERIOD = "|".join([*UNITS, "weekend", "quarter", *SEASONS])
LATER = re.compile(r"\b(?:will|shall|would|scheduled|due|set|planned|plans?|expected|until)\b")
REACH = 80
"""Code points before an expression in which the tense of its sentence is looked for."""

EDGES = {"early": "START", "earlier": "START", "mid": "MID", "late": "END", "later": "END"}
LENGTHS = {
    "about": "APPROX",
    "around": "APPROX",
    "nearly": "LESS_THAN",
    "almost": "LESS_THAN",
    "less than": "LESS_THAN",
    "more than": "MORE_THAN",
    "over": "MORE_THAN",
    "at least": "EQUAL_OR_MORE",
    "up to": "EQUAL_OR_LESS",
    "at most": "EQUAL_OR_LESS",
}
STEPS = {"this": 0, "next": 1, "coming": 1, "following": 1, "last": -1, "past": -1, "previous": -1}
RECURRING = {"daily": "P1D", "weekly": "P1W", "monthly": "P1M", "annually": "P1Y", "annual": "P1Y"}
REFERENCES = {"now": "PRESENT_REF", "currently": "PRESENT_REF", "recently": "PAST_REF"}
NEAR = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def _iso(match: re.Match[str], published: date | None, before: str) -> Found:
    day = day_of(int(match[1]), int(match[2]), int(match[3]))
    return _on(day, None, None)


def _calendar_day(match: re.Match[str], published: date | None, before: str) -> Found:
    month, day = month_of(match["month"]), int(match["day"])
    year = match["year"]
    found = day_of(int(year), month, day) if year else day_in_year(month, day, published)
    return _on(found, None, None)


def _month(match: re.Match[str], published: date | None, before: str) -> Found:
    month, step = month_of(match["month"]), match["step"]
    year: int | None = int(match["year"]) if match["year"] else None
    if year is None and published is not None:
        this_year = day_of(published.year, month, 1) or published
        if step in ("next", "last"):
            past = this_year <= published.replace(day=1)
            year = published.year + ((step == "next") * past) - ((step == "last") * (not past))
        elif step == "this":
            year = published.year
        else:
            nearest = day_in_year(month, 1, published)
            year = nearest.year if nearest else None
    value = f"{year:04}-{month:02}" if year and 0 < year < 10_000 else None
    return "DATE", value, EDGES.get(match["edge"] or "")


def _weekday(match: re.Match[str], published: date | None, before: str) -> Found:
    step, part = match["step"], match["part"]
    direction = "next" if step == "next" else "after" if LATER.search(before) else "last"
    if step in ("last", "this"):
        direction = "last" if step == "last" else "after"
    day = near(WEEKDAYS.index(match["day"]), published, direction)
    return _on(day, part, EDGES.get(match["edge"] or ""))


def _near(match: re.Match[str], published: date | None, before: str) -> Found:
    word = match["day"].lower()
    part = "night" if word == "tonight" else match["part"]
    return _on(shifted(published, NEAR[word]) if published else None, part, None)


def _this_part(match: re.Match[str], published: date | None, before: str) -> Found:
    return _on(published, match["part"], None)


def _period(match: re.Match[str], published: date | None, before: str) -> Found:
    steps = STEPS[match["step"].lower()]
    value = unit_of(match["unit"], published, steps)
    if match["unit"] in ("hour", "minute"):
        return "DURATION", UNITS[match["unit"]].format(1), None
    return "DATE", value, EDGES.get((match["edge"] or "").lower())


def _length(match: re.Match[str], published: date | None, before: str) -> Found:
    count, unit, shift = match["count"].lower(), match["unit"], match["shift"]
    number = NUMBERS.get(count) or int(count)
    mod = LENGTHS.get((match["mod"] or "").lower())
    if shift and unit not in ("hour", "minute"):
        steps = number if shift in ("later", "from now") else -number
        return "DATE", unit_of(unit, published, steps), "APPROX" if mod else None
    return "DURATION", UNITS[unit].format(number), mod


def _vague(match: re.Match[str], published: date | None, before: str) -> Found:
    if match["word"].lower() == "recent":
        return "DATE", "PAST_REF", None
    return "DURATION", UNITS[match["unit"]].format("X"), None


def _year(match: re.Match[str], published: date | None, before: str) -> Found:
    return "DATE", match["year"], EDGES.get((match["edge"] or "").lower())


def _clock(match: re.Match[str], published: date | None, before: str) -> Found:
    if match["word"]:
        hour, minute = {"noon": (12, 0), "midnight": (24, 0)}[match["word"]]
    else:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if half := match["half"]:
            hour = hour % 12 + 12 * (half[0] == "p")
    valid = published is not None and hour <= 24 and minute < 60
    clock = f"T{hour:02}" + (f":{minute:02}" if match["minute"] else "")
    return "TIME", f"{published}{clock}" if valid else None, None


def _every(match: re.Match[str], published: date | None, before: str) -> Found:
    if match["day"]:
        return "SET", f"XXXX-WXX-{WEEKDAYS.index(match['day']) + 1}", None
    return "SET", UNITS[match["unit"]].format(1), None


def _recurring(match: re.Match[str], published: date | None, before: str) -> Found:
    return "SET", RECURRING[match[0].lower()], None


def _quarter(match: re.Match[str], published: date | None, before: str) -> Found:
    year = int(match["year"]) if match["year"] else published.year if published else None
    return "DATE", f"{year:04}-Q{QUARTERS[match['count']]}" if year else None, None


def _reference(match: re.Match[str], published: date | None, before: str) -> Found:
    return "DATE", REFERENCES[match[0].lower()], None


def _on(day: date | None, part: str | None, mod: str | None) -> Found:
    value = day.isoformat() if day else None
    if part is None:
        return "DATE", value, mod
    return "TIME", f"{value}T{PARTS[part]}" if value else None, mod


Reading = Callable[[re.Match[str], date | None, str], Found]

PATTERNS: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso),
        (
            rf"\b(?P<month>{MONTH})\.? (?P<day>{DAY})(?:st|nd|rd|th)?\b(?!:)"
            r"(?:,? (?P<year>[12]\d{3})\b)?",
            _calendar_day,
        ),
        (
            rf"\b(?P<day>{DAY})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH})\b"
            r"(?:,? (?P<year>[12]\d{3})\b)?",
            _calendar_day,
        ),
        (
            r"\b(?:(?P<edge>early|mid|late)[ -])?(?:(?P<step>next|last|this) )?"
            rf"(?P<month>{'|'.join(MONTHS)})(?:,? (?P<year>[12]\d{{3}}))?\b",
            _month,
        ),
        (rf"\b[Ee](?:very|ach) (?:(?P<day>{WEEKDAY})|(?P<unit>{UNIT}))\b", _every),
        (
            r"\b(?:(?P<edge>early|late) )?(?:(?P<step>next|last|this) )?"
            rf"(?P<day>{WEEKDAY})(?: (?P<part>{PART}))?\b",
            _weekday,
        ),
        (rf"\b(?P<day>(?i:{'|'.join(NEAR)}))(?: (?P<part>{PART}))?\b", _near),
        (rf"\b[Tt]his (?P<part>{PART})\b", _this_part),
        (
            rf"\b(?:(?P<edge>[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate) )?(?:the )?"
            rf"(?P<step>(?i:{'|'.join(STEPS)})) (?P<unit>{PERIOD})\b",
            _period,
        ),
        (
            rf"\b(?:(?P<mod>(?i:{'|'.join(LENGTHS)})) )?"
            rf"(?P<count>(?i:{NUMBER}))[ -](?P<unit>{UNIT})s?\b(?!-old)"
            r"(?: (?P<shift>ago|earlier|later|from now)\b)?",
            _length,
        ),
        (rf"\b(?P<word>[Rr]ecent|[Ss]everal) (?P<unit>{UNIT})s\b", _vague),
        (
            r"\b(?:(?P<hour>1\d|2[0-4]|0?\d)(?::(?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b\.?"
            r"|(?P<word>noon|midnight)\b)",
            _clock,
        ),
        (r"\b(?P<hour>1\d|2[0-3]|0?\d):(?P<minute>[0-5]\d)\b(?P<half>)(?P<word>)", _clock),
        (
            r"\b(?P<count>first|second|third|fourth) quarter(?: of (?P<year>(?:19|20)\d\d))?\b",
            _quarter,
        ),
        (
            r"(?:(?<=\b[Ii]n )|(?<=\b[Ss]ince )|(?<=\b[Oo]f )|(?<=\b[Bb]y )|(?<=\b[Uu]ntil ))"
            r"(?:(?P<edge>early|mid|late)[ -])?(?P<year>(?:19|20)\d\d)\b",
            _year,
        ),
        (rf"\b(?i:{'|'.join(RECURRING)})\b", _recurring),
        (rf"\b(?i:{'|'.join(REFERENCES)})\b", _reference),
    )
)
MAYBE_WORDS = re.compile("May|March")
DATED = re.compile(r"\b(?:in|since|by|until|of|from|during|before|after) $")


def find_times(page: Page, published: str) -> tuple[Time, ...]:
    """The times of a page in the order of the text; where two share words, by the first pattern.

    ``published`` is the ISO date from which relative ones are counted; without such a day on the
    calendar they have no value. The first date in the dateline is the document's own.
    """
    day = parse_day(published)
    taken = bytearray(len(page.words))
    found: list[tuple[int, Time]] = []
    for pattern, reading in PATTERNS:
        for match in pattern.finditer(page.text):
            first, end = page.starts.get(match.start()), page.ends.get(match.end())
            if first is None or end is None or any(taken[first:end]):
                continue
            if end > page.sentence_of[first].stop:
                continue
            before = page.text[max(0, match.start() - REACH) : match.start()]
            if reading is _month and MAYBE_WORDS.fullmatch(match[0]) and not DATED.search(before):
                continue
            sentence = page.spans[page.sentence_of[first].start].start
            before = page.text[max(sentence, match.start() - REACH) : match.start()]
            taken[first:end] = b"\1" * (end - first)
            kind, value, mod = reading(match, day, before)
            found.append((first, Time("", kind, Span(*match.span()), value, mod)))
    found.sort(key=lambda it: it[0])
    dated = [at for at, time in found if time.type == "DATE" and page.zone_of[at] == "dateline"]
    return tuple(
        replace(
            time, id=f"t{number}", dct=at in dated[:1], value=_with_day(number - 1, found, page)
        )
        for number, (at, time) in enumerate(found, 1)
    )


def _with_day(place: int, found: list[tuple[int, Time]], page: Page) -> str | None:
    """The value of a time; a time of day takes the day beside it: 9 a.m. on Tuesday."""
    at, time = found[place]
    if time.type == "TIME" and time.value and "T" in time.value and place + 1 < len(found):
        start, day = found[place + 1]
        if day.type == "DATE" and day.value and len(day.value) == 10:
            between = page.text[time.span.end : day.span.start]
            if between.strip() in ("", "on", ",") and start in page.sentence_of[at]:
                return day.value + time.value[time.value.index("T") :]
    return time.value
