"""What a system may learn from: the documents of the train split with their gold, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from communique.annotations.record import Record
from communique.corpus.documents import Corpus, Document
from communique.errors import CommuniqueError

__all__ = ["Example", "training_examples"]

SPLIT = "train"


@dataclass(frozen=True, slots=True)
class Example:
    """A document, its exact text and its gold record."""

    document: Document
    text: str
    gold: Record


def training_examples(corpus: Corpus) -> Iterator[Example]:
    """The annotated documents of the train split, in the order of their ids.

    Nothing of the other splits is read but the metadata that say which split they are in.

    Raises:
        CommuniqueError: there is none.

    """
    some = False
    for document in corpus.documents():
        if corpus.splits.of(document.storyline) != SPLIT:
            continue
        text, gold = corpus.text_of(document), corpus.gold(document.doc_id)
        if text is not None and gold is not None:
            some = True
            yield Example(document, text, gold)
    if not some:
        raise CommuniqueError(
            f"{corpus.project.gold}: found no gold record of split {SPLIT}, "
            "expected at least one to learn from"
        )
