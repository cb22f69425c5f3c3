"""Colours of labels that can be read: the schema's hues, moved until the contrast is enough.

Contrast is that of WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of relative luminances.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from communique.schemas.schema import Schema

__all__ = ["GROUNDS", "VOCABULARIES", "contrast", "legible", "palette_css", "tinted"]

GROUNDS = {"light": "#eadfd3", "dark": "#332c29"}
"""The least favourable ground that words stand on in each theme: wrong quotes in one another."""

ENOUGH = 4.6
"""A little above the 4.5 : 1 that WCAG AA asks of small text."""

STEP = 0.04

TINT = 0.15
"""How much of its colour the ground behind a trigger has; the page's style sheet says the same."""

VOCABULARIES = {"entity_type": "e", "time_type": "t", "event_type": "v", "quote_part": "q"}
"""Vocabularies with colours, and the prefix of their names in the style sheet."""


def palette_css(schema: Schema) -> str:
    """Custom properties for every coloured label, in both themes, and a class that uses each.

    ``--c`` is for words and lines, ``--s`` the schema's colour itself, for swatches beside words.
    """
    themes = {theme: _properties(schema, theme) for theme in GROUNDS}
    light, dark = ("".join(themes[theme]) for theme in ("light", "dark"))
    uses = "".join(f".{name}{{--c:var(--{name});--s:{color}}}" for name, color in _coloured(schema))
    return (
        f":root{{{light}}}\n"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n{uses}\n"
    )


def _coloured(schema: Schema) -> Iterator[tuple[str, str]]:
    for vocabulary, prefix in VOCABULARIES.items():
        for label in schema.vocabularies[vocabulary].values():
            if label.color and re.fullmatch(r"[A-Za-z][\w-]*", label.name):
                yield f"{prefix}-{label.name}", label.color


def _properties(schema: Schema, theme: str) -> list[str]:
    return [f"--{name}:{legible(color, GROUNDS[theme])};" for name, color in _coloured(schema)]


def legible(color: str, ground: str, enough: float = ENOUGH) -> str:
    """The colour, mixed with black or white just until it can be read on a ground with its tint.

    Both are written ``#rrggbb``; on a light ground colours get darker, on a dark one lighter.
    """
    target = 0.0 if luminance(ground) > 0.18 else 255.0
    channels = _channels(color)
    share = 0.0
    while share <= 1:
        found = _written(one + (target - one) * share for one in channels)
        if contrast(found, tinted(found, ground)) >= enough:
            return found
        share += STEP
    return "#000000" if not target else "#ffffff"


def tinted(color: str, ground: str) -> str:
    """A ground with a little of a colour."""
    pairs = zip(_channels(color), _channels(ground), strict=True)
    return _written(TINT * one + (1 - TINT) * other for one, other in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    """The relative luminance of ``#rrggbb``, from 0 to 1."""
    linear = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (channel / 255 for channel in _channels(color))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _written(channels: Iterable[float]) -> str:
    return "#" + "".join(f"{round(one):02x}" for one in channels)


def _channels(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]
