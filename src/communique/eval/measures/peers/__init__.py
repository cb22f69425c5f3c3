"""Other scorers' conventions by name, equal to them wherever they are well defined.

They are there to compare with published figures, not because they are better: what each of them
counts and where it goes wrong stands in ``eval/peers.md``. All are scored only when asked for.
Where a peer says 0 because there was nothing to divide by, these say that it is undefined.
"""

from __future__ import annotations

from communique.eval.measures.peers import conll2012, nervaluate, oneie, seqeval, textee

__all__ = ["MEASURES"]

MODULES = (seqeval, nervaluate, conll2012, textee, oneie)

MEASURES = tuple(measure for module in MODULES for measure in module.MEASURES)
