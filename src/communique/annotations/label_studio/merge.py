"""Three versions of a record made one: what was last the same, what is here, what is there.

Merged is list by list, and only when nothing of either side is lost: a list that both sides changed
in different ways is a conflict, and so is a reference into a list of the other side that has
another thing, or nothing, under that id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from communique.annotations.checks.context import Context
from communique.annotations.record import Record
from communique.schemas.schema import Schema, load_schema

__all__ = ["Merged", "three_way"]

What = Literal["same", "ours", "theirs", "merged", "conflict"]


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome: ``record`` is ``None`` for a conflict, and ``reasons`` says why.

    ``what`` is ``same`` when both sides agree, ``ours`` or ``theirs`` when only that side changed.
    """

    what: What
    record: Record | None
    reasons: tuple[str, ...] = ()


def three_way(
    base: Record | None, ours: Record, theirs: Record, schema: Schema | None = None
) -> Merged:
    """Merge two versions of one record that both come from ``base``.

    Without a base nobody can say who changed what: then different versions are a conflict.
    """
    if ours == theirs:
        return Merged("same", ours)
    if base is None:
        return Merged("conflict", None, ("no common version is known",))
    if theirs == base:
        return Merged("ours", ours)
    if ours == base:
        return Merged("theirs", theirs)
    return _by_lists(base, ours, theirs, schema or load_schema())


def _by_lists(base: Record, ours: Record, theirs: Record, schema: Schema) -> Merged:
    chosen: dict[str, Any] = {}
    side: dict[str, Record] = {}
    reasons: list[str] = []
    for name in (field.name for field in fields(Record)):
        old, here, there = (getattr(one, name) for one in (base, ours, theirs))
        if here != there and here != old and there != old:
            reasons.append(f"{name} changed on both sides")
        if here != there:
            side[name] = ours if there == old else theirs
        chosen[name] = here if there == old else there
    for name in ("doc_id", "annotator", "text_sha256"):
        if name in side:
            reasons.append(f"{name} is not the same")
    if reasons:
        return Merged("conflict", None, tuple(reasons))
    record = replace(ours, **chosen)
    reasons = _unsound(record, side, schema)
    return Merged("conflict", None, tuple(reasons)) if reasons else Merged("merged", record)


def _unsound(record: Record, side: Mapping[str, Record], schema: Schema) -> list[str]:
    """References of the merged record that point to nothing, or to another thing than before."""
    reasons = []
    for reference in Context(record, schema=schema).references:
        found = _named(record, reference.to, reference.target)
        if found is None:
            reasons.append(f"{reference.path} points to {reference.target}, which is gone")
            continue
        if reference.list in side:
            before = _named(side[reference.list], reference.to, reference.target)
            if before is not None and _place(before) != _place(found):
                reasons.append(
                    f"{reference.path}: {reference.target} is not the same on both sides"
                )
    return reasons


def _named(record: Record, lists: tuple[str, ...], wanted: str) -> object | None:
    items = (item for name in lists for item in getattr(record, name) or ())
    return next((item for item in items if item.id == wanted), None)


def _place(item: object) -> object:
    """Where an annotation stands; entities stand nowhere and are known by their mentions."""
    for name in ("span", "trigger", "content"):
        if hasattr(item, name):
            return type(item), getattr(item, name)
    return type(item)
