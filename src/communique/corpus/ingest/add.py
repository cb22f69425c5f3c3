"""Ingest: new texts into the corpus, normalised once, with zones proposed, all or none.

The proposed zones are a record like any other one: what one source says about a document. They go
into ``annotations/passes/proposed/``, not into gold, because a rule proposed them and nobody has
decided; an annotator starts from them, and gold is written when somebody has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from communique.annotations.annotators import load_annotators
from communique.annotations.checks import text_problems
from communique.annotations.reading import format_record
from communique.annotations.record import Record
from communique.corpus.documents import Corpus, Document, format_document, text_sha256
from communique.corpus.ingest.hydrate import ignore_restricted
from communique.corpus.ingest.normal_form import normalise
from communique.corpus.ingest.page import Page, is_page, read_page
from communique.corpus.ingest.similarity import NEARLY_THE_SAME, Shingles, shingles, similarity
from communique.corpus.ingest.zoning import propose_zones
from communique.errors import CommuniqueError, InvalidInput, Problem, quoted
from communique.files import check_text, parse_yaml, read_text, write_text
from communique.schemas.schema import load_schema
from communique.schemas.structure import structural_problems

__all__ = ["PROPOSED", "Added", "Given", "ingest"]

PROPOSED = "proposed"
"""The annotator of proposed zones, and the folder of their records."""

PROPOSED_ENTRY = (
    f"{PROPOSED}:\n"
    "  kind: system\n"
    "  description: >-\n"
    "    Zones that the rules of `communique corpus add` propose for a new text, to start from\n"
    "    and to correct; never adjudicated.\n"
)

OPTIONS = {
    "outlet": "--outlet",
    "published": "--published",
    "genre": "--genre",
    "storyline": "--storyline",
    "world": "--world",
    "licence": "--licence",
}
"""Metadata that no text says about itself, and the options that give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user says about the new texts; ``None`` where nothing was said.

    Without ``synthetic``, texts of every world but ``reported`` were written for the corpus.
    """

    doc_id: str | None = None
    outlet: str | None = None
    published: str | None = None
    genre: str | None = None
    storyline: str | None = None
    world: str | None = None
    licence: str | None = None
    language: str = "en"
    title: str | None = None
    byline: str | None = None
    url: str | None = None
    synthetic: bool | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A text that was or would be added; ``changes`` say how it was normalised."""

    document: Document
    text: str
    zones: Record
    text_path: Path
    zones_path: Path
    changes: tuple[str, ...]
    split: str | None

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """What to tell the user."""
        doc_id = self.document.doc_id
        done = "would be added" if dry_run else "added"
        yield f"{doc_id}: {done}, {len(self.text):,} code points, {self.text_path}"
        yield f"  normalised: {'; '.join(self.changes) or 'nothing to change'}"
        zones = [zone.type for zone in self.zones.zones or ()]
        kinds = ", ".join(f"{zones.count(kind)} {kind}" for kind in dict.fromkeys(zones))
        yield f"  zones proposed: {kinds}, {self.zones_path}"
        if self.split is None:
            storyline = self.document.storyline
            yield f"  the storyline {storyline} is in no split yet: add it to corpus/splits.yaml"

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {
            "document": asdict(self.document),
            "text": str(self.text_path),
            "normalised": list(self.changes),
            "zones": [asdict(zone) for zone in self.zones.zones or ()],
            "record": str(self.zones_path),
            "split": self.split,
        }


def ingest(
    corpus: Corpus, files: Sequence[Path], given: Given, *, dry_run: bool = False
) -> list[Added]:
    """Add texts to a corpus.

    Raises:
        InvalidInput: something is wrong with a file or with the metadata, or the corpus has a text
            already; every problem of every file is listed, and nothing is written.
        CommuniqueError: a page cannot be read because trafilatura is not installed, or a file
            cannot be written.

    """
    problems: list[Problem] = []
    added: list[Added] = []
    if given.doc_id is not None and len(files) > 1:
        problems.append(
            _wrong("add.id", f"--id with {len(files)} files", "one file with --id", files[0])
        )
    for path in files:
        try:
            added.append(_prepared(corpus, path, given))
        except InvalidInput as error:
            problems.extend(error.problems)
    problems += _known_already(corpus, files, added) if not problems else []
    annotators = _annotators(corpus) if not problems else None
    if problems:
        raise InvalidInput(problems)
    if not dry_run:
        _write(corpus, added, annotators)
    return added


def _prepared(corpus: Corpus, path: Path, given: Given) -> Added:
    """Everything about one new text, checked by itself."""
    raw = read_text(path)
    check_text(path, raw)
    page = read_page(path, raw) if is_page(path, raw) else None
    text, changes = normalise(page.text if page else raw)
    problems = text_problems(text, source=str(path))
    doc_id = _id_of(path) if given.doc_id is None else given.doc_id
    document, wrong = _document(path, doc_id, text, given, page)
    problems += wrong
    if document is None or problems:
        raise InvalidInput(problems)
    zones = Record(
        doc_id=doc_id,
        schema_version=load_schema().version,
        annotator=PROPOSED,
        text_sha256=document.sha256,
        zones=propose_zones(text, title=document.title, byline=document.byline),
    )
    return Added(
        document=document,
        text=text,
        zones=zones,
        text_path=corpus.text_path(doc_id, document.licence),
        zones_path=corpus.project.passes / PROPOSED / f"{doc_id}.json",
        changes=changes,
        split=_split(corpus, document.storyline),
    )


def _document(
    path: Path, doc_id: str, text: str, given: Given, page: Page | None
) -> tuple[Document | None, list[Problem]]:
    """The metadata of a new text, or what is wrong with them."""
    known = {key: value for key, value in asdict(given).items() if key != "doc_id"}
    for key in ("title", "byline", "published", "outlet", "url"):
        known[key] = known[key] or getattr(page, key, None)
    missing = [option for key, option in OPTIONS.items() if not known[key]]
    if missing:
        what = f"no {', '.join(missing)}"
        return None, [_wrong("add.metadata", what, "what the text cannot say itself", path)]
    if known["synthetic"] is None:
        known["synthetic"] = known["world"] != "reported"
    zones = propose_zones(text, title=known["title"], byline=known["byline"])
    first = {zone.type: zone.span.slice(text) for zone in reversed(zones)}
    title = known["title"] or first.get("headline") or ""
    byline = known["byline"] or re.sub(r"^by\s+", "", first.get("byline", ""), flags=re.I) or None
    if not title:
        return None, [_wrong("add.title", "no headline in the text", "one, or --title", path)]
    value = {
        **known,
        "doc_id": doc_id,
        "title": " ".join(title.split()),
        "byline": byline,
        "sha256": text_sha256(text),
    }
    problems = structural_problems(value, "document", source=str(path))
    try:
        date.fromisoformat(str(known["published"]))
    except ValueError:
        found = quoted(known["published"])
        problems.append(_wrong("document.date", found, "a day such as 2031-05-14", path))
    return (None, problems) if problems else (Document(**value), [])


def _known_already(corpus: Corpus, files: Sequence[Path], added: Sequence[Added]) -> list[Problem]:
    """New texts whose id or words the corpus or an earlier file has."""
    problems: list[Problem] = []
    hashes: dict[str, str] = {}
    words: dict[str, Shingles] = {}
    for document in corpus.documents():
        hashes[document.sha256] = document.doc_id
        text = corpus.text_of(document)
        if text is not None:
            words[document.doc_id] = shingles(text)
    ids = set(corpus.ids)
    for path, one in zip(files, added, strict=True):
        document, runs = one.document, shingles(one.text)
        near = [
            doc_id for doc_id, other in words.items() if similarity(runs, other) >= NEARLY_THE_SAME
        ]
        if document.doc_id in ids:
            found = f"the id {document.doc_id}, which another document has"
            problems.append(_wrong("add.id", found, "an id of its own", path, "give --id"))
        elif document.sha256 in hashes:
            found = f"the text of {hashes[document.sha256]}"
            problems.append(_wrong("add.duplicate", found, "a new text", path))
        elif near:
            share = similarity(runs, words[near[0]])
            found = f"{share:.0%} of the text of {near[0]}"
            problems.append(_wrong("add.duplicate", found, "a new text", path))
        elif one.text_path.exists() and read_text(one.text_path) != one.text:
            found = f"another text without metadata at {one.text_path}"
            problems.append(
                _wrong("add.id", found, "no file there", path, "remove it or give --id")
            )
        ids.add(document.doc_id)
        hashes.setdefault(document.sha256, document.doc_id)
        words.setdefault(document.doc_id, runs)
    return problems


def _annotators(corpus: Corpus) -> str | None:
    """The list of annotators with an entry for proposed zones; ``None`` when it has one."""
    path = corpus.project.annotations / "annotators.yaml"
    if PROPOSED in load_annotators(path):
        return None
    text = read_text(path) if path.exists() else ""
    text = f"{text.rstrip()}\n{PROPOSED_ENTRY}".lstrip("\n")
    parse_yaml(text, source=str(path))
    return text


def _write(corpus: Corpus, added: Sequence[Added], annotators: str | None) -> None:
    """Write everything, the metadata last: they make a document of a text."""
    try:
        if annotators is not None:
            write_text(corpus.project.annotations / "annotators.yaml", annotators)
        for one in added:
            if one.document.licence == "restricted":
                ignore_restricted(corpus)
            write_text(one.text_path, one.text)
            write_text(one.zones_path, format_record(one.zones))
        for one in added:
            place = corpus.project.documents / f"{one.document.doc_id}.json"
            write_text(place, format_document(one.document))
    except OSError as error:
        raise CommuniqueError(
            f"{error.filename or corpus.project.root}: found {error.strerror or 'an error'}, "
            "expected to write there; run the same command again"
        ) from error


def _split(corpus: Corpus, storyline: str) -> str | None:
    has_splits = (corpus.project.corpus / "splits.yaml").exists()
    return corpus.splits.of(storyline) if has_splits else None


def _id_of(path: Path) -> str:
    """An id made from the name of a file: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:80].strip("-")


def _wrong(check: str, found: str, expected: str, path: Path, mend: str | None = None) -> Problem:
    return Problem(check=check, found=found, expected=expected, mend=mend, file=str(path))
