"""What the values of a record mean and must not mean: checks, each with a stable id."""

from communique.annotations.checks.check import (
    CHECKS,
    Check,
    Finding,
    Scope,
    check,
    declare,
    problem_of,
)
from communique.annotations.checks.context import Context, Gazetteer, Named
from communique.annotations.checks.problems import (
    prediction_problems,
    record_problems,
    text_problems,
)

__all__ = [
    "CHECKS",
    "Check",
    "Context",
    "Finding",
    "Gazetteer",
    "Named",
    "Scope",
    "check",
    "declare",
    "prediction_problems",
    "problem_of",
    "record_problems",
    "text_problems",
]
