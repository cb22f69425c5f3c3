"""The leaderboard says what the stored results say, and nothing that cannot be compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.cli import main
from communique.eval.leaderboard import leaderboard_of
from communique.project import Project
from projects import make_project

PAGE = "# A project\n\n<!-- generated: leaderboard -->\nold\n<!-- end -->\n\nMore.\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def store(project: Project, name: str, predictions: Path, *options: str) -> Path:
    path = project.root / "eval" / "results" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = run("eval", "score", predictions, "--split", "test", "--out", path, *options)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two documents alike, with the results of the gold itself and of two systems."""
    project = make_project(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    for system in ("capitals", "rules"):
        out = tmp_path / f"{system}.jsonl"
        assert run("eval", "predict", "--system", system, "--out", out).exit_code == 0
        store(project, system, out)
    store(project, "another", project.gold)
    return project


def rows(markdown: str) -> dict[str, list[str]]:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in markdown.splitlines()
        if line.startswith("|")
    ]
    return {first: rest for first, *rest in cells}


def test_each_system_has_a_row_the_weakest_first(project: Project) -> None:
    shown = run("eval", "leaderboard").output
    table = rows(shown)
    assert list(table) == ["system", "---", "`capitals`", "`rules`", "`another`"]
    # the gold against itself is right in everything, in every resample
    assert table["`another`"][:4] == ["**1.000** [1.000, 1.000]"] * 4
    # by hand: the runs are Arvandia, Telmark | LUND HARBOUR, May, Strand Wire, Arvandia, Telmark,
    # Tuesday | We, Foreign Minister Ida Roth | Sent: 11; of 7 mentions the four names of states
    # are found, and We, a GPE too; 2 * 5 / (11 + 7)
    assert table["`capitals`"][0] == "0.556 [0.556, 0.556]"
    # its one quote is right, the source (nobody: Tuesday is nearest) is not
    assert table["`capitals`"][1] == "**1.000** [1.000, 1.000]"
    assert table["`capitals`"][2:] == ["0.000 [0.000, 0.000]", "–", "–"]
    assert "on the 2 documents of split test" in shown
    assert "2 documents, fewer than 30" in shown.replace("\n", " ")
    assert "`communique|gold:" in shown
    assert "|resamples:10000|seed:1`" in shown


def test_the_agreement_of_annotators_stands_below(project: Project) -> None:
    assert "agreement" not in run("eval", "leaderboard").output.lower()
    for name in ("ann", "ben"):
        shutil.copytree(project.gold, project.passes / name)
    shown = run("eval", "leaderboard").output
    assert list(rows(shown))[-1] == "*agreement of annotators*"
    assert rows(shown)["*agreement of annotators*"][0] == "1.000 [1.000, 1.000]"
    assert "Agreement is that of ann, ben on 2 of them." in shown


def test_it_is_written_between_its_markers_and_checked(project: Project, tmp_path: Path) -> None:
    page = tmp_path / "PAGE.md"
    page.write_text(PAGE, encoding="utf-8")
    stale = run("eval", "leaderboard", "--check", page)
    assert stale.exit_code == 1
    assert "[leaderboard.fresh]" in stale.output
    assert "make leaderboard" in stale.output
    assert page.read_text(encoding="utf-8") == PAGE
    assert run("eval", "leaderboard", "--write", page).output.strip().endswith("written")
    shown = run("eval", "leaderboard").output.strip()
    assert page.read_text(encoding="utf-8") == PAGE.replace("old", shown)
    assert run("eval", "leaderboard", "--write", page).output.strip().endswith("unchanged")
    assert run("eval", "leaderboard", "--check", page).exit_code == 0


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("# no marker\n", "leaderboard.marker"),
        ("<!-- generated: leaderboard -->\n", "leaderboard.marker"),
        (PAGE + "<!-- generated: weather -->\n<!-- end -->\n", "leaderboard.marker"),
    ],
)
def test_a_page_without_its_markers_is_named_and_left(
    project: Project, tmp_path: Path, text: str, check: str
) -> None:
    page = tmp_path / "PAGE.md"
    page.write_text(text, encoding="utf-8")
    done = run("eval", "leaderboard", "--write", page)
    assert done.exit_code == 1
    assert f"[{check}]" in done.output
    assert "Traceback" not in done.output
    assert page.read_text(encoding="utf-8") == text


def test_results_on_another_gold_are_refused(project: Project, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", ("ferry-01",))
    path = project.root / "eval" / "results" / "mine.json"
    scored = run("eval", "score", other.gold, "--gold", other.gold, "--out", path)
    assert scored.exit_code == 0
    done = run("eval", "leaderboard")
    assert done.exit_code == 1
    (line,) = done.output.strip().splitlines()
    assert "[leaderboard.comparable]" in line
    assert "mine.json" in line


def test_a_broken_result_is_named_and_other_files_are_left_alone(project: Project) -> None:
    folder = project.root / "eval" / "results"
    (folder / "benchmark.json").write_text('{"speed": 1}', encoding="utf-8")
    assert "benchmark" not in run("eval", "leaderboard").output
    (folder / "broken.json").write_text('{"format": "communique-result', encoding="utf-8")
    done = run("eval", "leaderboard")
    assert done.exit_code == 1
    assert "broken.json" in done.output
    assert "Traceback" not in done.output


def test_without_results_it_says_how_to_make_some(tmp_path: Path) -> None:
    project = make_project(tmp_path / "empty")
    folder = project.root / "eval" / "results"
    folder.mkdir(parents=True)
    assert leaderboard_of(folder, project).markdown() == "No results yet: `make leaderboard`."


def test_equal_values_are_both_the_best(project: Project) -> None:
    folder = project.root / "eval" / "results"
    shutil.copy(folder / "another.json", folder / "same.json")
    table = rows(leaderboard_of(folder, project).markdown())
    assert table["`same`"] == table["`another`"]
    assert table["`same`"][0].startswith("**")
