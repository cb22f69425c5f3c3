"""Measured times, and the machine that they were measured on."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Timing", "machine", "timed"]

T = TypeVar("T")

PACKAGES = ("communique", "numpy", "pyarrow", "scipy", "seqeval", "nervaluate", "scorch")


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs; ``cpu`` is the processor time of the median run, all threads."""

    seconds: tuple[float, ...]
    cpu: float

    @property
    def median(self) -> float:
        """The median of the runs."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Rounded to what the clock is worth."""
        return {
            "seconds": round(self.median, 5),
            "runs": len(self.seconds),
            "fastest": round(min(self.seconds), 5),
            "slowest": round(max(self.seconds), 5),
            "cpu_seconds": round(self.cpu, 5),
        }


def timed(work: Callable[[], T], repeats: int, *, warm: bool = True) -> tuple[Timing, T]:
    """The time of some work and what it returns; first once without a clock, when ``warm``."""
    if warm:
        work()
    runs: list[tuple[float, float]] = []
    for _ in range(repeats):
        gc.collect()
        begin, cpu = time.perf_counter(), time.process_time()
        result = work()
        runs.append((time.perf_counter() - begin, time.process_time() - cpu))
    middle = sorted(runs)[len(runs) // 2]
    return Timing(tuple(seconds for seconds, _ in runs), middle[1]), result


def machine() -> dict[str, Any]:
    """Processor, cores, versions, date, and how busy the machine was when it was asked."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "date": datetime.now(UTC).date().isoformat(),
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
