"""Checks of quotes: fragments, cue, nesting, quotation marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context, Located, Ranges
from communique.annotations.derived.quotes import cut_marks
from communique.annotations.record import Quote, Span
from communique.errors import quoted

__all__: list[str] = []


@check(
    "quote.fragments",
    "Are the fragments of a quote in the order of the text, and disjoint?",
    mend="sort them, and merge those that overlap",
)
def fragments(context: Context) -> Iterator[Finding]:
    """For content and cue alike."""
    for index, quote in enumerate(context.record.quotes or ()):
        for name in ("content", "cue"):
            spans: Sequence[Span] = getattr(quote, name)
            for number, (one, after) in enumerate(pairwise(spans), 1):
                if after.start < one.end:
                    path = f"$.quotes[{index}].{name}[{number}]"
                    found = f"{list(after)} after {list(one)}"
                    yield Finding(path, found, "fragments in order that share nothing")


@check(
    "quote.cue",
    "Is the cue of a quote outside its content?",
    mend="split the content around the cue",
)
def cue(context: Context) -> Iterator[Finding]:
    """The words that attribute are not attributed."""
    for index, quote in enumerate(context.record.quotes or ()):
        content = Ranges(quote.content)
        for number, span in enumerate(quote.cue):
            if content.overlap(span):
                path = f"$.quotes[{index}].cue[{number}]"
                yield Finding(path, f"{list(span)} in the content", "a cue outside the content")


@check(
    "quote.cycle",
    "Is no quote nested in itself, directly or through others?",
    mend="correct parent",
)
def cycle(context: Context) -> Iterator[Finding]:
    """Parents lead outwards; each cycle is named once, at its first quote."""
    seen: set[str] = set()
    places = {quote.id: index for index, quote in enumerate(context.record.quotes or ())}
    for quote in context.record.quotes or ():
        path: list[str] = []
        current: Quote | None = quote
        while current is not None and current.id not in seen:
            seen.add(current.id)
            path.append(current.id)
            current = context.quotes.get(current.parent or "")
        if current is not None and current.id in path:
            round_trip = path[path.index(current.id) :]
            first = min(places[one] for one in round_trip)
            found = " in ".join([*round_trip, current.id])
            yield Finding(f"$.quotes[{first}].parent", found, "parents that lead outwards")


@check(
    "quote.nesting",
    "Does the content of a nested quote lie inside that of its parent?",
    mend="correct parent, or extend the parent's content",
)
def nesting(context: Context) -> Iterator[Finding]:
    """Each fragment in one fragment of the parent; parents in a circle are ``quote.cycle``."""
    for index, quote in enumerate(context.record.quotes or ()):
        parent = context.quotes.get(quote.parent or "")
        if parent is None or quote.id in _ancestors(parent, context):
            continue
        for number, span in enumerate(quote.content):
            if not any(outer.contains(span) for outer in parent.content):
                path = f"$.quotes[{index}].content[{number}]"
                expected = f"a span in the content of {quoted(parent.id)}"
                yield Finding(path, f"{list(span)}", expected)


@check(
    "quote.parent",
    "Does a quote inside the content of another one name it as its parent?",
    mend="set parent to the innermost quote around it",
    severity="warning",
)
def parent_named(context: Context) -> Iterator[Finding]:
    """Looks at the innermost content around each fragment; equal ones may have two sources."""
    told: set[str] = set()
    for one, around in _open_contents(context):
        outer = [
            other for other in around if one.span != other.span and one.span[1] <= other.span[1]
        ]
        spans = [other.span for other in outer]
        innermost = max(spans, key=lambda span: (span.start, -span.end), default=None)
        candidates = [other.id for other in outer if other.span == innermost]
        if candidates and one.id not in told:
            if any(_related(one.id, other, context) for other in candidates):
                continue
            told.add(one.id)
            found = f"{list(one.span)} inside {quoted(candidates[0])}"
            yield Finding(f"$.quotes[{one.index}].parent", found, "it as parent")


@check(
    "quote.crossing",
    "Do the contents of two quotes nest or share nothing?",
    mend="let one end where the other does",
)
def crossing(context: Context) -> Iterator[Finding]:
    """As for mentions; a quote and its parent are ``quote.nesting``."""
    for one, around in _open_contents(context):
        for other in around:
            if one.span.crosses(other.span) and not _related(one.id, other.id, context):
                end = other.span.end
                found = f"{list(one.span)} across the end of {quoted(other.id)} at {end}"
                yield Finding(one.path, found, "contents that nest or share nothing")
                break


@check(
    "quote.source",
    "Is the source of a quote outside its content?",
    mend="point to the mention that the words are attributed to",
    severity="warning",
)
def source(context: Context) -> Iterator[Finding]:
    """Who speaks is named by the one who reports, not in what is said."""
    for index, quote in enumerate(context.record.quotes or ()):
        mention = context.mentions.get(quote.source or "")
        if mention is not None and any(one.contains(mention.span) for one in quote.content):
            found = f"{quoted(mention.id)} at {list(mention.span)}, in the content"
            yield Finding(f"$.quotes[{index}].source", found, "a mention outside the content")


@check(
    "quote.marks",
    "Do the quotation marks in a direct quote come in pairs?",
    mend="take the missing mark into the content, or leave the other one out",
    needs_text=True,
)
def marks(context: Context) -> Iterator[Finding]:
    """Quotation marks are inside the content; also looked at where only a part is quoted."""
    text = context.text or ""
    for index, quote in enumerate(context.record.quotes or ()):
        facts = context.quote_facts[quote.id]
        if facts.type == "indirect" or not all(map(context.is_sound, quote.content)):
            continue
        for place in cut_marks(quote.content, text):
            around = text[max(0, place - 12) : place + 12].strip()
            found = f"{text[place]} at {place} alone in the content ({quoted(around)})"
            yield Finding(f"$.quotes[{index}].content", found, "both marks or neither")


def _ancestors(quote: Quote, context: Context) -> frozenset[str]:
    """The ids of a quote and of those it is nested in; a circle ends."""
    seen: set[str] = set()
    current: Quote | None = quote
    while current is not None and current.id not in seen:
        seen.add(current.id)
        current = context.quotes.get(current.parent or "")
    return frozenset(seen)


def _related(one: str, other: str, context: Context) -> bool:
    """Whether one quote is nested in the other, directly or through others."""
    first, second = context.quotes[one], context.quotes[other]
    return other in _ancestors(first, context) or one in _ancestors(second, context)


def _open_contents(context: Context) -> Iterator[tuple[Located, list[Located]]]:
    """The fragments of contents by start, the longer first.

    Each comes with those of other quotes that began before it or with it and are still open.
    """
    contents = [one for one in context.in_list("quotes") if one.part == "content"]
    still_open: list[Located] = []
    for one in sorted(contents, key=lambda it: (it.span.start, -it.span.end)):
        still_open = [other for other in still_open if one.span.start < other.span.end]
        yield one, [other for other in still_open if other.id != one.id]
        still_open.append(one)
