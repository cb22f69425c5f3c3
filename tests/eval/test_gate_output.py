"""Verdicts as JUnit XML and as Markdown: complete, well-formed, and safe against outside text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.eval.gate.gate import Demand, Gate
from communique.eval.gate.junit import error_xml, report_xml
from communique.eval.gate.markdown import error_markdown, report_markdown
from communique.eval.gate.report import GateReport, Outcome
from communique.eval.gate.worst import WorstDocument
from communique.eval.signature import Signature

STRICT = Demand("mentions.strict", None, "f1", "min", 0.6)
PER = Demand("mentions.strict", "PER", "recall", "max_drop", 0.02)
TEST = Demand("quotes.source", None, "f1", "not_significantly_worse", None)
CLAIMS = Demand("claims", None, "f1", "min", 0.1, undefined_passes=True)

OUTCOMES = (
    Outcome(STRICT, True, "≥ 0.600", 0.7, margin=0.1),
    Outcome(
        PER,
        False,
        "≥ 0.580 (0.600 − 0.02)",
        0.5,
        0.6,
        margin=-0.08,
        worst=(WorstDocument("ferry-01", 0.2, 0.05, {"tp": 1.0, "n_pred": 2.0, "n_gold": 8.0}),),
    ),
    Outcome(TEST, False, "not below 0.700 with p ≤ 0.05", 0.6, 0.7, 0.012, -0.038),
    Outcome(CLAIMS, True, "≥ 0.100", reason="not scored: the gold has no events"),
)
REPORT = GateReport(
    Gate("nightly", (STRICT, PER, TEST, CLAIMS), Path("b.json")),
    Signature("communique", {"gold": "ab", "docs": "12"}),
    OUTCOMES,
    Signature("communique", {"test": "randomisation"}),
    ("12 documents, fewer than 30",),
)
NUMBERS = ("tests", "failures", "errors")


def parsed(xml: str) -> ElementTree.Element:
    assert xml.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert xml.endswith("</testsuites>\n")
    return ElementTree.fromstring(xml.encode("utf-8"))


def check_shape(root: ElementTree.Element) -> None:
    """What readers of JUnit XML rely on: the elements, their order, and numbers that add up."""
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.tag == "testsuite"
    tags = [child.tag for child in suite]
    assert re.fullmatch("(properties )?(testcase )+(system-out )?", " ".join([*tags, ""]))
    cases = suite.findall("testcase")
    found = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    assert {key: int(suite.attrib[key]) for key in found} == found
    assert {key: int(root.attrib[key]) for key in NUMBERS} == {key: found[key] for key in NUMBERS}
    for case in cases:
        assert case.attrib["classname"] and case.attrib["name"]
        assert len(case) <= 1
    assert len({case.attrib["name"] for case in cases}) == len(cases)


def test_junit_has_a_case_for_each_demand() -> None:
    root = parsed(report_xml(REPORT))
    check_shape(root)
    suite = root[0]
    assert suite.attrib["name"] == "gate nightly"
    assert [case.attrib["name"] for case in suite.findall("testcase")] == [
        "mentions.strict f1 at least 0.6",
        "mentions.strict PER recall at most 0.02 below the baseline",
        "quotes.source f1 not significantly below the baseline",
        "claims f1 at least 0.1",
    ]
    drop, test = suite.findall("testcase/failure")
    assert drop.attrib == {
        "message": "mentions.strict PER recall: wanted ≥ 0.580 (0.600 − 0.02), found 0.500, "
        "margin -0.080",
        "type": "max_drop",
    }
    assert drop.text is not None and "ferry-01: 0.200 (tp 1, n_pred 2, n_gold 8)" in drop.text
    assert test.attrib["message"].endswith("found 0.600 (p 0.012), margin -0.038 p")
    (skipped,) = suite.findall("testcase/skipped")
    assert "the gold has no events" in skipped.attrib["message"]
    properties = {one.attrib["name"]: one.attrib["value"] for one in suite.iter("property")}
    assert properties == {
        "signature": "communique|gold:ab|docs:12",
        "test": "communique|test:randomisation",
    }


def test_names_do_not_depend_on_what_was_found() -> None:
    other = replace(OUTCOMES[0], passed=False, found=0.1, margin=-0.5)
    names = [
        [case.attrib["name"] for case in parsed(report_xml(report)).iter("testcase")]
        for report in (REPORT, replace(REPORT, outcomes=(other, *OUTCOMES[1:])))
    ]
    assert names[0] == names[1]


def test_an_error_is_no_failure() -> None:
    root = parsed(error_xml("nightly", "p.jsonl: error: one\np.jsonl: error: two"))
    check_shape(root)
    (error,) = root.iter("error")
    assert error.attrib["message"] == "p.jsonl: error: one"
    assert error.text == "p.jsonl: error: one\np.jsonl: error: two"


@given(st.text(max_size=30), st.text(max_size=30))
def test_outside_text_cannot_break_xml(name: str, text: str) -> None:
    outcomes = (replace(OUTCOMES[0], passed=False, reason=text),)
    report = replace(REPORT, gate=replace(REPORT.gate, name=name), outcomes=outcomes, notes=(text,))
    check_shape(parsed(report_xml(report)))
    check_shape(parsed(error_xml(name, text)))


@pytest.mark.parametrize("text", ["]]>", "<script>", "\"&'", "\x00\x1b[31m", "\ud800", "\uffff"])
def test_what_xml_cannot_hold_is_replaced(text: str) -> None:
    (error,) = parsed(error_xml("g", f"a{text}b")).iter("error")
    shown = error.text or ""
    assert shown.startswith("a") and shown.endswith("b")
    assert shown[1:-1] == re.sub("[\x00\x1b\ud800\uffff]", "\ufffd", text)


def rows(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_markdown_is_a_table_under_the_verdict() -> None:
    markdown = report_markdown(REPORT)
    assert markdown.startswith("### ❌ gate nightly: failed, 2 of 4 demands are not met\n\n|")
    found = rows(markdown)
    assert found[0] == ["", "measure", "type", "value", "wanted", "found", "margin"]
    assert found[2] == ["✅", "`mentions.strict`", "", "f1", "≥ 0.600", "0.700", "+0.100"]
    assert found[3][0] == found[4][0] == "❌"
    assert found[5][0] == "❔" and "the gold has no events" in found[5][5]
    assert "- ferry-01: 0.200 (tp 1" in markdown
    assert "- 12 documents, fewer than 30\n" in markdown
    assert markdown.endswith("\n")


def test_markdown_of_a_pass() -> None:
    report = replace(REPORT, outcomes=OUTCOMES[:1], notes=())
    assert report_markdown(report).startswith("### ✅ gate nightly: passed, all of 1 demands")


@given(st.text(max_size=30))
def test_outside_text_cannot_break_the_table(text: str) -> None:
    outcomes = (replace(OUTCOMES[0], reason=f"{text}|`<img src=x>` @all [a](b)\n| x |"),)
    markdown = report_markdown(replace(REPORT, outcomes=outcomes, notes=(text,)))
    found = rows(markdown)
    assert len(found) == 3
    assert {len(row) for row in found} == {7}
    assert "<img" not in markdown and "@all" not in markdown and "[a](b)" not in markdown


def test_markdown_of_an_error() -> None:
    markdown = error_markdown("nightly", "one <b>\ntwo")
    assert markdown == "### ❌ gate nightly: not held\n\n- one &lt;b&gt;\n- two\n\n"
