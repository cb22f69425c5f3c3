"""What `Trainer` is told: seqeval's numbers from arrays of label ids."""

from __future__ import annotations

import math
import statistics
import time
import warnings
from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from communique.corpus.dataset.bio import tag_names
from communique.errors import CommuniqueError
from communique.eval.training import IGNORED, make_compute_metrics

Ids = NDArray[np.int64]
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
IOBES = ["O", *(f"{prefix}-{name}" for name in ("PER", "LOC") for prefix in "BIES")]
EvalPrediction = namedtuple("EvalPrediction", ["predictions", "label_ids"])


def random_ids(
    seed: int, n_labels: int, shape: tuple[int, int] = (12, 14), *, agree: float = 0.7
) -> tuple[Ids, Ids]:
    """Gold and predicted ids; some tokens ignored anywhere, and each sentence padded."""
    random = np.random.default_rng(seed)
    gold = random.integers(0, n_labels, shape)
    pred = np.where(random.random(shape) < agree, gold, random.integers(0, n_labels, shape))
    padding = np.arange(shape[1]) >= random.integers(0, shape[1] + 1, (shape[0], 1))
    gold[padding | (random.random(shape) < 0.2)] = IGNORED
    return gold, pred


def as_logits(pred: Ids, n_labels: int, seed: int = 0) -> NDArray[np.float32]:
    """Scores whose highest is the predicted label; padding as `Trainer` pads them."""
    scores = np.random.default_rng(seed).random((*pred.shape, n_labels)).astype(np.float32)
    np.put_along_axis(scores, np.maximum(pred, 0)[..., None], 2.0, axis=-1)
    return scores


def seqeval_says(gold: Ids, pred: Ids, names: list[str], **mode: Any) -> dict[str, float]:
    """The same numbers by seqeval, as transformers' example script asks for them."""
    from seqeval.metrics import (
        accuracy_score,
        classification_report,
        f1_score,
        precision_score,
        recall_score,
    )

    true, guessed = (
        [
            [names[one] for one, keep in zip(row, kept, strict=True) if keep != IGNORED]
            for row, kept in zip(side.tolist(), gold.tolist(), strict=True)
        ]
        for side in (gold, pred)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = {
            "precision": float(precision_score(true, guessed, **mode)),
            "recall": float(recall_score(true, guessed, **mode)),
            "f1": float(f1_score(true, guessed, **mode)),
            "accuracy": float(accuracy_score(true, guessed)),
        }
        report = classification_report(true, guessed, output_dict=True, **mode)
    keys = {"precision": "precision", "recall": "recall", "f1-score": "f1", "support": "number"}
    for name, row in report.items():
        if not name.endswith(" avg"):
            said |= {f"{name}_{keys[key]}": float(value) for key, value in row.items()}
    return said


def assert_as_seqeval(metrics: dict[str, float], said: dict[str, float]) -> None:
    for key, value in metrics.items():
        # seqeval leaves out the types that neither side has
        assert value == pytest.approx(said.get(key, 0.0), abs=1e-12), key
    assert set(said) <= set(metrics)


@pytest.mark.parametrize("seed", range(60))
def test_the_default_mode_is_seqevals(seed: int) -> None:
    names = TAGS if seed % 2 else IOBES
    gold, pred = random_ids(seed, len(names))
    metrics = make_compute_metrics(names)(EvalPrediction(pred, gold))
    assert_as_seqeval(metrics, seqeval_says(gold, pred, names))


@pytest.mark.parametrize("seed", range(40))
def test_the_strict_mode_is_seqevals(seed: int) -> None:
    from seqeval.scheme import IOB2

    gold, pred = random_ids(seed, len(TAGS))
    metrics = make_compute_metrics(TAGS, strict=True)(EvalPrediction(pred, gold))
    assert_as_seqeval(metrics, seqeval_says(gold, pred, TAGS, mode="strict", scheme=IOB2))


def test_a_case_worked_by_hand() -> None:
    # gold  B-PER I-PER O     B-LOC | O     B-LOC
    # pred  B-PER I-PER B-LOC I-LOC | I-LOC O
    # gold chunks: PER 0–1, LOC 3–3, LOC 5–5; predicted: PER 0–1, LOC 2–3, LOC 4–4.
    # One of three is right on both sides; 2 of 6 tokens have the right tag.
    gold = np.array([[1, 2, 0, 3], [0, 3, IGNORED, IGNORED]])
    pred = np.array([[1, 2, 3, 4], [4, 0, 0, 0]])
    metrics = make_compute_metrics(TAGS)(EvalPrediction(pred, gold))
    assert metrics == {
        "precision": 1 / 3,
        "recall": 1 / 3,
        "f1": 1 / 3,
        "accuracy": 2 / 6,
        "PER_precision": 1.0,
        "PER_recall": 1.0,
        "PER_f1": 1.0,
        "PER_number": 1.0,
        "LOC_precision": 0.0,
        "LOC_recall": 0.0,
        "LOC_f1": 0.0,
        "LOC_number": 2.0,
    }
    # Strictly, the I-LOC that nothing begins is no chunk: 1 of 2 predicted.
    strict = make_compute_metrics(TAGS, strict=True, per_type=False)(EvalPrediction(pred, gold))
    assert strict == {
        "precision": 1 / 2,
        "recall": 1 / 3,
        "f1": 2 / 5,
        "accuracy": 2 / 6,
    }


def test_no_chunk_crosses_a_sentence_but_one_crosses_what_is_ignored() -> None:
    # B-PER at the end, I-PER at the beginning: two chunks
    compute = make_compute_metrics(TAGS)
    metrics = compute(EvalPrediction(np.array([[0, 1], [2, 0]]), np.array([[0, 1], [2, 0]])))
    assert metrics["PER_number"] == 2
    # B-PER, a second piece of the word, I-PER: one chunk
    gold = np.array([[1, IGNORED, 2]])
    metrics = compute(EvalPrediction(np.array([[1, 0, 2]]), gold))
    assert (metrics["PER_number"], metrics["f1"]) == (1, 1.0)


@pytest.mark.parametrize("kind", ["named", "pair", "namespace", "tuple", "logits", "int8"])
def test_everything_that_trainer_may_hand_over(kind: str) -> None:
    gold, pred = random_ids(3, len(TAGS))
    logits = as_logits(pred, len(TAGS))
    expected = make_compute_metrics(TAGS)(EvalPrediction(pred, gold))
    given: Any = {
        "named": EvalPrediction(logits, gold),
        "pair": (logits, gold),
        "namespace": SimpleNamespace(predictions=logits, label_ids=gold, inputs=None, losses=None),
        "tuple": EvalPrediction((logits, np.zeros((2, 2))), gold),
        "logits": EvalPrediction(logits.astype(np.float16), gold),
        "int8": EvalPrediction(pred.astype(np.int8), gold.astype(np.int8)),
    }[kind]
    metrics = make_compute_metrics(TAGS)(given)
    assert metrics == expected
    assert all(type(value) is float for value in metrics.values())


def test_batches_add_up_to_the_whole() -> None:
    compute = make_compute_metrics(TAGS)
    gold, pred = random_ids(5, len(TAGS), (40, 9))
    whole = compute(EvalPrediction(pred, gold))
    for _ in range(2):  # nothing of the first round is left for the second
        assert compute(EvalPrediction(pred[:10], gold[:10]), compute_result=False) == {}
        # another batch may be padded to another length
        wider = [np.pad(one[10:30], ((0, 0), (0, 3)), constant_values=-100) for one in (pred, gold)]
        assert compute(EvalPrediction(*wider), compute_result=False) == {}
        assert compute(EvalPrediction(pred[30:], gold[30:]), compute_result=True) == whole


def test_what_is_undefined_can_be_told_from_zero() -> None:
    nothing = EvalPrediction(np.array([[0, 0]]), np.array([[0, IGNORED]]))
    assert make_compute_metrics(TAGS)(nothing)["f1"] == 0.0
    metrics = make_compute_metrics(TAGS, undefined=math.nan)(nothing)
    assert math.isnan(metrics["f1"]) and math.isnan(metrics["PER_recall"])
    assert (metrics["accuracy"], metrics["PER_number"]) == (1.0, 0.0)
    empty = EvalPrediction(np.zeros((0, 0), int), np.zeros((0, 0), int))
    assert math.isnan(make_compute_metrics(TAGS, undefined=math.nan)(empty)["accuracy"])


def test_the_labels_of_the_dataset_are_taken() -> None:
    names = tag_names()
    gold, pred = random_ids(7, len(names))
    metrics = make_compute_metrics(names)(EvalPrediction(pred, gold))
    assert_as_seqeval(metrics, seqeval_says(gold, pred, list(names)))
    assert {"PER_f1", "DOC_number"} <= set(metrics)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["O", "PER"], '"PER"'),
        (["O", "B-"], '"B-"'),
        (["O", "b-PER"], '"b-PER"'),
        (["O", "BI-PER"], '"BI-PER"'),
        (["O", "-PER"], '"-PER"'),
        (["O", 3], "3"),
        (["O", "B-PER", "B-PER"], "a label twice"),
        ([], "no label"),
    ],
)
def test_labels_that_are_no_tags_are_refused(names: list[str], found: str) -> None:
    with pytest.raises(CommuniqueError, match=f"found {found}, expected"):
        make_compute_metrics(names)


def test_ends_and_singles_are_no_part_of_iob2() -> None:
    make_compute_metrics(IOBES)
    with pytest.raises(CommuniqueError, match='found "E-PER", expected O, or B-, I- before'):
        make_compute_metrics(IOBES, strict=True)


@pytest.mark.parametrize(
    ("predictions", "label_ids", "said"),
    [
        (np.zeros((1, 3), int), np.zeros((1, 2), int), r"predictions: found int64 of shape \(1, 3"),
        (np.zeros((1, 2, 4)), np.zeros((1, 2), int), r"of shape \(1, 2, 4\), expected .* 5 labels"),
        (np.zeros((1, 2)), np.zeros((1, 2), int), "predictions: found float64"),
        (np.zeros((1, 2), int), np.zeros((1, 2)), "label_ids: found float64"),
        (np.zeros(2, int), np.zeros(2, int), r"label_ids: found int64 of shape \(2,\)"),
        (np.array([[5, 0]]), np.zeros((1, 2), int), "predictions: found the id 5, expected 0 to 4"),
        (np.array([[-1, 0]]), np.zeros((1, 2), int), "predictions: found the id -1"),
        (np.zeros((1, 2), int), np.array([[0, -1]]), "label_ids: found the id -1"),
        (np.full((1, 2, 5), np.nan), np.zeros((1, 2), int), "found NaN scores"),
    ],
)
def test_what_does_not_fit_is_named(predictions: Any, label_ids: Any, said: str) -> None:
    with pytest.raises(CommuniqueError, match=said):
        make_compute_metrics(TAGS)(EvalPrediction(predictions, label_ids))


def test_what_is_ignored_may_hold_anything() -> None:
    scores = np.zeros((1, 2, 5))
    scores[0, 1] = np.nan
    compute = make_compute_metrics(TAGS)
    assert compute(EvalPrediction(scores, np.array([[0, IGNORED]])))["accuracy"] == 1.0
    ids = EvalPrediction(np.array([[0, -100]]), np.array([[0, IGNORED]]))
    assert compute(ids)["accuracy"] == 1.0


def test_transformers_own_object_is_taken() -> None:
    transformers = pytest.importorskip("transformers")
    gold, pred = random_ids(11, len(TAGS))
    given = transformers.EvalPrediction(predictions=as_logits(pred, 5), label_ids=gold)
    expected = make_compute_metrics(TAGS)(EvalPrediction(pred, gold))
    assert make_compute_metrics(TAGS)(given) == expected


def test_it_takes_a_twentieth_of_seqevals_time() -> None:
    gold, pred = random_ids(13, len(TAGS), (1_500, 60), agree=0.9)
    compute, given = make_compute_metrics(TAGS), EvalPrediction(pred, gold)
    compute(given)
    ours = []
    for _ in range(5):
        begin = time.perf_counter()
        compute(given)
        ours.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    seqeval_says(gold, pred, TAGS)
    assert time.perf_counter() - begin > 20 * statistics.median(ours)
