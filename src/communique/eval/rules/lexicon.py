"""What the rules know: names, nouns, cue verbs and triggers, read from the YAML files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from communique.corpus.tokens import tokens
from communique.files import load_yaml

__all__ = ["Cue", "Index", "Known", "Lexicon", "Trigger", "forms", "load_lexicon"]

FOLDER = Path(__file__).parent / "lexicon"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """What a well-known name stands for.

    ``key`` is one for all names of the same thing. A seat of government ``stands_for`` another
    name: that of its state or body.
    """

    type: str
    key: str
    kb: str | None = None
    demonym: bool = False
    stands_for: Known | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """How a verb attributes: the kind of quote and what may follow (``clause``, ``object`` …)."""

    kind: str
    complement: str
    addressed: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """The act that a word denotes."""

    type: str
    mode: str | None
    verb: bool


class Index(Generic[T]):
    """Things by names of several words; finds the longest name at a place."""

    def __init__(self) -> None:
        self._things: dict[tuple[str, ...], T] = {}
        self._longest: dict[str, int] = {}

    def add(self, name: tuple[str, ...], thing: T) -> None:
        """Add a thing; the first of a name stays."""
        if name and name not in self._things:
            self._things[name] = thing
            self._longest[name[0]] = max(len(name), self._longest.get(name[0], 0))

    def at(self, words: tuple[str, ...], first: int, end: int) -> tuple[int, T] | None:
        """Where the longest name that begins at ``first`` ends, and its thing."""
        for length in range(min(self._longest.get(words[first], 0), end - first), 0, -1):
            name = words[first : first + length]
            if name in self._things:
                return first + length, self._things[name]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Everything in the files, ready for use; word lists are in lower case but ``heads``."""

    known: Index[Known]
    heads: Mapping[str, str]
    """Capitalised head noun → entity type."""
    roles: Mapping[str, tuple[str, bool]]
    """Common noun → entity type, and whether it is a plural."""
    cues: Mapping[str, Cue]
    triggers: Mapping[str, Trigger]
    counts: Mapping[str, int]
    words: Mapping[str, frozenset[str]]
    """The plain word lists by name."""


@cache
def load_lexicon() -> Lexicon:
    """The lexicon of the package; about a tenth of a second the first time."""
    names, nouns, cues, contexts, verbs = (
        load_yaml(FOLDER / f"{name}.yaml")
        for name in ("names", "nouns", "cues", "contexts", "verbs")
    )
    lists = {**names, **nouns, **contexts, "impersonal": cues["impersonal"], **nouns["pronouns"]}
    words = {name: frozenset(value) for name, value in lists.items() if isinstance(value, list)}
    return Lexicon(
        known=_known(),
        heads={head: kind for kind, heads in names["heads"].items() for head in heads},
        roles=dict(_roles(nouns)),
        cues=dict(_cues(cues, verbs)),
        triggers=dict(_triggers(load_yaml(FOLDER / "triggers.yaml"), verbs)),
        counts=nouns["counts"],
        words=words,
    )


def forms(verb: str, irregular: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The forms of an English verb, the base first."""
    if verb in irregular:
        return (verb, *irregular[verb])
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    s = "es" if verb.endswith(("s", "x", "z", "ch", "sh")) else "s"
    return verb, f"{verb}{s}", f"{verb}ed", f"{verb}ing"


def _known() -> Index[Known]:
    index: Index[Known] = Index()
    for name, thing in _known_names():
        written = tuple(word.slice(name).replace("’", "'") for word in tokens(name))
        index.add(written, thing)
        if len(name) > 3:  # "CHAD, May 4" is a dateline, "US" and "us" are not the same
            index.add(tuple(word.upper() for word in written), thing)
    return index


def _known_names() -> Iterator[tuple[str, Known]]:
    import pycountry

    for name, given in load_yaml(FOLDER / "bodies.yaml").items():
        body = Known("ORG", name)
        for alias in (name, *given.get("aliases", ())):
            yield alias, body
        for seat in given.get("seats", ()):
            yield seat, Known("GPE", f"city:{seat}", stands_for=body)
    states = load_yaml(FOLDER / "states.yaml")
    for country in pycountry.countries:
        kb = f"iso3166-1:{country.alpha_3}"
        state = Known("GPE", kb, kb)
        own = (getattr(country, name, "") for name in ("common_name", "name", "official_name"))
        given = states.get(country.alpha_3, {})
        for name in (*own, *given.get("names", ())):
            if name and not set(name) & set(",("):
                yield name, state
        for demonym in given.get("demonyms", ()):
            for form in (demonym, f"{demonym}s") if _has_plural(demonym) else (demonym,):
                yield form, Known("GPE", kb, kb, demonym=True)
        for name in given.get("capital", ()):
            yield name, Known("GPE", f"city:{given['capital'][0]}", stands_for=state)
        for name in given.get("seats", ()):
            yield name, Known("FAC", f"seat:{given['seats'][0]}", stands_for=state)


def _has_plural(demonym: str) -> bool:
    return not demonym.endswith(("s", "sh", "ch", "se", "z", "man", "woman"))


def _roles(nouns: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, bool]]]:
    for kind, heads in nouns["roles"].items():
        for head in heads:
            yield nouns["irregular_plurals"].get(head, f"{head}s"), (kind, True)
            yield head, (kind, False)


def _cues(cues: Mapping[str, Any], verbs: Mapping[str, list[str]]) -> Iterator[tuple[str, Cue]]:
    for kind in ("attitude", "statement"):
        for complement, names in cues[kind].items():
            for verb in names:
                cue = Cue(kind, complement, verb in cues["addressed"])
                for form in forms(verb, verbs):
                    yield form, cue


def _triggers(
    entries: Iterable[Mapping[str, Any]], verbs: Mapping[str, list[str]]
) -> Iterator[tuple[str, Trigger]]:
    for entry in entries:
        for verb in entry.get("verbs", ()):
            for form in forms(verb, verbs):
                yield form, Trigger(entry["type"], entry.get("mode"), verb=True)
        for noun in entry.get("nouns", ()):
            yield noun, Trigger(entry["type"], entry.get("mode"), verb=False)
