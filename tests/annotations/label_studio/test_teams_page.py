"""What docs/teams.md says of Label Studio is so in the version that is installed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from communique.annotations.label_studio.client import NEWEST_TESTED, OLDEST_TESTED
from communique.annotations.label_studio.server import _program

PAGE = Path(__file__).parents[3] / "docs" / "teams.md"
SETTINGS = sorted(set(re.findall(r"^([A-Z_]+)=", PAGE.read_text(encoding="utf-8"), re.MULTILINE)))


@pytest.fixture(scope="module")
def source() -> str:
    python = Path(_program()).with_name("python")
    found = "import importlib.util as u; print(u.find_spec('label_studio').origin)"
    origin = subprocess.run([python, "-c", found], capture_output=True, text=True, check=True)
    root = Path(origin.stdout.strip()).parent
    files = [root / "server.py", *root.glob("core/**/*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_one_of_label_studio(source: str, name: str) -> None:
    bare = name.removeprefix("LABEL_STUDIO_")
    reader = r"(get_env|get_bool_env|get_env_list|environ\.get)"
    assert re.search(rf"""{reader}\(\s*['"]{bare}['"]""", source)


def test_the_page_names_the_tested_versions() -> None:
    oldest, newest = ("{}.{}".format(*pair) for pair in (OLDEST_TESTED, NEWEST_TESTED))
    assert f"Label Studio {oldest} to {newest}," in PAGE.read_text(encoding="utf-8")


def test_the_page_names_messages_that_exist() -> None:
    package = Path(__file__).parents[3] / "src/communique/annotations/label_studio"
    code = (package / "connection.py").read_text(encoding="utf-8")
    table = PAGE.read_text(encoding="utf-8").partition("| what the toolkit says")[2]
    messages = re.findall(r"^\| `([^`…]+)", table, re.MULTILINE)
    assert len(messages) >= 6
    assert [m for m in messages if m.strip() not in code and "failed with" not in m] == []
