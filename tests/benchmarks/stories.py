"""Short invented wire stories with sound records of fifty regions: the workload of the sync.

Names are drawn from syllables, so that no two texts are the same. A story has four zones, four
entities, 25 mentions, 3 times, 3 quotes of a content and a cue, and 13 events. It follows from its
number alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from communique.annotations.reading import format_record
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
from communique.corpus.documents import Document, format_document, text_sha256
from communique.project import Project
from communique.schemas.schema import load_schema

__all__ = ["ANNOTATOR", "Story", "save", "stories", "story"]

ANNOTATOR = "bench"
FIRST_DAY = date(2031, 1, 6)

STARTS = ("Ar", "Bel", "Cor", "Dra", "El", "Far", "Gal", "Hes", "Is", "Jor", "Kal", "Lum", "Mor")
MIDDLES = ("a", "e", "i", "o", "u", "an", "el", "ir", "on", "ut")
ENDS = ("via", "mark", "land", "stan", "ria", "nia", "holm", "ford")
GIVEN = ("Ida", "Olen", "Mara", "Tomas", "Vera", "Lev", "Nadia", "Pavel")
THINGS = ("ferry", "canal", "railway", "pipeline", "harbour", "border crossing")


@dataclass(frozen=True)
class Story:
    """A document, its text and its record."""

    document: Document
    text: str
    record: Record


def stories(count: int) -> Iterator[Story]:
    """The first stories."""
    return map(story, range(count))


def story(number: int) -> Story:
    """The story of a number."""
    writer = _Writer(number)
    writer.write()
    text = "".join(writer.parts)
    sha256 = text_sha256(text)
    document = Document(
        doc_id=writer.doc_id,
        title=text.partition("\n")[0],
        outlet="Strand Wire",
        published=writer.published.isoformat(),
        language="en",
        genre="wire",
        storyline=f"story-{number // 100:03d}",
        world="invented-geography",
        licence="open",
        synthetic=True,
        sha256=sha256,
    )
    record = Record(
        writer.doc_id,
        load_schema().version,
        ANNOTATOR,
        sha256,
        tuple(writer.zones),
        tuple(writer.entities),
        tuple(writer.mentions),
        tuple(writer.times),
        tuple(writer.quotes),
        tuple(writer.events),
    )
    return Story(document, text, record)


def save(root: Path, told: Iterator[Story]) -> Project:
    """A project with some stories and the annotator's records of them."""
    project = Project(root)
    passes = project.passes / ANNOTATOR
    for folder in (project.documents, project.corpus / "registry", project.gold, passes):
        folder.mkdir(parents=True)
    (project.corpus / "splits.yaml").write_text("train: []\n", encoding="utf-8")
    (project.annotations / "annotators.yaml").write_text(
        f"{ANNOTATOR}: {{kind: system, description: Made for a benchmark.}}\n", encoding="utf-8"
    )
    for one in told:
        doc_id = one.document.doc_id
        (project.documents / f"{doc_id}.txt").write_text(one.text, encoding="utf-8")
        (project.documents / f"{doc_id}.json").write_text(
            format_document(one.document), encoding="utf-8"
        )
        (passes / f"{doc_id}.json").write_text(format_record(one.record), encoding="utf-8")
    return project


class _Writer:
    """Writes words and notes what they are."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.doc_id = f"story-{number:06d}"
        self.published = FIRST_DAY + timedelta(days=number % 300)
        self.parts: list[str] = []
        self.length = 0
        self.zones: list[Zone] = []
        self.mentions: list[Mention] = []
        self.times: list[Time] = []
        self.quotes: list[Quote] = []
        self.events: list[Event] = []
        self.entities = [
            Entity("e1", "GPE", nil="not_in_registry"),
            Entity("e2", "GPE", nil="not_in_registry"),
            Entity("e3", "PER", nil="not_in_registry"),
            Entity("e4", "FAC", nil="unnamed"),
        ]
        self.one, self.other = self.place(), self.place()
        self.person = f"{self.random.choice(GIVEN)} {self.place(2)}"
        self.thing = self.random.choice(THINGS)

    def place(self, middles: int = 3) -> str:
        """A name that nobody has had yet, as good as certainly."""
        middle = "".join(self.random.choices(MIDDLES, k=middles))
        return self.random.choice(STARTS) + middle + self.random.choice(ENDS)

    def write(self) -> None:
        """The story; mentions are numbered in the order of the text."""
        start = self.length
        self.sides()
        self.say(" open ")
        self.act("talks", "CONSULT", ("actor", "m1"), ("actor", "m2"), chain="c1")
        self.say(" on ")
        self.mention("e4", f"the {self.thing}", "NOM")
        self.zone("headline", start)
        self.say("\n\n")
        start = self.length
        self.say("LUND HARBOUR, ")
        self.time(self.published, f"{self.published:%B} {self.published.day}", dct=True)
        self.say(" (Strand Wire) --")
        self.zone("dateline", start)
        self.say(" ")
        start = self.length
        self.sides()
        self.say(" opened ")
        self.act("talks", "CONSULT", ("actor", "m4"), ("actor", "m5"), ("time", "t2"), chain="c1")
        self.say(" on ")
        self.mention("e4", f"the {self.thing}", "NOM")
        day = self.published - timedelta(days=1)
        self.say(" on ")
        self.time(day, f"{day:%A}")
        self.say(".\n\n")
        for verb, kind in (
            ("praised", "SUPPORT"),
            ("criticised", "ACCUSE"),
            ("rejected", "REJECT"),
        ):
            self.statement(verb, kind)
        self.sides()
        self.say(" will ")
        self.act("meet", "CONSULT", ("actor", "m22"), ("actor", "m23"), realis="future")
        self.say(" in ")
        month = (self.published.replace(day=1) + timedelta(days=40)).replace(day=1)
        self.time(month, f"{month:%B}", monthly=True)
        self.say(", and ")
        self.mention("e1", self.one, "NAM")
        self.say(" may ")
        self.act("accept", "AGREE", ("actor", "m24"), certainty="possible")
        self.say(" help for ")
        self.mention("e4", f"the {self.thing}", "NOM")
        self.say(".")
        self.zone("body", start)
        self.say("\n\n")
        start = self.length
        self.say(f"Reported by the desk as number {self.doc_id}.\n")
        self.zone("boilerplate", start, self.length - 1)

    def sides(self) -> None:
        """Both states."""
        self.mention("e1", self.one, "NAM")
        self.say(" and ")
        self.mention("e2", self.other, "NAM")

    def statement(self, verb: str, kind: str) -> None:
        """A paragraph of five mentions with a quote and three events."""
        start = self.length
        self.say('"')
        we = self.mention("e1", "We", "PRO")
        self.say(" ")
        self.act("agreed", "AGREE", ("actor", we), polarity="negative")
        self.say(f' to nothing about the {self.thing}, but the offer stands,"')
        content = Span(start, self.length)
        self.say(" ")
        title = self.mention("e3", "Foreign Minister", "NOM", title=True)
        self.say(" ")
        name = self.mention("e3", self.person, "NAM")
        self.say(" ")
        cue = self.say("said")
        number = len(self.quotes) + 1
        self.quotes.append(Quote(f"q{number}", (content,), (cue,), name, polarity="negative"))
        self.say(". ")
        side = self.mention("e2", self.other, "NAM")
        self.say(" ")
        self.act(verb, kind, ("actor", side), ("topic", f"v{len(self.events)}"))
        self.say(" ")
        target = self.mention("e4", f"the {self.thing}", "NOM")
        self.say(" plan and ")
        self.act("demanded", "REQUEST", ("actor", side), ("topic", target), ("recipient", title))
        self.say(" more.\n\n")

    def say(self, words: str) -> Span:
        """Write on."""
        self.parts.append(words)
        self.length += len(words)
        return Span(self.length - len(words), self.length)

    def zone(self, kind: str, start: int, end: int | None = None) -> None:
        span = Span(start, end or self.length)
        self.zones.append(Zone(f"z{len(self.zones) + 1}", kind, span))

    def mention(self, entity: str, words: str, level: str, *, title: bool = False) -> str:
        name = f"m{len(self.mentions) + 1}"
        self.mentions.append(Mention(name, entity, self.say(words), level, title=title))
        return name

    def time(self, day: date, words: str, *, dct: bool = False, monthly: bool = False) -> None:
        value = day.isoformat()[: 7 if monthly else 10]
        name = f"t{len(self.times) + 1}"
        self.times.append(Time(name, "DATE", self.say(words), value, dct=dct))

    def act(self, words: str, kind: str, *arguments: tuple[str, str], **values: str) -> None:
        name = f"v{len(self.events) + 1}"
        span = self.say(words)
        given = tuple(Argument(role, target) for role, target in arguments)
        self.events.append(Event(name, span, kind, arguments=given, **values))
