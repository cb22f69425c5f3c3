"""Systems that come with the toolkit, by name: a text in, a record out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from communique.annotations.record import Record
from communique.corpus.documents import Corpus, Document
from communique.errors import CommuniqueError
from communique.eval.examples import training_examples

__all__ = ["SYSTEMS", "System", "load_system"]

System = Callable[[Document, str], Record]
"""Predicts the record of a document from its metadata and exact text."""

SYSTEMS = {
    "capitals": "communique.eval.capitals",
    "rules": "communique.eval.rules",
    "crf": "communique.eval.crf",
}
"""The module of each system, the weakest first.

It has a function ``predict``, which is the system, or a function ``train``, which makes one from
the examples of ``training_examples``.
"""


def load_system(name: str, corpus: Corpus | None = None) -> System:
    """The system of a name; one that learns does so now, from the train split of ``corpus``.

    Raises:
        CommuniqueError: there is none of that name, or nothing to learn from, or what it needs is
            not installed.
        InvalidInput: an example cannot be read.

    """
    if name not in SYSTEMS:
        raise CommuniqueError(f"found no system {name!r}, expected one of {', '.join(SYSTEMS)}")
    module = import_module(SYSTEMS[name])
    if not hasattr(module, "train"):
        untaught: System = module.predict
        return untaught
    if corpus is None:
        raise CommuniqueError(f"found no corpus for {name} to learn from, expected one")
    taught: System = module.train(training_examples(corpus))
    return taught
