"""Gates on agreement: which are passed, which are missed, and files that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from annotated import SCHEMA
from communique.annotations.record import Event, Record, Span, Time
from communique.errors import InvalidInput
from communique.eval.agreement.figures import figures
from communique.eval.agreement.gates import Gate, judged, load_gates, shipped_gates
from communique.eval.agreement.outcome import Agreement, agreement
from communique.eval.inputs import side_of_records


def record(**lists: Any) -> Record:
    return Record("d1", SCHEMA.version, "test", **lists)


def compared(first: Record, second: Record) -> Agreement:
    sides = [side_of_records([one], name="side") for one in (first, second)]
    return agreement(*sides, resamples=10)


def test_the_shipped_gates_are_those_of_the_corpus() -> None:
    gates = {gate.figure: gate.least for gate in load_gates(shipped_gates())}
    assert gates == {
        "mentions.strict.nam": 0.93,
        "mentions.strict.nom+pro": 0.82,
        "metonymy.f1": 0.93,
        "coref.conll.shared": 0.88,
        "linking.accuracy": 0.90,
        "quotes.content.partial": 0.84,
        "quotes.content.strict": 0.65,
        "quotes.source": 0.82,
        "quotes.cue.strict": 0.78,
        "times.value": 0.90,
        "events.trig-c": 0.70,
        "events.factuality": 0.60,
        "events.arg-coref": 0.65,
    }


def test_a_gate_is_passed_missed_or_has_no_value() -> None:
    # two times of three are the same: F1 = 2 · 2 / (3 + 3) = 2/3; all events are of one kind
    times = tuple(Time(f"t{n}", "DATE", Span(5 * n, 5 * n + 2), "2031") for n in range(4))
    events = (Event("v1", Span(0, 2), "AID"),)
    found = compared(record(times=times[:3], events=events), record(times=times[1:], events=events))
    value = found.figures["times.span"].value
    assert value is not None
    gates = [
        Gate("times.span", value),
        Gate("times.span", value + 0.001),
        Gate("events.realis", 0.0),
        Gate("quotes.source", 0.0),
    ]
    verdicts = judged(found, gates)
    assert [one.status for one in verdicts] == ["passed", "missed", "undefined", "not compared"]
    assert [one.passed for one in verdicts] == [True, False, False, False]
    assert verdicts[2].why == "both sides say only actual"
    assert verdicts[3].why == "no document has what it needs on both sides"
    assert verdicts[1].as_json() == {
        "figure": "times.span",
        "least": value + 0.001,
        "value": value,
        "status": "missed",
        "why": None,
    }


@pytest.mark.parametrize(
    ("text", "found", "path"),
    [
        ("", "null", "$.gates"),
        ("[gates]\n", "{}", "$.gates"),
        ("gates = 3\n", "3", "$.gates"),
        ('[gates]\n"mentions.best" = 0.9\n', "an unknown figure", "$.gates.mentions.best"),
        ('[gates]\n"times.span" = 1.5\n', "1.5", "$.gates.times.span"),
        ('[gates]\n"times.span" = "high"\n', '"high"', "$.gates.times.span"),
        ('[gates]\n"times.span" = true\n', "true", "$.gates.times.span"),
        ('[gates]\n"times.span" = nan\n', "NaN", "$.gates.times.span"),
        ('[gates]\n"times.span" = 0.5\n[more]\n', "an unknown key", "$.more"),
        ("[gates\n", "Expected ']'", "$"),
    ],
)
def test_what_is_no_gate_file_is_refused(tmp_path: Path, text: str, found: str, path: str) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_gates(file)
    (problem,) = caught.value.problems
    assert problem.found.startswith(found)
    assert (problem.check, problem.path, problem.file) == ("gates.file", path, str(file))


def test_all_problems_of_a_gate_file_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "gates.toml"
    file.write_text('[gates]\n"a" = 2\n"times.span" = -1\n', encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_gates(file)
    assert [one.path for one in caught.value.problems] == [
        "$.gates.a",
        "$.gates.a",
        "$.gates.times.span",
    ]
    with pytest.raises(InvalidInput, match=r"file\.readable"):
        load_gates(tmp_path / "none.toml")


def test_figures_have_unique_names_and_definitions() -> None:
    names = [figure.name for figure in figures()]
    assert len(names) == len(set(names))
    assert all(figure.definition.endswith(".") for figure in figures())
