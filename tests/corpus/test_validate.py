from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from check_fixtures import BAD, VALID, files_below, load, valid_project
from communique.annotations.checks import CHECKS
from communique.cli import main
from communique.corpus.documents import Corpus
from communique.corpus.validation.report import Report
from communique.corpus.validation.table import check_rows
from communique.corpus.validation.validate import validate_paths, validate_project
from communique.project import Project

IDS = sorted(row["id"] for row in check_rows())


def report_of(root: Path, change: Mapping[str, Any]) -> Report:
    project = valid_project(root, change)
    paths = [root / name for name in change.get("paths", ())]
    return validate_paths(project, paths) if paths else validate_project(project)


def run(project: Project, *arguments: str) -> Result:
    environment = {"COMMUNIQUE_PROJECT": str(project.root)}
    return CliRunner().invoke(main, ["corpus", *arguments], env=environment)


# ------------------------------------------------------------------------------- fixtures


def test_every_check_has_its_bad_fixture() -> None:
    assert sorted(path.stem for path in BAD.glob("*.yaml")) == IDS


@pytest.mark.parametrize("check_id", IDS)
def test_a_bad_fixture_triggers_exactly_its_check(tmp_path: Path, check_id: str) -> None:
    change = load(BAD / f"{check_id}.yaml")
    report = report_of(tmp_path, change)
    lines = "\n".join(map(str, report))
    assert {problem.check for problem in report} == {check_id}, lines
    assert change["expect"] in [problem.path for problem in report], lines
    assert change.get("found", "") in lines
    assert {problem.severity for problem in report} == {CHECKS[check_id].severity}
    assert all("\n" not in str(problem) and problem.mend for problem in report)
    assert all(problem.file for problem in report)


def test_the_valid_fixtures_are_valid(tmp_path: Path) -> None:
    report = report_of(tmp_path, {})
    assert list(report) == []
    texts = len(list(VALID.glob("*.txt")))
    assert (report.documents, report.records) == (texts, texts)
    # Metadata, text and record of each document; registry, splits and annotators.
    assert report.files == 3 * texts + 3


@pytest.mark.parametrize(
    ("doc_id", "words"),
    [
        ("emoji-01", ["𝔅𝔬𝔯𝔳𝔞", "“We 👍🏽 this,”", "🤝"]),
        ("combining-01", ["Ọ̀ṣun", '"Ẹ ṣí afárá náà"']),
        ("arabic-01", ["الدِّيَا", "«لن ننتظر»", "يوم الثلاثاء"]),
        ("cjk-01", ["我们", "「我们不会等待。」", "5月13日"]),
    ],
)
def test_the_valid_fixtures_hold_what_they_are_for(
    tmp_path: Path, doc_id: str, words: list[str]
) -> None:
    corpus = Corpus(valid_project(tmp_path))
    text, gold = corpus.text(doc_id), corpus.gold(doc_id)
    assert text is not None and gold is not None
    assert set(words) <= {span.slice(text) for _, _, span in gold.located()}


# ------------------------------------------------------------------------------- the command


def test_a_clean_corpus_has_no_lines_and_exit_code_0(tmp_path: Path) -> None:
    result = run(valid_project(tmp_path), "validate")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "21 files, 6 documents, 6 records: 0 errors, 0 warnings\n"


def test_an_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "event.mode.yaml"))
    result = run(project, "validate")
    assert result.exit_code == 1
    assert result.stdout == (
        f"{project.gold / 'bridge-01.json'}: bridge-01: $.events[2].mode: error: "
        "found phone with ACCUSE, expected disapprove, investigate, allege; "
        "choose a mode of the type, or null [event.mode]\n"
    )
    assert "1 error, 0 warnings" in result.stderr


def test_files_below_the_current_folder_are_named_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valid_project(tmp_path, load(BAD / "event.mode.yaml"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["corpus", "validate"])
    assert result.stdout.startswith("annotations/gold/bridge-01.json: bridge-01: $.events[2].mode")


def test_a_warning_fails_only_with_strict(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "document.title.yaml"))
    assert run(project, "validate").exit_code == 0
    assert run(project, "validate", "--strict").exit_code == 1
    assert "warning" in run(project, "validate").stdout


def test_json_has_the_problems_and_a_summary(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "time.mod.yaml"))
    result = run(project, "validate", "--format", "json")
    value = json.loads(result.stdout)
    assert result.exit_code == 1
    assert value["summary"] == {
        "files": 21,
        "documents": 6,
        "records": 6,
        "errors": 1,
        "warnings": 0,
        "without_text": [],
    }
    [problem] = value["problems"]
    assert problem["check"] == "time.mod"
    assert problem["path"] == "$.times[3].mod"
    assert problem["doc_id"] == "bridge-01"
    assert problem["file"].endswith("bridge-01.json")


def test_problems_are_sorted_and_numbers_in_places_count_as_numbers(tmp_path: Path) -> None:
    change = {
        "draft": {
            "mentions": [{"id": f"m{n}", "title": True} for n in (2, 11, 3)],
            "times": [{"id": "t3", "value": "2031-04-31"}],
        }
    }
    places = [problem.path for problem in report_of(tmp_path, change)]
    assert places == [f"$.mentions[{n}].level" for n in (1, 2, 10)] + ["$.times[2].value"]


def test_all_problems_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "chain.type.yaml"))
    (project.corpus / "splits.yaml").write_text("train: [bridge", encoding="utf-8")
    (project.documents / "cjk-01.json").write_text("{", encoding="utf-8")
    (project.documents / "arabic-01.txt").write_bytes(b"\xff")
    (project.corpus / "registry" / "more.yaml").write_text("[]", encoding="utf-8")
    found = [problem.check for problem in validate_project(project)]
    assert sorted(found) == ["chain.type", "file.json", "file.utf8", "file.yaml", "registry.entry"]


def test_validating_changes_nothing(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "text.line-ends.yaml"))
    before = files_below(tmp_path)
    run(project, "validate")
    assert files_below(tmp_path) == before


# ------------------------------------------------------------------------------- restricted texts


def test_what_needs_a_text_that_is_not_here_is_skipped_and_that_is_said(tmp_path: Path) -> None:
    wrong = {
        "mentions": [{"id": "m1", "span": [0, 900]}],
        "events": [{"id": "v1", "mode": "phone"}],
    }
    project = valid_project(tmp_path, {"doc": "secret-01", "record": wrong})
    checks = [problem.check for problem in validate_project(project)]
    assert sorted(checks) == ["event.mode", "span.bounds"]
    (project.restricted / "secret-01.txt").unlink()
    report = validate_project(project)
    assert [problem.check for problem in report] == ["event.mode"]
    assert report.without_text == ("secret-01",)
    assert "the text were skipped" in run(project, "validate").stderr
    assert "secret-01" in run(project, "validate").stderr


def test_the_hash_is_checked_also_without_the_text(tmp_path: Path) -> None:
    change = {"doc": "secret-01", "record": {"text_sha256": "0" * 64}}
    project = valid_project(tmp_path, change)
    (project.restricted / "secret-01.txt").unlink()
    assert [problem.check for problem in validate_project(project)] == ["text.hash"]


# ------------------------------------------------------------------------------- paths


def test_the_metadata_of_a_document_bring_its_text_and_its_gold(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "time.mod.yaml"))
    report = validate_paths(project, [project.documents / "bridge-01.json"])
    assert [problem.check for problem in report] == ["time.mod"]
    assert (report.documents, report.records) == (1, 1)
    assert list(validate_paths(project, [project.documents / "cjk-01.json"])) == []


def test_a_record_is_checked_with_the_text_of_its_document(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "span.bounds.yaml"))
    report = validate_paths(project, [project.gold / "bridge-01.json"])
    assert [problem.check for problem in report] == ["span.bounds"]
    outside = tmp_path / "elsewhere" / "mine.json"
    outside.parent.mkdir()
    outside.write_bytes((project.gold / "bridge-01.json").read_bytes())
    report = validate_paths(project, [outside])
    # Neither the name of the file nor the annotator matters outside the project's annotations.
    assert [problem.check for problem in report] == ["span.bounds"]


def test_a_folder_is_all_json_below_it(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    report = validate_paths(project, [project.annotations, project.documents])
    assert list(report) == []
    # Each document brings its gold record, which the folder of annotations brings as well.
    assert (report.documents, report.records) == (6, 6)


def test_the_root_of_the_project_is_the_project(tmp_path: Path) -> None:
    project = valid_project(tmp_path, load(BAD / "splits.storyline.yaml"))
    report = validate_paths(project, [tmp_path / "corpus" / ".."])
    assert [problem.check for problem in report] == ["splits.storyline"]


def test_of_predictions_less_is_asked(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    record = {
        "doc_id": "bridge-01",
        "schema_version": "1.0",
        "annotator": "some-system",
        "times": [{"id": "t1", "type": "DATE", "span": [0, 5], "value": "whenever"}],
    }
    file = tmp_path / "predictions.jsonl"
    file.write_text(f"{json.dumps(record)}\n\n", encoding="utf-8")
    report = validate_paths(project, [file])
    assert (list(report), report.records) == ([], 1)
    record["times"] = [{"id": "t1", "type": "DATE", "span": [0, 5000]}]
    file.write_text(f"{json.dumps(record)}\n", encoding="utf-8")
    [problem] = validate_paths(project, [file])
    assert (problem.check, problem.line) == ("span.bounds", 1)


def test_a_wrong_line_of_predictions_hides_no_other(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    head = '{"schema_version": "1.0", "annotator": "s", "doc_id": '
    file = tmp_path / "predictions.jsonl"
    lines = [
        head + '"tunnel-01"}',
        '{"doc_id": ',
        head + '"cjk-01", "times": [{"id": "t1", "type": "DATE", "span": [2, NaN]}]}',
        head + '"arabic-01", "text_sha256": "' + "0" * 64 + '"}',
        head + '"emoji-01"}',
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    report = validate_paths(project, [file])
    assert [(problem.line, problem.check) for problem in report] == [
        (1, "document.known"),
        (2, "file.json"),
        (3, "record.structure"),
        (4, "text.hash"),
    ]
    assert report.records == 5


@pytest.mark.parametrize("value", ["null", "3", "[]", '"x"', "{}", '{"zones": 3}'])
def test_json_that_is_neither_record_nor_metadata(tmp_path: Path, value: str) -> None:
    project = valid_project(tmp_path)
    file = project.passes / "second" / "bridge-01.json"
    file.parent.mkdir()
    file.write_text(value, encoding="utf-8")
    for report in (validate_project(project), validate_paths(project, [file])):
        assert {problem.check for problem in report} == {"record.structure"}


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    for name in ("none.json", "none.jsonl", "none"):
        [problem] = validate_paths(project, [tmp_path / name])
        assert problem.check == "file.readable"


def test_an_empty_folder_and_an_empty_file(tmp_path: Path) -> None:
    project = valid_project(tmp_path)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "empty.json").touch()
    (tmp_path / "empty.jsonl").touch()
    report = validate_paths(
        project, [tmp_path / name for name in ("nothing", "empty.json", "empty.jsonl")]
    )
    assert sorted(problem.check for problem in report) == ["file.empty", "file.empty", "file.kind"]


def test_outside_a_project(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["corpus", "validate"], env={"COMMUNIQUE_PROJECT": str(tmp_path)}
    )
    assert result.exit_code == 1
    assert result.stderr.count(os.linesep) == 1


# ------------------------------------------------------------------------------- the table


def test_the_table_of_checks_as_text_and_json() -> None:
    table = CliRunner().invoke(main, ["corpus", "checks"])
    assert table.exit_code == 0
    assert all(check_id in table.stdout for check_id in IDS)
    rows = json.loads(CliRunner().invoke(main, ["corpus", "checks", "--format", "json"]).stdout)
    assert [row["id"] for row in rows] == IDS
    assert {row["severity"] for row in rows} == {"error", "warning"}
    assert all(row["asks"].endswith("?") and row["mend"] for row in rows)
