"""The layout holds: imports go one way, and what is slow to import is imported late."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "communique"
LAYERS = ["schemas", "annotations", "corpus", "eval"]
MODULES = sorted(PACKAGE.rglob("*.py"))


def _layer(path: Path) -> int | None:
    first = path.relative_to(PACKAGE).parts[0]
    return LAYERS.index(first) if first in LAYERS else None


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if not path.stem.endswith("commands")],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_module_imports_from_a_later_layer(path: Path) -> None:
    own = _layer(path)
    later = [] if own is None else LAYERS[own + 1 :]
    wrong = {
        module
        for module in _imported(path)
        for layer in later
        if module.startswith(f"communique.{layer}")
    }
    assert not wrong


def test_nothing_but_the_command_line_imports_commands() -> None:
    importers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for module in _imported(path)
        if module.startswith("communique.") and module.endswith("commands")
    }
    assert all(name == "cli.py" or name.endswith("commands.py") for name in importers)


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys, json\n"
        "from click.testing import CliRunner\n"
        "from communique.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    slow = {
        "numpy",
        "pyarrow",
        "pandas",
        "scipy",
        "datasets",
        "rich",
        "yaml",
        "pycountry",
        "msgspec",
        "jsonschema_rs",
        "trafilatura",
        "label_studio_sdk",
    }
    assert not loaded & slow


def test_scoring_imports_neither_pandas_nor_datasets() -> None:
    code = (
        "import sys\n"
        "import communique.eval.scoring, communique.eval.inputs, communique.eval.table\n"
        "print(sorted({'pandas', 'datasets', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
