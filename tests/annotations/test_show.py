"""`communique annotations`: a document with its annotation, to be read; drafts compiled."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from communique.annotations.draft import draft_of
from communique.annotations.listing import Listing, counted
from communique.annotations.markup import Mark, marks_of, pieces, visible
from communique.annotations.reading import format_record, read_record, write_record
from communique.annotations.record import Quote, Record, Span
from communique.annotations.show import Page, luminance, plain_markup, printed, readable
from communique.cli import main
from communique.corpus.documents import text_sha256
from communique.schemas.schema import load_schema
from drafted import drafted

TEXT = """\
Read more
Orvia's ships seized, aide says

LUND -- "We will not sail," Minister Ada Moss said on Monday, [sic] adding an aide told her so.

They have not met.
"""
DRAFT = """
zones:
- {id: z1, type: boilerplate, span: "p1"}
- {id: z2, type: headline, span: "p2"}
- {id: z3, type: dateline, span: "p3:LUND --"}
- {id: z4, type: body, span: "p3:\\"We ~~ her so."}
- {id: z5, type: caption, span: "p4", duplicate_of: z2}
entities:
- {id: e1, type: GPE, kb: "state:orvia"}
- {id: e2, type: FAC, nil: unnamed}
- {id: e3, type: PER, nil: not_in_registry}
- {id: e4, type: PER, nil: unnamed}
- {id: e5, type: PER, nil: aggregate, members: [e3, e4]}
mentions:
- {id: m1, entity: e1, span: "p2:Orvia", level: NAM}
- {id: m2, entity: e2, span: "p2:Orvia's ships", level: NOM}
- {id: m3, entity: e1, span: "p3:We", level: PRO}
- {id: m4, entity: e3, span: "p3:Ada Moss", level: NAM}
- {id: m5, entity: e4, span: "p3:an aide", level: NOM}
- {id: m6, entity: e3, span: "p3:her", level: PRO}
- {id: m7, entity: e5, span: "p4:They", level: PRO}
times:
- {id: t1, type: DATE, span: "p3:Monday", value: "2031-05-12"}
quotes:
- {id: q1, content: "p3:\\"We ~~ sail,\\"", cue: "p3:said", source: m4}
- {id: q2, content: "p3:an aide told her so", cue: "p3:adding", source: m4}
- {id: q3, content: "p3:[[so]].", cue: "p3:told", source: m5, addressees: [m6], parent: q2}
- {id: q4, content: "p4:not met", polarity: negative, kind: attitude}
events:
- id: v1
  trigger: "p2:seized"
  type: COERCE
  mode: seize
  arguments: [{role: recipient, target: m2}]
- id: v2
  trigger: "p3:sail"
  type: MOBILIZE
  realis: future
  polarity: negative
  certainty: possible
  arguments: [{role: actor, target: m3}, {role: time, target: t1}, {role: topic, target: v1}]
  chain: c1
- {id: v3, trigger: "p4:met", type: CONSULT, polarity: negative, chain: c1}
"""

LAYERS = tuple(load_schema().layers)


@pytest.fixture
def record() -> Record:
    return drafted(TEXT, DRAFT)


@pytest.fixture
def project(tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the document `d1`, its record, and a restricted `d2` that is not hydrated."""
    documents = tmp_path / "corpus" / "documents"
    documents.mkdir(parents=True)
    (tmp_path / "corpus" / "registry").mkdir()
    (tmp_path / "corpus" / "registry" / "all.yaml").write_text(
        "state:orvia: {type: GPE, name: Republic of Orvia}\n", encoding="utf-8"
    )
    (documents / "d1.txt").write_text(TEXT, encoding="utf-8")
    for doc_id, licence in (("d1", "open"), ("d2", "restricted"), ("d3", "open")):
        metadata = {
            "doc_id": doc_id,
            "title": "Orvia's ships seized, aide says",
            "outlet": "The \x1b[31mCourier[bold]",
            "byline": None,
            "published": "2031-05-13",
            "url": None,
            "language": "en",
            "genre": "wire",
            "storyline": "ships",
            "world": "invented-geography",
            "licence": licence,
            "synthetic": True,
            "sha256": text_sha256(TEXT),
        }
        (documents / f"{doc_id}.json").write_text(json.dumps(metadata), encoding="utf-8")
    (documents / "d3.txt").write_text(TEXT, encoding="utf-8")
    gold = tmp_path / "annotations" / "gold"
    write_record(gold / "d1.json", record)
    write_record(gold / "d2.json", replace(record, doc_id="d2"))
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def run(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, ["annotations", *arguments], env=env)


# ---------------------------------------------------------------------------------------- markup


def test_pieces_are_cut_where_something_begins_or_ends() -> None:
    outer, inner = Mark("mention", Span(2, 9), "e1"), Mark("mention", Span(2, 4), "e2")
    found = list(pieces(Span(0, 10), [inner, outer]))
    assert [tuple(piece.span) for piece in found] == [(0, 2), (2, 4), (4, 9), (9, 10)]
    assert found[1].opened == (outer, inner)
    assert found[1].closed == (inner,)
    assert found[2].closed == (outer,)
    assert found[3].inside == ()


def test_a_mark_is_cut_to_the_paragraph() -> None:
    (piece,) = pieces(Span(5, 8), [Mark("content", Span(0, 20), "q1")])
    assert piece.opened == piece.closed == (Mark("content", Span(5, 8), "q1"),)


MARKS = st.builds(
    Mark,
    st.sampled_from(["content", "mention", "time", "cue", "trigger"]),
    st.tuples(st.integers(0, 11), st.integers(1, 6)).map(
        lambda pair: Span(pair[0], min(12, pair[0] + pair[1]))
    ),
    st.sampled_from(["e1", "e2"]),
)


@given(st.lists(MARKS, max_size=6))
def test_pieces_cover_the_text_and_every_mark_opens_and_closes_once(marks: list[Mark]) -> None:
    found = list(pieces(Span(0, 12), marks))
    assert "".join(piece.span.slice("abcdefghijkl") for piece in found) == "abcdefghijkl"
    key = [(mark.span, mark.part, mark.id) for mark in marks]
    for places in ("opened", "closed"):
        shown = [(m.span, m.part, m.id) for piece in found for m in getattr(piece, places)]
        assert sorted(shown) == sorted(key)


def test_plain_markup(record: Record) -> None:
    marks = marks_of(record, LAYERS)
    assert plain_markup(Span(10, 41), TEXT, marks) == (
        "[[Orvia]GPE:e1's ships]FAC:e2 *seized*COERCE.seize:v1, aide says"
    )
    # The zone ends inside the paragraph; the text's own brackets are escaped.
    line = Span(43, TEXT.index("\n", 43))
    assert plain_markup(line, TEXT, marks, [51]) == (
        'LUND -- ¦{"[We]GPE:e1 will not *sail*MOBILIZE:v2,"}q1 Minister [Ada Moss]PER:e3 <said>q1 '
        r"on <Monday>t1, \[sic\] <adding>q2 {[an aide]PER:e4 <told>q3 [her]PER:e3 {so}q3}q2."
    )


def test_what_follows_an_id_is_kept_apart() -> None:
    marks = [Mark("mention", Span(0, 6), "e1", "GPE"), Mark("mention", Span(7, 12), "e2", "GPE")]
    shown = plain_markup(Span(0, 18), "Kazakh-Uzbekistan.", marks)
    assert shown == r"[Kazakh]GPE:e1\-[Uzbek]GPE:e2\istan."


ID = r"[A-Za-z][A-Za-z0-9_-]*"
SIGNS = re.compile(
    rf"\\(?P<kept>.)|[\]}}>](?:[A-Z]+:)?{ID}|\*[A-Z]+:{ID}|[\[{{<*]",
)
"""An escaped code point, or the end of a mark with its label, or the beginning of one."""


@given(st.text(alphabet="ab1-[]{}<>|*¦\\ ", min_size=1, max_size=12), st.lists(MARKS, max_size=4))
def test_plain_markup_can_be_taken_off_again(text: str, marks: list[Mark]) -> None:
    label = {"mention": "GPE", "trigger": "AID"}
    inside = [
        replace(mark, label=label.get(mark.part, ""))
        for mark in marks
        if mark.span.end <= len(text)
    ]
    shown = plain_markup(Span(0, len(text)), text, inside)
    assert SIGNS.sub(lambda match: match["kept"] or "", shown) == text


UNSEEN = [
    ("a\x1b[31mb", "a\\u001b[31mb"),
    ("a\nb\tc", "a b c"),
    ("a\u202eb\u2066", "a\\u202eb\\u2066"),
    ("soft\u00adhyphen", "soft\\u00adhyphen"),
    ("👩\u200d🚀 e\u0301 \u00a0שלום", "👩\u200d🚀 e\u0301 \u00a0שלום"),
    ("\ufeff\x00", "\\ufeff\\u0000"),
    ("\U000e0001", "\\U000e0001"),
]


@pytest.mark.parametrize(("text", "shown"), UNSEEN)
def test_nothing_in_a_text_can_move_the_cursor(text: str, shown: str) -> None:
    assert visible(text).replace("\u00a0", " ") == shown.replace("\u00a0", " ")


def test_colours_can_be_read_on_black_and_on_white() -> None:
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#000000") == 0
    schema = load_schema()
    colors = {label.color for one in schema.vocabularies.values() for label in one.values()}
    for color in filter(None, colors):
        light = luminance(readable(color))
        # Contrast as WCAG 2 has it: (lighter + 0.05) / (darker + 0.05).
        assert 1.05 / (light + 0.05) >= 3
        assert (light + 0.05) / 0.05 >= 4
    assert readable("#808080") == "#808080"


# --------------------------------------------------------------------------------------- listing


def test_what_is_said_of_quotes_and_events(record: Record) -> None:
    listing = Listing(record, TEXT)
    assert record.quotes is not None
    assert record.events is not None
    assert [listing.quote(quote) for quote in record.quotes] == [
        "direct ← “Ada Moss”",
        "indirect ← “Ada Moss”",
        "indirect ← “an aide” (anonymous) to “her” = Ada Moss in q2",
        "indirect attitude negated cue ← nobody named",
    ]
    assert [listing.event(event) for event in record.events] == [
        "actual: recipient “Orvia's ships”",
        "future, negative, possible: actor “We” = Orvia; time “Monday” = 2031-05-12; "
        "topic “seized” v1",
        "actual, negative",
    ]
    assert listing.contents(record.quotes[0]) == '“said”: "We will not sail,"'
    assert listing.contents(record.quotes[1]) == "“adding”: “an aide told her so”"
    assert [(depth, quote.id) for depth, quote in listing.quote_tree()] == [
        (0, "q1"),
        (0, "q2"),
        (1, "q3"),
        (0, "q4"),
    ]
    assert [(chain, [event.id for event in events]) for chain, events in listing.happenings()] == [
        (None, ["v1"]),
        ("c1", ["v2", "v3"]),
    ]


def test_how_entities_are_mentioned(record: Record) -> None:
    assert record.entities is not None
    listing = Listing(record, TEXT)
    assert listing.entity(record.entities[0]) == (
        "Orvia (state:orvia)",
        "“Orvia” p2; “We” PRO p3",
    )
    assert listing.entity(record.entities[4]) == (
        "They (nil aggregate: Ada Moss, an aide)",
        "“They” PRO p4",
    )


def test_without_a_text_there_are_offsets(record: Record) -> None:
    assert record.entities is not None
    assert record.quotes is not None
    listing = Listing(record, None, {"state:orvia": "Republic of Orvia"}.get)
    assert listing.entity(record.entities[0]) == (
        "Republic of Orvia (state:orvia)",
        "[10, 15); [52, 54) PRO",
    )
    assert listing.quote(record.quotes[2]).startswith("← [118, 125) = e4 (anonymous)")


def test_quotes_in_a_circle_are_all_listed() -> None:
    quotes = (Quote("q1", (Span(0, 1),), parent="q2"), Quote("q2", (Span(0, 1),), parent="q1"))
    record = Record("d1", "1.0", "x", quotes=quotes)
    assert [quote.id for _, quote in Listing(record, "x").quote_tree()] == ["q1", "q2"]


def test_long_contents_lose_their_middle() -> None:
    text = "x" * 60 + "y" * 60 + "z" * 60
    words = Listing(Record("d1", "1.0", "x"), text).words(Span(0, 180))
    assert len(words) <= 110
    assert words.startswith("“xxx")
    assert words.endswith("zzz”")


def test_counts_are_worded() -> None:
    assert [counted([1] * n, "entity") for n in (0, 1, 2)] == [
        "0 entities",
        "1 entity",
        "2 entities",
    ]
    assert counted(None, "quote") == "no quote layer"


# ------------------------------------------------------------------------------------------ show


def test_show_in_a_pipe_is_plain(project: Path) -> None:
    result = run("show", "d1")
    assert result.exit_code == 0
    assert result.output == run("show", "d1", "--plain").output
    assert "\x1b" not in result.output
    assert not any(line != line.rstrip() for line in result.output.splitlines())
    assert max(len(line) for line in result.output.splitlines()) <= 100
    words = " ".join(result.output.split())
    for expected in (
        r"d1 · The \u001b[31mCourier[bold] · Tuesday 2031-05-13",  # escaped, no markup
        "wire · ships · invented-geography · open · synthetic",
        "boilerplate p1 Read more",
        "headline p2 [[Orvia]GPE:e1's ships]FAC:e2 *seized*COERCE.seize:v1, aide says "
        "v1 COERCE.seize actual: recipient “Orvia's ships”",
        "dateline ¦ body p3 LUND -- ¦{",
        "caption repeats z2 p4 [They]PER:e5 have",
        "5 ENTITIES e1 GPE Orvia (state:orvia)",
        "1 TIME t1 DATE 2031-05-12 “Monday” p3",
        "4 QUOTES q1 direct ← “Ada Moss” “said”:",
        "3 EVENTS v1 COERCE.seize “seized” p2 actual",
        "c1 2 mentions of one happening v2 MOBILIZE",
    ):
        assert expected in words
    assert "CLAIM" not in words


def test_claims_are_shown_on_request(project: Path) -> None:
    words = " ".join(run("show", "d1", "--claims").output.split())
    assert "3 CLAIMS v1 author: somebody did COERCE.seize → Orvia's ships" in words
    assert (
        "v2 author ← Ada Moss: Orvia will possibly not MOBILIZE about “seized” v1 (2031-05-12)"
        in words
    )


def test_layers_are_shown_on_request(project: Path) -> None:
    quotes = " ".join(run("show", "d1", "--layers", "quotes").output.split())
    assert "{an aide <told>q3 her {so}q3}q2" in quotes
    assert "ENTITIES" not in quotes
    assert "dateline" not in quotes
    nothing = " ".join(run("show", "d1", "--layers", "none").output.split())
    assert "on Monday, [sic] adding" in nothing  # as it is, not escaped
    wrong = run("show", "d1", "--layers", "quotes,verbs")
    assert wrong.exit_code == 2
    assert "'verbs' is not one of zones, entities, times, quotes, events, none" in wrong.output


def test_the_width_of_the_terminal_is_honoured(record: Record) -> None:
    page = Page("Title", ("fact",), TEXT, record, LAYERS, claims=True)
    for width in (40, 72, 300):
        lines = printed(page, plain=True, width=width).splitlines()
        assert max(len(line) for line in lines) <= min(width, 110)
        assert "".join("".join(lines).split()).count("Ada") >= 4
    wide = printed(page, plain=True, width=300)
    narrow = printed(page, plain=True, width=40)
    assert len(narrow.splitlines()) > len(wide.splitlines())


def test_a_restricted_text_that_is_not_here(project: Path) -> None:
    result = run("show", "d2", "--claims")
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert "run: communique corpus hydrate d2 FILE" in words
    assert "e1 GPE Republic of Orvia (state:orvia) [10, 15); [52, 54) PRO" in words
    assert "v1 COERCE.seize [24, 30) actual: recipient [10, 23) = e2" in words
    assert "Moss" not in words.partition("ENTITIES")[2]
    refused = run("draft", "d2")
    assert refused.exit_code == 1
    assert "communique corpus hydrate d2 FILE" in refused.output


def test_a_document_without_a_record_is_shown_with_its_paragraphs(project: Path) -> None:
    result = run("show", "d3")
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert "d3: no record here" in words
    assert "p1 Read more p2 Orvia's ships seized, aide says p3 LUND --" in words
    assert run("draft", "d3").exit_code == 1


def test_a_record_that_does_not_fit_is_refused(project: Path, record: Record) -> None:
    path = project / "other.json"
    write_record(path, replace(record, text_sha256="f" * 64))
    result = run("show", "d1", "--record", str(path))
    assert result.exit_code == 1
    assert "ffffffffffff" in result.output
    assert "[text.hash]" in result.output
    far = replace(record.mentions[0], span=Span(10, 9999))  # type: ignore[index]
    write_record(path, replace(record, text_sha256=None, mentions=(far,), quotes=None, events=None))
    result = run("show", "d1", "--record", str(path))
    assert result.exit_code == 1
    assert "found the span [10, 9999] of m1" in result.output
    write_record(path, replace(record, doc_id="d3"))
    assert "[record.document]" in run("show", "d1", "--record", str(path)).output
    path.write_text("[]", encoding="utf-8")
    assert run("show", "d1", "--record", str(path)).exit_code == 1
    assert run("show", "../d1").exit_code == 1


def test_a_prediction_without_a_hash_and_with_few_layers_is_shown(
    project: Path, record: Record
) -> None:
    path = project / "p.json"
    write_record(path, Record("d1", "1.0", "rules", mentions=record.mentions))
    result = run("show", "d1", "--record", str(path))
    assert result.exit_code == 0
    assert "[Orvia]?:e1" in result.output
    assert "NO QUOTE LAYER" in result.output


def test_json_holds_everything(project: Path, record: Record) -> None:
    value = json.loads(run("show", "d1", "--format", "json").output)
    assert list(value) == ["document", "text", "paragraphs", "record", "derived"]
    assert value["text"] == TEXT
    assert value["paragraphs"][:2] == [[0, 9], [10, 41]]
    assert value["record"] == json.loads(format_record(record))
    derived = value["derived"]
    assert derived["names"]["e1"] == "Orvia"
    assert derived["quotes"]["q1"] == {
        "type": "direct",
        "depth": 0,
        "anonymous": False,
        "implicit": False,
        "source": "e3",
    }
    assert derived["claims"][1]["attributions"][0]["source"] == "e3"
    assert derived["factuality"]["v2"] == {"ere": "Other", "factbank": "PS-"}
    assert derived["plover"] == []  # v1 has no actor; v2 and v3 are negated
    restricted = json.loads(run("show", "d2", "--format", "json").output)
    assert restricted["text"] is None
    assert restricted["derived"]["quotes"]["q1"]["type"] is None
    assert json.loads(run("show", "d3", "--format", "json").output)["record"] is None


def in_terminal(project: Path, *arguments: str, **env: str) -> str:
    """What the command writes to a pseudo-terminal."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "communique", "annotations", "show", "d1", *arguments]
    command[1:3] = ["-c", "from communique.cli import main; main()"]
    process = subprocess.Popen(
        command,
        stdout=follower,
        env=clean | {"TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
    )
    os.close(follower)
    written = b""
    while True:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        if not data:
            break
        written += data
    os.close(leader)
    assert process.wait() == 0
    return written.decode("utf-8")


def test_colour_in_a_terminal_only(project: Path) -> None:
    colored = in_terminal(project)
    bare = re.sub(r"\x1b\[[\d;]*m", "", colored)
    assert colored != bare
    assert "Orvia¹'s ships² seizedᵛ¹, aide says" in bare
    assert '{"We¹ will not sailᵛ²,"}q1 Minister Ada Moss³ said·q1 on Mondayᵗ¹' in bare
    assert "\x1b[31mCourier" not in colored
    for plain in (
        in_terminal(project, NO_COLOR="1"),
        in_terminal(project, TERM="dumb"),
        in_terminal(project, "--plain"),
    ):
        assert "\x1b" not in plain
        assert "[[Orvia]GPE:e1's ships]FAC:e2 *seized*COERCE.seize:v1" in plain


# ------------------------------------------------------------------------------ compile and draft


def test_drafts_compile_to_records(project: Path, record: Record) -> None:
    folder = project / "drafts"
    folder.mkdir()
    (folder / "d1.yaml").write_text(draft_of(record, TEXT), encoding="utf-8")
    assert run("compile", str(folder)).output == "d1: unchanged\n"
    (folder / "d3.yaml").write_text("doc_id: d3\nannotator: gold\n", encoding="utf-8")
    result = run("compile", str(folder), "--dry-run")
    assert result.output == "d1: unchanged\nd3: would be written\n"
    assert not (project / "annotations" / "gold" / "d3.json").exists()
    out = project / "passes"
    assert run("compile", str(folder), "--out", str(out)).output == "d1: written\nd3: written\n"
    assert read_record(out / "d1.json") == record


def test_nothing_is_written_unless_every_draft_compiles(project: Path) -> None:
    good, bad, two = project / "good.yaml", project / "bad.yaml", project / "two.yaml"
    good.write_text("doc_id: d3\nannotator: gold\n", encoding="utf-8")
    bad.write_text('doc_id: d1\nannotator: gold\ntimes: [{span: "p9"}]\n', encoding="utf-8")
    two.write_text("doc_id: d3\nannotator: other\n", encoding="utf-8")
    nobody = project / "nobody.yaml"
    nobody.write_text("annotator: gold\n", encoding="utf-8")
    restricted = project / "restricted.yaml"
    restricted.write_text("doc_id: d2\nannotator: gold\n", encoding="utf-8")
    result = run("compile", *map(str, (good, bad, two, nobody, restricted, project / "none.yaml")))
    assert result.exit_code == 1
    checks = re.findall(r"\[([a-z.]+)\]$", result.output, re.MULTILINE)
    assert checks == [
        "draft.quotation",
        "draft.once",
        "draft.mapping",
        "document.hydrated",
        "file.readable",
    ]
    assert not (project / "annotations" / "gold" / "d3.json").exists()


def test_the_printed_draft_compiles_to_the_same_record(project: Path, record: Record) -> None:
    path = project / "d1.yaml"
    path.write_text(run("draft", "d1").output, encoding="utf-8")
    assert run("compile", str(path), "--out", str(project / "out")).exit_code == 0
    assert read_record(project / "out" / "d1.json") == record
