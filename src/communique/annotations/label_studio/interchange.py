"""Label Studio exports that were made elsewhere: with other labels, other names, other annotators.

Read are JSON (tasks with annotations) and JSON-MIN (one flat object per annotation, without ids, so
that relations are lost and attributes are given to the region with the same range). What is called
otherwise there is said in a mapping file; see ``communique.annotations.label_studio.naming``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.annotations.label_studio.carrying import complaints, received
from communique.annotations.label_studio.naming import Arrow, Attribute, Names
from communique.annotations.label_studio.remote import Source, annotator_names
from communique.annotations.record import Record
from communique.errors import InvalidInput, Problem, quoted
from communique.files import decode_json, read_text
from communique.schemas.label_studio import REGIONS, TEXT, Control, controls, relation_names
from communique.schemas.schema import Schema

__all__ = ["Imported", "import_export", "read_export"]

LARGEST_EXPORT = 1024 * 1024 * 1024
"""Bytes that an export may have."""

LABEL_KEYS = ("labels", "hypertextlabels", "paragraphlabels")
"""Where the labels of a region stand, by the kind of control."""


@dataclass(slots=True)
class Imported:
    """The records of an export by annotator and document, and what could not be used."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    skipped: int = 0
    drafts: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One annotation of one task."""

    place: str
    data: Mapping[str, Any]
    by: object
    result: Sequence[object]


def read_export(path: Path) -> list[dict[str, Any]]:
    """The tasks (or flat objects) of an export.

    Raises:
        InvalidInput: the file is no list of JSON objects.

    """
    value = decode_json(read_text(path, limit=LARGEST_EXPORT), source=str(path))
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InvalidInput(
            [
                Problem(
                    check="import.export",
                    found=quoted(value) if not isinstance(value, list) else "other things",
                    expected="a list of tasks, as Label Studio exports them (JSON or JSON-MIN)",
                    file=str(path),
                )
            ]
        )
    return value


def import_export(
    tasks: Iterable[Mapping[str, Any]],
    sources: Iterable[Source],
    schema: Schema,
    *,
    names: Names | None = None,
    annotator: str | None = None,
    file: str | None = None,
) -> Imported:
    """The records of an export; ``annotator`` is taken for all of them when it is given.

    Documents are found by their id, else by the hash of the text in the task's data.
    """
    return _Import(sources, schema, names or Names(), annotator, file).run(tasks)


class _Import:
    def __init__(
        self,
        sources: Iterable[Source],
        schema: Schema,
        names: Names,
        annotator: str | None,
        file: str | None,
    ) -> None:
        self.by_id = {source.doc_id: source for source in sources}
        self.by_hash = {source.sha256: source for source in self.by_id.values()}
        self.schema, self.names = schema, names
        self.controls = controls(schema)
        self.annotator, self.file = annotator, file
        self.found = Imported()
        self.unknown: Counter[tuple[str, str, str]] = Counter()

    def run(self, tasks: Iterable[Mapping[str, Any]]) -> Imported:
        for index, task in enumerate(tasks):
            for answer in self.answers(task, index):
                try:
                    self.take(answer)
                except InvalidInput as error:
                    self.found.problems.extend(error.problems)
        for (found, expected, mend), times in self.unknown.items():
            often = f" ({times} times)" if times > 1 else ""
            self.found.problems.append(
                Problem(
                    check="import.name",
                    found=f"{found}{often}",
                    expected=expected,
                    mend=mend,
                    file=self.file,
                )
            )
        return self.found

    # -- tasks and annotations

    def answers(self, task: Mapping[str, Any], index: int) -> Iterator[_Answer]:
        """The annotations of a task that are neither skipped nor drafts."""
        number = task.get("id", index)
        given = task.get("annotations", task.get("completions"))
        if given is None and "data" not in task:
            yield _Answer(f"task {number}", task, task.get("annotator"), list(_flat(task)))
            return
        data = task.get("data")
        self.found.drafts += len(task.get("drafts") or ())
        for one in given or ():
            if not isinstance(one, dict) or not isinstance(one.get("result"), list):
                self.wrong("annotation", quoted(one), "an annotation with a result", number)
            elif one.get("was_cancelled"):
                self.found.skipped += 1
            else:
                place = f"task {number}, annotation {one.get('id', '?')}"
                data = data if isinstance(data, dict) else {}
                yield _Answer(place, data, one.get("completed_by"), one["result"])

    def take(self, answer: _Answer) -> None:
        source = self.source(answer)
        annotator = self.annotator or self.annotator_of(answer)
        if (annotator, source.doc_id) in self.found.records:
            found = f"a second annotation of {source.doc_id} by {annotator}"
            raise self.problem(
                "once", found, "one of each annotator", answer.place, "delete one in Label Studio"
            )
        result = self.result(answer, source)
        held = answer.data.get("layers")
        layers = self.names.lists(self.schema)
        if layers is None and isinstance(held, list):
            layers = tuple(map(str, held))
        record = received(result, source, annotator, self.schema, layers=layers)
        self.found.problems += complaints(record, source, self.schema, partial=True)
        self.found.records[annotator, source.doc_id] = record

    def source(self, answer: _Answer) -> Source:
        """The document that a task is about."""
        doc_id, text = (answer.data.get(key) for key in (self.names.doc_id, self.names.text))
        digest = hashlib.sha256(text.encode()).hexdigest() if isinstance(text, str) else None
        named = self.by_id.get(doc_id) if isinstance(doc_id, str) else None
        if named is not None:
            if named.sha256 == (digest or answer.data.get("text_sha256")):
                return named
            found = "another text" if digest else f"no text under {quoted(self.names.text)}"
            mend = "offsets into another text mean nothing here; check line ends and white space"
            raise self.problem("text", found, f"the text of {doc_id}", answer.place, mend)
        by_text = self.by_hash.get(digest or str(answer.data.get("text_sha256")))
        if by_text is None:
            found = f"the document id {quoted(doc_id)} and a text of no document"
            mend = f"say which keys hold them: text: {self.names.text}, doc_id: {self.names.doc_id}"
            raise self.problem("document", found, "a document of the corpus", answer.place, mend)
        return by_text

    def annotator_of(self, answer: _Answer) -> str:
        by = answer.by
        user = by if isinstance(by, dict) else {"id": by}
        for key in ("email", "id"):
            known = self.names.annotators.get(str(user.get(key)))
            if known:
                return known
        if user.get("email"):
            return annotator_names([{"id": 0, "email": user["email"]}])[0]
        if isinstance(by, str) and "@" in by:
            return annotator_names([{"id": 0, "email": by}])[0]
        found = f"the annotator {quoted(by)}"
        mend = "name them under annotators in the mapping, or all with --annotator"
        raise self.problem("annotator", found, "a known annotator", answer.place, mend)

    # -- results

    def result(self, answer: _Answer, source: Source) -> list[dict[str, Any]]:
        """The result list under our names."""
        parts = [one for one in answer.result if isinstance(one, dict)]
        regions: dict[str, list[dict[str, Any]]] = {}
        left_out: set[str] = set()
        relations, rest = [], []
        for one in parts:
            if one.get("type") == "relation":
                relations.append(one)
            elif (list_name := self.list_of(one)) is not None:
                region = self.region(one, list_name, source, answer.place)
                name = str(one.get("id"))
                if region is None:
                    left_out.add(name)
                else:
                    regions.setdefault(name, []).append(region)
            else:
                rest.append(one)
        attributes = [part for one in rest for part in self.attribute(one, regions, left_out)]
        given = {(part["id"], part["from_name"]) for part in attributes}
        for one in parts:
            spans = self.names.spans.get(str(one.get("from_name")))
            for control, value in (spans.set if spans else {}).items():
                name = str(one.get("id"))
                if name in regions and (name, control) not in given:
                    located = regions[name][0]["value"]
                    attributes.append(_valued(name, self.controls[control], located, [value]))
        drawn = [region for held in regions.values() for region in held]
        arrows = [arrow for one in relations for arrow in self.arrow(one, left_out)]
        return [*drawn, *attributes, *arrows]

    def list_of(self, one: Mapping[str, Any]) -> str | None:
        """The list that a result draws a region of."""
        name = str(one.get("from_name"))
        if name in self.names.spans:
            return self.names.spans[name].list
        return name if name in REGIONS and one.get("type") == "labels" else None

    def region(
        self, one: Mapping[str, Any], list_name: str, source: Source, place: str
    ) -> dict[str, Any] | None:
        """A region under our label; ``None`` when it is left out."""
        value = one.get("value") if isinstance(one.get("value"), dict) else {}
        assert isinstance(value, dict)
        offsets = value.get("globalOffsets")
        start, end = (
            (offsets if isinstance(offsets, dict) else value).get(key) for key in ("start", "end")
        )
        labels: list[Any] = next(
            (value[key] for key in LABEL_KEYS if isinstance(value.get(key), list)), []
        )
        kept = [ours for label in labels if (ours := self.label(one, str(label))) is not None]
        if labels and not kept:
            return None
        words = value.get("text")
        if type(start) is int and type(end) is int and isinstance(words, str):
            here = source.text[start:end]
            if _letters(here) != _letters(words):
                found = f"the words {quoted(words)} at [{start}, {end}]"
                mend = "offsets must be code points into exactly this text"
                self.found.problems.append(
                    self.problem("words", found, quoted(here), place, mend).problems[0]
                )
        return {
            "id": one.get("id"),
            "from_name": list_name,
            "to_name": TEXT,
            "type": "labels",
            "value": {"start": start, "end": end, "labels": kept},
        }

    def label(self, one: Mapping[str, Any], label: str) -> str | None:
        spans = self.names.spans.get(str(one.get("from_name")))
        if spans is None:
            return label
        if label not in spans.labels:
            found = f"the label {quoted(label)} of {quoted(one.get('from_name'))}"
            mend = "give it a label, or null to leave it out"
            self.unknown[found, "a label of the mapping", mend] += 1
            return None
        return spans.labels[label]

    def attribute(
        self,
        one: Mapping[str, Any],
        regions: Mapping[str, list[dict[str, Any]]],
        left_out: set[str],
    ) -> Iterator[dict[str, Any]]:
        """A choice or a text under our name, for its region."""
        theirs = str(one.get("from_name"))
        name = str(one.get("id"))
        if theirs in self.names.ignore or name in left_out:
            return
        rule = self.names.attributes.get(theirs) or Attribute(theirs)
        control = self.controls.get(rule.to)
        if control is None:
            found, expected = f"the from_name {quoted(theirs)}", "a name of the mapping"
            mend = "name it under spans, attributes or ignore"
            self.unknown[found, expected, mend] += 1
            return
        value = one.get("value") if isinstance(one.get("value"), dict) else {}
        assert isinstance(value, dict)
        given = value.get("choices") or value.get("text") or []
        values = []
        for item in [given] if isinstance(given, str) else given:
            ours: str | None = str(item)
            if rule.values is not None:
                if item not in rule.values:
                    found = f"the value {quoted(item)} of {quoted(theirs)}"
                    mend = "give it a value, or null to leave it out"
                    self.unknown[found, "a value of the mapping", mend] += 1
                ours = rule.values.get(str(item))
            if ours is not None:
                values.append(ours)
        if values and control.list_name:
            located = regions[name][0]["value"] if name in regions else value
            yield _valued(name, control, located, values)
        elif values:
            yield {**one, "from_name": control.name, "to_name": TEXT, "value": {"text": values}}

    def arrow(self, one: Mapping[str, Any], left_out: set[str]) -> Iterator[dict[str, Any]]:
        """A relation under our names, one result for each direction that its names have."""
        ends = str(one.get("from_id")), str(one.get("to_id"))
        if left_out.intersection(ends):
            return
        known = relation_names(self.schema)
        directions: dict[bool, list[str]] = {}
        for label in one.get("labels") or [""]:
            rule = self.names.relations.get(label)
            if rule is None and label not in known:
                mend = "give it a name under relations, or null to leave it out"
                found = f"the relation {quoted(label)}"
                self.unknown[found, "a relation of the mapping", mend] += 1
                continue
            rule = rule or Arrow(label)
            if rule.to is not None:
                backwards = rule.reverse != (one.get("direction") == "left")
                directions.setdefault(backwards, []).append(rule.to)
        for backwards, labels in directions.items():
            source, target = reversed(ends) if backwards else ends
            yield {
                "type": "relation",
                "from_id": source,
                "to_id": target,
                "direction": "right",
                "labels": labels,
            }

    # -- problems

    def wrong(self, check: str, found: str, expected: str, task: object) -> None:
        problem = self.problem(check, found, expected, f"task {task}").problems[0]
        self.found.problems.append(problem)

    def problem(
        self, check: str, found: str, expected: str, place: str, mend: str | None = None
    ) -> InvalidInput:
        return InvalidInput(
            [
                Problem(
                    check=f"import.{check}",
                    found=found,
                    expected=expected,
                    mend=mend,
                    file=self.file,
                    path=place,
                )
            ]
        )


def _valued(
    name: str, control: Control, located: Mapping[str, Any], values: Sequence[str]
) -> dict[str, Any]:
    """The result that gives a region a choice or a text."""
    key = "choices" if control.type == "choices" else "text"
    return {
        "id": name,
        "from_name": control.name,
        "to_name": TEXT,
        "type": control.type,
        "value": {"start": located.get("start"), "end": located.get("end"), key: list(values)},
    }


def _flat(task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The results of a JSON-MIN object; regions are told apart by their ranges and controls."""
    regions: dict[tuple[object, object], str] = {}
    later: list[dict[str, Any]] = []
    count = 0
    for name, held in task.items():
        for value in held if isinstance(held, list) else ():
            if not isinstance(value, dict) or "start" not in value:
                continue
            place = value.get("start"), value.get("end")
            if any(key in value for key in LABEL_KEYS):
                count += 1
                regions.setdefault(place, f"region-{count}")
                yield {
                    "id": f"region-{count}",
                    "from_name": name,
                    "to_name": TEXT,
                    "type": "labels",
                    "value": value,
                }
            else:
                later.append({"from_name": name, "to_name": TEXT, "value": value})
    for one in later:
        place = one["value"].get("start"), one["value"].get("end")
        yield {**one, "id": regions.get(place, "none")}


def _letters(words: str) -> str:
    """Words without what Label Studio rewrites in them: white space and line ends."""
    return re.sub(r"\s", "", words.replace("\\n", ""))
