"""Values of times. Weekdays worked out from 14 May 2031, a Wednesday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.annotations.checks.timex import Value, parse_value

WEDNESDAY = date(2031, 5, 14)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2031-05-14", Value("date", WEDNESDAY, 5, 3)),
        ("2031-05", Value("date", month=5)),
        ("2031", Value("date")),
        ("203", Value("date")),  # the 2030s
        ("20", Value("date")),  # 2000 to 2099
        ("2031-W20", Value("date")),
        # The Monday of week 20 is 12 May: 1 January 2031 is a Wednesday, so week 1 begins on
        # 30 December 2030, and 19 weeks (133 days) later it is 12 May.
        ("2031-W20-1", Value("date", date(2031, 5, 12), None, 1)),
        ("2031-W20-WE", Value("date")),
        ("2031-Q2", Value("date")),
        ("2031-H1", Value("date")),
        ("2031-SU", Value("date")),
        ("2032-02-29", Value("date", date(2032, 2, 29), 2, 7)),
        ("PRESENT_REF", Value("reference")),
        ("PAST_REF", Value("reference")),
        ("FUTURE_REF", Value("reference")),
        ("2031-05-14T09", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T09:30", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T09:30:15", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T24:00", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T09:30Z", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T09:30+05:30", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14T09:30-04", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14TMO", Value("time", WEDNESDAY, 5, 3)),
        ("2031-05-14TNI", Value("time", WEDNESDAY, 5, 3)),
        ("P3D", Value("duration")),
        ("P2W", Value("duration")),
        ("P18M", Value("duration")),
        ("P1Y6M", Value("duration")),
        ("PT48H", Value("duration")),
        ("PT1H30M", Value("duration")),
        ("P1DT12H", Value("duration")),
        ("P2.5Y", Value("duration")),
        ("P2DE", Value("duration")),
        ("P1CE", Value("duration")),
        ("P2Q", Value("duration")),
        ("P1WE", Value("duration")),
        ("P1SU", Value("duration")),
        ("PT2NI", Value("duration")),
        ("PXM", Value("duration", open=True)),
        ("XXXX-WXX-1", Value("date", weekday=1, open=True)),
        ("XXXX-05-14", Value("date", month=5, open=True)),
        ("XXXX-XX-XXT09:00", Value("time", open=True)),
        ("XXXX-WXX-5TEV", Value("time", weekday=5, open=True)),
    ],
)
def test_a_value_of_the_grammar(value: str, expected: Value) -> None:
    assert parse_value(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "2031-13",  # no such month
        "2031-02-29",  # 2031 has no leap day
        "2031-04-31",
        "2031-5-14",  # months have two digits
        "2031-05-14 09:30",
        "2031/05/14",
        "14-05-2031",
        "2031-W54",
        "2031-W53",  # 2031 begins and ends on a Wednesday: 52 weeks
        "2031-W20-8",
        "2031-Q5",
        "2031-H3",
        "2031-AU",
        "0000",
        "2031-05T09:00",  # a time is of a day
        "2031T09:00",
        "T09:00",
        "2031-05-14T",
        "2031-05-14T25:00",
        "2031-05-14T24:30",
        "2031-05-14T09:60",
        "2031-05-14T9:30",
        "2031-05-14TXX:90",
        "2031-05-14TMORNING",
        "P",
        "PT",
        "3D",
        "P3",
        "P3H",  # hours stand behind the T
        "PT3D",
        "P3D2Y",  # falling units only
        "p3d",
        "PT-3H",
        "present_ref",
        "NEVER_REF",
        "2031-05-14\n",
        "２０３１",
    ],
)
def test_no_value_of_the_grammar(value: str) -> None:
    assert parse_value(value) is None


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_in_both_notations(day: date) -> None:
    year, week, weekday = day.isocalendar()
    assert parse_value(day.isoformat()) == Value("date", day, day.month, day.isoweekday())
    if 1 <= year <= 9999:
        by_week = parse_value(f"{year:04}-W{week:02}-{weekday}")
        assert by_week is not None and by_week.day == day


@given(st.integers(1, 999), st.sampled_from(["Y", "M", "W", "D"]), st.text(max_size=8))
def test_what_follows_a_duration_is_refused(number: int, unit: str, rest: str) -> None:
    assert parse_value(f"P{number}{unit}") == Value("duration")
    assert parse_value(f"P{number}{unit} {rest}") is None


def test_weeks_have_seven_days() -> None:
    days = [parse_value(f"2031-W20-{number}") for number in range(1, 8)]
    assert [one.day for one in days if one] == [
        date(2031, 5, 12) + timedelta(days=number) for number in range(7)
    ]
