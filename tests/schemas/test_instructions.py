"""The guidelines as HTML for the labelling screen."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from communique.errors import InvalidInput
from communique.schemas.instructions import instructions, project_settings
from communique.schemas.schema import load_schema

SCHEMA = load_schema()


class Tags(HTMLParser):
    """What opens and closes, and the words in between."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not {name for name, _ in attrs} & {"style", "href", "onclick"}
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def test_all_of_the_guidelines_are_there_as_sound_html() -> None:
    tags = Tags()
    tags.feed(instructions(SCHEMA))
    assert tags.open == []
    assert {"table", "h2", "blockquote", "sub", "ol", "ul"} <= tags.seen
    assert "a" not in tags.seen
    said = " ".join(" ".join(tags.words).split())
    source = (SCHEMA.folder / "guidelines.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", source, re.MULTILINE)
    assert len(headings) > 30
    for heading in headings:
        assert heading.replace("`", "").replace("*", "") in said, heading


def test_links_become_words_and_comments_go(tmp_path: Path) -> None:
    page = "# G\n\nSee [zones](#zones).\n\n<!-- generated: roles -->\n| a | b |\n| --- | --- |\n"
    (tmp_path / "guidelines.md").write_text(page + "| 1 | 2<br>3 |\n", encoding="utf-8")
    html = instructions(replace(SCHEMA, folder=tmp_path))
    assert "<p>See zones.</p>" in html
    assert "<td>2<br>3</td>" in html
    assert "<!--" not in html


def test_without_guidelines_there_are_no_instructions(tmp_path: Path) -> None:
    shutil.copy(SCHEMA.folder / "communique.yaml", tmp_path)
    assert instructions(replace(SCHEMA, folder=tmp_path)) == ""
    (tmp_path / "guidelines.md").write_bytes(b"\xff")
    with pytest.raises(InvalidInput):
        instructions(replace(SCHEMA, folder=tmp_path))


def test_a_project_gets_them_behind_the_button() -> None:
    settings = project_settings(SCHEMA)
    assert settings["expert_instruction"].startswith("<style>")
    assert settings["show_instruction"] is False
