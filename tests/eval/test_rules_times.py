from __future__ import annotations

import pytest

from predicted import Predicted

# Everything is counted from Wednesday, 7 May 2031, which lies in ISO week 19.


@pytest.mark.parametrize(
    ("text", "words", "kind", "value", "mod"),
    [
        ("He left on May 6.", "May 6", "DATE", "2031-05-06", None),
        ("He left on 12 March 2019.", "12 March 2019", "DATE", "2019-03-12", None),
        ("He left on Dec. 30.", "Dec. 30", "DATE", "2030-12-30", None),  # the nearest one
        ("He left on 2031-04-30.", "2031-04-30", "DATE", "2031-04-30", None),
        ("He left in early June.", "early June", "DATE", "2031-06", "START"),
        ("He left in March 2030.", "March 2030", "DATE", "2030-03", None),
        ("He left in 2029.", "2029", "DATE", "2029", None),
        ("He left on Tuesday.", "Tuesday", "DATE", "2031-05-06", None),
        ("He left on Wednesday.", "Wednesday", "DATE", "2031-05-07", None),
        ("He left on Thursday.", "Thursday", "DATE", "2031-05-01", None),
        ("He will leave on Thursday.", "Thursday", "DATE", "2031-05-08", None),
        ("He leaves next Monday.", "next Monday", "DATE", "2031-05-12", None),
        ("He left Tuesday evening.", "Tuesday evening", "TIME", "2031-05-06TEV", None),
        ("He left yesterday.", "yesterday", "DATE", "2031-05-06", None),
        ("He leaves tonight.", "tonight", "TIME", "2031-05-07TNI", None),
        ("He left this morning.", "this morning", "TIME", "2031-05-07TMO", None),
        ("He left last week.", "last week", "DATE", "2031-W18", None),
        ("He leaves next month.", "next month", "DATE", "2031-06", None),
        ("He leaves later this year.", "later this year", "DATE", "2031", "END"),
        ("He leaves this weekend.", "this weekend", "DATE", "2031-W19-WE", None),
        ("He left last quarter.", "last quarter", "DATE", "2031-Q1", None),
        ("He left three days ago.", "three days ago", "DATE", "2031-05-04", None),
        ("He left two months ago.", "two months ago", "DATE", "2031-03", None),
        ("He stayed two weeks.", "two weeks", "DURATION", "P2W", None),
        ("He left after a three-day visit.", "three-day", "DURATION", "P3D", None),
        ("He stayed over 48 hours.", "over 48 hours", "DURATION", "PT48H", "MORE_THAN"),
        ("It met in recent weeks.", "recent weeks", "DATE", "PAST_REF", None),
        ("It met for several months.", "several months", "DURATION", "PXM", None),
        ("It starts at 9 a.m. sharp.", "9 a.m.", "TIME", "2031-05-07T09", None),
        ("It starts at 3:30 p.m. on May 14.", "3:30 p.m.", "TIME", "2031-05-14T15:30", None),
        ("It starts at 14:05 sharp.", "14:05", "TIME", "2031-05-07T14:05", None),
        ("It meets every Friday.", "every Friday", "SET", "XXXX-WXX-5", None),
        ("It meets each year.", "each year", "SET", "P1Y", None),
        ("It meets monthly.", "monthly", "SET", "P1M", None),
        ("The second quarter of 2032.", "second quarter of 2032", "DATE", "2032-Q2", None),
        ("It is now open.", "now", "DATE", "PRESENT_REF", None),
        ("He left on February 30.", "February 30", "DATE", None, None),  # no such day
    ],
)
def test_expressions_and_their_values(
    text: str, words: str, kind: str, value: str | None, mod: str | None
) -> None:
    found = Predicted(text).times
    assert words in found
    assert (found[words].type, found[words].value, found[words].mod) == (kind, value, mod)


@pytest.mark.parametrize(
    "text",
    [
        "He may leave.",
        "May said no to 3 ships.",
        "They march on.",
        "A 45-year-old man left.",
        "Resolution 1718 was read.",
        "The boat has 200 seats.",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert Predicted(text).record.times == ()


def test_the_date_of_the_dateline_is_that_of_the_document() -> None:
    found = Predicted(
        "Ferry opens\n\nLUND HARBOUR, May 6 (Strand Wire) -- The ferry opened on May 5.\n",
        title="Ferry opens",
    )
    assert found.times["May 6"].dct
    assert not found.times["May 5"].dct


@pytest.mark.parametrize("published", ["2031-02-30", "9999-12-31", "0001-01-01", "0000-00-00"])
def test_the_ends_of_the_calendar_do_no_harm(published: str) -> None:
    text = (
        "Next week, last week, tomorrow, yesterday, next Monday, last year, next century, "
        "999 years ago, two days later, last month, May 6, this weekend, in June and at 9 a.m."
    )
    found = Predicted(text, published=published)
    assert len(found.record.times or ()) == 14
