"""The lists that stand below a text: its entities, quotes, events and claims, in words.

Each line is plain text with its parts separated, so that it reads the same with and without
colour; ``communique.annotations.show`` sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from communique.annotations.derived.claims import Claim, claims, sentence
from communique.annotations.derived.names import entity_names
from communique.annotations.derived.quotes import QuoteFacts, derive_quotes, quoted_ranges
from communique.annotations.draft import paragraphs
from communique.annotations.markup import visible
from communique.annotations.record import Entity, Event, Mention, Quote, Record, Span

__all__ = ["Listing"]

LONGEST = 100
"""Code points of a quotation in a list; longer ones lose their middle."""


@dataclass(frozen=True)
class Listing:
    """A record in words; with offsets in their place when there is no text.

    ``registered`` gives the name of a registry id, for entities that have no words here.
    """

    record: Record
    text: str | None
    registered: Callable[[str], str | None] = lambda kb: None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What each entity is called, and after it the triggers of events."""
        names = entity_names(self.record, self.text, self.registered)
        named = {one: visible(name) for one, name in names.items()}
        events = {one.id: f"{self.words(one.trigger)} {one.id}" for one in self.record.events or ()}
        return named | events

    @cached_property
    def facts(self) -> Mapping[str, QuoteFacts]:
        """What is derived for each quote."""
        return derive_quotes(self.record, self.text)

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """The claim of each event mention."""
        return {claim.event: claim for claim in claims(self.record, self.text)}

    @cached_property
    def _mentions(self) -> Mapping[str, Mention]:
        return self.record.mention_by_id

    def words(self, span: Span) -> str:
        """The words of a span in quotation marks, its own if it has them; else its offsets."""
        if self.text is None:
            return f"[{span.start}, {span.end})"
        words = _shortened(visible(span.slice(self.text)))
        return words if quoted_ranges(words)[:1] == (Span(0, len(words)),) else f"“{words}”"

    def place(self, span: Span) -> str:
        """The paragraph that a span begins in, as drafts number them; empty without a text."""
        lines = paragraphs(self.text or "")
        number = next((n for n, line in enumerate(lines, 1) if span.start < line.end), None)
        return f"p{number}" if number else ""

    def entity(self, entity: Entity) -> tuple[str, str]:
        """``(who it is, how it is mentioned)`` of an entity."""
        known = entity.kb or f"nil {entity.nil}"
        if entity.members:
            known += ": " + ", ".join(self.names.get(one, one) for one in entity.members)
        mentions = [one for one in self.record.mentions or () if one.entity == entity.id]
        ways: dict[str, list[str]] = {}
        for one in sorted(mentions, key=lambda one: one.span):
            notes = [] if one.level == "NAM" else [one.level]
            notes += [one.use] if one.use != "literal" else []
            notes += ["demonym"] if one.demonym else []
            notes += ["title"] if one.title else []
            way = self.words(one.span) + (f" {', '.join(notes)}" if notes else "")
            ways.setdefault(way, []).append(self.place(one.span))
        said = [" ".join([way, *dict.fromkeys(filter(None, at))]) for way, at in ways.items()]
        return f"{self.names.get(entity.id, entity.id)} ({known})", "; ".join(said)

    def quote(self, quote: Quote) -> str:
        """Type, source and circumstances of a quote."""
        facts = self.facts[quote.id]
        words = [facts.type or "", quote.kind if quote.kind != "statement" else ""]
        words += ["negated cue" if quote.polarity == "negative" else ""]
        if facts.implicit:
            words.append("← nobody named")
        else:
            source = self._mention(quote.source or "")
            words.append(f"← {source}{' (anonymous)' if facts.anonymous else ''}")
        if quote.addressees:
            words.append("to " + ", ".join(self._mention(one) for one in quote.addressees))
        words += [f"in {quote.parent}"] if quote.parent else []
        return " ".join(filter(None, words))

    def contents(self, quote: Quote) -> str:
        """The cue and the content of a quote."""
        content = " … ".join(self.words(span) for span in quote.content)
        cue = " ".join(self.words(span) for span in quote.cue)
        return f"{cue}: {content}" if cue else content

    def event(self, event: Event) -> str:
        """Factuality and arguments of an event."""
        words = [event.realis]
        words += [event.polarity] if event.polarity != "positive" else []
        words += [event.certainty] if event.certainty != "certain" else []
        roles: dict[str, list[str]] = {}
        for argument in event.arguments:
            roles.setdefault(argument.role, []).append(self._target(argument.target))
        arguments = "; ".join(f"{role} {', '.join(said)}" for role, said in roles.items())
        return ", ".join(words) + (f": {arguments}" if arguments else "")

    def claim(self, claim: Claim) -> str:
        """A claim as one sentence."""
        return sentence(claim, self.names)

    def quote_tree(self) -> Iterator[tuple[int, Quote]]:
        """``(depth, quote)``: each quote after the one that it is nested in."""
        quotes = self.record.quotes or ()
        known = {quote.id for quote in quotes}
        children: dict[str | None, list[Quote]] = {}
        for quote in quotes:
            parent = quote.parent if quote.parent in known else None
            children.setdefault(parent, []).append(quote)
        seen: set[str] = set()

        def walk(of: str | None, depth: int) -> Iterator[tuple[int, Quote]]:
            for quote in children.get(of, ()):
                if quote.id not in seen:
                    seen.add(quote.id)
                    yield depth, quote
                    yield from walk(quote.id, depth + 1)

        yield from walk(None, 0)
        yield from ((0, quote) for quote in quotes if quote.id not in seen)

    def happenings(self) -> tuple[tuple[str | None, tuple[Event, ...]], ...]:
        """Events by chain, in the order in which they are first mentioned."""
        chains: dict[str, list[Event]] = {}
        for event in sorted(self.record.events or (), key=lambda one: one.trigger):
            chains.setdefault(event.chain or f" {event.id}", []).append(event)
        return tuple(
            (chain if not chain.startswith(" ") else None, tuple(events))
            for chain, events in chains.items()
        )

    def _mention(self, mention: str) -> str:
        """A mention by its words, and by the name of its entity when that says more."""
        one = self._mentions.get(mention)
        if one is None:
            return mention
        words, name = self.words(one.span), self.names.get(one.entity, one.entity)
        same = words.strip("“”").casefold() == name.casefold()
        return words if same else f"{words} = {name}"

    def _target(self, target: str) -> str:
        if target in self._mentions:
            return self._mention(target)
        for time in self.record.times or ():
            if time.id == target:
                value = " ".join(filter(None, (time.mod, time.value)))
                return self.words(time.span) + (f" = {value}" if value else "")
        return self.names.get(target, target)


def counted(things: Iterable[object] | None, one: str) -> str:
    """``3 quotes``, or that the layer is absent."""
    if things is None:
        return f"no {one} layer"
    number = len(list(things))
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number} {one if number == 1 else many}"


def _shortened(words: str) -> str:
    if len(words) <= LONGEST:
        return words
    return f"{words[: LONGEST * 2 // 3].rstrip()} … {words[-LONGEST // 3 :].lstrip()}"
