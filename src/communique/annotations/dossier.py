"""Everything that is known about a document and follows from its annotation, as one JSON value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from communique.annotations.derived.claims import claims
from communique.annotations.derived.crosswalk import ere_realis, factbank
from communique.annotations.derived.names import entity_names
from communique.annotations.derived.plover import plover_records
from communique.annotations.derived.quotes import derive_quotes
from communique.annotations.draft import paragraphs
from communique.annotations.reading import format_record
from communique.annotations.record import Record

__all__ = ["dossier"]


def dossier(
    document: Mapping[str, Any],
    text: str | None,
    record: Record | None,
    *,
    published: str,
    owner: Callable[[str], str | None] = lambda kb: None,
) -> dict[str, Any]:
    """Metadata, text, paragraphs (spans, as drafts number them), record and derived layers.

    ``published`` and ``owner`` are as in ``plover_records``. What is not there is ``None``.
    """
    return {
        "document": dict(document),
        "text": text,
        "paragraphs": None if text is None else [list(span) for span in paragraphs(text)],
        "record": None if record is None else json.loads(format_record(record)),
        "derived": None if record is None else _derived(record, text, published, owner),
    }


def _derived(
    record: Record, text: str | None, published: str, owner: Callable[[str], str | None]
) -> dict[str, Any]:
    projected = plover_records(record, published=published, owner=owner, text=text)
    return {
        "names": dict(entity_names(record, text)),
        "quotes": {one: asdict(facts) for one, facts in derive_quotes(record, text).items()},
        "claims": [asdict(claim) for claim in claims(record, text)],
        "factuality": {
            event.id: {"ere": ere_realis(event), "factbank": factbank(event)}
            for event in record.events or ()
        },
        "plover": [one.as_json() for one in projected],
    }
