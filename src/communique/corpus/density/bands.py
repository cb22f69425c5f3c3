"""Density bands: between which values a quantity of a document or of the corpus should lie.

They stand in ``corpus/bands.yaml``, so that they are reviewed and changed as data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml
from communique.project import resource_folder

__all__ = ["Band", "Bands", "load_bands"]


@dataclass(frozen=True, slots=True)
class Band:
    """A closed interval of ordinary values."""

    low: float
    high: float

    def side(self, value: float) -> int:
        """-1 below, 0 within, 1 above."""
        return (value > self.high) - (value < self.low)

    def __str__(self) -> str:
        return f"{self.low:g}–{self.high:g}"


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands by quantity; those of documents hold from ``document_tokens`` tokens on.

    ``argued`` says of quantities why the corpus as a whole lies outside their band.
    """

    document_tokens: int
    document: Mapping[str, Band]
    corpus: Mapping[str, Band]
    argued: Mapping[str, str] = field(default_factory=dict)

    def for_corpus(self, quantity: str) -> Band | None:
        """The band of many documents together: their own one, else that of each of them."""
        return self.corpus.get(quantity) or self.document.get(quantity)


@cache
def load_bands(path: Path | None = None) -> Bands:
    """The bands in a YAML file; by default the ones of the checkout or of the package.

    Raises:
        InvalidInput: the file does not hold bands, with every problem of it.

    """
    from communique.corpus.density.quantities import QUANTITIES

    path = path or resource_folder("corpus") / "bands.yaml"
    raw = load_yaml(path)
    problems: list[Problem] = []

    def wrong(where: str, found: object, expected: str) -> None:
        problems.append(
            Problem(
                check="bands.file",
                found=quoted(found),
                expected=expected,
                file=str(path),
                path=where,
            )
        )

    by_scope: dict[str, dict[str, Band]] = {"document": {}, "corpus": {}}
    names = [quantity.name for quantity in QUANTITIES]
    value = raw if isinstance(raw, dict) else {}
    least, bands = value.get("document_tokens"), value.get("bands")
    if not _is_number(least):
        wrong("$.document_tokens", least, "a number of tokens")
    if not isinstance(bands, dict):
        wrong("$.bands", bands, "a mapping of quantities")
    for name, scopes in bands.items() if isinstance(bands, dict) else ():
        where = f"$.bands.{quoted(name)[1:-1]}"
        if name not in names:
            wrong(where, name, f"one of {', '.join(names)}")
        if not isinstance(scopes, dict) or not set(scopes) <= set(by_scope):
            wrong(where, scopes, "document: [low, high], corpus: [low, high], or one of them")
            continue
        for scope, ends in scopes.items():
            pair = isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends))
            if pair and ends[0] <= ends[1]:
                by_scope[scope][name] = Band(float(ends[0]), float(ends[1]))
            else:
                wrong(f"{where}.{scope}", ends, "[low, high]")
    argued = value.get("argued", {})
    if not isinstance(argued, dict):
        wrong("$.argued", argued, "a mapping of quantities to reasons")
        argued = {}
    for name, reason in argued.items():
        known = any(name in bands for bands in by_scope.values())
        if not known or not isinstance(reason, str) or not reason.strip():
            where = f"$.argued.{quoted(name)[1:-1]}"
            wrong(where, reason, "the reason why a quantity with a band lies outside it")
    if problems:
        raise InvalidInput(problems)
    return Bands(int(least or 0), by_scope["document"], by_scope["corpus"], argued)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
