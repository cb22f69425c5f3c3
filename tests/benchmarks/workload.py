"""Generated documents with gold and predictions: the one workload of all benchmarks.

A document has 400 tokens, a headline and a body, 60 mentions of 12 entities (a quarter of the
mentions nested in another), 6 quotes, 4 times and 20 events with two or three arguments each.
Predictions are the gold with 20 % noise: of the mentions, quotes, triggers and arguments a fifth is
disturbed, in equal parts by leaving them out, moving an end, changing the type, role or source, and
putting them elsewhere. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from communique.schemas.arrow import record_schema
from communique.schemas.schema import load_schema

__all__ = ["Drawn", "Shape", "bio_tags", "draw", "nervaluate_spans", "table", "texts"]

Ints = NDArray[np.int64]

SCHEMA = load_schema()
COLUMNS = record_schema(SCHEMA)
TYPES = SCHEMA.labels("entity_type")
ROLES = SCHEMA.labels("role")


@dataclass(frozen=True)
class Shape:
    """How large a document is; the defaults are the workload of the published figures."""

    tokens: int = 400
    mentions: int = 60
    nested: int = 15
    entities: int = 12
    quotes: int = 6
    times: int = 4
    events: int = 20
    noise: float = 0.2

    def wide(self, mentions: int) -> Shape:
        """As dense a document with so many mentions, and no other layers."""
        factor = mentions / self.mentions
        return replace(
            self,
            tokens=round(self.tokens * factor),
            mentions=mentions,
            nested=round(self.nested * factor),
            entities=max(len(TYPES), round(self.entities * factor)),
            quotes=0,
            times=0,
            events=0,
        )


@dataclass(frozen=True)
class Drawn:
    """One side of some documents as arrays of the shape ``(documents, items)``.

    Spans are in tokens, half-open; ``there`` says which items exist. ``begins`` and ``ends`` are
    the code points of the tokens, of the shape ``(documents, tokens)``.
    """

    shape: Shape
    first_doc: int
    begins: Ints
    ends: Ints
    entity_type: Ints
    mention: tuple[Ints, Ints]
    mention_entity: Ints
    mention_there: NDArray[np.bool_]
    quote: tuple[Ints, Ints]
    quote_source: Ints
    quote_there: NDArray[np.bool_]
    time: tuple[Ints, Ints]
    event: tuple[Ints, Ints]
    event_type: Ints
    event_chain: Ints
    event_there: NDArray[np.bool_]
    argument_target: Ints
    argument_role: Ints
    argument_there: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def doc_ids(self) -> list[str]:
        """The ids of the documents."""
        return [f"doc-{number:08d}" for number in range(self.first_doc, self.first_doc + len(self))]


def draw(
    n_docs: int, shape: Shape | None = None, *, seed: int = 7, part: int = 2_000
) -> Iterator[tuple[Drawn, Drawn]]:
    """Gold and predictions of ``n_docs`` documents, ``part`` documents at a time."""
    shape = shape or Shape()
    for first in range(0, n_docs, part):
        random = np.random.default_rng((seed, first))
        gold = _gold(random, min(part, n_docs - first), shape, first)
        yield gold, _predicted(random, gold)


def _gold(random: np.random.Generator, n: int, shape: Shape, first_doc: int) -> Drawn:
    lengths = random.integers(1, 11, (n, shape.tokens))
    ends = np.cumsum(lengths + 1, axis=1) - 1
    outer = shape.mentions - shape.nested
    # one outer mention in each stretch of equal length, so that outer ones are disjoint
    stretch = shape.tokens // outer
    start = np.arange(outer) * stretch + random.integers(0, stretch // 2, (n, outer))
    size = random.integers(1, stretch - stretch // 2 + 1, (n, outer))
    # an inner one ends or begins with the outer one that it stands in
    host = np.argsort(random.random((n, outer)), axis=1)[:, : shape.nested]
    rows = np.arange(n)[:, None]
    size[rows, host] = np.maximum(size[rows, host], 2)
    at_end = random.integers(0, 2, (n, shape.nested))
    inner_start = start[rows, host] + at_end
    inner_end = start[rows, host] + size[rows, host] - 1 + at_end
    begin = np.concatenate([start, inner_start], axis=1)
    end = np.concatenate([start + size, inner_end], axis=1)
    n_events, n_arguments = shape.events, 3
    quote_size = random.integers(8, 30, (n, shape.quotes))
    quote = np.sort(random.integers(1, shape.tokens - 30, (n, shape.quotes)), axis=1)
    time = np.sort(random.integers(0, shape.tokens - 3, (n, shape.times)), axis=1)
    trigger = np.sort(random.integers(0, shape.tokens, (n, n_events)), axis=1)
    target = random.integers(0, shape.mentions, (n, n_events, n_arguments))
    role = np.broadcast_to(np.arange(n_arguments), target.shape).copy()
    if shape.times:
        # the third argument is the time, where there is one
        target[..., 2] = shape.mentions + random.integers(0, shape.times, (n, n_events))
        role[..., 2] = ROLES.index("time")
    argument_there = np.ones(target.shape, dtype=bool)
    argument_there[..., 2] = random.random((n, n_events)) < 0.5
    return _ordered(
        Drawn(
            shape,
            first_doc,
            ends - lengths,
            ends,
            np.broadcast_to(np.arange(shape.entities) % len(TYPES), (n, shape.entities)).copy(),
            (begin, end),
            random.integers(0, shape.entities, begin.shape),
            np.ones(begin.shape, dtype=bool),
            (quote, np.minimum(quote + quote_size, shape.tokens)),
            random.integers(-1, shape.mentions, quote.shape),
            np.ones(quote.shape, dtype=bool),
            (time, time + random.integers(1, 4, time.shape)),
            (trigger, trigger + 1),
            random.integers(0, len(SCHEMA.labels("event_type")), trigger.shape),
            random.integers(0, max(1, n_events // 2), trigger.shape),
            np.ones(trigger.shape, dtype=bool),
            target,
            role,
            argument_there,
        )
    )


def _predicted(random: np.random.Generator, gold: Drawn) -> Drawn:
    shape = gold.shape
    mention, mention_there, retyped = _disturbed(random, gold.mention, shape)
    # the next entity is of another type
    entity = (gold.mention_entity + retyped) % shape.entities
    quote, quote_there, resourced = _disturbed(random, gold.quote, shape)
    source = np.where(
        resourced, random.integers(-1, shape.mentions, quote[0].shape), gold.quote_source
    )
    event, event_there, other = _disturbed(random, gold.event, shape)
    types = len(SCHEMA.labels("event_type"))
    hit = random.random(gold.argument_target.shape)
    is_mention = gold.argument_target < shape.mentions
    moved = is_mention & (hit < shape.noise / 3)
    target = np.where(moved, random.integers(0, shape.mentions, hit.shape), gold.argument_target)
    swapped = is_mention & (hit >= shape.noise / 3) & (hit < shape.noise * 2 / 3)
    role = np.where(swapped, (gold.argument_role + 1) % 3, gold.argument_role)
    left_out = (hit >= shape.noise * 2 / 3) & (hit < shape.noise)
    return _ordered(
        replace(
            gold,
            mention=mention,
            mention_entity=entity,
            mention_there=mention_there,
            quote=quote,
            quote_there=quote_there,
            quote_source=source,
            event=event,
            event_there=event_there,
            event_type=(gold.event_type + other) % types,
            argument_target=target,
            argument_role=role,
            argument_there=gold.argument_there & ~left_out,
        )
    )


def _disturbed(
    random: np.random.Generator, spans: tuple[Ints, Ints], shape: Shape
) -> tuple[tuple[Ints, Ints], NDArray[np.bool_], NDArray[np.bool_]]:
    """Spans with noise, which of them are left, and which are to change what they say."""
    start, end = spans
    chance = random.random(start.shape) * 4 / shape.noise
    longer = np.where(random.random(start.shape) < 0.5, 1, -1)
    moved = np.clip(end + longer, start + 1, shape.tokens)
    moved = np.where(moved == end, np.maximum(start + 1, np.minimum(end + 1, shape.tokens)), moved)
    elsewhere = random.integers(0, np.maximum(1, shape.tokens - (end - start) + 1))
    far = (chance >= 3) & (chance < 4)
    new_end = np.where((chance >= 1) & (chance < 2), moved, end)
    new_end = np.where(far, elsewhere + end - start, new_end)
    new_start = np.where(far, elsewhere, start)
    return (new_start, new_end), chance >= 1, (chance >= 2) & (chance < 3)


def _ordered(drawn: Drawn) -> Drawn:
    """Mentions in the order of the text, as systems and annotators list them."""
    start, end = drawn.mention
    order = np.argsort(start * (drawn.shape.tokens + 1) - end, axis=1, kind="stable")
    rows = np.arange(len(drawn))[:, None]
    place = np.empty_like(order)
    place[rows, order] = np.arange(drawn.shape.mentions)
    n = drawn.shape.mentions
    target = drawn.argument_target
    followed = place[rows[..., None], np.minimum(target, n - 1)]
    source = drawn.quote_source
    return replace(
        drawn,
        mention=(start[rows, order], end[rows, order]),
        mention_entity=drawn.mention_entity[rows, order],
        mention_there=drawn.mention_there[rows, order],
        argument_target=np.where(target < n, followed, target),
        quote_source=np.where(source >= 0, place[rows, source], -1),
    )


def table(drawn: Drawn, *, annotator: str) -> pa.Table:
    """A side as the Arrow table that a system would save."""
    shape, n = drawn.shape, len(drawn)
    # what points to a mention that is left out points to nothing
    there = np.concatenate([drawn.mention_there, np.ones((n, shape.times), dtype=bool)], axis=1)
    rows = np.arange(n)[:, None]
    source = np.where(
        (drawn.quote_source >= 0) & there[rows, drawn.quote_source], drawn.quote_source, -1
    )
    linked = drawn.argument_there & there[rows[..., None], drawn.argument_target]
    mention_type = drawn.entity_type[rows, drawn.mention_entity]
    # a headline of ten tokens, then the body
    zone_types = SCHEMA.labels("zone_type")
    page = np.broadcast_to([zone_types.index("headline"), zone_types.index("body")], (n, 2))
    page_span = np.broadcast_to([0, 10], (n, 2)), np.broadcast_to([10, shape.tokens], (n, 2))
    lists = {
        "zones": {
            "id": _ids("z", page),
            "type": _labels("zone_type", page),
            "span": _spans(drawn, page_span),
        },
        "entities": {
            "id": _ids("e", drawn.entity_type),
            "type": _labels("entity_type", drawn.entity_type),
            "kb": _kb(drawn.entity_type),
        },
        "mentions": {
            "id": _ids("m", drawn.mention[0]),
            "entity": _names("e", shape.entities, drawn.mention_entity),
            "span": _spans(drawn, drawn.mention),
            "level": _labels("mention_level", np.arange(shape.mentions) % 3 + 0 * mention_type),
            "use": _labels("mention_use", (mention_type == 2) & (drawn.mention[0] % 5 == 0)),
            "demonym": pa.array(np.zeros(drawn.mention[0].size, dtype=bool)),
            "title": pa.array(np.zeros(drawn.mention[0].size, dtype=bool)),
        },
        "times": {
            "id": _ids("t", drawn.time[0]),
            "type": _labels("time_type", drawn.time[0] % 4),
            "span": _spans(drawn, drawn.time),
            "value": _names("2031-05-", 28, drawn.time[1] % 28),
            "dct": pa.array(np.zeros(drawn.time[0].size, dtype=bool)),
        },
        "quotes": {
            "id": _ids("q", drawn.quote[0]),
            "content": _each(_spans(drawn, drawn.quote)),
            "cue": _each(_spans(drawn, (drawn.quote[0] - 1, drawn.quote[0]))),
            "source": _names("m", shape.mentions, source),
            "kind": _labels("quote_kind", drawn.quote[1] % 2),
            "polarity": _labels("polarity", drawn.quote[1] % 9 == 0),
        },
        "events": {
            "id": _ids("v", drawn.event[0]),
            "trigger": _spans(drawn, drawn.event),
            "type": _labels("event_type", drawn.event_type),
            "realis": _labels("realis", (drawn.event[0] + drawn.event_type) % 4),
            "polarity": _labels("polarity", drawn.event[0] % 7 == 0),
            "certainty": _labels("certainty", drawn.event[0] % 6 == 0),
            "arguments": _arguments(drawn, linked),
            "chain": _names("c", max(1, shape.events // 2), drawn.event_chain),
        },
    }
    kept = {
        "mentions": drawn.mention_there,
        "quotes": drawn.quote_there,
        "events": drawn.event_there,
    }
    columns: dict[str, pa.Array] = {
        "doc_id": pa.array(drawn.doc_ids),
        "schema_version": pa.array([SCHEMA.version] * n),
        "annotator": pa.array([annotator] * n),
    }
    for name, fields in lists.items():
        columns[name] = _list(COLUMNS.field(name).type, fields, kept.get(name), n)
    arrays = [
        columns[one.name].cast(one.type) if one.name in columns else pa.nulls(n, one.type)
        for one in COLUMNS
    ]
    return pa.table(arrays, schema=COLUMNS)


def texts(drawn: Drawn, *, seed: int = 7) -> list[str]:
    """Texts of random letters whose tokens are just those of the workload."""
    random = np.random.default_rng((seed, drawn.first_doc, 1))
    size = int(drawn.ends.max())
    letters = random.integers(ord("a"), ord("z") + 1, (len(drawn), size + 1), dtype=np.uint8)
    np.put_along_axis(letters, drawn.ends, ord(" "), axis=1)
    return [
        row[:end].tobytes().decode("ascii")
        for row, end in zip(letters, drawn.ends[:, -1], strict=True)
    ]


def bio_tags(drawn: Drawn) -> list[list[str]]:
    """The outermost mentions as one list of tags per document: what seqeval takes."""
    start, end = drawn.mention
    kind = np.take_along_axis(drawn.entity_type, drawn.mention_entity, axis=1)
    tags = []
    for row in range(len(drawn)):
        there = drawn.mention_there[row]
        columns = start[row, there], -end[row, there], kind[row, there]
        spans = sorted(zip(*(column.tolist() for column in columns), strict=True))
        line, reach = ["O"] * drawn.shape.tokens, 0
        for first, last, type_ in spans:
            if first >= reach:
                reach = -last
                name = TYPES[type_]
                line[first:reach] = [f"B-{name}"] + [f"I-{name}"] * (reach - first - 1)
        tags.append(line)
    return tags


def nervaluate_spans(drawn: Drawn) -> list[list[dict[str, object]]]:
    """The mentions as one list of dictionaries per document: what nervaluate takes.

    Its ends are inclusive, so spans are given in code points with the last one's place.
    """
    rows = np.arange(len(drawn))[:, None]
    begin = drawn.begins[rows, drawn.mention[0]]
    last = drawn.ends[rows, drawn.mention[1] - 1] - 1
    kind = np.take_along_axis(drawn.entity_type, drawn.mention_entity, axis=1)
    return [
        [
            {"label": TYPES[type_], "start": first, "end": end}
            for first, end, type_, there in zip(
                begin[row].tolist(),
                last[row].tolist(),
                kind[row].tolist(),
                drawn.mention_there[row].tolist(),
                strict=True,
            )
            if there
        ]
        for row in range(len(drawn))
    ]


def _list(
    kind: pa.ListType, fields: dict[str, pa.Array], there: NDArray[np.bool_] | None, n: int
) -> pa.Array:
    """One list of the records out of whole columns of its items."""
    size = len(next(iter(fields.values()))) if fields else 0
    struct = pa.StructArray.from_arrays(
        [
            fields[one.name].cast(one.type) if one.name in fields else _missing(one.type, size)
            for one in kind.value_type
        ],
        fields=list(kind.value_type),
    )
    if there is None:
        counts = np.full(n, size // n)
    else:
        struct = struct.filter(pa.array(there.reshape(-1)))
        counts = there.sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), struct)


def _missing(kind: pa.DataType, size: int) -> pa.Array:
    """Empty lists for a column of lists, nulls for any other."""
    if pa.types.is_list(kind):
        offsets = pa.array(np.zeros(size + 1, dtype=np.int32))
        return pa.ListArray.from_arrays(offsets, pa.array([], kind.value_type))
    return pa.nulls(size, kind)


def _names(prefix: str, count: int, numbers: NDArray[np.integer]) -> pa.Array:
    """Strings made of a prefix and a number each, null for -1."""
    flat = numbers.reshape(-1)
    indices = pa.array(flat.astype(np.int32), mask=flat < 0)
    return pa.array([f"{prefix}{number}" for number in range(count)]).take(indices)


def _ids(prefix: str, items: NDArray[np.generic]) -> pa.Array:
    count = items.shape[1]
    return _names(prefix, count, np.broadcast_to(np.arange(count), items.shape))


def _labels(vocabulary: str, codes: NDArray[np.generic]) -> pa.Array:
    labels = pa.array(SCHEMA.labels(vocabulary))
    return labels.take(pa.array(codes.reshape(-1).astype(np.int32)))


def _kb(entities: NDArray[np.generic]) -> pa.Array:
    """A registry id for two entities of three."""
    number = np.arange(entities.size)
    return _names("person:p", 1_000, np.where(number % 3 == 0, -1, number * 7919 % 1_000))


def _spans(drawn: Drawn, spans: tuple[Ints, Ints]) -> pa.Array:
    """Spans of tokens as spans of code points."""
    rows = np.arange(len(drawn))[:, None]
    start, end = drawn.begins[rows, spans[0]], drawn.ends[rows, spans[1] - 1]
    flat = np.stack([start.reshape(-1), end.reshape(-1)], axis=1).reshape(-1)
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.astype(np.int32)), 2)


def _each(spans: pa.Array) -> pa.Array:
    """Each span as a list of one."""
    return pa.ListArray.from_arrays(pa.array(np.arange(len(spans) + 1, dtype=np.int32)), spans)


def _arguments(drawn: Drawn, there: NDArray[np.bool_]) -> pa.Array:
    shape = drawn.shape
    names = [f"m{number}" for number in range(shape.mentions)]
    names += [f"t{number}" for number in range(shape.times)]
    flat = there.reshape(-1)
    target = pa.array(names).take(pa.array(drawn.argument_target.reshape(-1)[flat]))
    role = pa.array(ROLES).take(pa.array(drawn.argument_role.reshape(-1)[flat]))
    struct = pa.StructArray.from_arrays([role, target], names=["role", "target"])
    counts = there.sum(axis=2).reshape(-1)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), struct)
