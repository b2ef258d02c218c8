"""The file formats that drafts are exported in: the five of every export, and three more.

CSV comes with a byte order mark, so that Excel reads Korean, or in CP949 for older programs.  SQL
is a script of ``INSERT`` statements to be read before somebody runs it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

from prediction.core.writers import CsvWriter, TableFormat, TableWriter, open_writer
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prediction.core.export import Cell, ExportColumn


class FileKind(StrEnum):
    """How a draft can be written."""

    CSV = "csv"
    CSV_CP949 = "csv-cp949"
    XLSX = "xlsx"
    JSON = "json"
    XML = "xml"
    PARQUET = "parquet"
    SQL = "sql"

    @property
    def suffix(self) -> str:
        """The ending of such a file."""
        return "csv" if self is FileKind.CSV_CP949 else self.value


FORMATS = [kind.value for kind in FileKind]
"""The same as plain words, for the API's description."""


class NotInCharset(BadInput):
    """A text has a letter that the chosen character set lacks."""

    code = "not_in_charset"


class MarkedCsvWriter(CsvWriter):
    """UTF-8 with a byte order mark."""

    encoding = "utf-8-sig"


class KoreanCsvWriter(CsvWriter):
    """CP949; a letter that it lacks is an error, because a question mark would be a wrong name."""

    encoding = "cp949"
    errors = "strict"

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row.

        Raises
        ------
        NotInCharset
            When a text has a letter that CP949 lacks.
        """
        try:
            super().write(row)
        except UnicodeEncodeError as error:
            letter = error.object[error.start : error.end]
            message = f"CP949 has no letter {letter!r}: choose CSV in UTF-8 instead."
            raise NotInCharset(message, letter=letter) from None


class SqlWriter:
    """One ``INSERT`` a row."""

    def __init__(self, path: Path, columns: Sequence[ExportColumn], table: str) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        names = ", ".join(quoted(column.name) for column in columns)
        self._start = f"INSERT INTO {quoted_table(table)} ({names}) VALUES ("  # noqa: S608 - quoted

    def write(self, row: Sequence[Cell]) -> None:
        """Append one statement."""
        self._file.write(self._start + ", ".join(map(literal, row)) + ");\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def quoted(name: str) -> str:
    """Return a name that SQL takes as it is."""
    return '"' + name.replace('"', '""') + '"'


def quoted_table(name: str) -> str:
    """Return a table's name, with its schema when it has one."""
    return ".".join(quoted(part) for part in name.split("."))


def literal(cell: Cell) -> str:
    """Return a value as SQL writes it."""
    if cell is None:
        return "NULL"
    if isinstance(cell, str | dt.date):
        return "'" + str(cell).replace("\x00", "").replace("'", "''") + "'"
    return str(cell)


def open_file(
    path: Path, columns: Sequence[ExportColumn], kind: FileKind, table: str
) -> TableWriter:
    """Return a writer of this kind that has written its header to ``path``."""
    match kind:
        case FileKind.CSV:
            return MarkedCsvWriter(path, columns)
        case FileKind.CSV_CP949:
            return KoreanCsvWriter(path, columns)
        case FileKind.SQL:
            return SqlWriter(path, columns, table)
        case _:
            return open_writer(path, columns, TableFormat(kind.value))
