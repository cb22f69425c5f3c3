"""The dataset: what `load_dataset` finds, what may not ship, and what a build refuses."""

from __future__ import annotations

import filecmp
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from communique.annotations.derived.claims import claims
from communique.annotations.derived.crosswalk import factbank
from communique.annotations.reading import format_value, parse_record
from communique.annotations.record import Entity, Mention, Record, Span
from communique.cli import main
from communique.corpus.dataset.bio import bio_tags, tag_names, tagged_sentences
from communique.corpus.dataset.build import dataset_configs, write_dataset
from communique.corpus.dataset.config import Column, Config
from communique.corpus.dataset.shards import ShardWriter
from communique.corpus.dataset.target import MARKER, new_folder
from communique.corpus.documents import Corpus
from communique.corpus.tokens import tokens
from communique.errors import CommuniqueError, InvalidInput
from communique.project import Project
from communique.schemas.schema import load_schema
from small_corpora import SECRET, STORY, add_document, small_corpus, story_record

CONFIGS = ("documents", "ner", "quotes", "events", "claims")

Load = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return small_corpus(tmp_path / "project")


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """`load_dataset`, offline, from another folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_DATASETS_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "1")
    datasets = pytest.importorskip("datasets")
    offline = datasets.config.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = True
    datasets.disable_progress_bars()

    def load(out: Path, *config: str, **options: Any) -> Any:
        if not options.get("streaming"):
            options["cache_dir"] = str(tmp_path / "cache")
        return datasets.load_dataset(str(out), *config, **options)

    yield load
    datasets.config.HF_HUB_OFFLINE = offline


def rows_of(out: Path, config: str) -> Iterator[dict[str, Any]]:
    """The rows of a config as Arrow reads them, in the order of the file names."""
    for shard in sorted((out / config).glob("*.arrow")):
        with pa.memory_map(str(shard)) as file:
            yield from pa.ipc.open_stream(file).read_all().to_pylist()


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def contents(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in files_of(folder))


def many_documents(root: Path, count: int) -> Project:
    """A project with ``count`` copies of one document."""
    project = small_corpus(root, {"alpha-00000": "alpha"})
    folders = (project.documents, "json"), (project.documents, "txt"), (project.gold, "json")
    for folder, suffix in folders:
        body = (folder / f"alpha-00000.{suffix}").read_text(encoding="utf-8")
        for number in range(1, count):
            name = f"alpha-{number:05d}"
            copy = body if suffix == "txt" else body.replace("alpha-00000", name)
            (folder / f"{name}.{suffix}").write_text(copy, encoding="utf-8")
    return project


# ------------------------------------------------------------------------------------ loading


@pytest.mark.parametrize("config", CONFIGS)
def test_every_config_loads_offline(
    config: str, project: Project, tmp_path: Path, load: Load
) -> None:
    built, _ = write_dataset(project, tmp_path / "out")
    found = load(tmp_path / "out", config)
    rows = {split: part.rows for split, part in built.parts[config].items()}
    assert {split: data.num_rows for split, data in found.items()} == rows
    assert list(rows) == ["train", "validation", "test", "restricted"]
    streamed = load(tmp_path / "out", config, streaming=True)
    for split, data in found.items():
        assert list(streamed[split]) == list(data)
        assert streamed[split].features == data.features


def test_the_default_config_is_documents(project: Project, tmp_path: Path, load: Load) -> None:
    write_dataset(project, tmp_path / "out")
    assert load(tmp_path / "out")["train"]["doc_id"] == ["alpha-01", "alpha-02"]


def test_features_survive_the_round_trip_and_need_no_card(
    project: Project, tmp_path: Path, load: Load
) -> None:
    from datasets import ClassLabel, Dataset, Features, List, Value

    write_dataset(project, tmp_path / "out")
    for config in dataset_configs():
        loaded = load(tmp_path / "out", config.name)["train"].features
        shard = tmp_path / "out" / config.name / "train-00000-of-00001.arrow"
        mapped = Dataset.from_file(str(shard)).features
        declared = json.loads(config.schema.metadata[b"huggingface"])["info"]["features"]
        assert loaded == mapped == Features.from_dict(declared)
        assert loaded.arrow_schema.remove_metadata() == config.schema.remove_metadata()
    ner = load(tmp_path / "out", "ner")["train"].features
    assert ner["ner_tags"] == List(ClassLabel(names=list(tag_names())))
    assert ner["tokens"] == List(Value("string"))
    assert ner["offsets"] == List(List(Value("int32"), length=2))


def test_rows_pass_through_map_and_filter(project: Project, tmp_path: Path, load: Load) -> None:
    write_dataset(project, tmp_path / "out")
    data = load(tmp_path / "out", "events")["test"]
    kept = data.filter(lambda row: row["polarity"] == "negative").map(lambda row: {"n": 1})
    assert kept["trigger"] == ["cancelled"]
    assert kept.features["arguments"] == data.features["arguments"]


def test_num_examples_are_checked_by_datasets(project: Project, tmp_path: Path, load: Load) -> None:
    from datasets.exceptions import NonMatchingSplitsSizesError

    write_dataset(project, tmp_path / "out")
    card = tmp_path / "out" / "README.md"
    text = card.read_text(encoding="utf-8")
    assert text.count("num_examples: 2\n") == 1
    card.write_text(text.replace("num_examples: 2\n", "num_examples: 3\n"), encoding="utf-8")
    with pytest.raises(NonMatchingSplitsSizesError):
        load(tmp_path / "out")


def test_a_split_without_rows_is_absent(tmp_path: Path, load: Load) -> None:
    project = small_corpus(tmp_path / "project", {"alpha-01": "alpha", "gamma-01": "gamma"})
    built, _ = write_dataset(project, tmp_path / "out")
    assert "validation" not in contents(tmp_path / "out").decode("utf-8", "replace").split("# ")[1]
    for config in CONFIGS:
        assert list(load(tmp_path / "out", config)) == ["train", "test"]
    assert list(built.tallies) == ["train", "test"]


def test_documents_without_records_make_a_dataset_of_texts(tmp_path: Path, load: Load) -> None:
    project = small_corpus(tmp_path / "project", {"alpha-01": "alpha"}, annotated=False)
    built, _ = write_dataset(project, tmp_path / "out")
    assert list(built.parts) == ["documents"]
    (row,) = load(tmp_path / "out")["train"]
    assert row["text"].startswith(STORY)
    assert row["annotator"] is row["mentions"] is row["quotes"] is None


def test_layers_that_were_not_annotated_are_null_and_without_finds_empty(
    tmp_path: Path, load: Load
) -> None:
    project = small_corpus(tmp_path / "project", {"alpha-01": "alpha", "alpha-02": "alpha"})
    record = Corpus(project).gold("alpha-01")
    assert record is not None
    partial = replace(record, quotes=(), events=None, mentions=None, entities=None)
    value = msgspec.to_builtins(partial)
    (project.gold / "alpha-01.json").write_text(
        format_value(value, load_schema()), encoding="utf-8"
    )
    write_dataset(project, tmp_path / "out")
    first, second = load(tmp_path / "out")["train"]
    assert (first["quotes"], first["events"], first["mentions"]) == ([], None, None)
    assert len(second["quotes"]) == 4
    assert {row["doc_id"] for row in rows_of(tmp_path / "out", "ner")} == {"alpha-02"}


# ------------------------------------------------------------------------------- what rows hold


def test_a_row_of_documents_is_the_metadata_the_text_and_the_record(
    project: Project, tmp_path: Path, load: Load
) -> None:
    write_dataset(project, tmp_path / "out")
    corpus = Corpus(project)
    rows = {row["doc_id"]: row for split in load(tmp_path / "out").values() for row in split}
    assert set(rows) == set(corpus.ids)
    lists = load_schema().lists
    for doc_id, row in rows.items():
        record = corpus.gold(doc_id)
        assert record is not None
        assert {key: row[key] for key in asdict(corpus.document(doc_id))} == asdict(
            corpus.document(doc_id)
        )
        assert row["text"] == corpus.text(doc_id)
        value = {key: row[key] for key in ("doc_id", *msgspec.to_builtins(record))}
        # The row is a record of its own, with the derived values stored.
        parsed = parse_record(value, source="row")
        bare = tuple(
            replace(one, type=None, depth=None, anonymous=None, implicit=None)
            for one in parsed.quotes or ()
        )
        assert replace(parsed, quotes=bare) == record
        assert all(len(row[name]) == len(getattr(record, name)) for name in lists)
        types = [quote["type"] for quote in row["quotes"]]
        assert types == ["indirect", "direct", "mixed", "mixed"]


def test_tags_offsets_and_text_agree(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    corpus, names = Corpus(project), tag_names()
    for row in rows_of(tmp_path / "out", "ner"):
        text, record = corpus.text(row["doc_id"]), corpus.gold(row["doc_id"])
        assert text is not None
        assert record is not None
        assert [text[start:end] for start, end in row["offsets"]] == row["tokens"]
        assert len(row["tokens"]) == len(row["ner_tags"]) == len(row["mention_tags"])
        types = {
            (m.span.start, m.span.end): entity.type
            for m in record.mentions or ()
            if (entity := record.entity_of(m.id))
        }
        # Every chunk of tags is one of the record's mentions, with its type.
        for column in ("ner_tags", "mention_tags"):
            for start, end, kind in chunks([names[tag] for tag in row[column]], row["offsets"]):
                assert types[start, end] == kind


def chunks(tags: list[str], offsets: list[list[int]]) -> Iterator[tuple[int, int, str]]:
    """The chunks of IOB2 tags; fails on an ``I-`` that nothing begins."""
    current: tuple[int, int, str] | None = None
    for tag, (start, end) in zip(tags, offsets, strict=True):
        if tag.startswith("I-"):
            assert current is not None
            assert current[2] == tag[2:]
            current = current[0], end, current[2]
            continue
        if current:
            yield current
        current = (start, end, tag[2:]) if tag != "O" else None
    if current:
        yield current


def test_the_outermost_name_is_tagged() -> None:
    lead = list(tagged_sentences(story_record("a"), STORY))[2]
    words = [token.slice(STORY) for token in lead.tokens]
    tagged = {word: tag for word, tag in zip(words, lead.tags, strict=True) if tag != "O"}
    # "Orvian" is a state inside the name of a ministry.
    assert tagged["Orvian"] == "B-ORG"
    assert tagged["Foreign"] == tagged["Ministry"] == "I-ORG"
    assert tagged["Telmark"] == tagged["U.S."] == "B-GPE"
    assert "it" not in tagged
    every = dict(zip(words, lead.all_tags, strict=True))
    assert (every["it"], every["inspectors"], every["'s"]) == ("B-ORG", "B-PER", "O")


def mentions(*found: tuple[int, int, str]) -> Record:
    entities = tuple(Entity(f"e{n}", kind) for n, (_, _, kind) in enumerate(found))
    spans = tuple(Mention(f"m{n}", f"e{n}", Span(a, b), "NAM") for n, (a, b, _) in enumerate(found))
    return Record("a", "1.0", "gold", entities=entities, mentions=spans)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # Text and tokens: "Aa Bb | Cc-Dd" with the sentence break at the bar.
        (mentions((0, 2, "PER"), (3, 5, "PER")), "B-PER B-PER / O O O"),
        (mentions((0, 2, "GPE"), (0, 5, "ORG")), "B-ORG I-ORG / O O O"),
        (mentions((0, 5, "ORG"), (0, 2, "GPE")), "B-ORG I-ORG / O O O"),
        # The same words twice: the first type of the schema, whatever the order.
        (mentions((0, 2, "GPE"), (0, 2, "PER")), "B-PER O / O O O"),
        (mentions((0, 2, "PER"), (0, 2, "GPE")), "B-PER O / O O O"),
        # Over the break: it begins again.
        (mentions((3, 9, "LOC")), "O B-LOC / B-LOC O O"),
        # Less than a token: the whole token, which it keeps.
        (mentions((4, 5, "LOC"), (3, 4, "PER")), "O B-PER / O O O"),
        # Within a hyphen compound.
        (mentions((7, 9, "GPE"), (10, 12, "GPE")), "O O / B-GPE O B-GPE"),
        (mentions(), "O O / O O O"),
    ],
)
def test_flat_tags(record: Record, expected: str) -> None:
    text = "Aa Bb\n Cc-Dd"
    found = tokens(text)
    assert [token.slice(text) for token in found] == ["Aa", "Bb", "Cc", "-", "Dd"]
    tags = bio_tags(record, [found[:2], found[2:]], {"NAM"})
    assert " / ".join(" ".join(one) for one in tags) == expected


def test_masked_zones_make_no_rows(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    words = {word for row in rows_of(tmp_path / "out", "ner") for word in row["tokens"]}
    assert not words & {"Photo", "Skip", "Ada", "Reprints"}
    captions = [row for row in rows_of(tmp_path / "out", "ner") if "Monday" in row["tokens"]]
    assert len(captions) == 5


def test_what_run_ner_expects(project: Project, tmp_path: Path, load: Load) -> None:
    """The token-classification examples of transformers look for these, by these names."""
    write_dataset(project, tmp_path / "out", public=True)
    data = load(tmp_path / "out", "ner")
    assert list(data) == ["train", "validation", "test"]
    features = data["train"].features
    assert "tokens" in data["train"].column_names
    assert "ner_tags" in data["train"].column_names
    labels = features["ner_tags"].feature.names
    assert labels[0] == "O"
    for index, label in enumerate(labels):
        # They map B- to I- of the same name to label sub-words.
        if label.startswith("B-"):
            assert label.replace("B-", "I-") == labels[index + 1]
    for row in data["train"]:
        assert all(0 <= tag < len(labels) for tag in row["ner_tags"])


def test_a_row_of_quotes(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    quotes = {
        row["quote_id"]: row
        for row in rows_of(tmp_path / "out", "quotes")
        if row["doc_id"] == "beta-01"
    }
    split = quotes["q2"]
    assert split["content"] == "“We want a boat,” “and we want it soon.”"
    assert [STORY[a:b] for a, b in split["content_spans"]] == [
        "“We want a boat,”",
        "“and we want it soon.”",
    ]
    assert (split["cue"], split["source"], split["source_name"]) == ("told", "Ida Roth", "Ida Roth")
    assert (split["source_type"], split["source_kb"]) == ("PER", "person:ida-roth")
    assert [one["text"] for one in split["addressees"]] == ["reporters"]
    assert (split["type"], split["depth"], split["parent"]) == ("direct", 0, None)
    # Its own paragraph, the sentence before it and the sentence after it.
    assert split["context"].startswith("LUND, May 6 (Strand Wire) -- The Orvian")
    assert split["context"].endswith("the visit “a farce”.")
    start, end = split["context_span"]
    assert STORY[start:end] == split["context"]
    assert (quotes["q4"]["parent"], quotes["q4"]["depth"]) == ("q3", 1)
    assert (quotes["q3"]["anonymous"], quotes["q4"]["anonymous"]) == (True, False)
    assert quotes["q1"]["polarity"] == "negative"


def test_a_row_of_events(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    events = {
        row["event_id"]: row
        for row in rows_of(tmp_path / "out", "events")
        if row["doc_id"] == "beta-01"
    }
    barred = events["v1"]
    assert (barred["trigger"], barred["type"], barred["mode"]) == ("barred", "COERCE", "restrict")
    assert (barred["group"], barred["ere_realis"]) == ("material-conflict", "Actual")
    assert [(one["role"], one["kind"], one["text"]) for one in barred["arguments"]] == [
        ("actor", "mention", "it"),
        ("recipient", "mention", "Telmark"),
        ("time", "time", "Tuesday"),
    ]
    assert [one["value"] for one in barred["arguments"]] == [None, None, "2031-05-06"]
    # The pronoun is the ministry, which has no registry id but a name.
    assert barred["arguments"][0]["name"] == "Orvian Foreign Ministry"
    topic = events["v3"]["arguments"][1]
    assert (topic["kind"], topic["target"], topic["text"]) == ("event", "v2", "talks")
    start, end = barred["sentence_span"]
    assert STORY[start:end] == barred["sentence"]
    record = story_record("beta-01")
    assert [events[one.id]["factbank"] for one in record.events or ()] == [
        factbank(one) for one in record.events or ()
    ]


def test_a_row_of_claims(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    rows = [row for row in rows_of(tmp_path / "out", "claims") if row["doc_id"] == "beta-01"]
    found = claims(story_record("beta-01"))
    assert [row["event_id"] for row in rows] == [claim.event for claim in found]
    assert [row["depth"] for row in rows] == [1, 0, 0, 2, 0]
    barred, visit = rows[0], rows[3]
    assert [one["name"] for one in barred["sources"]] == ["Orvian Foreign Ministry"]
    assert barred["sources"][0]["polarity"] == "negative"
    assert [one["kb"] for one in barred["recipients"]] == ["state:telmark"]
    assert barred["when"] == ["2031-05-06"]
    assert [one["name"] for one in visit["sources"]] == ["A Telmark official", "Ida Roth"]
    assert rows[4]["topics"] == [{"target": "v4", "kind": "event", "name": "visit"}]
    assert rows[4]["claim"].startswith("author: Orvia did not REJECT")


# ------------------------------------------------------------------------------ restricted texts


def test_a_public_build_has_no_word_of_a_restricted_text(
    project: Project, tmp_path: Path, load: Load
) -> None:
    write_dataset(project, tmp_path / "out", public=True)
    assert SECRET.encode() not in contents(tmp_path / "out")
    (row,) = load(tmp_path / "out")["restricted"]
    # Its headline is part of the text; here it is the very sentence.
    assert (row["text"], row["title"]) == (None, None)
    assert row["sha256"] == Corpus(project).document("omega-01").sha256
    assert [len(row[name]) for name in load_schema().lists] == [10, 9, 20, 3, 4, 5]
    # What needs no text is derived all the same.
    assert [quote["depth"] for quote in row["quotes"]] == [0, 0, 0, 1]
    assert {quote["type"] for quote in row["quotes"]} == {None}
    for config in CONFIGS[1:]:
        assert list(load(tmp_path / "out", config)) == ["train", "validation", "test"]


def test_a_restricted_text_goes_in_when_it_is_here(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    rows = {row["doc_id"]: row for row in rows_of(tmp_path / "out", "documents")}
    assert rows["omega-01"]["text"].endswith(SECRET + "\n")
    assert "omega-01" in {row["doc_id"] for row in rows_of(tmp_path / "out", "quotes")}
    # The card does not quote it, though the text is in the shards.
    assert SECRET not in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_public_builds_are_the_same_with_and_without_the_text(
    project: Project, tmp_path: Path
) -> None:
    write_dataset(project, tmp_path / "with", public=True)
    (project.restricted / "omega-01.txt").unlink()
    write_dataset(project, tmp_path / "without", public=True)
    write_dataset(project, tmp_path / "own")
    assert (
        contents(tmp_path / "with") == contents(tmp_path / "without") == contents(tmp_path / "own")
    )


# ------------------------------------------------------------------------------------- rebuilding


def test_a_rebuild_is_byte_identical_and_changes_nothing(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert write_dataset(project, out)[1]
    before = {name: (out / name).stat().st_mtime_ns for name in files_of(out)}
    assert not write_dataset(project, out)[1]
    assert {name: (out / name).stat().st_mtime_ns for name in files_of(out)} == before
    write_dataset(project, tmp_path / "again")
    assert files_of(out) == files_of(tmp_path / "again")
    assert contents(out) == contents(tmp_path / "again")


def test_a_build_replaces_the_one_before(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_dataset(project, out)
    # Something that datasets leaves beside a shard it has mapped.
    (out / "documents" / "cache-0123abcd.arrow").write_bytes(b"old")
    add_document(project, "gamma-02", "gamma")
    built, changed = write_dataset(project, out)
    assert changed
    assert built.parts["documents"]["test"].rows == 2
    assert not list(out.rglob("cache-*"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_interrupted_build_leaves_the_old_one_whole(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_dataset(project, out)
    before = contents(out)
    add_document(project, "gamma-02", "gamma")

    def interrupted(ids: Any) -> Iterator[str]:
        yield from list(ids)[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(project, out, progress=interrupted)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "project"]


def test_a_build_that_was_killed_is_cleared_away(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_dataset(project, out)
    # Killed between moving the old build away and putting the new one in its place.
    out.rename(tmp_path / ".out.previous")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    (tmp_path / f".out.{child.pid}.part").mkdir()
    (tmp_path / f".out.{os.getppid()}.part").mkdir()
    assert not write_dataset(project, out)[1]
    # What belongs to a process that still runs stays.
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert left == [f".out.{os.getppid()}.part"]


def test_a_folder_that_was_built_in_is_gone_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), new_folder(tmp_path / "out") as part:
        (part / "x").write_text("x", encoding="utf-8")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("inside", ["corpus", "annotations/out", "schemas", "eval/x/y"])
def test_folders_of_the_project_are_refused(inside: str, project: Project) -> None:
    before = files_of(project.root)
    with pytest.raises(CommuniqueError, match="which holds sources"):
        write_dataset(project, project.root / inside)
    assert files_of(project.root) == before


def test_a_link_into_a_folder_of_the_project_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project.corpus)
    with pytest.raises(CommuniqueError, match="inside corpus/"):
        write_dataset(project, tmp_path / "link" / "out")


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "README.md", "documents/notes.txt", "ner/extra-00000-of-00001.arrow", ".git/x"],
)
def test_foreign_files_are_refused_and_kept(name: str, project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if name != "README.md":
        write_dataset(project, out)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_text("mine", encoding="utf-8")
    before = contents(out)
    with pytest.raises(CommuniqueError, match=r"not of a build \(" + name.replace(".", r"\.")):
        write_dataset(project, out)
    assert contents(out) == before


def test_the_root_of_the_project_is_refused(project: Project) -> None:
    with pytest.raises(CommuniqueError, match="not of a build"):
        write_dataset(project, project.root)


@pytest.mark.parametrize("target", ["file/out", "file/deep/out"])
def test_a_place_that_cannot_be_written_is_one_line(
    target: str, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(CommuniqueError, match="expected to write a dataset") as error:
        write_dataset(project, tmp_path / target)
    assert "\n" not in str(error.value)


def test_a_loop_of_links_is_one_line(project: Project, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(CommuniqueError, match="loop"):
        write_dataset(project, tmp_path / "loop" / "out")


def test_a_file_that_comes_while_building_is_kept(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_dataset(project, out)
    add_document(project, "gamma-02", "gamma")

    def meanwhile(ids: Any) -> Iterator[str]:
        (out / "notes.txt").write_text("mine", encoding="utf-8")
        yield from ids

    with pytest.raises(CommuniqueError, match=r"notes\.txt"):
        write_dataset(project, out, progress=meanwhile)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_shards_without_a_card_are_refused(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    (tmp_path / "out" / "README.md").unlink()
    with pytest.raises(CommuniqueError, match="without the card"):
        write_dataset(project, tmp_path / "out")


def test_a_link_among_the_shards_is_refused(project: Project, tmp_path: Path) -> None:
    write_dataset(project, tmp_path / "out")
    (tmp_path / "out" / "mine").symlink_to(tmp_path)
    with pytest.raises(CommuniqueError, match=r"not of a build \(mine/"):
        write_dataset(project, tmp_path / "out")


def test_a_file_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(CommuniqueError, match="found a file"):
        write_dataset(project, tmp_path / "out")


def test_a_corpus_without_documents_is_refused(tmp_path: Path) -> None:
    project = small_corpus(tmp_path / "project", {"alpha-01": "alpha"})
    (project.documents / "alpha-01.json").unlink()
    with pytest.raises(CommuniqueError, match="no documents"):
        write_dataset(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_storyline_without_a_split_is_refused(project: Project, tmp_path: Path) -> None:
    (project.corpus / "splits.yaml").write_text("train: [alpha, beta]\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"build\.split"):
        write_dataset(project, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------------------------------- shards


def numbers(split: str, folder: Path, batch: int, shard_bytes: int) -> ShardWriter:
    config = Config("n", "number", (Column("n", pa.int64(), "A number."),), lambda _: (), batch)
    return ShardWriter(config, folder, split, shard_bytes)


def test_shards_of_bounded_size(tmp_path: Path) -> None:
    writer = numbers("train", tmp_path, batch=10, shard_bytes=600)
    for number in range(95):
        writer.add({"n": number})
    shards = writer.close()
    total = len(shards)
    assert total > 1
    names = [f"train-{number:05d}-of-{total:05d}.arrow" for number in range(total)]
    assert [shard.name for shard in shards] == names
    read = []
    for shard in shards:
        with pa.memory_map(str(shard)) as file:
            read += pa.ipc.open_stream(file).read_all()["n"].to_pylist()
    assert read == list(range(95))


def test_columns_that_the_config_does_not_have_are_refused(tmp_path: Path) -> None:
    writer = numbers("train", tmp_path, batch=10, shard_bytes=600)
    rows: list[Mapping[str, Any]] = [{"m": 1}, {"n": 1, "m": 1}, {}]
    for row in rows:
        with pytest.raises(ValueError, match="expected exactly those"):
            writer.add(row)


def test_many_shards_load_as_one(tmp_path: Path, load: Load) -> None:
    project = many_documents(tmp_path / "project", 250)
    built, _ = write_dataset(project, tmp_path / "out", shard_bytes=100_000)
    # Batches of 100 rows, each of more than 100 kB.
    assert len(built.parts["documents"]["train"].files) == 3
    assert load(tmp_path / "out")["train"]["doc_id"] == list(Corpus(project).ids)


# --------------------------------------------------------------------------------------- memory

BUILD = """
import resource, sys
from pathlib import Path
from communique.corpus.dataset.build import write_dataset
from communique.project import Project
built, _ = write_dataset(Project(Path(sys.argv[1])), Path(sys.argv[2]))
rows = sum(part.rows for part in built.parts["documents"].values())
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """3,000 documents are built in at most 60 MiB more than 300: the rows of a batch, no more."""

    def peak(count: int) -> int:
        project = many_documents(tmp_path / str(count), count)
        command = [sys.executable, "-c", BUILD, str(project.root), str(tmp_path / f"out{count}")]
        rows, kilobytes = subprocess.check_output(command, text=True).split()
        assert int(rows) == count
        return int(kilobytes)

    assert peak(3000) - peak(300) < 60 * 1024


# -------------------------------------------------------------------------------------- command


def run(project: Project, *arguments: str | Path) -> Result:
    command = ["corpus", "build", *(str(one) for one in arguments)]
    return CliRunner().invoke(main, command, env={"COMMUNIQUE_PROJECT": str(project.root)})


def test_the_command_prints_what_it_has_built(project: Project, tmp_path: Path) -> None:
    result = run(project, tmp_path / "out", "--public")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert lines[0] == ["config", "train", "validation", "test", "restricted", "kB"]
    assert lines[1][:5] == ["documents", "2", "1", "1", "1"]
    assert lines[2][:5] == ["ner", "14", "7", "7", "–"]
    assert "1 restricted text left out" in result.output
    assert result.output.endswith(f"{tmp_path / 'out'}: written\n")
    assert run(project, tmp_path / "out", "--public").output.endswith("unchanged\n")


def test_the_command_as_json(project: Project, tmp_path: Path) -> None:
    result = run(project, tmp_path / "out", "--format", "json")
    found = json.loads(result.output)
    assert found["configs"]["quotes"]["train"]["rows"] == 8
    assert found["restricted_texts"] == 1
    for parts in found["configs"].values():
        for part in parts.values():
            size = sum((tmp_path / "out" / name).stat().st_size for name in part["files"])
            assert part["bytes"] == size


def test_a_progress_bar_is_for_terminals_only(project: Project, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    arguments = ["corpus", "build", str(tmp_path / "out")]
    code = f"from communique.cli import main; main({arguments!r})"
    environment = os.environ | {"COMMUNIQUE_PROJECT": str(project.root), "TERM": "xterm"}
    reader, terminal = pty.openpty()
    onto_terminal = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=terminal,
        check=True,
    )
    os.close(terminal)
    drawn = os.read(reader, 100_000)
    os.close(reader)
    assert b"documents" in drawn
    piped = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    assert piped.stderr == b""
    # No colour and no bar in what a program reads.
    assert b"\x1b" not in onto_terminal.stdout + piped.stdout


def test_the_command_refuses_a_corpus_with_errors(project: Project, tmp_path: Path) -> None:
    text = project.documents / "alpha-01.txt"
    text.write_text(text.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    result = run(project, tmp_path / "out")
    assert result.exit_code == 1
    assert "alpha-01" in result.output
    assert not (tmp_path / "out").exists()


def test_the_command_refuses_a_folder_in_one_line(project: Project) -> None:
    result = run(project, project.corpus / "out")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1


# ------------------------------------------------------------------------ the repository's corpus


def test_the_dataset_of_the_repository(tmp_path: Path, load: Load) -> None:
    """On the repository's own corpus: every config loads, and no text but the open ones ships."""
    project = Project(Path(__file__).parents[2])
    corpus = Corpus(project)
    assert corpus.ids
    built, _ = write_dataset(project, tmp_path / "out", public=True)
    for config, parts in built.parts.items():
        loaded = load(tmp_path / "out", config)
        assert {name: data.num_rows for name, data in loaded.items()} == {
            name: part.rows for name, part in parts.items()
        }
    for row in rows_of(tmp_path / "out", "documents"):
        assert (row["text"] is None) == (row["licence"] == "restricted")
    write_dataset(project, tmp_path / "again", public=True)
    names = files_of(tmp_path / "out")
    same = filecmp.cmpfiles(tmp_path / "out", tmp_path / "again", names, shallow=False)
    assert same == (names, [], [])
    assert (
        (tmp_path / "out" / "README.md").read_text(encoding="utf-8").startswith(f"---\n{MARKER}\n")
    )


def test_no_sentence_of_a_restricted_text_of_the_repository_is_in_its_public_build(
    tmp_path: Path,
) -> None:
    """On the repository's own corpus, where restricted texts are hydrated."""
    project = Project(Path(__file__).parents[2])
    corpus = Corpus(project)
    texts = [
        text
        for one in corpus.documents()
        if one.licence == "restricted" and (text := corpus.text(one.doc_id))
    ]
    if not texts:
        pytest.skip("no restricted text is hydrated here")
    write_dataset(project, tmp_path / "out", public=True)
    everything = contents(tmp_path / "out").decode("utf-8", "replace")
    for text in texts:
        words = text.split()
        runs = (" ".join(words[place : place + 9]) for place in range(len(words) - 8))
        assert [run for run in runs if run in everything] == []
