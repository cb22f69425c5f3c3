"""A document with its annotation, set for a terminal.

In colour the types of mentions and events are colours, and small raised numbers lead to the lists
below. Without colour every mark is written out. A backslash stands before what belongs to the text
though it looks like a mark, or like the rest of an id that it follows::

    [Torvane]GPE:e3      mention, with type and entity
    <last Tuesday>t2     time
    {"We go"}q1 <said>q1 content and cue of a quote
    *seized*COERCE:v7    trigger, with type
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from communique.annotations.draft import paragraphs
from communique.annotations.listing import Listing, counted
from communique.annotations.markup import Mark, Piece, marks_of, pieces, visible
from communique.annotations.record import Record, Span, Zone
from communique.schemas.schema import load_schema

__all__ = ["Page", "plain_markup", "printed", "rendered"]

WIDEST = 110
"""Columns that are used at most: longer lines are hard to read."""

DELIMITERS = {"mention": "[]", "time": "<>", "content": "{}", "cue": "<>", "trigger": "**"}
ESCAPED = str.maketrans({one: f"\\{one}" for one in "\\[]<>{}*¦"})
OF_AN_ID = re.compile(r"[A-Za-z0-9_-]")
BORDER = "¦"
"""Where a zone ends inside a paragraph."""

BRIGHTEST, DARKEST = 0.28, 0.17
"""Luminance of words: at least a contrast of 3:1 on white, 3.5:1 on the usual dark grounds."""

RAISED = str.maketrans("0123456789tv", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗᵛ")


@dataclass(frozen=True)
class Page:
    """What is to be shown.

    ``title`` and ``facts`` are the document's metadata as lines; ``layers`` are the layers of the
    schema to be seen; ``notice`` is said first; ``registered`` gives the name of a registry id.
    """

    title: str
    facts: tuple[str, ...]
    text: str | None
    record: Record | None
    layers: tuple[str, ...]
    claims: bool = False
    notice: str | None = None
    registered: Callable[[str], str | None] = lambda kb: None


def rendered(page: Page, *, color: bool) -> RenderableType:
    """The page as something that rich prints; it takes the width of the console."""
    return Group(*_Setter(page, color).parts())


def printed(page: Page, *, plain: bool, width: int | None = None) -> str:
    """The page as the text to write to the standard output, colour codes included.

    Colour is left out with ``plain``, when the output is not a terminal, when ``NO_COLOR`` is set
    and when the terminal has none. ``width`` is that of the terminal unless given; what goes into
    a pipe is as wide as ``COLUMNS`` says.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    color = console.color_system is not None and not console.no_color and not plain
    piped = WIDEST if not console.is_terminal and "COLUMNS" not in os.environ else console.width
    console = Console(
        highlight=False,
        markup=False,
        emoji=False,
        color_system="auto" if color else None,
        width=min(width or piped, WIDEST),
    )
    with console.capture() as capture:
        console.print(rendered(page, color=color))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def plain_markup(span: Span, text: str, marks: Iterable[Mark], borders: Iterable[int] = ()) -> str:
    """A stretch of text with its marks written out; see the module's docstring.

    ``borders`` are the places, in code points of ``text``, where a zone begins inside it.
    """
    words: list[str] = []
    stops = set(borders)
    label = ""
    for piece in pieces(span, [*marks, *_stops(stops, span)]):
        border = piece.span.start in stops and piece.span.start > span.start
        before = BORDER if border else ""
        before += "".join(DELIMITERS[mark.part][0] for mark in piece.opened if mark.id)
        said = visible(piece.span.slice(text)).translate(ESCAPED)
        if label and not before and OF_AN_ID.match(said):
            said = f"\\{said}"
        words += [before, said]
        label = ""
        for mark in piece.closed:
            if mark.id:
                label = f"{mark.label}:{mark.id}" if mark.label and mark.part != "time" else mark.id
                words.append(DELIMITERS[mark.part][1] + visible(label))
    return "".join(words)


def _stops(stops: Iterable[int], span: Span) -> Iterator[Mark]:
    """Marks without an id, only there to cut the text at the borders of zones."""
    for stop in stops:
        if span.start < stop < span.end:
            yield Mark("content", Span(stop, span.end), "")


class _Setter:
    """Sets one page."""

    def __init__(self, page: Page, color: bool) -> None:
        self.page, self.color = page, color
        self.schema = load_schema()
        self.record = page.record
        self.listing = (
            None if page.record is None else Listing(page.record, page.text, page.registered)
        )
        self.marks = marks_of(page.record, page.layers) if page.record else ()

    @cached_property
    def styles(self) -> Mapping[str, Style]:
        """The colour of each label of the schema that has one, for words."""
        return {label: Style(color=readable(color)) for label, color in self.colors.items()}

    @cached_property
    def colors(self) -> Mapping[str, str]:
        """The colours of the schema by label."""
        names = ("entity_type", "event_type", "time_type", "quote_part")
        return {
            label.name: label.color
            for name in names
            for label in self.schema.vocabularies[name].values()
            if label.color
        }

    def parts(self) -> Iterator[RenderableType]:
        yield Text(visible(self.page.title), style="bold")
        for fact in self.page.facts:
            yield Text(visible(fact), style="dim")
        if self.page.notice:
            yield Text("")
            yield Text(visible(self.page.notice), style="yellow")
        if self.page.text is not None:
            if self.color and self.marks:
                yield Text("")
                yield self.legend()
            yield from self.body(self.page.text)
        if self.record is not None:
            yield from self.lists()

    # ------------------------------------------------------------------------------------- text

    def body(self, text: str) -> Iterator[RenderableType]:
        lines = paragraphs(text)
        zones = (self.record.zones if self.record else None) or ()
        shown = zones if "zones" in self.page.layers else ()
        masked = [
            zone.span
            for zone in zones
            if zone.type in self.schema.masked_zones or zone.duplicate_of is not None
        ]
        yield Text("")
        before = ""
        for number, line in enumerate(lines, 1):
            heading = f" {BORDER} ".join(
                _zone_name(one) for one in shown if one.span.overlaps(line)
            )
            if heading != before:
                if number > 1:
                    yield Text("")
                if heading:
                    yield Text(heading, style="dim italic")
            borders = [zone.span.start for zone in shown if line.start < zone.span.start < line.end]
            notes = list(self.notes(line))
            if self.marks and heading == before and number > 1:
                yield Text("")
            yield self.row(f"p{number}", self.marked(line, text, borders, masked))
            yield from notes
            before = heading

    def marked(self, line: Span, text: str, borders: list[int], masked: list[Span]) -> Text:
        if not self.color:
            if self.marks or borders:
                return Text(plain_markup(line, text, self.marks, borders))
            return Text(visible(line.slice(text)))
        words = Text()
        stops = _stops([*borders, *(place for span in masked for place in span)], line)
        for piece in pieces(line, [*self.marks, *stops]):
            if piece.span.start in borders:
                words.append(f"{BORDER} ", style="dim")
            for mark in piece.opened:
                if mark.part == "content" and mark.id:
                    words.append("{", style=self.styles["content"])
            hidden = any(span.contains(piece.span) for span in masked)
            style = self.style(piece) + Style(dim=True) if hidden else self.style(piece)
            words.append(visible(piece.span.slice(text)), style=style)
            raised = False
            for mark in piece.closed:
                if mark.id:
                    dot = mark.part == "cue" or (raised and mark.part != "content")
                    words.append("·" if dot else "", style="dim")
                    words.append_text(self.raised(mark))
                    raised = mark.part != "content"
        return words

    def style(self, piece: Piece) -> Style:
        style = Style.null()
        for mark in piece.inside:
            color = self.styles.get(_type(mark), Style.null())
            match mark.part:
                case "content":
                    style += Style(italic=True) if mark.id else Style.null()
                case "mention":
                    style += color + Style(bold=mark.level == "NAM", underline=mark.level == "PRO")
                case "time":
                    style += color
                case "cue":
                    style += self.styles["cue"] + Style(underline=True)
                case "trigger":
                    style += self.highlighted(_type(mark))
        return style

    def highlighted(self, label: str) -> Style:
        """Words on a ground in the colour of their type."""
        color = self.colors.get(label, "#ffffff")
        ink = "#000000" if luminance(color) > 0.2 else "#ffffff"
        return Style(color=ink, bgcolor=color, bold=True)

    def raised(self, mark: Mark) -> Text:
        """What leads from the end of a mark to the lists: a raised number where there is one."""
        if mark.part == "content":
            style = self.styles["content"]
            return Text.assemble(("}", style), (visible(mark.id), style))
        letter, number = mark.id[:1], mark.id[1:]
        key = {"mention": "", "time": "t", "trigger": "v", "cue": None}[mark.part]
        style = self.styles.get("cue" if mark.part == "cue" else _type(mark), Style.null())
        if key is None or not (number.isascii() and number.isdigit()) or letter not in "etv":
            return Text(visible(mark.id), style=style)
        return Text((key + number).translate(RAISED), style=style)

    def legend(self) -> Text:
        words = Text()
        for name, layer in (("entity_type", "entities"), ("time_type", "times")):
            if layer in self.page.layers:
                for label in self.schema.labels(name):
                    words.append(label, style=self.styles.get(label, Style.null()))
                    words.append(" ")
        if "quotes" in self.page.layers:
            words.append("{content}", style=self.styles["content"] + Style(italic=True))
            words.append(" ")
            words.append("cue", style=self.styles["cue"] + Style(underline=True))
            words.append(" ")
        if "events" in self.page.layers:
            words.append("trigger", style="reverse bold")
            words.append(" ")
        words.append("Name", style="bold")
        words.append(" description ", style="")
        words.append("pronoun", style="underline")
        return words

    def notes(self, line: Span) -> Iterator[RenderableType]:
        """What is said of the quotes and events that begin in a paragraph."""
        if self.record is None or self.listing is None:
            return
        if "quotes" in self.page.layers:
            for quote in self.record.quotes or ():
                if line.start <= quote.content[0].start < line.end:
                    yield self.note(quote.id, "content", self.listing.quote(quote))
        if "events" in self.page.layers:
            for event in sorted(self.record.events or (), key=lambda one: one.trigger):
                if line.start <= event.trigger.start < line.end:
                    label = f"{event.type}.{event.mode}" if event.mode else event.type
                    yield self.note(event.id, event.type, self.listing.event(event), label)

    def note(self, key: str, color: str, words: str, label: str = "") -> RenderableType:
        style = self.styles.get(color, Style.null())
        said = Text.assemble((f"{label} " if label else "", style), (words, "dim"))
        return Padding(self.row(key, said, style), (0, 0, 0, 6))

    def row(self, key: str, words: Text, style: Style | str = "dim") -> Table:
        """A line with its key in front and its continuation lines indented."""
        row = Table.grid(padding=(0, 1, 0, 0), expand=True)
        row.add_column(width=5, no_wrap=True, justify="right", overflow="ellipsis")
        row.add_column(ratio=1, overflow="fold")
        row.add_row(Text(visible(key), style=style), words)
        return row

    # ------------------------------------------------------------------------------------ lists

    def lists(self) -> Iterator[RenderableType]:
        record, listing = self.record, self.listing
        assert record is not None and listing is not None
        if "entities" in self.page.layers:
            yield from self.heading(counted(record.entities, "entity"))
            for entity in record.entities or ():
                style = self.styles.get(entity.type, Style.null())
                who, how = listing.entity(entity)
                words = Text.assemble((f"{entity.type} ", style), (who, "bold"))
                yield self.row(entity.id, words.append(f" {how}", style="dim"), style)
        if "times" in self.page.layers:
            yield from self.heading(counted(record.times, "time"))
            for time in record.times or ():
                style = self.styles.get(time.type, Style.null())
                said = " ".join(filter(None, (time.mod, time.value or "no value")))
                words = Text.assemble((f"{time.type} ", style), (said, "bold"))
                words.append(f" {listing.words(time.span)} {listing.place(time.span)}", style="dim")
                yield self.row(time.id, words, style)
        if "quotes" in self.page.layers:
            yield from self.heading(counted(record.quotes, "quote"))
            for depth, quote in listing.quote_tree():
                words = Text.assemble("  " * depth, (listing.quote(quote), "bold"))
                words.append(f" {listing.contents(quote)}", style="dim")
                yield self.row(quote.id, words, self.styles["content"])
        if "events" in self.page.layers:
            yield from self.heading(counted(record.events, "event"))
            yield from self.happenings(listing)
        if self.page.claims:
            yield from self.heading(counted(record.events, "claim"))
            for claim in listing.claims.values():
                yield self.row(claim.event, Text(listing.claim(claim)), self.styles[claim.type])

    def happenings(self, listing: Listing) -> Iterator[RenderableType]:
        for chain, events in listing.happenings():
            several = bool(chain) and len(events) > 1
            if chain and several:
                yield self.row(chain, Text(f"{len(events)} mentions of one happening", style="dim"))
            for event in events:
                label = f"{event.type}.{event.mode}" if event.mode else event.type
                style = self.styles.get(event.type, Style.null())
                words = Text.assemble("  " if several else "", (f"{label} ", style))
                words.append(listing.words(event.trigger), style="bold")
                place = listing.place(event.trigger)
                words.append(f"{place and ' '}{place} {listing.event(event)}", style="dim")
                yield self.row(event.id, words, style)

    def heading(self, words: str) -> Iterator[RenderableType]:
        yield Text("")
        yield Text(words.upper(), style="bold")


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1, as WCAG 2 defines it."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(color: str) -> str:
    """The nearest shade of ``#rrggbb`` that can be read on black as well as on white.

    The schema's colours are grounds for black words; as words themselves, pale ones would vanish
    on a light terminal and deep ones on a dark one.
    """
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    while luminance(color) > BRIGHTEST:
        parts = [part * 19 // 20 for part in parts]
        color = _hex(parts)
    while luminance(color) < DARKEST:
        parts = [part + (255 - part) // 20 + 1 for part in parts]
        color = _hex(parts)
    return color


def _hex(parts: Iterable[int]) -> str:
    return "#" + "".join(f"{min(part, 255):02x}" for part in parts)


def _type(mark: Mark) -> str:
    return mark.label.partition(".")[0]


def _zone_name(zone: Zone) -> str:
    return f"{zone.type} repeats {zone.duplicate_of}" if zone.duplicate_of else zone.type
