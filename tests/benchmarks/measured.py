"""Measured times, and the machine that they were measured on."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Process", "Timing", "machine", "run", "timed"]

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


@dataclass(frozen=True)
class Process:
    """One run of a command: seconds from the start of the process, and its largest memory."""

    seconds: float
    peak_bytes: int
    output: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Process:
    """Run a command in a process of its own.

    Raises:
        subprocess.CalledProcessError: it failed.

    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        said = subprocess.run(
            [sys.executable, "-c", LAUNCHER, str(out), *command],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        seconds, kibibytes = said.stdout.split()
        return Process(float(seconds), int(kibibytes) * 1024, out.read_text(encoding="utf-8"))


LAUNCHER = """
import os, subprocess, sys, time
with open(sys.argv[1], "wb") as out:
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:], stdout=out)
    _, status, usage = os.wait4(process.pid, 0)
    print(time.perf_counter() - begin, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a command and tells its seconds and its largest memory in KiB (as Linux counts).

A process of its own, because a child begins with the memory of the parent that it is forked from.
"""


def machine(packages: Sequence[str] = PACKAGES) -> dict[str, Any]:
    """Processor, cores, versions, date, and how busy the machine was when it was asked."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
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
