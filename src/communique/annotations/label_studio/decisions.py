"""The files that decisions are made in and remembered by: one sheet a document, and one log."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from communique.annotations.draft import quotation_of, quoting
from communique.annotations.label_studio.adjudication import (
    CHOICES,
    Adjudication,
    Choice,
    Decision,
    problem_of,
    versions,
)
from communique.annotations.label_studio.pairing import Item, references
from communique.annotations.reading import format_record
from communique.annotations.record import Span
from communique.errors import InvalidInput, Problem, quoted
from communique.files import parse_yaml
from communique.schemas.schema import Schema

__all__ = ["Sheet", "decision_sheet", "log_lines", "passes_of", "read_sheet", "with_log"]

CONTEXT = 30
"""Code points of text that are shown on either side of a version."""

HEAD = """\
# What {a} (a) and {b} (b) do not agree on in {doc_id}. Decide every entry:
#
#   choice   a | b | both | neither | own
#   own      for the choice own: the fields that differ from version a (or b, if there is no a),
#            such as {{level: NOM}} or {{span: "p4:the minister"}}
#   reason   one sentence; it goes into annotations/adjudication.jsonl
#
# A version that is null has no such annotation: choosing it leaves the annotation out. Spans are
# words of the text in their paragraph, and `text` shows them in [[…]] with what is around. The ids
# are those of the result; `ids` says what they stand for. Then run the same command again.
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of decisions as it was read.

    ``choices`` are those that fit the decisions of now, by decision id; ``stale`` are the ids of
    choices whose versions are no longer what the passes say.
    """

    choices: Mapping[str, Choice]
    stale: tuple[str, ...] = ()
    fits: bool = True
    """Whether the file asks exactly what there is to decide."""


def decision_sheet(
    adjudication: Adjudication,
    text: str,
    schema: Schema,
    choices: Mapping[str, Choice] | None = None,
) -> str:
    """The file that people fill in; choices that were made already stand in it."""
    a, b = adjudication.a, adjudication.b
    lines = [HEAD.format(a=a.annotator, b=b.annotator, doc_id=a.doc_id)]
    lines += [f"doc_id: {a.doc_id}", f"a: {_flow(a.annotator)}", f"b: {_flow(b.annotator)}"]
    lines.append("decisions:" if adjudication.decisions else "decisions: []")
    known = _known(adjudication, text, schema)
    for one in adjudication.decisions:
        made = (choices or {}).get(one.id)
        lines += ["", f"- id: {one.id}", f"  about: {one.list} {one.item}"]
        if one.differ:
            lines.append(f"  differ: {_flow(list(one.differ))}")
        for side, item in (("a", one.a), ("b", one.b)):
            shown = quoting(item, schema.lists[one.list].fields, text) if item else None
            lines.append(f"  {side}: {_flow(shown)}")
        texts = {
            side: words
            for side, item in (("a", one.a), ("b", one.b))
            if item and (words := _in_context(item, one.list, text, schema))
        }
        if texts:
            shown_once = len(texts) == 2 and len(set(texts.values())) == 1
            lines.append(f"  text: {_flow(texts['a'] if shown_once else texts)}")
        ids = {
            target: known[target]
            for item in (one.a, one.b)
            if item
            for _, target in references(item, one.list, schema)
            if target in known
        }
        if ids:
            lines.append(f"  ids: {_flow(ids)}")
        lines.append(f"  choice: {made.choice if made else ''}".rstrip())
        if made and made.own:
            lines.append(f"  own: {_flow(dict(made.own))}")
        lines.append(f"  reason: {_flow(made.reason) if made else ''}".rstrip())
        if made and made.adjudicator:
            lines.append(f"  adjudicator: {_flow(made.adjudicator)}")
    return "\n".join(lines) + "\n"


def read_sheet(
    written: str, adjudication: Adjudication, text: str, schema: Schema, *, source: str
) -> Sheet:
    """The choices in a file of decisions, for the disagreements that there are now.

    Raises:
        InvalidInput: it is no such file, a choice is unknown or has no reason, or ``own`` is
            missing or not wanted; every problem is listed.

    """
    raw = parse_yaml(written, source=source)
    entries = raw.get("decisions") if isinstance(raw, dict) else None
    if not isinstance(entries, list) or raw.get("doc_id") != adjudication.a.doc_id:
        found, expected = quoted(raw), f"decisions of {adjudication.a.doc_id}"
        raise InvalidInput([problem_of(adjudication, "sheet", found, expected, source)])
    current = {_shown_key(one, text, schema): one.id for one in adjudication.decisions}
    problems: list[Problem] = []
    choices: dict[str, Choice] = {}
    stale: list[str] = []
    asked = []
    for entry in entries:
        choice = _choice(entry, adjudication, source, problems)
        if not isinstance(entry, dict):
            continue
        key = _key(str(entry.get("about", "")).split(" ")[0], entry.get("a"), entry.get("b"))
        asked.append(key)
        if choice is None:
            continue
        if key in current and current[key] not in choices:
            choices[current[key]] = choice
        else:
            stale.append(str(entry.get("id")))
    if problems:
        raise InvalidInput(problems)
    return Sheet(choices, tuple(stale), sorted(asked) == sorted(current))


def _choice(
    entry: object, adjudication: Adjudication, source: str, problems: list[Problem]
) -> Choice | None:
    """The choice of one entry; ``None`` when it is open or wrong."""
    if not isinstance(entry, dict):
        problems.append(
            problem_of(adjudication, "sheet", quoted(entry), "a decision as it was written", source)
        )
        return None
    choice, own, reason = (entry.get(name) for name in ("choice", "own", "reason"))
    if choice is None:
        return None
    wrong = None
    if choice not in CHOICES:
        wrong = f"the choice {quoted(choice)}", f"one of {', '.join(CHOICES)}"
    elif not str(reason or "").strip():
        wrong = "no reason", "a sentence that says why"
    elif choice == "own" and not (isinstance(own, dict) and own):
        wrong = f"own: {quoted(own)}", "the fields of your own version, such as {level: NOM}"
    elif choice != "own" and own:
        wrong = f"the choice {choice} with fields under own", "own for the choice own alone"
    if wrong:
        where = quoted(entry.get("id"))[1:-1]
        problem = problem_of(adjudication, "choice", f"{wrong[0]} in {where}", wrong[1], source)
        problems.append(problem)
        return None
    by = entry.get("adjudicator")
    plain = _plain_dates(own) if choice == "own" else None
    return Choice(str(choice), " ".join(str(reason).split()), plain, str(by) if by else None)


def _plain_dates(value: Any) -> Any:
    """YAML reads 2031-05-06 as a date, where a record has a string."""
    if isinstance(value, dict):
        return {str(key): _plain_dates(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain_dates(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _shown_key(one: Decision, text: str, schema: Schema) -> str:
    fields = schema.lists[one.list].fields
    a, b = (quoting(item, fields, text) if item else None for item in (one.a, one.b))
    return _key(one.list, a, b)


def _key(list_name: str, a: object, b: object) -> str:
    return json.dumps([list_name, a, b], sort_keys=True, default=str)


def _flow(value: object) -> str:
    import yaml

    line: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=2**31
    )
    return line.removesuffix("\n").removesuffix("\n...")


def _spans(item: Item, list_name: str, schema: Schema) -> list[Span]:
    """The spans of an annotation, the main one first."""
    spans = []
    for field in schema.lists[list_name].fields:
        if field.kind == "span":
            spans.append(Span(*item[field.name]))
        elif field.kind == "spans":
            spans += [Span(*one) for one in item[field.name]]
    return spans


def _in_context(item: Item, list_name: str, text: str, schema: Schema) -> str | None:
    spans = _spans(item, list_name, schema)
    if not spans:
        return None
    start, end = spans[0]
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT:
        before = f"…{before.partition(' ')[2] or before}"
    if end + CONTEXT < len(text):
        after = f"{after.rpartition(' ')[0] or after}…"
    return _one_line(f"{before}[[{_short(text[start:end])}]]{after}")


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:40]} … {words[-30:]}"


def _known(adjudication: Adjudication, text: str, schema: Schema) -> dict[str, str]:
    """What the common ids stand for, in words."""
    known: dict[str, str] = {}
    first: dict[str, str] = {}
    for one in adjudication.paired.pairs:
        item = next(one for one in versions(one, adjudication.paired.names, schema) if one)
        spans = _spans(item, one.list, schema)
        words = _one_line(_short(spans[0].slice(text))) if spans else ""
        if one.list == "mentions":
            first.setdefault(item["entity"], words)
        if one.list == "entities":
            known[one.id] = " ".join([item["type"], item["kb"] or item["nil"] or ""]).strip()
        else:
            known[one.id] = f"{_paragraph(spans[0], text)}{words}"
    for entity, words in first.items():
        known[entity] = f"{known[entity]}, {words}"
    return known


def _paragraph(span: Span, text: str) -> str:
    """The paragraph of a span as drafts number it (``p4:``), empty when it is in none."""
    try:
        return f"{quotation_of(span, text).partition(':')[0].split('-')[0]}:"
    except ValueError:
        return ""


# -- the log -----------------------------------------------------------------------------------


def passes_of(adjudication: Adjudication, schema: Schema | None = None) -> dict[str, Any]:
    """Who made the two passes, and the hashes of their versions."""
    return {
        side: {
            "annotator": record.annotator,
            "sha256": hashlib.sha256(format_record(record, schema).encode()).hexdigest(),
        }
        for side, record in (("a", adjudication.a), ("b", adjudication.b))
    }


def log_lines(
    adjudication: Adjudication,
    choices: Mapping[str, Choice],
    *,
    adjudicator: str,
    date: str,
    text: str,
    schema: Schema,
) -> list[str]:
    """One JSON line per decision: both versions, the choice, the reason, who and when."""
    passes = passes_of(adjudication, schema)
    lines = []
    for one in adjudication.decisions:
        choice = choices[one.id]
        fields = schema.lists[one.list].fields
        a, b = (quoting(item, fields, text) if item else None for item in (one.a, one.b))
        value: dict[str, Any] = {
            "doc_id": adjudication.a.doc_id,
            "decision": one.id,
            "list": one.list,
            "item": one.item,
            "differ": list(one.differ),
            "a": a,
            "b": b,
            "choice": choice.choice,
            "own": choice.own,
            "reason": choice.reason,
            "adjudicator": choice.adjudicator or adjudicator,
            "date": date,
            "passes": passes,
        }
        lines.append(json.dumps(value, ensure_ascii=False))
    return lines


def with_log(log: str, lines: Iterable[str]) -> str:
    """The log with new lines at its end; what it says already but for the date is not repeated.

    ``lines`` are all decisions of their documents: what the log said of these and is no longer so
    goes, so that it has the decisions that the gold records rest on, each once.
    """

    def without_date(line: str) -> str:
        return json.dumps({**json.loads(line), "date": None}, sort_keys=True)

    decided = {without_date(line): line for line in lines}
    documents = {json.loads(line)["doc_id"] for line in decided.values()}
    kept = [
        line
        for line in log.splitlines()
        if line.strip()
        and (json.loads(line)["doc_id"] not in documents or without_date(line) in decided)
    ]
    held = {without_date(line) for line in kept}
    new = [line for same, line in decided.items() if same not in held]
    return "".join(f"{line}\n" for line in (*kept, *new))
