"""Two passes over one document side by side: who is whose partner, and under which common ids.

Annotations with spans are partners when they share words, the most alike first; entities when
their mentions are partners. Everything is looked at as plain values (fields by name), in which the
ids of both passes are replaced by common ones: an annotation of both is called as in the first
pass, and what only the second has gets an id that is free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem
from communique.schemas.schema import Schema

__all__ = ["Item", "Pair", "Paired", "fresh", "pair", "ranges", "references", "renamed", "same"]

Item = dict[str, Any]
"""One annotation as a plain value."""

Names = Mapping[str, str]
"""From the ids of one pass to common ones; chains are in it as ``chain:NAME``."""

SPANS = {
    "zones": ("span",),
    "mentions": ("span",),
    "times": ("span",),
    "quotes": ("content",),
    "events": ("trigger",),
}
LEAST_SHARED = {"mentions": 0.5, "zones": 0.5}
"""Which part of the words of two annotations must be common for them to be partners."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is the same thing in both passes, or stands in one only; ``id`` is the common one."""

    list: str
    id: str
    a: Item | None
    b: Item | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Both passes: their pairs in the order of the result, and the names for either's ids."""

    pairs: tuple[Pair, ...]
    names: tuple[Names, Names]


def pair(a: Record, b: Record, schema: Schema) -> Paired:
    """Put two passes side by side.

    Raises:
        InvalidInput: they are of different texts or versions, annotated different layers, or hold
            an id twice or a reference that leads nowhere.

    """
    _comparable(a, b, schema)
    sides = tuple(_plain(record, schema) for record in (a, b))
    signs = tuple(_signs(side, schema) for side in sides)
    found: dict[str, dict[int, int]] = {}
    for name in SPANS:
        if name in sides[0]:
            found[name] = _partners(name, sides[0][name], sides[1][name], *signs)
    if "entities" in sides[0]:
        found["entities"] = _entities(sides[0], sides[1], found.get("mentions", {}), schema)
    names = _names(sides[0], sides[1], found, schema)
    pairs = [
        one
        for name in schema.lists
        if name in sides[0]
        for one in _pairs(name, sides, found, names)
    ]
    return Paired(tuple(pairs), names)


def renamed(item: Item, list_name: str, names: Names, schema: Schema) -> Item:
    """An annotation with its own id, its references and its chain under other names."""
    value: Item = {}
    for field in schema.lists[list_name].fields:
        given = item.get(field.name)
        if field.derived:
            continue
        if field.kind in ("id", "ref"):
            value[field.name] = names.get(given, given) if given is not None else None
        elif field.kind == "refs":
            value[field.name] = [names.get(one, one) for one in given or ()]
        elif field.kind == "structs":
            inner = {one.name for one in field.fields if one.kind == "ref"}
            value[field.name] = [
                {key: names.get(one, one) if key in inner else one for key, one in part.items()}
                for part in given or ()
            ]
        elif field.name == "chain":
            value[field.name] = names.get(f"chain:{given}", given) if given else given
        else:
            value[field.name] = given
    return value


def references(item: Item, list_name: str, schema: Schema) -> Iterator[tuple[str, str]]:
    """What an annotation points to, as ``(field, id)``."""
    for field in schema.lists[list_name].fields:
        given = item.get(field.name)
        if field.kind == "ref" and given is not None:
            yield field.name, given
        elif field.kind == "refs":
            yield from ((field.name, one) for one in given or ())
        elif field.kind == "structs":
            for inner in field.fields:
                if inner.kind == "ref":
                    yield from ((field.name, part[inner.name]) for part in given or ())


def same(one: Any, other: Any) -> bool:
    """Whether two values of a field say the same; the order of references says nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    return bool(one == other)


def _comparable(a: Record, b: Record, schema: Schema) -> None:
    def lists(record: Record) -> str:
        names = [name for name in schema.lists if getattr(record, name) is not None]
        return ", ".join(names) or "none"

    def problem(record: Record, check: str, found: str, expected: str, mend: str) -> Problem:
        return Problem(
            check=f"adjudicate.{check}",
            found=f"{found} in the pass of {record.annotator}",
            expected=expected,
            mend=mend,
            doc_id=record.doc_id,
        )

    problems = []
    hashes = {a.text_sha256, b.text_sha256} - {None}
    if (a.doc_id, a.schema_version) != (b.doc_id, b.schema_version) or len(hashes) > 1:
        found = f"{b.doc_id}, schema {b.schema_version}, text {str(b.text_sha256)[:12]}"
        expected = f"{a.doc_id}, schema {a.schema_version}, text {str(a.text_sha256)[:12]}"
        mend = "compare two passes over one text"
        problems.append(problem(b, "document", found, expected, mend))
    if lists(a) != lists(b):
        mend = f"let both annotate the same layers; {a.annotator} and {b.annotator} did not"
        problems.append(problem(b, "layers", f"the lists {lists(b)}", lists(a), mend))
    for record in (a, b):
        side = _plain(record, schema)
        held = Counter(item["id"] for items in side.values() for item in items)
        for one, times in held.items():
            if times > 1:
                problems.append(
                    problem(record, "ids", f"the id {one} {times} times", "each id once", "rename")
                )
        for name, items in side.items():
            for item in items:
                for field, target in references(item, name, schema):
                    if target not in held:
                        found = f"{field} {target} of {item['id']}"
                        mend = "mend the pass first"
                        expected = "an annotation that exists"
                        problems.append(problem(record, "reference", found, expected, mend))
    if problems:
        raise InvalidInput(problems)


def _plain(record: Record, schema: Schema) -> dict[str, list[Item]]:
    import msgspec

    value = msgspec.to_builtins(record)
    return {
        name: [renamed(item, name, {}, schema) for item in value[name]]
        for name in schema.lists
        if value[name] is not None
    }


def _signs(side: Mapping[str, list[Item]], schema: Schema) -> Mapping[str, str]:
    """For every annotation what it is without regard to ids: what references are compared by."""
    signs = {}
    for name, items in side.items():
        for item in items:
            seen = {
                field.name: item[field.name]
                for field in schema.lists[name].fields
                if field.kind not in ("id", "ref", "refs", "structs") and field.name in item
            }
            seen.pop("chain", None)
            signs[item["id"]] = f"{name} {seen}"
    return signs


def ranges(item: Item, list_name: str) -> list[tuple[int, int]]:
    """The spans by which an annotation finds its partner."""
    value = item[SPANS[list_name][0]]
    return [(value[0], value[1])] if isinstance(value[0], int) else [(x, y) for x, y in value]


def _partners(
    name: str,
    ours: list[Item],
    theirs: list[Item],
    signs_a: Mapping[str, str],
    signs_b: Mapping[str, str],
) -> dict[int, int]:
    """The partners in a list with spans: greedily, the most alike first."""
    scored = []
    for i, j in _touching(name, ours, theirs):
        a, b = ours[i], theirs[j]
        shared = _shared(ranges(a, name), ranges(b, name))
        if shared < LEAST_SHARED.get(name, 0):
            continue
        alike = sum(
            same(_signed(a[field], signs_a), _signed(b[field], signs_b))
            for field in a
            if field != "id"
        )
        scored.append((-shared, -alike, a["id"] != b["id"], i, j))
    return _greedy(scored)


def _touching(name: str, ours: list[Item], theirs: list[Item]) -> Iterator[tuple[int, int]]:
    """All that overlap, each once: a sweep over the text."""
    ends = [
        (start, side, index, end)
        for side, items in enumerate((ours, theirs))
        for index, item in enumerate(items)
        for start, end in ranges(item, name)
    ]
    open_: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    seen: set[tuple[int, int]] = set()
    for start, side, index, end in sorted(ends):
        for one in open_:
            one[:] = [(other, until) for other, until in one if until > start]
        for other, _ in open_[1 - side]:
            both = (other, index) if side else (index, other)
            if both not in seen:
                seen.add(both)
                yield both
        open_[side].append((index, end))


def _shared(ours: list[tuple[int, int]], theirs: list[tuple[int, int]]) -> float:
    """Common code points by all code points of two sets of ranges."""
    mine, yours = ({x for start, end in side for x in range(start, end)} for side in (ours, theirs))
    return len(mine & yours) / (len(mine | yours) or 1)


def _signed(value: Any, signs: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return signs.get(value, value)
    if isinstance(value, list):
        return [_signed(one, signs) for one in value]
    if isinstance(value, dict):
        return {key: _signed(one, signs) for key, one in value.items()}
    return value


def _greedy(scored: Iterable[tuple[Any, ...]]) -> dict[int, int]:
    """Partners from candidates ``(…, i, j)``, the smallest first."""
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for *_, i, j in sorted(scored):
        if i not in chosen and j not in taken:
            chosen[i] = j
            taken.add(j)
    return chosen


def _entities(
    ours: Mapping[str, list[Item]],
    theirs: Mapping[str, list[Item]],
    mentions: Mapping[int, int],
    schema: Schema,
) -> dict[int, int]:
    """Entities by the mentions they share; without any, by registry id or equal description."""
    places = [{item["id"]: n for n, item in enumerate(side["entities"])} for side in (ours, theirs)]
    weights: Counter[tuple[int, int]] = Counter(
        (
            places[0][ours["mentions"][i]["entity"]],
            places[1][theirs["mentions"][j]["entity"]],
        )
        for i, j in mentions.items()
    )

    def score(i: int, j: int, weight: int) -> tuple[Any, ...]:
        a, b = ours["entities"][i], theirs["entities"][j]
        alike = sum(a[name] == b[name] for name in ("type", "kb", "nil"))
        return (-weight, -alike, a["id"] != b["id"], i, j)

    chosen = _greedy(score(i, j, weight) for (i, j), weight in weights.items())
    mentioned = [{item["entity"] for item in side.get("mentions", ())} for side in (ours, theirs)]
    left = [
        [i for i in range(len(ours["entities"])) if i not in chosen],
        [j for j in range(len(theirs["entities"])) if j not in set(chosen.values())],
    ]
    scored = []
    for i in left[0]:
        for j in left[1]:
            a, b = ours["entities"][i], theirs["entities"][j]
            nowhere = a["id"] not in mentioned[0] and b["id"] not in mentioned[1]
            described = all(a[name] == b[name] for name in ("type", "kb", "nil"))
            if (a["kb"] and a["kb"] == b["kb"]) or (nowhere and described):
                scored.append(score(i, j, 0))
    return chosen | _greedy(scored)


def _names(
    ours: Mapping[str, list[Item]],
    theirs: Mapping[str, list[Item]],
    found: Mapping[str, Mapping[int, int]],
    schema: Schema,
) -> tuple[Names, Names]:
    first = {item["id"]: item["id"] for items in ours.values() for item in items}
    taken = set(first)
    second: dict[str, str] = {}
    for name, items in theirs.items():
        partner = {j: ours[name][i]["id"] for i, j in found.get(name, {}).items()}
        second |= {items[j]["id"]: common for j, common in partner.items()}
    for name, items in theirs.items():
        for item in items:
            if item["id"] not in second:
                second[item["id"]] = fresh(item["id"], schema.lists[name].prefix, taken)
    events = found.get("events", {})
    weights: Counter[tuple[str, str]] = Counter(
        (a, b)
        for i, j in events.items()
        if (a := ours["events"][i]["chain"]) and (b := theirs["events"][j]["chain"])
    )
    chains = [
        sorted({item["chain"] for item in side.get("events", ()) if item["chain"]})
        for side in (ours, theirs)
    ]
    partner_of = _greedy(
        (-weight, a != b, chains[0].index(a), chains[1].index(b))
        for (a, b), weight in weights.items()
    )
    common = {f"chain:{chains[1][j]}": chains[0][i] for i, j in partner_of.items()}
    used = set(chains[0])
    for chain in chains[1]:
        if f"chain:{chain}" not in common:
            common[f"chain:{chain}"] = fresh(chain, "c", used)
    return first, second | common


def fresh(wanted: str, prefix: str, taken: set[str]) -> str:
    """The wanted id if it is free, else the first free one with the prefix; now taken."""
    if wanted in taken:
        wanted = next(one for n in count(1) if (one := f"{prefix}{n}") not in taken)
    taken.add(wanted)
    return wanted


def _pairs(
    name: str,
    sides: tuple[dict[str, list[Item]], ...],
    found: Mapping[str, Mapping[int, int]],
    names: tuple[Names, Names],
) -> list[Pair]:
    """The pairs of a list: in the order of the first pass, what only the second has in between."""
    ours, theirs = sides[0][name], sides[1][name]
    partner = found.get(name, {})
    pairs = [
        Pair(name, item["id"], item, theirs[partner[i]] if i in partner else None)
        for i, item in enumerate(ours)
    ]
    place = {ours[i]["id"]: theirs[j]["id"] for i, j in partner.items()}
    after = {b: a for a, b in place.items()}
    previous: str | None = None
    for item in theirs:
        if item["id"] in after:
            previous = after[item["id"]]
            continue
        common = names[1][item["id"]]
        at = next((n + 1 for n, one in enumerate(pairs) if one.id == previous), 0)
        pairs.insert(at, Pair(name, common, None, item))
        previous = common
    return pairs
