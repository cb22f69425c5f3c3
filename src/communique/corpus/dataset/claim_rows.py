"""The config `claims`: who said, through whom, that who did or will what to whom, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from communique.annotations.derived.claims import claims, sentence
from communique.corpus.dataset.config import ENTITY, Column, Config, Row, Source
from communique.schemas.arrow import SPAN

__all__ = ["claims_config"]

ATTRIBUTION = (
    pa.field("quote", pa.string()),
    *ENTITY,
    pa.field("kind", pa.string()),
    pa.field("polarity", pa.string()),
)
"""One step of a chain of sources: the quote, its source (null when nobody is named), its kind and
the polarity of its cue."""

TOPIC = (
    pa.field("target", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("name", pa.string()),
)
"""What an act is about: the id of an entity or an event, and its name or trigger."""


def claims_config() -> Config:
    """The config of claims, one for each event mention."""
    text = pa.string()
    entities = pa.list_(pa.struct(ENTITY))
    columns = (
        Column("doc_id", text, "Id of the document."),
        Column("event_id", text, "Id of the event mention in the document."),
        Column("chain", text, "Mentions of one act in the document share it."),
        Column("claim", text, "The claim as a readable line."),
        Column("depth", pa.int32(), "How many sources it went through; 0 is the author's word."),
        Column(
            "sources", pa.list_(pa.struct(ATTRIBUTION)), "Who says so, the outermost source first."
        ),
        Column("type", text, "PLOVER type of the act."),
        Column("mode", text, "PLOVER mode of the act."),
        Column("realis", text, "actual, future, hypothetical or generic."),
        Column("polarity", text, "Whether it is said to happen or not to happen."),
        Column("certainty", text, "Whether the mention commits itself."),
        Column("actors", entities, "Who acts."),
        Column("recipients", entities, "Whom the act is for or against."),
        Column("places", entities, "Where."),
        Column("topics", pa.list_(pa.struct(TOPIC)), "What it is about."),
        Column("when", pa.list_(text), "ISO values of its times."),
        Column("trigger", text, "The word that denotes the act."),
        Column("trigger_span", SPAN, "The trigger in the document's text."),
    )
    return Config("claims", "claim", columns, claim_rows)


def claim_rows(source: Source) -> Iterator[Row]:
    """The claims of a document; none without text."""
    if source.text is None or source.record is None:
        return
    events = {event.id: event for event in source.record.events or ()}
    nobody = {"entity": None, "type": None, "kb": None, "name": None}
    for claim in claims(source.record):
        trigger = events[claim.event].trigger
        yield {
            "doc_id": source.document.doc_id,
            "event_id": claim.event,
            "chain": claim.chain,
            "claim": sentence(claim, source.names),
            "depth": claim.depth,
            "sources": [
                {"quote": one.quote, "kind": one.kind, "polarity": one.polarity}
                | (source.entity(one.source) if one.source else nobody)
                for one in claim.attributions
            ],
            "type": claim.type,
            "mode": claim.mode,
            "realis": claim.realis,
            "polarity": claim.polarity,
            "certainty": claim.certainty,
            "actors": [source.entity(one) for one in claim.actors],
            "recipients": [source.entity(one) for one in claim.recipients],
            "places": [source.entity(one) for one in claim.places],
            "topics": [
                {
                    "target": one,
                    "kind": "event" if one in events else "entity",
                    "name": source.words(events[one].trigger)
                    if one in events
                    else source.names.get(one),
                }
                for one in claim.topics
            ],
            "when": list(claim.when),
            "trigger": source.words(trigger),
            "trigger_span": list(trigger),
        }
