"""What a validation has found so far, and the common files of the project that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from communique.annotations.annotators import Annotator, load_annotators
from communique.annotations.checks import CHECKS, Finding, Scope, problem_of
from communique.corpus.density.bands import Bands, load_bands
from communique.corpus.registry import Registry, load_registry
from communique.corpus.splits import Splits, load_splits
from communique.corpus.validation.gazetteer import RegistryNames
from communique.errors import InvalidInput, Problem
from communique.project import Project

__all__ = ["Findings"]

T = TypeVar("T")


@dataclass
class Findings:
    """What one run has found; the common files are read when first needed, each once.

    A common file is ``None`` when it could not be read: its problems have then been noted, and
    what needs it is left out. ``files``, ``documents`` and ``records`` (with their lines in JSONL)
    are what has been looked at, ``without_text`` are the documents whose text is not here.
    """

    project: Project
    found: list[Problem] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)
    documents: set[Path] = field(default_factory=set)
    records: set[tuple[Path, int | None]] = field(default_factory=set)
    without_text: set[str] = field(default_factory=set)

    @cached_property
    def registry(self) -> Registry | None:
        """The entity registry."""
        return self.reading(lambda: load_registry(self.project.corpus / "registry"))

    @cached_property
    def gazetteer(self) -> RegistryNames | None:
        """The registry by names."""
        return None if self.registry is None else RegistryNames(self.registry)

    @cached_property
    def splits(self) -> Splits | None:
        """Which storyline is in which split."""
        return self.reading(lambda: load_splits(self.project.corpus / "splits.yaml"))

    @cached_property
    def annotators(self) -> Mapping[str, Annotator] | None:
        """Who annotated."""
        path = self.project.annotations / "annotators.yaml"
        return self.reading(lambda: load_annotators(path))

    @cached_property
    def bands(self) -> Bands | None:
        """The density bands; ``None`` also in a project that has none."""
        path = self.project.corpus / "bands.yaml"
        return self.reading(lambda: load_bands(path)) if path.exists() else None

    @cached_property
    def metadata(self) -> Mapping[str, Path]:
        """The metadata files by the names of their documents."""
        return {path.stem: path for path in sorted(self.project.documents.glob("*.json"))}

    @cached_property
    def doc_ids(self) -> frozenset[str]:
        """The names of the documents."""
        return frozenset(self.metadata)

    def reading(self, read: Callable[[], T]) -> T | None:
        """What a reader returns; ``None``, and its problems noted, when it cannot."""
        try:
            return read()
        except InvalidInput as error:
            self.found.extend(error.problems)
            return None

    def run(
        self,
        scope: Scope,
        facts: object,
        *,
        file: str | None,
        doc_id: str | None,
        line: int | None = None,
    ) -> None:
        """Make the checks of a scope."""
        for one in CHECKS.values():
            if one.scope == scope and one.find is not None:
                problems = (problem_of(one, it, file=file, doc_id=doc_id) for it in one.find(facts))
                self.found += [replace(it, line=line) for it in problems]

    def note(
        self,
        check: str,
        found: str,
        expected: str,
        file: Path,
        doc_id: str | None = None,
        line: int | None = None,
    ) -> None:
        """Note a problem of a check that is made here."""
        finding = Finding(None, found, expected)
        problem = problem_of(CHECKS[check], finding, file=str(file), doc_id=doc_id)
        self.found.append(replace(problem, line=line))
