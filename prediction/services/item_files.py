"""Items from a file, a batch at a time; a row that cannot be read is told, not lost."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prediction.core.asking import ItemError
from registry.core.errors import RoutingMLError
from registry.core.items import items_of_frame
from registry.core.mapping import ColumnMap, check_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from registry.core.file_formats import TableFile
    from registry.core.routing import Item


BLOCK = 1 << 20
FIND_ROWS = 500


class UnpackedTooLarge(RoutingMLError):
    """A small file that would become a very large one."""

    code = "unpacked_too_large"

    def __init__(self, most: int) -> None:
        message = f"Unpacked, this file is larger than {most // 1_000_000:,} MB: split it."
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """Some items of a file, and the rows among them that are set aside."""

    items: list[Item]
    errors: list[ItemError]


def check_unpacked(path: Path, most: int) -> None:
    """Refuse a workbook or packed CSV file that unpacks to too much; others are what they are.

    Raises:
        UnpackedTooLarge: it does.
    """
    if _unpacked_bytes(path, most) > most:
        raise UnpackedTooLarge(most)


def _unpacked_bytes(path: Path, enough: int) -> int:
    """Return how large a file becomes, counted no further than needed."""
    total = 0
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                total = sum(part.file_size for part in book.infolist())
        elif path.suffix == ".gz":
            with gzip.open(path) as text:
                while total <= enough and (block := text.read(BLOCK)):
                    total += len(block)
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile):
        return total  # opening it as a table says what is wrong with it
    return total


def count_rows(path: Path, columns: ColumnMap) -> int:
    """Return how many rows a file has.

    Raises:
        FileUnreadable: it is no table.
        ColumnsMissing: a mandatory item column is not there.
    """
    file, _ = _opened(path, columns)
    key = columns.header("items", file.header).pairs[columns.items.mandatory[0]]
    return sum(len(chunk.frame) + len(chunk.rejected) for chunk in file.chunks([key]))


def read_batches(path: Path, columns: ColumnMap, size: int) -> Iterator[ItemBatch]:
    """Yield the items of a file in its order, ``size`` rows at a time.

    Raises:
        FileUnreadable: it is no table.
        ColumnsMissing: a mandatory item column is not there.
    """
    file, present = _opened(path, columns)
    for chunk in file.chunks(present, size):
        mapped = columns.apply("items", chunk.frame)
        aside = [_set_aside(rows) for rows in (chunk.rejected, mapped.rejected)]
        errors = [error for rows in aside for error in rows]
        yield ItemBatch(items_of_frame(mapped.frame), errors)


def find(path: Path, columns: ColumnMap, code: str) -> Item | None:
    """Return the first item with a code that a file describes, None when it has none.

    Raises:
        FileUnreadable: it is no table.
        ColumnsMissing: a mandatory item column is not there.
    """
    batches = read_batches(path, columns, FIND_ROWS)
    return next((item for batch in batches for item in batch.items if item.code == code), None)


def names_only(path: Path, columns: ColumnMap) -> bool:
    """Return whether a file has the items' codes and nothing that describes them.

    Raises:
        FileUnreadable: it is no table.
        ColumnsMissing: a mandatory item column is not there.
    """
    return len(_opened(path, columns)[1]) == 1


def read_codes(path: Path, columns: ColumnMap) -> list[str]:
    """Return the item codes of a file that has nothing else, blank ones left out."""
    file, (name,) = _opened(path, columns)
    told = (chunk.frame[name].dropna().astype(str).str.strip() for chunk in file.chunks([name]))
    first = [name] if _is_code(name, columns) else []
    return first + [code for codes in told for code in codes if code]


def _opened(path: Path, columns: ColumnMap) -> tuple[TableFile, list[str]]:
    """Open a file and return it with the names under which it has the item columns.

    A single column under a heading of its own, or under none, is taken for item codes.
    """
    from registry.core import files  # with pandas and openpyxl: loaded with the first file

    file = files.open_file(path, columns.items)
    header = columns.header("items", file.header)
    if len(file.header) == 1 and file.header[0] and not header.pairs:
        return file, file.header
    check_header(path.name, header, file.header)
    return file, list(header.pairs.values())


def _is_code(first: str, columns: ColumnMap) -> bool:
    """Return whether a single column begins with a code: a heading has no digit."""
    is_heading = bool(columns.header("items", [first]).pairs)
    return not is_heading and any(letter.isdigit() for letter in first)


def _set_aside(rows: pd.DataFrame) -> list[ItemError]:
    return [
        ItemError(f"row {row['row']}", "row_unreadable", f"{row['column']}: {row['reason']}")
        for row in rows.to_dict("records")
    ]
