"""Documents: an exact text and what is known about it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from communique.annotations.reading import read_record
from communique.annotations.record import Record
from communique.corpus.registry import Registry, load_registry
from communique.corpus.splits import Splits, load_splits
from communique.errors import InvalidInput, Problem, quoted
from communique.files import decode_json, read_text, write_text
from communique.project import Project
from communique.schemas.structure import structural_problems

__all__ = ["Corpus", "Document", "format_document", "read_document", "text_sha256"]


@dataclass(frozen=True, slots=True)
class Document:
    """What is known about one text; ``sha256`` identifies its exact UTF-8 bytes."""

    doc_id: str
    outlet: str
    published: str
    language: str
    genre: str
    storyline: str
    world: str
    licence: str
    synthetic: bool
    sha256: str
    title: str | None = None
    byline: str | None = None
    url: str | None = None


def text_sha256(text: str) -> str:
    """The hash that identifies a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_document(path: Path) -> Document:
    """The metadata in a JSON file.

    Raises:
        InvalidInput: the file cannot be read or does not follow the JSON Schema of a document.

    """
    import msgspec

    value = decode_json(read_text(path), source=str(path))
    problems = structural_problems(value, "document", source=str(path))
    if problems:
        raise InvalidInput(problems)
    return msgspec.convert(value, Document)


def format_document(document: Document) -> str:
    """The stable text of a metadata file: keys in schema order, one per line."""
    from communique.schemas.schema import load_schema

    value = asdict(document)
    ordered = {field.name: value[field.name] for field in load_schema().document}
    return json.dumps(ordered, ensure_ascii=False, indent=2) + "\n"


class Corpus:
    """The documents of a project with their texts, gold records, registry and splits."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all documents, sorted."""
        return tuple(sorted(path.stem for path in self.project.documents.glob("*.json")))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.ids)

    @cached_property
    def registry(self) -> Registry:
        """The entity registry."""
        return load_registry(self.project.corpus / "registry")

    @cached_property
    def splits(self) -> Splits:
        """Which storyline is in which split."""
        return load_splits(self.project.corpus / "splits.yaml")

    def metadata_path(self, doc_id: str) -> Path:
        """Where the metadata of a document lies.

        Raises:
            InvalidInput: there is no such document, or the id is not one.

        """
        if not re.fullmatch(r"[a-z0-9-]{1,80}", doc_id) or doc_id not in self._known:
            raise InvalidInput(
                [
                    Problem(
                        check="document.known",
                        found=f"the document id {quoted(doc_id)}",
                        expected=f"one of the {len(self.ids)} documents of the corpus",
                        file=str(self.project.documents),
                    )
                ]
            )
        return self.project.documents / f"{doc_id}.json"

    def document(self, doc_id: str) -> Document:
        """The metadata of a document; errors as in ``metadata_path`` and ``read_document``."""
        return read_document(self.metadata_path(doc_id))

    def documents(self) -> Iterator[Document]:
        """The metadata of all documents in the order of their ids."""
        for doc_id in self.ids:
            yield self.document(doc_id)

    def text_path(self, doc_id: str, licence: str) -> Path:
        """Where the text lies or would lie."""
        open_text = licence == "open"
        folder = self.project.documents if open_text else self.project.restricted
        return folder / f"{doc_id}.txt"

    def text(self, doc_id: str) -> str | None:
        """The exact text; ``None`` for a restricted one that is not hydrated.

        Raises:
            InvalidInput: the text of an open document is missing or cannot be read.

        """
        return self.text_of(self.document(doc_id))

    def text_of(self, document: Document) -> str | None:
        """The exact text of a document whose metadata are at hand; as ``text``."""
        path = self.text_path(document.doc_id, document.licence)
        if document.licence == "restricted" and not path.is_file():
            return None
        return read_text(path)

    def gold(self, doc_id: str) -> Record | None:
        """The gold record; ``None`` when there is none."""
        self.metadata_path(doc_id)
        path = self.project.gold / f"{doc_id}.json"
        return read_record(path) if path.is_file() else None

    def write(self, document: Document) -> bool:
        """Write the metadata of a document atomically; false when nothing changed."""
        path = self.project.documents / f"{document.doc_id}.json"
        return write_text(path, format_document(document))
