"""The export in the file formats that keep the types of the columns: Excel and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from prediction.core.export import Cell, CellKind, ExportColumn
from prediction.core.writers import TableFormat, TableWriter, TooManyRows, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EXCEL_ROWS = 1_048_576
PARQUET_GROUP = 20_000
TAKEN_FOR_MORE = ("=", "#")
"""How texts begin that openpyxl takes for formulas and errors."""


class XlsxWriter:
    """One sheet, written as a stream; text stays text, whatever it begins with."""

    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("routing")
        self._rows = 0
        self.write([column.name for column in columns])

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row.

        Raises
        ------
        TooManyRows
            When the sheet is full.
        """
        self._rows += 1
        if self._rows > EXCEL_ROWS:
            message = f"An Excel sheet holds {EXCEL_ROWS:,} rows: choose csv or parquet instead."
            raise TooManyRows(message, limit=EXCEL_ROWS)
        self._sheet.append([self._cell(cell) for cell in row])

    def close(self) -> None:
        """Write the workbook."""
        self._book.save(self._path)
        self._book.close()

    def _cell(self, value: Cell) -> object:
        if not isinstance(value, str):
            return value
        text = printable(value)
        if not text.startswith(TAKEN_FOR_MORE):
            return text  # a cell of its own for each text would take as long as all the rest
        cell = WriteOnlyCell(self._sheet, value=text)
        cell.data_type = "s"
        return cell


class ParquetWriter:
    """Typed columns, written in groups of rows."""

    TYPES: ClassVar = {
        CellKind.TEXT: pa.string(),
        CellKind.INTEGER: pa.int64(),
        CellKind.NUMBER: pa.float64(),
        CellKind.DATE: pa.date32(),
    }

    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        fields = [pa.field(column.name, self.TYPES[column.kind]) for column in columns]
        self._schema = pa.schema(fields)
        self._parquet = pq.ParquetWriter(path, self._schema)
        self._waiting: list[Sequence[Cell]] = []

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row; it reaches the file with its group."""
        self._waiting.append(row)
        if len(self._waiting) >= PARQUET_GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        self._flush()
        self._parquet.close()

    def _flush(self) -> None:
        columns = zip(*self._waiting, strict=True) if self._waiting else ((),) * len(self._schema)
        arrays = [
            pa.array(values, field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting.clear()


WRITERS: dict[TableFormat, Callable[[Path, Sequence[ExportColumn]], TableWriter]] = {
    TableFormat.XLSX: XlsxWriter,
    TableFormat.PARQUET: ParquetWriter,
}
