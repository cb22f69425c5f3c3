"""Checks of events: modes, roles, what a type requires."""

from __future__ import annotations

from collections.abc import Iterator

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context
from communique.errors import quoted

__all__: list[str] = []

PLACES = frozenset({"GPE", "LOC", "FAC"})


@check(
    "event.mode",
    "Is the mode of an event one that its type has?",
    mend="choose a mode of the type, or null",
)
def mode(context: Context) -> Iterator[Finding]:
    """The modes of PLOVER (manual of 2024-02-04), by type."""
    types = context.schema.vocabularies["event_type"]
    for index, event in enumerate(context.record.events or ()):
        modes = types[event.type].modes
        if event.mode is not None and event.mode not in modes:
            found = f"{event.mode} with {event.type}"
            yield Finding(f"$.events[{index}].mode", found, ", ".join(modes) or "null")


@check(
    "event.role",
    "Does an argument point to what its role can be played by?",
    mend="choose another role or target",
)
def role(context: Context) -> Iterator[Finding]:
    """Mentions act and suffer, times are times, topics are events or mentions."""
    roles = context.schema.vocabularies["role"]
    where = {target: name for name, ids in context.ids.items() for target in ids}
    for index, event in enumerate(context.record.events or ()):
        for number, argument in enumerate(event.arguments):
            targets = roles[argument.role].targets
            found = where.get(argument.target)
            if found is not None and found not in targets:
                path = f"$.events[{index}].arguments[{number}]"
                what = f"{argument.role} {quoted(argument.target)} in {found}"
                yield Finding(path, what, f"one in {' or '.join(targets)}")


@check(
    "event.recipient",
    "Has every event the roles that its type requires?",
    mend="add the argument, or choose another type",
)
def required(context: Context) -> Iterator[Finding]:
    """AID, COOPERATE and SANCTION are towards somebody."""
    types = context.schema.vocabularies["event_type"]
    for index, event in enumerate(context.record.events or ()):
        roles = {argument.role for argument in event.arguments}
        for name in types[event.type].requires:
            if name not in roles:
                found = f"{event.type} without a {name}"
                yield Finding(f"$.events[{index}].arguments", found, f"a {name}")


@check(
    "event.argument-once",
    "Does nothing play the same role twice in one event?",
    mend="remove the repetition",
)
def argument_once(context: Context) -> Iterator[Finding]:
    """The same target in the same role."""
    for index, event in enumerate(context.record.events or ()):
        for number, argument in enumerate(event.arguments):
            if argument in event.arguments[:number]:
                path = f"$.events[{index}].arguments[{number}]"
                found = f"{argument.role} {quoted(argument.target)} again"
                yield Finding(path, found, "each argument once")


@check(
    "event.cycle",
    "Is no event an argument of itself, directly or through others?",
    mend="remove one of the arguments",
)
def cycle(context: Context) -> Iterator[Finding]:
    """Depth-first over the arguments that are events; each cycle is named where it closes."""
    events = {event.id: event for event in context.record.events or ()}
    places = {event.id: index for index, event in enumerate(context.record.events or ())}
    done: set[str] = set()
    for start in events:
        path = [(start, 0)] if start not in done else []
        open_ids = {start}
        while path:
            event_id, number = path.pop()
            arguments = events[event_id].arguments
            if number == len(arguments):
                done.add(event_id)
                open_ids.discard(event_id)
                continue
            path.append((event_id, number + 1))
            target = arguments[number].target
            if target in open_ids:
                where = f"$.events[{places[event_id]}].arguments[{number}].target"
                found = f"{quoted(target)}, which {quoted(event_id)} is an argument of"
                yield Finding(where, found, "an event that is not about this one")
            elif target in events and target not in done:
                open_ids.add(target)
                path.append((target, 0))


@check(
    "event.place",
    "Is the place of an event a place?",
    mend="point to a mention of a GPE, LOC or FAC",
    severity="warning",
)
def place(context: Context) -> Iterator[Finding]:
    """By the type of the entity."""
    for index, event in enumerate(context.record.events or ()):
        for number, argument in enumerate(event.arguments):
            mention = context.mentions.get(argument.target)
            entity = context.entities.get(mention.entity) if mention is not None else None
            if argument.role == "place" and entity is not None and entity.type not in PLACES:
                path = f"$.events[{index}].arguments[{number}].target"
                found = f"{quoted(argument.target)}, a {entity.type}"
                yield Finding(path, found, "a GPE, LOC or FAC")
