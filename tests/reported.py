"""Sides of many generated documents, with errors of all kinds, for tests of reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from communique.annotations.record import Argument, Event, Mention, Quote, Record, Span, Time, Zone
from communique.eval.inputs import Side, side_of_records
from small_corpora import STORY, story_record

FACTS = {"genre": "wire", "world": "invented-geography", "storyline": "s", "outlet": "Strand Wire"}


@cache
def _story() -> Record:
    return replace(story_record("story"), text_sha256=None)


def long_story(doc_id: str, copies: int) -> tuple[Record, str]:
    """A record of the story told ``copies`` times in a row, and its text."""
    story = replace(_story(), doc_id=doc_id)
    parts = [_moved(story, copy * len(STORY), f"x{copy}" if copy else "") for copy in range(copies)]
    return (
        replace(
            story,
            zones=tuple(one for part in parts for one in part.zones or ()),
            mentions=tuple(one for part in parts for one in part.mentions or ()),
            times=tuple(one for part in parts for one in part.times or ()),
            quotes=tuple(one for part in parts for one in part.quotes or ()),
            events=tuple(one for part in parts for one in part.events or ()),
        ),
        STORY * copies,
    )


def _moved(record: Record, by: int, mark: str) -> Record:
    """All annotations later in the text, with other ids; the entities stay the same."""

    def span(one: Span) -> Span:
        return Span(one.start + by, one.end + by)

    def named(one: str | None) -> str | None:
        return None if one is None else one + mark

    def new(one: str) -> str:
        return one + mark

    return replace(
        record,
        zones=tuple(
            replace(z, id=new(z.id), span=span(z.span), duplicate_of=named(z.duplicate_of))
            for z in record.zones or ()
        ),
        mentions=tuple(replace(m, id=new(m.id), span=span(m.span)) for m in record.mentions or ()),
        times=tuple(replace(t, id=new(t.id), span=span(t.span)) for t in record.times or ()),
        quotes=tuple(
            replace(
                q,
                id=new(q.id),
                content=tuple(map(span, q.content)),
                cue=tuple(map(span, q.cue)),
                source=named(q.source),
                addressees=tuple(map(new, q.addressees)),
                parent=named(q.parent),
            )
            for q in record.quotes or ()
        ),
        events=tuple(
            replace(
                v,
                id=new(v.id),
                trigger=span(v.trigger),
                arguments=tuple(Argument(a.role, new(a.target)) for a in v.arguments),
                chain=named(v.chain),
            )
            for v in record.events or ()
        ),
    )


def spoiled(record: Record, shift: int = 0) -> Record:
    """A prediction with errors of many kinds; which annotation gets which depends on its place."""
    mentions: list[Mention] = []
    gone = set()
    for place, mention in enumerate(record.mentions or (), shift):
        if place % 7 == 2:
            gone.add(mention.id)
        elif place % 7 == 4 and mention.span.end - mention.span.start > 3:
            mentions.append(replace(mention, span=Span(mention.span.start, mention.span.end - 1)))
        elif place % 7 == 5:
            mentions.append(replace(mention, entity="e2" if mention.entity != "e2" else "e4"))
        else:
            mentions.append(mention)
    quotes: list[Quote] = []
    for place, quote in enumerate(record.quotes or (), shift):
        source = None if quote.source in gone else quote.source
        quote = replace(
            quote,
            source=source,
            addressees=tuple(one for one in quote.addressees if one not in gone),
        )
        if place % 4 == 1:
            first = quote.content[0]
            quote = replace(quote, content=(Span(first.start, first.end - 4), *quote.content[1:]))
        quotes.append(quote)
    times = tuple(one for place, one in enumerate(record.times or (), shift) if place % 4 != 3)
    gone |= {one.id for one in record.times or ()} - {one.id for one in times}
    events: list[Event] = []
    for place, event in enumerate(record.events or (), shift):
        event = replace(
            event, arguments=tuple(one for one in event.arguments if one.target not in gone)
        )
        if place % 5 == 1:
            event = replace(event, realis="hypothetical")
        elif place % 5 == 2:
            event = replace(event, type="AGREE", mode=None)
        events.append(event)
    start = STORY.index("denies")
    extra = Time("extra", "DATE", Span(start, start + 6), "2031-05-06")
    return replace(
        record,
        annotator="rules-2",
        zones=None,
        mentions=tuple(mentions),
        quotes=tuple(quotes),
        events=tuple(events),
        times=(*times, extra),
    )


def sides_of(
    documents: Iterable[tuple[Record, str]], *, splits: dict[str, str] | None = None
) -> tuple[Side, Side]:
    """Gold and spoiled predictions of some documents."""
    documents = list(documents)
    texts = {record.doc_id: text for record, text in documents}
    golds = [record for record, _ in documents]
    gold = side_of_records(
        golds,
        name="gold",
        texts=texts,
        splits=splits or dict.fromkeys(texts, "test"),
        facts=dict.fromkeys(texts, FACTS),
    )
    preds = [spoiled(record, place) for place, record in enumerate(golds)]
    return gold, side_of_records(preds, name="pred")


def many(n: int, copies: int) -> list[tuple[Record, str]]:
    """``n`` documents of ``copies`` stories each."""
    return [long_story(f"story-{number:03}", copies) for number in range(n)]


HOSTILE = (
    "<img src=x onerror=\"document.title='hacked'\"> & a summit\n"
    "\n"
    "<script>document.title = 'hacked'</script> Ida Roth said \u2028 “</script><!-- \U0001d518 "
    "&amp; \U0001f1fa\U0001f1f3 we go ]]>” to {{script}} the U.S. `\\u003c` on 2031.\n"
)
"""A text that a careless page would take for markup, with signs beyond the first plane."""


def hostile(doc_id: str = "hostile-01") -> tuple[Record, str]:
    """A record whose spans stand behind astral signs, with crossing and nested spans."""

    def at(words: str) -> Span:
        start = HOSTILE.index(words)
        return Span(start, start + len(words))

    base = story_record(doc_id)
    return (
        replace(
            base,
            text_sha256=None,
            zones=(Zone("z1", "headline", Span(0, HOSTILE.index("\n"))),),
            mentions=(
                Mention("m1", "e4", at("Ida Roth"), "NAM"),
                Mention("m2", "e6", at("U.S."), "NAM"),
                Mention("m3", "e6", at("the U.S."), "NOM"),
                Mention("m4", "e1", at("<script>"), "NAM"),
                Mention("m5", "e2", at("we"), "PRO"),
                # this one crosses m1
                Mention("m6", "e2", at("Roth said"), "NOM"),
                Mention("m7", "e2", at("Ida Roth said \u2028 “</script>"), "NOM"),
            ),
            times=(Time("t1", "DATE", at("2031"), "<b>2031</b>"),),
            quotes=(
                Quote(
                    "q1",
                    (at("“</script><!-- \U0001d518 &amp; \U0001f1fa\U0001f1f3 we go ]]>”"),),
                    (at("said"),),
                    "m1",
                ),
            ),
            events=(Event("v1", at("summit"), "CONSULT", arguments=(Argument("actor", "m1"),)),),
        ),
        HOSTILE,
    )
