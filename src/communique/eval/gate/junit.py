"""A gate's verdict as JUnit XML, which CI servers show as tests."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from communique.eval.gate.report import GateReport, Outcome

__all__ = ["error_xml", "report_xml"]

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, not even as a reference (production 2, Char)."""


def report_xml(report: GateReport) -> str:
    """A test suite with one test case for each demand.

    The names of the cases do not depend on what was found. What could not be judged and may pass
    is skipped; what could not and may not is a failure.
    """
    suite = _suite(report.gate.name, len(report.outcomes), failures=len(report.failures))
    skipped = [one for one in report.outcomes if one.passed and one.reason]
    suite.set("skipped", str(len(skipped)))
    properties = SubElement(suite, "properties")
    for name, value in (("signature", report.signature), ("test", report.test)):
        if value is not None:
            SubElement(properties, "property", name=name, value=_text(str(value)))
    for outcome in report.outcomes:
        _case(suite, report.gate.name, outcome)
    if report.notes:
        SubElement(suite, "system-out").text = _text("\n".join(report.notes))
    return _written(suite)


def error_xml(gate: str, message: str) -> str:
    """A test suite with one case that ended in an error: the gate could not be held at all."""
    suite = _suite(gate, 1, errors=1)
    suite.set("skipped", "0")
    case = SubElement(suite, "testcase", classname=_text(f"gate.{gate}"), name="input")
    first = message.partition("\n")[0]
    SubElement(case, "error", message=_text(first), type="input").text = _text(message)
    return _written(suite)


def _suite(gate: str, tests: int, *, failures: int = 0, errors: int = 0) -> Element:
    numbers = {"tests": tests, "failures": failures, "errors": errors}
    attributes = {key: str(number) for key, number in numbers.items()}
    return Element("testsuite", {"name": _text(f"gate {gate}"), **attributes})


def _case(suite: Element, gate: str, outcome: Outcome) -> None:
    demand = outcome.demand
    case = SubElement(suite, "testcase", classname=_text(f"gate.{gate}"), name=_text(demand.name))
    if outcome.passed and outcome.reason:
        SubElement(case, "skipped", message=_text(str(outcome)))
    elif not outcome.passed:
        failure = SubElement(case, "failure", message=_text(str(outcome)), type=demand.kind)
        failure.text = _text("\n".join([str(outcome), *map(str, outcome.worst)]))
    else:
        SubElement(case, "system-out").text = _text(str(outcome))


def _written(suite: Element) -> str:
    root = Element(
        "testsuites", {key: suite.attrib[key] for key in ("tests", "failures", "errors")}
    )
    root.append(suite)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _text(text: str) -> str:
    return NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
