"""A gate's verdict as Markdown, for the summary of a GitHub job."""

from __future__ import annotations

import html
from collections.abc import Iterator

from communique.eval.gate.report import GateReport, Outcome

__all__ = ["error_markdown", "report_markdown"]

SIGNS = {"passed": "✅", "failed": "❌", "undefined": "❔"}


def report_markdown(report: GateReport) -> str:
    """A heading with the verdict, a table with a row for each demand, and what cost most."""
    return "\n".join(_lines(report)) + "\n"


def error_markdown(gate: str, message: str) -> str:
    """What to show when the gate could not be held at all."""
    lines = [_cell(line) for line in message.splitlines()]
    return "\n".join([f"### ❌ gate {_cell(gate)}: not held", "", *_bullets(lines)]) + "\n"


def _lines(report: GateReport) -> Iterator[str]:
    yield f"### {'✅' if report.passed else '❌'} {_cell(report.headline)}"
    yield ""
    yield "| | measure | type | value | wanted | found | margin |"
    yield "|---|---|---|---|---|---:|---:|"
    for one in report.outcomes:
        demand = one.demand
        sign = SIGNS["failed" if not one.passed else one.status]
        cells = [
            f"`{demand.measure}`",
            demand.type or "",
            demand.value,
            _cell(one.wanted),
            _cell(one.found_text if one.reason is None else f"{one.found_text}: {one.reason}"),
            _cell(one.margin_text),
        ]
        yield f"| {sign} | {' | '.join(cells)} |"
    yield ""
    for one in report.failures:
        if one.worst:
            yield from _worst(one)
    if report.notes:
        yield from _bullets([_cell(note) for note in report.notes])
    yield f"<sub>{_cell(str(report.signature))}</sub>"
    yield ""


def _worst(outcome: Outcome) -> Iterator[str]:
    yield f"What cost {_cell(outcome.demand.number)} most:"
    yield ""
    yield from _bullets([_cell(str(one)) for one in outcome.worst])


def _bullets(lines: list[str]) -> Iterator[str]:
    yield from (f"- {line}" for line in lines)
    yield ""


def _cell(text: str) -> str:
    """Outside text that can neither end a cell nor begin markup."""
    line = " ".join(text.split())
    safe = html.escape(line, quote=False)
    return "".join(f"&#{ord(c)};" if c in "|`*_[]\\#~$@" else c for c in safe)
