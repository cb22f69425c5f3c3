"""Factuality in the terms of other corpora: ERE realis and FactBank values.

Sources of the definitions:

- ERE: Song et al., "From Light to Rich ERE: Annotation of Entities, Relations, and Events"
  (EVENTS 2015): *Actual* is asserted to have happened, *Generic* is no particular event, *Other*
  is everything else, such as future, hypothetical, uncertain and negated events. TAC KBP scores
  the same three values.
- FactBank: Saurí and Pustejovsky, "FactBank: a corpus annotated with event factuality" (Language
  Resources and Evaluation 43, 2009): what a source commits itself to, as certainty (*CT* certain,
  *PR* probable, *PS* possible, *U* underspecified) with polarity (*+*, *-*, *u*).

Ours to FactBank: a mention that commits itself is certain, one that hedges is possible. A planned
event is certain when the plan is stated as such, for FactBank judges the commitment of the source
and not the tense. What is demanded, wished or conditional commits nobody to anything, *Uu*, unless
the mention says that it may be so. Generic events are *Uu*: no occurrence is asserted. We have no
equivalent of *PR* and *CTu*, so they do not occur.
"""

from __future__ import annotations

from typing import Literal

from communique.annotations.record import Event

__all__ = ["ERE_REALIS", "FACTBANK", "EreRealis", "FactBank", "ere_realis", "factbank"]

EreRealis = Literal["Actual", "Generic", "Other"]
FactBank = Literal["CT+", "CT-", "PS+", "PS-", "Uu"]
Factuality = tuple[str, str, str]
"""``(realis, polarity, certainty)``"""

ERE_REALIS: dict[Factuality, EreRealis] = {
    ("actual", "positive", "certain"): "Actual",
    ("actual", "positive", "possible"): "Other",
    ("actual", "negative", "certain"): "Other",
    ("actual", "negative", "possible"): "Other",
    ("future", "positive", "certain"): "Other",
    ("future", "positive", "possible"): "Other",
    ("future", "negative", "certain"): "Other",
    ("future", "negative", "possible"): "Other",
    ("hypothetical", "positive", "certain"): "Other",
    ("hypothetical", "positive", "possible"): "Other",
    ("hypothetical", "negative", "certain"): "Other",
    ("hypothetical", "negative", "possible"): "Other",
    ("generic", "positive", "certain"): "Generic",
    ("generic", "positive", "possible"): "Generic",
    ("generic", "negative", "certain"): "Generic",
    ("generic", "negative", "possible"): "Generic",
}
"""ERE realis of every factuality."""

FACTBANK: dict[Factuality, FactBank] = {
    ("actual", "positive", "certain"): "CT+",
    ("actual", "positive", "possible"): "PS+",
    ("actual", "negative", "certain"): "CT-",
    ("actual", "negative", "possible"): "PS-",
    ("future", "positive", "certain"): "CT+",
    ("future", "positive", "possible"): "PS+",
    ("future", "negative", "certain"): "CT-",
    ("future", "negative", "possible"): "PS-",
    ("hypothetical", "positive", "certain"): "Uu",
    ("hypothetical", "positive", "possible"): "PS+",
    ("hypothetical", "negative", "certain"): "Uu",
    ("hypothetical", "negative", "possible"): "PS-",
    ("generic", "positive", "certain"): "Uu",
    ("generic", "positive", "possible"): "Uu",
    ("generic", "negative", "certain"): "Uu",
    ("generic", "negative", "possible"): "Uu",
}
"""FactBank value of every factuality, relative to the innermost source of the mention."""


def ere_realis(event: Event) -> EreRealis:
    """The ERE realis of an event mention."""
    return ERE_REALIS[event.realis, event.polarity, event.certainty]


def factbank(event: Event) -> FactBank:
    """The FactBank value of an event mention, relative to its innermost source."""
    return FACTBANK[event.realis, event.polarity, event.certainty]
