"""Who annotated: the people and models behind the ``annotator`` of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from communique.errors import InvalidInput, Problem, quoted
from communique.files import load_yaml

__all__ = ["KINDS", "Annotator", "load_annotators"]

Kind = Literal["human", "language-model", "adjudication", "system"]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Annotator:
    """Somebody or something that annotates.

    ``adjudication`` decides between earlier passes; ``system`` is a program without a model of
    language, such as the rules that propose zones.
    """

    id: str
    kind: Kind
    description: str


def load_annotators(path: Path) -> Mapping[str, Annotator]:
    """The annotators in a YAML file of ``id: {kind: …, description: …}``; none without the file.

    Raises:
        InvalidInput: the file says something else, with every problem of it.

    """
    if not path.exists():
        return {}
    raw = load_yaml(path)
    problems: list[Problem] = []
    found: dict[str, Annotator] = {}
    for key, value in raw.items() if isinstance(raw, dict) else [(None, raw)]:
        fields = value if isinstance(value, dict) else {}
        kind, description = fields.get("kind"), fields.get("description")
        complete = set(fields) == {"kind", "description"} and isinstance(description, str)
        if key is None or not complete or kind not in KINDS:
            problems.append(
                Problem(
                    check="annotators.entry",
                    found=quoted(value),
                    expected=f"kind ({', '.join(KINDS)}) and description",
                    file=str(path),
                    path="$" if key is None else f"$.{quoted(key)[1:-1]}",
                )
            )
            continue
        found[str(key)] = Annotator(str(key), kind, " ".join(str(description).split()))
    if problems:
        raise InvalidInput(problems)
    return found
