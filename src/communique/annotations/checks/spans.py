"""Checks of spans, whatever they mark."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context, Located
from communique.errors import quoted

__all__: list[str] = []


@check(
    "span.empty",
    "Does every span hold at least one code point?",
    mend="mark the words anew",
    predictions=True,
)
def empty(context: Context) -> Iterator[Finding]:
    """Start before end."""
    for one in context.spans:
        if one.span.start >= one.span.end:
            yield Finding(one.path, f"{list(one.span)}", "start before end")


@check(
    "span.bounds",
    "Does every span lie inside the text?",
    mend="count in Unicode code points of the exact text",
    needs_text=True,
    predictions=True,
)
def bounds(context: Context) -> Iterator[Finding]:
    """End not after the last code point."""
    length = len(context.text or "")
    for one in context.spans:
        if one.span.start < one.span.end and one.span.end > length:
            yield Finding(one.path, f"{list(one.span)}", f"an end of at most {length}")


@check(
    "span.whitespace",
    "Does every span start and end with something other than white space?",
    mend="draw the span in",
    needs_text=True,
)
def whitespace(context: Context) -> Iterator[Finding]:
    """White space at the rim is invisible, and makes equal spans unequal."""
    for one in context.sound_spans:
        words = context.words(one.span)
        if words[0].isspace() or words[-1].isspace():
            yield Finding(one.path, quoted(words), quoted(words.strip()))


@check(
    "span.paragraph",
    "Does no mention, time, cue or trigger run over a blank line?",
    mend="mark it in one paragraph",
    needs_text=True,
)
def paragraph(context: Context) -> Iterator[Finding]:
    """Only zones and contents of quotes are longer than a paragraph."""
    for one in context.sound_spans:
        if one.list != "zones" and one.part != "content" and "\n\n" in context.words(one.span):
            yield Finding(one.path, quoted(context.words(one.span)), "words of one paragraph")


@check(
    "span.word",
    "Does no span begin or end inside a word?",
    mend="move the end to the end of the word",
    severity="warning",
    needs_text=True,
)
def word(context: Context) -> Iterator[Finding]:
    """In scripts with capitals words are parted, so a letter beside the span is one too many."""
    for one in context.sound_spans:
        if one.list == "zones":
            continue
        for place in one.span:
            if _inside_word(context.text or "", place):
                yield Finding(one.path, _seen(one, context), "whole words")
                break


@check(
    "span.combining",
    "Does no span part a letter from its combining marks?",
    mend="take the marks in, or the letter out",
    severity="warning",
    needs_text=True,
)
def combining(context: Context) -> Iterator[Finding]:
    """A mark belongs to the letter before it, and what a joiner joins is one sign."""
    text = context.text or ""
    for one in context.sound_spans:
        if any(_parts_letter(text, place) for place in one.span):
            yield Finding(one.path, _seen(one, context), "whole letters and signs")


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and _cased(text[place - 1]) and _cased(text[place])


def _cased(letter: str) -> bool:
    return letter.isdigit() or letter.islower() or letter.isupper()


def _parts_letter(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    after = text[place]
    joined = text[place - 1] == "\u200d" and unicodedata.category(after) == "So"
    return after == "\u200d" or joined or unicodedata.category(after)[0] == "M"


def _seen(one: Located, context: Context) -> str:
    """The words of a span with the letter before and after, as a reader would see them."""
    text, (start, end) = context.text or "", one.span
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return quoted(f"{before.strip()}[{context.words(one.span)}]{after.strip()}")
