"""Checks of times: the grammar of values, and whether the words say the same.

Words are looked at for English names of days and months only; in other languages they pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context
from communique.annotations.checks.timex import Value, parse_value
from communique.annotations.record import Time
from communique.errors import quoted

__all__: list[str] = []

TYPES = {
    "DATE": ("date", "reference"),
    "TIME": ("time",),
    "DURATION": ("duration",),
    "SET": ("duration", "date", "time"),
}
"""The kinds of value that a type of time can have."""

EXPECTED = {
    "DATE": "a date such as 2031-05-14, or PRESENT_REF",
    "TIME": "a day and a time such as 2031-05-14T09:30 or 2031-05-14TMO",
    "DURATION": "a duration such as P3D or PT48H",
    "SET": "a duration such as P1W, or what recurs, such as XXXX-WXX-1",
}

OF_LENGTH = frozenset({"LESS_THAN", "MORE_THAN", "EQUAL_OR_LESS", "EQUAL_OR_MORE"})
OF_POINTS = frozenset({"BEFORE", "AFTER", "ON_OR_BEFORE", "ON_OR_AFTER"})

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAY = re.compile(
    r"\b(?:(Mon)(?:days?)?|(Tue)(?:s|sdays?)?|(Wed)(?:nesdays?)?|(Thu)(?:rs?|rsdays?)?"
    r"|(Fri)(?:days?)?|(Sat)(?:urdays?)?|(Sun)(?:days?)?)\b"
)
BARE_WEEKDAY = re.compile(rf"(?:{'|'.join(DAYS)})(?: (?:morning|afternoon|evening|night))?")
MONTH = re.compile(
    r"\b(?:(Jan)(?:uary)?|(Feb)(?:ruary)?|(Mar)(?:ch)?|(Apr)(?:il)?|(May)|(June?)|(July?)"
    r"|(Aug)(?:ust)?|(Sept?)(?:ember)?|(Oct)(?:ober)?|(Nov)(?:ember)?|(Dec)(?:ember)?)\b"
)
NEAR = (
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", re.I), 0),
    (re.compile(r"\byesterday\b", re.I), -1),
    (re.compile(r"\btomorrow\b", re.I), 1),
)
"""Words that count in days from the day of publication."""

WEEK = timedelta(days=7)


@check(
    "time.value",
    "Does every value follow the grammar of TIMEX3, and name a real day?",
    mend="see the forms in the guidelines",
)
def value(context: Context) -> Iterator[Finding]:
    """The grammar is in ``timex.py``; null says that the text does not allow a value."""
    for index, time in enumerate(context.record.times or ()):
        if time.value is not None and parse_value(time.value) is None:
            yield Finding(f"$.times[{index}].value", quoted(time.value), EXPECTED[time.type])


@check(
    "time.type",
    "Does the type of a time fit its value?",
    mend="correct the type or the value",
)
def type_fits(context: Context) -> Iterator[Finding]:
    """A duration starts with P, a time has a T, a date neither; only sets have an X."""
    for index, time, found in _parsed(context):
        opened = found.open and found.kind != "duration" and time.type != "SET"
        if found.kind not in TYPES[time.type] or opened:
            where, what = f"$.times[{index}].type", f"{time.type} with {quoted(time.value)}"
            yield Finding(where, what, f"{time.type} with {EXPECTED[time.type]}")


@check(
    "time.mod",
    "Does the modifier fit the value?",
    mend="LESS_THAN and its like for durations, BEFORE and its like for dates and times",
)
def mod(context: Context) -> Iterator[Finding]:
    """TIMEX3 has modifiers for points, for durations, and for both."""
    for index, time, found in _parsed(context):
        is_length = found.kind == "duration"
        if time.mod in (OF_POINTS if is_length else OF_LENGTH):
            what = f"{time.mod} with {quoted(time.value)}"
            expected = ", ".join(sorted(OF_LENGTH if is_length else OF_POINTS))
            yield Finding(f"$.times[{index}].mod", what, expected)


@check(
    "time.weekday",
    "Is the value of a weekday such a day?",
    mend="resolve the day against the publication date again",
    needs_text=True,
)
def weekday(context: Context) -> Iterator[Finding]:
    """Where the words name one weekday and the value one day, or one that recurs."""
    for index, time, found in _parsed(context, words=True):
        names = _names(WEEKDAY, context.words(time.span))
        if found.weekday is not None and len(names) == 1 and names != {found.weekday}:
            what = f"{time.value}, a {DAYS[found.weekday - 1]}"
            expected = f"a {DAYS[names.pop() - 1]}, as in {quoted(context.words(time.span))}"
            yield Finding(f"$.times[{index}].value", what, expected)


@check(
    "time.month",
    "Is the value of a month such a month?",
    mend="correct the value",
    needs_text=True,
)
def month(context: Context) -> Iterator[Finding]:
    """Where the words name one month and the value has one."""
    for index, time, found in _parsed(context, words=True):
        names = _names(MONTH, context.words(time.span))
        if found.month is not None and len(names) == 1 and names != {found.month}:
            expected = f"{MONTHS[names.pop() - 1]}, as in {quoted(context.words(time.span))}"
            yield Finding(f"$.times[{index}].value", str(time.value), expected)


@check(
    "time.near",
    "Do today, yesterday, tomorrow and bare weekdays lie where they say?",
    mend="resolve them against the publication date again",
    severity="warning",
    needs_text=True,
)
def near(context: Context) -> Iterator[Finding]:
    """Counted from the publication or from the dateline; not in quotes, which count otherwise."""
    bases = _bases(context)
    for index, time, found in _parsed(context, words=True):
        if found.day is None or not bases or context.quoted.overlap(time.span):
            continue
        words = context.words(time.span)
        steps = [step for pattern, step in NEAR if pattern.search(words)]
        days = {base + timedelta(days=step) for base in bases for step in steps}
        path, what = f"$.times[{index}].value", f"{quoted(words)} as {time.value}"
        if len(steps) == 1 and found.day not in days:
            yield Finding(path, what, " or ".join(sorted(day.isoformat() for day in days)))
        elif BARE_WEEKDAY.fullmatch(words) and all(abs(found.day - base) > WEEK for base in bases):
            yield Finding(path, what, f"a day within a week of {min(bases).isoformat()}")


@check(
    "time.dct",
    "Is at most one time the document's own date, and does it stand in the dateline?",
    mend="set dct: true on the dateline's date only",
)
def dct(context: Context) -> Iterator[Finding]:
    """Without zones only the number is looked at."""
    dateline = context.zones_of("dateline")
    first = None
    for index, time in enumerate(context.record.times or ()):
        if not time.dct:
            continue
        path = f"$.times[{index}].dct"
        if first is not None:
            yield Finding(path, f"true, as at {quoted(first)}", "true at one time only")
        elif context.record.zones is not None and not dateline.hold(time.span):
            yield Finding(path, f"true at {list(time.span)}", "a date in a zone of type dateline")
        first = first or time.id


@check(
    "time.dct-value",
    "Is the date of the dateline that of the publication, or shortly before?",
    mend="correct the value, or published",
    severity="warning",
)
def dct_value(context: Context) -> Iterator[Finding]:
    """Stories are printed up to a week after they were filed, and a day before in other zones."""
    for index, time, found in _parsed(context):
        if not time.dct or context.published is None or found.day is None:
            continue
        if not -1 <= (context.published - found.day).days <= 7:
            expected = f"{context.published.isoformat()} or shortly before"
            yield Finding(f"$.times[{index}].value", str(time.value), expected)


@check(
    "time.overlap",
    "Do time expressions share no words?",
    mend="mark the whole expression once",
    severity="warning",
)
def overlap(context: Context) -> Iterator[Finding]:
    """TIMEX3 marks the longest expression."""
    last = None
    for one in sorted(context.in_list("times"), key=lambda it: (it.span, it.index)):
        if last and one.span.start < last.span.end:
            found = f"{list(one.span)} over {quoted(last.id)} {list(last.span)}"
            if one.span != last.span or not _equal_times(context, one.index, last.index):
                yield Finding(one.path, found, "times that share nothing")
        if last is None or one.span.end > last.span.end:
            last = one


def _parsed(context: Context, *, words: bool = False) -> Iterator[tuple[int, Time, Value]]:
    """The times whose value can be read, with their places; with ``words``, of sound spans."""
    for index, time in enumerate(context.record.times or ()):
        found = None if time.value is None else parse_value(time.value)
        if found is not None and (not words or context.is_sound(time.span)):
            yield index, time, found


def _names(pattern: re.Pattern[str], words: str) -> set[int]:
    """Which of its alternatives a pattern finds, counted from 1."""
    return {match.lastindex for match in pattern.finditer(words) if match.lastindex}


def _bases(context: Context) -> list[date]:
    found = [context.published] if context.published else []
    for _, time, value in _parsed(context):
        if time.dct and value.day is not None and found:
            found.append(value.day)
    return found


def _equal_times(context: Context, one: int, other: int) -> bool:
    """Whether two times differ in their ids alone, which ``annotation.duplicate`` reports."""
    times = context.record.times or ()
    first, second = times[one], times[other]
    return (first.type, first.value, first.mod, first.dct) == (
        second.type,
        second.value,
        second.mod,
        second.dct,
    )
