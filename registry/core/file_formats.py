"""Tables in files: CSV, Excel and Parquet behind one shape, a header and chunks of rows.

Rows keep the number a person sees: in CSV and Excel the header is row 1 (or where it stands), in
Parquet the first row is 1.  A line of a CSV file that does not fit its header is set aside with its
number; a file that can not be read at all is refused in words.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Protocol

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from registry.core import rejected
from registry.core.columns import resolve
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CHUNK_ROWS = 100_000
HEADER_ROWS = 10
"""Rows of a sheet among which its header is looked for."""

ENCODINGS = ("utf-8", "cp949")
DELIMITERS = ",;\t|"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

DAMAGED = (
    csv.Error,
    pa.ArrowException,
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,  # a part of a workbook that is not there
    SyntaxError,  # a part of a workbook that is no XML
)


class FileUnreadable(BadInput):
    """A file can not be read as a table."""

    code = "file_unreadable"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file (the index is their number) and those set aside among them.

    ``aside`` has the cells of a line that does not fit its header as far as they stand where they
    should: good enough to tell which routing lost a row, not to be kept.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame = field(default_factory=rejected.none)
    aside: pd.DataFrame = field(default_factory=pd.DataFrame)


class TableFile(Protocol):
    """A table in a file."""

    path: Path
    header: list[str]

    def chunks(self, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield the rows with the named columns only."""


@contextmanager
def _refused_in_words(path: Path) -> Iterator[None]:
    """Turn whatever a broken file makes its reader raise into ``FileUnreadable``."""
    try:
        yield
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise FileUnreadable(f"{path} can not be read: {error}") from None
    except DAMAGED as error:
        said = " ".join(str(error).split())
        raise FileUnreadable(
            f"{path} is damaged or not what its name says: {said}. Export it again."
        ) from None


class CsvFile:
    """A CSV file: UTF-8 with or without mark, UTF-16, or CP949; also compressed as .gz."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _refused_in_words(path):
            self._encoding = self._detected()
            with self._open() as stream:
                first = stream.readline()
                self._delimiter = max(DELIMITERS, key=first.count)
            with self._open() as stream:
                names: list[str] = next(self._reader(stream), [])
        self.header = [name.strip() for name in names]

    def chunks(self, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield the rows with the named columns only.

        Raises:
            FileUnreadable: when a quotation mark is opened and never closed, or bytes are damaged.
        """
        places = [self.header.index(name) for name in columns]
        with _refused_in_words(self.path), self._open() as stream:
            records = self._records(stream)
            next(records, None)
            numbered = enumerate(records, start=2)
            while part := list(islice(numbered, chunk_rows)):
                yield self._chunk(part, places, columns)

    def _chunk(
        self, part: list[tuple[int, list[str] | str]], places: list[int], columns: Sequence[str]
    ) -> Chunk:
        width = len(self.header)
        rows, odd, reasons = {}, {}, []
        for number, record in part:
            if not isinstance(record, str) and len(record) == width:
                rows[number] = [record[place] or None for place in places]
                continue
            cells = [] if isinstance(record, str) else record
            odd[number] = [cells[p] if p < len(cells) else None for p in places]
            torn = f"{len(cells)} fields instead of {width}"
            reasons.append(record if isinstance(record, str) else torn)
        return Chunk(
            _frame(rows, columns),
            rejected.rows(list(odd), column="", reason=reasons),
            _frame(odd, columns),
        )

    def _records(self, stream: IO[str]) -> Iterator[list[str] | str]:
        """Yield each record, or in words what is wrong with it; blank lines are passed over."""
        reader = self._reader(stream)
        while True:
            start = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise FileUnreadable(
                        f"{self.path}: a quotation mark opened in line {start} is never closed"
                    ) from None
                yield f"lines {start} to {reader.line_num}: {error}"
            else:
                if record:
                    yield record

    def _reader(self, stream: IO[str]) -> Any:
        return csv.reader(stream, delimiter=self._delimiter, strict=True)

    def _open(self) -> IO[str]:
        opened = gzip.open if self.path.suffix.casefold() == ".gz" else open
        return opened(self.path, "rt", encoding=self._encoding, newline="")

    def _bytes(self) -> Iterator[bytes]:
        opened = gzip.open if self.path.suffix.casefold() == ".gz" else open
        with opened(self.path, "rb") as stream:
            while block := stream.read(1 << 20):
                yield block

    def _detected(self) -> str:
        """Return the encoding that fits the whole file."""
        head = next(self._bytes(), b"")
        for mark, encoding in MARKS.items():
            if head.startswith(mark):
                return encoding
        for encoding in ENCODINGS:
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                for block in self._bytes():
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
        raise FileUnreadable(
            f"{self.path} is neither UTF-8 nor CP949 text: save it as CSV UTF-8 and try again"
        )


class ParquetFile:
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _refused_in_words(path):
            self._file = pq.ParquetFile(path)
        self.header = list(self._file.schema_arrow.names)

    def chunks(self, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield the rows with the named columns only."""
        row = 1
        with _refused_in_words(self.path):
            for batch in self._file.iter_batches(chunk_rows, columns=list(columns)):
                frame = batch.to_pandas(
                    integer_object_nulls=True, date_as_object=False, ignore_metadata=True
                )
                frame.index = pd.RangeIndex(row, row + len(frame))
                row += len(frame)
                yield Chunk(frame[list(columns)])


class ExcelFile:
    """The sheet of an Excel workbook whose first rows hold most of the wanted column names.

    The header may stand below a title, and may take two rows whose cells are merged.
    """

    def __init__(self, path: Path, wanted: Sequence[str]) -> None:
        self.path = path
        with self._sheets() as sheets:
            heads = {sheet.title: _rows(sheet, 1, HEADER_ROWS) for sheet in sheets}
        self._sheet, self._first, self.header = _find_header(heads, wanted)

    def chunks(self, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield the rows with the named columns only; rows without any cell are passed over."""
        places = [self.header.index(name) for name in columns]
        with self._sheets() as sheets:
            sheet = next(sheet for sheet in sheets if sheet.title == self._sheet)
            cells = sheet.iter_rows(min_row=self._first, values_only=True)
            numbered = enumerate(cells, start=self._first)
            filled = ((n, row) for n, row in numbered if any(cell is not None for cell in row))
            while part := list(islice(filled, chunk_rows)):
                rows = {n: [row[p] if p < len(row) else None for p in places] for n, row in part}
                yield Chunk(_frame(rows, columns))

    @contextmanager
    def _sheets(self) -> Iterator[list[Any]]:
        """Open the workbook and give its sheets."""
        with _refused_in_words(self.path), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations openpyxl does not know
            with self.path.open("rb") as stream:  # openpyxl leaves a damaged workbook's file open
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                yield book.worksheets


def _frame(rows: dict[int, list[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows by number as a frame."""
    index = pd.Index(list(rows), dtype="int64")
    return pd.DataFrame(list(rows.values()), columns=list(columns), index=index)


def _rows(sheet: Any, first: int, last: int) -> list[list[str]]:
    """Return rows of a sheet as texts, blank where a cell is empty."""
    cells = sheet.iter_rows(min_row=first, max_row=last, values_only=True)
    return [["" if cell is None else str(cell).strip() for cell in row] for row in cells]


def _find_header(
    heads: dict[str, list[list[str]]], wanted: Sequence[str]
) -> tuple[str, int, list[str]]:
    """Return the sheet, the first row of data, and the header that has most of the wanted names.

    Without any wanted name it is the first row with cells, for the refusal to show.
    """
    best, most = (next(iter(heads), ""), 1, list[str]()), 0
    for title, rows in heads.items():
        for number, row in enumerate(rows, start=1):
            below = rows[number] if number < len(rows) else []
            for header, data in ((row, number + 1), (_merged(row, below), number + 2)):
                found = len(resolve(wanted, header))
                if found > most or (any(header) and not best[2]):
                    best, most = (title, data, header), max(found, most)
    return best


def _merged(upper: list[str], lower: list[str]) -> list[str]:
    """Return two header rows as one: the lower cell names the column where there is one."""
    width = max(len(upper), len(lower))
    padded = [row + [""] * (width - len(row)) for row in (upper, lower)]
    return [below or above for above, below in zip(*padded, strict=True)]
