"""Arrow IPC stream shards: rows in, files of bounded size out, the same bytes every time."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from communique.corpus.dataset.config import Config, Row

__all__ = ["SHARD_BYTES", "ShardWriter"]

SHARD_BYTES = 256 * 1024 * 1024
"""Size from which a shard is closed and the next one begun."""


@dataclass
class ShardWriter:
    """Writes the rows of one split of one config to ``folder/split-00000-of-00001.arrow``.

    The stream format is the one that ``Dataset.from_file`` maps into memory. Only a batch of rows
    is held at a time.
    """

    config: Config
    folder: Path
    split: str
    shard_bytes: int = SHARD_BYTES
    rows: int = 0
    _batch: list[Row] = field(default_factory=list)
    _done: list[Path] = field(default_factory=list)
    _file: Any = None
    _stream: Any = None

    def add(self, row: Row) -> None:
        """Take one row; its keys must be exactly the columns, because Arrow would drop others."""
        odd = sorted(set(row).symmetric_difference(self.config.schema.names))
        if odd:
            raise ValueError(
                f"{self.config.name}: found columns {odd}, expected exactly those of the config"
            )
        self.rows += 1
        self._batch.append(row)
        if len(self._batch) >= self.config.batch:
            self._flush()

    def close(self) -> tuple[Path, ...]:
        """Write what is left, and give the shards their final names."""
        self._flush()
        self._end_shard()
        total = len(self._done)
        shards = []
        for number, part in enumerate(self._done):
            shard = self.folder / f"{self.split}-{number:05d}-of-{total:05d}.arrow"
            shards.append(part.rename(shard))
        return tuple(shards)

    def abandon(self) -> None:
        """Close what is open and name nothing."""
        if self._file is not None:
            self._file.close()
        self._file = self._stream = None

    def _flush(self) -> None:
        if not self._batch:
            return
        if self._stream is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._done.append(self.folder / f"{self.split}-{len(self._done):05d}.part")
            self._file = self._done[-1].open("wb")
            self._stream = pa.ipc.new_stream(self._file, self.config.schema)
        self._stream.write_batch(pa.RecordBatch.from_pylist(self._batch, schema=self.config.schema))
        self._batch = []
        if self._file.tell() >= self.shard_bytes:
            self._end_shard()

    def _end_shard(self) -> None:
        if self._stream is None:
            return
        self._stream.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = self._stream = None
