"""Agreement as tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from communique.eval.agreement.disagreement import KINDS, Disagreement
from communique.eval.agreement.gates import Verdict
from communique.eval.agreement.outcome import Agreement, extent
from communique.eval.counts import Score
from communique.eval.statistics.interval import Interval
from communique.eval.table import UNDEFINED, interval_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

__all__ = ["agreement_tables", "disagreement_table", "gate_table"]

LONGEST = 40
"""Code points of words in a list; longer ones lose their middle."""


def agreement_tables(outcome: Agreement, *, per_type: bool = False) -> Iterator[RenderableType]:
    """What to print: the figures layer by layer, what differs how often, and what was compared."""
    from rich.text import Text

    for side, name, annotators in zip("AB", outcome.names, outcome.annotators, strict=True):
        yield Text(f"{side}  {name}  {', '.join(annotators)}", style="bold")
    yield Text()
    table = _table("figure", "statistic")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    for name in ("docs", "A", "B", "agreed"):
        table.add_column(name, justify="right", no_wrap=True)
    found = outcome.figures.values()
    for number, (_, rows) in enumerate(groupby(found, key=lambda one: one.figure.layer)):
        if number:
            table.add_row()
        for one in rows:
            figure = one.figure
            head = Text(figure.name, style="bold cyan")
            cells = _cells(one.score, one.interval)
            table.add_row(head, figure.statistic, *cells[:2], str(one.n_docs), *cells[2:])
            if per_type:
                for label, (score, interval) in one.types.items():
                    cells = _cells(score, interval)
                    table.add_row(Text(f"  {label}"), "", *cells[:2], "", *cells[2:])
    yield table
    yield Text()
    if outcome.disagreements:
        yield _kinds(outcome)
        yield Text()
    for name, one in outcome.figures.items():
        if one.undefined:
            yield Text(f"undefined: {name}: {one.undefined}", style="yellow")
    for note in outcome.notes:
        yield Text(note, style="yellow")
    yield Text(str(outcome.signature), style="dim")


def disagreement_table(disagreements: Sequence[Disagreement]) -> RenderableType:
    """The disagreements one by one, shortened."""
    from rich.text import Text

    table = _table("document", "place", "layer", "kind", "words", "A", "B")
    for one in disagreements:
        place = f"p{one.paragraph}" if one.paragraph else f"{one.start}–{one.end}"
        table.add_row(
            one.doc_id,
            place,
            one.layer,
            Text(one.kind, style="bold"),
            _short(one.words or UNDEFINED),
            _version(one.kind, one.a, one.ids_a),
            _version(one.kind, one.b, one.ids_b),
        )
    return table


def gate_table(verdicts: Sequence[Verdict]) -> RenderableType:
    """The gates and what became of each."""
    from rich.text import Text

    table = _table("gate")
    table.add_column("least", justify="right")
    table.add_column("value", justify="right")
    table.add_column("")
    for one in verdicts:
        style = "green" if one.passed else "bold red"
        status = f"{one.status}: {one.why}" if one.why else one.status
        value = UNDEFINED if one.value is None else f"{one.value:.3f}"
        table.add_row(one.gate.figure, f"{one.gate.least:.2f}", value, Text(status, style=style))
    return table


def _kinds(outcome: Agreement) -> Table:
    """How often each kind of disagreement occurs, by layer."""
    tallied = outcome.tallied()
    kinds = [kind for kind in KINDS if any(kind in counts for counts in tallied.values())]
    table = _table("disagreements")
    for layer in tallied:
        table.add_column(layer, justify="right")
    for kind in kinds:
        counts = [of_layer.get(kind, 0) for of_layer in tallied.values()]
        table.add_row(kind, *(f"{count:,}" if count else "" for count in counts))
    return table


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _cells(score: Score, interval: Interval) -> list[str]:
    """Value, interval, and how much was compared and agreed on."""
    value = UNDEFINED if score.value is None else f"{score.value:.3f}"
    counts = [
        "" if n is None else f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
        for n in extent(score).values()
    ]
    return [value, interval_text(interval), *counts]


def _version(kind: str, version: Any, ids: Sequence[str]) -> str:
    """One side's version in a few words, with its ids."""
    if version is None:
        return UNDEFINED
    named = ids[0] if len(ids) == 1 else f"{ids[0]} +{len(ids) - 1}" if ids else ""
    if "id" in version:  # a whole annotation: its words stand beside it
        label = version.get("type") or version.get("level") or version.get("kind") or ""
        return f"{label} {named}".strip()
    named_fields = kind in ("attribute", "link", "cue")
    said = "; ".join(
        f"{name} {_said(value)}" if named_fields else _said(value)
        for name, value in version.items()
    )
    return f"{_short(said)} ({named})" if named else _short(said)


def _said(value: Any) -> str:
    """A value of a version in words."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, dict) and "role" in value:
        return f"{value['role']} {_said(value['target'])}"
    if isinstance(value, dict) and "kb" in value:
        return f"{value['id']} {value['name']}"
    if isinstance(value, dict) and "words" in value:
        return value["words"] or ", ".join(f"{start}–{end}" for start, end in value["spans"])
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    """Words on one line without their middle when they are long, and with nothing that acts."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(text) <= LONGEST:
        return text
    half = (LONGEST - 3) // 2
    return f"{text[:half]} … {text[-half:]}"
