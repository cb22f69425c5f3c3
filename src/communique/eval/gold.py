"""The gold of a project as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterator

from communique.annotations.record import Record
from communique.corpus.documents import Corpus
from communique.eval.inputs import FACTS, Side, side_of_records
from communique.project import Project

__all__ = ["project_gold", "texts_of"]


def texts_of(corpus: Corpus, split: str | None) -> Iterator[tuple[str, str]]:
    """Ids and texts of the documents of a split; without one, of all that are not restricted.

    Restricted texts that are not hydrated are left out.
    """
    for document in corpus.documents():
        of = corpus.splits.of(document.storyline)
        if of == split or (split is None and of != "restricted"):
            text = corpus.text_of(document)
            if text is not None:
                yield document.doc_id, text


def project_gold(project: Project) -> Side:
    """The gold records of a project with the texts that are here and the splits."""
    corpus = Corpus(project)
    texts: dict[str, str] = {}
    splits: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}

    def records() -> Iterator[Record]:
        for document in corpus.documents():
            record = corpus.gold(document.doc_id)
            if record is None:
                continue
            text = corpus.text_of(document)
            if text is not None:
                texts[document.doc_id] = text
            facts[document.doc_id] = {name: getattr(document, name) for name in FACTS}
            splits[document.doc_id] = corpus.splits.of(document.storyline) or "none"
            yield record

    name = str(project.gold)
    return side_of_records(records(), name=name, texts=texts, splits=splits, facts=facts)
