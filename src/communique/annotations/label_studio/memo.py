"""What regions cannot hold of a record, kept in the hidden text area ``memo`` beside them.

The order of lists, the ids of entities, which lists are empty and which were not annotated. Where
the memo and the regions differ, the regions are right, since people change those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any

from communique.annotations.label_studio.drawn import Drawing
from communique.annotations.record import Quote, Record, Span
from communique.errors import quoted
from communique.schemas.label_studio import MEMO
from communique.schemas.schema import Schema

__all__ = ["Memo", "cue_ids", "digest", "fragment_id", "heads", "memo_of", "read_memo"]


def fragment_id(quote_id: str) -> str:
    """The id of the region that a quote hangs on."""
    return f"{quote_id}.content.0"


def heads(record: Record) -> dict[str, str]:
    """The first mention of each entity that has one."""
    heads: dict[str, str] = {}
    for mention in sorted(record.mentions or (), key=lambda mention: mention.span):
        heads.setdefault(mention.entity, mention.id)
    return heads


def cue_ids(quote: Quote, cues: dict[Span, str]) -> list[str]:
    """The regions of a quote's cues; one that an earlier quote has drawn is used again."""
    ids: list[str] = []
    for index, span in enumerate(quote.cue):
        name = cues.get(span)
        if name is None or name in ids:
            name = f"{quote.id}.cue.{index}"
        cues.setdefault(span, name)
        ids.append(name)
    return ids


@dataclass(slots=True)
class Memo:
    """What the hidden text area remembers of the record that was pushed."""

    order: dict[str, list[str]] = field(default_factory=dict)
    entities: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    cues: dict[str, list[str]] = field(default_factory=dict)
    addressees: dict[str, list[str]] = field(default_factory=dict)
    arguments: dict[str, list[list[str]]] = field(default_factory=dict)
    schema_version: str | None = None
    hashed: bool = True
    given: bool = False


def memo_of(record: Record, text: str, schema: Schema) -> dict[str, Any]:
    """The memo of a record; orders are left out where there is nothing to order."""
    order = {
        name: [item.id for item in items]
        for name in schema.lists
        if (items := getattr(record, name)) is not None
    }
    mentions = sorted(record.mentions or (), key=lambda mention: mention.span)
    entities: dict[str, list[str]] = {}
    for mention in mentions:
        entities.setdefault(mention.entity, []).append(mention.id)
    used: dict[Span, str] = {}
    cues = {quote.id: cue_ids(quote, used) for quote in record.quotes or ()}
    memo: dict[str, Any] = {
        "order": order,
        "entities": entities,
        "members": _several((entity.id, entity.members) for entity in record.entities or ()),
        "cues": _several(cues.items()),
        "addressees": _several((quote.id, quote.addressees) for quote in record.quotes or ()),
        "arguments": _several(
            (event.id, [[argument.role, argument.target] for argument in event.arguments])
            for event in record.events or ()
        ),
    }
    memo = {name: value for name, value in memo.items() if value or name == "order"}
    if record.text_sha256 is None:
        memo["hashed"] = False
    if record.schema_version != schema.version:
        memo["schema_version"] = record.schema_version
    return memo


def _several(pairs: Iterable[tuple[str, Sequence[Any]]]) -> dict[str, list[Any]]:
    return {name: list(items) for name, items in pairs if len(items) > 1}


def read_memo(drawing: Drawing) -> Memo:
    """The memo among the texts of a result list; an empty one if there is none or it is broken."""
    texts = [text for text in drawing.texts.get(MEMO, ()) if text.strip()]
    if not texts:
        return Memo()
    try:
        value = json.loads(texts[0])
        known = {item.name for item in fields(Memo)} - {"given"}
        memo = Memo(**{key: part for key, part in value.items() if key in known}, given=True)
        _sound(memo)
    except (ValueError, TypeError, AttributeError):
        found = f"{quoted(texts[0])} in {MEMO}"
        mend = "push the record again"
        drawing.wrong("memo", found, "what communique wrote there", "$.result", mend)
        return Memo()
    return memo


def _sound(memo: Memo) -> None:
    """Raise ``TypeError`` unless the memo has the form that ``memo_of`` gives it."""
    lists = [memo.order, memo.entities, memo.members, memo.cues, memo.addressees]
    good = all(
        isinstance(part, dict)
        and all(
            isinstance(ids, list) and all(isinstance(name, str) for name in ids)
            for ids in part.values()
        )
        for part in lists
    )
    pairs = [pair for pairs in memo.arguments.values() for pair in pairs]
    good = good and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in pairs
    )
    version = memo.schema_version
    if not (good and isinstance(memo.hashed, bool) and isinstance(version, str | None)):
        raise TypeError


def digest(text: str) -> str:
    """The hash by which a text is known."""
    return sha256(text.encode("utf-8")).hexdigest()
