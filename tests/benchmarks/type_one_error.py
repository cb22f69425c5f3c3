"""How often `compare` calls a difference where there is none, and what the intervals cover.

Two systems of equal worth are scored on simulated documents, again and again. At .05 a sound test
rejects in about 5 % of the runs, whatever the number of documents. Run it with::

    python tests/benchmarks/type_one_error.py --out eval/results/type-one-error.json

The documents differ in length (the gold counts are overdispersed) and in difficulty, and what is
difficult for one system is for the other. Three kinds of equal worth:

- *alike*: both find the same share and invent as much. Their outputs could be exchanged, which is
  what the test supposes, so here it has to be right: between .03 and .07.
- *trade-off*: A is the more precise and B finds more, with equal F1 in the limit. Exchanging
  outputs is then only approximately right, and the test errs on either side of .05: below it when
  systems also invent more in difficult documents, above it when they invent less there
  (*trade-off, reticent*). These figures are for knowing, not for passing.

Four measures of different size are compared at once. `any` is the share of runs in which
one of them is called different after Holm's correction: the error rate of the whole family.
`covered` is the share of the 95 % intervals of A's score that contain the true F1, `covered_zero`
that of the intervals of the difference that contain zero.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from communique import __version__
from communique.eval.compare import ALPHA, compare
from communique.eval.counts import PRF, Counts
from communique.eval.scoring import Result
from communique.eval.signature import Signature
from communique.eval.statistics.interval import intervals
from communique.files import write_text

SIZES = (30, 100, 300)
GOLD = {"mentions": 60.0, "events": 20.0, "quotes": 6.0, "rare": 1.0}
"""The mean number of gold annotations of a document for each measure."""

TRUE_F1 = 0.75
SEED = 20310506


@dataclass(frozen=True)
class System:
    """The share of the gold that a system finds, over all documents.

    A reticent one invents less in difficult documents, others more. It invents just as much as
    makes its F1 0.75: F1 = 2 r G / (r G + x + G), so x = G (2 r / F1 - r - 1).
    """

    recall: float
    reticent: bool = False

    @property
    def invented(self) -> float:
        """Spurious annotations per gold annotation."""
        return 2 * self.recall / TRUE_F1 - self.recall - 1


SCENARIOS = {
    "alike": (System(0.75), System(0.75)),
    "trade-off": (System(0.68), System(0.82)),
    "trade-off, reticent": (System(0.68, reticent=True), System(0.82, reticent=True)),
}


def simulated(
    systems: tuple[System, System], n_docs: int, rng: np.random.Generator
) -> tuple[Result, Result]:
    """The results of two systems on the same documents."""
    counts: tuple[dict[str, Counts], dict[str, Counts]] = ({}, {})
    difficulty = rng.uniform(-0.15, 0.15, n_docs)
    length = rng.gamma(2, 0.5, n_docs)
    for measure, mean in GOLD.items():
        gold = rng.poisson(mean * length)
        for system, of in zip(systems, counts, strict=True):
            right = rng.binomial(gold, system.recall - difficulty)
            # the means over the documents stay what they should be: difficulty has mean zero
            lean = (-4 if system.reticent else 4) * difficulty
            wrong = rng.poisson(mean * length * system.invented * (1 + lean))
            total = np.stack([right, right + wrong, gold], axis=-1).astype(np.float64)
            of[measure] = Counts(PRF, total)
    signature = Signature("simulated", {"docs": str(n_docs)})
    doc_ids = [f"d{number:06}" for number in range(n_docs)]
    one, other = (Result(signature, doc_ids, of, {}, {}, ()) for of in counts)
    return one, other


def rates(
    systems: tuple[System, System], n_docs: int, runs: int, resamples: int, seed: int
) -> dict[str, Any]:
    """The shares of runs that reject or cover, by measure."""
    rng = np.random.default_rng([seed, n_docs])
    rejected, covered, zero = (dict.fromkeys(GOLD, 0) for _ in range(3))
    anywhere = 0
    for run in range(runs):
        a, b = simulated(systems, n_docs, rng)
        found = compare(a, b, resamples=resamples, seed=run)
        of_a = intervals(a, resamples=resamples, seed=run)
        for name, one in found.measures.items():
            rejected[name] += one.p is not None and one.p <= ALPHA
            zero[name] += _contains(one.interval.low, one.interval.high, 0.0)
            covered[name] += _contains(of_a[name].low, of_a[name].high, TRUE_F1)
        anywhere += any(
            one.p_holm is not None and one.p_holm <= ALPHA for one in found.measures.values()
        )
    return {
        "documents": n_docs,
        "type_one_error": _shares(rejected, runs),
        "any_after_holm": anywhere / runs,
        "covered": _shares(covered, runs),
        "covered_zero": _shares(zero, runs),
    }


def _contains(low: float | None, high: float | None, value: float) -> bool:
    return low is not None and high is not None and low <= value <= high


def _shares(hits: Mapping[str, int], runs: int) -> dict[str, float]:
    return {name: count / runs for name, count in hits.items()}


def machine() -> dict[str, Any]:
    """What the figures were made on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "communique": __version__,
    }


def main() -> None:
    """Run the simulation, print and store it; exit 1 when a rate of the first kind is off."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    begin = time.perf_counter()
    scenarios: dict[str, list[dict[str, Any]]] = {}
    sound = True
    for name, systems in SCENARIOS.items():
        scenarios[name] = []
        for n_docs in SIZES:
            one = rates(systems, n_docs, arguments.runs, arguments.resamples, arguments.seed)
            scenarios[name].append(one)
            errors = one["type_one_error"]
            if name == "alike":
                sound &= all(0.03 <= rate <= 0.07 for rate in errors.values())
            shown = "  ".join(f"{measure} {rate:.4f}" for measure, rate in errors.items())
            print(f"{name:20} {n_docs:4} documents: {shown}  any {one['any_after_holm']:.4f}")
    stored = {
        "what": "Type-I error of `communique eval compare` at .05; alike: .03 to .07",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "runs": arguments.runs,
        "resamples": arguments.resamples,
        "seed": arguments.seed,
        "standard_error": round(math.sqrt(ALPHA * (1 - ALPHA) / arguments.runs), 4),
        "seconds": round(time.perf_counter() - begin, 1),
        "within_bounds": sound,
        "scenarios": scenarios,
    }
    if arguments.out:
        write_text(arguments.out, json.dumps(stored, indent=2, ensure_ascii=False) + "\n")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
