"""The kinds of errors: every annotation that is compared has exactly one category.

Spans follow the usual classes of named-entity error analysis (Ortmann 2022, "Fine-Grained Error
Analysis and Fair Evaluation of Labeled Spans": boundary, type, both, missed, spurious), with
splits and merges told apart from other wrong boundaries. Where several things are wrong with a
quote or an event, the first category in the order below is taken; ``FAULTS`` names each thing that
may be wrong with an aligned pair by itself, so that nothing is hidden behind the first.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CATEGORIES", "FAULTS", "JUDGED", "MEANINGS"]

SPANS = {
    "correct": "span and type are equal",
    "boundary": "overlaps its partner, with equal type",
    "type": "the span is equal, the type is not",
    "boundary+type": "overlaps its partner, with another type",
    "split": "one gold span, and two or more predictions that lie in it for the most part",
    "merged": "one prediction, and two or more gold spans that lie in it for the most part",
    "missed": "gold that nothing was predicted for",
    "spurious": "predicted where nothing goes with it",
}

QUOTES = {
    "correct": "content and speaker are right",
    "wrong-speaker": "the content is equal, the source is another entity",
    "wrong-extent": "the contents overlap only, the speaker is right",
    "wrong-speaker+extent": "the contents overlap only, and the source is another entity",
    "missed": "gold that nothing was predicted for",
    "spurious": "predicted where nothing goes with it",
}

EVENTS = {
    "correct": "trigger, type, factuality, mode and arguments are right",
    "wrong-type": "another type on an overlapping trigger",
    "wrong-realis": "right type, another realis",
    "wrong-polarity": "right so far, but negated on one side only",
    "wrong-certainty": "right so far, but hedged on one side only",
    "wrong-mode": "right so far, another mode",
    "wrong-role": "right so far, but an argument has another role",
    "missing-argument": "right so far, but a gold argument is missing",
    "extra-argument": "right so far, but an argument is predicted that is none",
    "wrong-extent": "all is right, but the triggers overlap only",
    "missed": "gold that nothing was predicted for",
    "spurious": "predicted where nothing goes with it",
}

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "mentions": SPANS,
    "times": SPANS,
    "quotes": QUOTES,
    "triggers": SPANS,
    "events": EVENTS,
}
"""For each judged list its categories in their order, with what they mean."""

JUDGED = tuple(MEANINGS)
"""What is judged; ``triggers`` are the events seen as mere typed spans."""

CATEGORIES: Mapping[str, tuple[str, ...]] = {name: tuple(one) for name, one in MEANINGS.items()}
"""For each judged list the names of its categories; codes are places in it, 0 is correct."""

FAULTS: Mapping[str, tuple[str, ...]] = {
    "mentions": ("extent", "type", "level", "use"),
    "times": ("extent", "type", "value", "mod"),
    "triggers": ("extent", "type"),
    "quotes": ("speaker", "extent", "cue", "kind", "polarity"),
    "events": (
        "type",
        "realis",
        "polarity",
        "certainty",
        "mode",
        "role",
        "missing-argument",
        "extra-argument",
        "extent",
    ),
}
"""What may be wrong with an aligned pair, each counted by itself."""
