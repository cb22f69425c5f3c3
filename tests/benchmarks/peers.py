"""The peers on the same workload, each given its own input form before the clock runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from workload import TYPES, Drawn, bio_tags, nervaluate_spans

__all__ = ["clusters", "nervaluate_call", "scorch_call", "seqeval_calls"]

Pairs = Sequence[tuple[Drawn, Drawn]]
Clusters = list[set[tuple[int, int]]]


def seqeval_calls(pairs: Pairs) -> dict[str, Callable[[], Any]]:
    """seqeval's calls, its fastest one first."""
    from seqeval.metrics import classification_report, f1_score
    from seqeval.scheme import IOB2

    gold, pred = ([tags for pair in pairs for tags in bio_tags(pair[side])] for side in (0, 1))
    return {
        "f1_score": lambda: f1_score(gold, pred),
        "f1_score, strict": lambda: f1_score(gold, pred, mode="strict", scheme=IOB2),
        "classification_report": lambda: classification_report(gold, pred),
    }


def nervaluate_call(pairs: Pairs) -> Callable[[], Any]:
    """nervaluate's evaluation: the four scenarios, also per type."""
    from nervaluate.evaluator import Evaluator

    gold, pred = (
        [spans for pair in pairs for spans in nervaluate_spans(pair[side])] for side in (0, 1)
    )
    return lambda: Evaluator(gold, pred, tags=list(TYPES)).evaluate()


def scorch_call(pairs: Pairs) -> Callable[[], list[float]]:
    """scorch's MUC, B³, CEAF-m, CEAF-e and BLANC of each document: their mean F1."""
    from scorch import scores

    functions = (scores.muc, scores.b_cubed, scores.ceaf_m, scores.ceaf_e, scores.blanc)
    documents = [
        both for gold, pred in pairs for both in zip(clusters(gold), clusters(pred), strict=True)
    ]

    def call() -> list[float]:
        return [
            float(np.mean([function(*both)[2] for both in documents])) for function in functions
        ]

    return call


def clusters(drawn: Drawn) -> Iterable[Clusters]:
    """The mentions of each document by entity, as sets of spans of tokens."""
    start, end = drawn.mention
    for row in range(len(drawn)):
        found: dict[int, set[tuple[int, int]]] = {}
        columns = (start[row], end[row], drawn.mention_entity[row], drawn.mention_there[row])
        for first, last, entity, there in zip(*(one.tolist() for one in columns), strict=True):
            if there:
                found.setdefault(entity, set()).add((first, last))
        yield list(found.values())
