"""A bench for tests that make many calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from annotations.label_studio.syncing import Bench
from communique.annotations.label_studio.remote import Remote


@dataclass
class Steady(Bench):
    """A bench that looks its project up once, and again with another client."""

    known: Remote | None = field(default=None, init=False)

    @property
    def remote(self) -> Remote:
        if self.known is None:
            self.known = super().remote
        return self.known
