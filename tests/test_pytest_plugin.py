"""The fixture `communique_score`, as the test suite of another project uses it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from projects import make_project

pytest_plugins = ["pytester"]

PLUGIN = "communique.pytest_plugin"

GOLD = """
GOLD = [
    {
        "doc_id": name,
        "entities": [{"id": "e1", "type": "PER"}, {"id": "e2", "type": "GPE"}],
        "mentions": [
            {"id": "m1", "entity": "e1", "span": [0, 3], "level": "NAM"},
            {"id": "m2", "entity": "e2", "span": [8, 12], "level": "NAM"},
        ],
    }
    for name in ("d1", "d2")
]
# in d2 the place is called a person: 3 of 4 are right
PERSONS = [{"id": "e1", "type": "PER"}, {"id": "e2", "type": "PER"}]
PRED = [GOLD[0], {**GOLD[1], "entities": PERSONS}]
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run of its own with no plugin but this one."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nfilterwarnings = ['error']\n")
    return pytester.runpytest_subprocess("-p", PLUGIN, "-p", "no:cacheprovider", *arguments)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("COMMUNIQUE_PROJECT", raising=False)


def test_what_holds_passes_and_what_does_not_says_where(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        GOLD
        + """
def test_holds(communique_score):
    scores = communique_score(PRED, GOLD)
    scores.at_least("mentions.strict", 0.75)
    scores.at_least("mentions.exact", 1)
    scores.at_least("mentions.strict", 0.6, of_type="PER", value="precision")
    scores.at_most("mentions.strict", 0.75)
    assert scores.value("mentions.strict") == 0.75
    assert scores.value("mentions.strict", of_type="FAC") is None
    assert scores.result.doc_ids == ["d1", "d2"]

def test_fails(communique_score):
    communique_score(PRED, GOLD).at_least("mentions.strict", 0.9)

def test_fails_for_a_type(communique_score):
    communique_score(PRED, GOLD).at_least("mentions.strict", 0.9, of_type="GPE", value="recall")

def test_is_undefined(communique_score):
    communique_score(PRED, GOLD).at_least("mentions.strict", 0, of_type="FAC")

def test_is_not_scored(communique_score):
    communique_score(PRED, GOLD).at_least("quotes.joint", 0)

def test_is_no_measure(communique_score):
    communique_score(PRED, GOLD).at_least("mentions.strickt", 0)
"""
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=5)
    # F1 without d2 is 1: 0.25 more. Of GPE 1 of 2 is found; without d2 1 of 1.
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: mentions.strict f1: wanted ≥ 0.900, found 0.750, margin -0.150",
            "E*what cost most:",
            "E*  d2: 0.500 (tp 1, n_pred 2, n_gold 2); +0.250 without it",
            "E*communique|gold:*|docs:2|*",
            "E*AssertionError: mentions.strict GPE recall: wanted ≥ 0.900, found 0.500, margin*",
            "E*  d2: 0.000 (tp 0, n_pred 0, n_gold 1); +0.500 without it",
            "E*mentions.strict FAC f1: wanted ≥ 0.000, found undefined: there is nothing*",
            "E*quotes.joint f1: wanted ≥ 0.000, found undefined: not scored: the gold*",
            'E*InvalidInput: assertion: *found "mentions.strickt"*; say mentions.strict*',
        ]
    )
    # of our own code, nothing stands between the assertion and what it says
    result.stdout.no_fnmatch_line("*assertion.py*AssertionError")


def test_a_gate_names_all_that_is_not_met(pytester: pytest.Pytester) -> None:
    gate = pytester.mkdir("gates") / "gate.toml"
    gate.write_text(
        '[[check]]\nmeasure = "mentions.strict"\nmin = 0.9\n'
        '[[check]]\nmeasure = "mentions.exact"\nmin = 0.9\n'
        '[[check]]\nmeasure = "mentions.strict"\ntype = "GPE"\nmin = 0.9\n'
    )
    pytester.makepyfile(
        GOLD
        + """
def test_gate(communique_score):
    communique_score(GOLD, GOLD).passes("gates/gate.toml")
    communique_score(PRED, GOLD).passes("gates/gate.toml")
"""
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: gate gate: failed, 2 of 3 demands are not met",
            "E*mentions.strict f1: wanted ≥ 0.900, found 0.750, margin -0.150",
            "E*mentions.strict GPE f1: wanted ≥ 0.900, found 0.667, margin -0.233",
        ]
    )


def test_files_are_seen_from_the_root_and_gold_may_be_configured(
    pytester: pytest.Pytester,
) -> None:
    make_project(pytester.path / "data")
    pytester.mkdir("tests").joinpath("test_files.py").write_text(
        "def test_files(communique_score):\n"
        "    scores = communique_score('data/annotations/gold')\n"
        "    scores.at_least('mentions.strict', 1)\n"
        "    scores = communique_score('data/annotations/gold', measures=['claims'])\n"
        "    assert list(scores.result.counts) == ['claims']\n"
        "    communique_score('data/annotations/gold', split='test')\n"
    )
    pytester.makeini("[pytest]\ncommunique_gold = data/annotations/gold\n")
    named = pytester.runpytest_subprocess("-p", PLUGIN, "-k", "test_files", "tests")
    named.assert_outcomes(failed=1)  # a folder of records knows no splits
    named.stdout.fnmatch_lines(["E*found no document in split test, expected no splits"])


def test_gold_is_that_of_the_project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_project(pytester.path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(pytester.path / "project"))
    pytester.makepyfile(
        """
def test_project(communique_score):
    scores = communique_score("project/annotations/gold", split="test")
    scores.at_least("mentions.bio", 1)
"""
    )
    run(pytester).assert_outcomes(passed=1)


def test_nothing_heavy_is_imported_before_it_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_without_it():
    assert "communique.pytest_plugin" in sys.modules
    heavy = {"numpy", "pyarrow", "scipy", "msgspec", "yaml", "click", "communique.eval"}
    assert not heavy & set(sys.modules)

def test_asked_for(communique_score):
    assert "pyarrow" not in sys.modules
"""
    )
    run(pytester).assert_outcomes(passed=2)


def test_the_plugin_is_found_where_the_package_is_installed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # what an installer makes of the entry point in pyproject.toml
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    points = project["project"]["entry-points"]["pytest11"]
    assert points == {PLUGIN: PLUGIN}
    info = tmp_path / "probe-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1\n")
    lines = [f"{name} = {module}\n" for name, module in points.items()]
    (info / "entry_points.txt").write_text("".join(["[pytest11]\n", *lines]))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_there(communique_score):\n    assert communique_score\n")
    for named in ([], ["-p", PLUGIN]):  # naming it as well is no second plugin
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named],
            capture_output=True,
            text=True,
            cwd=pytester.path,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 passed" in done.stdout
