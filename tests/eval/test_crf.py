"""The trained baseline: learns from the train split alone, and always the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from communique.annotations.checks import prediction_problems
from communique.annotations.reading import format_record, write_record
from communique.annotations.record import Record, Span
from communique.corpus.documents import Corpus
from communique.errors import CommuniqueError
from communique.eval.crf import train
from communique.eval.crf.labels import words_of
from communique.eval.crf.model import chunks, fit, labels_of
from communique.eval.examples import Example, training_examples
from communique.eval.rules.page import read_page
from communique.eval.systems import load_system
from communique.project import Project
from predicted import document_of
from projects import TEXT, make_project


def gold_of(corpus: Corpus, doc_id: str) -> Record:
    record = corpus.gold(doc_id)
    assert record is not None
    return record


def set_storyline(project: Project, doc_id: str, storyline: str) -> None:
    path = project.documents / f"{doc_id}.json"
    metadata = json.loads(path.read_text(encoding="utf-8")) | {"storyline": storyline}
    path.write_text(json.dumps(metadata), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three documents to learn from, one to test on, one in no split."""
    ids = ("ferry-01", "ferry-02", "ferry-03", "port-01", "strike-01")
    project = make_project(tmp_path / "project", ids)
    set_storyline(project, "port-01", "port")
    set_storyline(project, "strike-01", "strike")
    splits = "train: [ferry]\ntest: [port]\n"
    (project.corpus / "splits.yaml").write_text(splits, encoding="utf-8")
    return project


def predicted(project: Project, doc_id: str = "port-01") -> Record:
    corpus = Corpus(project)
    text = corpus.text(doc_id)
    assert text is not None
    return load_system("crf", corpus)(corpus.document(doc_id), text)


def test_it_says_of_a_document_like_those_it_learnt_from_what_they_say(project: Project) -> None:
    record, gold = predicted(project), gold_of(Corpus(project), "port-01")
    types = [{one.id: one.type for one in each.entities or ()} for each in (record, gold)]
    found, wanted = (
        {(one.span, one.level, of[one.entity]) for one in each.mentions or ()}
        for each, of in zip((record, gold), types, strict=True)
    )
    assert found == wanted
    (quote,), (right,) = record.quotes or (), gold.quotes or ()
    assert (quote.content, quote.cue) == (right.content, right.cue)
    assert record.mention_by_id[quote.source or ""].span == gold.mention_by_id["m5"].span
    titles = {one.span.slice(TEXT) for one in record.mentions or () if one.title}
    assert titles == {"Foreign Minister"}


def test_it_learns_from_the_train_split_alone(project: Project) -> None:
    assert [one.document.doc_id for one in training_examples(Corpus(project))] == [
        *("ferry-01", "ferry-02", "ferry-03")
    ]


@pytest.mark.parametrize("doc_id", ["port-01", "strike-01"])
def test_the_gold_of_other_splits_changes_no_prediction(project: Project, doc_id: str) -> None:
    before = format_record(predicted(project))
    gold = gold_of(Corpus(project), doc_id)
    changed = replace(gold, mentions=(), quotes=(), events=())
    write_record(project.gold / f"{doc_id}.json", changed)
    assert format_record(predicted(project)) == before
    (project.gold / f"{doc_id}.json").unlink()
    assert format_record(predicted(project)) == before
    # the same change in the train split does change it, so that the test above can fail
    for name in ("ferry-01", "ferry-02", "ferry-03"):
        gold = gold_of(Corpus(project), name)
        write_record(
            project.gold / f"{name}.json", replace(gold, mentions=(), quotes=(), events=())
        )
    record = predicted(project)
    assert (record.mentions, record.quotes) == ((), ())


def test_two_processes_come_to_the_same_records(project: Project, tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "communique"
    for name, seed in (("a", "1"), ("b", "2")):
        environment = {
            **os.environ,
            "COMMUNIQUE_PROJECT": str(project.root),
            "PYTHONHASHSEED": seed,
        }
        arguments = ["eval", "predict", "--system", "crf", "--out", str(tmp_path / name)]
        subprocess.run([command, *arguments], env=environment, check=True, capture_output=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_layer_that_no_example_has_is_not_predicted(project: Project) -> None:
    examples = [
        replace(one, gold=replace(one.gold, quotes=None, events=None))
        for one in training_examples(Corpus(project))
    ]
    text = examples[0].text
    record = train(examples)(examples[0].document, text)
    assert record.mentions
    assert (record.quotes, record.events, record.times) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a", "\x00", "“", "\ufeff\n\n"),
        "“We want a boat,” Foreign Minister Ida Roth said. “We do",
        '"We want" a boat," Ida Roth said said said.\n\n"We want a boat." Telmark said it.',
        "Arvandia and Telmark opened\n\nSent from Share this story\n\n'We' 'We want",
    ],
)
def test_it_is_sound_on_other_texts(project: Project, text: str) -> None:
    record = load_system("crf", Corpus(project))(document_of(text), text)
    assert [one for one in prediction_problems(record, text) if one.check != "quote.marks"] == []


def test_without_examples_or_corpus_it_refuses(project: Project) -> None:
    (project.corpus / "splits.yaml").write_text("test: [ferry, port]\n", encoding="utf-8")
    with pytest.raises(CommuniqueError, match="no gold record of split train"):
        load_system("crf", Corpus(project))
    with pytest.raises(CommuniqueError, match="no corpus for crf to learn from"):
        load_system("crf")


def test_without_its_extra_it_refuses_in_one_line_and_writes_nothing(
    project: Project, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "sys.modules['pycrfsuite'] = None\n"  # as if it were not installed
        "from communique.cli import main\n"
        "main()\n"
    )
    out = tmp_path / "crf.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", code, "eval", "predict", "--system", "crf", "--out", str(out)],
        env={**os.environ, "COMMUNIQUE_PROJECT": str(project.root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "pip install 'communique[crf]'" in line
    assert not out.exists()


def test_labels_and_chunks() -> None:
    place = range(10, 16)
    wanted = [(10, 12, "X"), (12, 13, "X"), (15, 16, "Y"), (15, 17, "Z"), (11, 14, "W")]
    labels = labels_of(place, wanted)
    # the fourth goes beyond the place, the fifth shares words with the first
    assert labels == ["B-X", "I-X", "B-X", "O", "O", "B-Y"]
    assert chunks(place, labels) == wanted[:3]
    # a chunk may begin with I: the field is free to say so
    assert chunks(place, ["I-X", "I-X", "O", "B-X", "I-Y", "O"]) == [
        *((10, 12, "X"), (13, 14, "X"), (14, 15, "Y"))
    ]


def test_a_field_with_nothing_to_learn_finds_nothing() -> None:
    model = fit([([["a"], ["b"]], ["O", "O"])])
    assert model.tag([["a"]]) == ["O"]
    assert fit([]).tag([]) == []


def test_a_span_touches_the_words_it_shares_code_points_with() -> None:
    text = "Ida Roth said so."
    page = read_page(document_of(text), text)
    assert words_of(page, Span(0, 8)) == (0, 2)
    assert words_of(page, Span(6, 10)) == (1, 3)  # in the middle of "Roth" and of "said"
    assert words_of(page, Span(8, 9)) is None  # the blank


def test_examples_are_what_the_corpus_has(project: Project) -> None:
    corpus = Corpus(project)
    first = next(iter(training_examples(corpus)))
    assert first == Example(
        corpus.document("ferry-01"), corpus.text("ferry-01") or "", gold_of(corpus, "ferry-01")
    )
