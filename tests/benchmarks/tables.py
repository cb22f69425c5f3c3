"""The figures of a benchmark as a page of Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Target", "markdown", "rows_of_targets", "table", "table_of_targets", "targets"]

LABELS = {
    "kernel_1_thread": "communique, kernel, 1 thread",
    "kernel": "communique, kernel, {threads} threads",
    "score_1_thread": "communique, `score()`, 1 thread",
    "score": "communique, `score()`, {threads} threads",
    "score_shuffled": "communique, `score()`, documents and lists in random order",
    "score_from_parquet": "communique, `score()` from Parquet",
    "read_all_as_pyarrow_does": "reading both files whole with pyarrow, nothing else",
    "read_what_is_needed": "reading only what the scenarios need, nothing else",
}


@dataclass(frozen=True)
class Target:
    """Something to reach, and what was measured."""

    what: str
    asked: str
    measured: str
    reached: bool


def targets(figures: dict[str, Any]) -> Iterator[Target]:
    """What the project has set itself."""
    mentions, parquet, suite = figures["mentions"], figures["parquet"], figures["suite"]
    for peer in ("seqeval f1_score", "nervaluate"):
        kernel, call = (mentions["ratios"][name][peer] for name in ("kernel", "score"))
        yield Target(
            f"mention scenarios against {peer}, {mentions['documents']:,} documents",
            "≥ 100×",
            f"kernel {kernel:.0f}×, `score()` {call:.0f}×",
            kernel >= 100,
        )
    kernel, call = (parquet["spans_per_second"][name] / 1e6 for name in ("kernel", "score"))
    yield Target(
        "spans per second from Parquet",
        "≥ 10 million",
        f"kernel {kernel:.1f} million, `score()` {call:.1f} million",
        kernel >= 10,
    )
    rates = suite["documents_per_second"]
    yield Target(
        f"all {suite['measures']} measures without coreference, documents per second",
        "≥ 40,000",
        f"kernel {rates['kernel']:,}, `score()` {rates['score']:,}, "
        f"from Parquet {rates['score_from_parquet']:,}",
        rates["kernel"] >= 40_000,
    )
    rate = figures["coreference"]["documents_per_second"]["kernel"]
    yield Target("coreference, documents per second", "≥ 4,000", f"{rate:,}", rate >= 4_000)
    growth = figures["widths"]["growth"]
    yield Target(
        "time per span, from 100 to 12,000 mentions in a document",
        "grows ≤ 1.2×",
        f"{growth:.2f}×",
        growth <= 1.2,
    )
    slowest = max(one["seconds"] for one in figures["statistics"]["ours"].values())
    yield Target(
        f"{figures['statistics']['resamples']:,} resamples of "
        f"{figures['statistics']['documents']:,} documents",
        "≤ 2 s",
        f"{slowest:.2f} s",
        slowest <= 2,
    )
    large, small = figures["processes"][-1], figures["processes"][0]
    yield Target(
        f"largest memory of `communique eval score`, {large['documents']:,} documents",
        "≤ 1.5 GB",
        f"{large['peak_megabytes'] / 1e3:.2f} GB",
        large["peak_megabytes"] <= 1500,
    )
    yield Target(
        f"`communique eval score`, {small['documents']} documents, from process start",
        "≤ 1 s",
        f"{small['seconds']:.2f} s",
        small["seconds"] <= 1,
    )


def table_of_targets(figures: dict[str, Any]) -> str:
    """What was asked and what was measured, as a table."""
    return rows_of_targets(targets(figures))


def rows_of_targets(reached: Iterable[Target]) -> str:
    """Targets as a table."""
    return table(
        ("what", "asked", "measured", "reached"),
        [
            (one.what, one.asked, one.measured, "yes" if one.reached else "**no**")
            for one in reached
        ],
    )


def markdown(figures: dict[str, Any]) -> str:
    """The page."""
    return "\n\n".join(_sections(figures)) + "\n"


def _sections(figures: dict[str, Any]) -> Iterator[str]:
    machine = figures["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    yield "# Benchmark"
    yield (
        f"Made by `make bench` on {machine['date']}: {machine['processor']}, {machine['cores']} "
        f"cores, {machine['system']}, Python {machine['python']}, {packages}. Load before the run: "
        f"{machine['load']}. The workload is generated: documents of 400 tokens with 60 mentions, "
        "6 quotes, 4 times and 20 events, predictions with 20 % noise. Seconds are wall-clock "
        "medians; peers are single-threaded and get their own input form before the clock starts. "
        "*Kernel* is from tables in memory to the counts of each document; `score()` is the whole "
        "call, with every check, the signature and the merging."
    )
    yield "## Targets"
    yield table_of_targets(figures)
    yield from _mentions(figures)
    yield from _parquet(figures)
    yield from _documents(figures)
    yield from _widths(figures)
    yield from _rest(figures)


def _mentions(figures: dict[str, Any]) -> Iterator[str]:
    found = figures["mentions"]
    yield f"## Mention scenarios, {found['documents']:,} documents, {found['spans']:,} spans"
    peers = found["peer_seconds_for_all_documents"]
    if found["peer_documents"] < found["documents"]:
        yield (
            f"The peers were given {found['peer_documents']:,} documents; their seconds are "
            f"multiplied by {found['documents'] / found['peer_documents']:g}."
        )
    columns = ("seqeval f1_score", "nervaluate")
    rows: list[Sequence[object]] = [
        (
            _label(name, figures),
            f"{timing['seconds']:.3f}",
            *(f"{found['ratios'][name][peer]:.0f}×" for peer in columns),
        )
        for name, timing in found["ours"].items()
    ]
    rows += [(name, f"{seconds:.2f}", "", "") for name, seconds in peers.items()]
    yield table(("", "seconds", *(f"against {peer}" for peer in columns)), rows)
    bio = figures["bio"]
    yield (
        f"The first `score()` of two fresh sides takes {found['score_first_call']['seconds']:.3f} "
        "s: strings are numbered then, which serves later calls. Scores over tokens "
        f"(`mentions.bio`, F1 {found['f1_as_seqeval']:.4f}, the same as seqeval's) need the texts "
        f"cut into tokens, which takes {bio['tokens']['seconds']:.1f} s of "
        f"{bio['score']['seconds']:.1f} s: this is not in the figures above, and seqeval is given "
        "its tags."
    )


def _parquet(figures: dict[str, Any]) -> Iterator[str]:
    found = figures["parquet"]
    yield f"## From Parquet, {found['bytes'] / 1e6:.1f} MB, {found['spans']:,} spans"
    yield table(
        ("", "seconds", "spans per second"),
        [
            (
                _label(name, figures),
                f"{timing['seconds']:.3f}",
                f"{found['spans_per_second'][name] / 1e6:.1f} million"
                if name in found["spans_per_second"]
                else "",
            )
            for name, timing in found["ours"].items()
        ],
    )


def _documents(figures: dict[str, Any]) -> Iterator[str]:
    suite, coreference = figures["suite"], figures["coreference"]
    yield f"## All {suite['measures']} measures but coreference, {suite['documents']:,} documents"
    yield _rates(suite, figures)
    size = f"{coreference['measures']} measures, {coreference['documents']:,} documents"
    yield f"## Coreference, {size}"
    yield _rates(coreference, figures)
    ratio = coreference["ratios"]["kernel_1_thread"]
    yield (
        f"scorch, which has no LEA: {coreference['scorch_documents_per_second']:,} documents per "
        f"second, measured on {coreference['scorch_documents']:,} documents; with one thread "
        f"communique is {ratio:.0f}× as fast."
    )


def _widths(figures: dict[str, Any]) -> Iterator[str]:
    rows = figures["widths"]["rows"]
    yield "## Large documents, kernel of the mention scenarios, 1 thread"
    yield table(
        ("mentions in a document", "documents", "seconds", "nanoseconds per span"),
        [
            (
                f"{row['mentions']:,}",
                f"{row['documents']:,}",
                f"{row['kernel_1_thread']['seconds']:.3f}",
                row["nanoseconds_per_span"],
            )
            for row in rows
        ],
    )
    last = rows[-1]
    ours = last["one_document"]["seconds"]
    theirs = last["nervaluate_one_document"]["seconds"]
    yield (
        f"One document of {last['mentions']:,} mentions: communique {ours * 1000:.1f} ms, "
        f"nervaluate {theirs:.1f} s ({theirs / ours:,.0f}×)."
    )


def _rest(figures: dict[str, Any]) -> Iterator[str]:
    statistics = figures["statistics"]
    yield (
        f"## Statistics, {statistics['resamples']:,} resamples of {statistics['documents']:,} "
        f"documents, {statistics['measures']} measures"
    )
    yield table(
        ("", "seconds"),
        [(f"`{name}`", f"{one['seconds']:.2f}") for name, one in statistics["ours"].items()],
    )
    yield "## `communique eval score` on Parquet files, as a process of its own"
    yield table(
        ("documents", "measures", "files, MB", "seconds from process start", "largest memory, MB"),
        [
            (
                f"{row['documents']:,}",
                row["measures"],
                row["file_megabytes"],
                f"{row['seconds']:.2f}",
                row["peak_megabytes"],
            )
            for row in figures["processes"]
        ],
    )


def _rates(found: dict[str, Any], figures: dict[str, Any]) -> str:
    return table(
        ("", "seconds", "documents per second"),
        [
            (
                _label(name, figures),
                f"{timing['seconds']:.3f}",
                f"{found['documents_per_second'][name]:,}",
            )
            for name, timing in found["ours"].items()
        ],
    )


def _label(name: str, figures: dict[str, Any]) -> str:
    return LABELS[name].format(threads=figures["threads"])


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
