"""The entity registry: the same id in two documents is the same entity.

States are ISO 3166-1 alpha-3 codes and are looked up in pycountry; everything else is listed in
the YAML files of ``corpus/registry/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml

__all__ = ["Entry", "Registry", "load_registry"]

KEYS = {"type", "name", "aliases", "demonyms", "seat_of"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be referred to.

    ``seat_of`` is the state or body that the name of a capital or seat may stand for.
    """

    kb: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    seat_of: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The entries by id, states included."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def get(self, kb: str) -> Entry | None:
        """The entry of an id, or ``None`` when there is none."""
        scheme, _, code = kb.partition(":")
        return _state(code) if scheme == "iso3166-1" else self.entries.get(kb)


def load_registry(folder: Path) -> Registry:
    """The registry in the YAML files of a folder.

    Raises:
        InvalidInput: a file is not a registry, an id stands twice, or a seat has no owner.

    """
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}

    def wrong(file: Path, path: str, found: str, expected: str) -> None:
        problems.append(
            Problem(
                check="registry.entry", found=found, expected=expected, file=str(file), path=path
            )
        )

    for file in sorted(folder.glob("*.yaml")):
        raw = load_yaml(file)
        if not isinstance(raw, dict):
            wrong(file, "$", quoted(raw), "a mapping of ids to entries")
            continue
        for kb, value in raw.items():
            path = f"$.{quoted(kb)[1:-1]}"
            if not _is_entry(kb, value):
                expected = "an id and its type, name and, where there are any, seat_of (texts), "
                wrong(file, path, quoted(value), f"{expected}aliases, demonyms (lists of texts)")
            elif kb in entries:
                wrong(file, path, "an id that another entry has", "each id once")
            else:
                entries[kb] = _entry(str(kb), value)
    registry = Registry(entries)
    for entry in entries.values():
        if entry.seat_of and registry.get(entry.seat_of) is None:
            wrong(folder, f"$.{entry.kb}.seat_of", quoted(entry.seat_of), "an id of the registry")
    if problems:
        raise InvalidInput(problems)
    return registry


def _is_entry(kb: object, value: object) -> bool:
    if not isinstance(kb, str) or not isinstance(value, dict) or set(value) - KEYS:
        return False
    texts = [value.get("type"), value.get("name"), value.get("seat_of", "")]
    for key in ("aliases", "demonyms"):
        names = value.get(key, [])
        if not isinstance(names, list):
            return False
        texts += names
    return all(isinstance(text, str) for text in texts)


def _entry(kb: str, value: Mapping[str, Any]) -> Entry:
    return Entry(
        kb=kb,
        type=str(value["type"]),
        name=str(value["name"]),
        aliases=tuple(str(name) for name in value.get("aliases", ())),
        demonyms=tuple(str(name) for name in value.get("demonyms", ())),
        seat_of=value.get("seat_of"),
    )


def _state(code: str) -> Entry | None:
    import pycountry

    country = pycountry.countries.get(alpha_3=code) if code.isupper() and len(code) == 3 else None
    if country is None:
        return None
    names = [getattr(country, key, None) for key in ("common_name", "official_name")]
    aliases = tuple(name for name in names if name)
    return Entry(kb=f"iso3166-1:{code}", type="GPE", name=country.name, aliases=aliases)
