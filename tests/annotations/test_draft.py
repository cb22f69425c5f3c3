"""Drafts: quotations become offsets, and offsets become quotations again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.annotations.draft import (
    compile_draft,
    draft_of,
    locate,
    paragraphs,
    quotation_of,
)
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
from communique.corpus.documents import text_sha256
from communique.errors import InvalidInput
from communique.files import parse_yaml
from communique.schemas.schema import load_schema
from drafted import drafted

TEXT = """\
Orvia opens port

 \t
  Orvia said on May 5 that Orvia would open its port.
"We open it," a port official said, "and we keep it open."\t

The end
"""


def test_paragraphs_are_the_lines_with_words_and_without_the_space_around_them() -> None:
    assert [span.slice(TEXT) for span in paragraphs(TEXT)] == [
        "Orvia opens port",
        "Orvia said on May 5 that Orvia would open its port.",
        '"We open it," a port official said, "and we keep it open."',
        "The end",
    ]
    assert paragraphs("") == paragraphs(" \n\n\t\n") == ()
    assert paragraphs("a") == (Span(0, 1),)


FOUND = [
    ("p1", "Orvia opens port"),
    ("p1-p2", TEXT[: TEXT.index("its port.") + 9]),
    ("p2-p2", "Orvia said on May 5 that Orvia would open its port."),
    ("p1:Orvia", "Orvia"),
    ("p2:Orvia#2", "Orvia"),
    ("p2:that [[Orvia]] would", "Orvia"),
    ("p2:[[Orvia]] said", "Orvia"),
    ("p2:its [[port.]]", "port."),
    ('p3:"We ~~ it,"', '"We open it,"'),
    ('p3:"and ~~ open."', '"and we keep it open."'),
    ("The end", "The end"),
    ("May 5", "May 5"),
    ("port#3", "port"),
]


@pytest.mark.parametrize(("expression", "words"), FOUND)
def test_an_expression_finds_its_words(expression: str, words: str) -> None:
    assert locate(expression, TEXT).slice(TEXT) == words


def test_the_place_is_the_right_one() -> None:
    # Paragraph 2 begins after "Orvia opens port\n", "\n", " \t\n" and two spaces: 17 + 1 + 3 + 2.
    assert locate("p2", TEXT) == Span(23, 74)
    assert locate("p2:Orvia#1", TEXT) == Span(23, 28)
    assert locate("p2:Orvia#2", TEXT) == Span(48, 53)
    assert locate("p2:that [[Orvia]]", TEXT) == Span(48, 53)


def test_occurrences_may_overlap() -> None:
    assert locate("aa#1", "aaaa") == Span(0, 2)
    assert locate("aa#2", "aaaa") == Span(1, 3)
    assert locate("aa#3", "aaaa") == Span(2, 4)


NOT_FOUND = [
    ("p9", "paragraph 9 of a text with 4"),
    ("p0", "paragraph 0 of a text with 4"),
    ("p9:Orvia", "paragraph 9 of a text with 4"),
    ("p3-p2", "falling order"),
    ("p1:Telmark", 'no "Telmark"'),
    ("p2:Orvia", '2 occurrences of "Orvia"'),
    ("p2:Orvia#3", '2 occurrences of "Orvia", not 3'),
    ("p2:Orvia#0", 'no "Orvia#0"'),
    ("p1:May 5", 'no "May 5"'),  # it is in paragraph 2
    ("p2:that [[Telmark]]", 'no "that Telmark"'),
    ("p2:[[O]]rvia", '2 occurrences of "Orvia"'),  # the context is not unique
    ("p3:We ~~ Monday", 'no "Monday" after "We"'),
    ("p3:Monday ~~ We", 'no "Monday"'),
    ("p3:open ~~ said", '2 occurrences of "open"'),
    ("p3:We ~~ ", 'no "" after "We"'),
    ("p1:", 'no ""'),
    ("", 'no ""'),
]


@pytest.mark.parametrize(("expression", "message"), NOT_FOUND)
def test_what_is_missing_or_ambiguous_is_said(expression: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        locate(expression, TEXT)
    assert message in str(caught.value)


def test_every_problem_of_a_draft_is_listed_with_its_path() -> None:
    draft = {
        "doc_id": "d1",
        "annotator": "gold",
        "mentions": [
            {"id": "m1", "entity": "e1", "span": "p1:Telmark", "level": "NAM"},
            {"id": "m2", "entity": "e1", "span": "p1:Orvia", "level": "NAM"},
        ],
        "quotes": [{"id": "q1", "content": ["p3", "p2:Orvia"], "cue": "p3:told"}],
        "events": [{"id": "v1", "trigger": 7, "type": "AGREE"}],
    }
    with pytest.raises(InvalidInput) as caught:
        compile_draft(draft, TEXT, sha256="0" * 64, source="d.yaml")
    assert [(problem.path, problem.found) for problem in caught.value.problems] == [
        ("$.mentions[0].span", 'no "Telmark"'),
        ("$.quotes[0].content[1]", '2 occurrences of "Orvia"'),
        ("$.quotes[0].cue[0]", 'no "told"'),
        ("$.events[0].trigger", 'no "7"'),
    ]
    assert {problem.check for problem in caught.value.problems} == {"draft.quotation"}
    assert str(caught.value).splitlines()[0].startswith("d.yaml: d1: $.mentions[0].span: error: ")


def test_a_draft_that_is_no_record_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"draft\.mapping"):
        compile_draft(["x"], TEXT, sha256="0" * 64, source="d.yaml")
    draft = {"doc_id": "d1", "annotator": "gold", "mentions": [{"id": "m1", "span": "p1"}, 3]}
    with pytest.raises(InvalidInput) as caught:
        compile_draft(draft, TEXT, sha256="0" * 64, source="d.yaml")
    assert [problem.path for problem in caught.value.problems] == [
        "$.mentions[0]",  # no entity
        "$.mentions[0]",  # no level
        "$.mentions[1]",  # no object
    ]


def test_defaults_are_left_out_of_a_draft_and_come_back() -> None:
    record = drafted(
        TEXT,
        """
entities: [{id: e1, type: GPE, kb: "state:orvia"}]
mentions: [{id: m1, entity: e1, span: "p1:Orvia", level: NAM}]
times: []
quotes: [{id: q1, content: 'p3:"We open it,"', source: m1}]
""",
    )
    assert draft_of(record, TEXT) == (
        "doc_id: d1\n"
        "annotator: gold\n"
        "entities:\n"
        "- {id: e1, type: GPE, kb: 'state:orvia'}\n"
        "mentions:\n"
        "- {id: m1, entity: e1, span: 'p1:Orvia', level: NAM}\n"
        "times: []\n"
        "quotes:\n"
        "- {id: q1, content: ['p3:\"We open it,\"'], source: m1}\n"
    )


QUOTED = [
    (Span(0, 16), "p1"),
    (Span(0, 74), "p1-p2"),
    (Span(0, 5), "p1:Orvia"),
    (Span(48, 53), "p2:Orvia#2"),
]


@pytest.mark.parametrize(("span", "expression"), QUOTED)
def test_quotations_are_short(span: Span, expression: str) -> None:
    assert quotation_of(span, TEXT) == expression


def test_a_long_quotation_is_written_as_its_ends() -> None:
    text = "The envoy said that the port would stay open for as long as anyone cared to use it.\n"
    span = Span(15, 82)
    # Twelve code points from each end are enough: both are unique.
    assert quotation_of(span, text) == "p1:that the por ~~ ed to use it"
    assert locate(quotation_of(span, text), text) == span


def test_words_that_look_like_signs_are_written_as_offsets() -> None:
    text = "a [[b]] ~~ c [[b]] ~~ c\n"
    span = Span(13, 23)
    assert span.slice(text) == "[[b]] ~~ c"
    with pytest.raises(ValueError, match=r"\[13, 23\]"):
        quotation_of(span, text)
    record = Record(
        "d1", load_schema().version, "x", text_sha256(text), (Zone("z1", "body", span),)
    )
    draft = draft_of(record, text)
    assert "span: [13, 23]" in draft
    assert _compiled(draft, text) == record


# ------------------------------------------------------------------------------------ round trip

LETTERS = "aab \n.\"'“”[]~#:p1-é\u0301\u05d0\u0627\u200f🇩🇪👩\u200d🚀\u00a0\t日x"
LABELS = load_schema().labels


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Record]:
    """A text and a record of it that is structurally sound."""
    text = draw(st.text(alphabet=LETTERS, min_size=1, max_size=60))

    def span() -> Span:
        start = draw(st.integers(0, len(text) - 1))
        return Span(start, draw(st.integers(start + 1, len(text))))

    def label(vocabulary: str) -> str:
        return draw(st.sampled_from(LABELS(vocabulary)))

    def some(least: int = 0) -> range:
        return range(draw(st.integers(least, 3)))

    entities = tuple(
        Entity(f"e{i}", label("entity_type"), None, "unnamed", draw(st.sampled_from([(), ("e0",)])))
        for i in some(1)
    )
    mentions = tuple(
        Mention(
            f"m{i}",
            draw(st.sampled_from(entities)).id,
            span(),
            label("mention_level"),
            label("mention_use"),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for i in some()
    )
    times = tuple(
        Time(f"t{i}", label("time_type"), span(), draw(st.sampled_from([None, "2031", "no", ""])))
        for i in some()
    )
    quotes = tuple(
        Quote(
            f"q{i}",
            tuple(span() for _ in some(1)) or (span(),),
            tuple(span() for _ in some()),
            draw(st.sampled_from([None, "m0"])),
            draw(st.sampled_from([(), ("m0", "m1")])),
            None,
            label("quote_kind"),
            label("polarity"),
            depth=draw(st.sampled_from([None, 0])),
        )
        for i in some()
    )
    events = tuple(
        Event(
            f"v{i}",
            span(),
            label("event_type"),
            realis=label("realis"),
            arguments=tuple(Argument(label("role"), "m0") for _ in some()),
            chain=draw(st.sampled_from([None, "c1", "y"])),
        )
        for i in some()
    )
    absent = draw(st.sets(st.sampled_from(["entities", "times", "quotes", "events"])))
    return text, Record(
        "d1",
        load_schema().version,
        "gold",
        text_sha256(text),
        entities=None if "entities" in absent else entities,
        mentions=mentions,
        times=None if "times" in absent else times,
        quotes=None if "quotes" in absent else quotes,
        events=None if "events" in absent else events,
    )


def _compiled(draft: str, text: str) -> Record:
    value = parse_yaml(draft, source="draft")
    return compile_draft(value, text, sha256=text_sha256(text), source="draft")


@given(annotated())
def test_compiling_the_draft_of_a_record_yields_the_record(given: tuple[str, Record]) -> None:
    text, record = given
    assert _compiled(draft_of(record, text), text) == record


@given(st.text(alphabet="ab \n🇩é\u0301א", min_size=1, max_size=40), st.data())
def test_every_span_of_an_ordinary_text_has_a_quotation(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    assert locate(quotation_of(span, text), text) == span


@given(st.text(alphabet="ab \n\t\u00a0é", max_size=40))
def test_paragraphs_lose_nothing_but_space(text: str) -> None:
    spans = paragraphs(text)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    words = [span.slice(text) for span in spans]
    assert all(one == one.strip() and one and "\n" not in one for one in words)
    assert "".join("".join(words).split()) == "".join(text.split())
