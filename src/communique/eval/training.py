"""What `Trainer` reports while a token classifier is trained: seqeval's numbers, from label ids.

Everything is arithmetic on whole arrays of ids. Neither transformers nor seqeval is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.errors import CommuniqueError, quoted
from communique.eval.keys import Ints

__all__ = ["IGNORED", "ComputeMetrics", "make_compute_metrics"]

IGNORED = -100
"""The label id of what is not scored: special tokens, later pieces of a word, padding."""

ComputeMetrics = Callable[..., dict[str, float]]
"""What `Trainer(compute_metrics=…)` takes."""

PREFIXES = "OBIES"
OUTSIDE, BEGIN, INSIDE, END, SINGLE = range(5)


@dataclass(frozen=True, slots=True)
class Labels:
    """The label names taken apart: prefix and place of the type of each label id."""

    prefix: Ints
    type: Ints
    types: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.prefix)


@dataclass(frozen=True, slots=True)
class Chunks:
    """Tagged spans in order: numbers of their first and last token, and the type of each."""

    first: Ints
    last: Ints
    type: Ints


def make_compute_metrics(
    label_names: Sequence[str],
    *,
    strict: bool = False,
    per_type: bool = True,
    undefined: float = 0.0,
) -> ComputeMetrics:
    """A function for `Trainer(compute_metrics=…)` on the `ner` config.

    ``label_names`` are the tags in the order of their ids, as in
    ``dataset["train"].features["ner_tags"].feature.names``: ``O``, and ``B-`` and ``I-`` of each
    type (``E-`` and ``S-`` too when not ``strict``).

    The function takes transformers' ``EvalPrediction``, or any object or pair like it:
    ``predictions`` of shape ``(sentences, tokens, labels)`` with scores or ``(sentences, tokens)``
    with ids, or a tuple that begins with such an array; ``label_ids`` of shape
    ``(sentences, tokens)``, in which -100 marks what is left out on both sides. It returns
    ``precision``, ``recall`` and ``f1`` over all chunks (micro), ``accuracy`` over tokens, and with
    ``per_type`` for each type such keys as ``PER_precision``, ``PER_recall``, ``PER_f1`` and
    ``PER_number`` (chunks in the gold): the same keys whatever was found. With
    ``compute_result=False``, as `Trainer` calls it under ``batch_eval_metrics``, it only adds
    the batch to what it will count, and returns nothing.

    The numbers are those of seqeval 1.2.2: of its default mode, in which ``I-X`` may begin a chunk,
    or with ``strict`` of ``mode="strict", scheme=IOB2``. What is undefined is ``undefined``, by
    default 0 as in seqeval; say ``math.nan`` to tell it from a true zero.

    Raises:
        CommuniqueError: the label names are not tags; from the function: shapes or ids that do
            not fit, scores that are not numbers.

    """
    labels = _labels(label_names, strict=strict)
    batches: list[Ints] = []

    def compute_metrics(eval_prediction: Any, compute_result: bool = True) -> dict[str, float]:
        batches.append(_count(eval_prediction, labels, strict=strict))
        if not compute_result:
            return {}
        sums = np.sum(batches, axis=0)
        batches.clear()
        return _metrics(sums, labels.types if per_type else (), undefined)

    return compute_metrics


def _labels(names: Sequence[str], *, strict: bool) -> Labels:
    """The labels of their names, which have to be tags."""
    allowed = PREFIXES[:3] if strict else PREFIXES
    types: dict[str, int] = {}
    prefixes, places = [], []
    for name in names:
        prefix, dash, type_ = name.partition("-") if isinstance(name, str) else ("", "", "")
        if name != "O" and (prefix not in tuple(allowed[1:]) or not dash or not type_):
            expected = f"O, or {', '.join(f'{one}-' for one in allowed[1:])} before a type"
            raise CommuniqueError(f"label_names: found {quoted(name)}, expected {expected}")
        prefixes.append(PREFIXES.index(prefix))
        places.append(-1 if name == "O" else types.setdefault(type_, len(types)))
    if len(set(names)) < len(names) or not names:
        found = "no label" if not names else "a label twice"
        raise CommuniqueError(f"label_names: found {found}, expected each label once")
    return Labels(np.array(prefixes), np.array(places), tuple(types))


def _count(eval_prediction: Any, labels: Labels, *, strict: bool) -> Ints:
    """Rows ``[right, tokens, 0]`` and ``[tp, n_pred, n_gold]`` of each type."""
    gold_ids, pred_ids, sentence = _scored_tokens(eval_prediction, labels)
    gold, pred = (_chunks(ids, sentence, labels, strict=strict) for ids in (gold_ids, pred_ids))
    columns = (_hits(gold, pred, len(gold_ids)), pred.type, gold.type)
    typed = [np.bincount(types, minlength=len(labels.types)) for types in columns]
    tokens = [np.count_nonzero(gold_ids == pred_ids), len(gold_ids), 0]
    return np.vstack([np.array(tokens, dtype=np.int64), np.stack(typed, axis=-1)])


def _metrics(sums: Ints, types: Sequence[str], undefined: float) -> dict[str, float]:
    right, tokens, _ = sums[0].tolist()
    metrics = _prf(sums[1:].sum(axis=0), undefined)
    metrics["accuracy"] = right / tokens if tokens else undefined
    for row, name in enumerate(types, start=1):
        metrics |= {f"{name}_{key}": value for key, value in _prf(sums[row], undefined).items()}
        metrics[f"{name}_number"] = float(sums[row, 2])
    return metrics


def _prf(row: Ints, undefined: float) -> dict[str, float]:
    tp, n_pred, n_gold = row.tolist()
    return {
        "precision": tp / n_pred if n_pred else undefined,
        "recall": tp / n_gold if n_gold else undefined,
        "f1": 2 * tp / (n_pred + n_gold) if n_pred + n_gold else undefined,
    }


def _scored_tokens(eval_prediction: Any, labels: Labels) -> tuple[Ints, Ints, Ints]:
    """Gold id, predicted id and number of the sentence of each token that is scored, in order."""
    if hasattr(eval_prediction, "predictions"):
        predictions, label_ids = eval_prediction.predictions, eval_prediction.label_ids
    else:
        predictions, label_ids = eval_prediction
    if isinstance(predictions, tuple):  # models may return more beside the scores
        predictions = predictions[0]
    gold, pred = _array(label_ids), _array(predictions)
    if gold.ndim != 2 or gold.dtype.kind not in "iu":
        raise _unfit("label_ids", gold, "whole numbers of shape (sentences, tokens)")
    scores = pred.ndim == 3
    if pred.shape != (*gold.shape, *([len(labels)] if scores else [])):
        shape = f"{gold.shape} as label_ids have, or with a last axis of {len(labels)} labels"
        raise _unfit("predictions", pred, f"the shape {shape}")
    if not scores and pred.dtype.kind not in "iu":
        raise _unfit("predictions", pred, "whole numbers, or scores with a third axis")
    scored = gold != IGNORED
    gold_ids, pred_ids = gold[scored].astype(np.int64), pred[scored]
    if scores:
        pred_ids = _best(pred_ids)
    for name, ids in (("label_ids", gold_ids), ("predictions", pred_ids)):
        if len(ids) and not 0 <= ids.min() <= ids.max() < len(labels):
            wrong = ids[(ids < 0) | (ids >= len(labels))][0]
            raise CommuniqueError(
                f"{name}: found the id {wrong}, expected 0 to {len(labels) - 1}, "
                f"or {IGNORED} in label_ids for what is left out"
            )
    return gold_ids, pred_ids.astype(np.int64), np.nonzero(scored)[0]


def _array(value: Any) -> NDArray[Any]:
    """An array of numpy, of a tensor too, wherever that lies."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if "bfloat16" in str(value.dtype):  # numpy has no such type
            value = value.float()
    return np.asarray(value)


def _unfit(name: str, found: NDArray[Any], expected: str) -> CommuniqueError:
    return CommuniqueError(
        f"{name}: found {found.dtype} of shape {found.shape}, expected {expected}"
    )


def _best(scores: NDArray[Any]) -> Ints:
    """The label with the highest score in each row."""
    best: Ints = scores.argmax(axis=-1)
    # Where there are NaN, argmax picks one: it would pass for a label.
    if np.isnan(np.take_along_axis(scores, best[:, None], axis=-1)).any():
        raise CommuniqueError(
            "predictions: found NaN scores, expected numbers; the training has diverged"
        )
    return best


def _chunks(ids: Ints, sentence: Ints, labels: Labels, *, strict: bool) -> Chunks:
    """The chunks of tags as seqeval reads them; none crosses the end of a sentence."""
    prefix, type_ = labels.prefix[ids], labels.type[ids]
    inside = prefix != OUTSIDE
    goes_on = np.zeros(len(ids) + 1, dtype=bool)
    goes_on[1:-1] = (
        ((prefix[:-1] == BEGIN) | (prefix[:-1] == INSIDE))
        & ((prefix[1:] == INSIDE) | (prefix[1:] == END))
        & (type_[:-1] == type_[1:])
        & (sentence[:-1] == sentence[1:])
    )
    first = np.flatnonzero(inside & ~goes_on[:-1])
    last = np.flatnonzero(inside & ~goes_on[1:])
    if strict:
        begun = prefix[first] == BEGIN
        first, last = first[begun], last[begun]
    return Chunks(first, last, type_[first])


def _hits(gold: Chunks, pred: Chunks, n_tokens: int) -> Ints:
    """The types of the chunks that are on both sides."""
    gold_last = np.full(n_tokens, -1)
    gold_type = np.full(n_tokens, -1)
    gold_last[gold.first], gold_type[gold.first] = gold.last, gold.type
    same = (gold_last[pred.first] == pred.last) & (gold_type[pred.first] == pred.type)
    types: Ints = pred.type[same]
    return types
