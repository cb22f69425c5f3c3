"""All verdicts of a comparison."""

from __future__ import annotations

from collections.abc import Mapping

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.errors.categories import JUDGED
from communique.eval.errors.events import aligned_events, judge_events, judge_triggers
from communique.eval.errors.quotes import judge_quotes
from communique.eval.errors.spans import judge_mentions, judge_times
from communique.eval.errors.verdicts import Judgement
from communique.eval.keys import Ints

__all__ = ["docs_of", "judge", "list_of"]


def judge(comparison: Comparison) -> Mapping[str, Judgement]:
    """The verdicts on every list that some document has on both sides, by the list's name.

    What lies in masked zones of the gold, and documents in which a side lacks the list, are left
    out, as in scores.
    """
    found: dict[str, Judgement] = {}
    events = None
    for name in JUDGED:
        if not comparison.scored(list_of(name)).any():
            continue
        if name in ("triggers", "events"):
            events = events or aligned_events(comparison)
            judged = judge_triggers if name == "triggers" else judge_events
            gold, pred = judged(comparison, events)
        else:
            gold, pred = {
                "mentions": judge_mentions,
                "times": judge_times,
                "quotes": judge_quotes,
            }[name](comparison)
        found[name] = Judgement(
            name,
            gold,
            pred,
            docs_of(comparison.gold, name)[gold.rows],
            docs_of(comparison.pred, name)[pred.rows],
        )
    return found


def list_of(name: str) -> str:
    """The list of a record that is judged under a name."""
    return "events" if name == "triggers" else name


def docs_of(side: Columns, name: str) -> Ints:
    """The document of each row of a judged list."""
    return side.rows(list_of(name)).doc
