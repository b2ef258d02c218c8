"""The answers of a batch as they are kept beside its file, read again for an output profile.

They are kept in Parquet under the export's own columns, so that a profile chosen later writes the
same cells as one chosen at once.  Only what may go out unseen is read: the best candidate of items
that do not need a planner.  Rows are read group by group, so that memory stays small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from prediction.core.export import Cell
    from prediction.core.output_profile import OutputProfile

ITEM, RANK, ABSTAINED = "ITEM_CD", "RANK", "ABSTAINED"
READ_AT_ONCE = 10_000


def _sure(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the rows of best candidates of items that do not need a planner."""
    is_best = pc.equal(batch.column(RANK), 1)
    return batch.filter(pc.and_(is_best, pc.equal(batch.column(ABSTAINED), "N")))


@dataclass(frozen=True)
class KeptRows:
    """The rows of a batch as a profile writes them; iterating reads the file again."""

    path: Path
    profile: OutputProfile

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Items whose best candidate goes out, in the order of the batch."""
        found: dict[str, None] = {}
        for batch in self._batches({ITEM}):
            found |= dict.fromkeys(batch.column(ITEM).to_pylist())
        return tuple(found)

    @cached_property
    def _count(self) -> int:
        return sum(batch.num_rows for batch in self._batches(set()))

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._count

    def __contains__(self, row: object) -> bool:
        """Return whether there is such a row."""
        return any(row == each for each in self)

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows in the order of the batch."""
        columns = self.profile.columns
        for batch in self._batches({each.field for each in columns if each.field}):
            cells = {name: batch.column(name).to_pylist() for name in batch.schema.names}
            none = [None] * batch.num_rows
            written = (
                map(each.cell, cells[each.field] if each.field else none) for each in columns
            )
            yield from zip(*written, strict=True)

    def _batches(self, names: set[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows that go out, with these columns and those that say so."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(READ_AT_ONCE, columns=sorted(names | {RANK, ABSTAINED})):
                yield _sure(batch)
