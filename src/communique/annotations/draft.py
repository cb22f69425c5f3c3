"""Drafts: a record as people and fixtures write it, with quotations in the place of offsets.

A draft is a YAML mapping with the keys of a record, in which every span is a string that finds
itself in the text. Paragraphs are the lines of the text that are not blank, counted from 1::

    p3                      the whole paragraph 3
    p7-p20                  from the start of paragraph 7 to the end of paragraph 20
    p4:South Korea          its only occurrence in paragraph 4
    p4:South Korea#2        its second occurrence in paragraph 4
    p4:the [[South]] had    the marked part, found by the words around it
    p9:"We will ~~ said     from the start of the left string to the end of the right one
    South Korea             as above, in the whole text
    [12, 34]                offsets, for the rare words that these signs cannot quote
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from communique.annotations.reading import parse_record
from communique.annotations.record import Record, Span
from communique.errors import InvalidInput, Problem, quoted
from communique.schemas.schema import Field, Schema, load_schema

__all__ = [
    "compile_draft",
    "draft_of",
    "locate",
    "located",
    "paragraphs",
    "quotation_of",
    "quoting",
]

RANGE = " ~~ "
LONG = 60
"""Code points from which a quotation is written as its two ends."""

PARAGRAPH = re.compile(r"p(\d{1,6})(?:-p(\d{1,6}))?")
SCOPED = re.compile(r"p(\d{1,6}):(.*)", re.DOTALL)
NUMBERED = re.compile(r"(.+)#([1-9]\d{0,3})", re.DOTALL)
MARKED = re.compile(r"(.*)\[\[(.+)\]\](.*)", re.DOTALL)


@lru_cache(maxsize=64)
def paragraphs(text: str) -> tuple[Span, ...]:
    """The non-blank lines of a text, without white space at their ends."""
    found = []
    for line in re.finditer(r"[^\n]+", text):
        words = line.group().strip()
        if words:
            start = line.start() + line.group().index(words)
            found.append(Span(start, start + len(words)))
    return tuple(found)


def locate(expression: str, text: str) -> Span:
    """The span that an expression of a draft stands for.

    Raises:
        ValueError: it stands for no span, or for several; the message says which.

    """
    lines = paragraphs(text)

    def paragraph(number: str) -> Span:
        if not 1 <= int(number) <= len(lines):
            raise ValueError(f"paragraph {number} of a text with {len(lines)}")
        return lines[int(number) - 1]

    if whole := PARAGRAPH.fullmatch(expression):
        first, last = paragraph(whole[1]), paragraph(whole[2] or whole[1])
        if last.end < first.end:
            raise ValueError(f"paragraphs {expression} in falling order")
        return Span(first.start, last.end)
    scope = Span(0, len(text))
    if scoped := SCOPED.fullmatch(expression):
        scope, expression = paragraph(scoped[1]), scoped[2]
    if marked := MARKED.fullmatch(expression):
        before, inside, after = marked.groups()
        start = _only(before + inside + after, text, scope) + len(before)
        return Span(start, start + len(inside))
    if RANGE in expression:
        left, _, right = expression.partition(RANGE)
        begin = _occurrence(left, text, scope)
        end = text.find(right, begin.end, scope.end)
        if end < 0 or not right:
            raise ValueError(f"no {quoted(right)} after {quoted(left)}")
        return Span(begin.start, end + len(right))
    return _occurrence(expression, text, scope)


def compile_draft(
    draft: object, text: str, *, sha256: str, source: str, schema: Schema | None = None
) -> Record:
    """The record that a draft stands for, with offsets into ``text``.

    Raises:
        InvalidInput: a quotation is not found or is ambiguous, or the result is not a record;
            every problem is listed.

    """
    schema = schema or load_schema()
    if not isinstance(draft, Mapping):
        where = Problem(
            check="draft.mapping", found=quoted(draft), expected="a mapping", file=source
        )
        raise InvalidInput([where])
    problems: list[Problem] = []
    doc_id = str(draft.get("doc_id", ""))

    def resolve(expression: object, path: str) -> object:
        if isinstance(expression, list):
            return expression
        try:
            return list(locate(str(expression), text))
        except ValueError as error:
            problems.append(
                Problem(
                    check="draft.quotation",
                    found=str(error),
                    expected="exactly one place in the text",
                    file=source,
                    doc_id=doc_id,
                    path=path,
                )
            )
            return [0, 1]

    record = {"schema_version": schema.version, "text_sha256": sha256, **draft}
    for name, record_list in schema.lists.items():
        items = record.get(name)
        if isinstance(items, list):
            record[name] = [
                located(item, record_list.fields, f"$.{name}[{index}]", resolve)
                if isinstance(item, Mapping)
                else item
                for index, item in enumerate(items)
            ]
    if problems:
        raise InvalidInput(problems)
    return parse_record(record, source=source)


def draft_of(record: Record, text: str, schema: Schema | None = None) -> str:
    """The draft of a record, as YAML with one annotation per line; defaults are left out.

    Compiling it yields the record again.
    """
    import msgspec
    import yaml

    schema = schema or load_schema()
    value = msgspec.to_builtins(record)

    def flow(item: object) -> str:
        line: str = yaml.safe_dump(
            item, default_flow_style=True, allow_unicode=True, sort_keys=False, width=2**31
        )
        return line.removesuffix("\n").removesuffix("\n...")

    lines = [f"doc_id: {flow(record.doc_id)}", f"annotator: {flow(record.annotator)}"]
    for name, record_list in schema.lists.items():
        if value[name] is None:
            continue
        lines.append(f"{name}:" if value[name] else f"{name}: []")
        lines += [f"- {flow(quoting(item, record_list.fields, text))}" for item in value[name]]
    return "\n".join(lines) + "\n"


def quotation_of(span: Span, text: str) -> str:
    """The shortest expression that ``locate`` turns back into the span."""
    for expression in _candidates(span, text):
        try:
            if locate(expression, text) == span:
                return expression
        except ValueError:
            continue
    raise ValueError(f"no quotation stands for the span {list(span)}")


def located(
    item: Mapping[str, Any],
    fields: tuple[Field, ...],
    path: str,
    resolve: Callable[[object, str], object],
) -> dict[str, Any]:
    """One annotation with the quotations of its span fields resolved."""
    value = dict(item)
    for field in fields:
        if field.name not in value:
            continue
        given = value[field.name]
        if field.kind == "span":
            value[field.name] = resolve(given, f"{path}.{field.name}")
        elif field.kind == "spans":
            parts = given if isinstance(given, list) else [given]
            value[field.name] = [
                resolve(part, f"{path}.{field.name}[{number}]") for number, part in enumerate(parts)
            ]
    return value


def quoting(item: Mapping[str, Any], fields: tuple[Field, ...], text: str) -> dict[str, Any]:
    """One annotation with its spans as quotations and its defaults left out."""
    value: dict[str, Any] = {}
    for field in fields:
        given: Any = item.get(field.name)
        given = list(given) if isinstance(given, tuple) else given
        if field.kind == "span":
            value[field.name] = _quotation_or_offsets(Span(*given), text)
        elif field.kind == "spans":
            if given:
                value[field.name] = [_quotation_or_offsets(Span(*part), text) for part in given]
        elif given != (None if field.derived else field.default) or field.required:
            value[field.name] = given
    return value


def _quotation_or_offsets(span: Span, text: str) -> str | list[int]:
    try:
        return quotation_of(span, text)
    except ValueError:
        return list(span)


def _candidates(span: Span, text: str) -> Iterator[str]:
    words = span.slice(text)
    lines = paragraphs(text)
    first = next(
        (n for n, line in enumerate(lines, 1) if line.start <= span.start < line.end), None
    )
    last = next((n for n, line in enumerate(lines, 1) if line.start < span.end <= line.end), None)
    if first is None or last is None:
        prefix, scope = "", Span(0, len(text))
    else:
        if span == (lines[first - 1].start, lines[last - 1].end):
            yield f"p{first}" if first == last else f"p{first}-p{last}"
        prefix, scope = (
            (f"p{first}:", lines[first - 1]) if first == last else ("", Span(0, len(text)))
        )
    if len(words) > LONG:
        for width in (12, 24, 48):
            yield f"{prefix}{words[:width]}{RANGE}{words[-width:]}"
    yield f"{prefix}{words}"
    yield f"{prefix}{words}#{_rank(span, text, scope)}"
    for width in (8, 16, 32, 64, len(text)):
        left = text[max(scope.start, span.start - width) : span.start]
        right = text[span.end : min(scope.end, span.end + width)]
        yield f"{prefix}{left}[[{words}]]{right}"


def _rank(span: Span, text: str, scope: Span) -> int:
    """The number of an occurrence among all of its words in the scope, from 1."""
    words, number, start = span.slice(text), 1, scope.start
    while words and (start := text.find(words, start, span.start + len(words) - 1)) >= 0:
        number, start = number + 1, start + 1
    return number


def _occurrence(literal: str, text: str, scope: Span) -> Span:
    """The place of a literal, or of its n-th occurrence when it ends in ``#n``."""
    if numbered := NUMBERED.fullmatch(literal):
        words, number = numbered[1], int(numbered[2])
        start = scope.start - 1
        for _ in range(number):
            start = text.find(words, start + 1, scope.end)
            if start < 0:
                count = text.count(words, scope.start, scope.end)
                raise ValueError(f"{count} occurrences of {quoted(words)}, not {number}")
        return Span(start, start + len(words))
    start = _only(literal, text, scope)
    return Span(start, start + len(literal))


def _only(literal: str, text: str, scope: Span) -> int:
    start = text.find(literal, scope.start, scope.end) if literal else -1
    if start < 0:
        raise ValueError(f"no {quoted(literal)}")
    if text.find(literal, start + 1, scope.end) >= 0:
        count = text.count(literal, scope.start, scope.end)
        raise ValueError(f"{max(count, 2)} occurrences of {quoted(literal)}")
    return start
