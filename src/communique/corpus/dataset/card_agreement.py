"""Agreement on the dataset card: what two annotators reached, as it was measured and stored.

``annotations/agreement.json`` is written by `communique annotations agreement … --out`; a test
computes it again from the passes that ship.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from communique.files import read_text

__all__ = ["agreement_section", "stored_agreement"]

HEAD = "| layer | figure | value | 95 % interval | gate |\n| --- | --- | --- | --- | --- |\n"


def stored_agreement(annotations: Path) -> Mapping[str, Any] | None:
    """The stored figures, or ``None`` if nothing was annotated twice."""
    path = annotations / "agreement.json"
    return json.loads(read_text(path)) if path.is_file() else None


def agreement_section(stored: Mapping[str, Any] | None) -> str:
    """How far the passes agree, layer by layer, beside the gates."""
    if stored is None:
        return ""
    gates = {one["figure"]: one for one in stored.get("gates", ())}
    rows = "".join(
        f"| {figure['layer']} | `{name}` ({figure['statistic']}) | {_value(figure['value'])} "
        f"| {_interval(figure['interval'])} | {_gate(gates.get(name))} |\n"
        for name, figure in stored["figures"].items()
        if figure["value"] is not None
    )
    missed = [one["figure"] for one in gates.values() if one["status"] != "passed"]
    verdict = (
        f"{len(gates) - len(missed)} of {len(gates)} gates are passed"
        + (f"; not: {', '.join(f'`{one}`' for one in missed)}" if missed else "")
        + "."
    )
    a, b = stored["annotators"]
    return (
        "## How far two annotators agree\n\n"
        f"`{a}` and `{b}` annotated the same {stored['documents']} documents"
        + (f" of the split {stored['split']}" if stored.get("split") else "")
        + " independently of each other. F1 and\n"
        "accuracy are the measures that systems are scored by, κ is Cohen's, α Krippendorff's.\n"
        "Both passes ship in the repository, and its tests compute these figures again from\n"
        "them. A gate is what has to be reached before the gold counts as agreed:\n"
        f"{verdict}\n\n"
        f"{HEAD}{rows}\n"
        f"`{stored['signature']}`\n"
    )


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def _interval(ends: list[float | None] | None) -> str:
    if not ends or None in ends:
        return "–"
    return " – ".join(_value(one) for one in ends)


def _gate(gate: Mapping[str, Any] | None) -> str:
    if gate is None:
        return ""
    passed = gate["status"] == "passed"
    return f"≥ {_value(gate['least'])}, {'passed' if passed else '**missed**'}"
