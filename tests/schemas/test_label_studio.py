from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import pytest

from communique.schemas.label_studio import (
    AUTOMATIC,
    PASSES,
    REGIONS,
    TEXT,
    control_name,
    labelling_config,
    relation_names,
)
from communique.schemas.label_studio import controls as known_controls
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
ROOT = ElementTree.fromstring(labelling_config(SCHEMA))  # fails when it is not well formed
CONTROLS = {"Labels", "Choices", "TextArea"}

# The editor's own keys without a modifier, from its keymap: unselect, exit, delete, focus.
RESERVED = {"u", "escape", "backspace", "enter", "delete"}


def controls() -> dict[str, ElementTree.Element]:
    return {element.attrib["name"]: element for element in ROOT.iter() if element.tag in CONTROLS}


def labels() -> list[ElementTree.Element]:
    return list(ROOT.iter("Label"))


def test_names_are_unique() -> None:
    names = Counter(element.attrib["name"] for element in ROOT.iter() if "name" in element.attrib)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_control_is_about_the_one_text() -> None:
    assert [element.attrib["name"] for element in ROOT.iter("Text")] == [TEXT]
    assert {control.attrib["toName"] for control in controls().values()} == {TEXT}


def test_the_text_shows_labels_selects_single_characters_and_has_no_highlight_colour() -> None:
    text = next(ROOT.iter("Text"))
    assert text.attrib == {
        "name": "text",
        "value": "$text",
        "granularity": "symbol",
        "showLabels": "true",
    }
    assert "line-height: 2.3" in (next(ROOT.iter("Style")).text or "")


def test_every_label_of_every_region_list_is_there_with_its_colour_and_key() -> None:
    shown = {
        labels.attrib["name"]: [
            (label.attrib["value"], label.attrib["background"], label.attrib["hotkey"])
            for label in labels
        ]
        for labels in ROOT.iter("Labels")
    }
    assert shown == {
        list_name: [
            (label.name, label.color, label.hotkey)
            for label in SCHEMA.vocabularies[vocabulary].values()
        ]
        for list_name, vocabulary in REGIONS.items()
    }
    assert sum(map(len, shown.values())) == 6 + 6 + 4 + 2 + 16


def test_every_hotkey_of_the_schema_is_on_the_screen_once() -> None:
    in_schema = [
        label.hotkey
        for vocabulary in SCHEMA.vocabularies.values()
        for label in vocabulary.values()
        if label.hotkey
    ]
    on_screen = [
        element.attrib["hotkey"] for element in ROOT.iter() if element.attrib.get("hotkey")
    ]
    assert sorted(in_schema) == sorted(on_screen)
    assert len(set(on_screen)) == len(on_screen)
    assert not RESERVED & set(on_screen)


def test_no_key_is_left_that_the_editor_would_give_to_a_hidden_choice() -> None:
    assert set(AUTOMATIC) <= {label.attrib["hotkey"] for label in labels()}
    assert not any("hotkey" in choice.attrib for choice in ROOT.iter("Choice"))


def lab(color: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour like #0082c8."""
    red, green, blue = (
        ((part + 0.055) / 1.055) ** 2.4 if part > 0.04045 else part / 12.92
        for part in (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    )
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_colours_can_be_told_apart() -> None:
    # A difference of 2.3 can just be seen; 10 is clear at a glance.
    colors = {label.attrib["value"]: lab(label.attrib["background"]) for label in labels()}
    close = [
        (one, other)
        for one in colors
        for other in colors
        if one < other
        and sum((a - b) ** 2 for a, b in zip(colors[one], colors[other], strict=True)) < 10**2
    ]
    assert close == []


def test_only_a_long_group_of_labels_has_a_filter_and_has_it_before_it() -> None:
    order = [
        element.attrib.get("toName") if element.tag == "Filter" else element.attrib["name"]
        for element in ROOT.iter()
        if element.tag in {"Filter", "Labels"}
    ]
    assert order == ["zones", "mentions", "times", "quotes", "events", "events"]
    assert [element.attrib["toName"] for element in ROOT.iter("Filter")] == ["events"]


@pytest.mark.parametrize("pass_", PASSES)
def test_the_rules_in_short_are_folded_away_at_the_top_and_have_no_control(pass_: str) -> None:
    root = ElementTree.fromstring(labelling_config(SCHEMA, pass_))
    pane = next(view for view in root.iter("View") if view.get("className") == "communique-pane")
    fold = pane[0]
    assert (fold.tag, fold.get("open")) == ("Collapse", "false")
    assert not any("name" in element.attrib for element in fold.iter())
    rules = [
        (line[0].attrib["value"], line[1].attrib["value"])
        for line in fold.iter("View")
        if line.get("className") == "communique-rule"
    ]
    for vocabulary in REGIONS.values():
        for label in SCHEMA.vocabularies[vocabulary].values():
            assert (label.name, label.description) in rules
    assert set(relation_names(SCHEMA)) <= {name for name, _ in rules}
    assert all(meaning for _, meaning in rules)
    first = next(fold.iter("Header")).attrib["value"]
    assert "Instructions" in first and "schemas/guidelines.md" in first


def test_arrows_are_hidden_only_where_the_list_of_relations_is_known_to_be_closed() -> None:
    rules = " ".join((next(ROOT.iter("Style")).text or "").split()).split("} ")
    (hidden,) = (rule for rule in rules if "relationItem" in rule and "opacity: 0;" in rule)
    assert hidden.startswith("body:has(.lsf-outliner):not(:has(.lsf-relations)) ")


def test_attribute_panels_come_before_the_labels_and_only_for_their_regions() -> None:
    pane = next(view for view in ROOT.iter("View") if view.get("className") == "communique-pane")
    tags = [(child.tag, child.get("whenTagName")) for child in pane][1:]  # below the rules
    panels = [list_name for tag, list_name in tags if tag == "View"]
    assert panels == ["mentions", "times", "quotes", "events"]
    assert [tag for tag, _ in tags[: len(panels)]] == ["View"] * len(panels)
    for view in ROOT.iter("View"):
        if "whenTagName" in view.attrib:
            assert view.attrib["visibleWhen"] == "region-selected"
            assert view.attrib["whenTagName"] in REGIONS
            if "whenLabelValue" in view.attrib:
                labels = SCHEMA.labels(REGIONS[view.attrib["whenTagName"]])
                assert view.attrib["whenLabelValue"] in labels


def test_every_annotated_field_is_on_the_screen_under_the_name_that_follows_from_it() -> None:
    found = set(controls())
    expected = set(REGIONS) | {"entities", "memo"}
    for record_list in SCHEMA.lists.values():
        for field in record_list.fields:
            typed = field.name == "type"  # the label of the region
            if field.derived or typed or field.kind not in ("label", "bool", "string"):
                continue
            if field.of == "event_mode":
                expected |= {
                    control_name("events", "mode", label.name)
                    for label in SCHEMA.vocabularies["event_type"].values()
                    if label.modes
                }
            else:
                expected.add(control_name(record_list.name, field.name))
    assert found == expected
    assert "events_mode_CONSULT" in found
    assert "quotes_depth" not in found


def test_choices_are_the_labels_of_the_field() -> None:
    def values(name: str) -> list[str]:
        return [choice.attrib["value"] for choice in controls()[name].iter("Choice")]

    assert values("mentions_level") == ["NAM", "NOM", "PRO"]
    assert values("mentions_demonym") == ["demonym"]
    assert values("events_mode_ACCUSE") == ["disapprove", "investigate", "allege"]
    assert values("times_mod") == list(SCHEMA.labels("time_mod"))
    for name, control in controls().items():
        if control.tag != "Labels" and name not in ("entities", "memo"):
            assert control.attrib["perRegion"] == "true"


def test_relations_are_the_references_and_the_roles() -> None:
    names = [relation.attrib["value"] for relation in ROOT.iter("Relation")]
    assert tuple(names) == relation_names(SCHEMA)
    assert names == [
        *("duplicate_of", "members", "entity"),
        *("content", "cue", "source", "addressees", "parent"),
        *("actor", "recipient", "place", "time", "topic"),
    ]


def test_text_of_the_schema_is_escaped() -> None:
    from dataclasses import replace

    nasty = "a \"b\" <c> & 'd'"
    zones = dict(SCHEMA.vocabularies["zone_type"])
    zones["body"] = replace(zones["body"], description=nasty)
    schema = replace(SCHEMA, vocabularies={**SCHEMA.vocabularies, "zone_type": zones})
    root = ElementTree.fromstring(labelling_config(schema))
    hints = [label.get("hint") for label in root.iter("Label") if label.get("value") == "body"]
    assert hints == [nasty]


@pytest.mark.parametrize("pass_", PASSES)
def test_every_pass_has_every_control_and_relation_once(pass_: str) -> None:
    root = ElementTree.fromstring(labelling_config(SCHEMA, pass_))
    shown = {
        element.attrib["name"]: (element.tag, element.attrib.get("toName"), len(element))
        for element in root.iter()
        if element.tag in CONTROLS
    }
    whole = {
        name: (control.tag, control.attrib.get("toName"), len(control))
        for name, control in controls().items()
    }
    assert shown == whole
    assert set(shown) == set(known_controls(SCHEMA))
    names = Counter(element.attrib["name"] for element in root.iter() if "name" in element.attrib)
    assert max(names.values()) == 1
    assert [relation.attrib["value"] for relation in root.iter("Relation")] == list(
        relation_names(SCHEMA)
    )


def test_what_belongs_to_the_other_pass_is_folded_away() -> None:
    def folded(pass_: str) -> set[str]:
        root = ElementTree.fromstring(labelling_config(SCHEMA, pass_))
        panels = [panel for fold in root.iter("Collapse") for panel in fold]
        return {
            part.attrib["name"] for panel in panels for part in panel.iter() if part.tag in CONTROLS
        }

    assert folded("links") == set(REGIONS)
    needed = {*REGIONS, "mentions_level", "memo"}
    assert folded("spans") == set(known_controls(SCHEMA)) - needed
    assert folded("all") == set()


def test_the_memo_is_never_seen() -> None:
    views = [view for view in ROOT.iter("View") if view.get("className") == "communique-memo"]
    assert [part.attrib["name"] for view in views for part in view] == ["memo"]
    assert ".communique-memo { display: none; }" in (next(ROOT.iter("Style")).text or "")


def test_another_pass_is_refused() -> None:
    with pytest.raises(ValueError, match="found pass 'more', expected one of spans, links, all"):
        labelling_config(SCHEMA, "more")


def test_it_is_the_same_each_time() -> None:
    assert labelling_config(SCHEMA) == labelling_config(SCHEMA)
