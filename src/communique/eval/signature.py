"""What has to be equal for two numbers to be comparable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Signature"]


@dataclass(frozen=True, slots=True)
class Signature:
    """A head (what was measured) and the conditions, in order.

    Written ``mentions.strict|nested:yes|avg:micro|docs:24|schema:1.0|v:0.1.0``.
    """

    head: str
    conditions: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "|".join([self.head, *(f"{key}:{value}" for key, value in self.conditions.items())])

    @classmethod
    def parse(cls, text: str) -> Signature:
        """The signature that ``str`` wrote.

        Raises:
            ValueError: a condition without a colon, or a key twice.

        """
        head, *rest = text.split("|")
        conditions: dict[str, str] = {}
        for part in rest:
            key, colon, value = part.partition(":")
            if not colon or not key or key in conditions:
                raise ValueError(
                    f"found {part!r} in the signature {text!r}, expected key:value once"
                )
            conditions[key] = value
        return cls(head, conditions)

    def of(self, measure: str) -> Signature:
        """The same conditions for one measure."""
        return Signature(measure, self.conditions)
