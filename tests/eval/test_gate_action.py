"""The composite action, step by step as a GitHub runner takes them, without network.

A runner writes the script of a step to a file and starts ``bash --noprofile --norc -eo pipefail``
on it, in the workspace, with the step's ``env`` and the files for outputs and the summary in
variables. Here the same is done with the steps of ``action.yml``.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from communique import __version__
from communique.annotations.reading import records_to_jsonl
from communique.corpus.documents import Corpus
from communique.eval.gate.reading import read_gate
from communique.eval.gate.run import update_baseline
from communique.eval.gold import project_gold
from communique.project import Project
from projects import make_project

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/example-gate.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")

GATE = """
baseline = "baseline.json"
[[check]]
measure = "mentions.strict"
min = 0.5
max_drop = 0.05
[[check]]
measure = "quotes.source"
min = 0.5
"""


@dataclass(frozen=True)
class Job:
    """What is left of a run of the action."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(frozen=True)
class Runner:
    """A workspace with a corpus, predictions and a gate, and the folders of a runner."""

    workspace: Path
    temp: Path
    environment: Mapping[str, str]

    def run(self, inputs: Mapping[str, str], **environment: str) -> Job:
        """All steps, until one fails."""
        given = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        values = {f"inputs.{name}": value for name, value in (given | dict(inputs)).items()}
        log, code = "", 0
        summary = self.temp / "summary.md"
        summary.touch()
        for number, step in enumerate(ACTION["runs"]["steps"]):
            assert step["shell"] == "bash"
            script, outputs = self.temp / f"{number}.sh", self.temp / f"{number}.out"
            script.write_text(step["run"], encoding="utf-8")
            outputs.write_text("", encoding="utf-8")
            env = {name: resolved(str(one), values) for name, one in step["env"].items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=self.workspace,
                env={
                    **self.environment,
                    "GITHUB_OUTPUT": str(outputs),
                    "GITHUB_STEP_SUMMARY": str(summary),
                    **environment,
                    **env,
                },
                capture_output=True,
                text=True,
            )
            for line in outputs.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                values[f"steps.{step['id']}.outputs.{name}"] = value
            log, code = log + done.stdout + done.stderr, done.returncode
            if code:
                break
        found = {name: resolved(one["value"], values) for name, one in ACTION["outputs"].items()}
        return Job(code, log, found, summary.read_text(encoding="utf-8"))


def resolved(text: str, values: Mapping[str, str]) -> str:
    """A text with its expressions replaced; what is not there is empty, as on GitHub."""
    return EXPRESSION.sub(lambda match: values.get(match[1], ""), text)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as a job finds it: corpus, predictions, a gate and its stored baseline."""
    workspace = tmp_path_factory.mktemp("prepared")
    corpus = Corpus(make_project(workspace))
    records = [record for doc_id in corpus.ids if (record := corpus.gold(doc_id))]
    lines = list(records_to_jsonl(records))
    (workspace / "good.jsonl").write_text("".join(lines), encoding="utf-8")
    (workspace / "worse.jsonl").write_text("".join(map(worse, lines)), encoding="utf-8")
    (workspace / "gate.toml").write_text(GATE, encoding="utf-8")
    gate = read_gate(workspace / "gate.toml")
    report, stored = update_baseline(
        gate, workspace / "good.jsonl", project_gold(Project(workspace))
    )
    assert report.passed and stored
    return workspace


@pytest.fixture
def runner(prepared: Path, tmp_path: Path) -> Runner:
    workspace = tmp_path / "work space"
    shutil.copytree(prepared, workspace)
    for folder in ("temp", "home"):
        (tmp_path / folder).mkdir()
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "PIP_NO_INDEX": "1",
    }
    return Runner(workspace, tmp_path / "temp", environment)


def worse(line: str) -> str:
    """One of seven mentions is lost: F1 = 2 · 6 / (6 + 7) = 0.923, which is 0.077 below 1."""
    record = json.loads(line)
    record["mentions"] = [one for one in record["mentions"] if one["id"] != "m7"]
    return json.dumps(record) + "\n"


INPUTS = {"predictions": "good.jsonl", "gate": "gate.toml", "version": "installed"}


def test_a_run_whose_score_was_lowered_fails_and_one_that_was_not_passes(runner: Runner) -> None:
    job = runner.run(INPUTS)
    assert job.code == 0, job.log
    assert job.outputs == {"junit": "communique-gate.xml", "passed": "true"}
    assert "gate gate: passed, all of 3 demands are met" in job.log
    assert job.summary.startswith("### ✅")
    job = runner.run({**INPUTS, "predictions": "worse.jsonl", "junit": "out/verdict.xml"})
    assert job.code == 1
    assert job.outputs == {"junit": "out/verdict.xml", "passed": "false"}
    assert "FAILED  mentions.strict" in job.log
    assert job.summary.count("###") == 2
    assert "0.923" in job.summary
    root = ElementTree.parse(runner.workspace / "out" / "verdict.xml").getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("3", "1")


def test_gold_and_split_are_handed_on(runner: Runner) -> None:
    (runner.workspace / "plain.toml").write_text(
        '[[check]]\nmeasure = "mentions.strict"\nmin = 0.99\n', encoding="utf-8"
    )
    inputs = {**INPUTS, "gate": "plain.toml"}
    assert runner.run({**inputs, "split": "test"}).code == 0
    job = runner.run({**inputs, "split": "train"})
    assert job.code == 1 and "found no document in split train" in job.log
    job = runner.run({**inputs, "gold": "worse.jsonl"})
    assert job.code == 1 and "0.923" in job.log


@pytest.mark.parametrize(
    "hostile", ["a b$(touch pwned)`touch pwned`;touch pwned;\";touch pwned;'", "--help"]
)
@pytest.mark.parametrize("name", ["predictions", "gate", "gold", "split", "version", "junit"])
def test_inputs_are_never_run(runner: Runner, name: str, hostile: str) -> None:
    job = runner.run({**INPUTS, name: hostile})
    if name == "junit":
        assert job.code == 0 and (runner.workspace / hostile).is_file()
    else:
        assert job.code != 0 and job.outputs["passed"] in ("false", "")
    assert not (runner.workspace / "pwned").exists()
    assert "Traceback" not in job.log


def test_an_output_has_one_line(runner: Runner) -> None:
    job = runner.run({**INPUTS, "junit": "a.xml\npassed=true\nx=y", "predictions": "worse.jsonl"})
    assert job.outputs["passed"] == "false"


def test_without_communique_on_the_path_the_mend_is_named(runner: Runner) -> None:
    job = runner.run(INPUTS, PATH="/usr/bin:/bin")
    assert job.code == 1
    assert "::error title=communique gate::found no communique on the path" in job.log


def test_another_version_is_refused(runner: Runner) -> None:
    for version in ("latest", "0.1.0 --index-url=x", "-r x", ""):
        job = runner.run({**INPUTS, "version": version})
        assert job.code == 1
        assert "::error title=communique gate::found another input version" in job.log


def wheel(folder: Path) -> Path:
    """A wheel of this package as an installer takes it, made without a build backend."""
    name = f"communique-{__version__}"
    info = f"{name}.dist-info"
    package = ROOT / "src" / "communique"
    files = {
        f"communique/{path.relative_to(package)}": path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    for folder_name in ("schemas", "eval"):
        for path in (ROOT / folder_name).rglob("*"):
            if path.is_file():
                inside = f"communique/resources/{path.relative_to(ROOT)}"
                files[inside] = path.read_bytes()
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: communique\nVersion: {__version__}\n".encode()
    )
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\ncommunique = communique.cli:main\n"
    record = io.StringIO()
    writer = csv.writer(record, lineterminator="\n")
    for inside, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        writer.writerow([inside, f"sha256={digest}", len(data)])
    writer.writerow([f"{info}/RECORD", "", ""])
    files[f"{info}/RECORD"] = record.getvalue().encode()
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(out, "w") as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return out


BACKEND = """
import shutil

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    shutil.copy(WHEEL, wheel_directory)
    return WHEEL.rpartition("/")[2]
"""


@pytest.mark.parametrize("version", ["source", __version__])
def test_it_installs_into_an_environment_of_its_own(
    runner: Runner, tmp_path: Path, version: str
) -> None:
    made = wheel(tmp_path / "wheels")
    # A source whose build needs nothing from a network: its backend hands out the wheel.
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (source / "backend.py").write_text(f"WHEEL = {str(made)!r}\n{BACKEND}")
    job = runner.run(
        {**INPUTS, "version": version, "python": sys.executable},
        PATH="/usr/bin:/bin",
        GITHUB_ACTION_PATH=str(source),
        PIP_FIND_LINKS=str(made.parent),
        PIP_NO_DEPS="1",
        # what the package depends on; the package itself lies there by a path file: not read
        PYTHONPATH=sysconfig.get_path("purelib"),
    )
    assert job.code == 0, job.log
    assert job.outputs["passed"] == "true"
    programs = runner.temp / "communique-gate" / "bin"
    assert (programs / "communique").is_file()


def test_an_old_python_is_named(runner: Runner, tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    job = runner.run({**INPUTS, "version": "source", "python": str(old)})
    assert job.code == 1
    assert "found no Python 3.11 or newer" in job.log


def test_nothing_of_an_input_is_in_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    for one in ACTION["inputs"].values():
        assert one["description"].strip()


def test_every_input_is_used_and_every_output_is_set() -> None:
    used = {
        match
        for step in ACTION["runs"]["steps"]
        for value in step["env"].values()
        for match in EXPRESSION.findall(str(value))
    }
    assert {f"inputs.{name}" for name in ACTION["inputs"]} <= used
    assert used <= {
        *(f"inputs.{name}" for name in ACTION["inputs"]),
        "steps.install.outputs.command",
    }


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_the_scripts_are_bash() -> None:
    for step in ACTION["runs"]["steps"]:
        done = subprocess.run(["bash", "-n"], input=step["run"], text=True, capture_output=True)
        assert done.returncode == 0, done.stderr


def test_the_example_uses_the_action_as_it_is() -> None:
    assert (WORKFLOW.get("on") or WORKFLOW.get(True)) == ["pull_request", "workflow_dispatch"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    steps: list[dict[str, Any]] = WORKFLOW["jobs"]["gate"]["steps"]
    (ours,) = [step for step in steps if step.get("uses") == "./"]
    required = {name for name, one in ACTION["inputs"].items() if one.get("required")}
    assert required <= set(ours["with"]) <= set(ACTION["inputs"])
    assert (ROOT / ours["with"]["gate"]).is_file()
    assert steps[-1]["with"]["path"] == "${{ steps.gate.outputs.junit }}"
    assert "always()" in steps[-1]["if"]
