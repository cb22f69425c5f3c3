from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.cli import main
from communique.schemas import schema as schema_module


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout of its own that the commands work on; its `schemas` folder is returned."""
    schemas = schema_module.load_schema().folder
    shutil.copytree(schemas, tmp_path / "schemas")
    (tmp_path / "docs").mkdir()
    shutil.copy(schemas.parent / "docs" / "annotating.md", tmp_path / "docs")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(schema_module, "resource_folder", lambda name: tmp_path / name)
    schema_module.load_schema.cache_clear()
    yield tmp_path / "schemas"
    schema_module.load_schema.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["schemas", *arguments])


def test_generate_then_check(checkout: Path) -> None:
    (checkout / "label-studio.xml").unlink()
    result = run("generate")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "schemas/record.schema.json: unchanged",
        "schemas/document.schema.json: unchanged",
        "schemas/label-studio.xml: written",
        "schemas/label-studio-spans.xml: unchanged",
        "schemas/label-studio-links.xml: unchanged",
        "schemas/guidelines.md: unchanged",
        "docs/annotating.md: unchanged",
    ]
    result = run("check")
    assert (result.exit_code, result.output) == (0, f"{checkout}: 7 generated files are fresh\n")


def test_check_prints_one_line_per_stale_file_and_exits_with_1(checkout: Path) -> None:
    (checkout / "label-studio.xml").unlink()
    (checkout / "document.schema.json").write_text("{}\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f'{checkout / "document.schema.json"}:1: error: found "{{}}", expected "{{"; '
        "run communique schemas generate [schema.generated]",
        f"{checkout / 'label-studio.xml'}: error: found no file, expected the generated file; "
        "run communique schemas generate [schema.generated]",
    ]
    assert result.stdout == ""


def test_check_as_json(checkout: Path) -> None:
    assert json.loads(run("check", "--format", "json").stdout) == {"problems": []}
    (checkout / "label-studio.xml").unlink()
    result = run("check", "--format", "json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["check"] == "schema.generated"
    assert problem["file"] == str(checkout / "label-studio.xml")


def test_generate_refuses_without_a_checkout(checkout: Path) -> None:
    (checkout.parent / "pyproject.toml").unlink()
    result = run("generate")
    assert result.exit_code == 1
    assert "found the schema of an installed package, expected a checkout" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_show_prints_every_label_mode_and_key(checkout: Path) -> None:
    result = run("show")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    words = set(result.stdout.replace("│", " ").replace(",", " ").split())
    schema = schema_module.load_schema()
    record_only = {"genre", "world", "licence", "split", "event_group"}
    for name, labels in schema.vocabularies.items():
        if name not in record_only | {"event_mode"}:
            assert set(labels) <= words, name
    consult = next(line for line in lines if line.startswith("│ CONSULT"))
    assert "│ s " in consult
    assert {"visit", "multilateral", "phone"} <= words


def test_show_as_json(checkout: Path) -> None:
    value = json.loads(run("show", "--format", "json").stdout)
    assert value["version"] == "1.0"
    assert value["layers"]["entities"]["lists"] == ["entities", "mentions"]
    assert value["vocabularies"]["event_type"]["AID"] == {
        "name": "AID",
        "description": "Give help: money, goods, troops, asylum.",
        "color": "#62b6f5",
        "hotkey": "h",
        "group": "material-cooperation",
        "requires": ["recipient"],
    }
    assert value["lists"]["events"]["realis"]["default"] == "actual"


@pytest.mark.parametrize("command", ["generate", "check", "show"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    examples = result.output.split("Example", 1)[1].splitlines()
    assert any(line.startswith(f"    communique schemas {command}") for line in examples)


def test_a_wrong_format_is_a_usage_error() -> None:
    assert run("check", "--format", "xml").exit_code == 2


def test_help_imports_nothing_heavy() -> None:
    heavy = {"yaml", "pyarrow", "rich", "msgspec", "jsonschema_rs", "datasets", "numpy"}
    code = (
        "import sys; from communique.cli import main\n"
        "try: main(['schemas', '--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
