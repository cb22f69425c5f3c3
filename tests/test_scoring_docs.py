"""Every example of docs/scoring.md does what the page says, from its first line to its last."""

from __future__ import annotations

import ast
import contextlib
import fnmatch
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from communique.cli import main
from communique.eval.gate import reading
from projects import make_project

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+(?: \w+)?)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
PRINTED = re.compile(r"^print\(.*\)  # (.*)$", re.MULTILINE)


def blocks(kind: str) -> list[str]:
    found = [text for name, text in BLOCKS if name == kind]
    assert found, kind
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a dataset and predictions, in the folder in which the examples run."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    for name in ("COMMUNIQUE_PROJECT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    command("corpus build build/dataset")
    command("eval predict --system rules --out build/rules.jsonl")
    (gate,) = blocks("toml")
    (tmp_path / "gate.toml").write_text(gate, encoding="utf-8")
    return tmp_path


def command(line: str) -> str:
    result = CliRunner().invoke(main, line.split(), catch_exceptions=False)
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.output


def test_commands_and_python_run_in_their_order(project: Path) -> None:
    names: dict[str, Any] = {}
    for kind, text in BLOCKS:
        if kind == "sh":
            for line in text.splitlines():
                command(line.removeprefix("communique "))
        elif kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, "docs/scoring.md", "exec"), names)
            said, printed = PRINTED.findall(text), out.getvalue().splitlines()
            if said:
                assert len(said) == len(printed), text
            for wanted, found in zip(said, printed, strict=False):
                assert fnmatch.fnmatchcase(found, wanted.replace("[", "[[]")), (wanted, found)
    assert (project / "build" / "gate.xml").is_file()
    assert (project / "build" / "result.json").is_file()


def test_the_gate_of_the_page_is_one() -> None:
    for text in blocks("toml"):
        assert len(reading.parse_gate(text, Path("gate.toml")).demands) == 5


def test_the_tables_have_every_key_of_a_gate() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == {*reading.GATE_KEYS, *reading.CHECK_KEYS} - {"check"}


def test_what_is_not_run_is_python_at_least() -> None:
    for text in blocks("python trainer"):
        assert "compute_metrics=compute_metrics" in text
        ast.parse(text)


def test_the_workflow_uses_inputs_that_there_are() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for text in blocks("yaml"):
        ours = [step for step in yaml.safe_load(text) if "communique" in step["uses"]]
        assert [set(step["with"]) <= set(action["inputs"]) for step in ours] == [True]
    inputs = PAGE[PAGE.index("Further inputs are") :].partition("\n\n")[0]
    for name in set(action["inputs"]) - {"predictions", "gate"}:
        assert f"`{name}`" in inputs


def test_the_test_of_the_page_passes(project: Path) -> None:
    first = blocks("sh")[0].splitlines()[0]
    command(first.removeprefix("communique "))
    (test,) = blocks("python test")
    (project / "test_page.py").write_text(test, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "communique.pytest_plugin", "test_page.py"],
        cwd=project,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
