"""What a disagreement between two annotators is, and of which kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["KINDS", "Disagreement"]

KINDS: Mapping[str, str] = {
    "only A": "A has an annotation where B has none",
    "only B": "B has an annotation where A has none",
    "boundary": "the same annotation with other spans",
    "type": "another type",
    "attribute": "other attributes, such as level, use, realis or certainty",
    "value": "another value of a time",
    "link": "another registry id, or another reason for having none",
    "members": "another list of members of an aggregate",
    "coreference": "mentions that belong to other entities",
    "cue": "another cue",
    "source": "another source",
    "addressees": "other addressees",
    "parent": "another parent, or one where the other has none",
    "argument": "other arguments",
    "chain": "events that belong to other chains",
}
"""Every kind of disagreement and what it says."""

ORDER = tuple(KINDS)
LAYERS = ("zones", "entities", "times", "quotes", "events")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing to decide.

    ``start`` and ``end`` are the first and last code point that the two versions take up,
    half-open; ``paragraph`` counts as in drafts. ``a`` and ``b`` are the two versions: of the
    whole annotation when only one side has it, else of what differs. ``ids_a`` and ``ids_b`` are
    the annotations in question. Without the text, ``words`` and ``paragraph`` are ``None``.
    """

    doc_id: str
    layer: str
    kind: str
    start: int
    end: int
    paragraph: int | None
    words: str | None
    a: Any
    b: Any
    ids_a: tuple[str, ...]
    ids_b: tuple[str, ...]

    @property
    def place(self) -> tuple[Any, ...]:
        """What disagreements are ordered by: document, place, layer, kind."""
        layer, kind = LAYERS.index(self.layer), ORDER.index(self.kind)
        return (self.doc_id, self.start, self.end, layer, kind, self.ids_a, self.ids_b)

    def as_line(self) -> str:
        """One line of JSON, ending in a line feed."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"
