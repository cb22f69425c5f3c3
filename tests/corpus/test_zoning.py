from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communique.annotations.checks import Context
from communique.annotations.checks.check import CHECKS
from communique.annotations.record import Record
from communique.corpus.ingest.zoning import propose_zones

PAGE = """\
Skip to main content

Aldia reopens Tarn bridge after talks with Borva

By Mara Quill
Lorries wait in Kestor on Monday. Photo by Ed Holt/Gulf Wire
Lorries wait in Kestor on Monday. Photo by Ed Holt/Gulf Wire | Buy this photo

KESTOR, Aldia, May 14 (Gulf Wire) -- Aldia reopened the Tarn bridge on Wednesday.

The ministry said so. Nobody did.

ADVERTISEMENT

"We are glad," said Ilka Rahn.

MORE FROM WORLD
"""


def zones_of(text: str, **known: str) -> list[tuple[str, str, bool]]:
    return [
        (zone.type, zone.span.slice(text), zone.duplicate_of is not None)
        for zone in propose_zones(text, **known)
    ]


def test_a_page_with_everything_on_it() -> None:
    assert zones_of(PAGE) == [
        ("boilerplate", "Skip to main content", False),
        ("headline", "Aldia reopens Tarn bridge after talks with Borva", False),
        ("byline", "By Mara Quill", False),
        ("caption", "Lorries wait in Kestor on Monday.", False),
        ("boilerplate", "Photo by Ed Holt/Gulf Wire", False),
        ("caption", "Lorries wait in Kestor on Monday.", True),
        ("boilerplate", "Photo by Ed Holt/Gulf Wire | Buy this photo", False),
        ("dateline", "KESTOR, Aldia, May 14 (Gulf Wire) --", False),
        (
            "body",
            "Aldia reopened the Tarn bridge on Wednesday.\n\nThe ministry said so. Nobody did.",
            False,
        ),
        ("boilerplate", "ADVERTISEMENT", False),
        ("body", '"We are glad," said Ilka Rahn.', False),
        ("boilerplate", "MORE FROM WORLD", False),
    ]
    repeated = propose_zones(PAGE)[5]
    assert repeated.duplicate_of == "z4"


@pytest.mark.parametrize(
    ("line", "dateline"),
    [
        ("ACCRA, June 12 (HNA) — No sum of money appears.", "ACCRA, June 12 (HNA) —"),
        ("BRUSSELS, 18 June – Nothing was paid.", "BRUSSELS, 18 June –"),
        ("HALDRUM, Torvane — Sirens woke this port.", "HALDRUM, Torvane —"),
        ("SANT AVO, Sept. 26 (Gulf Wire) -- It began.", "SANT AVO, Sept. 26 (Gulf Wire) --"),
        ("Kestor (Gulf Wire) - It began.", "Kestor (Gulf Wire) -"),
        ("May 14 (Gulf Wire) -- It began.", "May 14 (Gulf Wire) --"),
        ("14 May 2031 – It began.", "14 May 2031 –"),
    ],
)  # fmt: skip
def test_datelines(line: str, dateline: str) -> None:
    text = f"Aldia reopens bridge\n\n{line}\n"
    assert zones_of(text)[1] == ("dateline", dateline, False)
    assert zones_of(text)[2][0] == "body"


@pytest.mark.parametrize(
    "line",
    [
        "The Tarn bridge – closed for three days – is open.",
        "Aldia is open - at last.",
        "AIDS researchers met in Kestor - the first time in a year.",
        "“Kestor” – a name that nobody likes.",
    ],
)
def test_dashes_that_end_no_dateline(line: str) -> None:
    assert [kind for kind, _, _ in zones_of(f"Aldia reopens bridge\n\n{line}\n")] == [
        "headline",
        "body",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "By Mara Quill",
        "Analysis by M. Quill",
        "Mara Quill, Gulf Wire",
        "Mara Quill-Holt",
        "BY M. QUILL",
    ],
)
def test_bylines(line: str) -> None:
    text = f"Aldia reopens bridge\n\n{line}\n\nAldia reopened the bridge.\n"
    assert [kind for kind, _, _ in zones_of(text)] == ["headline", "byline", "body"]


def test_what_is_known_of_the_page_decides() -> None:
    text = "Gulf Wire\n\nAldia reopens bridge.\n\nq. m.\n\nIt did so on Monday.\n"
    assert [kind for kind, _, _ in zones_of(text)] == ["headline", "body"]
    known = zones_of(text, title="Aldia  reopens bridge.", byline="Q. M.")
    assert [kind for kind, _, _ in known[:2]] == ["boilerplate", "headline"]


def test_a_text_without_a_headline_is_all_body() -> None:
    text = "Aldia reopened the bridge on Monday, and nobody crossed it.\n\nThat was all.\n"
    assert [kind for kind, _, _ in zones_of(text)] == ["body"]


def test_texts_in_other_scripts_are_zoned_by_their_form() -> None:
    text = "奥尔迪亚谴责博尔瓦\n\n奥尔迪亚说：「我们不会等待。」\n"
    assert [kind for kind, _, _ in zones_of(text)] == ["headline", "body"]


LINES = st.sampled_from(
    [line for line in PAGE.split("\n") if line] + ["", "👩🏽‍🚀", "  x  ", "By", "—"]
)


@given(st.lists(LINES, max_size=14).map("\n".join))
@example("")
@example("By\n\n\n")
@example("A (B) - \nx")
def test_zones_are_disjoint_and_cover_every_line(text: str) -> None:
    record = Record("d1", "1.0", "proposed", zones=propose_zones(text))
    for name in ("span.empty", "span.bounds", "span.whitespace", "zone.overlap", "zone.duplicate",
                 "zone.repetition", "zone.uncovered", "id.unique", "ref.resolved"):  # fmt: skip
        find = CHECKS[name].find
        assert find is not None
        assert list(find(Context(record, text))) == [], name
