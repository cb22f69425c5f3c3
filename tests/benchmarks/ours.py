"""What of communique is measured: the kernel alone, whole calls, and processes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measured import run
from workload import SCHEMA, Drawn, Shape, draw, table, texts

from communique.eval.columns import Columns
from communique.eval.comparison import Comparison
from communique.eval.counts import Counts
from communique.eval.inputs import Part, Side
from communique.eval.measures import MEASURES

__all__ = [
    "COREFERENCE",
    "SCENARIOS",
    "SUITE",
    "Files",
    "Run",
    "grouped",
    "kernel",
    "projected",
    "run_score",
    "saved",
    "shuffled",
    "sides",
]

SCENARIOS = ("mentions.strict", "mentions.exact", "mentions.partial", "mentions.type")

COREFERENCE = tuple(
    name for name in MEASURES if name.startswith("coref.") and not name.endswith("no-singletons")
)
"""MUC, B³, CEAF-e, CEAF-m, LEA, BLANC and their mean."""

SUITE = tuple(
    name
    for name, measure in MEASURES.items()
    if measure.default
    and not measure.needs_texts
    and name.partition(".")[0] not in ("coref", "chains")
)
"""All measures that are scored by default, without coreference and what needs texts."""

READ = (
    "mentions.list.element.span",
    "mentions.list.element.entity",
    "entities.list.element.id",
    "entities.list.element.type",
)
"""All that the mention scenarios depend on."""

GROUP = 1_700
"""Documents that are compared at once, as `communique eval score` does for this workload."""

Group = tuple[pa.Table, pa.Table]


@dataclass(frozen=True)
class Files:
    """Gold and predictions of some documents in Parquet."""

    gold: Path
    pred: Path
    n_docs: int
    n_spans: int

    @property
    def size(self) -> int:
        """Bytes of both."""
        return self.gold.stat().st_size + self.pred.stat().st_size


def saved(folder: Path, n_docs: int, shape: Shape | None = None) -> Files:
    """The workload in two Parquet files, as pyarrow writes them by default."""
    paths = folder / f"gold-{n_docs}.parquet", folder / f"predictions-{n_docs}.parquet"
    writers: list[pq.ParquetWriter] = []
    n_spans = 0
    for pair in draw(n_docs, shape):
        tables = [table(one, annotator=name) for one, name in zip(pair, ("gold", "s"), strict=True)]
        if not writers:
            writers = [
                pq.ParquetWriter(path, one.schema) for path, one in zip(paths, tables, strict=True)
            ]
        for writer, one, drawn in zip(writers, tables, pair, strict=True):
            writer.write_table(one)
            n_spans += int(drawn.mention_there.sum())
    for writer in writers:
        writer.close()
    return Files(*paths, n_docs, n_spans)


def sides(pairs: Sequence[tuple[Drawn, Drawn]], *, with_texts: bool = False) -> tuple[Side, Side]:
    """Both sides in memory."""
    golds, preds = zip(*pairs, strict=True)
    known: dict[str, str] = {}
    if with_texts:
        for one in golds:
            known |= dict(zip(one.doc_ids, texts(one), strict=True))
    return (
        Side("gold", pa.concat_tables([table(one, annotator="gold") for one in golds]), known),
        Side("predictions", pa.concat_tables([table(one, annotator="s") for one in preds])),
    )


def shuffled(side: Side, seed: int = 3) -> Side:
    """The same documents in another order, and their lists in another order."""
    random = np.random.default_rng(seed)
    whole = side.table.take(pa.array(random.permutation(side.table.num_rows)))
    columns = {}
    for name in whole.column_names:
        column = whole.column(name).combine_chunks()
        if pa.types.is_list(column.type) and column.null_count == 0:
            lengths = np.asarray(column.value_lengths().to_numpy(), dtype=np.int64)
            doc = np.repeat(np.arange(len(lengths)), lengths)
            order = np.lexsort((random.random(len(doc)), doc))
            offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
            column = pa.ListArray.from_arrays(
                pa.array(offsets), column.flatten().take(pa.array(order))
            )
        columns[name] = column
    return Side(side.name, pa.table(columns))


def grouped(gold: Side, pred: Side, size: int = GROUP) -> list[Group]:
    """Both sides in groups of documents, in the form that is compared."""
    rows = np.arange(gold.table.num_rows)

    def tables(side: Side) -> list[pa.Table]:
        parts: list[Part] = list(side.parts(rows, size))
        return [part.table for part in parts]

    return list(zip(tables(gold), tables(pred), strict=True))


def projected(files: Files) -> list[Group]:
    """Of both files what the mention scenarios depend on, and nothing else."""

    def tables(path: Path) -> list[pa.Table]:
        strings = [name for name in READ if not name.endswith("span")]
        file = pq.ParquetFile(path, read_dictionary=strings)
        groups = range(file.metadata.num_row_groups)
        return [file.read_row_group(group, columns=list(READ)) for group in groups]

    return list(zip(tables(files.gold), tables(files.pred), strict=True))


def kernel(groups: Sequence[Group], names: Sequence[str], threads: int = 1) -> list[list[Counts]]:
    """From tables in memory to the counts of each document: no checks, no signature."""

    def counts(group: Group) -> list[Counts]:
        comparison = Comparison(Columns(group[0], SCHEMA), Columns(group[1], SCHEMA))
        return [MEASURES[name].count(comparison) for name in names]

    if threads == 1:
        return [counts(group) for group in groups]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(counts, groups))


@dataclass(frozen=True)
class Run:
    """One run of the command: seconds from the start of the process, and its largest memory."""

    seconds: float
    peak_bytes: int
    result: dict[str, Any]


def run_score(files: Files, *options: str) -> Run:
    """`communique eval score` on two files, in a process of its own.

    Raises:
        subprocess.CalledProcessError: it failed.

    """
    command = [str(Path(sys.executable).with_name("communique")), "eval", "score", str(files.pred)]
    command += ["--gold", str(files.gold), "--format", "json", *options]
    done = run(command)
    return Run(done.seconds, done.peak_bytes, json.loads(done.output))
