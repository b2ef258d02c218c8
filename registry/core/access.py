"""MS Access files on systems without Microsoft's driver, through mdbtools' ``mdb-export``.

A file is read as it lies on disk: nothing can be written through these programs.  mdbtools shows
tables, not saved queries.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from itertools import islice
from typing import IO, TYPE_CHECKING, cast

from registry.core.erp import (
    CHUNK_ROWS,
    ConnectionLost,
    ErpUnreachable,
    ErpViewMissing,
    Rows,
    Timeouts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DATE = "%Y-%m-%d"
MOMENT = "%Y-%m-%d %H:%M:%S"


class AccessFile:
    """Reads the tables of an .mdb or .accdb file."""

    found_at_once = 1_000_000  # every look is at the whole table

    def __init__(self, path: Path, timeouts: Timeouts) -> None:
        self._path = path
        self._timeouts = timeouts

    @property
    def label(self) -> str:
        """Return where it is."""
        return f"Access file {self._path}"

    def columns(self, view: str) -> list[str]:
        """Return the column names of a table."""
        for chunk in self._exported(view, 1):
            return [str(name) for name in chunk[0]]
        return []

    def count(self, view: str) -> int:
        """Return the number of rows of a table."""
        self._check(view)
        return int(self._output("mdb-count", str(self._path), view))

    def rows(self, view: str, columns: Sequence[str], chunk_rows: int) -> Iterator[Rows]:
        """Yield the rows of a table, every cell as text."""
        chunks = self._exported(view, chunk_rows)
        header = list(next(chunks)[0])
        places = [header.index(name) for name in columns]
        for chunk in chunks:
            yield [tuple(row[place] or None for place in places) for row in chunk]

    def matching(self, view: str, columns: Sequence[str], key: str, values: Sequence[str]) -> Rows:
        """Return the rows whose ``key`` is one of ``values``; the whole table is looked at."""
        wanted = set(values)
        chunks = self.rows(view, [*columns, key], CHUNK_ROWS)
        return [row[:-1] for chunk in chunks for row in chunk if row[-1] in wanted]

    def close(self) -> None:
        """Do nothing: the programs end by themselves."""

    def _exported(self, table: str, chunk_rows: int) -> Iterator[Rows]:
        """Yield the header as one chunk of one row, then the rows."""
        self._check(table)
        command = [_program("mdb-export"), "-D", DATE, "-T", MOMENT, "-b", "strip"]
        with subprocess.Popen(  # noqa: S603 - a fixed program, names as separate arguments
            [*command, str(self._path), table],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            printed = cast("IO[bytes]", process.stdout)
            try:
                text = io.TextIOWrapper(printed, encoding="utf-8", errors="replace", newline="")
                lines = csv.reader(text)
                yield [tuple(row) for row in islice(lines, 1)]
                while chunk := [tuple(row) for row in islice(lines, chunk_rows)]:
                    yield chunk
                if process.wait(self._timeouts.query):
                    raise ConnectionLost(f"mdb-export ended with code {process.returncode}")
            finally:
                process.kill()

    def _check(self, table: str) -> None:
        """Refuse a file or a table that is not there."""
        if not self._path.is_file():
            raise ErpUnreachable(f"{self.label} does not exist: correct ERP_URL")
        tables = self._output("mdb-tables", "-1", str(self._path)).splitlines()
        if table not in tables:
            raise ErpViewMissing(
                f"{self.label} has no table {table}; it has {', '.join(tables) or 'none'}. Correct "
                "the name in the mapping profile (saved queries can not be read on this system).",
                view=table,
            )

    def _output(self, program: str, *arguments: str) -> str:
        """Return what a program prints."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, names as separate arguments
                [_program(program), *arguments],
                capture_output=True,
                check=True,
                encoding="utf-8",
                errors="replace",
                timeout=self._timeouts.query,
            )
        except subprocess.TimeoutExpired:
            raise ConnectionLost(f"{program} did not answer in {self._timeouts.query} s") from None
        except subprocess.CalledProcessError as error:
            said = " ".join(str(error.stderr).split()) or f"{program} failed"
            raise ErpUnreachable(f"{self.label} can not be read: {said}") from None
        return done.stdout


def _program(name: str) -> str:
    """Return the path of one of mdbtools' programs."""
    path = shutil.which(name)
    if path is None:
        raise ErpUnreachable(
            f"Reading Access files here needs {name}: install mdbtools (Debian: mdbtools)"
        )
    return path
