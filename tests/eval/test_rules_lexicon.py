from __future__ import annotations

from collections import Counter

import pycountry
import pytest

from communique.eval.rules.calendar import MONTHS
from communique.eval.rules.lexicon import FOLDER, forms, load_lexicon
from communique.files import load_yaml
from communique.schemas.schema import load_schema


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("accuse", ("accuse", "accuses", "accused", "accusing")),
        ("deny", ("deny", "denies", "denied", "denying")),
        ("deploy", ("deploy", "deploys", "deployed", "deploying")),
        ("express", ("express", "expresses", "expressed", "expressing")),
        ("say", ("say", "says", "said", "saying")),
    ],
)
def test_forms_of_verbs(verb: str, expected: tuple[str, ...]) -> None:
    assert forms(verb, {"say": ["says", "said", "saying"]}) == expected


def test_states_are_those_of_iso_3166() -> None:
    codes = load_yaml(FOLDER / "states.yaml")
    known = {country.alpha_3 for country in pycountry.countries}
    assert set(codes) <= known
    assert all(set(value) <= {"names", "demonyms", "capital", "seats"} for value in codes.values())


def test_no_name_stands_for_two_states() -> None:
    states = load_yaml(FOLDER / "states.yaml").values()
    given = [
        name
        for state in states
        for key in ("names", "demonyms", "capital", "seats")
        for name in state.get(key, ())
    ]
    assert [name for name, count in Counter(given).items() if count > 1] == []


def test_every_word_is_a_string() -> None:
    """YAML reads a bare on, off, yes and no as true and false."""

    def words(value: object) -> list[object]:
        if isinstance(value, dict):
            return [one for pair in value.items() for part in pair for one in words(part)]
        if isinstance(value, list):
            return [one for part in value for one in words(part)]
        return [value]

    for path in sorted(FOLDER.glob("*.yaml")):
        wrong = [one for one in words(load_yaml(path)) if isinstance(one, bool) or one is None]
        assert wrong == [], path.name


def test_triggers_follow_the_schema_and_each_word_denotes_one_act() -> None:
    types = load_schema().vocabularies["event_type"]
    verbs = load_yaml(FOLDER / "verbs.yaml")
    seen: dict[str, tuple[str, str | None]] = {}
    for entry in load_yaml(FOLDER / "triggers.yaml"):
        kind = entry["type"], entry.get("mode")
        assert kind[1] is None or kind[1] in types[kind[0]].modes
        written = [form for verb in entry.get("verbs", ()) for form in forms(verb, verbs)]
        for word in {*written, *entry.get("nouns", ())}:
            assert seen.setdefault(word, kind) == kind, word
    assert {kind for kind, _ in seen.values()} == set(types)  # no type is forgotten


def test_cues_have_one_kind_and_irregular_verbs_are_used() -> None:
    cues, verbs = load_yaml(FOLDER / "cues.yaml"), load_yaml(FOLDER / "verbs.yaml")
    given = [
        verb
        for kind in ("statement", "attitude")
        for words in cues[kind].values()
        for verb in words
    ]
    assert [verb for verb, count in Counter(given).items() if count > 1] == []
    triggers = load_yaml(FOLDER / "triggers.yaml")
    used = {*given, *(verb for entry in triggers for verb in entry.get("verbs", ()))}
    assert set(verbs) <= used


def test_types_of_nouns_and_heads_are_those_of_the_schema() -> None:
    lexicon, types = load_lexicon(), set(load_schema().labels("entity_type"))
    assert set(lexicon.heads.values()) <= types
    assert {kind for kind, _ in lexicon.roles.values()} <= types
    assert not set(lexicon.heads) & set(MONTHS)
