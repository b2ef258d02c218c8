"""Items exactly as the ERP holds them, column by column: what cleaning reads and what pages show.

Each column is its distinct raw values and, for each row, which one it has.  A plant's columns
repeat themselves, so this is small, every later step works on distinct values only, and the whole
store is mapped from disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.core.routing import Item
from registry.core.state import State
from registry.core.strings import CodeBook, StringTable

if TYPE_CHECKING:
    import pandas as pd

PLAIN = (str, int, float)
"""What a value stays as it is asked about."""


@dataclass(frozen=True, slots=True)
class RawColumn:
    """Distinct values and, for each row, which one (-1 is missing)."""

    values: Sequence[object]
    codes: np.ndarray

    def joined(self, other: RawColumn, rows: np.ndarray, size: int) -> RawColumn:
        """Return ``size`` rows: these, and those of another column at the given rows."""
        values = list(self.values)
        places = {value: place for place, value in enumerate(values)}
        table = np.full(len(other.values) + 1, -1, dtype=np.int32)  # the last is "missing"
        for number, value in enumerate(other.values):
            if value not in places:
                places[value] = len(values)
                values.append(value)
            table[number] = places[value]
        codes = np.full(size, -1, dtype=np.int32)
        codes[: len(self.codes)] = self.codes
        codes[rows] = table[other.codes]
        return RawColumn(values, codes)


@dataclass(frozen=True)
class RawItems:
    """Items as read: their codes and raw columns."""

    codes: Sequence[str]
    columns: Mapping[str, RawColumn]

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, names: Iterable[str]) -> RawItems:
        """Take the named columns of a table with ``ITEM_CD``; an absent one is missing."""
        columns = {}
        for name in names:
            if name in frame.columns:
                codes, values = frame[name].factorize()
                columns[name] = RawColumn([_text(v) for v in values], codes.astype(np.int32))
            else:
                columns[name] = RawColumn([], np.full(len(frame), -1, dtype=np.int32))
        return cls(tuple(frame["ITEM_CD"].astype(str)), columns)

    @classmethod
    def from_items(cls, items: Sequence[Item], names: Iterable[str]) -> RawItems:
        """Take the named attributes of the items of a request."""
        described = [item.attributes for item in items]
        columns = {name: _column([each.get(name) for each in described]) for name in names}
        return cls(tuple(item.code for item in items), columns)

    def take(self, rows: np.ndarray) -> RawItems:
        """Return the items at the given rows, with only the values they have."""
        columns = {}
        for name, column in self.columns.items():
            used, codes = _used(column.codes[rows])
            columns[name] = RawColumn([column.values[i] for i in used.tolist()], codes)
        return RawItems([self.codes[int(row)] for row in rows], columns)

    def joined(self, other: RawItems, rows: np.ndarray) -> RawItems:
        """Return these items with others: at rows after the last, or instead of what stood there.

        Args:
            other: items with the same columns.
            rows: the row that each of them takes.
        """
        size = max(len(self), int(rows.max(initial=-1)) + 1)
        codes = [*self.codes, *([""] * (size - len(self)))]
        for row, code in zip(rows.tolist(), other.codes, strict=True):
            codes[row] = code
        columns = {
            name: column.joined(other.columns[name], rows, size)
            for name, column in self.columns.items()
        }
        return RawItems(codes, columns)

    def item(self, row: int) -> Item:
        """Return one item with the attributes that are not missing."""
        attributes = {
            name: column.values[column.codes[row]]
            for name, column in self.columns.items()
            if column.codes[row] >= 0
        }
        return Item(self.codes[row], attributes)

    @cached_property
    def book(self) -> CodeBook:
        """The item codes, searchable."""
        return CodeBook.of(self.codes)

    def to_state(self) -> State:
        """Return everything as arrays; values become text, which cleaning reads the same way."""
        arrays: dict[str, np.ndarray] = {
            "codes.data": self.book.codes.data,
            "codes.offsets": self.book.codes.offsets,
            "codes.order": self.book.order,
        }
        for name, column in self.columns.items():
            used, codes = _used(column.codes)
            table = StringTable.of([_text(column.values[i]) for i in used.tolist()])
            arrays |= {
                f"{name}.data": table.data,
                f"{name}.offsets": table.offsets,
                f"{name}.codes": codes,
            }
        return State(meta={"columns": list(self.columns)}, arrays=arrays)

    @classmethod
    def from_state(cls, state: State) -> RawItems:
        """Rebuild from ``to_state`` without reading the arrays."""
        arrays = state.arrays
        codes = StringTable(arrays["codes.data"], arrays["codes.offsets"])
        columns: dict[str, RawColumn] = {}
        for name in state.meta["columns"]:
            table = StringTable(arrays[f"{name}.data"], arrays[f"{name}.offsets"])
            columns[name] = RawColumn(table, arrays[f"{name}.codes"])
        items = cls(codes, columns)
        items.__dict__["book"] = CodeBook(codes, arrays["codes.order"])
        return items


def items_of_frame(frame: pd.DataFrame) -> list[Item]:
    """Return each row of a mapped table of items with the attributes that are filled."""
    return [
        Item(
            code=str(record.pop("ITEM_CD")),
            attributes={str(name): value for name, value in record.items() if not is_blank(value)},
        )
        for record in frame.to_dict("records")
    ]


def is_blank(value: Any) -> bool:
    """Return whether a cell holds nothing; NaN and NaT differ from themselves."""
    return value is None or bool(value != value)


def _column(values: Sequence[Any]) -> RawColumn:
    seen: dict[object, int] = {}
    codes = [
        -1
        if is_blank(value)
        else seen.setdefault(value if type(value) in PLAIN else _plain(value), len(seen))
        for value in values
    ]
    return RawColumn(list(seen), np.array(codes, dtype=np.int32))


def _plain(value: object) -> object:
    # True equals 1 but says something else, so it becomes text.
    is_plain = isinstance(value, PLAIN) and not isinstance(value, bool)
    return value if is_plain else str(value)


def _used(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes that some row has, and the rows' codes renumbered to them."""
    used, codes = np.unique(codes, return_inverse=True)
    shift = int(len(used) > 0 and used[0] < 0)
    return used[shift:], (codes - shift).astype(np.int32)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
