"""How routings are written for an ERP: which columns, under which names, with which constants.

A profile is JSON, ``{"table": "ROUTING_IN", "columns": [{"name": "ITEM", "field": "ITEM_CD"}]}``.
A column has a ``field`` (one of the export's columns) or a ``constant``.  ``format`` writes a date
in another form or a number with so many digits.  ``required``, ``max_length``, ``min`` and ``max``
say what the ERP takes: what breaks them is told before anything is written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from prediction.core.export import BUILT_IN, COLUMNS, Cell, CellKind, ExportColumn, Line
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

FIELDS = {column.name: column for column in COLUMNS}
DATES = {"YYYY-MM-DD": "%Y-%m-%d", "YYYYMMDD": "%Y%m%d", "YYYY/MM/DD": "%Y/%m/%d"}
DIGITS = ("0", "1", "2", "3", "4", "5", "6")
KEYS = frozenset({"name", "field", "constant", "format", "required", "max_length", "min", "max"})
TABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
LONGEST_NAME = 128
STAGING = "ROUTING_STAGING"
"""The table of a profile that names none."""
MOST_COLUMNS = 500
MOST_FAULTS = 200
"""Faults that a check lists; a table with more is wrong as a whole."""
NEEDED = ("ITEM_CD", "PROC_SEQ", "dbo_BI_ROUTING_VIEW_JOB_CD")


class BadOutputProfile(BadInput):
    """The profile can not be used; the message lists every reason."""

    code = "bad_output_profile"


class CellFault(StrEnum):
    """What is wrong with a cell."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    WRONG_TYPE = "wrong_type"


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of the written table: a constant, or a field as it is or in another form."""

    name: str
    kind: CellKind
    field: str | None
    constant: Cell = None
    written: Callable[[Cell], Cell] | None = None
    required: bool = False
    max_length: int | None = None
    least: float | None = None
    most: float | None = None

    @property
    def is_limited(self) -> bool:
        """Whether a cell of it can be wrong."""
        return self.required or (self.max_length, self.least, self.most) != (None, None, None)

    def cell(self, told: Cell) -> Cell:
        """Return what is written for the field's cell."""
        if self.field is None:
            return self.constant
        return self.written(told) if self.written else told

    def of_line(self, line: Line) -> Cell:
        """Return what is written for an operation."""
        return self.cell(FIELDS[self.field].value(line) if self.field else None)


@dataclass(frozen=True, slots=True)
class OutputProfile:
    """What a routing is written as."""

    columns: tuple[OutputColumn, ...]
    table: str = STAGING

    @property
    def export_columns(self) -> tuple[ExportColumn, ...]:
        """The columns as writers take them."""
        return tuple(ExportColumn(each.name, each.kind, each.of_line) for each in self.columns)

    @property
    def limited(self) -> OutputProfile:
        """The same with those columns alone whose cells can be wrong."""
        return replace(self, columns=tuple(each for each in self.columns if each.is_limited))

    def row(self, line: Line) -> tuple[Cell, ...]:
        """Return one operation as a row."""
        return tuple(each.of_line(line) for each in self.columns)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that the ERP would not take; rows are counted from 1."""

    row: int
    column: str
    fault: CellFault
    value: Cell
    limit: float | None = None


def built_in() -> dict[str, Any]:
    """Return the 52-column layout as a profile."""
    columns: list[dict[str, Any]] = [
        {"name": column.name, "field": column.name}
        | ({"required": True} if column.name in NEEDED else {})
        for column in BUILT_IN
    ]
    return {"columns": columns}


def profile_from_json(given: Any) -> OutputProfile:
    """Read a profile.

    Raises
    ------
    BadOutputProfile
        When it can not be used; the message lists every reason.
    """
    problems = list(_problems(given))
    if problems:
        raise BadOutputProfile(
            "The profile can not be used: " + "; ".join(problems[:20]), problems=problems
        )
    columns = tuple(_column(entry) for entry in given["columns"])
    return OutputProfile(columns, given.get("table") or STAGING)


def check(profile: OutputProfile, rows: Iterable[Sequence[Cell]]) -> list[Wrong]:
    """Return the cells that break what the profile says, in the order of the rows."""
    found: list[Wrong] = []
    for number, row in enumerate(rows, start=1):
        for each, cell in zip(profile.columns, row, strict=True):
            wrong = _wrong(each, cell)
            if wrong:
                found.append(Wrong(number, each.name, wrong[0], cell, wrong[1]))
        if len(found) >= MOST_FAULTS:
            break
    return found[:MOST_FAULTS]


def _wrong(each: OutputColumn, cell: Cell) -> tuple[CellFault, float | None] | None:
    if cell is None or cell == "":
        return (CellFault.MISSING, None) if each.required else None
    if each.max_length is not None and len(str(cell)) > each.max_length:
        return CellFault.TOO_LONG, each.max_length
    if each.least is None and each.most is None:
        return None
    if isinstance(cell, str | dt.date):
        return CellFault.WRONG_TYPE, None
    if each.least is not None and cell < each.least:
        return CellFault.TOO_LOW, each.least
    if each.most is not None and cell > each.most:
        return CellFault.TOO_HIGH, each.most
    return None


def _column(entry: Mapping[str, Any]) -> OutputColumn:
    limits: dict[str, Any] = {
        "required": bool(entry.get("required", False)),
        "max_length": entry.get("max_length"),
        "least": entry.get("min"),
        "most": entry.get("max"),
    }
    name = entry["name"]
    if "constant" in entry:
        constant = entry["constant"]
        return OutputColumn(name, _kind_of(constant), None, constant, **limits)
    field, form = entry["field"], entry.get("format")
    kind = CellKind.TEXT if form in DATES else FIELDS[field].kind
    return OutputColumn(name, kind, field, written=_written(form), **limits)


def _kind_of(constant: Cell) -> CellKind:
    if isinstance(constant, int):
        return CellKind.INTEGER
    return CellKind.NUMBER if isinstance(constant, float) else CellKind.TEXT


def _written(form: str | None) -> Callable[[Cell], Cell] | None:
    """Return how a cell is written in a form, None when it stays as it is."""
    if form in DATES:
        pattern = DATES[form]
        return lambda cell: cell.strftime(pattern) if isinstance(cell, dt.date) else cell
    if form in DIGITS:
        digits = int(form)
        return lambda cell: round(cell, digits) if isinstance(cell, float) else cell
    return None


def _problems(given: Any) -> Iterator[str]:
    columns = given.get("columns") if isinstance(given, dict) else None
    if not isinstance(columns, list) or not columns:
        yield "it needs columns: a list with at least one"
        return
    if len(columns) > MOST_COLUMNS:
        yield f"it has more than {MOST_COLUMNS} columns"
        return
    for key in sorted(given.keys() - {"columns", "table"}):
        yield f"a profile has no {key!r}"
    table = given.get("table")
    if table and not (isinstance(table, str) and TABLE.fullmatch(table)):
        yield f"table {str(table)[:40]!r} is no plain name, with or without a schema"
    for place, entry in enumerate(columns, start=1):
        yield from (f"column {place}: {fault}" for fault in _column_problems(entry))
    names = Counter(
        str(entry.get("name")).casefold() for entry in columns if isinstance(entry, dict)
    )
    for name, count in names.items():
        if count > 1:
            yield f"the name {name} is used {count} times"


def _column_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "is not an object"
        return
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
        yield "it needs a name"
    for key in sorted(entry.keys() - KEYS):
        yield f"there is no {key!r}"
    if ("field" in entry) == ("constant" in entry):
        yield "it needs either a field or a constant"
    elif "field" in entry and entry["field"] not in FIELDS:
        yield f"there is no field {str(entry['field'])[:60]!r}"
    elif "field" in entry:
        yield from _format_problems(entry)
    elif not isinstance(entry["constant"], str | int | float | None):
        yield "a constant is text or a number"
    for key in ("max_length", "min", "max"):
        value = entry.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield f"{key} must be a number"


def _format_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    form = entry.get("format")
    if form is None:
        return
    kind = FIELDS[entry["field"]].kind
    known = {CellKind.DATE: tuple(DATES), CellKind.NUMBER: DIGITS}.get(kind, ())
    if form not in known:
        yield f"format must be one of {', '.join(known)}" if known else "it has no format"
