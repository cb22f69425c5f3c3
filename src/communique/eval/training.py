"""What `Trainer` reports while a token classifier is trained: seqeval's numbers, from label ids.

Everything is arithmetic on whole arrays of ids. Neither transformers nor seqeval is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from communique.eval.keys import Ints

__all__ = ["IGNORED", "ComputeMetrics", "make_compute_metrics"]

IGNORED = -100
"""The label id of what is not scored: special tokens, later pieces of a word, padding."""

PREFIXES = "OBIES"
OUTSIDE, BEGIN, INSIDE, END, SINGLE = range(5)

ComputeMetrics = Callable[[Any], dict[str, float]]
"""What `Trainer(compute_metrics=…)` takes."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The label names taken apart: the prefix and the type of each label id."""

    names: tuple[str, ...]
    prefix: Ints
    type: Ints
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunks:
    """Tagged spans: token numbers, ``last`` inclusive, in order; ``type`` is a place in types."""

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
    ``dataset["train"].features["ner_tags"].feature.names``: ``O`` and ``B-``, ``I-`` of each type
    (``E-`` and ``S-`` too when not ``strict``).

    The function takes transformers' ``EvalPrediction``, or any object or pair like it:
    ``predictions`` of shape ``(sentences, tokens, labels)`` with scores or ``(sentences, tokens)``
    with ids, or a tuple that begins with such an array; ``label_ids`` of shape
    ``(sentences, tokens)``, in which -100 marks what is left out on both sides. It returns
    ``precision``, ``recall``, ``f1`` over all chunks (micro), ``accuracy`` over tokens, and with
    ``per_type`` for every type ``PER_precision``, ``PER_recall``, ``PER_f1`` and ``PER_number``
    (chunks in the gold): the same keys whatever was found.

    The numbers are those of seqeval 1.2.2: of its default mode, in which ``I-X`` may begin a chunk,
    or with ``strict`` of ``mode="strict", scheme=IOB2``. What is undefined is ``undefined``, by
    default 0 as in seqeval; say ``math.nan`` to tell it from a true zero.

    Raises:
        CommuniqueError: the label names are not tags; from the function, shapes or ids that do not
            fit, and scores that are not numbers.

    """
    labels = _labels(label_names, strict=strict)

    def compute_metrics(eval_prediction: Any) -> dict[str, float]:
        pred_ids, gold_ids, sentence = _scored_tokens(eval_prediction, labels)
        gold = _chunks(gold_ids, sentence, labels, strict=strict)
        pred = _chunks(pred_ids, sentence, labels, strict=strict)
        hits = _hits(gold, pred, len(gold_ids))
        n_types = len(labels.types)
        tp, n_pred, n_gold = (
            np.bincount(types, minlength=n_types) for types in (hits, pred.type, gold.type)
        )
        n_tokens = len(gold_ids)
        right = int(np.count_nonzero(labels_equal(gold_ids, pred_ids)))
        metrics = _prf(tp.sum(), n_pred.sum(), n_gold.sum(), undefined)
        metrics["accuracy"] = right / n_tokens if n_tokens else undefined
        if per_type:
            for place, name in enumerate(labels.types):
                of_type = _prf(tp[place], n_pred[place], n_gold[place], undefined)
                metrics |= {f"{name}_{key}": value for key, value in of_type.items()}
                metrics[f"{name}_number"] = float(n_gold[place])
        return metrics

    return compute_metrics


def labels_equal(gold: Ints, pred: Ints) -> NDArray[np.bool_]:
    """For each token whether both sides have the same label."""
    return np.asarray(gold == pred)


def _prf(tp: np.int64, n_pred: np.int64, n_gold: np.int64, undefined: float) -> dict[str, float]:
    return {
        "precision": float(tp / n_pred) if n_pred else undefined,
        "recall": float(tp / n_gold) if n_gold else undefined,
        "f1": float(2 * tp / (n_pred + n_gold)) if n_pred + n_gold else undefined,
    }
