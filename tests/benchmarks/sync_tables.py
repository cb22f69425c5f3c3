"""The figures of the benchmark of the sync as a page of Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tables import Target, rows_of_targets, table

__all__ = ["markdown", "table_of_targets", "targets"]

FASTER = 10
BEYOND = 1.0
RATIO = 1.3
GROWTH = 1.5


def targets(figures: dict[str, Any]) -> Iterator[Target]:
    """What the project has set itself for the sync."""
    push, incremental, full = figures["push"], figures["incremental"], figures["full"]
    yield Target(
        f"push of {push['documents']:,} documents with {push['regions']:.0f} regions each, "
        "against the SDK one by one",
        f"≥ {FASTER}×",
        f"{push['ratio']:.1f}×",
        push["ratio"] >= FASTER,
    )
    beyond = incremental["beyond_server"]
    yield Target(
        f"pull of {incremental['changed']} changed among {incremental['documents']:,} documents, "
        "beyond the server's own answer",
        f"≤ {BEYOND:g} s",
        f"{beyond:.2f} s, with reading the corpus {incremental['beyond_server_with_corpus']:.2f} s",
        beyond <= BEYOND,
    )
    large, small = full["rows"][-1], full["rows"][0]
    slowest = max(large["ratios"].values())
    yield Target(
        f"full pull of {large['documents']:,} documents, against the server's fastest export",
        f"≤ {RATIO}×",
        f"into an empty folder {large['ratios']['into_empty']:.2f}×, "
        f"over what is there {large['ratios']['again']:.2f}×",
        slowest <= RATIO,
    )
    yield Target(
        f"largest memory of a full pull, from {small['documents']:,} to {large['documents']:,} "
        "documents",
        f"grows ≤ {GROWTH}×",
        f"{full['memory_growth']:.2f}×, {large['peak_megabytes']} MB",
        full["memory_growth"] <= GROWTH,
    )


def table_of_targets(figures: dict[str, Any]) -> str:
    """What was asked and what was measured, as a table."""
    return rows_of_targets(targets(figures))


def markdown(figures: dict[str, Any]) -> str:
    """The page."""
    return "\n\n".join(_sections(figures)) + "\n"


def _sections(figures: dict[str, Any]) -> Iterator[str]:
    machine = figures["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    yield "# Benchmark of the sync with Label Studio"
    yield (
        f"Made by `make bench` on {machine['date']}: {machine['processor']}, {machine['cores']} "
        f"cores, {machine['system']}, Python {machine['python']}, {packages}; "
        f"{figures['server']}, on the same machine. Load before the run: {machine['load']}. The "
        "documents are generated: wire stories of about 800 characters with "
        f"{figures['push']['regions']:.0f} regions each. Seconds are wall-clock medians. Commands "
        "are timed from process start to end, with every check and every file; what they are "
        "compared with has its input ready before the clock starts, and nobody reads its answer."
    )
    yield "## Targets"
    yield table_of_targets(figures)
    yield from _push(figures["push"])
    yield from _incremental(figures["incremental"])
    yield from _full(figures["full"])


def _push(push: dict[str, Any]) -> Iterator[str]:
    yield f"## Push, {push['documents']:,} documents with their annotations"
    yield table(
        ("", "seconds", "documents per second"),
        [
            _rate("`communique annotations push`", push["command"]["seconds"], push),
            _rate("SDK, one by one", push["sdk_seconds_for_all_documents"], push),
            _rate("one bulk import, ready made", push["bare_import"]["seconds"], push),
        ],
    )
    yield (
        f"The SDK was given {push['sdk_documents']} documents (half of them before our pushes, "
        f"half after), {push['sdk_seconds']:.1f} s in all; its seconds are multiplied by "
        f"{push['documents'] / push['sdk_documents']:.4g}. It is `tasks.create` and "
        "`annotations.create` for each document. The bulk import checks nothing and cannot be "
        f"repeated. Largest memory of the push: {push['peak_megabytes']} MB."
    )


def _rate(what: str, seconds: float, push: dict[str, Any]) -> tuple[str, str, str]:
    return what, f"{seconds:.2f}", f"{push['documents'] / seconds:,.1f}"


def _incremental(found: dict[str, Any]) -> Iterator[str]:
    yield f"## Pull of {found['changed']} changed among {found['documents']:,} documents"
    labels = {
        "pull": "`pull()`, merged and written",
        "with_corpus": "the same with reading the texts of the corpus first",
        "server_alone": "the server alone: which tasks moved, and these in full",
        "nothing": "`pull()` when nothing was changed",
        "nothing_command": "`communique annotations pull` then, from process start",
    }
    yield table(
        ("", "seconds", "fastest", "slowest", "runs"),
        [
            (
                label,
                *(f"{found[name][key]:.3f}" for key in ("seconds", "fastest", "slowest")),
                found[name]["runs"],
            )
            for name, label in labels.items()
        ],
    )
    yield (
        "The first of these pulls, soon after everything was pushed, took "
        f"{found['first_pull_seconds']:.2f} s."
    )


def _full(full: dict[str, Any]) -> Iterator[str]:
    yield "## Full pull, `communique annotations pull --since all`"
    yield table(
        ("documents", "into an empty folder, s", "over what is there, s", "largest memory, MB"),
        [
            (
                f"{row['documents']:,}",
                *(f"{row[name]['seconds']:.1f}" for name in ("into_empty", "again")),
                row["peak_megabytes"],
            )
            for row in full["rows"]
        ],
    )
    large = full["rows"][-1]
    yield (
        f"The server alone, {large['documents']:,} documents: export in one request "
        f"{large['export']['fastest']:.1f} to {large['export']['slowest']:.1f} s, "
        f"{large['export_megabytes']:.0f} MB; list of tasks with all fields, in pages of 1,000, "
        f"{large['listing']['seconds']:.1f} s. Ratios are to the fastest of these. Pushing them "
        f"took {large['push']['seconds']:.1f} s and {large['push_megabytes']} MB."
    )
