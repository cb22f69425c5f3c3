"""Every phenomenon that the schema must express, with the place in the corpus where it occurs.

Each row names a document and annotations of its gold record; the rule under the phenomenon's name
says what has to be true there. The restricted story has all of them too; its rows need no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from communique.annotations.derived.quotes import derive_quotes
from communique.annotations.record import Event, Mention, Quote, Record, Span, Zone
from communique.corpus.documents import Corpus
from communique.project import Project

ROOT = Path(__file__).parents[2]
REFERENCE = "upi-2018-11-21-working-group"

Rule = Callable[["Place"], bool]
RULES: dict[str, Rule] = {}


def rule(phenomenon: str) -> Callable[[Rule], Rule]:
    def add(function: Rule) -> Rule:
        RULES[phenomenon] = function
        return function

    return add


class Place:
    """Some annotations of one record; ``text`` is ``None`` for the restricted story."""

    def __init__(self, record: Record, text: str | None, ids: list[str]) -> None:
        self.record = record
        self.text = text
        lists = ("zones", "entities", "mentions", "times", "quotes", "events")
        by_id = {one.id: one for name in lists for one in getattr(record, name)}
        self.items: list[Any] = [by_id[one] for one in ids]

    def words(self, span: Span) -> str:
        assert self.text is not None
        return span.slice(self.text)

    def entity(self, mention: Mention) -> Any:
        return self.record.entity_by_id[mention.entity]

    def zone_of(self, span: Span) -> Zone:
        return next(zone for zone in self.record.zones or () if zone.span.contains(span))

    def source(self, quote: Quote) -> Any:
        return self.record.entity_of(quote.source)

    def facts(self, quote: Quote) -> Any:
        return derive_quotes(self.record, self.text)[quote.id]

    def chain(self, event: Event) -> list[Event]:
        return [one for one in self.record.events or () if one.chain and one.chain == event.chain]

    def quote_around(self, event: Event) -> Quote:
        around = [
            quote
            for quote in self.record.quotes or ()
            if any(span.contains(event.trigger) for span in quote.content)
        ]
        return min(around, key=lambda quote: sum(s.end - s.start for s in quote.content))


@rule("page furniture")
def _(at: Place) -> bool:
    return all(zone.type == "boilerplate" for zone in at.items)


@rule("byline")
def _(at: Place) -> bool:
    return bool(at.items[0].type == "byline")


@rule("headline with a comma for and")
def _(at: Place) -> bool:
    first, second = at.items
    between = Span(first.span.end, second.span.start)
    comma = at.text is None or at.words(between) == ", "
    return comma and at.zone_of(first.span).type == at.zone_of(second.span).type == "headline"


@rule("dateline without year")
def _(at: Place) -> bool:
    time = at.items[0]
    year = at.text is not None and re.search(r"\d{4}", at.words(time.span))
    return time.dct and not year and at.zone_of(time.span).type == "dateline"


@rule("caption printed twice")
def _(at: Place) -> bool:
    first, second = at.items
    return bool(first.type == second.type == "caption" and second.duplicate_of == first.id)


@rule("caption with an event the body lacks")
def _(at: Place) -> bool:
    event = at.items[0]
    return at.zone_of(event.trigger).type == "caption" and len(at.chain(event)) < 2


@rule("aliases of one state")
def _(at: Place) -> bool:
    entity = at.entity(at.items[0])
    same = all(mention.entity == entity.id and mention.level == "NAM" for mention in at.items)
    names = {str(one.span) if at.text is None else at.words(one.span) for one in at.items}
    return same and entity.type == "GPE" and len(names) == len(at.items) >= 2


@rule("metonymic and literal use of one capital")
def _(at: Place) -> bool:
    metonymic, literal = at.items
    words = at.text is None or at.words(metonymic.span).lower() == at.words(literal.span).lower()
    return words and (metonymic.use, literal.use) == ("metonymic", "literal")


@rule("demonym")
def _(at: Place) -> bool:
    return all(mention.demonym and mention.level == "NAM" for mention in at.items)


@rule("hyphen compound")
def _(at: Place) -> bool:
    span = at.items[0].span
    return at.text is None or "-" in (at.text[span.start - 1], at.text[span.end])


@rule("title or appositive")
def _(at: Place) -> bool:
    title, name = at.items
    return bool(title.title and title.level == "NOM" and title.entity == name.entity)


@rule("nested names")
def _(at: Place) -> bool:
    outer, inner = at.items
    return bool(outer.span.contains(inner.span) and outer.level == inner.level == "NAM")


@rule("two aggregates worded almost alike")
def _(at: Place) -> bool:
    first, second = at.items
    return len(first.members) > 1 and len(second.members) > 1 and first.members != second.members


@rule("vague group")
def _(at: Place) -> bool:
    return bool(at.items[0].nil == "unnamed" and not at.items[0].members)


@rule("unnamed body")
def _(at: Place) -> bool:
    return bool(at.items[0].type == "ORG" and at.items[0].nil == "unnamed")


@rule("document")
def _(at: Place) -> bool:
    return bool(at.items[0].type == "DOC")


@rule("planned facility")
def _(at: Place) -> bool:
    return bool(at.entity(at.items[0]).type == "FAC")


@rule("administration named after a person")
def _(at: Place) -> bool:
    body, person = at.items
    types = at.entity(body).type, at.entity(person).type
    return types == ("ORG", "PER") and body.span.contains(person.span)


@rule("anonymous source")
def _(at: Place) -> bool:
    return bool(at.facts(at.items[0]).anonymous)


@rule("second-hand source: told X")
def _(at: Place) -> bool:
    quote = at.items[0]
    outlet = at.record.entity_of(quote.addressees[0])
    return outlet is not None and outlet.type == "ORG"


@rule("second-hand source: according to Y")
def _(at: Place) -> bool:
    quote = at.items[0]
    return at.text is None or at.words(quote.cue[0]).lower() == "according to"


@rule("second-hand source: an outlet reports what another said")
def _(at: Place) -> bool:
    outer, inner = at.items
    return bool(inner.parent == outer.id and at.source(inner) != at.source(outer))


@rule("indirect speech without that")
def _(at: Place) -> bool:
    quote = at.items[0]
    lead = "" if at.text is None else at.text[quote.cue[-1].end : quote.content[0].start]
    return at.facts(quote).type in ("indirect", None) and "that" not in lead.split()


@rule("indirect speech with a noun phrase")
def _(at: Place) -> bool:
    content = at.items[0].content
    words = ["the"] if at.text is None else at.words(content[0]).split()
    return not {"was", "were", "is", "are", "to", "would", "will", "had", "has"} & set(words)


@rule("indirect speech with an infinitive")
def _(at: Place) -> bool:
    return at.text is None or at.words(at.items[0].content[0]).startswith("to ")


@rule("two contents of one cue")
def _(at: Place) -> bool:
    first, second = at.items
    return bool(first.cue == second.cue and first.content != second.content)


@rule("split direct quote")
def _(at: Place) -> bool:
    return len(at.items[0].content) > 1 and at.facts(at.items[0]).type in ("direct", None)


@rule("quote inside a quote, with we meaning a state")
def _(at: Place) -> bool:
    quote, we = at.items
    inside = any(span.contains(we.span) for span in quote.content)
    return bool(quote.parent and inside and we.level == "PRO" and at.entity(we).type == "GPE")


@rule("attitude with a negated cue")
def _(at: Place) -> bool:
    return bool(at.items[0].kind == "attitude" and at.items[0].polarity == "negative")


@rule("impersonal expectation")
def _(at: Place) -> bool:
    return at.items[0].source is None and at.facts(at.items[0]).implicit


@rule("first meeting as recurring event")
def _(at: Place) -> bool:
    return at.items[0].type == "CONSULT" and at.items[1] in at.chain(at.items[0])


@rule("planned event")
def _(at: Place) -> bool:
    return bool(at.items[0].realis == "future" and at.items[0].polarity == "positive")


@rule("cancelled event")
def _(at: Place) -> bool:
    meeting, refusal = at.items
    topic = [one.target for one in refusal.arguments if one.role == "topic"]
    return meeting.polarity == "negative" and refusal.type == "REJECT" and meeting.id in topic


@rule("possible event")
def _(at: Place) -> bool:
    return bool(at.items[0].certainty == "possible")


@rule("wished event")
def _(at: Place) -> bool:
    return bool(at.items[0].realis == "hypothetical")


@rule("one event claimed and denied by two sources")
def _(at: Place) -> bool:
    claimed, denied = at.items
    sources = at.source(at.quote_around(claimed)), at.source(at.quote_around(denied))
    facts = {(event.realis, event.polarity) for event in at.items}
    return denied in at.chain(claimed) and sources[0] != sources[1] and len(facts) == 2


@rule("relative date")
def _(at: Place) -> bool:
    time = at.items[0]
    numbers = at.text is not None and re.search(r"\d", at.words(time.span))
    return not numbers and bool(re.match(r"\d{4}-", time.value))


@rule("unattributed assertion")
def _(at: Place) -> bool:
    event = at.items[0]
    return not any(
        span.contains(event.trigger) for quote in at.record.quotes or () for span in quote.content
    )


PLACES = [
    ("page furniture", "kestrel-strait-04-ceasefire", "z1 z5 z7 z10"),
    ("page furniture", REFERENCE, "z1 z11 z13 z15"),
    ("byline", "syrdarya-01-first-session", "z3"),
    ("byline", REFERENCE, "z3"),
    ("headline with a comma for and", "gulf-cable-01-abuja-draft", "m101 m102"),
    ("headline with a comma for and", REFERENCE, "m1 m2"),
    ("dateline without year", "kestrel-strait-04-ceasefire", "t2"),
    ("dateline without year", REFERENCE, "t2"),
    ("caption printed twice", "syrdarya-01-first-session", "z4 z6"),
    ("caption printed twice", REFERENCE, "z4 z6"),
    ("caption with an event the body lacks", "syrdarya-01-first-session", "v2"),
    ("caption with an event the body lacks", REFERENCE, "v2"),
    ("aliases of one state", "kestrel-strait-01-ostrel-lines", "m9 m21 m53"),
    ("aliases of one state", REFERENCE, "m12 m9"),
    ("metonymic and literal use of one capital", "syrdarya-02-survey-off", "m12 m35"),
    ("metonymic and literal use of one capital", REFERENCE, "m51 m17"),
    ("demonym", "syrdarya-02-survey-off", "m11"),
    ("demonym", REFERENCE, "m27 m34 m62"),
    ("hyphen compound", "syrdarya-01-first-session", "m18"),
    ("hyphen compound", REFERENCE, "m37"),
    ("title or appositive", "gulf-cable-01-abuja-draft", "m704 m703"),
    ("title or appositive", REFERENCE, "m26 m28"),
    ("nested names", "gulf-cable-01-abuja-draft", "m310 m311"),
    ("nested names", REFERENCE, "m41 m42"),
    ("two aggregates worded almost alike", "kestrel-strait-04-ceasefire", "e4 e35"),
    ("two aggregates worded almost alike", REFERENCE, "e8 e13"),
    ("vague group", "kestrel-strait-01-ostrel-lines", "e24"),
    ("vague group", REFERENCE, "e19"),
    ("unnamed body", "kestrel-strait-01-ostrel-lines", "e9"),
    ("unnamed body", REFERENCE, "e4"),
    ("document", "gulf-cable-01-abuja-draft", "e4"),
    ("document", REFERENCE, "e16"),
    ("planned facility", "gulf-cable-01-abuja-draft", "m806"),
    ("planned facility", REFERENCE, "m49"),
    ("administration named after a person", "syrdarya-03-silent-sensor", "m11 m12"),
    ("administration named after a person", REFERENCE, "m24 m25"),
    ("anonymous source", "syrdarya-02-survey-off", "q4"),
    ("anonymous source", REFERENCE, "q12"),
    ("second-hand source: told X", "gulf-cable-01-abuja-draft", "q12"),
    ("second-hand source: told X", REFERENCE, "q12"),
    ("second-hand source: according to Y", "gulf-cable-01-abuja-draft", "q1"),
    ("second-hand source: according to Y", REFERENCE, "q13"),
    (
        "second-hand source: an outlet reports what another said",
        "syrdarya-02-survey-off",
        "q13 q14",
    ),
    ("indirect speech without that", "syrdarya-02-survey-off", "q10"),
    ("indirect speech without that", REFERENCE, "q5"),
    ("indirect speech with a noun phrase", "syrdarya-01-first-session", "q16"),
    ("indirect speech with a noun phrase", REFERENCE, "q9"),
    ("indirect speech with an infinitive", "syrdarya-01-first-session", "q17"),
    ("indirect speech with an infinitive", REFERENCE, "q7"),
    ("two contents of one cue", "syrdarya-01-first-session", "q6 q7"),
    ("two contents of one cue", REFERENCE, "q5 q6"),
    ("split direct quote", "syrdarya-02-survey-off", "q16"),
    ("split direct quote", REFERENCE, "q15"),
    ("quote inside a quote, with we meaning a state", "syrdarya-02-survey-off", "q3 m16"),
    ("quote inside a quote, with we meaning a state", REFERENCE, "q16 m74"),
    ("attitude with a negated cue", "gulf-cable-01-abuja-draft", "q11"),
    ("attitude with a negated cue", REFERENCE, "q11"),
    ("impersonal expectation", "gulf-cable-01-abuja-draft", "q16"),
    ("impersonal expectation", REFERENCE, "q20"),
    ("first meeting as recurring event", "syrdarya-01-first-session", "v4 v13"),
    ("first meeting as recurring event", REFERENCE, "v1 v4"),
    ("planned event", "gulf-cable-01-abuja-draft", "v1101"),
    ("planned event", REFERENCE, "v38"),
    ("cancelled event", "kestrel-strait-04-ceasefire", "v25 v26"),
    ("cancelled event", REFERENCE, "v33 v34"),
    ("possible event", "kestrel-strait-04-ceasefire", "v33"),
    ("possible event", REFERENCE, "v26"),
    ("wished event", "gulf-cable-01-abuja-draft", "v302"),
    ("wished event", REFERENCE, "v3"),
    ("one event claimed and denied by two sources", "syrdarya-02-survey-off", "v7 v11"),
    ("one event claimed and denied by two sources", REFERENCE, "v31 v33"),
    ("relative date", "syrdarya-01-first-session", "t1"),
    ("relative date", REFERENCE, "t7"),
    ("unattributed assertion", "kestrel-strait-04-ceasefire", "v28"),
    ("unattributed assertion", REFERENCE, "v7"),
]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(Project(ROOT))


@pytest.mark.parametrize(("phenomenon", "doc_id", "ids"), PLACES)
def test_the_phenomenon_is_there(corpus: Corpus, phenomenon: str, doc_id: str, ids: str) -> None:
    record = corpus.gold(doc_id)
    assert record is not None
    text = None if doc_id == REFERENCE else corpus.text(doc_id)
    assert RULES[phenomenon](Place(record, text, ids.split()))


def test_every_phenomenon_has_a_place_in_an_open_document() -> None:
    assert {name for name, doc_id, _ in PLACES if doc_id != REFERENCE} == set(RULES)


@pytest.mark.parametrize(
    ("phenomenon", "doc_id", "words"),
    [
        ("a typo left as it is", "kestrel-strait-04-ceasefire", "offical"),
        ("ASCII dashes", "kestrel-strait-04-ceasefire", " -- "),
        ("straight quotes", "gulf-cable-01-abuja-draft", '"You are one'),
        (
            "curly quotes, single ones nested",
            "syrdarya-02-survey-off",
            "“They wrote to our embassy: ‘",
        ),
    ],
)
def test_the_page_has_it_as_pages_do(
    corpus: Corpus, phenomenon: str, doc_id: str, words: str
) -> None:
    text = corpus.text(doc_id)
    assert text is not None
    assert words in text, phenomenon
