"""One conditional random field: sequences of features and labels in, labels out.

The field and its training (L-BFGS, which draws nothing at random) are CRFsuite's, an optional
dependency (extra ``crf``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from communique.errors import CommuniqueError

__all__ = ["Chunk", "Features", "Model", "chunks", "fit", "labels_of"]

Features = Sequence[Sequence[str]]
"""The features of each word of a sequence."""

Chunk = tuple[int, int, str]
"""First word, end and label."""

OUTSIDE = "O"

SETTINGS = {
    "c1": 0.1,
    "c2": 0.1,
    "max_iterations": 100,
    "feature.possible_transitions": True,
}
"""Weights of the L1 and L2 penalties, and when to stop.

Chosen among four by cross-validation over the storylines of train and validation.
"""


class Model:
    """A trained field; one that had nothing to learn labels every word as outside."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data  # the tagger reads it where it lies
        self._tagger: Any = None
        if data:
            import pycrfsuite

            self._tagger = pycrfsuite.Tagger()
            self._tagger.open_inmemory(data)

    def tag(self, features: Features) -> list[str]:
        """The most probable labels of a sequence."""
        if self._tagger is None or not features:
            return [OUTSIDE] * len(features)
        found: list[str] = self._tagger.tag(features)
        return found

    def chances(self, features: Features, label: str) -> list[float]:
        """The probability of a label at each place of a sequence."""
        if self._tagger is None or not features or label not in self._tagger.labels():
            return [0.0] * len(features)
        self._tagger.set(features)
        return [self._tagger.marginal(label, at) for at in range(len(features))]


def fit(examples: Iterable[tuple[Features, Sequence[str]]]) -> Model:
    """Train on sequences with their labels, in the order given.

    Raises:
        CommuniqueError: CRFsuite is not installed.

    """
    try:
        import pycrfsuite
    except ImportError as error:
        raise CommuniqueError(
            "found no CRFsuite to train with, expected the extra crf; pip install 'communique[crf]'"
        ) from error
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=SETTINGS, verbose=False)
    some = False
    for features, labels in examples:
        some |= any(label != OUTSIDE for label in labels)
        trainer.append(features, labels)
    if not some:
        return Model()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return Model(path.read_bytes())


def labels_of(place: range, wanted: Iterable[Chunk]) -> list[str]:
    """The IOB2 labels of the words of ``place``, for those chunks that lie in it.

    Of two chunks that share words the first stays.
    """
    labels = [OUTSIDE] * len(place)
    for first, end, label in wanted:
        inside = range(first - place.start, end - place.start)
        if first < place.start or end > place.stop or any(labels[i] != OUTSIDE for i in inside):
            continue
        for i in inside:
            labels[i] = f"{'B' if i == inside.start else 'I'}-{label}"
    return labels


def chunks(place: range, labels: Sequence[str]) -> list[Chunk]:
    """The chunks that IOB2 labels of the words of ``place`` stand for."""
    found: list[Chunk] = []
    for at, label in zip(place, labels, strict=True):
        prefix, _, name = label.partition("-")
        if prefix == "I" and found and found[-1][1:] == (at, name):
            found[-1] = (found[-1][0], at + 1, name)
        elif prefix != OUTSIDE:
            found.append((at, at + 1, name))
    return found
