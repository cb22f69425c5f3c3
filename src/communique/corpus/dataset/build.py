"""The dataset: the documents and their gold records as Arrow shards with a card.

Restricted texts go in only when they are here (hydrated) and the build is not for the public;
otherwise such a document ships as stand-off annotation: its row in `documents` has no text and no
headline, and it has no row in the other configs, which hold words of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from communique.corpus.dataset.config import Config, Row, Source
from communique.corpus.dataset.shards import SHARD_BYTES, ShardWriter
from communique.corpus.dataset.target import check_target, new_folder, replace_folder, unwritable
from communique.corpus.density.quantities import add_counts, annotation_counts
from communique.corpus.documents import Corpus, Document
from communique.corpus.masks import visible_sentences
from communique.errors import CommuniqueError, InvalidInput, Problem
from communique.files import read_text, write_text
from communique.project import Project
from communique.schemas.schema import load_schema

__all__ = ["Built", "Part", "Tally", "build_dataset", "dataset_configs", "write_dataset"]

Progress = Callable[[Iterable[str]], Iterable[str]]

LENGTH_STEP = 100
"""Tokens of one bar of the chart of lengths."""


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one config: how many rows, in how many bytes of which files."""

    rows: int
    bytes: int
    files: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What the documents of one split hold."""

    documents: int = 0
    synthetic: int = 0
    without_text: int = 0
    tokens: int = 0
    sentences: int = 0
    genre: Counter[str] = field(default_factory=Counter)
    world: Counter[str] = field(default_factory=Counter)
    length: Counter[str] = field(default_factory=Counter)
    annotations: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Count one document."""
        self.documents += 1
        self.synthetic += source.document.synthetic
        self.genre[source.document.genre] += 1
        self.world[source.document.world] += 1
        if source.text is None:
            self.without_text += 1
        else:
            sentences = visible_sentences(source.record, source.text)
            self.sentences += len(sentences)
            tokens = sum(len(sentence) for sentence in sentences)
            self.tokens += tokens
            start = tokens // LENGTH_STEP * LENGTH_STEP
            self.length[f"{start:4}–{start + LENGTH_STEP - 1}"] += 1
        if source.record:
            add_counts(self.annotations, annotation_counts(source.record, source.text))


@dataclass(frozen=True, slots=True)
class Built:
    """What a build has written; splits and configs without rows are absent.

    ``examples`` holds the first row of each config, of the first split, that is not of a
    restricted document.
    """

    configs: tuple[Config, ...]
    parts: dict[str, dict[str, Part]]
    tallies: dict[str, Tally]
    examples: dict[str, Row]
    languages: tuple[str, ...]
    annotators: tuple[str, ...]
    restricted: tuple[Document, ...]
    restricted_texts: int
    public: bool
    agreement: Mapping[str, Any] | None = None
    densities: str = ""


def dataset_configs() -> tuple[Config, ...]:
    """The configs of the dataset; the first one is the default."""
    from communique.corpus.dataset.claim_rows import claims_config
    from communique.corpus.dataset.document_rows import documents_config, ner_config
    from communique.corpus.dataset.event_rows import events_config
    from communique.corpus.dataset.quote_rows import quotes_config

    return (documents_config(), ner_config(), quotes_config(), events_config(), claims_config())


def build_dataset(
    project: Project, out: Path, *, public: bool = False, progress: Progress = iter
) -> tuple[Built, bool]:
    """Check the corpus, then build its dataset in ``out``; false when nothing changed there.

    Raises:
        CommuniqueError: the target is refused, or there are no documents.
        InvalidInput: the corpus has errors; nothing is written.

    """
    from communique.corpus.validation.validate import validate_project

    check_target(out, project)
    errors = [one for one in validate_project(project) if one.severity == "error"]
    if errors:
        raise InvalidInput(errors)
    return write_dataset(project, out, public=public, progress=progress)


def write_dataset(
    project: Project,
    out: Path,
    *,
    public: bool = False,
    progress: Progress = iter,
    shard_bytes: int = SHARD_BYTES,
) -> tuple[Built, bool]:
    """As ``build_dataset``, for a corpus that is known to be valid."""
    from communique.annotations.annotators import load_annotators
    from communique.corpus.dataset.card import dataset_card
    from communique.corpus.dataset.card_agreement import stored_agreement
    from communique.corpus.dataset.card_densities import densities_section

    target = check_target(out, project)
    annotators = load_annotators(project.annotations / "annotators.yaml")
    corpus = Corpus(project)
    try:
        with new_folder(target) as part, _Build(part, public, shard_bytes) as build:
            for doc_id in progress(corpus.ids):
                source = _source(corpus, doc_id, public)
                build.add(source, _split(corpus, source.document))
            built = replace(
                build.finish(),
                agreement=stored_agreement(project.annotations),
                densities=densities_section(project, corpus),
            )
            if not built.parts:
                raise CommuniqueError(f"{project.documents}: found no documents to build from")
            write_text(part / "README.md", dataset_card(built, annotators))
            # Somebody may have put a file there in the meantime.
            check_target(out, project)
            return built, replace_folder(target, part)
    except OSError as error:
        raise unwritable(out, error) from error


class _Build(AbstractContextManager["_Build"]):
    """A build under way: open files, and what has been counted; all files are closed in the end."""

    def __init__(self, folder: Path, public: bool, shard_bytes: int) -> None:
        self.folder, self.public, self.shard_bytes = folder, public, shard_bytes
        self.configs = dataset_configs()
        self.splits = load_schema().labels("split")
        self.writers: dict[tuple[str, str], ShardWriter] = {}
        self.tallies = {split: Tally() for split in self.splits}
        self.firsts: dict[tuple[str, str], Row] = {}
        self.restricted: list[Document] = []
        self.restricted_texts = 0
        self.languages: set[str] = set()
        self.annotators: set[str] = set()

    def __exit__(self, *error: object) -> None:
        for writer in self.writers.values():
            writer.abandon()

    def add(self, source: Source, split: str) -> None:
        """Write the rows of one document."""
        document = source.document
        self.languages.add(document.language)
        if source.record:
            self.annotators.add(source.record.annotator)
        if document.licence == "restricted":
            self.restricted.append(document)
            self.restricted_texts += source.text is not None
        self.tallies[split].add(source)
        for config in self.configs:
            key = config.name, split
            if key not in self.writers:
                self.writers[key] = ShardWriter(
                    config, self.folder / config.name, split, self.shard_bytes
                )
            for row in config.rows(source):
                self.writers[key].add(row)
                if document.licence == "open":
                    self.firsts.setdefault(key, row)

    def finish(self) -> Built:
        """Finish every file; splits and configs without rows are left out."""
        parts: dict[str, dict[str, Part]] = {}
        examples: dict[str, Row] = {}
        for config in self.configs:
            for split in self.splits:
                writer = self.writers.get((config.name, split))
                if writer is None or not writer.rows:
                    continue
                files = writer.close()
                size = sum(file.stat().st_size for file in files)
                names = tuple(f"{config.name}/{file.name}" for file in files)
                parts.setdefault(config.name, {})[split] = Part(writer.rows, size, names)
                if (config.name, split) in self.firsts:
                    examples.setdefault(config.name, self.firsts[config.name, split])
        return Built(
            configs=tuple(config for config in self.configs if config.name in parts),
            parts=parts,
            tallies={split: tally for split, tally in self.tallies.items() if tally.documents},
            examples=examples,
            languages=tuple(sorted(self.languages)),
            annotators=tuple(sorted(self.annotators)),
            restricted=tuple(self.restricted),
            restricted_texts=self.restricted_texts,
            public=self.public,
        )


def _source(corpus: Corpus, doc_id: str, public: bool) -> Source:
    document = corpus.document(doc_id)
    path = corpus.text_path(doc_id, document.licence)
    if document.licence == "restricted" and (public or not path.is_file()):
        text = None
    else:
        text = read_text(path)
    return Source(document, text, corpus.gold(doc_id))


def _split(corpus: Corpus, document: Document) -> str:
    split = corpus.splits.of(document.storyline)
    if split is None:
        raise InvalidInput(
            [
                Problem(
                    check="build.split",
                    found=f"the storyline {document.storyline} in no split",
                    expected="every storyline in one",
                    file=str(corpus.project.corpus / "splits.yaml"),
                    doc_id=document.doc_id,
                    mend="add it to a split",
                )
            ]
        )
    return split
