from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as default_scores
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_scores
from seqeval.scheme import IOB2, Entities

from annotated import LENGTH, SCHEMA, records
from communique.annotations.record import Record
from communique.corpus.tokens import tokens
from communique.errors import InvalidInput
from communique.eval.columns import Columns
from communique.eval.counts import Counts
from communique.eval.inputs import side_of_records
from communique.eval.measures.peers.seqeval import seqeval_counts
from communique.eval.scoring import score
from communique.eval.tagging import tagged_chunks

Tags = list[list[str]]

TEXT = ("ab " * LENGTH)[:LENGTH]

# prefixes that seqeval knows, knows in other schemes, and does not know; types with hyphens,
# none at all, and one that looks like no type
ANY_TAG = st.one_of(
    st.sampled_from(["O", "B", "I", "E", "S", "X", ".", "O-PER", "PER", ".-LOC"]),
    st.builds(
        "{}-{}".format,
        st.sampled_from("BBIIIESX.O"),
        st.sampled_from(["PER", "PER", "LOC", "A-B", "", "_", "-PER-"]),
    ),
)
IOB2_TAG = st.one_of(
    st.sampled_from(["O", "O", "B", "I", "O-PER"]),
    st.builds(
        "{}-{}".format, st.sampled_from("BII"), st.sampled_from(["PER", "LOC", "A-B", "-A-"])
    ),
)


@st.composite
def tagged(draw: st.DrawFn, tag: st.SearchStrategy[str]) -> tuple[Tags, Tags]:
    """Two taggings of the same sequences."""
    lengths = draw(st.lists(st.integers(0, 7), min_size=1, max_size=4))
    gold, pred = ([draw(st.lists(tag, min_size=n, max_size=n)) for n in lengths] for _ in range(2))
    return gold, pred


@contextmanager
def seqeval_unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* seems not to be NE tag")
        yield


def check_against_the_package(counts: Counts, chunks: list[set[Any]], scores: Any) -> None:
    gold, pred = chunks
    assert counts.score.sums == (len(gold & pred), len(pred), len(gold))
    precision, recall, f1, _ = scores("micro")
    found = counts.score.values
    assert [found[name] or 0 for name in ("precision", "recall", "f1")] == pytest.approx(
        [precision, recall, f1]
    )
    _, _, f1s, supports = scores(None)
    assert [one.value for one in counts.by_type().values()] == pytest.approx(f1s.tolist())
    assert [one.count("n_gold") for one in counts.by_type().values()] == supports.tolist()


@given(tagged(ANY_TAG))
@settings(max_examples=500, deadline=None)
def test_default_mode_is_the_package(tags: tuple[Tags, Tags]) -> None:
    with seqeval_unwarned():
        check_against_the_package(
            seqeval_counts(*tags),
            [set(get_entities(side)) for side in tags],
            lambda average: default_scores(*tags, average=average, zero_division=0),
        )


@given(tagged(IOB2_TAG))
@settings(max_examples=300, deadline=None)
def test_strict_mode_is_the_package(tags: tuple[Tags, Tags]) -> None:
    check_against_the_package(
        seqeval_counts(*tags, "strict"),
        [
            {one.to_tuple() for found in Entities(side, IOB2).entities for one in found}
            for side in tags
        ],
        lambda average: strict_scores(*tags, average=average, scheme=IOB2, zero_division=0),
    )


@given(records(), records())
@settings(max_examples=60, deadline=None)
def test_tags_of_the_corpus_are_read_alike_by_both_modes(gold: Record, pred: Record) -> None:
    sides = [side_of_records([one], name="side", texts={"d1": TEXT}) for one in (gold, pred)]
    names = ["mentions.bio", "peers.seqeval.default", "peers.seqeval.strict"]
    result = score(*sides, measures=names)
    assert len({result.score(name) for name in names}) == 1
    assert all(result.by_type(name) == result.by_type(names[0]) for name in names)
    # and they are what the package counts on the written tags, masked zones left out
    if not gold.zones:
        written = [bio_tags(Columns(side.table, SCHEMA)) for side in sides]
        with seqeval_unwarned():
            sets = [set(get_entities(tags)) for tags in written]
        assert result.score(names[0]).sums == (
            len(sets[0] & sets[1]),
            len(sets[1]),
            len(sets[0]),
        )


def bio_tags(columns: Columns) -> Tags:
    words = tokens(TEXT)
    tags = ["O"] * len(words)
    chunks = tagged_chunks(columns.mentions.spans, [words])
    for start, end, type_ in zip(chunks.start, chunks.end, chunks.type, strict=True):
        name = SCHEMA.labels("entity_type")[type_]
        tags[start:end] = [f"B-{name}"] + [f"I-{name}"] * (end - start - 1)
    return [tags]


@pytest.mark.parametrize(
    ("gold", "pred"),
    [
        # the prediction has no beginning
        (["B-PER", "I-PER", "O"], ["I-PER", "I-PER", "O"]),
        # nor a prefix of any scheme
        (["B-PER", "I-PER", "O"], ["X-PER", "X-PER", "O"]),
    ],
)
def test_default_mode_takes_what_is_no_chunk(gold: list[str], pred: list[str]) -> None:
    with seqeval_unwarned():
        package = default_scores([gold], [pred], average="micro")
    assert package[2] == 1.0
    assert seqeval_counts([gold], [pred]).score.value == 1.0
    if "X-PER" not in pred:
        assert seqeval_counts([gold], [pred], "strict").score.value == 0.0


def test_counts_are_per_sequence_and_add_up() -> None:
    gold = [["B-PER", "O"], ["B-LOC", "I-LOC"]]
    pred = [["B-PER", "B-PER"], ["B-LOC", "O"]]
    counts = seqeval_counts(gold, pred)
    assert counts.total.tolist() == [[1, 2, 1], [0, 1, 1]]
    assert {name: one.sums for name, one in counts.by_type().items()} == {
        "LOC": (0, 1, 1),
        "PER": (1, 2, 1),
    }
    assert seqeval_counts([], []).score.values == {"precision": None, "recall": None, "f1": None}


def test_what_cannot_be_compared_is_refused_all_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        seqeval_counts([["O"], ["O", "O"], [""]], [["O"], ["O"]])
    assert [(one.check, one.path) for one in caught.value.problems] == [
        ("eval.tags", "$"),
        ("eval.tags", "$[1]"),
        ("eval.tags", "$"),
    ]
    with pytest.raises(InvalidInput, match="begins with B, I or O"):
        seqeval_counts([["B-PER"]], [["S-PER"]], "strict")
