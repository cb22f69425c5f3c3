"""The registry asked by name: which entries the words of a mention can stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from communique.corpus.registry import Entry, Registry

__all__ = ["RegistryNames"]


class RegistryNames:
    """The entries of a registry and the states of ISO 3166-1, by id and by name.

    Names are compared letter by letter; aliases and demonyms are names as well.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def get(self, kb: str) -> Entry | None:
        """The entry of an id, or ``None`` when there is none."""
        return self.registry.get(kb)

    def named(self, words: str) -> tuple[Entry, ...]:
        """The entries with these words as a name, in the order of their ids."""
        return self._by_name.get(words, ())

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        found: dict[str, dict[str, Entry]] = {}
        for entry in self._entries():
            for name in (entry.name, *entry.aliases, *entry.demonyms):
                found.setdefault(name, {})[entry.kb] = entry
        return {
            name: tuple(entries[kb] for kb in sorted(entries)) for name, entries in found.items()
        }

    def _entries(self) -> Iterator[Entry]:
        import pycountry

        yield from self.registry.entries.values()
        for country in pycountry.countries:
            entry = self.registry.get(f"iso3166-1:{country.alpha_3}")
            if entry is not None:
                yield entry
