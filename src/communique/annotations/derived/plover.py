"""PLOVER records: what an event data set would hold of an annotation, projected by rule.

Source: PLOVER manual of 2024-02-04 (Open Event Data Alliance), chapters "Event Categories", "Actor
and Sector Codes" and "Data Fields"; the field names of ``PloverRecord.as_json`` are those of its
tables, and the fields that we add are named in ``PloverRecord``.

Rules:

- Negated, generic and hypothetical event mentions are dropped.
- Every cooperative act in the future is a promise: CONSULT, SUPPORT, COOPERATE and AID become
  AGREE, RETREAT becomes CONCEDE, and the mode, which those types do not have, goes. Other future
  events keep their type; the context ``future`` says so.
- Actors and recipients are lists in one record, not one record per pair; aggregates are replaced
  by their members. An event without an actor is dropped: PLOVER codes none.
- An actor's code is the ISO 3166-1 alpha-3 code of the state that it is or belongs to. A person,
  an organisation or an invented state for which none is known has no code; its registry id, when
  it has one, identifies it.
- The date is that of the first time argument that names a day or a longer period (then ``enddate``
  is its last day), else the day of publication. Times that only bound it (before, after) or
  measure it (durations, sets, vague references) do not count.
- One record per event mention; ``link`` is the chain, so that users can merge.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from communique.annotations.derived.claims import claims, expanded
from communique.annotations.derived.names import entity_names
from communique.annotations.record import Entity, Event, Record, Time
from communique.schemas.schema import load_schema

__all__ = ["PloverActor", "PloverRecord", "period", "plover_records", "state_code"]

PROMISED = {
    "CONSULT": "AGREE",
    "SUPPORT": "AGREE",
    "COOPERATE": "AGREE",
    "AID": "AGREE",
    "RETREAT": "CONCEDE",
}
"""Type of an event in the future → the type that the promise of it has."""

BOUNDS = frozenset({"BEFORE", "AFTER", "ON_OR_BEFORE", "ON_OR_AFTER"})
LONGEST_CHAIN = 16
"""Steps from a registry id to what it belongs to, and on, before a circle is assumed."""


@dataclass(frozen=True, slots=True)
class PloverActor:
    """One actor or recipient; ``entity`` is its id in the record (our addition)."""

    code: str | None
    identifier_id: str | None
    identifier_text: str | None
    entity: str

    def as_json(self) -> dict[str, Any]:
        """The actor object of the manual."""
        return {
            "code": self.code,
            "identifier_id": self.identifier_id,
            "identifier_text": self.identifier_text,
            "entity": self.entity,
        }


@dataclass(frozen=True, slots=True)
class PloverRecord:
    """One event record.

    Our additions to the manual's fields: ``certainty`` as in the annotation, and
    ``annotated_type``, the type before projection. ``enddate`` is ``None`` for a single day,
    ``event_text`` without a text.
    """

    id: str
    date: str
    enddate: str | None
    source: tuple[PloverActor, ...]
    recipient: tuple[PloverActor, ...]
    event: str
    mode: str | None
    context: tuple[str, ...]
    quad_code: int
    event_text: str | None
    link: str | None
    certainty: str
    annotated_type: str

    def as_json(self) -> dict[str, Any]:
        """The record as the manual writes it: lists of events and modes, actors as objects."""
        return {
            "id": self.id,
            "date": self.date,
            "enddate": self.enddate,
            "source": [actor.as_json() for actor in self.source],
            "recipient": [actor.as_json() for actor in self.recipient],
            "event": [self.event],
            "mode": [self.mode] if self.mode else [],
            "context": list(self.context),
            "quad_code": self.quad_code,
            "event_text": None if self.event_text is None else [self.event_text],
            "link": self.link,
            "certainty": self.certainty,
            "annotated_type": self.annotated_type,
        }


def plover_records(
    record: Record,
    *,
    published: str,
    owner: Callable[[str], str | None] = lambda kb: None,
    text: str | None = None,
) -> tuple[PloverRecord, ...]:
    """The PLOVER records of an annotation, in the order of its events.

    ``published`` is an ISO date. ``owner`` gives the registry id that a registry id belongs to: a
    ministry's state, the state whose government a capital is the seat of; ``None`` when it belongs
    to nothing. The text is needed only for names and for the words of the trigger.

    Raises:
        ValueError: ``published`` is not an ISO date.

    """
    day = date.fromisoformat(published)
    entities = record.entity_by_id
    names = entity_names(record, text) if text is not None else {}
    times = {time.id: time for time in record.times or ()}
    events = {event.id: event for event in record.events or ()}
    quad_codes = _quad_codes()

    def actor(entity: Entity) -> PloverActor:
        return PloverActor(
            code=state_code(entity.kb, owner) if entity.kb else None,
            identifier_id=entity.kb,
            identifier_text=names.get(entity.id),
            entity=entity.id,
        )

    def actors(ids: tuple[str, ...]) -> tuple[PloverActor, ...]:
        return tuple(actor(entities[one]) for one in expanded(ids, record) if one in entities)

    found = []
    for claim in claims(record):
        event = events[claim.event]
        source = actors(claim.actors)
        if claim.polarity == "negative" or claim.realis in ("generic", "hypothetical"):
            continue
        if not source:
            continue
        kind, mode = _projected(event)
        first, last = _date([times[one] for one in claim.times], day)
        found.append(
            PloverRecord(
                id=f"{record.doc_id}:{event.id}",
                date=first.isoformat(),
                enddate=last.isoformat() if last != first else None,
                source=source,
                recipient=actors(claim.recipients),
                event=kind,
                mode=mode,
                context=("future",) if claim.realis == "future" else (),
                quad_code=quad_codes[kind],
                event_text=None if text is None else event.trigger.slice(text),
                link=claim.chain,
                certainty=claim.certainty,
                annotated_type=event.type,
            )
        )
    return tuple(found)


def state_code(kb: str, owner: Callable[[str], str | None] = lambda kb: None) -> str | None:
    """The ISO 3166-1 alpha-3 code of the state that a registry id is or belongs to."""
    current: str | None = kb
    for _ in range(LONGEST_CHAIN):
        if current is None:
            return None
        scheme, _, code = current.partition(":")
        if scheme == "iso3166-1":
            return code
        current = owner(current)
    return None


def period(value: str) -> tuple[date, date] | None:
    """First and last day of a TIMEX3 value; ``None`` when it names no day, month or the like.

    Weeks are ISO weeks, quarters and halves those of the calendar year. Seasons, parts of the year
    that differ between hemispheres, are none, and so are durations and vague references.
    """
    try:
        return _period(value)
    except ValueError:
        return None


def _period(value: str) -> tuple[date, date] | None:
    if match := re.match(r"(\d{4})-(\d{2})-(\d{2})(?:T|$)", value):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day, day
    if match := re.fullmatch(r"(\d{4})-W(\d{2})(-WE)?", value):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday + timedelta(days=5 if match[3] else 0), monday + timedelta(days=6)
    first, last = 1, 12
    if match := re.fullmatch(r"(\d{4})-(\d{2})", value):
        first = last = int(match[2])
    elif match := re.fullmatch(r"(\d{4})-Q([1-4])", value):
        first, last = 3 * int(match[2]) - 2, 3 * int(match[2])
    elif match := re.fullmatch(r"(\d{4})-H([12])", value):
        first, last = 6 * int(match[2]) - 5, 6 * int(match[2])
    elif not (match := re.fullmatch(r"(\d{4})", value)):
        return None
    year = int(match[1])
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _date(times: list[Time], published: date) -> tuple[date, date]:
    for time in times:
        days = period(time.value or "")
        if days and time.type in ("DATE", "TIME") and time.mod not in BOUNDS:
            return days
    return published, published


def _projected(event: Event) -> tuple[str, str | None]:
    if event.realis == "future" and event.type in PROMISED:
        return PROMISED[event.type], None
    return event.type, event.mode


def _quad_codes() -> Mapping[str, int]:
    """The quad category of each type: 1 and 2 verbal and material cooperation, 3 and 4 conflict."""
    schema = load_schema()
    groups = schema.labels("event_group")
    types = schema.vocabularies["event_type"].values()
    return {label.name: 1 + groups.index(str(label.group)) for label in types}
