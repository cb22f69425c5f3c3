"""The annotators' page says what the schema and the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from communique.annotations.adjudicate_commands import adjudicate
from communique.annotations.import_commands import import_
from communique.annotations.label_studio.adjudication import CHOICES
from communique.annotations.label_studio.naming import read_names
from communique.schemas.label_studio import REGIONS, relation_names
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
FILE = Path(__file__).parents[3] / "docs" / "annotating.md"
PAGE = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("vocabulary", REGIONS.values())
def test_every_key_is_on_the_page(vocabulary: str) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith("|")
    ]
    for label in SCHEMA.vocabularies[vocabulary].values():
        assert any(row[0] == label.name and label.hotkey in row for row in rows), label.name


def test_every_relation_is_on_the_page() -> None:
    section = PAGE.partition("## Relations")[2].partition("<!--")[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(relation_names(SCHEMA))


def test_every_choice_is_on_the_page() -> None:
    section = PAGE.partition("### In a file")[2].partition("### In Label Studio")[0]
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", " ".join(named))) == CHOICES


def test_the_mapping_on_the_page_is_one(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    path = tmp_path / "mapping.yaml"
    path.write_text(blocks[-1], encoding="utf-8")
    assert read_names(path, SCHEMA).spans["ner"].labels["Person"] == "PER"


def test_the_options_on_the_page_exist() -> None:
    for command, name in ((adjudicate, "adjudicate"), (import_, "import")):
        known = CliRunner().invoke(command, ["--help"]).output
        for line in re.findall(rf"^communique annotations {name} .*$", PAGE, re.MULTILINE):
            assert all(option in known for option in re.findall(r"--[a-z-]+", line)), line
    assert "--refresh" in CliRunner().invoke(adjudicate, ["--help"]).output
