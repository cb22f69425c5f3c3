"""Random annotated documents for property tests of scores."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
LENGTH = 60


def spans(length: int = LENGTH) -> st.SearchStrategy[Span]:
    """Spans in a text of ``length`` code points."""
    starts = st.integers(0, length - 2)
    return st.tuples(starts, st.integers(1, 8)).map(
        lambda pair: Span(pair[0], min(length, pair[0] + pair[1]))
    )


@st.composite
def records(draw: st.DrawFn, doc_id: str = "d1") -> Record:
    """A structurally sound record with all layers; spans may nest, cross and be equal."""

    def label(vocabulary: str) -> str:
        return draw(st.sampled_from(SCHEMA.labels(vocabulary)))

    def choice(ids: list[str]) -> str:
        return draw(st.sampled_from(ids))

    entities = [
        Entity(f"e{i}", label("entity_type"), nil="unnamed") for i in range(draw(st.integers(1, 4)))
    ]
    mentions = [
        Mention(f"m{i}", choice([e.id for e in entities]), span, label("mention_level"))
        for i, span in enumerate(draw(st.lists(spans(), max_size=8, unique=True)))
    ]
    times = [
        Time(f"t{i}", label("time_type"), span, "2031")
        for i, span in enumerate(draw(st.lists(spans(), max_size=2)))
    ]
    ids = [m.id for m in mentions]
    quotes = [
        Quote(
            f"q{i}",
            content=tuple(draw(st.lists(spans(), min_size=1, max_size=3))),
            cue=tuple(draw(st.lists(spans(), max_size=1))),
            source=choice([*ids, ""]) or None,
            kind=label("quote_kind"),
        )
        for i in range(draw(st.integers(0, 4)))
    ]
    targets = ids + [t.id for t in times]
    events = [
        Event(
            f"v{i}",
            trigger=span,
            type=label("event_type"),
            arguments=tuple(
                Argument(label("role"), choice(targets))
                for _ in range(draw(st.integers(0, 3)) if targets else 0)
            ),
        )
        for i, span in enumerate(draw(st.lists(spans(), max_size=5)))
    ]
    zones = (Zone("z1", label("zone_type"), Span(40, 50)),) if draw(st.booleans()) else ()
    return Record(
        doc_id,
        SCHEMA.version,
        "test",
        None,
        zones,
        tuple(entities),
        tuple(mentions),
        tuple(times),
        tuple(quotes),
        tuple(events),
    )


@st.composite
def shuffled(draw: st.DrawFn, record: Record) -> Record:
    """The record with each of its lists in another order."""
    lists = ("zones", "entities", "mentions", "times", "quotes", "events")
    return replace(
        record,
        **{name: tuple(draw(st.permutations(getattr(record, name)))) for name in lists},  # type: ignore[arg-type]
    )
