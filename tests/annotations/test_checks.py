from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotated import LENGTH, records, shuffled
from communique.annotations.checks import (
    CHECKS,
    Context,
    prediction_problems,
    record_problems,
    text_problems,
)
from communique.annotations.checks.context import Ranges
from communique.annotations.checks.mentions import fits_name
from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.errors import Problem

SPANS = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda it: Span(it[0], sum(it)))


def ids(problems: Iterable[Problem]) -> set[str]:
    return {problem.check for problem in problems}


def found_by(check_id: str, record: Record, text: str | None = None) -> list[str | None]:
    find = CHECKS[check_id].find
    assert find is not None
    return [finding.path for finding in find(Context(record, text))]


def of_mentions(spans: Iterable[Span]) -> Record:
    mentions = tuple(Mention(f"m{n}", "e1", span, "NOM") for n, span in enumerate(spans))
    return Record("d1", "1.0", "gold", entities=(Entity("e1", "PER"),), mentions=mentions)


# ------------------------------------------------------------------------------- sorted intervals


@given(st.lists(SPANS, max_size=12))
def test_crossing_mentions_are_found_without_comparing_all_pairs(spans: list[Span]) -> None:
    crossing = any(one.crosses(other) for one, other in combinations(spans, 2))
    assert bool(found_by("mention.crossing", of_mentions(spans))) == crossing


@given(st.lists(SPANS, max_size=12))
def test_overlapping_zones_are_found_without_comparing_all_pairs(spans: list[Span]) -> None:
    zones = tuple(Zone(f"z{n}", "body", span) for n, span in enumerate(spans))
    overlapping = any(one.overlaps(other) for one, other in combinations(spans, 2))
    assert bool(found_by("zone.overlap", Record("d1", "1.0", "gold", zones=zones))) == overlapping


@given(st.lists(SPANS, max_size=8), SPANS)
def test_ranges_say_what_the_spans_say(spans: list[Span], span: Span) -> None:
    covered = {place for one in spans for place in range(*one)}
    places = set(range(*span))
    assert Ranges(spans).overlap(span) == bool(covered & places)
    assert Ranges(spans).hold(span) == (places <= covered)


@given(st.lists(st.lists(SPANS, min_size=1, max_size=2), max_size=6))
def test_quotes_that_cross_are_found_without_comparing_all_pairs(parts: list[list[Span]]) -> None:
    quotes = tuple(Quote(f"q{n}", tuple(content)) for n, content in enumerate(parts))
    crossing = any(
        one.crosses(other)
        for first, second in combinations(parts, 2)
        for one in first
        for other in second
    )
    found = found_by("quote.crossing", Record("d1", "1.0", "gold", quotes=quotes))
    assert bool(found) == crossing


def test_a_record_of_twelve_thousand_mentions_is_checked_in_two_seconds() -> None:
    # 60,000 words in paragraphs of 60, a quotation in each; 12,000 mentions, 1,000 quotes,
    # 2,000 events in chains of two, 1,000 times.
    words = [f"{'“'[: n % 60 == 0]}word{'”'[: n % 60 == 20]}" for n in range(60_000)]
    starts, lines, place = [], [], 0
    for number in range(0, len(words), 60):
        line = words[number : number + 60]
        for word in line:
            starts.append(place)
            place += len(word) + 1
        place += 1
        lines.append(" ".join(line))
    text = "\n\n".join(lines)

    def span(number: int, last: int | None = None) -> Span:
        last = number if last is None else last
        return Span(starts[number], starts[last] + len(words[last]))

    record = Record(
        doc_id="d1",
        schema_version="1.0",
        annotator="gold",
        zones=tuple(Zone(f"z{n}", "body", span(n * 600, n * 600 + 599)) for n in range(100)),
        entities=tuple(Entity(f"e{n}", "PER", nil="not_in_registry") for n in range(500)),
        mentions=tuple(
            Mention(f"m{n}", f"e{n % 500}", span(n * 5 + 1), "NAM") for n in range(12_000)
        ),
        times=tuple(Time(f"t{n}", "DATE", span(n * 60 + 3), "2031-05-14") for n in range(1_000)),
        quotes=tuple(
            Quote(f"q{n}", (span(n * 60, n * 60 + 20),), (span(n * 60 + 22),), f"m{n * 12 + 5}")
            for n in range(1_000)
        ),
        events=tuple(
            Event(
                f"v{n}",
                span(n * 30 + 4),
                "CONSULT",
                arguments=(Argument("actor", f"m{n}"), Argument("topic", f"v{min(n + 1, 1_999)}"))[
                    : 1 + (n < 1_999)
                ],
                chain=f"c{n // 2}",
            )
            for n in range(2_000)
        ),
    )
    start = time.process_time()
    problems = record_problems(replace(record, text_sha256=None), text, published=date(2031, 5, 14))
    seconds = time.process_time() - start
    assert ids(problems) == {"record.hash"}
    assert seconds < 2, f"{seconds:.2f} s"


# ------------------------------------------------------------------------------- any record at all


@given(records(), st.text(min_size=LENGTH, max_size=LENGTH) | st.none())
def test_no_record_that_is_structurally_sound_makes_a_check_fail(
    record: Record, text: str | None
) -> None:
    for problem in record_problems(record, text, published=date(2031, 5, 14)):
        assert "\n" not in str(problem)
        assert problem.check in CHECKS
    assert ids(prediction_problems(record, text)) <= {
        one.id for one in CHECKS.values() if one.predictions
    }


@given(st.data())
def test_the_order_of_lists_changes_no_verdict(data: st.DataObject) -> None:
    record = data.draw(records())
    other = data.draw(shuffled(record))
    # Fragments keep their order, and of two that cross either one may be named.
    assert ids(record_problems(record, None)) == ids(record_problems(other, None))


# ------------------------------------------------------------------------------- what is left out


def test_checks_of_words_are_left_out_without_the_text() -> None:
    record = of_mentions([Span(0, 6), Span(100, 104)])
    assert {"span.bounds", "span.whitespace"} <= ids(record_problems(record, "Aldia "))
    assert {"span.bounds", "span.whitespace"}.isdisjoint(ids(record_problems(record, None)))


def test_another_text_is_one_problem_and_not_many() -> None:
    record = replace(of_mentions([Span(0, 6), Span(100, 104)]), text_sha256="0" * 64)
    assert ids(record_problems(record, "Aldia ")) == ids(record_problems(record, None)) | {
        "text.hash"
    }


def test_of_predictions_only_soundness_is_asked() -> None:
    # Wrong as annotation: white space, a neither linked nor nil entity, no recipient, no hash.
    record = replace(
        of_mentions([Span(0, 6)]), events=(Event("v1", Span(0, 5), "AID", mode="phone"),)
    )
    assert prediction_problems(record, "Aldia ") == []
    # Unusable: beyond the text, a dangling argument, an id twice.
    record = replace(
        record,
        mentions=(Mention("m1", "e9", Span(0, 7), "NAM"),),
        events=(Event("m1", Span(3, 3), "AID", arguments=(Argument("actor", "m7"),)),),
    )
    assert ids(prediction_problems(record, "Aldia ")) == {
        *("span.bounds", "span.empty", "ref.resolved", "id.unique")
    }


def test_a_layer_that_was_not_done_is_no_problem_of_its_own() -> None:
    record = Record("d1", "1.0", "system", quotes=(Quote("q1", (Span(0, 5),)),))
    assert prediction_problems(record, "Aldia said") == []


def test_a_reference_into_a_layer_that_was_not_done_leads_nowhere() -> None:
    record = Record("d1", "1.0", "system", quotes=(Quote("q1", (Span(0, 5),), source="m1"),))
    [problem] = prediction_problems(record, "Aldia said")
    assert (problem.check, problem.path) == ("ref.resolved", "$.quotes[0].source")


# ------------------------------------------------------------------------------- single checks


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Osei", "Abena Osei"),
        ("EU", "European Union"),
        ("U.S.", "United States"),
        ("UN", "United Nations"),
        ("IAEA", "International Agency of the Energy of Atoms"),
        ("Russia", "Russian Federation"),
        ("ACCRA", "Accra"),
        ("Lome", "Lomé"),
        ("Ministry of Water", "Ministry of Water Resources"),
        ("بورفا", "بورفا"),
        ("奥尔迪亚", "奥尔迪亚"),
    ],
)
def test_words_that_pass_as_a_form_of_a_name(words: str, name: str) -> None:
    assert fits_name(words, name)


@pytest.mark.parametrize(
    ("words", "name"),
    [("Togo", "Ghana"), ("Osei", "Abena Mensah"), ("UN", "European Union"), ("博尔瓦", "奥尔迪亚")],
)
def test_words_that_do_not(words: str, name: str) -> None:
    assert not fits_name(words, name)


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("Aldian", Span(0, 5), False),
        ("U.S.-led", Span(0, 4), True),
        ("inter-Borva", Span(6, 11), True),
        ("Borva's", Span(0, 5), True),
        ("50km", Span(0, 2), False),
        ("博尔瓦于5月", Span(0, 3), True),  # no spaces between words
        ("وبورفا", Span(1, 6), True),  # a prefix without a letter's case
    ],
)
def test_a_span_inside_a_word(text: str, span: Span, whole: bool) -> None:
    assert (found_by("span.word", of_mentions([span]), text) == []) == whole


@pytest.mark.parametrize(
    ("text", "span", "whole"),
    [
        ("Ọ̀ṣun", Span(0, 5), True),
        ("Ọ̀ṣun", Span(0, 1), False),  # without its grave accent
        ("الدِّيَا", Span(0, 4), False),  # the kasra belongs to the dal
        ("👩🏽‍🚀 flies", Span(0, 4), True),
        ("👩🏽‍🚀 flies", Span(0, 2), False),  # without the joiner and the rocket
        ("👩🏽‍🚀 flies", Span(3, 4), False),
    ],
)
def test_a_span_inside_a_letter(text: str, span: Span, whole: bool) -> None:
    assert (found_by("span.combining", of_mentions([span]), text) == []) == whole


def test_a_cycle_of_three_quotes_is_named_once() -> None:
    quotes = tuple(
        Quote(name, (Span(0, 5),), parent=parent)
        for name, parent in [("q0", "q1"), ("q1", "q2"), ("q2", "q3"), ("q3", "q1")]
    )
    record = Record("d1", "1.0", "gold", quotes=quotes)
    # q0 hangs on the cycle q1 → q2 → q3 → q1 and is not part of it.
    assert found_by("quote.cycle", record) == ["$.quotes[1].parent"]


def test_a_chain_of_ten_thousand_events_is_no_cycle() -> None:
    events = tuple(
        Event(f"v{n}", Span(0, 1), "AID", arguments=(Argument("topic", f"v{n + 1}"),))
        for n in range(10_000)
    )
    assert found_by("event.cycle", Record("d1", "1.0", "gold", events=events)) == []


@pytest.mark.parametrize(
    ("words", "value", "right"),
    [
        ("Tuesday", "2031-05-13", True),
        ("Tuesday", "2031-05-14", False),
        ("Tues.", "2031-05-13", True),
        ("Monday night", "2031-05-12TNI", True),
        ("Monday night", "2031-05-13TNI", False),
        ("every Monday", "XXXX-WXX-1", True),
        ("every Monday", "XXXX-WXX-2", False),
        ("Monday to Friday", "2031-05-13", True),  # two names decide nothing
        ("this week", "2031-W20", True),
        ("Sunday's", "2031-05-18", True),
    ],
)
def test_weekdays(words: str, value: str, right: bool) -> None:
    record = Record("d1", "1.0", "gold", times=(Time("t1", "SET", Span(0, len(words)), value),))
    assert (found_by("time.weekday", record, words) == []) == right


@pytest.mark.parametrize(
    ("words", "value", "right"),
    [
        ("May 14", "2031-05-14", True),
        ("14 May", "2031-06-14", False),
        ("Sept. 2", "2031-09-02", True),
        ("early July", "2031-07", True),
        ("April to June", "2031-05", True),
        ("in March", "2031-03", True),
        ("2031", "2031", True),
    ],
)
def test_months(words: str, value: str, right: bool) -> None:
    record = Record("d1", "1.0", "gold", times=(Time("t1", "DATE", Span(0, len(words)), value),))
    assert (found_by("time.month", record, words) == []) == right


@pytest.mark.parametrize(
    ("words", "value", "right"),
    [
        ("today", "2031-05-14", True),
        ("today", "2031-05-13", False),
        ("yesterday", "2031-05-13", True),
        ("tomorrow morning", "2031-05-15TMO", True),
        ("tonight", "2031-05-15TNI", False),
        ("Tuesday", "2031-05-20", True),  # the next one
        ("Tuesday", "2031-05-27", False),  # the one after
        ("Tuesday in a fortnight", "2031-05-27", True),
    ],
)
def test_days_near_the_publication(words: str, value: str, right: bool) -> None:
    record = Record(
        "d1", "1.0", "gold", "0" * 64, times=(Time("t1", "TIME", Span(0, len(words)), value),)
    )
    problems = record_problems(record, words, sha256="0" * 64, published=date(2031, 5, 14))
    assert ("time.near" not in ids(problems)) == right


def test_days_in_quotes_count_from_another_day() -> None:
    text = "“not today,” he said"
    record = Record(
        "d1",
        "1.0",
        "gold",
        times=(Time("t1", "DATE", Span(5, 10), "2031-05-10"),),
        quotes=(Quote("q1", (Span(0, 12),)),),
    )
    assert "time.near" not in ids(record_problems(record, text, published=date(2031, 5, 14)))


@dataclass(frozen=True)
class Listed:
    kb: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    seat_of: str | None = None


class Registry:
    """Two states with their capitals, one of which has the name of its state."""

    def __init__(self) -> None:
        self.entries = [
            Listed("state:aldia", "GPE", "Aldia", demonyms=("Aldian",)),
            Listed("state:borva", "GPE", "Borva"),
            Listed("city:kestor", "GPE", "Kestor", seat_of="state:aldia"),
            Listed("city:borva", "GPE", "Borva", seat_of="state:borva"),
            Listed("person:ilka-rahn", "PER", "Ilka Rahn"),
        ]

    def get(self, kb: str) -> Listed | None:
        return next((one for one in self.entries if one.kb == kb), None)

    def named(self, words: str) -> tuple[Listed, ...]:
        return tuple(
            one for one in self.entries if words in (one.name, *one.aliases, *one.demonyms)
        )


@pytest.mark.parametrize(
    ("words", "kb", "use", "expected"),
    [
        ("Kestor", "state:aldia", "metonymic", set()),
        ("Kestor", "state:borva", "metonymic", {"mention.seat"}),
        ("Kestor", "state:aldia", "literal", {"mention.seat"}),
        ("Kestor", "city:kestor", "literal", set()),
        ("Borva", "state:borva", "literal", set()),  # a capital with the name of its state
        ("Borva", "city:borva", "literal", set()),
        ("Velm", "state:borva", "metonymic", set()),  # a seat that the registry does not know
        ("Velm", "state:borva", "literal", {"mention.name"}),
        (
            "Ilka Rahn",
            "state:aldia",
            "metonymic",
            {
                "mention.metonymic",
            },
        ),
        ("Aldia", "state:borva", "literal", {"mention.name"}),
    ],
)
def test_capitals_and_seats(words: str, kb: str, use: str, expected: set[str]) -> None:
    record = Record(
        "d1",
        "1.0",
        "gold",
        "0" * 64,
        entities=(Entity("e1", "GPE", kb=kb),),
        mentions=(Mention("m1", "e1", Span(0, len(words)), "NAM", use=use),),
    )
    problems = record_problems(record, words, sha256="0" * 64, gazetteer=Registry())
    assert ids(problems) == expected


# ------------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "text",
    [
        "Aldia 🇦🇱 👩🏽‍🚀\n",
        "Ọ̀ṣun\n",
        "الدِّيَا\n",
        "奥尔迪亚\n\n「等待」\n",
        "tabs\tare\tfine\n",
        "no line end at the end",
        "no\u00a0break, zero\u200bwidth\n",
    ],
)
def test_texts_in_which_nothing_is_wrong(text: str) -> None:
    assert text_problems(text, source="x.txt") == []


def test_everything_that_is_wrong_with_a_text_is_said_at_once() -> None:
    text = "\ufeffAldia\r\nBorva \nE\u0301d\x00\n"
    lines = [str(problem) for problem in text_problems(text, source="x.txt", doc_id="x")]
    assert ids(text_problems(text, source="x.txt")) == {
        *("text.bom", "text.line-ends", "text.nfc", "text.control", "text.trailing")
    }
    assert any("line 2" in line and "text.trailing" in line for line in lines)
    assert any("from line 3" in line and "text.nfc" in line for line in lines)
    assert any("U+0000 in line 3" in line for line in lines)
