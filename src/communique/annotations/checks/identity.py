"""Checks of what holds a record together: hash, layers, ids, references, repetitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter

from communique.annotations.checks.check import Finding, check
from communique.annotations.checks.context import Context
from communique.errors import quoted

__all__: list[str] = []


@check(
    "record.version",
    "Does the record follow the version of the schema that is in use?",
    mend="convert the record",
    predictions=True,
)
def version(context: Context) -> Iterator[Finding]:
    """Labels and their meaning belong to a version."""
    found, known = context.record.schema_version, context.schema.version
    if found != known:
        yield Finding("$.schema_version", quoted(found), quoted(known))


@check(
    "text.hash",
    "Does the record belong to exactly this text?",
    mend="anchor the annotation anew in the text of this hash",
    predictions=True,
)
def text_hash(context: Context) -> Iterator[Finding]:
    """Offsets mean nothing in another text; a prediction may leave the hash out."""
    found, expected = context.record.text_sha256, context.sha256
    if found is not None and expected is not None and found != expected:
        yield Finding("$.text_sha256", f"{found[:12]}…", f"{expected[:12]}…")


@check(
    "record.hash",
    "Does an annotated record say which text it belongs to?",
    mend="store the SHA-256 of the text",
)
def record_hash(context: Context) -> Iterator[Finding]:
    """Without the hash nobody notices that the text was changed."""
    if context.record.text_sha256 is None:
        yield Finding("$.text_sha256", "null", "the SHA-256 of the text")


@check(
    "layer.complete",
    "Are the lists of a layer all there, or none of them?",
    mend="add the missing list, empty if nothing was found",
    predictions=True,
)
def layer_complete(context: Context) -> Iterator[Finding]:
    """A layer is done or left out as a whole."""
    for layer in context.schema.layers.values():
        missing = [name for name in layer.lists if name not in context.ids]
        if missing and len(missing) < len(layer.lists):
            names = " and ".join(layer.lists)
            yield Finding("$", f"no {', '.join(missing)}", f"{names} together")


@check(
    "id.unique",
    "Is every id of the record used once?",
    mend="rename one of the two",
    predictions=True,
)
def unique(context: Context) -> Iterator[Finding]:
    """Arguments point to mentions, times and events alike, so ids are unique across lists."""
    first: dict[str, str] = {}
    for name in context.schema.lists:
        for index, item in enumerate(getattr(context.record, name) or ()):
            path = f"$.{name}[{index}].id"
            if item.id in first:
                found = f"{quoted(item.id)}, as in {first[item.id]}"
                yield Finding(path, found, "an id of its own")
            first.setdefault(item.id, path)


@check(
    "ref.resolved",
    "Does every reference lead to an annotation of the right kind?",
    mend="point to an annotation that exists, or remove the reference",
    predictions=True,
)
def resolved(context: Context) -> Iterator[Finding]:
    """References into the other list of an incomplete layer are that problem's."""
    ids = context.ids
    for one in context.references:
        if any(one.target in ids.get(name, ()) for name in one.to):
            continue
        layer = context.schema.layer_of(one.list)
        if all(name not in ids and context.schema.layer_of(name) == layer for name in one.to):
            continue
        other = next((name for name in ids if one.target in ids[name]), None)
        found = quoted(one.target) + (f" in {other}" if other else "")
        yield Finding(one.path, found, f"an id in {' or '.join(one.to)}")


@check(
    "annotation.duplicate",
    "Is nothing annotated twice in the same way?",
    mend="remove the repetition",
)
def duplicate(context: Context) -> Iterator[Finding]:
    """Two annotations that differ in nothing but their ids; entities may look alike."""
    for name, record_list in context.schema.lists.items():
        if name == "entities":
            continue
        fields = [one.name for one in record_list.fields if one.name != "id" and not one.derived]
        key_of = attrgetter(*fields)
        first: dict[object, str] = {}
        for index, item in enumerate(getattr(context.record, name) or ()):
            key = key_of(item)
            if key in first:
                found = f"the same as {quoted(first[key])} but for the id"
                yield Finding(f"$.{name}[{index}]", found, "each annotation once")
            first.setdefault(key, item.id)


@check(
    "chain.type",
    "Do the events of a chain have one type?",
    mend="give them one type, or another chain",
)
def chain_type(context: Context) -> Iterator[Finding]:
    """Events of one chain are the same act; the type of most of them is expected."""
    chains: dict[str, Counter[str]] = {}
    for event in context.record.events or ():
        if event.chain is not None:
            chains.setdefault(event.chain, Counter())[event.type] += 1
    for index, event in enumerate(context.record.events or ()):
        types = chains.get(event.chain or "", Counter())
        common = max(types, key=lambda name: types[name], default=event.type)
        if event.type != common:
            found = f"{event.type} in the chain {quoted(event.chain)}"
            yield Finding(f"$.events[{index}].type", found, common)


@check(
    "derived.stale",
    "Do stored derived values equal the computed ones?",
    mend="remove them, or compute them anew",
)
def stale(context: Context) -> Iterator[Finding]:
    """What can be computed is not annotated; a stored value is a copy."""
    fields = [one.name for one in context.schema.lists["quotes"].fields if one.derived]
    for index, quote in enumerate(context.record.quotes or ()):
        if all(getattr(quote, name) is None for name in fields):
            continue
        facts = context.quote_facts[quote.id]
        for name in fields:
            stored, computed = getattr(quote, name), getattr(facts, name)
            if stored is not None and computed is not None and stored != computed:
                path = f"$.quotes[{index}].{name}"
                yield Finding(path, quoted(stored), quoted(computed))
