"""The values of time expressions: which ones there are, and what they say.

A subset of TIMEX3 (ISO-TimeML, ISO 24617-1; after ISO 8601):

===========  ===================================================================================
dates        ``2031-05-14`` ``2031-05`` ``2031`` ``203`` (decade) ``20`` (century)
             ``2031-W20`` ``2031-W20-3`` (Wednesday) ``2031-W20-WE`` (weekend)
             ``2031-Q2`` ``2031-H1`` ``2031-SP`` (SP SU FA WI)
references   ``PRESENT_REF`` ``PAST_REF`` ``FUTURE_REF``
times        a day, then ``T09`` ``T09:30`` ``T09:30:15``, with ``Z`` ``+05`` ``+05:30`` after it,
             or ``TMO`` ``TMI`` ``TAF`` ``TEV`` ``TNI`` ``TDT`` (daytime)
durations    ``P3D`` ``P2W`` ``P1Y6M`` ``PT48H`` ``P1DT12H`` ``P2.5Y`` ``PXM`` (some months)
             ``P2DE`` (decades) ``P1CE`` (century) ``P2Q`` ``P1WE`` ``P1SU`` ``PT2NI`` (two nights)
sets         a duration (every two months: ``P2M``), or a date or time with ``X`` for what recurs
             (every Monday: ``XXXX-WXX-1``)
===========  ===================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

__all__ = ["Value", "parse_value"]

Kind = Literal["date", "time", "duration", "reference"]

DATE = re.compile(
    r"""
      (?P<year>\d{4}|XXXX)
      (?:
        -(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?
      | -W(?P<week>\d{2}|XX)(?:-(?P<weekday>[1-7]|WE))?
      | -(?P<part>Q[1-4X]|H[12X]|SP|SU|FA|WI)
      )?
    | (?P<decade>\d{3})
    | (?P<century>\d{2})
    """,
    re.VERBOSE | re.ASCII,
)

CLOCK = re.compile(
    r"""
      (?P<hour>\d{2}|XX)(?::(?P<minute>\d{2}|XX)(?::(?P<second>\d{2}))?)?
      (?P<zone>Z|[+-]\d{2}(?::[0-5]\d)?)?
    | (?P<part>MO|MI|AF|EV|NI|DT)
    """,
    re.VERBOSE | re.ASCII,
)

NUMBER = r"(?:\d+(?:\.\d+)?|X)"
DURATION = re.compile(
    "P(?=.)"
    + "".join(f"(?:{NUMBER}{unit})?" for unit in ("ML", "CE", "DE", "Y", "Q"))
    + f"(?:{NUMBER}(?:SP|SU|FA|WI))?"
    + "".join(f"(?:{NUMBER}{unit})?" for unit in ("M", "W(?!E)", "WE", "D(?!E)"))
    + f"(?:T(?=.)(?:{NUMBER}(?:MO|MI|AF|EV|NI|DT))?"
    + "".join(f"(?:{NUMBER}{unit})?" for unit in ("H", "M", "S"))
    + ")?",
    re.ASCII,
)

REFERENCES = frozenset({"PRESENT_REF", "PAST_REF", "FUTURE_REF"})


@dataclass(frozen=True, slots=True)
class Value:
    """What a value says, as far as it says it.

    ``day`` is the day of a value that has one, ``weekday`` (1 Monday to 7 Sunday) also that of a
    day that recurs. ``open`` values have an ``X`` in the place of a part.
    """

    kind: Kind
    day: date | None = None
    month: int | None = None
    weekday: int | None = None
    open: bool = False

    @property
    def of_a_day(self) -> bool:
        """Whether the value is a day or lies within one."""
        return self.day is not None


@lru_cache(maxsize=4096)
def parse_value(value: str) -> Value | None:
    """What a value says, or ``None`` when it follows no form or names no day of the calendar."""
    if value in REFERENCES:
        return Value("reference")
    if DURATION.fullmatch(value):
        return Value("duration", open="X" in value)
    head, separator, clock = value.partition("T")
    found = _date(head)
    if found is None or not separator:
        return found
    of_a_day = found.day is not None or (found.open and "-" in head)
    if not of_a_day or not _is_clock(clock):
        return None
    return Value("time", found.day, found.month, found.weekday, found.open or "X" in clock)


def _date(text: str) -> Value | None:
    match = DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    week, weekday = match["week"], match["weekday"]
    is_open = "X" in text
    month_number = _number(month)
    if month_number is not None and not 1 <= month_number <= 12:
        return None
    if _number(week) is not None and not 1 <= int(week) <= 53:
        return None
    of_week = int(weekday) if weekday and weekday.isdigit() else None
    found: date | None = None
    try:
        if day is not None:
            if is_open:
                date(2000, month_number or 1, _number(day) or 1)
            else:
                found = date(int(year), int(month), int(day))
        elif week is not None and not is_open:
            monday_or_day = date.fromisocalendar(int(year), int(week), of_week or 1)
            found = monday_or_day if of_week else None
        elif year is not None and year != "XXXX":
            date(int(year), 1, 1)
    except ValueError:
        return None
    return Value("date", found, month_number, found.isoweekday() if found else of_week, is_open)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _is_clock(text: str) -> bool:
    match = CLOCK.fullmatch(text)
    if match is None:
        return False
    hour, minute, second = (_number(match[name]) or 0 for name in ("hour", "minute", "second"))
    zone = _number((match["zone"] or "Z")[1:3] or None) or 0
    midnight = hour == 24 and not minute and not second
    return (hour < 24 or midnight) and minute < 60 and second < 60 and zone <= 14
