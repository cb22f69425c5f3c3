"""Checks of mentions: how they nest, what their attributes go with, what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context, Named
from communique.errors import quoted

__all__ = ["fits_name"]

PLACES = frozenset({"GPE", "LOC", "FAC"})
PREFIX = 4
"""Letters that words of two names must share for one to pass as a form of the other."""

WORD = re.compile(r"[^\W_]+")


@check("mention.crossing", "Do mentions nest properly?", mend="let one end where the other does")
def crossing(context: Context) -> Iterator[Finding]:
    """Two mentions share nothing, or one lies in the other.

    Sorted by start, the longer first, what a mention may cross is on top of the stack of those
    that are still open.
    """
    stack: list[tuple[int, str]] = []
    for one in sorted(context.in_list("mentions"), key=lambda it: (it.span.start, -it.span.end)):
        while stack and stack[-1][0] <= one.span.start:
            stack.pop()
        if stack and stack[-1][0] < one.span.end:
            found = f"{list(one.span)} across the end of {quoted(stack[-1][1])} at {stack[-1][0]}"
            yield Finding(one.path, found, "mentions that nest or share nothing")
        else:
            stack.append((one.span.end, one.id))


@check(
    "mention.same-span",
    "Is no span two mentions?",
    mend="keep one of them",
)
def same_span(context: Context) -> Iterator[Finding]:
    """Exact repetitions are ``annotation.duplicate``; these say two things of the same words."""
    first: dict[tuple[int, int], int] = {}
    mentions = context.record.mentions or ()
    for one in context.in_list("mentions"):
        other = mentions[first.setdefault(one.span, one.index)]
        mention = mentions[one.index]
        if other is not mention and replace(other, id=mention.id) != mention:
            found = f"{list(one.span)}, as {quoted(other.id)}"
            yield Finding(one.path, found, "one mention for one span")


@check("mention.title", "Is every title a noun phrase?", mend="set level: NOM or title: false")
def title(context: Context) -> Iterator[Finding]:
    """A title or description beside a name is a NOM mention of its own."""
    for index, mention in enumerate(context.record.mentions or ()):
        if mention.title and mention.level != "NOM":
            yield Finding(f"$.mentions[{index}].level", f"{mention.level} with title: true", "NOM")


@check("mention.demonym", "Is every demonym a name?", mend="set level: NAM or demonym: false")
def demonym(context: Context) -> Iterator[Finding]:
    """A demonym or adjective is a NAM mention of what it is made from."""
    for index, mention in enumerate(context.record.mentions or ()):
        if mention.demonym and mention.level != "NAM":
            found = f"{mention.level} with demonym: true"
            yield Finding(f"$.mentions[{index}].level", found, "NAM")


@check(
    "mention.demonym-of",
    "Is every demonym made from the name of a place?",
    mend="name the place's entity, or list the demonym in the registry",
    severity="warning",
)
def demonym_of(context: Context) -> Iterator[Finding]:
    """Of a GPE or LOC; of anything else where the registry gives it demonyms."""
    for index, mention in enumerate(context.record.mentions or ()):
        entity = context.entities.get(mention.entity)
        if not mention.demonym or entity is None or entity.type in PLACES:
            continue
        known = context.gazetteer.get(entity.kb) if context.gazetteer and entity.kb else None
        if known is None or not known.demonyms:
            found = f"a demonym of the {entity.type} {quoted(entity.id)}"
            yield Finding(f"$.mentions[{index}].demonym", found, "one of a GPE or LOC")


@check(
    "mention.metonymic",
    "Is every metonymic mention the name or description of a capital or seat?",
    mend="set use: literal",
)
def metonymic(context: Context) -> Iterator[Finding]:
    """Not a pronoun, a title or a demonym, and not the name of anything but a GPE, FAC or LOC."""
    for index, mention in enumerate(context.record.mentions or ()):
        if mention.use != "metonymic":
            continue
        path = f"$.mentions[{index}].use"
        if mention.level == "PRO" or mention.demonym or mention.title:
            kind = "demonym" if mention.demonym else "title" if mention.title else "pronoun"
            yield Finding(path, f"metonymic at a {kind}", "literal")
        elif mention.level == "NAM" and (types := _types(context, index)) and not types & PLACES:
            found = f"metonymic at the name of a {'/'.join(sorted(types))}"
            yield Finding(path, found, "the name of a GPE, FAC or LOC")


@check(
    "mention.seat",
    "Does the name of a capital or seat belong to what it stands for, and say so?",
    mend="metonymic: the entity of the state; literal: the entity of the city",
    severity="warning",
    needs_text=True,
)
def seat(context: Context) -> Iterator[Finding]:
    """As far as the registry knows whose seat a place is (``seat_of``)."""
    for index, mention in enumerate(context.record.mentions or ()):
        entity = context.entities.get(mention.entity)
        if entity is None or mention.level != "NAM" or mention.demonym:
            continue
        seats = [entry for entry in _named(context, index) if entry.seat_of]
        owners = {entry.seat_of for entry in seats}
        if not owners:
            continue
        if mention.use == "metonymic" and entity.kb not in owners:
            found = f"{_words(context, index)} for {entity.kb or quoted(entity.id)}"
            expected = " or ".join(sorted(map(str, owners)))
            yield Finding(f"$.mentions[{index}].entity", found, expected)
        elif mention.use == "literal" and _is_seat_name(context, index):
            found = f"{_words(context, index)} as a literal name of {entity.kb}"
            yield Finding(f"$.mentions[{index}].use", found, "metonymic")


@check(
    "mention.name",
    "Is a name of a registry entry one of its names?",
    mend="add the alias to the registry, or correct the entity",
    severity="warning",
    needs_text=True,
)
def name(context: Context) -> Iterator[Finding]:
    """Parts of a name, initials and forms with the same stem pass.

    Of states, whose names come from ISO 3166-1 and are not all that people use, only the name of
    another entry is reported.
    """
    if context.gazetteer is None:
        return
    for index, mention in enumerate(context.record.mentions or ()):
        entity = context.entities.get(mention.entity)
        entry = context.gazetteer.get(entity.kb) if entity is not None and entity.kb else None
        if entry is None or mention.level != "NAM" or mention.use != "literal":
            continue
        if not context.is_sound(mention.span) or _is_seat_name(context, index):
            continue
        words = context.words(mention.span)
        known = entry.demonyms if mention.demonym else (entry.name, *entry.aliases)
        if any(fits_name(words, one) for one in known):
            continue
        others = sorted(one.kb for one in _named(context, index) if one.kb != entry.kb)
        states = entry.kb.startswith("iso3166-1:") or (mention.demonym and not known)
        if others or not states:
            what = f", the name of {others[0]}" if others else ""
            kind = "demonym" if mention.demonym else "name"
            expected = f"a {kind} of {entry.kb} ({', '.join(known) or entry.name})"
            yield Finding(f"$.mentions[{index}]", f"{quoted(words)}{what}", expected)


@lru_cache(maxsize=4096)
def fits_name(words: str, name: str) -> bool:
    """Whether words can be a form of a name.

    They can when every word stands in the name (*Osei*), when they are its initials (*EU*), or when
    a word has the stem of a word of the name (*Russian*, *Russia*). Case, accents and points do
    not count.
    """
    given, full = _plain(words), _plain(name)
    if not given or not full:
        return words == name
    if set(given) <= set(full):
        return True
    initials = "".join(word[0] for word in full)
    capitals = "".join(word[0] for word in _plain(" ".join(re.findall(r"\b[^\W\d_a-z]\w*", name))))
    if "".join(given) in (initials, capitals):
        return True
    return any(
        len(one) >= PREFIX and one[:PREFIX] == other[:PREFIX] for one in given for other in full
    )


def _plain(words: str) -> list[str]:
    letters = unicodedata.normalize("NFD", words.casefold())
    kept = "".join(one for one in letters if one != "." and not unicodedata.combining(one))
    return WORD.findall(kept)


def _is_seat_name(context: Context, index: int) -> bool:
    """Whether a mention has the name of a seat of its entity, and no name of the entity itself."""
    mention = (context.record.mentions or ())[index]
    entity = context.entities.get(mention.entity)
    if entity is None or entity.kb is None:
        return False
    entries = _named(context, index)
    own = any(entry.kb == entity.kb for entry in entries)
    return not own and any(entry.seat_of == entity.kb for entry in entries)


def _types(context: Context, index: int) -> frozenset[str]:
    """The types of what the registry knows by the words of a mention."""
    return frozenset(entry.type for entry in _named(context, index))


def _named(context: Context, index: int) -> tuple[Named, ...]:
    span = (context.record.mentions or ())[index].span
    if context.gazetteer is None or context.text is None or not context.is_sound(span):
        return ()
    return tuple(context.gazetteer.named(context.words(span)))


def _words(context: Context, index: int) -> str:
    return quoted(context.words((context.record.mentions or ())[index].span))
