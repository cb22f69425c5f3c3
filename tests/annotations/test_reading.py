"""Records from and to files: strict in, stable out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from communique.annotations.reading import (
    format_record,
    iterate_records,
    parse_record,
    read_record,
    record_value,
    records_to_jsonl,
    write_record,
)
from communique.annotations.record import (
    Argument,
    Entity,
    Event,
    Mention,
    Quote,
    Record,
    Span,
    Time,
    Zone,
)
from communique.errors import InvalidInput, Problem
from communique.files import LARGEST_TEXT, decode_json, replacing

RECORD = Record(
    doc_id="d1",
    schema_version="1.0",
    annotator="gold",
    text_sha256="0" * 64,
    zones=(Zone("z1", "headline", Span(0, 12)),),
    entities=(Entity("e1", "GPE", kb="state:orvia"), Entity("e2", "PER", nil="unnamed")),
    mentions=(Mention("m1", "e1", Span(0, 5), "NAM", demonym=True),),
    times=(Time("t1", "DATE", Span(20, 25), "2031-05-05", dct=True),),
    quotes=(
        Quote("q1", (Span(30, 40), Span(45, 50)), (Span(41, 44),), "m1"),
        Quote("q2", (Span(30, 40),), type="direct", depth=0, anonymous=False, implicit=True),
    ),
    events=(Event("v1", Span(6, 11), "CONSULT", "visit", arguments=(Argument("actor", "m1"),)),),
)

GOLDEN = (
    '{\n"doc_id": "d1",\n"schema_version": "1.0",\n'
    f'"text_sha256": "{"0" * 64}",\n"annotator": "gold",\n'
    """\
"zones": [
  {"id": "z1", "type": "headline", "span": [0, 12], "duplicate_of": null}
],
"entities": [
  {"id": "e1", "type": "GPE", "kb": "state:orvia", "nil": null, "members": []},
  {"id": "e2", "type": "PER", "kb": null, "nil": "unnamed", "members": []}
],
"mentions": [
  {"id": "m1", "entity": "e1", "span": [0, 5], "level": "NAM", "use": "literal", \
"demonym": true, "title": false}
],
"times": [
  {"id": "t1", "type": "DATE", "span": [20, 25], "value": "2031-05-05", "mod": null, "dct": true}
],
"quotes": [
  {"id": "q1", "content": [[30, 40], [45, 50]], "cue": [[41, 44]], "source": "m1", \
"addressees": [], "parent": null, "kind": "statement", "polarity": "positive"},
  {"id": "q2", "content": [[30, 40]], "cue": [], "source": null, "addressees": [], \
"parent": null, "kind": "statement", "polarity": "positive", "type": "direct", "depth": 0, \
"anonymous": false, "implicit": true}
],
"events": [
  {"id": "v1", "trigger": [6, 11], "type": "CONSULT", "mode": "visit", "realis": "actual", \
"polarity": "positive", "certainty": "certain", "arguments": [{"role": "actor", "target": "m1"}], \
"chain": null}
]
}
"""
)


@pytest.mark.parametrize("record", [RECORD, replace(RECORD, zones=None, quotes=(), events=None)])
def test_the_value_of_a_record_is_that_of_its_text(record: Record) -> None:
    # dumped as it is, so that the order of the keys counts
    assert json.dumps(record_value(record)) == json.dumps(json.loads(format_record(record)))


def test_the_format_is_stable() -> None:
    assert format_record(RECORD) == GOLDEN


def test_an_absent_layer_is_absent_and_an_empty_one_is_there() -> None:
    record = Record("d1", "1.0", "gold", mentions=(), entities=())
    written = format_record(record)
    assert '"mentions": []' in written
    assert "quotes" not in written
    assert parse_record(json.loads(written), source="x") == record


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "d1.json"
    assert write_record(path, RECORD) is True
    assert path.read_text(encoding="utf-8") == GOLDEN
    assert write_record(path, RECORD) is False  # nothing changed
    assert read_record(path) == RECORD


def test_other_alphabets_stay_as_they_are() -> None:
    record = Record("d1", "1.0", "gold", times=(Time("t1", "DATE", Span(0, 1), "май 👩‍🚀"),))
    assert "май 👩‍🚀" in format_record(record)
    assert parse_record(json.loads(format_record(record)), source="x") == record


def test_jsonl_is_one_record_a_line(tmp_path: Path) -> None:
    other = Record("d2", "1.0", "gold")
    lines = list(records_to_jsonl([RECORD, other]))
    assert [line.count("\n") for line in lines] == [1, 1]
    path = tmp_path / "p.jsonl"
    path.write_text("\n" + "\n".join(lines), encoding="utf-8")  # blank lines do no harm
    assert list(iterate_records(path)) == [RECORD, other]


def test_a_folder_is_read_in_order_and_in_depth(tmp_path: Path) -> None:
    for name in ("b", "sub/a", "a"):
        write_record(tmp_path / f"{name}.json", Record(name[-1], "1.0", "gold"))
    assert [record.doc_id for record in iterate_records(tmp_path)] == ["a", "b", "a"]


def test_an_interrupted_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "d1.json"
    write_record(path, RECORD)
    with pytest.raises(KeyboardInterrupt), replacing(path) as file:
        file.write('{"doc_id": ')
        raise KeyboardInterrupt
    assert read_record(path) == RECORD
    assert [one.name for one in tmp_path.iterdir()] == ["d1.json"]


# ----------------------------------------------------------------------------------------- errors

HEAD = '"doc_id": "d1", "schema_version": "1.0", "annotator": "gold"'


def problems_of(text: str, tmp_path: Path) -> tuple[Problem, ...]:
    path = tmp_path / "bad.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InvalidInput) as caught:
        read_record(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems)  # one line each
    assert all(line.startswith(str(path)) and line.isprintable() for line in lines)
    return caught.value.problems


def zone(span: str) -> str:
    return f'{{{HEAD}, "zones": [{{"id": "z1", "type": "body", "span": {span}}}]}}'


STRUCTURE = [
    ("[]", "$", "[]", "an object"),
    ("null", "$", "null", "an object"),
    ('{"doc_id": "d1", "annotator": "gold"}', "$", "no schema_version", "the key to be there"),
    (f'{{{HEAD}, "words": []}}', "$", "unknown key words", "only keys of the schema"),
    (f'{{{HEAD}, "zones": null}}', "$.zones", "null", "a list"),
    (f'{{{HEAD}, "zones": [7]}}', "$.zones[0]", "7", "an object"),
    (
        f'{{{HEAD}, "annotator": "x y"}}'.replace(', "annotator": "gold"', ""),
        "$.annotator",
        '"x y"',
        "text that matches",
    ),
    (zone("[0]"), "$.zones[0].span", "a list of 1", "a list of 2"),
    (zone("[0, 1, 2]"), "$.zones[0].span", "a list of 3", "a list of 2"),
    (zone("[-1, 1]"), "$.zones[0].span[0]", "-1", "at least 0"),
    (zone("[0, 99999999999]"), "$.zones[0].span[1]", "99999999999", "at most 2147483647"),
    (zone('[0, "1"]'), "$.zones[0].span[1]", '"1"', "a whole number"),
    (zone("[0, true]"), "$.zones[0].span[1]", "true", "a whole number"),
    (zone("[0, 1.5]"), "$.zones[0].span[1]", '"1.5"', "a whole number"),
    (zone("[0, 1.0]"), "$.zones[0].span[1]", '"1.0"', "a whole number"),
    (zone("[0, NaN]"), "$.zones[0].span[1]", '"NaN"', "a whole number"),
    (zone("[0, Infinity]"), "$.zones[0].span[1]", '"Infinity"', "a whole number"),
    (zone("[0, 1]").replace("body", "bdy"), "$.zones[0].type", '"bdy"', "one of headline, byline"),
    (zone("[0, 1]").replace('"z1"', '"../z"'), "$.zones[0].id", '"../z"', "text that matches"),
    (f"{{{HEAD}}}".replace('"d1"', '"../../etc"'), "$.doc_id", '"../../etc"', "text that matches"),
]


@pytest.mark.parametrize(("text", "where", "found", "expected"), STRUCTURE)
def test_structural_problems_name_the_field(
    text: str, where: str, found: str, expected: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(text, tmp_path)
    assert problem.check == "record.structure"
    assert problem.path == where
    assert problem.found == found
    assert problem.expected.startswith(expected)


def test_all_structural_problems_are_listed_at_once(tmp_path: Path) -> None:
    text = f'{{{HEAD}, "zones": [{{"id": 1, "type": "x", "span": 3}}], "times": [{{}}]}}'
    # id, span and type of the zone; id, span and type missing in the time
    assert [problem.path for problem in problems_of(text, tmp_path)] == [
        "$.times[0]",
        "$.times[0]",
        "$.times[0]",
        "$.zones[0].id",
        "$.zones[0].span",
        "$.zones[0].type",
    ]


def test_a_flood_of_problems_is_counted(tmp_path: Path) -> None:
    text = f'{{{HEAD}, "zones": [{", ".join(["7"] * 100)}]}}'
    problems = problems_of(text, tmp_path)
    assert len(problems) == 21
    assert problems[-1].found == "80 more problems of this kind"


JSON = [
    ('{"doc_id": "d1",}', "file.json"),
    ("", "file.json"),
    (f'{{{HEAD}, "doc_id": "d2"}}', "file.json"),  # a key twice
    (f'{{{HEAD}, "zones": [{{"id": "z1", "id": "z2"}}]}}', "file.json"),
    ("[" * 100_000 + "]" * 100_000, "file.json"),
    ('{"doc_id": ' + "9" * 10_000 + "}", "file.json"),
    (f'{{{HEAD}, "zones": {"[" * 700}{"]" * 700}}}', "record.structure"),
    (f'{{{HEAD}, "zones": [{{"id": "\\ud800"}}]}}', "record.structure"),
    (f'{{{HEAD}, "\\udc00": 1}}', "record.structure"),
    ("\ud800", "file.utf8"),
    ("\ufeff{}", "file.json"),
]


@pytest.mark.parametrize(("text", "check"), JSON, ids=range(len(JSON)))
def test_what_is_hardly_json_gets_one_line(text: str, check: str, tmp_path: Path) -> None:
    (problem,) = problems_of(text, tmp_path)
    assert problem.check == check


def test_a_key_twice_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(f'{{{HEAD}, "doc_id": "d2"}}', tmp_path)
    assert problem.found == 'the key "doc_id" twice'


def test_a_file_that_is_too_large_or_not_there(tmp_path: Path) -> None:
    (problem,) = problems_of(" " * (LARGEST_TEXT + 1), tmp_path)
    assert problem.check == "file.size"
    with pytest.raises(InvalidInput, match=r"file\.readable"):
        read_record(tmp_path / "none.json")
    with pytest.raises(InvalidInput, match=r"file\.readable"):
        list(iterate_records(tmp_path / "none.jsonl"))


def test_bad_lines_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    good = next(iter(records_to_jsonl([RECORD]))).encode()
    path = tmp_path / "p.jsonl"
    long = b'"' + b"x" * (2 * LARGEST_TEXT) + b'"\n'
    path.write_bytes(good + b"{\n" + good + b'"\xff"\n' + b"[]\n" + long + good + b"\n" + good[:-1])
    read = []
    with pytest.raises(InvalidInput) as caught:
        for record in iterate_records(path):
            read.append(record)
    assert read == [RECORD] * 4
    assert [(problem.line, problem.check) for problem in caught.value.problems] == [
        (2, "file.json"),
        (4, "file.jsonl"),
        (5, "record.structure"),
        (6, "file.jsonl"),
    ]
    assert str(caught.value).splitlines()[0].startswith(f"{path}:2: error: ")


def test_bad_files_of_a_folder_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    write_record(tmp_path / "b.json", RECORD)
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "c.json").write_text("[]", encoding="utf-8")
    read = []
    with pytest.raises(InvalidInput) as caught:
        for record in iterate_records(tmp_path):
            read.append(record)
    assert read == [RECORD]
    assert [Path(str(one.file)).name for one in caught.value.problems] == ["a.json", "c.json"]


@pytest.mark.parametrize("number", ["2031.5", "NaN", "1e3", "-Infinity"])
def test_a_number_is_no_text(number: str) -> None:
    time = f'{{"id": "t1", "type": "DATE", "span": [0, 1], "value": {number}}}'
    line = f'{{"doc_id": "d1", "schema_version": "1.0", "annotator": "s", "times": [{time}]}}'
    with pytest.raises(InvalidInput) as caught:
        parse_record(decode_json(line, source="x"), source="x")
    found = [(one.path, one.found) for one in caught.value.problems]
    assert found == [("$.times[0].value", f'"{number}"')]
