"""The system ``crf``: mentions and quotes from conditional random fields, learnt when it is asked.

A small trained baseline that needs no download. Its features are the words, the lexicon of the
system ``rules`` and what that system predicts; its examples are the train split. Training takes
half a minute and always comes to the same model.
"""

from __future__ import annotations

from collections.abc import Iterable

from communique.annotations.record import Record
from communique.corpus.documents import Document, text_sha256
from communique.eval.crf.mentions import cast_of, train_mentions
from communique.eval.crf.quotes import find_quotes, train_quotes
from communique.eval.crf.sources import train_sources
from communique.eval.examples import Example
from communique.eval.rules import predict as predict_by_rules
from communique.eval.rules.page import Page, read_page
from communique.eval.systems import System
from communique.schemas.schema import load_schema

__all__ = ["train"]


def train(examples: Iterable[Example]) -> System:
    """The system that examples teach; a layer that none of them has is not predicted.

    Raises:
        CommuniqueError: CRFsuite is not installed.

    """
    pages = [(*_seen(one.document, one.text), one.gold) for one in examples]
    with_mentions = [one for one in pages if one[2].mentions is not None]
    with_quotes = [one for one in pages if one[2].quotes is not None]
    mention_model = train_mentions(with_mentions)
    quote_model = train_quotes(with_quotes)
    source_model = train_sources(with_quotes)

    def predict(document: Document, text: str) -> Record:
        page, ruled = _seen(document, text)
        cast = cast_of(page, mention_model.phrases(page, ruled))
        return Record(
            doc_id=document.doc_id,
            schema_version=load_schema().version,
            annotator="crf",
            text_sha256=text_sha256(text),
            entities=cast.entities if with_mentions else None,
            mentions=cast.mentions if with_mentions else None,
            quotes=find_quotes(page, ruled, quote_model, source_model, cast)
            if with_quotes
            else None,
        )

    return predict


def _seen(document: Document, text: str) -> tuple[Page, Record]:
    """What the fields look at: the words of a text, and what the rules make of them."""
    return read_page(document, text), predict_by_rules(document, text)
