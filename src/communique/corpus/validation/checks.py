"""Checks of documents and of the corpus as a whole, and the table entries of what readers find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from communique.annotations.checks import Finding, check, declare
from communique.annotations.record import Record
from communique.corpus.documents import Document
from communique.corpus.registry import Registry
from communique.corpus.splits import Splits
from communique.errors import quoted
from communique.schemas.schema import Schema, load_schema

__all__ = ["CorpusFacts", "DocumentFacts"]

declare("file.readable", "Can the file be read?", mend="check its place and its permissions")
declare("file.size", "Is the file of ordinary size?", mend="split the file")
declare("file.utf8", "Is the file UTF-8?", mend="re-encode the file as UTF-8")
declare("file.empty", "Has the file any text?", mend="write it again, or remove it")
declare(
    "file.json",
    "Is the file JSON, with each key once and no NaN?",
    mend="write it with a JSON library",
)
declare("file.jsonl", "Is each line of a JSONL file one record?", mend="write one record a line")
declare("file.yaml", "Is the file YAML without aliases and tags?", mend="write the values out")
declare("file.kind", "Is there something to check?", mend="name .json or .jsonl files or folders")
declare(
    "document.structure",
    "Does the metadata follow the JSON Schema of a document?",
    mend="see schemas/document.schema.json",
)
declare(
    "record.structure",
    "Does the record follow the JSON Schema of a record: known keys, labels, types of values?",
    mend="see schemas/record.schema.json",
    predictions=True,
)
declare(
    "registry.entry", "Is the registry made of entries, each id once?", mend="correct the entry"
)
declare("splits.file", "Is each storyline in one of the known splits?", mend="correct the file")
declare(
    "annotators.entry",
    "Does the list of annotators give each one's kind and description?",
    mend="correct the entry",
)
declare("bands.file", "Are the density bands pairs of numbers?", mend="correct the file")
declare(
    "density.band",
    "Are the densities of a document those of real news?",
    mend="look for what was forgotten or marked too freely, or revise the text",
    scope="document",
    severity="warning",
)

KIND_TYPE = {
    "state": "GPE",
    "city": "GPE",
    "region": "GPE",
    "org": "ORG",
    "person": "PER",
    "loc": "LOC",
    "fac": "FAC",
    "doc": "DOC",
}
"""The entity type that each kind of registry id stands for."""

SEATS = frozenset({"GPE", "FAC", "LOC"})


@dataclass(frozen=True)
class DocumentFacts:
    """One document and what lies around it.

    ``text`` is ``None`` when it is missing, not hydrated or another one than the metadata say;
    ``text_sha256`` is the hash that the text there has. ``open_copy`` is where a text lies that
    ships. ``splits`` is ``None`` where splits mean nothing or could not be read, and so is
    ``has_gold``, which says whether there is a file of the gold record, readable or not.
    """

    name: str
    document: Document
    text: str | None
    text_sha256: str | None
    text_path: Path
    open_copy: Path | None
    splits: Splits | None
    gold: Record | None
    has_gold: bool | None
    schema: Schema = field(default_factory=load_schema)


@dataclass(frozen=True)
class CorpusFacts:
    """What only the whole corpus shows.

    ``documents`` are those whose metadata could be read, by the name of their file; ``texts`` the
    paths of all texts in the documents folder. What could not be read is ``None``.
    """

    documents: Mapping[str, Document]
    names: frozenset[str]
    texts: Mapping[str, Path]
    metadata: Mapping[str, str]
    registry: Registry | None
    registry_place: str
    splits: Splits | None
    splits_place: str
    schema: Schema = field(default_factory=load_schema)


@check(
    "document.name",
    "Is the id of a document the name of its files?",
    mend="rename the files, or correct doc_id",
    scope="document",
)
def document_name(facts: DocumentFacts) -> Iterator[Finding]:
    """So that a document is found by its id alone."""
    if facts.document.doc_id != facts.name:
        yield Finding("$.doc_id", quoted(facts.document.doc_id), quoted(facts.name))


@check(
    "document.date",
    "Is the day of publication a day of the calendar?",
    mend="correct published",
    scope="document",
)
def document_date(facts: DocumentFacts) -> Iterator[Finding]:
    """Times are resolved against it."""
    try:
        date.fromisoformat(facts.document.published)
    except ValueError:
        yield Finding("$.published", quoted(facts.document.published), "a day such as 2031-05-14")


@check(
    "document.text",
    "Is the text of an open document there?",
    mend="restore the text file",
    scope="document",
)
def document_text(facts: DocumentFacts) -> Iterator[Finding]:
    """Only restricted texts may be elsewhere."""
    if facts.document.licence == "open" and not facts.text_path.exists():
        yield Finding("$.licence", f"no {facts.text_path.name}", "the text beside the metadata")


@check(
    "document.hash",
    "Is the text the one that the metadata identify?",
    mend="restore the text; a changed text is a new document",
    scope="document",
)
def document_hash(facts: DocumentFacts) -> Iterator[Finding]:
    """Texts are frozen: every offset counts on it."""
    found, expected = facts.text_sha256, facts.document.sha256
    if found is not None and found != expected:
        yield Finding("$.sha256", f"a text with {found[:12]}…", f"{expected[:12]}…")


@check(
    "document.leak",
    "Is no restricted text among those that ship?",
    mend="move it to corpus/restricted with communique corpus hydrate",
    scope="document",
)
def document_leak(facts: DocumentFacts) -> Iterator[Finding]:
    """Restricted texts belong into the folder that version control ignores."""
    copy = facts.open_copy if facts.document.licence == "restricted" else None
    if copy is not None and copy.exists():
        yield Finding("$.licence", f"{copy.name} beside the metadata", "no text there")


@check(
    "document.split",
    "Is the storyline of a document in a split, and restricted exactly when its text is?",
    mend="correct corpus/splits.yaml",
    scope="document",
)
def document_split(facts: DocumentFacts) -> Iterator[Finding]:
    """Restricted texts are reported on their own."""
    if facts.splits is None:
        return
    storyline, licence = facts.document.storyline, facts.document.licence
    found = facts.splits.of(storyline)
    if found is None:
        yield Finding("$.storyline", f"{quoted(storyline)}, in no split", "a storyline in a split")
    elif (found == "restricted") != (licence == "restricted"):
        expected = "the split restricted" if licence == "restricted" else "another split"
        yield Finding("$.storyline", f"{licence} text in the split {found}", expected)


@check(
    "document.title",
    "Is the title of a document its headline?",
    mend="correct the title, or the zones",
    scope="document",
    severity="warning",
)
def document_title(facts: DocumentFacts) -> Iterator[Finding]:
    """By the first headline zone of the gold record; white space does not count."""
    if facts.text is None or facts.gold is None or facts.document.title is None:
        return
    headlines = sorted(z.span for z in facts.gold.zones or () if z.type == "headline")
    title = facts.document.title.split()
    if headlines and (words := headlines[0].slice(facts.text).split()) and words != title:
        expected = f"the headline, {quoted(' '.join(words))}"
        yield Finding("$.title", quoted(facts.document.title), expected)


@check(
    "gold.present",
    "Is the document annotated?",
    mend="annotate it, or compile its draft",
    scope="document",
    severity="warning",
)
def gold_present(facts: DocumentFacts) -> Iterator[Finding]:
    """A document without a gold record is not scored."""
    if facts.has_gold is False:
        yield Finding(None, "no gold record", f"annotations/gold/{facts.name}.json")


@check(
    "document.duplicate",
    "Is every text in the corpus once?",
    mend="remove one of the documents",
    scope="corpus",
)
def document_duplicate(facts: CorpusFacts) -> Iterator[Finding]:
    """By the hash of the text."""
    first: dict[str, str] = {}
    for name, document in sorted(facts.documents.items()):
        other = first.setdefault(document.sha256, name)
        if other != name:
            found = f"the text of {other}"
            place = facts.metadata[name]
            yield Finding("$.sha256", found, "a text of its own", place, document.doc_id)


@check(
    "document.orphan",
    "Has every text its metadata?",
    mend="add the text with communique corpus add, or remove it",
    scope="corpus",
)
def document_orphan(facts: CorpusFacts) -> Iterator[Finding]:
    """A text without them is nobody's."""
    for name in sorted(set(facts.texts) - facts.names):
        yield Finding(None, "a text without metadata", f"{name}.json", str(facts.texts[name]))


@check(
    "splits.storyline",
    "Has every storyline of the splits a document?",
    mend="remove it from corpus/splits.yaml",
    scope="corpus",
    severity="warning",
)
def splits_storyline(facts: CorpusFacts) -> Iterator[Finding]:
    """A misspelt storyline would otherwise pass."""
    if facts.splits is None or set(facts.documents) != facts.names:
        return
    used = {document.storyline for document in facts.documents.values()}
    for storyline, split in facts.splits.by_storyline.items():
        if storyline not in used:
            found = f"{quoted(storyline)}, of which there is no document"
            yield Finding(f"$.{split}", found, "storylines with documents", facts.splits_place)


@check(
    "registry.id",
    "Has every registry entry an id of the right form and an entity type that goes with it?",
    mend="correct the id or the type; states of ISO 3166-1 need no entry",
    scope="corpus",
)
def registry_id(facts: CorpusFacts) -> Iterator[Finding]:
    """The kind of id says the type: ``city:`` is a GPE, ``person:`` a PER."""
    fields = facts.schema.lists["entities"].fields
    pattern = next(one.pattern for one in fields if one.name == "kb")
    for kb, entry in facts.registry.entries.items() if facts.registry else ():
        path = f"$.{quoted(kb)[1:-1]}"
        kind = kb.partition(":")[0]
        if kind not in KIND_TYPE or not re.fullmatch(str(pattern), kb):
            expected = f"{', '.join(sorted(KIND_TYPE))}, a colon and a readable id"
            yield Finding(path, quoted(kb), expected, facts.registry_place)
        elif entry.type != KIND_TYPE[kind]:
            expected = f"{KIND_TYPE[kind]} for {kind}:"
            yield Finding(f"{path}.type", quoted(entry.type), expected, facts.registry_place)


@check(
    "registry.seat",
    "Is a seat a place?",
    mend="remove seat_of",
    scope="corpus",
)
def registry_seat(facts: CorpusFacts) -> Iterator[Finding]:
    """Only the name of a GPE, FAC or LOC stands for a government."""
    for kb, entry in facts.registry.entries.items() if facts.registry else ():
        if entry.seat_of is not None and entry.type not in SEATS:
            path = f"$.{quoted(kb)[1:-1]}.seat_of"
            yield Finding(path, f"a seat of type {entry.type}", "GPE", facts.registry_place)


@check(
    "registry.name",
    "Is every name of a type the name of one registry entry?",
    mend="merge the entries, or make the names longer",
    scope="corpus",
    severity="warning",
)
def registry_name(facts: CorpusFacts) -> Iterator[Finding]:
    """Two entries with one name are probably one; aliases may be those of a story."""
    first: dict[tuple[str, str], str] = {}
    for kb, entry in facts.registry.entries.items() if facts.registry else ():
        other = first.setdefault((entry.type, entry.name), kb)
        if other != kb:
            path = f"$.{quoted(kb)[1:-1]}.name"
            found = f"{quoted(entry.name)}, as {other}"
            yield Finding(path, found, "a name of its own", facts.registry_place)
