"""Checks of entities: registry ids, reasons for having none, aggregates."""

from __future__ import annotations

from collections.abc import Iterator

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context
from communique.errors import quoted

__all__ = ["names_of"]

AGGREGATE = "aggregate"


@check(
    "entity.kb-xor-nil",
    "Does every entity have either a registry id or a reason for having none?",
    mend="give kb or nil, and set the other one to null",
)
def kb_xor_nil(context: Context) -> Iterator[Finding]:
    """Linked or not, and never neither."""
    for index, entity in enumerate(context.record.entities or ()):
        if (entity.kb is None) == (entity.nil is None):
            found = "neither kb nor nil" if entity.kb is None else "both kb and nil"
            yield Finding(f"$.entities[{index}]", found, "one of the two")


@check(
    "entity.kb-known",
    "Is the registry id of every entity in the registry?",
    mend="add the entry to corpus/registry, or set nil: not_in_registry",
)
def kb_known(context: Context) -> Iterator[Finding]:
    """States are looked up in ISO 3166-1."""
    if context.gazetteer is None:
        return
    for index, entity in enumerate(context.record.entities or ()):
        if entity.kb is not None and context.gazetteer.get(entity.kb) is None:
            found = quoted(entity.kb)
            yield Finding(f"$.entities[{index}].kb", found, "an id of the registry")


@check(
    "entity.kb-type",
    "Does every entity have the type of its registry entry?",
    mend="correct the type or the registry id",
)
def kb_type(context: Context) -> Iterator[Finding]:
    """The same id is the same entity in every document, so it has one type."""
    if context.gazetteer is None:
        return
    for index, entity in enumerate(context.record.entities or ()):
        entry = context.gazetteer.get(entity.kb) if entity.kb is not None else None
        if entry is not None and entry.type != entity.type:
            expected = f"{entry.type}, as {entity.kb} is"
            yield Finding(f"$.entities[{index}].type", entity.type, expected)


@check(
    "entity.kb-once",
    "Does no registry id stand at two entities of a document?",
    mend="merge the two entities",
)
def kb_once(context: Context) -> Iterator[Finding]:
    """The same id is the same entity."""
    first: dict[str, str] = {}
    for index, entity in enumerate(context.record.entities or ()):
        if entity.kb is None:
            continue
        if entity.kb in first:
            found = f"{quoted(entity.kb)}, as at {quoted(first[entity.kb])}"
            yield Finding(f"$.entities[{index}].kb", found, "one entity for one id")
        first.setdefault(entity.kb, entity.id)


@check(
    "entity.members",
    "Do aggregates, and nothing else, have at least two members?",
    mend="list the members, or give another reason than aggregate",
)
def members(context: Context) -> Iterator[Finding]:
    """A group whose members the text does not give is unnamed, not an aggregate."""
    for index, entity in enumerate(context.record.entities or ()):
        count = len(entity.members)
        if entity.nil == AGGREGATE and count < 2:
            found = f"{count} member{'s' * (count != 1)}"
            yield Finding(f"$.entities[{index}].members", found, "at least 2 in an aggregate")
        elif entity.nil != AGGREGATE and count:
            expected = "none, or nil: aggregate"
            yield Finding(f"$.entities[{index}].members", f"{count} members", expected)


@check(
    "entity.member-cycle",
    "Is no aggregate a member of itself, directly or through others?",
    mend="remove one of the memberships",
)
def member_cycle(context: Context) -> Iterator[Finding]:
    """Depth-first, with a stack of its own; each cycle is named where it closes."""
    done: set[str] = set()
    places = {entity.id: index for index, entity in enumerate(context.record.entities or ())}
    for start in places:
        path = [(start, 0)] if start not in done else []
        open_ids = {start}
        while path:
            entity_id, number = path.pop()
            targets = context.entities[entity_id].members
            if number == len(targets):
                done.add(entity_id)
                open_ids.discard(entity_id)
                continue
            path.append((entity_id, number + 1))
            target = targets[number]
            if target in open_ids:
                where = f"$.entities[{places[entity_id]}].members[{number}]"
                found = f"{quoted(target)}, which {quoted(entity_id)} is part of"
                yield Finding(where, found, "members that do not contain it")
            elif target in places and target not in done:
                open_ids.add(target)
                path.append((target, 0))


@check(
    "entity.same-members",
    "Is the same group one entity?",
    mend="merge the two entities",
    severity="warning",
)
def same_members(context: Context) -> Iterator[Finding]:
    """The same words with other members are another entity; other words are not."""
    first: dict[tuple[str, frozenset[str]], str] = {}
    for index, entity in enumerate(context.record.entities or ()):
        if entity.nil != AGGREGATE or len(entity.members) < 2:
            continue
        key = entity.type, frozenset(entity.members)
        if key in first:
            found = f"the members of {quoted(first[key])}"
            yield Finding(f"$.entities[{index}].members", found, "one entity for one group")
        first.setdefault(key, entity.id)


@check(
    "entity.mentioned",
    "Is every entity mentioned, or a member of one that is?",
    mend="mark its mentions, or remove the entity",
    severity="warning",
)
def mentioned(context: Context) -> Iterator[Finding]:
    """An entity that nothing leads to is a leftover."""
    if context.record.mentions is None:
        return
    reached = {mention.entity for mention in context.record.mentions}
    reached |= {member for entity in context.record.entities or () for member in entity.members}
    for index, entity in enumerate(context.record.entities or ()):
        if entity.id not in reached:
            yield Finding(f"$.entities[{index}]", "no mention", "at least one")


@check(
    "entity.unnamed",
    "Is an unnamed entity never named?",
    mend="set nil: not_in_registry, or give its registry id",
    severity="warning",
)
def unnamed(context: Context) -> Iterator[Finding]:
    """``unnamed`` says that the text never gives the name."""
    for index, mention in enumerate(context.record.mentions or ()):
        entity = context.entities.get(mention.entity)
        if entity is not None and entity.nil == "unnamed" and mention.level == "NAM":
            found = f"a name of {quoted(entity.id)}, which is unnamed"
            yield Finding(f"$.mentions[{index}].level", found, "NOM or PRO")


@check(
    "entity.registered",
    "Is an entity that is said not to be in the registry really not there?",
    mend="give the registry id, if this is what is meant",
    severity="warning",
    needs_text=True,
)
def registered(context: Context) -> Iterator[Finding]:
    """Looks for entries of the same type with the same name; aliases may be those of a story."""
    if context.gazetteer is None:
        return
    for entity_id, words in names_of(context).items():
        entity = context.entities.get(entity_id)
        if entity is None or entity.kb is not None or entity.nil != "not_in_registry":
            continue
        found = sorted(
            entry.kb
            for name in words
            for entry in context.gazetteer.named(name)
            if entry.type == entity.type and name == entry.name
        )
        if found:
            index = [one.id for one in context.record.entities or ()].index(entity_id)
            what = f"not_in_registry, named as {found[0]} is"
            yield Finding(f"$.entities[{index}].nil", what, "that id, or another name")


def names_of(context: Context) -> dict[str, list[str]]:
    """The words of the literal names of each entity; needs the text."""
    names: dict[str, list[str]] = {}
    for mention in context.record.mentions or ():
        plain = mention.level == "NAM" and mention.use == "literal" and not mention.demonym
        if plain and context.is_sound(mention.span):
            names.setdefault(mention.entity, []).append(context.words(mention.span))
    return names
