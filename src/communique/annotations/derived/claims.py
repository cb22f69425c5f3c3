"""Claims: who said, through whom, that who did or will or will not do what to whom, and when.

One claim per event mention. Its sources are those of the quotes around its trigger, from the
outermost to the innermost: in "Yonhap reported that an official had said the minister cancelled
the survey" the cancelling is claimed by Yonhap ← an official. With no quote around it the author
of the text makes the claim, at depth 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from communique.annotations.derived.quotes import QuoteType, ancestry, derive_quotes
from communique.annotations.record import Event, Quote, Record

__all__ = ["Attribution", "Claim", "claims", "expanded", "sentence"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One step in the chain of sources.

    ``source`` is an entity id; ``None`` when the quote is implicit or its source is not known.
    ``type`` (direct, indirect, mixed) is ``None`` without a text; ``anonymous`` is as in
    ``QuoteFacts``; ``kind`` and ``polarity`` are the quote's.
    """

    quote: str
    source: str | None
    anonymous: bool | None
    type: QuoteType | None
    kind: str
    polarity: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One event mention with everything that an analyst reads off it.

    ``attributions`` go from the outermost quote to the innermost. ``actors``, ``recipients`` and
    ``places`` are entity ids, each once, in the order of the arguments; aggregates stand for
    themselves, ``expanded`` resolves them. ``topics`` are entity and event ids. ``times`` are ids
    of time expressions and ``when`` their values.
    """

    event: str
    chain: str | None
    attributions: tuple[Attribution, ...]
    type: str
    mode: str | None
    realis: str
    polarity: str
    certainty: str
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    when: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many quotes the event mention stands in; 0 is the author's own word."""
        return len(self.attributions)

    @property
    def sources(self) -> tuple[str | None, ...]:
        """The entity ids of the sources, outermost first; ``None`` for one that is not named."""
        return tuple(one.source for one in self.attributions)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quote ids, outermost first."""
        return tuple(one.quote for one in self.attributions)

    @property
    def source(self) -> str | None:
        """Who makes the claim in the end; ``None`` for the author and for an implicit source."""
        return self.attributions[-1].source if self.attributions else None


def claims(record: Record, text: str | None = None) -> tuple[Claim, ...]:
    """The claims of a record, one per event mention, in the order of its events.

    The text is needed only for whether a source is quoted directly or indirectly. Arguments and
    sources whose targets are not in the record are left out. Where quotes overlap without being
    nested, the trigger belongs to the deepest, then to the shortest around it.
    """
    by_id = {quote.id: quote for quote in record.quotes or ()}
    entity_of = {mention.id: mention.entity for mention in record.mentions or ()}
    values = {time.id: time.value for time in record.times or ()}
    events = {event.id for event in record.events or ()}
    known = {entity.id for entity in record.entities or ()}
    facts = derive_quotes(record, text)

    entity_of = {one: entity for one, entity in entity_of.items() if entity in known}

    def targets(event: Event, role: str) -> tuple[str, ...]:
        ids = [one.target for one in event.arguments if one.role == role]
        found = (one if role == "topic" and one in events else entity_of.get(one) for one in ids)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def attribution(quote: Quote) -> Attribution:
        fact = facts[quote.id]
        return Attribution(
            quote=quote.id,
            source=fact.source,
            anonymous=fact.anonymous,
            type=fact.type,
            kind=quote.kind,
            polarity=quote.polarity,
        )

    def claim(event: Event) -> Claim:
        innermost = _innermost(event, by_id)
        around = (*reversed(ancestry(innermost, by_id)), innermost) if innermost else ()
        ids = dict.fromkeys(one.target for one in event.arguments if one.role == "time")
        times = tuple(one for one in ids if one in values)
        return Claim(
            event=event.id,
            chain=event.chain,
            attributions=tuple(attribution(one) for one in around),
            type=event.type,
            mode=event.mode,
            realis=event.realis,
            polarity=event.polarity,
            certainty=event.certainty,
            actors=targets(event, "actor"),
            recipients=targets(event, "recipient"),
            places=targets(event, "place"),
            topics=targets(event, "topic"),
            times=times,
            when=tuple(value for one in times if (value := values[one])),
        )

    return tuple(claim(event) for event in record.events or ())


def expanded(entities: Iterable[str], record: Record) -> tuple[str, ...]:
    """Entity ids with every aggregate replaced by its members, and theirs, each once.

    An aggregate that is its own member, however far down, is cut there.
    """
    members = {entity.id: entity.members for entity in record.entities or ()}
    found: dict[str, None] = {}
    seen: set[str] = set()

    def walk(one: str) -> None:
        if one in seen:
            return
        seen.add(one)
        if not members.get(one):
            found[one] = None
        for member in members.get(one, ()):
            walk(member)

    for entity in entities:
        walk(entity)
    return tuple(found)


def sentence(claim: Claim, name: Callable[[str], str] | Mapping[str, str]) -> str:
    """A claim as one readable line.

    ``name`` gives the words for an entity id (``entity_names`` does)::

        author: Ghana, Togo did CONSULT.visit → Benin (2031-05-14)
        author ← Yonhap ← an official: North Korea will possibly not RETREAT
    """
    call = name if callable(name) else lambda one: name.get(one, one)

    def names(ids: Iterable[str]) -> str:
        return ", ".join(call(one) for one in ids)

    said = ["author"]
    for one in claim.attributions:
        source = call(one.source) if one.source else "somebody"
        notes = [one.kind] if one.kind != "statement" else []
        notes += ["negated cue"] if one.polarity == "negative" else []
        said.append(f"{source} [{', '.join(notes)}]" if notes else source)
    verb = {"actual": "did", "future": "will", "hypothetical": "would", "generic": "generally do"}
    words = [
        names(claim.actors) or "somebody",
        verb.get(claim.realis, claim.realis),
        *(["possibly"] if claim.certainty == "possible" else []),
        *(["not"] if claim.polarity == "negative" else []),
        f"{claim.type}.{claim.mode}" if claim.mode else claim.type,
        *([f"→ {names(claim.recipients)}"] if claim.recipients else []),
        *([f"about {names(claim.topics)}"] if claim.topics else []),
        *([f"in {names(claim.places)}"] if claim.places else []),
        *([f"({', '.join(claim.when)})"] if claim.when else []),
    ]
    return f"{' ← '.join(said)}: {' '.join(words)}"


def _innermost(event: Event, by_id: Mapping[str, Quote]) -> Quote | None:
    around = [
        (-len(ancestry(quote, by_id)), fragment.end - fragment.start, place, quote)
        for place, quote in enumerate(by_id.values())
        for fragment in quote.content
        if fragment.contains(event.trigger)
    ]
    return min(around, key=lambda one: one[:3])[3] if around else None
