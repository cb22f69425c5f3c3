"""What the system ``rules`` says about a text, put so that tests can be read."""

from __future__ import annotations

from functools import cached_property

from communique.annotations.record import Event, Mention, Quote, Record, Span, Time
from communique.corpus.documents import Document, text_sha256
from communique.eval.rules import predict

PUBLISHED = "2031-05-07"
"""A Wednesday."""


def document_of(text: str, title: str | None = None, published: str = PUBLISHED) -> Document:
    """Metadata that go with any text."""
    return Document(
        doc_id="invented-01",
        title=title,
        outlet="Strand Wire",
        published=published,
        language="en",
        genre="wire",
        storyline="invented",
        world="invented-geography",
        licence="open",
        synthetic=True,
        sha256=text_sha256(text),
    )


class Predicted:
    """A text with its predicted record; annotations are asked for by their words."""

    def __init__(self, text: str, title: str | None = None, published: str = PUBLISHED) -> None:
        self.text = text
        self.record: Record = predict(document_of(text, title, published), text)

    def words(self, span: Span) -> str:
        return span.slice(self.text)

    @cached_property
    def mentions(self) -> dict[str, list[Mention]]:
        found: dict[str, list[Mention]] = {}
        for one in self.record.mentions or ():
            found.setdefault(self.words(one.span), []).append(one)
        return found

    def mention(self, words: str, number: int = 0) -> Mention:
        return self.mentions[words][number]

    def type(self, words: str, number: int = 0) -> str:
        return self.record.entity_by_id[self.mention(words, number).entity].type

    def kb(self, words: str, number: int = 0) -> str | None:
        return self.record.entity_by_id[self.mention(words, number).entity].kb

    def same(self, *words: str) -> bool:
        """Whether all mentions with these words are of one entity."""
        return len({one.entity for each in words for one in self.mentions[each]}) == 1

    @cached_property
    def times(self) -> dict[str, Time]:
        return {self.words(one.span): one for one in self.record.times or ()}

    @cached_property
    def quotes(self) -> list[dict[str, object]]:
        """Content, cue, source and what else differs from the default, in words."""
        return [self.in_words(one) for one in self.record.quotes or ()]

    def in_words(self, quote: Quote) -> dict[str, object]:
        def of(mention_id: str) -> str:
            return self.words(self.record.mention_by_id[mention_id].span)

        contents = {one.id: one.content for one in self.record.quotes or ()}
        parent = contents[quote.parent] if quote.parent else None
        value: dict[str, object] = {
            "content": [self.words(part) for part in quote.content],
            "cue": [self.words(part) for part in quote.cue],
            "source": of(quote.source) if quote.source else None,
            "to": [of(one) for one in quote.addressees],
            "parent": [self.words(part) for part in parent] if parent else None,
            "kind": quote.kind,
            "polarity": quote.polarity,
        }
        default: dict[str, object] = {
            "to": [],
            "parent": None,
            "kind": "statement",
            "polarity": "positive",
        }
        return {key: one for key, one in value.items() if key not in default or one != default[key]}

    def event(self, trigger: str, number: int = 0) -> Event:
        found = [one for one in self.record.events or () if self.words(one.trigger) == trigger]
        return found[number]

    @cached_property
    def triggers(self) -> list[str]:
        return [self.words(one.trigger) for one in self.record.events or ()]

    def roles(self, trigger: str, number: int = 0) -> dict[str, list[str]]:
        """The arguments of an event by role, in words."""
        spans = {one.id: one.span for one in self.record.mentions or ()}
        spans |= {one.id: one.span for one in self.record.times or ()}
        spans |= {one.id: one.trigger for one in self.record.events or ()}
        found: dict[str, list[str]] = {}
        for argument in self.event(trigger, number).arguments:
            found.setdefault(argument.role, []).append(self.words(spans[argument.target]))
        return found
