"""The guidelines speak the vocabulary of the schema, all of it and nothing else."""

from __future__ import annotations

import re

import pytest

from communique.schemas.generated import GUIDELINES
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
TEXT = (SCHEMA.folder / GUIDELINES).read_text(encoding="utf-8")
TYPES = SCHEMA.vocabularies["event_type"]
HEADINGS = re.findall(r"(?m)^#+ (.+)$", TEXT)


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(heading: str) -> str:
    """From a heading of level 4 to the next heading."""
    found = re.search(rf"(?ms)^#### {heading}$(.*?)(?=^#|\Z)", TEXT)
    assert found, heading
    return found[1]


def test_headings_give_distinct_anchors() -> None:
    anchors = [anchor(heading) for heading in HEADINGS]
    assert len(set(anchors)) == len(anchors)


def test_every_link_within_the_page_leads_somewhere() -> None:
    links = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert links - {anchor(heading) for heading in HEADINGS} == set()


@pytest.mark.parametrize("name", TYPES)
def test_every_event_type_has_a_section_with_an_example(name: str) -> None:
    # An example is a sentence with a trigger in bold brackets.
    assert re.search(r"\*\*\[[^\]]+\]\*\*", section(name))


@pytest.mark.parametrize("name", [name for name in TYPES if TYPES[name].modes])
def test_every_mode_is_explained_with_an_example_in_the_section_of_its_type(name: str) -> None:
    rows = re.findall(r"(?m)^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", section(name))
    assert tuple(mode for mode, _, _ in rows) == TYPES[name].modes
    for mode, meaning, example in rows:
        assert meaning.strip(), mode
        assert re.search(r"\*\*\[[^\]]+\]\*\*", example), mode


@pytest.mark.parametrize("name", [name for name in TYPES if not TYPES[name].modes])
def test_types_without_modes_say_so(name: str) -> None:
    assert "No modes." in section(name)


def test_tables_of_all_that_is_annotated_are_there() -> None:
    markers = set(re.findall(r"<!-- generated: (.*?) -->", TEXT))
    derived_or_explained = {"quote_type", "event_type", "event_mode", "event_group", "role"}
    about_documents = {"genre", "world", "licence", "split"}
    vocabularies = set(SCHEMA.vocabularies) - derived_or_explained - about_documents
    lists = set(SCHEMA.lists) - {"zones"}
    assert markers == {
        *("layers", "event types", "roles"),
        *(f"labels {name}" for name in vocabularies),
        *(f"fields {name}" for name in lists),
    }


def test_labels_after_types_in_the_examples_exist() -> None:
    modes = {mode for label in TYPES.values() for mode in label.modes}
    known = (
        *TYPES,
        *SCHEMA.vocabularies["entity_type"],
        *SCHEMA.vocabularies["mention_use"],
        *SCHEMA.vocabularies["realis"],
        *SCHEMA.vocabularies["polarity"],
        *modes,
        "title",
    )
    for label in re.findall(r"<sub>([^<]+)</sub>", TEXT):
        for word in re.split(r"[ ,]+", label):
            assert word in known or re.fullmatch(r"[eq]?\d", word), label


def test_types_and_modes_that_stand_together_are_legal() -> None:
    pairs = re.findall(r"\b([A-Z]{3,}) `?([a-z]+(?:-[a-z]+)*)\b`?", TEXT)
    used = [(name, mode) for name, mode in pairs if name in TYPES]
    all_modes = {mode for label in TYPES.values() for mode in label.modes}
    checked = [(name, mode) for name, mode in used if mode in all_modes]
    assert len(checked) >= 10
    assert [pair for pair in checked if pair[1] not in TYPES[pair[0]].modes] == []


PHENOMENA = [
    *("furniture", "byline", "dateline", "printed twice", "comma that stands for *and*"),
    *("metonymic", "demonym", "Hyphen compounds", "apposition", "Aggregates", "interested states"),
    *("administration named after a person", "only planned", "Unnamed sources", "Second-hand"),
    *("Scare quotes", "Several contents of one cue", "one** quote with", "impersonal"),
    *("First of its kind", "Cancelled meeting", "Postponed", "Ceasefire", "Exercise", "Summoning"),
    *("Claimed and denied", "misspellings", "Symmetric meetings", "singletons"),
]


@pytest.mark.parametrize("phrase", PHENOMENA)
def test_the_decisions_that_annotators_ask_about_are_in_it(phrase: str) -> None:
    assert phrase in TEXT
