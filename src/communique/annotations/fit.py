"""Whether a record can belong to a text at all."""

from __future__ import annotations

from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem

__all__ = ["check_fit"]


def check_fit(record: Record, text: str, *, sha256: str, source: str | None = None) -> None:
    """Refuse a record whose offsets cannot be those of the text, before anything is read off it.

    ``sha256`` is that of the text; ``source`` names the record's file.

    Raises:
        InvalidInput: the record is of another text, or spans lie outside this one.

    """
    if record.text_sha256 not in (None, sha256):
        problem = Problem(
            check="text.hash",
            found=f"offsets into a text with SHA-256 {str(record.text_sha256)[:12]}…",
            expected=f"the text that is here, {sha256[:12]}…",
            mend="bring the record up to the text, or the text back",
            file=source,
            doc_id=record.doc_id,
            path="$.text_sha256",
        )
        raise InvalidInput([problem])
    spans = [("zones", zone.id, zone.span) for zone in record.zones or ()]
    problems = [
        Problem(
            check="span.inside",
            found=f"the span {list(span)} of {one}",
            expected=f"0 <= start < end <= {len(text)}",
            file=source,
            doc_id=record.doc_id,
            path=f"$.{name}",
        )
        for name, one, span in [*spans, *record.located()]
        if not 0 <= span.start < span.end <= len(text)
    ]
    if problems:
        raise InvalidInput(problems)
