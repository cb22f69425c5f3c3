"""The figures of an agreement as a file, from which the dataset card is written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from communique.eval.agreement.gates import Verdict
from communique.eval.agreement.outcome import Agreement

__all__ = ["stored_figures"]

DIGITS = 6


def stored_figures(outcome: Agreement, split: str | None, verdicts: Sequence[Verdict]) -> str:
    """The figures with their intervals, the gates and the signature; the same for the same passes.

    Values are rounded, so that the file does not depend on the last bits of a machine.
    """
    figures = {}
    for name, one in outcome.figures.items():
        value = one.as_json()
        ends = value["interval"]
        figures[name] = {
            "layer": value["layer"],
            "statistic": value["statistic"],
            "value": _rounded(value["value"]),
            "interval": None if ends is None else [_rounded(end) for end in ends],
        }
    content = {
        "annotators": [" and ".join(names) for names in outcome.annotators],
        "split": split,
        "documents": len(outcome.doc_ids),
        "figures": figures,
        "gates": [
            {"figure": one.gate.figure, "least": one.gate.least, "status": one.status}
            for one in verdicts
        ],
        "signature": str(outcome.signature),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
