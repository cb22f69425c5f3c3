"""How fast communique scores, and how fast the peers do, on one workload in one run.

Run it with `make bench`, or in smaller and larger sizes with::

    python tests/benchmarks/bench.py --documents 2000 --large 20000

The figures and the machine go to `eval/results/benchmark.json`, tables of them to
`eval/results/benchmark.md`. All seconds are wall-clock medians; every peer gets its own input form
before the clock starts, and the first run of everything is not counted, but where it says so.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from measured import Timing, machine, timed
from ours import (
    COREFERENCE,
    SCENARIOS,
    SUITE,
    grouped,
    kernel,
    projected,
    run_score,
    saved,
    shuffled,
    sides,
)
from peers import nervaluate_call, scorch_call, seqeval_calls
from tables import markdown
from workload import Shape, draw

from communique.corpus.tokens import tokens
from communique.eval.compare import compare
from communique.eval.inputs import Side, read_side
from communique.eval.scoring import score
from communique.eval.statistics.interval import intervals
from communique.files import write_text

WIDTHS = (100, 1_000, 12_000)
"""Mentions of one document in the benchmark of large documents."""

RESAMPLES = 10_000


@dataclass
class Bench:
    """The sizes of a run, and what came out so far."""

    documents: int
    large: int
    peer_documents: int
    coreference_documents: int
    repeats: int
    threads: int
    folder: Path
    figures: dict[str, Any] = field(default_factory=dict)

    def timed(self, work: Callable[[], Any], repeats: int | None = None) -> tuple[Timing, Any]:
        """Time some work of ours."""
        return timed(work, repeats or self.repeats)


def mentions(bench: Bench) -> None:
    """The four mention scenarios, against seqeval and nervaluate on the same spans."""
    pairs = list(draw(bench.documents))
    gold, pred = sides(pairs, with_texts=True)
    n_spans = sum(int(one.mention_there.sum()) for pair in pairs for one in pair)
    groups = grouped(gold, pred)
    untexted = Side("gold", gold.table), pred
    mixed = shuffled(untexted[0], 3), shuffled(pred, 4)
    works: dict[str, Callable[[], Any]] = {
        "kernel_1_thread": lambda: kernel(groups, SCENARIOS),
        "kernel": lambda: kernel(groups, SCENARIOS, bench.threads),
        "score_1_thread": lambda: score(*untexted, measures=SCENARIOS, workers=1),
        "score": lambda: score(*untexted, measures=SCENARIOS, workers=bench.threads),
        "score_shuffled": lambda: score(*mixed, measures=SCENARIOS, workers=bench.threads),
    }
    ours = {name: bench.timed(work)[0] for name, work in works.items()}
    fresh = Side("gold", gold.table), Side("predictions", pred.table)
    first, _ = timed(lambda: score(*fresh, measures=SCENARIOS), 1, warm=False)
    few = pairs[: max(1, bench.peer_documents // 2_000)]
    share = bench.documents / sum(len(pair[0]) for pair in few)
    peers: dict[str, tuple[Timing, Any]] = {}
    for name, call in seqeval_calls(few).items():
        repeats = 3 if name == "f1_score" else 1
        peers[f"seqeval {name}"] = timed(call, repeats, warm=False)
    peers["nervaluate"] = timed(nervaluate_call(few), 3, warm=False)
    result = score(gold, pred, measures=["mentions.bio", *SCENARIOS])
    agreed = result.score("mentions.bio").value
    if share == 1 and abs((agreed or 0) - peers["seqeval f1_score"][1]) > 1e-12:
        raise SystemExit(f"seqeval has F1 {peers['seqeval f1_score'][1]}, communique {agreed}")
    seconds = {name: timing.median * share for name, (timing, _) in peers.items()}
    bench.figures["mentions"] = {
        "documents": bench.documents,
        "spans": n_spans,
        "ours": {name: timing.as_json() for name, timing in ours.items()},
        "score_first_call": first.as_json(),
        "peers": {name: timing.as_json() for name, (timing, _) in peers.items()},
        "peer_documents": sum(len(pair[0]) for pair in few),
        "peer_seconds_for_all_documents": {name: round(one, 3) for name, one in seconds.items()},
        "ratios": {
            name: {peer: round(one / timing.median, 1) for peer, one in seconds.items()}
            for name, timing in ours.items()
        },
        "f1_as_seqeval": agreed,
    }
    text = list(gold.texts.values())
    tokenised, _ = timed(lambda: [tokens(one) for one in text], 1, warm=False)
    with_texts = timed(lambda: score(gold, pred, measures=["mentions.bio"]), 1, warm=False)[0]
    bench.figures["bio"] = {
        "documents": bench.documents,
        "tokens": tokenised.as_json(),
        "score": with_texts.as_json(),
    }


def parquet(bench: Bench) -> None:
    """The same out of Parquet files: what reading costs, and spans per second."""
    files = saved(bench.folder, bench.documents)

    def everything() -> list[Any]:
        return [pq.ParquetFile(path).read() for path in (files.gold, files.pred)]

    def call() -> Any:
        return score(read_side(files.gold), read_side(files.pred), measures=SCENARIOS)

    works: dict[str, Callable[[], Any]] = {
        "read_all_as_pyarrow_does": everything,
        "read_what_is_needed": lambda: projected(files),
        "kernel": lambda: kernel(projected(files), SCENARIOS, bench.threads),
        "score": call,
    }
    ours = {name: bench.timed(work)[0] for name, work in works.items()}
    bench.figures["parquet"] = {
        "documents": bench.documents,
        "spans": files.n_spans,
        "bytes": files.size,
        "ours": {name: timing.as_json() for name, timing in ours.items()},
        "spans_per_second": {
            name: round(files.n_spans / ours[name].median) for name in ("kernel", "score")
        },
    }


def suite(bench: Bench) -> None:
    """All measures but coreference and what needs texts."""
    pairs = list(draw(bench.documents))
    gold, pred = sides(pairs)
    groups = grouped(gold, pred)
    files = saved(bench.folder, bench.documents)

    def call() -> Any:
        return score(read_side(files.gold), read_side(files.pred), measures=SUITE)

    works: dict[str, Callable[[], Any]] = {
        "kernel_1_thread": lambda: kernel(groups, SUITE),
        "kernel": lambda: kernel(groups, SUITE, bench.threads),
        "score": lambda: score(gold, pred, measures=SUITE, workers=bench.threads),
        "score_from_parquet": call,
    }
    ours = {name: bench.timed(work)[0] for name, work in works.items()}
    bench.figures["suite"] = {
        "documents": bench.documents,
        "measures": len(SUITE),
        "ours": {name: timing.as_json() for name, timing in ours.items()},
        "documents_per_second": _rates(bench.documents, ours),
    }


def coreference(bench: Bench) -> None:
    """MUC, B³, CEAF, LEA and BLANC, against scorch, which has no LEA."""
    pairs = list(draw(bench.documents))
    groups = grouped(*sides(pairs))
    ours = {
        "kernel_1_thread": bench.timed(lambda: kernel(groups, COREFERENCE))[0],
        "kernel": bench.timed(lambda: kernel(groups, COREFERENCE, bench.threads))[0],
    }
    few = list(draw(bench.coreference_documents))
    peer, _ = timed(scorch_call(few), 1, warm=False)
    rates = _rates(bench.documents, ours)
    theirs = bench.coreference_documents / peer.median
    bench.figures["coreference"] = {
        "documents": bench.documents,
        "measures": len(COREFERENCE),
        "ours": {name: timing.as_json() for name, timing in ours.items()},
        "documents_per_second": rates,
        "scorch": peer.as_json(),
        "scorch_documents": bench.coreference_documents,
        "scorch_documents_per_second": round(theirs),
        "ratios": {name: round(rate / theirs, 1) for name, rate in rates.items()},
    }


def widths(bench: Bench) -> None:
    """From 100 to 12,000 mentions in a document, with as many in all."""
    rows = [_width(bench, width) for width in WIDTHS]
    one = list(draw(1, Shape().wide(WIDTHS[-1])))
    group = grouped(*sides(one))
    rows[-1] |= {
        "one_document": bench.timed(lambda: kernel(group, SCENARIOS))[0].as_json(),
        "nervaluate_one_document": timed(nervaluate_call(one), 1, warm=False)[0].as_json(),
    }
    growth = rows[-1]["nanoseconds_per_span"] / rows[0]["nanoseconds_per_span"]
    bench.figures["widths"] = {"rows": rows, "growth": round(growth, 2)}


def _width(bench: Bench, width: int) -> dict[str, Any]:
    n_docs = max(1, bench.documents * 12 // width)
    pairs = list(draw(n_docs, Shape().wide(width), part=max(1, 120_000 // width)))
    n_spans = sum(int(one.mention_there.sum()) for pair in pairs for one in pair)
    groups = grouped(*sides(pairs), max(1, 120_000 // width))
    timing, _ = bench.timed(lambda: kernel(groups, SCENARIOS))
    return {
        "mentions": width,
        "documents": n_docs,
        "spans": n_spans,
        "kernel_1_thread": timing.as_json(),
        "nanoseconds_per_span": round(timing.median / n_spans * 1e9, 1),
    }


def processes(bench: Bench) -> None:
    """`communique eval score` as a process: start-up, time and largest memory."""
    rows = []
    for n_docs, repeats in ((100, 5), (bench.documents, 3), (bench.large, 1)):
        files = saved(bench.folder, n_docs)
        runs = [run_score(files, "--no-intervals") for _ in range(repeats)]
        runs.sort(key=lambda run: run.seconds)
        rows.append(
            {
                "documents": n_docs,
                "runs": repeats,
                "seconds": round(runs[len(runs) // 2].seconds, 3),
                "peak_megabytes": round(max(run.peak_bytes for run in runs) / 1e6),
                "measures": len(runs[0].result["scores"]),
                "file_megabytes": round(files.size / 1e6, 1),
            }
        )
        for path in (files.gold, files.pred):
            path.unlink()
    bench.figures["processes"] = rows


def statistics(bench: Bench) -> None:
    """Bootstrap intervals and the paired test, of the mention scenarios."""
    gold, pred = sides(list(draw(bench.documents)))
    other = sides(list(draw(bench.documents, Shape(noise=0.21))))[1]
    one, two = (score(gold, side, measures=SCENARIOS) for side in (pred, other))
    works: dict[str, Callable[[], Any]] = {
        "intervals": lambda: intervals(one, resamples=RESAMPLES),
        "compare": lambda: compare(one, two, resamples=RESAMPLES),
    }
    bench.figures["statistics"] = {
        "documents": bench.documents,
        "resamples": RESAMPLES,
        "measures": len(SCENARIOS),
        "ours": {name: timed(work, 3)[0].as_json() for name, work in works.items()},
    }


PARTS = (mentions, parquet, suite, coreference, widths, statistics, processes)


def _rates(n_docs: int, timings: dict[str, Timing]) -> dict[str, int]:
    return {name: round(n_docs / timing.median) for name, timing in timings.items()}


@contextmanager
def _said(name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and write what came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000, help="for the largest memory")
    parser.add_argument("--peer-documents", type=int, default=10_000, help="for slow peers")
    parser.add_argument("--coreference-documents", type=int, default=1_000, help="for scorch")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=min(machine()["cores"], 4))
    parser.add_argument("--only", action="append", choices=[part.__name__ for part in PARTS])
    parser.add_argument("--out", type=Path, default=Path("eval/results"))
    options = parser.parse_args()
    before = machine()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            options.documents,
            options.large,
            min(options.peer_documents, options.documents),
            options.coreference_documents,
            options.repeats,
            options.threads,
            Path(folder),
        )
        np.empty(31 << 20, dtype=np.uint8)  # as `communique.eval.batches` does
        for part in PARTS:
            if not options.only or part.__name__ in options.only:
                with _said(part.__name__):
                    part(bench)
    whole = {
        "what": "make bench: speed and memory of scoring, beside the peers",
        "machine": before,
        "threads": options.threads,
        "seconds": round(time.perf_counter() - begin),
        **bench.figures,
    }
    if options.only:
        print(json.dumps(whole, indent=2))
        return
    write_text(options.out / "benchmark.json", json.dumps(whole, indent=2) + "\n")
    page = markdown(whole)
    write_text(options.out / "benchmark.md", page)
    print(page)


if __name__ == "__main__":
    main()
