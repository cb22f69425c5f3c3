"""Quotation marks, and what follows from a quote; every value is worked out by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.annotations.derived.marks import quotation_marks, quoted_ranges
from communique.annotations.derived.quotes import (
    ancestry,
    cut_marks,
    derive_quotes,
    unbalanced_marks,
)
from communique.annotations.record import Entity, Mention, Quote, Record, Span
from drafted import drafted

PAIRS = [
    ("straight", 'She said "yes" and "no".', ['"yes"', '"no"']),
    ("curly", "“We go,” he said, “now.”", ["“We go,”", "“now.”"]),
    ("single curly", "‘We won’t go,’ he said.", ["‘We won’t go,’"]),
    ("single straight", "'We won't go,' he said.", ["'We won't go,'"]),
    ("guillemets", "« Nous irons », dit-il. «Non.»", ["« Nous irons »", "«Non.»"]),
    ("reversed guillemets", "»Ja«, sagte sie.", ["»Ja«"]),
    ("low and high", "„Wir gehen“, sagte er.", ["„Wir gehen“"]),
    ("the same mark twice", "”Ja”, sade hon.", ["”Ja”"]),
    ("corners", "「はい」と言った。", ["「はい」"]),
    ("nested", "“He said ‘go’ twice.”", ["“He said ‘go’ twice.”", "‘go’"]),
    ("nested straight", "\"He said 'go' twice.\"", ["\"He said 'go' twice.\"", "'go'"]),
    ("nested at the end", "“They wrote, ‘No.’”", ["“They wrote, ‘No.’”", "‘No.’"]),
    ("three levels", "‘a “b ‘c’ d” e’", ["‘a “b ‘c’ d” e’", "“b ‘c’ d”", "‘c’"]),
    ("apostrophes only", "It's the '90s; the dockers' strike wasn't theirs.", []),
    ("curly apostrophes only", "It’s the dockers’ strike; it wasn’t Arvo’s.", []),
    (
        "plural inside",
        "'The dockers' demands are just,' she said.",
        ["'The dockers' demands are just,'"],
    ),
    ("plural inside, curly", "‘The dockers’ demands,’ she said.", ["‘The dockers’ demands,’"]),
    ("closing after a plural", "He saw ‘the end of days’ and left.", ["‘the end of days’"]),
    ("closing, then a plural", "He called it 'days' and the ministers' aide left.", ["'days'"]),
    ("closing, then another quotation", "It is 'days' or 'weeks', he said.", ["'days'", "'weeks'"]),
    (
        "plural before the outer mark closes",
        "“a ‘b ships’ c,” said ‘d’ she.",
        ["“a ‘b ships’ c,”", "‘b ships’", "‘d’"],
    ),
    ("elision first", "'Tis late, he said, 'tis late.", []),
    ("inches are no quotation", 'A 6" pipe burst, "loudly".', ['"loudly"']),
    ("dashes", 'No --"never"-- again.', ['"never"']),
    ("brackets", '("no")', ['"no"']),
    ("missing space after", '"We go,"he said.', ['"We go,"']),
    ("missing space before", 'He said"We go" twice.', ['"We go"']),
    ("mixed up curly and straight", '“We go" he said.', ['“We go"']),
    ("combining mark first", '"e\u0301tat"', ['"e\u0301tat"']),
    ("never closed", 'He said "we go.', []),
    ("forgotten once", '"We go, he said. "Now."', ['"Now."']),
    ("hard-wrapped", 'He said "we go\nto sea" now.', ['"we go\nto sea"']),
    ("hard-wrapped before a mark", "He said \"we\n'go' on\" now.", ["\"we\n'go' on\"", "'go'"]),
    (
        "paragraph after paragraph",
        'He said: "One.\n\n"Two.\n\n"Three." He left.',
        ['"One.', '"Two.', '"Three."'],
    ),
    ("paragraphs on adjacent lines", '"One.\n"Two."', ['"One.', '"Two."']),
    (
        "two marks over paragraphs",
        "“He said, ‘One.\n\n“‘Two,’ and left.”",
        ["“He said, ‘One.", "‘One.", "“‘Two,’ and left.”", "‘Two,’"],
    ),
    ("not gone on with", '"One.\n\nTwo."', []),
    ("forgotten, not gone on with", '"One, he said. "Two."\n\n"Three."', ['"Two."', '"Three."']),
]


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in PAIRS], ids=[r[0] for r in PAIRS]
)
def test_marks_are_paired(text: str, expected: list[str]) -> None:
    assert [span.slice(text) for span in quoted_ranges(text)] == expected


def test_a_quotation_over_paragraphs_is_one() -> None:
    text = '"One.\n\n"Two," he said. "Three."'
    first, second = quotation_marks(text).quotations
    assert [span.slice(text) for span in first] == ['"One.', '"Two,"']
    assert [span.slice(text) for span in second] == ['"Three."']


SINGLE = [
    ('He said "we go.', [8]),
    ('we go," he said.', [6]),
    ("“We go, he said.", [0]),
    ("we go’ he said", []),  # may be an apostrophe
    ("‘we go", []),  # so may this
    ("« we go", [0]),
    ('"One.\n\n"Two.', [0]),  # one quotation, opened twice and never closed: named once
]


@pytest.mark.parametrize(("text", "expected"), SINGLE)
def test_marks_without_a_partner_are_named(text: str, expected: list[int]) -> None:
    assert list(quotation_marks(text).single) == expected
    assert unbalanced_marks(text) == bool(expected)


@pytest.mark.parametrize(
    "text",
    [
        "“x " * 20_000,
        "“x " * 20_000 + "y’ " * 20_000,
        "'as " + "workers' x " * 20_000,
        '"' * 50_000,
    ],
)
def test_texts_of_nothing_but_marks_take_no_time(text: str) -> None:
    begin = time.perf_counter()
    quotation_marks(text)
    assert time.perf_counter() - begin < 5  # half a second, on two cores shared with others


@given(st.text(alphabet="\"'“”‘’„«»s x.,\n-(A9", max_size=30))
def test_any_text_has_sound_pairs(text: str) -> None:
    marks = quotation_marks(text)
    inside = marks.ranges
    assert all(0 <= span.start < span.end <= len(text) for span in inside)
    assert not any(one.crosses(two) for one in inside for two in inside)
    closed = [span for quotation in marks.quotations for span in quotation[-1:]]
    assert all(text[span.end - 1] in "\"'“”’‘«»" for span in closed)
    assert not {span.start for span in inside} & set(marks.single)


# ---------------------------------------------------------------------------------------- facts

TALK = (
    '"They told us, \'We will not sail,\' in March," Minister Ada Moss said, "and the Orvians '
    'kept their word."\n'
)
TALK_DRAFT = """
entities:
- {id: e1, type: PER, nil: not_in_registry}
- {id: e2, type: GPE, kb: "state:orvia"}
mentions:
- {id: m1, entity: e1, span: "p1:Ada Moss", level: NAM}
- {id: m2, entity: e2, span: "p1:[[They]] told", level: PRO}
- {id: m3, entity: e2, span: "p1:[[We]] will", level: PRO}
- {id: m4, entity: e2, span: "p1:Orvians", level: NAM, demonym: true}
quotes:
- id: q1
  content: ["p1:\\"They ~~ March,\\"", "p1:\\"and ~~ word.\\""]
  cue: "p1:said"
  source: m1
- {id: q2, content: "p1:'We will not sail,'", cue: "p1:told", source: m2, parent: q1}
"""


def test_a_split_quote_is_direct_and_so_is_the_one_inside_it() -> None:
    record = drafted(TALK, TALK_DRAFT)
    facts = derive_quotes(record, TALK)
    assert list(facts) == ["q1", "q2"]
    assert facts["q1"].type == "direct"  # both fragments stand in double marks
    assert facts["q2"].type == "direct"  # the single marks are its own
    assert (facts["q1"].depth, facts["q2"].depth) == (0, 1)
    assert (facts["q1"].source, facts["q2"].source) == ("e1", "e2")
    # "They" and "We" are no names, but "Orvians" is one of the same state.
    assert facts["q2"].anonymous is False
    assert not facts["q2"].implicit


def test_the_marks_of_the_parent_do_not_count() -> None:
    text = '"They told us they will not sail in March," Ada Moss said.\n'
    record = drafted(
        text,
        """
entities: [{id: e1, type: PER, nil: not_in_registry}, {id: e2, type: GPE, nil: unnamed}]
mentions:
- {id: m1, entity: e1, span: "p1:Ada Moss", level: NAM}
- {id: m2, entity: e2, span: "p1:They", level: PRO}
quotes:
- {id: q1, content: "p1:\\"They ~~ March,\\"", cue: "p1:said", source: m1}
- {id: q2, content: "p1:they will not sail in March", cue: "p1:told", source: m2, parent: q1}
""",
    )
    facts = derive_quotes(record, text)
    assert facts["q1"].type == "direct"
    assert facts["q2"].type == "indirect"
    assert facts["q2"].anonymous is True  # only ever "they"


NESTED = [
    # (text, parent's content, child's content, type of the parent, type of the child)
    (
        "The Herald said Moss had promised “to sail at dawn.”",
        "Moss had promised “to sail at dawn.”",
        "“to sail at dawn.”",
        "mixed",  # 12 of 27 letters: "Moss had promised" has 15, "to sail at dawn" 12
        "direct",
    ),
    (
        "The Herald said Moss had promised “to sail” at dawn.",
        "Moss had promised “to sail” at dawn",
        "“to sail” at dawn",
        "mixed",
        "mixed",  # "to sail" of "to sail at dawn"
    ),
    (
        # The marks enclose words beyond the inner quote: they are the outer speaker's.
        "The plan, Moss said, was “dead, as the envoy put it,” and buried.",
        "“dead, as the envoy put it,” and buried",
        "dead",
        "mixed",
        "indirect",
    ),
    (
        # The inner quote is one whole fragment of a parent that is all in marks.
        "“The envoy told me,” Moss said, “that he would sail.”",
        "“The envoy told me,”|“that he would sail.”",
        "that he would sail",
        "direct",
        "indirect",
    ),
    (
        # The inner quote is one whole fragment, but the parent as a whole is reported.
        "The Herald said the envoy had pledged, in a note of May 2, “a fair wind.”",
        "the envoy had pledged|“a fair wind.”",
        "“a fair wind.”",
        "mixed",
        "direct",
    ),
]


@pytest.mark.parametrize(("text", "outer", "inner", "outer_type", "inner_type"), NESTED)
def test_types_are_relative_to_the_parent(
    text: str, outer: str, inner: str, outer_type: str, inner_type: str
) -> None:
    def spans(content: str) -> tuple[Span, ...]:
        starts = [text.index(part) for part in content.split("|")]
        return tuple(
            Span(start, start + len(part))
            for start, part in zip(starts, content.split("|"), strict=True)
        )

    quotes = (Quote("q1", spans(outer)), Quote("q2", spans(inner), parent="q1"))
    facts = derive_quotes(Record("d1", "1.0", "gold", quotes=quotes), text)
    assert (facts["q1"].type, facts["q2"].type) == (outer_type, inner_type)


def test_a_child_in_the_second_paragraph_of_its_parent() -> None:
    text = "Moss wrote: “We waited.\n\n“The envoy said ‘sail’ at last.”\n"
    quotes = (
        Quote("q1", (Span(12, len(text) - 1),)),
        Quote("q2", (Span(text.index("‘"), text.index("’") + 1),), parent="q1"),
    )
    facts = derive_quotes(Record("d1", "1.0", "gold", quotes=quotes), text)
    assert (facts["q1"].type, facts["q2"].type) == ("direct", "direct")


TYPES = [
    ("that we will sail", "indirect"),
    ("“we will sail”", "direct"),
    ("“we will sail”.", "direct"),  # punctuation is not counted
    ("“we will,” “we must”", "direct"),
    ("“we will” and “we must”", "mixed"),  # 12 of 15 letters
    # 4 letters outside, 80 inside: 80 / 84 = 95.2 % is direct
    ("that “" + "sails " * 16 + "”", "direct"),
    # 4 outside, 75 inside: 75 / 79 = 94.9 % is not
    ("that “" + "sails " * 15 + "”", "mixed"),
    ("a plan “called” sailing", "mixed"),
    ("…", "indirect"),  # nothing to count
]


@pytest.mark.parametrize(("content", "expected"), TYPES)
def test_the_share_in_marks_decides(content: str, expected: str) -> None:
    text = f"She said {content}, at noon."
    quote = Quote("q1", (Span(9, 9 + len(content)),))
    assert derive_quotes(Record("d1", "1.0", "x", quotes=(quote,)), text)["q1"].type == expected


def test_marks_left_outside_the_content_count_all_the_same() -> None:
    text = "She said “we will sail” at noon."
    quote = Quote("q1", (Span(10, 22),))
    assert quote.content[0].slice(text) == "we will sail"
    assert derive_quotes(Record("d1", "1.0", "x", quotes=(quote,)), text)["q1"].type == "direct"


def test_without_a_text_there_is_no_type() -> None:
    facts = derive_quotes(drafted(TALK, TALK_DRAFT), None)
    assert [fact.type for fact in facts.values()] == [None, None]
    assert [fact.depth for fact in facts.values()] == [0, 1]


def test_anonymous_and_implicit() -> None:
    text = (
        "An aide said so. It is said so. The two sides and both capitals said so. Some said so.\n"
    )
    record = drafted(
        text,
        """
entities:
- {id: e1, type: PER, nil: unnamed}
- {id: e2, type: GPE, nil: aggregate, members: [e3, e4]}
- {id: e3, type: GPE, kb: "state:orvia"}
- {id: e4, type: GPE, kb: "state:telmark"}
- {id: e5, type: GPE, nil: aggregate, members: [e2, e1]}
mentions:
- {id: m1, entity: e1, span: "p1:An aide", level: NOM}
- {id: m2, entity: e2, span: "p1:The two sides", level: NOM}
- {id: m3, entity: e3, span: "p1:both", level: NAM}
- {id: m4, entity: e4, span: "p1:capitals", level: NAM}
- {id: m5, entity: e5, span: "p1:Some", level: PRO}
quotes:
- {id: q1, content: "p1:so#1", source: m1}
- {id: q2, content: "p1:so#2"}
- {id: q3, content: "p1:so#3", source: m2}
- {id: q4, content: "p1:so#4", source: m5}
- {id: q5, content: "p1:so#1", source: m9}
""",
    )
    facts = derive_quotes(record, text)
    assert [fact.anonymous for fact in facts.values()] == [
        True,  # only "An aide"
        False,  # implicit: nobody to be anonymous
        False,  # both members are named
        True,  # a member is not
        None,  # m9 is not in the record
    ]
    assert [fact.implicit for fact in facts.values()] == [False, True, False, False, False]
    assert [fact.source for fact in facts.values()] == ["e1", None, "e2", "e5", None]


def test_a_circle_of_parents_and_of_members_ends() -> None:
    span = (Span(0, 1),)
    quotes = (
        Quote("q1", span, parent="q2", source="m1"),
        Quote("q2", span, parent="q1"),
        Quote("q3", span, parent="q3"),
        Quote("q4", span, parent="q9"),
    )
    entities = (
        Entity("e1", "GPE", nil="aggregate", members=("e2",)),
        Entity("e2", "GPE", nil="aggregate", members=("e1",)),
    )
    mentions = (Mention("m1", "e1", Span(0, 1), "NOM"),)
    record = Record("d1", "1.0", "x", entities=entities, mentions=mentions, quotes=quotes)
    facts = derive_quotes(record, "x")
    assert [fact.depth for fact in facts.values()] == [1, 1, 0, 0]
    assert facts["q1"].anonymous is True
    assert ancestry(quotes[2], {quote.id: quote for quote in quotes}) == ()


def test_no_layer_no_facts() -> None:
    assert derive_quotes(Record("d1", "1.0", "x"), "text") == {}


CUT = [
    # (text, content, marks that are cut, as places)
    ("She said “we go” now.", ["“we go”"], []),
    ("She said “we go” now.", ["we go"], []),  # around it: not its own
    ("She said “we go” now.", ["“we go"], [9]),
    ("She said “we go” now.", ["we go”"], [15]),
    ("“We go,” she said, “now.”", ["“We go,”", "“now.”"], []),
    ("“We go,” she said, “now.”", ["“We go,”", "“now."], [19]),
    ("“They said ‘go’ twice.”", ["‘go’"], []),
    ("“They said ‘go’ twice.”", ["‘go’ twice.”"], [22]),
    ("“One.\n\n“Two.”", ["“One.\n\n“Two.”"], []),
    ("“One.\n\n“Two.”", ["“One."], [0]),
    ("She said “we go now.", ["“we go now"], [9]),  # no partner anywhere
    ("She said “we go now.", ["go now"], []),
]


@pytest.mark.parametrize(("text", "content", "expected"), CUT)
def test_cut_marks(text: str, content: list[str], expected: list[int]) -> None:
    spans = [Span(text.index(part), text.index(part) + len(part)) for part in content]
    assert list(cut_marks(spans, text)) == expected
