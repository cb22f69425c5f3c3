"""Charts of the dataset card: bars of text, made of the same counts as everything on it."""

from __future__ import annotations

from collections.abc import Mapping

from communique.corpus.dataset.build import Tally

__all__ = ["chart", "charts"]

WIDTH = 40
EIGHTHS = " ▏▎▍▌▋▊▉"

ABOUT = (
    ("documents by genre", "genre"),
    ("documents by world", "world"),
    ("documents by length, in tokens", "length"),
)
ANNOTATED = (
    ("mentions by level", "mentions"),
    ("entities by type", "entities"),
    ("quotes by type", "quotes"),
    ("events by type", "events"),
    ("times by type", "times"),
)


def charts(tallies: Mapping[str, Tally]) -> str:
    """The distributions over all splits, each as a chart in a code block."""
    parts = []
    for title, name in ABOUT:
        parts.append((title, _sum(getattr(tally, name) for tally in tallies.values())))
    for title, name in ANNOTATED:
        counts = _sum(tally.annotations.get(name, {}) for tally in tallies.values())
        parts.append((title, dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))))
    return "\n".join(
        f"{title[0].upper()}{title[1:]}:\n\n```text\n{chart(counts)}```\n"
        for title, counts in parts
        if counts
    )


def chart(counts: Mapping[str, int]) -> str:
    """Bars of counts, the longest of them ``WIDTH`` characters long."""
    most = max(counts.values(), default=0)
    label = max(map(len, counts), default=0)
    digits = len(f"{most:,}")
    return "".join(
        f"{name:<{label}}  {count:>{digits},}  {_bar(count, most)}".rstrip() + "\n"
        for name, count in counts.items()
    )


def _bar(count: int, most: int) -> str:
    whole, rest = divmod(round(8 * WIDTH * count / most) if most else 0, 8)
    return "█" * whole + EIGHTHS[rest].strip()


def _sum(parts: object) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in parts:  # type: ignore[attr-defined]
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items()))
