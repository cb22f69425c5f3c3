"""Records written as drafts, for tests of what follows from them."""

from __future__ import annotations

from communique.annotations.draft import compile_draft
from communique.annotations.record import Record
from communique.corpus.documents import text_sha256
from communique.files import parse_yaml


def drafted(text: str, draft: str) -> Record:
    """The record that the lists of a draft stand for, in a document called ``d1``."""
    value = parse_yaml("doc_id: d1\nannotator: gold\n" + draft, source="draft")
    return compile_draft(value, text, sha256=text_sha256(text), source="draft")
