"""The config `events`: one row per event mention, with its arguments and its factuality."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from communique.annotations.derived.crosswalk import ere_realis, factbank
from communique.annotations.record import Argument, Event, Time
from communique.corpus.dataset.config import PARTY, Column, Config, Row, Source
from communique.schemas.arrow import SPAN
from communique.schemas.schema import load_schema

__all__ = ["events_config"]

ARGUMENT = (
    pa.field("role", pa.string()),
    pa.field("target", pa.string()),
    pa.field("kind", pa.string()),
    *PARTY,
    pa.field("value", pa.string()),
)
"""An argument: its role, the id and kind (mention, time, event) of its target, the target's words
and place; of a mention its entity, of a time its ISO value."""


def events_config() -> Config:
    """The config of event mentions."""
    text = pa.string()
    columns = (
        Column("doc_id", text, "Id of the document."),
        Column("event_id", text, "Id of the event mention in the document."),
        Column("chain", text, "Mentions of one act in the document share it."),
        Column("trigger", text, "The word that denotes the act."),
        Column("trigger_span", SPAN, "The trigger in the document's text."),
        Column("type", text, "PLOVER type."),
        Column("mode", text, "PLOVER mode."),
        Column("group", text, "Verbal or material, cooperation or conflict."),
        Column("realis", text, "actual, future, hypothetical or generic."),
        Column("polarity", text, "Whether it is said to happen or not to happen."),
        Column("certainty", text, "Whether the mention commits itself."),
        Column("ere_realis", text, "Derived: Actual, Generic or Other, as in ERE."),
        Column("factbank", text, "Derived: CT+, CT-, PS+, PS- or Uu, as in FactBank."),
        Column(
            "arguments", pa.list_(pa.struct(ARGUMENT)), "Who takes part, where, when, about what."
        ),
        Column("sentence", text, "The sentence of the trigger."),
        Column("sentence_span", SPAN, "The sentence in the document's text."),
    )
    return Config("events", "event mention", columns, event_rows)


def event_rows(source: Source) -> Iterator[Row]:
    """The event mentions of a document; none without text."""
    if source.text is None or source.record is None:
        return
    times = {time.id: time for time in source.record.times or ()}
    events = {event.id: event for event in source.record.events or ()}
    types = load_schema().vocabularies["event_type"]
    for event in source.record.events or ():
        sentence = source.window([event.trigger], around=0)
        yield {
            "doc_id": source.document.doc_id,
            "event_id": event.id,
            "chain": event.chain,
            "trigger": source.words(event.trigger),
            "trigger_span": list(event.trigger),
            "type": event.type,
            "mode": event.mode,
            "group": types[event.type].group,
            "realis": event.realis,
            "polarity": event.polarity,
            "certainty": event.certainty,
            "ere_realis": ere_realis(event),
            "factbank": factbank(event),
            "arguments": [_argument(one, source, times, events) for one in event.arguments],
            "sentence": source.words(sentence),
            "sentence_span": list(sentence),
        }


def _argument(
    argument: Argument, source: Source, times: dict[str, Time], events: dict[str, Event]
) -> dict[str, Any]:
    row: dict[str, Any] = {"role": argument.role, "target": argument.target, "kind": None}
    if party := source.party(argument.target):
        return row | party | {"kind": "mention"}
    if time := times.get(argument.target):
        words = {"text": source.words(time.span), "span": list(time.span)}
        return row | words | {"kind": "time", "value": time.value}
    if event := events.get(argument.target):
        words = {"text": source.words(event.trigger), "span": list(event.trigger)}
        return row | words | {"kind": "event"}
    return row
