"""Which day, week, month or length of time an English expression stands for: values of TIMEX3.

Every function returns ``None`` where the calendar has no such day; days are counted from the day
of publication.
"""

from __future__ import annotations

from datetime import date, timedelta

__all__ = [
    "MONTHS",
    "NUMBERS",
    "PARTS",
    "SEASONS",
    "UNITS",
    "WEEKDAYS",
    "day_in_year",
    "day_of",
    "month_of",
    "near",
    "parse_day",
    "shifted",
    "unit_of",
]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PARTS = {"morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI"}
SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
COUNTED = "one two three four five six seven eight nine ten eleven twelve"
NUMBERS = {"a": 1, "an": 1} | {word: n for n, word in enumerate(COUNTED.split(), 1)}
UNITS = {
    "minute": "PT{}M",
    "hour": "PT{}H",
    "day": "P{}D",
    "week": "P{}W",
    "month": "P{}M",
    "year": "P{}Y",
    "decade": "P{}DE",
    "century": "P{}CE",
}


def parse_day(text: str) -> date | None:
    """The day of an ISO date, if there is such a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_of(year: int, month: int, day: int) -> date | None:
    """A day of the calendar."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_in_year(month: int, day: int, published: date | None) -> date | None:
    """The day of a month without a year that is nearest to the publication."""
    if published is None:
        return None
    years = (published.year, published.year - 1, published.year + 1)
    days = [found for year in years if (found := day_of(year, month, day))]
    return min(days, key=lambda one: abs(one - published), default=None)


def month_of(name: str) -> int:
    """The number of a month by its name or its first three letters."""
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name[:3]))


def near(weekday: int, published: date | None, direction: str) -> date | None:
    """A weekday (0 Monday): the ``last`` up to the publication, the first ``after`` it, or that of
    the ``next`` calendar week.
    """
    if published is None:
        return None
    back = (published.weekday() - weekday) % 7
    days = {"last": -back, "after": 7 - back, "next": 7 + weekday - published.weekday()}
    return shifted(published, days[direction])


def shifted(day: date, days: int) -> date | None:
    """A day so many days later."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def unit_of(unit: str, published: date | None, steps: int) -> str | None:
    """The day, week, month, quarter, year, decade or century so many steps from the present one."""
    if published is None or not -10_000 < steps < 10_000:
        return None
    year, month = published.year, published.month
    if unit in ("day", "week", "weekend"):
        day = shifted(published, steps * (1 if unit == "day" else 7))
        if day is None:
            return None
        if unit == "day":
            return day.isoformat()
        week = day.isocalendar()
        return f"{week.year:04}-W{week.week:02}" + ("-WE" if unit == "weekend" else "")
    if unit in ("month", "quarter"):
        per_year = 12 if unit == "month" else 4
        count = year * per_year + (month - 1) * per_year // 12 + steps
        year, part = divmod(count, per_year)
        value = f"{year:04}-{part + 1:02}" if unit == "month" else f"{year:04}-Q{part + 1}"
        return value if 0 < year < 10_000 else None
    year += steps * {"decade": 10, "century": 100}.get(unit, 1)
    if not 0 < year < 10_000:
        return None
    if unit in SEASONS:
        return f"{year:04}-{SEASONS[unit]}"
    return f"{year:04}"[: {"decade": 3, "century": 2}.get(unit, 4)]
