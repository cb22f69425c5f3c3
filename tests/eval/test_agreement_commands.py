"""`communique annotations agreement` as a user runs it: output, exit codes, nothing half-done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import read_record, records_to_jsonl, write_record
from communique.annotations.record import Record, Span
from communique.cli import main
from communique.project import Project
from projects import make_project

DOCS = ("ferry-01", "ferry-02")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = make_project(tmp_path / "project", DOCS)
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


@pytest.fixture
def passes(project: Project) -> tuple[Path, Path]:
    """Two annotators; the second leaves out a time of the first document and gives the other one
    another value, and has no time among the arguments of either document.
    """
    for doc_id in DOCS:
        record = read_record(project.gold / f"{doc_id}.json")
        write_record(project.passes / "one" / f"{doc_id}.json", replace(record, annotator="one"))
        first, second = record.times or ()
        events = tuple(replace(one, arguments=one.arguments[:2]) for one in record.events or ())
        other = replace(
            record,
            annotator="two",
            times=(replace(first, value="2031-05"),) if doc_id == DOCS[0] else (first, second),
            events=events,
        )
        write_record(project.passes / "two" / f"{doc_id}.json", other)
    return project.passes / "one", project.passes / "two"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["annotations", "agreement", *map(str, arguments)])


def test_the_table_says_what_was_compared(passes: tuple[Path, Path]) -> None:
    result = run(*passes)
    assert result.exit_code == 0, result.output
    assert f"A  {passes[0]}  one" in result.output
    assert f"B  {passes[1]}  two" in result.output
    # of 4 and 3 times 3 are the same; 2 · 3 / 7 = .857
    (row,) = [line for line in result.output.splitlines() if line.startswith("times.span ")]
    assert row.split()[:3] == ["times.span", "F1", "0.857"]
    assert row.split()[-4:] == ["2", "4", "3", "3"]
    assert "undefined: quotes.polarity: both sides say only positive" in result.output
    assert "2 documents, fewer than 30" in result.output
    assert "agreement|docs:2|texts:2|" in result.output
    counts = [line.split() for line in result.output.splitlines()]
    assert ["only", "A", "1"] in counts
    assert ["argument", "2"] in counts
    assert "  DATE" not in result.output
    assert "\x1b[" not in result.output


def test_by_type_adds_rows(passes: tuple[Path, Path]) -> None:
    result = run(*passes, "--by", "type")
    rows = [line.split() for line in result.output.splitlines()]
    assert any(row[:2] == ["DATE", "0.857"] for row in rows)
    found = json.loads(run(*passes, "--by", "type", "--format", "json").output)
    types = found["agreement"]["times.span"]["types"]
    assert types["DATE"]["value"] == pytest.approx(6 / 7)
    assert (types["DATE"]["a"], types["DATE"]["b"], types["DATE"]["agreed"]) == (4, 3, 3)
    plain = json.loads(run(*passes, "--format", "json").output)
    assert "types" not in plain["agreement"]["times.span"]


def test_json_has_everything_a_program_needs(passes: tuple[Path, Path]) -> None:
    found = json.loads(run(*passes, "--format", "json").output)
    assert found["documents"] == list(DOCS)
    assert found["a"] == {"name": str(passes[0]), "annotators": ["one"], "left_out": []}
    span = found["agreement"]["times.span"]
    assert span["layer"] == "times"
    assert span["statistic"] == "F1"
    assert span["n_docs"] == 2
    low, high = span["interval"]
    # one document has 1 of 2 and 1 right, the other 2 of 2 and 2
    assert (low, high) == (pytest.approx(2 / 3), 1.0)
    assert found["agreement"]["quotes.polarity"]["undefined"] == "both sides say only positive"
    assert found["layers"]["times"]["documents"] == 2
    assert found["disagreements"] == {"times": {"only A": 1, "value": 1}, "events": {"argument": 2}}
    assert "disagreement_list" not in found
    assert "gates" not in found


def test_the_two_sides_may_be_exchanged(passes: tuple[Path, Path]) -> None:
    forth, back = (
        json.loads(run(*sides, "--format", "json").output)["agreement"]
        for sides in (passes, reversed(passes))
    )
    assert forth.keys() == back.keys()
    for name, one in forth.items():
        assert one["value"] == back[name]["value"], name
        assert (one["a"], one["b"]) == (back[name]["b"], back[name]["a"]), name


def test_identical_sides_agree(project: Project) -> None:
    found = json.loads(run(project.gold, project.gold, "--format", "json").output)
    assert {one["value"] for one in found["agreement"].values()} == {1.0, None}
    assert found["disagreements"] == {}
    assert "both sides say that gold annotated them" in found["notes"]


def test_disagreements_are_written_in_the_order_of_the_text(
    passes: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "open.jsonl"
    result = run(*passes, "--disagreements", out, "--list")
    assert result.exit_code == 0, result.output
    assert f"{out}: 4 disagreements" in result.output
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(one["doc_id"], one["layer"], one["kind"], one["words"]) for one in lines] == [
        ("ferry-01", "times", "value", "May 6"),
        ("ferry-01", "events", "argument", "talks"),
        ("ferry-01", "times", "only A", "Tuesday"),
        ("ferry-02", "events", "argument", "talks"),
    ]
    rows = [line.split() for line in result.output.splitlines()]
    assert ["ferry-01", "p2", "times", "value", "May", "6", "2031-05-06", "(t1)"] in [
        row[:8] for row in rows
    ]
    listed = json.loads(run(*passes, "--list", "--format", "json").output)
    assert listed["disagreement_list"] == lines


def test_words_of_a_text_cannot_act_on_a_terminal(project: Project, tmp_path: Path) -> None:
    text = "One \x1b[31mred\x1b[0m [bold]day[/bold].\n"
    (project.documents / "ferry-01.txt").write_text(text, encoding="utf-8")
    record = read_record(project.gold / "ferry-01.json")
    bare = Record("ferry-01", record.schema_version, "one", times=())
    time = replace((record.times or ())[0], span=Span(4, len(text) - 2), value="2031")
    files = []
    for name, one in (("a", bare), ("b", replace(bare, times=(time,)))):
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text("".join(records_to_jsonl([one])), encoding="utf-8")
    result = run(*files, "--list")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "[bold]day" in result.output


def test_gates_decide_the_exit_code(passes: tuple[Path, Path], tmp_path: Path) -> None:
    gates = tmp_path / "gates.toml"
    gates.write_text('[gates]\n"times.span" = 0.85\n', encoding="utf-8")
    passed = run(*passes, "--gates-file", gates)
    assert passed.exit_code == 0, passed.output
    assert "passed" in passed.output
    gates.write_text('[gates]\n"times.span" = 0.86\n"quotes.joint" = 1.0\n', encoding="utf-8")
    missed = run(*passes, "--gates-file", gates, "--format", "json")
    assert missed.exit_code == 1
    verdicts = json.loads(missed.output)["gates"]
    assert [(one["figure"], one["status"]) for one in verdicts] == [
        ("times.span", "missed"),
        ("quotes.joint", "passed"),
    ]
    # the gates of the corpus; nobody is metonymic here, and that is not a pass
    shipped = run(*passes, "--gates")
    assert shipped.exit_code == 1
    rows = [line for line in shipped.output.splitlines() if line.startswith("metonymy.f1 ")]
    assert "undefined: there is none on either side" in rows[-1]


def test_a_split_of_the_project(passes: tuple[Path, Path], project: Project) -> None:
    result = run(*passes, "--split", "test", "--format", "json")
    assert json.loads(result.output)["documents"] == list(DOCS)
    none = run(*passes, "--split", "train")
    assert none.exit_code == 1
    assert "no document that both sides have among those asked for" in none.output


def test_every_kind_of_input(passes: tuple[Path, Path], project: Project, tmp_path: Path) -> None:
    lines = tmp_path / "two.jsonl"
    records = [read_record(passes[1] / f"{doc_id}.json") for doc_id in DOCS]
    lines.write_text("".join(records_to_jsonl(records)), encoding="utf-8")
    folder = json.loads(run(*passes, "--format", "json").output)["agreement"]
    mixed = json.loads(run(passes[0], lines, "--format", "json").output)["agreement"]
    assert mixed == folder


def test_without_a_project_there_are_no_texts(
    passes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COMMUNIQUE_PROJECT")
    monkeypatch.chdir(tmp_path)
    result = run(*passes)
    assert result.exit_code == 0, result.output
    assert "no text here, so no α and no words: ferry-01, ferry-02" in result.output
    assert "α  " not in result.output
    asked = run(*passes, "--split", "test")
    assert asked.exit_code == 1
    assert "found no corpus here or above" in asked.output


def test_bad_input_is_one_clear_line_and_nothing_is_written(
    passes: tuple[Path, Path], project: Project, tmp_path: Path
) -> None:
    out = tmp_path / "open.jsonl"

    def refused(*arguments: str | Path) -> str:
        result = run(*arguments, "--disagreements", out)
        assert result.exit_code == 1, result.output
        assert not out.exists()
        assert "Traceback" not in result.output
        return result.output

    assert "[file.readable]" in refused(passes[0], tmp_path / "none.jsonl")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "[eval.empty]" in refused(passes[0], empty)
    # a folder with two annotators in it is not one annotator
    twice = refused(passes[0], project.passes)
    assert twice.count("[eval.twice]") == 2
    assert "compare the records of one annotator" in twice
    stale = replace(read_record(passes[1] / "ferry-01.json"), text_sha256="a" * 64)
    write_record(passes[1] / "ferry-01.json", stale)
    output = refused(*passes)
    assert output.count("\n") == 1
    assert "ferry-01" in output
    assert "[eval.text]" in output
    (passes[1] / "ferry-01.json").write_text('{"doc_id": 3}', encoding="utf-8")
    assert "[record.structure]" in refused(*passes)
    gates = tmp_path / "gates.toml"
    gates.write_text("[gates]\n", encoding="utf-8")
    assert "[gates.file]" in refused(*passes, "--gates-file", gates)


def test_usage_errors_are_exit_2(passes: tuple[Path, Path]) -> None:
    assert run(passes[0]).exit_code == 2
    assert run(*passes, "--by", "genre").exit_code == 2
    assert run(*passes, "--split", "holdout").exit_code == 2
    help_text = run("--help")
    assert help_text.exit_code == 0
    assert "communique annotations agreement annotations/passes/one" in help_text.output
