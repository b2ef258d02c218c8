"""The files a plant's tables travel in: which file is which table, and items from one file.

A table's file carries the name its mapping profile gives it, or the general one (``item_info``,
``routing``, ``work_order_results``), as CSV (also compressed), Excel or Parquet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from registry.core import rejected
from registry.core.errors import BadInput
from registry.core.file_formats import (
    CsvFile,
    ExcelFile,
    FileUnreadable,
    ParquetFile,
    TableFile,
)
from registry.core.items import items_of_frame
from registry.core.mapping import ColumnMap, TableMap, TableName, check_header
from registry.core.routing import Item

if TYPE_CHECKING:
    from pathlib import Path

GENERAL_NAMES: dict[TableName, str] = {
    "items": "item_info",
    "routings": "routing",
    "results": "work_order_results",
}
SUFFIXES = (".csv", ".csv.gz", ".xlsx", ".xlsm", ".parquet")


class NoTables(BadInput):
    """A folder does not hold the files that were looked for."""

    code = "no_tables"


def find_files(folder: Path, columns: ColumnMap) -> dict[TableName, Path]:
    """Return the file of each table that the folder has.

    Raises:
        NoTables: when there is no such folder, or no such file in it, or two for one table.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise NoTables(f"{folder} {what}: give the folder that holds the tables")
    present = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found: dict[TableName, Path] = {}
    for table, mapped in columns:
        names = {mapped.file.casefold(), GENERAL_NAMES[table]}
        files = [path for path in present if _stem(path) in names]
        if len(files) > 1:
            listed = ", ".join(path.name for path in files)
            raise NoTables(f"{folder} has {len(files)} files for one table ({listed}): keep one")
        if files:
            found[table] = files[0]
    if not found:
        wanted = ", ".join(f"{mapped.file}.*" for _, mapped in columns)
        listed = ", ".join(path.name for path in present[:20]) or "nothing"
        raise NoTables(f"{folder} has none of {wanted}; it has {listed}")
    return found


def open_file(path: Path, table: TableMap) -> TableFile:
    """Open a file as a table; its mapped columns tell where a sheet's header is.

    Raises:
        FileUnreadable: when its form is not known or it is damaged.
    """
    if not path.is_file():
        raise FileUnreadable(f"{path} is not a file")
    name = path.name.casefold()
    if name.endswith((".csv", ".csv.gz")):
        return CsvFile(path)
    if name.endswith(".parquet"):
        return ParquetFile(path)
    if name.endswith((".xlsx", ".xlsm")):
        return ExcelFile(path, table.sources)
    raise FileUnreadable(f"{path} is none of {', '.join(SUFFIXES)}: save it as one of them")


def read_items(path: Path, columns: ColumnMap) -> tuple[list[Item], pd.DataFrame]:
    """Return the items a file describes, and the rows set aside.

    Raises:
        FileUnreadable: when it is no table.
        ColumnsMissing: when a mandatory item column is not there.
    """
    file = open_file(path, columns.items)
    header = columns.header("items", file.header)
    check_header(path.name, header, file.header)
    frames, aside = [], []
    for chunk in file.chunks(list(header.pairs.values())):
        mapped = columns.apply("items", chunk.frame)
        frames.append(mapped.frame)
        aside += [chunk.rejected, mapped.rejected]
    if not frames:
        return [], rejected.joined(aside)
    frame = pd.concat(frames)
    again = frame["ITEM_CD"].duplicated()
    aside.append(
        rejected.rows(
            frame.index[again],
            column="ITEM_CD",
            values=frame["ITEM_CD"][again],
            reason="the item is there already: the first one is taken",
        )
    )
    return items_of_frame(frame[~again]), rejected.joined(aside)


def _stem(path: Path) -> str:
    """Return a file's name without its suffixes, in lower case."""
    return path.name.casefold().removesuffix(".gz").rpartition(".")[0]
