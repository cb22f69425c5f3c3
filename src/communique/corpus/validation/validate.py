"""Validation: everything that is wrong with a corpus, or with some files of it, at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from communique.annotations.checks import (
    CHECKS,
    prediction_problems,
    record_problems,
    text_problems,
)
from communique.annotations.reading import parse_record, record_lines
from communique.annotations.record import Record
from communique.corpus.documents import Document, read_document, text_sha256
from communique.corpus.validation.checks import CorpusFacts, DocumentFacts
from communique.corpus.validation.findings import Findings
from communique.corpus.validation.placement import RecordFacts
from communique.corpus.validation.report import Report, sorted_problems
from communique.errors import InvalidInput, quoted
from communique.files import check_text, decode_json, read_text
from communique.project import Project
from communique.schemas.schema import load_schema

__all__ = ["validate_paths", "validate_project"]

Progress = Callable[[Collection[Path]], Iterable[Path]]

RECORD_KEYS = frozenset({"annotator", "schema_version", "text_sha256", *load_schema().lists})
"""Keys that only a record has: by them a JSON file is taken for a record or for metadata."""


def validate_project(project: Project, progress: Progress = iter) -> Report:
    """Check everything: documents, registry, splits, annotators, gold and passes.

    ``progress`` is given the metadata files and yields them.
    """
    return _Validation(project).project_report(progress)


def validate_paths(project: Project, paths: Sequence[Path], progress: Progress = iter) -> Report:
    """Check some files and folders: metadata (with the text), records, predictions.

    JSON files are taken for metadata or for annotated records, by their keys; JSONL files for
    predictions, of which less is asked.
    """
    return _Validation(project).path_report(paths, progress)


class _Validation(Findings):
    """One run over a project or over some files."""

    def project_report(self, progress: Progress) -> Report:
        gold, passes = self.record_files()
        documents: dict[str, Document] = {}
        for path in progress(list(self.metadata.values())):
            gold_path = gold.pop(path.stem, None)
            document, text = self.document(path, gold_path, in_project=True)
            if document is not None:
                documents[path.stem] = document
            for one in passes.pop(path.stem, ()):
                self.record_file(one, document, text, in_project=True)
        for one in [*gold.values(), *(path for paths in passes.values() for path in paths)]:
            self.record_file(one, None, None, in_project=True)
        self.corpus(documents)
        common = ("splits.yaml", "bands.yaml")
        files = [self.project.corpus / name for name in common]
        files += (self.project.corpus / "registry").glob("*.yaml")
        files.append(self.project.annotations / "annotators.yaml")
        self.files.update(file.resolve() for file in files if file.is_file())
        return self.report()

    def path_report(self, paths: Sequence[Path], progress: Progress) -> Report:
        root = self.project.root.resolve()
        if any(path.resolve() == root for path in paths):
            return self.project_report(progress)
        files = list(dict.fromkeys(one for path in paths for one in self.files_of(path)))
        seen: dict[tuple[Path, str, str], str] = {}
        for path in progress(files):
            if path.suffix == ".jsonl":
                self.predictions(path)
                continue
            self.json_file(path, seen)
        return self.report()

    def report(self) -> Report:
        hidden = tuple(sorted(self.without_text))
        found = (replace(one, mend=one.mend or CHECKS[one.check].mend) for one in self.found)
        return Report(
            problems=sorted_problems(found),
            files=len(self.files),
            documents=len(self.documents),
            records=len(self.records),
            without_text=hidden,
        )

    def files_of(self, path: Path) -> list[Path]:
        """The JSON and JSONL files that a path stands for."""
        if path.is_dir():
            files = [
                one
                for one in sorted(path.rglob("*"))
                if one.suffix in (".json", ".jsonl")
                and not any(part.startswith(".") for part in one.relative_to(path).parts)
            ]
            if not files:
                self.note("file.kind", "no .json or .jsonl file", "at least one", path)
            return files
        if path.exists() and path.suffix not in (".json", ".jsonl"):
            found = f"a {path.suffix or 'nameless'} file"
            self.note("file.kind", found, "a .json or .jsonl file or a folder", path)
            return []
        return [path]

    def record_files(self) -> tuple[dict[str, Path], dict[str, list[Path]]]:
        """The files of gold and of the passes by the names of their documents."""
        gold = {path.stem: path for path in sorted(self.project.gold.glob("*.json"))}
        passes: dict[str, list[Path]] = {}
        for path in sorted(self.project.passes.rglob("*.json")):
            passes.setdefault(path.stem, []).append(path)
        return gold, passes

    def document(
        self, path: Path, gold_path: Path | None, *, in_project: bool
    ) -> tuple[Document | None, str | None]:
        """Check one document with its gold record.

        Returns the metadata and the text, each ``None`` when it cannot be used: a text with
        another hash is another text, and no offset into it means anything.
        """
        self.files.add(path.resolve())
        self.documents.add(path.resolve())
        document = self.reading(lambda: read_document(path))
        if document is None:
            if gold_path is not None:
                self.record_file(gold_path, None, None, in_project=in_project)
            return None, None
        text_path = self.text_path(path, document)
        text = self.text_of(text_path, document)
        sha256 = text_sha256(text) if text is not None else None
        usable = text if sha256 == document.sha256 else None
        if document.licence == "restricted" and not text_path.exists():
            self.without_text.add(document.doc_id)
        gold = None
        if gold_path is not None:
            gold = self.record_file(gold_path, document, usable, in_project=in_project)
        facts = DocumentFacts(
            name=path.stem,
            document=document,
            text=usable,
            text_sha256=sha256,
            text_path=text_path,
            open_copy=path.with_suffix(".txt") if in_project else None,
            splits=self.splits if in_project else None,
            gold=gold,
            has_gold=gold_path is not None if in_project else None,
        )
        self.run("document", facts, file=str(path), doc_id=document.doc_id)
        if text is not None:
            self.found += text_problems(text, source=str(text_path), doc_id=document.doc_id)
        if in_project and document.synthetic and usable is not None and gold is not None:
            self.densities(document, gold, usable, path)
        return document, usable

    def text_path(self, path: Path, document: Document) -> Path:
        """Where a text lies: restricted ones of the project in their own folder."""
        beside = path.with_suffix(".txt")
        restricted = document.licence == "restricted" and self.is_document(path)
        return self.project.restricted / beside.name if restricted else beside

    def text_of(self, path: Path, document: Document) -> str | None:
        if not path.exists():
            return None
        self.files.add(path.resolve())

        def read() -> str:
            text = read_text(path)
            check_text(path, text)
            return text

        return self.reading(read)

    def densities(self, document: Document, gold: Record, text: str, path: Path) -> None:
        from communique.corpus.density.stats import density_problems

        if self.bands is not None:
            problems = density_problems(document, gold, text, self.bands)
            mend = CHECKS["density.band"].mend
            self.found += [replace(one, file=str(path), mend=mend) for one in problems]

    def known(self, doc_id: str) -> tuple[Document | None, str | None]:
        """The metadata of a document of the project and its text, as far as they can be used."""
        path = self.metadata.get(doc_id)
        try:
            document = read_document(path) if path else None
            text_path = self.text_path(path, document) if path and document else None
            text = read_text(text_path) if text_path and text_path.exists() else None
        except InvalidInput:
            return None, None  # a problem of the document, which is not what is checked here
        if document is not None and document.licence == "restricted" and text is None:
            self.without_text.add(document.doc_id)
        if document is None or text is None or text_sha256(text) != document.sha256:
            return document, None
        return document, text

    def corpus(self, documents: Mapping[str, Document]) -> None:
        """Check what only the whole corpus shows."""
        facts = CorpusFacts(
            documents=documents,
            names=self.doc_ids,
            texts={path.stem: path for path in self.project.documents.glob("*.txt")},
            metadata={name: str(path) for name, path in self.metadata.items()},
            registry=self.registry,
            registry_place=str(self.project.corpus / "registry"),
            splits=self.splits,
            splits_place=str(self.project.corpus / "splits.yaml"),
        )
        self.run("corpus", facts, file=None, doc_id=None)

    def json_file(self, path: Path, seen: dict[tuple[Path, str, str], str]) -> None:
        """Check one JSON file: metadata or a record, which its keys tell."""
        read = self.json_value(path)
        if read is None:
            self.files.add(path.resolve())
            return
        value = read[0]
        in_project = path.resolve().is_relative_to(self.project.annotations.resolve())
        if isinstance(value, dict) and not in_project and not RECORD_KEYS & set(value):
            in_project = self.is_document(path)
            gold = self.project.gold / path.name
            gold_path = gold if in_project and gold.is_file() else None
            self.document(path, gold_path, in_project=in_project)
            return
        doc_id = value.get("doc_id") if isinstance(value, dict) else None
        document, text = self.known(doc_id) if isinstance(doc_id, str) else (None, None)
        record = self.record_file(path, document, text, in_project=in_project, read=read)
        if record is not None:
            key = path.parent, record.doc_id, record.annotator
            self.once(record, key, path.name, seen, path)

    def record_file(
        self,
        path: Path,
        document: Document | None,
        text: str | None,
        *,
        in_project: bool,
        read: list[Any] | None = None,
    ) -> Record | None:
        """Check one record; ``read`` holds the JSON value of its file if it has been read."""
        self.files.add(path.resolve())
        self.records.add((path.resolve(), None))
        source = str(path)
        values = read or self.json_value(path)
        if values is None:
            return None
        record = self.reading(lambda: parse_record(values[0], source=source))
        if record is None:
            return None
        facts = RecordFacts(
            record=record,
            name=path.stem if in_project else record.doc_id,
            pass_name=self.pass_of(path) if in_project else None,
            is_gold=path.resolve().parent == self.project.gold.resolve(),
            annotators=self.annotators if in_project else None,
            doc_ids=self.doc_ids,
        )
        before = len(self.found)
        self.run("placement", facts, file=source, doc_id=record.doc_id)
        misplaced = any(p.check in ("document.known", "record.name") for p in self.found[before:])
        if misplaced:
            document = text = None
        self.found += record_problems(
            record,
            text,
            sha256=document.sha256 if document else None,
            published=_day(document),
            gazetteer=self.gazetteer,
            source=source,
        )
        return record

    def json_value(self, path: Path) -> list[Any] | None:
        """The value in a JSON file, in a list because it may be null; ``None`` if there is none."""

        def read() -> list[Any]:
            text = read_text(path)
            check_text(path, text)
            return [decode_json(text, source=str(path))]

        return self.reading(read)

    def predictions(self, path: Path) -> None:
        """Check the records of a JSONL file, of which there is one for each document."""
        self.files.add(path.resolve())
        seen: dict[tuple[Path, str, str], str] = {}
        before = len(self.records)
        parts = record_lines(path)
        while (part := self.reading(lambda: next(parts, None))) is not None:
            self.records.add((path.resolve(), part.line))
            record = self.reading(part.record)
            if record is not None:
                self.prediction(path, part.line, record, seen)
        if len(self.records) == before and path.is_file():
            self.note("file.empty", "no record", "at least one", path)

    def prediction(
        self,
        path: Path,
        line: int | None,
        record: Record,
        seen: dict[tuple[Path, str, str], str],
    ) -> None:
        source = str(path)
        if record.doc_id not in self.doc_ids:
            facts = RecordFacts(record, record.doc_id, None, False, None, self.doc_ids)
            self.run("placement", facts, file=source, doc_id=record.doc_id, line=line)
        key = path, record.doc_id, record.annotator
        self.once(record, key, f"line {line}", seen, path, line)
        document, text = self.known(record.doc_id)
        sha256 = document.sha256 if document else None
        problems = prediction_problems(record, text, sha256=sha256, source=source)
        self.found += [replace(problem, line=line) for problem in problems]

    def once(
        self,
        record: Record,
        key: tuple[Path, str, str],
        place: str,
        seen: dict[tuple[Path, str, str], str],
        path: Path,
        line: int | None = None,
    ) -> None:
        """Note a record of a document that the same annotator has already annotated."""
        first = seen.setdefault(key, place)
        if first != place:
            found = f"{quoted(record.doc_id)} by {quoted(record.annotator)} again, as in {first}"
            self.note("record.twice", found, "each document once", path, record.doc_id, line)

    def is_document(self, path: Path) -> bool:
        """Whether a file is metadata of the project."""
        return path.resolve().parent == self.project.documents.resolve()

    def pass_of(self, path: Path) -> str | None:
        """The name of the pass that a record lies in; ``None`` for gold."""
        passes = self.project.passes.resolve()
        inside = path.resolve().is_relative_to(passes)
        return path.resolve().relative_to(passes).parts[0] if inside else None


def _day(document: Document | None) -> date | None:
    try:
        return date.fromisoformat(document.published) if document else None
    except ValueError:  # which document.date reports
        return None
