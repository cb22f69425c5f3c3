"""What goes into a report: figures, payloads, colours; and that data never becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import SCHEMA, records
from communique.annotations.record import Record
from communique.corpus.documents import Document
from communique.errors import CommuniqueError
from communique.eval.errors import CATEGORIES, judge
from communique.eval.inputs import side_of_records
from communique.eval.measures import MEASURES
from communique.eval.report import report_page
from communique.eval.report.confusion import confusions
from communique.eval.report.documents import SHOWN, error_counts, payloads
from communique.eval.report.overview import HEADLINES, TYPED
from communique.eval.report.page import as_page, embedded
from communique.eval.report.palette import (
    ENOUGH,
    GROUNDS,
    VOCABULARIES,
    contrast,
    legible,
    palette_css,
    tinted,
)
from communique.eval.scoring import paired, score
from judged import compared, record
from reported import HOSTILE, hostile, many, sides_of


class Elements(HTMLParser):
    """The tags of a page and the contents of its data, as a parser of HTML sees them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: dict[str, Any] = {}
        self._name: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        json_data = tag == "script" and dict(attrs).get("type") == "application/json"
        self._name = dict(attrs)["id"] if json_data else None

    def handle_endtag(self, tag: str) -> None:
        self._name = None

    def handle_data(self, data: str) -> None:
        if self._name:
            self.data[self._name] = json.loads(data)


def overview(page: str) -> dict[str, Any]:
    found: dict[str, Any] = Elements(page).data["overview"]
    return found


# ---------------------------------------------------------------------------------- safe


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@settings(max_examples=200, deadline=None)
def test_embedded_data_is_no_markup_and_reads_back(value: object) -> None:
    text = embedded(value)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


def test_a_page_holds_hostile_text_only_as_data() -> None:
    page = report_page(*sides_of([hostile()]))
    found = Elements(page)
    assert found.data["document-0"]["text"] == HOSTILE
    assert found.data["overview"]["documents"][0]["title"] == HOSTILE.split("\n")[0]
    assert "<img" not in page
    executable = [attrs for tag, attrs in found.tags if tag == "script" and "type" not in attrs]
    assert executable == [{}]
    assert not any(name.startswith("on") for _, attrs in found.tags for name in attrs)
    # nothing is fetched: no attribute that a browser loads from
    assert not [attrs for _, attrs in found.tags if {"src", "data", "srcset"} & set(attrs)]
    assert all(str(attrs.get("href", "#")).startswith("#") for _, attrs in found.tags)


def test_a_title_cannot_leave_its_place() -> None:
    page = as_page("</title><script>x</script>{{data}}", {}, [], "")
    assert Elements(page).tags.count(("script", {})) == 1
    assert "&lt;/title&gt;&lt;script&gt;x&lt;/script&gt;{{data}}" in page


def test_script_and_style_have_the_hashes_of_the_policy() -> None:
    import base64
    import hashlib

    page = report_page(*sides_of([hostile()]))
    policy = next(
        str(attrs["content"])
        for tag, attrs in Elements(page).tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    script = page[page.rindex("<script>") + 8 : page.rindex("</script>")]
    for text in (style, script):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "innerHTML" not in script
    assert "http" not in script.replace("http://www.w3.org/2000/svg", "")


def test_the_same_input_gives_the_same_page() -> None:
    assert report_page(*sides_of(many(2, 1))) == report_page(*sides_of(many(2, 1)))


# ---------------------------------------------------------------------------------- figures


def test_figures_are_those_of_the_scorer() -> None:
    sides = sides_of(many(3, 2))
    result = score(*sides)
    found = overview(report_page(*sides))
    by_name = {row["name"]: row for row in found["scores"]}
    assert set(by_name) == set(result.counts)
    for name, row in by_name.items():
        assert row["value"] == result.score(name).value
        assert row["definition"] == MEASURES[name].definition
        if row["value"] is not None:
            assert row["low"] <= row["value"] + 1e-9
            assert row["high"] >= row["value"] - 1e-9
    assert [row["name"] for row in found["scores"][: len(HEADLINES)]] == list(HEADLINES)
    types = {one["name"]: one["types"] for one in found["types"]}
    assert list(types) == list(TYPED)
    persons = next(one for one in types["mentions.strict"] if one["type"] == "PER")
    assert persons["value"] == result.by_type("mentions.strict")["PER"].value
    golds = [one["n_gold"] for one in types["mentions.strict"]]
    assert golds == sorted(golds, reverse=True)
    assert found["signature"].startswith(str(result.signature))
    assert "resamples:10000" in found["signature"]
    assert any("fewer than 30" in note for note in found["notes"])


def test_every_headline_is_a_measure() -> None:
    assert set(HEADLINES) <= set(MEASURES)
    assert all(MEASURES[name].types for name in TYPED)


def test_one_document_has_no_interval() -> None:
    found = overview(report_page(*sides_of(many(1, 2))))
    assert {row["low"] for row in found["scores"]} == {None}
    assert any(row["value"] for row in found["scores"])


def test_layers_that_a_system_does_not_do_are_named() -> None:
    gold, _ = sides_of(many(2, 1))
    only = [
        Record(one.doc_id, one.schema_version, "times-only", times=one.times)
        for one, _ in many(2, 1)
    ]
    found = overview(report_page(gold, side_of_records(only, name="pred")))
    assert found["system"] == "times-only"
    assert {row["name"].partition(".")[0] for row in found["scores"]} == {"times"}
    assert {one["list"] for one in found["errors"]} == {"times"}
    whys = {one["why"] for one in found["skipped"]}
    assert "the predictions have no quotes" in whys
    with pytest.raises(CommuniqueError):
        report_page(gold, side_of_records([replace(only[0], times=None)], name="pred"))


def test_empty_lists_make_a_page() -> None:
    nothing = record()
    sides = [side_of_records([nothing], name=name) for name in ("gold", "pred")]
    found = overview(report_page(sides[0], sides[1]))
    assert {row["value"] for row in found["scores"]} == {None}
    assert found["buckets"] == []


# ---------------------------------------------------------------------------------- matrices


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_a_row_of_the_matrix_sums_up_to_its_type(gold: Record, pred: Record) -> None:
    comparison = compared(gold, pred)
    judged = judge(comparison)
    for matrix in confusions(comparison, judged):
        cells, labels = np.array(matrix["cells"]), matrix["labels"]
        spans = {
            "mentions": comparison.gold.mentions.spans,
            "times": comparison.gold.times,
            "events": comparison.gold.events.spans,
        }[matrix["list"]]
        vocabulary = {
            "mentions": "entity_type",
            "times": "time_type",
            "events": "event_type",
        }[matrix["list"]]
        kept = spans.type[comparison.kept(matrix["list"]).gold]
        names = SCHEMA.labels(vocabulary)
        for row, label in zip(cells, labels, strict=False):
            assert row.sum() == (kept == names.index(label)).sum()
        judgement = judged[matrix["list"]]
        alone = (judgement.walk()[0] < 0).sum()
        assert cells[-1].sum() == alone
        assert cells[-1][-1] == 0


# ---------------------------------------------------------------------------------- documents


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_payloads_say_what_the_verdicts_say(gold: Record, pred: Record) -> None:
    comparison = compared(gold, pred)
    judged = judge(comparison)
    payload = payloads(comparison, judged, [None])[0]
    for side, one in (("gold", gold), ("pred", pred)):
        lists = payload[side]
        assert [row[0] for row in lists["mentions"]] == [m.id for m in one.mentions or ()]
        assert [row[1:3] for row in lists["events"]] == [
            [*event.trigger] for event in one.events or ()
        ]
        for row, event in zip(lists["events"], one.events or (), strict=True):
            roles = [SCHEMA.labels("role")[role] for role, _, _ in row[8]]
            ids = [lists[SHOWN[name]][place][0] for _, name, place in row[8]]
            assert list(zip(roles, ids, strict=True)) == [
                (argument.role, argument.target) for argument in event.arguments
            ]
        for row, quote in zip(lists["quotes"], one.quotes or (), strict=True):
            source = None if row[3] < 0 else lists["mentions"][row[3]][0]
            assert source == quote.source
        for name in SHOWN:
            verdicts = judged[name].gold if side == "gold" else judged[name].pred
            pairs = np.array(lists["verdicts"][name]).reshape(-1, 2)
            assert len(pairs) == len(lists[name])
            assert pairs[verdicts.rows, 0].tolist() == verdicts.category.tolist()
            assert pairs[verdicts.rows, 1].tolist() == verdicts.partner.tolist()
            assert (np.delete(pairs, verdicts.rows, axis=0) == -1).all()
    # errors: as many of each category as the counts say
    counts = error_counts(comparison, judged)[0]
    found = {name: [0] * len(CATEGORIES[name]) for name in SHOWN}
    errors = np.array(payload["errors"], dtype=np.int64).reshape(-1, 3)
    for number, i, j in errors.tolist():
        name = SHOWN[number]
        side, place = ("gold", i) if i >= 0 else ("pred", j)
        found[name][payload[side]["verdicts"][name][2 * place]] += 1
    assert {name: numbers[1:] for name, numbers in found.items()} == {
        name: numbers[1:] for name, numbers in counts.items()
    }
    assert len({tuple(error) for error in errors.tolist()}) == len(errors)


def test_documents_are_told_apart_in_payloads() -> None:
    gold, pred = sides_of(many(3, 2))
    comparison, doc_ids, _ = paired(gold, pred)
    found = payloads(comparison, judge(comparison), [gold.texts[one] for one in doc_ids])
    for payload in found:
        for side in ("gold", "pred"):
            for name in SHOWN:
                verdicts = payload[side]["verdicts"][name]
                assert len(verdicts) == 2 * len(payload[side][name])
                other = payload["pred" if side == "gold" else "gold"][name]
                assert max(verdicts[1::2], default=-1) < len(other)
    # the generator spoils each document in another way
    assert found[0]["errors"] != found[1]["errors"]


def test_texts_of_restricted_documents() -> None:
    gold, pred = sides_of(many(1, 1), splits={"story-000": "restricted"})
    open_page = overview(report_page(*sides_of(many(1, 1))))
    assert (open_page["restricted"], open_page["documents"][0]["restricted"]) == (False, False)
    there = report_page(gold, pred, split="restricted")
    assert overview(there)["restricted"] is True
    gone = report_page(replace(gold, texts={}), pred, split="restricted")
    about = overview(gone)
    assert about["restricted"] is False
    assert about["documents"][0]["restricted"] is True
    assert about["documents"][0]["title"] is None
    assert Elements(gone).data["document-0"]["text"] is None
    assert "boat" in there
    assert "boat" not in gone
    # the licence counts, whatever the split
    document = Document(
        doc_id="story-000",
        outlet="o",
        published="2031-05-06",
        language="en",
        genre="wire",
        storyline="s",
        world="reported",
        licence="restricted",
        synthetic=False,
        sha256="0" * 64,
    )
    gold, pred = sides_of(many(1, 1))
    assert overview(report_page(gold, pred, documents={"story-000": document}))["restricted"]


# ---------------------------------------------------------------------------------- colours


def test_contrast_by_hand() -> None:
    # white against black: (1 + .05) / (0 + .05); a colour against itself: 1
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#336699", "#336699") == 1
    # luminance of #777777: 119/255 = .4667 → ((.4667 + .055)/1.055)^2.4 = .1845
    assert contrast("#ffffff", "#777777") == pytest.approx(1.05 / (0.1845 + 0.05), abs=1e-3)


@pytest.mark.parametrize("theme", GROUNDS)
def test_every_label_can_be_read(theme: str) -> None:
    css = palette_css(SCHEMA)
    for vocabulary, prefix in VOCABULARIES.items():
        for label in SCHEMA.vocabularies[vocabulary].values():
            assert label.color is not None
            found = legible(label.color, GROUNDS[theme])
            assert contrast(found, tinted(found, GROUNDS[theme])) >= ENOUGH
            assert f"--{prefix}-{label.name}:{found};" in css


def test_a_colour_that_can_be_read_stays() -> None:
    assert legible("#00302f", GROUNDS["light"]) == "#00302f"
    assert legible("#ffffff", GROUNDS["light"]) != "#ffffff"
