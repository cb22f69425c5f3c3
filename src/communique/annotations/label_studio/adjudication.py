"""Adjudication: two passes become one record, with somebody deciding where they differ.

What both passes say is taken over. Everything else is one *decision* each: an annotation that the
two have differently, or that only one has. The decisions of a document are a YAML file that people
fill in; ``composed`` makes the record once all of them are made.

A decision takes one of five choices:

=========  =======================================================================================
a, b       the version of that pass; where it has none, nothing
both       the two versions as two annotations
neither    no annotation
own        the version of a (else of b) with the fields that are written under ``own``
=========  =======================================================================================

An entity that only one pass has is no decision of its own while mentions lead to it: it is there
when a mention of the result refers to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

from communique.annotations.draft import locate, located, quoting
from communique.annotations.label_studio.pairing import (
    Item,
    Names,
    Pair,
    Paired,
    fresh,
    pair,
    ranges,
    references,
    renamed,
    same,
)
from communique.annotations.reading import parse_record
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.schemas.schema import Schema

__all__ = [
    "CHOICES",
    "Adjudication",
    "Choice",
    "Decision",
    "agreed_part",
    "compare",
    "composed",
    "inferred",
    "problem_of",
    "versions",
]

CHOICES = ("a", "b", "both", "neither", "own")


@dataclass(frozen=True, slots=True)
class Decision:
    """One disagreement: an annotation with the versions of both passes under common ids.

    ``differ`` names the fields; it is empty when only one pass has the annotation.
    """

    id: str
    list: str
    item: str
    a: Item | None
    b: Item | None
    differ: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided, why and by whom; ``own`` has fields as drafts write them."""

    choice: str
    reason: str
    own: Mapping[str, Any] | None = None
    adjudicator: str | None = None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """Two passes over one document and what has to be decided between them."""

    a: Record
    b: Record
    paired: Paired
    decisions: tuple[Decision, ...]
    riding: frozenset[str]
    """Entities that are in the result when something there refers to them."""


def compare(a: Record, b: Record, schema: Schema) -> Adjudication:
    """Two passes and their disagreements, each exactly once and in the order of the text.

    Raises:
        InvalidInput: the passes cannot be compared; see ``pairing.pair``.

    """
    paired = pair(a, b, schema)
    riding = _riding(paired.pairs)
    places = _places(paired.pairs)
    found: list[Decision] = []
    for one in sorted(paired.pairs, key=lambda one: places[one.list, one.id]):
        mine, theirs = versions(one, paired.names, schema)
        differ: tuple[str, ...] = ()
        if mine is not None and theirs is not None:
            differ = tuple(name for name in mine if not same(mine[name], theirs[name]))
            if not differ:
                continue
        elif one.id in riding:
            continue
        found.append(Decision(f"d{len(found) + 1}", one.list, one.id, mine, theirs, differ))
    return Adjudication(a, b, paired, tuple(found), riding)


def composed(
    adjudication: Adjudication,
    choices: Mapping[str, Choice],
    *,
    annotator: str,
    text: str | None,
    schema: Schema,
    source: str = "decisions",
) -> Record:
    """The record that the choices (by decision id) make.

    Raises:
        InvalidInput: a decision is open, ``own`` is not an annotation, or something that is kept
            refers to something that was left out.

    """
    open_ = [one for one in adjudication.decisions if one.id not in choices]
    if open_:
        found = ", ".join(one.id for one in open_)
        raise InvalidInput(
            [
                problem_of(
                    adjudication, "open", f"the open decisions {found}", "a choice each", source
                )
            ]
        )
    items = _items(adjudication, choices, text, schema, source)
    problems = [
        problem_of(
            adjudication,
            "reference",
            f"{field} {target} of {item['id']}, which was left out",
            f"an annotation of the result; keep {target} or change {item['id']}",
            source,
        )
        for item, field, target in _dangling(items, schema)
    ]
    if problems:
        raise InvalidInput(problems)
    return _record(adjudication, items, annotator, source)


def agreed_part(adjudication: Adjudication, *, annotator: str, schema: Schema) -> Record:
    """What needs no decision, to start from: references to anything else are left out."""
    choices = {
        one.id: Choice("a" if one.list == "entities" and one.a else "neither", "")
        for one in adjudication.decisions
    }
    items = _items(adjudication, choices, None, schema, "")
    for item, field, target in list(_dangling(items, schema)):
        given = item[field]
        if not isinstance(given, list):
            item[field] = None
        else:
            item[field] = [one for one in given if target not in (one, _target(one))]
    return _record(adjudication, items, annotator, "the agreed part")


def _target(value: Any) -> Any:
    return value.get("target") if isinstance(value, dict) else None


def _places(pairs: Iterable[Pair]) -> dict[tuple[str, str], float]:
    """Where each pair stands in the text; an entity where it is first mentioned, if anywhere."""
    places: dict[tuple[str, str], float] = {}
    entities: dict[tuple[str, str], float] = {}
    pairs = list(pairs)
    for one in pairs:
        starts = []
        for side, item in (("a", one.a), ("b", one.b)):
            if item is None or one.list == "entities":
                continue
            starts.append(min(start for start, _ in ranges(item, one.list)))
            if one.list == "mentions":
                key = side, item["entity"]
                entities[key] = min(starts[-1], entities.get(key, inf))
        places[one.list, one.id] = min(starts, default=inf)
    for one in pairs:
        if one.list == "entities":
            places[one.list, one.id] = min(
                entities.get((side, item["id"]), inf)
                for side, item in (("a", one.a), ("b", one.b))
                if item is not None
            )
    return places


def versions(
    one: Pair, names: tuple[Names, Names], schema: Schema
) -> tuple[Item | None, Item | None]:
    """What the two passes have of a pair, under common ids."""
    a, b = (
        renamed(item, one.list, side, schema) if item is not None else None
        for item, side in zip((one.a, one.b), names, strict=True)
    )
    return a, b


def _riding(pairs: Iterable[Pair]) -> frozenset[str]:
    """Entities that a mention leads to, directly or as a member, in every pass that has them."""
    pairs = list(pairs)
    reached: list[set[str]] = []
    for side in ("a", "b"):
        held = [(one, item) for one in pairs if (item := getattr(one, side)) is not None]
        own = [item for one, item in held if one.list == "entities"]
        roots = [item["entity"] for one, item in held if one.list == "mentions"]
        reached.append(_closure(roots, own))
    return frozenset(
        one.id
        for one in pairs
        if one.list == "entities"
        and all(
            item is None or item["id"] in side
            for item, side in zip((one.a, one.b), reached, strict=True)
        )
    )


def _closure(roots: Iterable[str], entities: Iterable[Item]) -> set[str]:
    members = {item["id"]: item["members"] for item in entities}
    reached: set[str] = set()
    ahead = list(roots)
    while ahead:
        one = ahead.pop()
        if one not in reached:
            reached.add(one)
            ahead.extend(members.get(one, ()))
    return reached


def _items(
    adjudication: Adjudication,
    choices: Mapping[str, Choice],
    text: str | None,
    schema: Schema,
    source: str,
) -> dict[str, list[Item]]:
    """The annotations of the result by their lists; references are not looked at yet."""
    paired = adjudication.paired
    decided = {one.item: (one, choices[one.id]) for one in adjudication.decisions}
    # An annotation that is kept twice: what version b refers to is its own copy.
    taken = {one.id for one in paired.pairs}
    copies = {
        one.item: fresh(one.item, schema.lists[one.list].prefix, taken)
        for one, choice in decided.values()
        if choice.choice == "both" and one.a is not None and one.b is not None
    }
    names_b = {own: copies.get(common, common) for own, common in paired.names[1].items()}
    items: dict[str, list[Item]] = {
        name: [] for name in schema.lists if getattr(adjudication.a, name) is not None
    }
    problems: list[Problem] = []
    for one in paired.pairs:
        a, _ = versions(one, paired.names, schema)
        b = renamed(one.b, one.list, names_b, schema) if one.b is not None else None
        kept: list[Item | None] = [a if a is not None else b]
        if one.id in decided:
            decision, choice = decided[one.id]
            match choice.choice:
                case "a":
                    kept = [a]
                case "b":
                    kept = [b]
                case "both":
                    kept = [a, b]
                case "neither":
                    kept = []
                case _:
                    kept = [_own(decision, choice, text, schema, source, problems)]
        items[one.list] += [item for item in kept if item is not None]
    if problems:
        raise InvalidInput(problems)
    if "entities" in items:
        riding = {*adjudication.riding, *(copies[one] for one in adjudication.riding & {*copies})}
        roots = [item["entity"] for item in items.get("mentions", ())]
        roots += [item["id"] for item in items["entities"] if item["id"] not in riding]
        reached = _closure(roots, items["entities"])
        items["entities"] = [item for item in items["entities"] if item["id"] in reached]
    return items


def _own(
    decision: Decision,
    choice: Choice,
    text: str | None,
    schema: Schema,
    source: str,
    problems: list[Problem],
) -> Item:
    """The adjudicator's own version: the fields that were written over version a, else b."""
    fields = schema.lists[decision.list].fields

    def resolve(expression: object, path: str) -> object:
        if isinstance(expression, list):
            return expression
        try:
            if text is None:
                raise ValueError("words, but the text is not here")
            return list(locate(str(expression), text))
        except ValueError as error:
            problems.append(
                Problem(
                    check="adjudicate.own",
                    found=str(error),
                    expected="exactly one place in the text",
                    file=source,
                    path=path,
                )
            )
            return [0, 1]

    strings = {field.name for field in fields if field.kind == "string"}
    written = {
        name: str(value) if name in strings and value is not None else value
        for name, value in (choice.own or {}).items()
    }
    base = decision.a if decision.a is not None else decision.b
    path = f"$.decisions.{decision.id}.own"
    return {**(base or {}), **located(written, fields, path, resolve), "id": decision.item}


def _dangling(items: Mapping[str, list[Item]], schema: Schema) -> Iterator[tuple[Item, str, str]]:
    ids = {item["id"] for held in items.values() for item in held}
    for name, held in items.items():
        for item in held:
            for field, target in references(item, name, schema):
                if target not in ids:
                    yield item, field, target


def _record(
    adjudication: Adjudication, items: dict[str, list[Item]], annotator: str, source: str
) -> Record:
    a, b = adjudication.a, adjudication.b
    value = {
        "doc_id": a.doc_id,
        "schema_version": a.schema_version,
        "text_sha256": a.text_sha256 or b.text_sha256,
        "annotator": annotator,
        **items,
    }
    return parse_record(json.loads(json.dumps(value)), source=source)


def problem_of(
    adjudication: Adjudication, check: str, found: str, expected: str, source: str
) -> Problem:
    """Something that is wrong with the decisions of a document."""
    return Problem(
        check=f"adjudicate.{check}",
        found=found,
        expected=expected,
        file=source,
        doc_id=adjudication.a.doc_id,
    )


# -- decisions that were made by editing -------------------------------------------------------

Fate = Literal["kept", "changed", "gone"]


def inferred(
    adjudication: Adjudication,
    result: Record,
    text: str,
    schema: Schema,
    *,
    reason: str,
    adjudicator: str,
) -> dict[str, Choice]:
    """The choices that a finished record amounts to, by decision id.

    For a record that somebody made of the two passes in an editor: what equals version a (or b)
    was chosen, what is there otherwise is the editor's own.
    """
    fates = [_fates(one, result, schema) for one in (adjudication.a, adjudication.b)]
    to_own = [{common: own for own, common in names.items()} for names in adjudication.paired.names]
    choices = {}
    for one in adjudication.decisions:
        became = [
            fates[side].get(to_own[side].get(one.item, ""), _GONE) if version is not None else None
            for side, version in enumerate((one.a, one.b))
        ]
        choice = _fate_choice(*(fate.what if fate else None for fate in became))
        now = next((fate.now for fate in became if fate and fate.now), None)
        own = None
        if choice == "own" and now is not None:
            own = quoting(now, schema.lists[one.list].fields, text)
        choices[one.id] = Choice(choice, reason, own, adjudicator)
    return choices


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a version, and the annotation that it became."""

    what: Literal["kept", "changed", "gone"]
    now: Item | None = None


_GONE = _Fate("gone")


def _fate_choice(a: str | None, b: str | None) -> str:
    """The choice that explains what became of both versions; ``None`` for a pass without one."""
    match a, b:
        case "kept", "kept":
            return "both"
        case "kept", _:
            return "a"
        case _, "kept":
            return "b"
        case "gone", None:
            return "b"
        case None, "gone":
            return "a"
        case "gone", "gone":
            return "neither"
        case _:
            return "own"


def _fates(side: Record, result: Record, schema: Schema) -> dict[str, _Fate]:
    """What became of the annotations of a pass in the result, by their ids there."""
    seen = compare(side, result, schema)
    differing = {one.item for one in seen.decisions}
    return {
        one.a["id"]: (
            _GONE if one.b is None else _Fate("changed" if one.id in differing else "kept", one.b)
        )
        for one in seen.paired.pairs
        if one.a is not None
    }
