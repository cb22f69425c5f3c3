"""Checks of where a record lies: its document, its file, its annotator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from communique.annotations.annotators import Annotator
from communique.annotations.checks import Finding, check, declare
from communique.annotations.record import Record
from communique.errors import quoted
from communique.schemas.schema import Schema, load_schema

__all__ = ["RecordFacts"]


@dataclass(frozen=True)
class RecordFacts:
    """One record and where it lies.

    ``name`` is the name of its file, ``pass_name`` that of its folder in ``annotations/passes``.
    ``annotators`` is ``None`` when the list does not matter there or could not be read.
    """

    record: Record
    name: str
    pass_name: str | None
    is_gold: bool
    annotators: Mapping[str, Annotator] | None
    doc_ids: frozenset[str]
    schema: Schema = field(default_factory=load_schema)


@check(
    "document.known",
    "Is the document that a record is about in the corpus?",
    mend="correct doc_id, or add the document",
    scope="placement",
    predictions=True,
)
def document_known(facts: RecordFacts) -> Iterator[Finding]:
    """By its id."""
    if facts.record.doc_id not in facts.doc_ids:
        expected = f"one of the {len(facts.doc_ids)} documents of the corpus"
        yield Finding("$.doc_id", quoted(facts.record.doc_id), expected)


@check(
    "record.name",
    "Is a record in the file of its document?",
    mend="rename the file, or correct doc_id",
    scope="placement",
)
def record_name(facts: RecordFacts) -> Iterator[Finding]:
    """One file per document and annotator."""
    if facts.record.doc_id in facts.doc_ids and facts.record.doc_id != facts.name:
        yield Finding("$.doc_id", quoted(facts.record.doc_id), quoted(facts.name))


@check(
    "record.folder",
    "Is a pass in the folder of its annotator?",
    mend="move the record, or correct annotator",
    scope="placement",
)
def record_folder(facts: RecordFacts) -> Iterator[Finding]:
    """``annotations/passes/<annotator>/``."""
    if facts.pass_name is not None and facts.record.annotator != facts.pass_name:
        yield Finding("$.annotator", quoted(facts.record.annotator), quoted(facts.pass_name))


@check(
    "record.annotator",
    "Is it said who made the annotation?",
    mend="describe the annotator in annotations/annotators.yaml",
    scope="placement",
)
def record_annotator(facts: RecordFacts) -> Iterator[Finding]:
    """A person, a language model, a system: users of the data have to know."""
    if facts.annotators is not None and facts.record.annotator not in facts.annotators:
        found = quoted(facts.record.annotator)
        yield Finding("$.annotator", found, "an annotator that is described")


@check(
    "gold.layers",
    "Has a gold record all layers?",
    mend="annotate the layer; an empty list says that nothing was found",
    scope="placement",
)
def gold_layers(facts: RecordFacts) -> Iterator[Finding]:
    """Gold is complete; passes may be partial."""
    if not facts.is_gold:
        return
    for layer in facts.schema.layers.values():
        if all(getattr(facts.record, name) is None for name in layer.lists):
            yield Finding("$", f"no {layer.name}", "all layers")


declare(
    "record.twice",
    "Is every document annotated once by each annotator?",
    mend="remove one of the two records",
    scope="placement",
    predictions=True,
)
