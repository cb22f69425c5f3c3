"""Systems that come with the toolkit, by name: a text in, a record out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from communique.annotations.record import Record
from communique.corpus.documents import Document
from communique.errors import CommuniqueError

__all__ = ["SYSTEMS", "System", "load_system"]

System = Callable[[Document, str], Record]
"""Predicts the record of a document from its metadata and exact text."""

SYSTEMS = {"rules": "communique.eval.rules"}
"""The module of each system; it has a function ``predict``."""


def load_system(name: str) -> System:
    """The system of a name.

    Raises:
        CommuniqueError: there is none.

    """
    if name not in SYSTEMS:
        raise CommuniqueError(f"found no system {name!r}, expected one of {', '.join(SYSTEMS)}")
    system: System = import_module(SYSTEMS[name]).predict
    return system
