"""What is wrong with predictions, annotation by annotation: categories, faults, buckets."""

from __future__ import annotations

from communique.eval.errors.buckets import Bucket, buckets
from communique.eval.errors.categories import CATEGORIES, FAULTS, JUDGED
from communique.eval.errors.judgement import judge
from communique.eval.errors.table import error_table, totals
from communique.eval.errors.verdicts import Judgement, Verdicts

__all__ = [
    "CATEGORIES",
    "FAULTS",
    "JUDGED",
    "Bucket",
    "Judgement",
    "Verdicts",
    "buckets",
    "error_table",
    "judge",
    "totals",
]
