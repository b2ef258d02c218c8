"""Mapping: a plant's own tables become the tables of ``registry.core.tables``.

A ``ColumnMap`` is a mapping profile as a plain object: for items, routings and work results the ERP
view, the file, and the declared columns.  ``validate`` lists what is wrong with it in words.
``read`` and ``apply`` are the work of ``registry.core.applying``, loaded by whoever has a table to
read: most processes only need to know what is declared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from registry.core import declarations
from registry.core.columns import (
    TABLES,
    BadProfile,
    Basis,
    Column,
    Kind,
    TableMap,
    TableName,
    resolve,
)
from registry.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TABLES",
    "BadProfile",
    "Basis",
    "Column",
    "ColumnMap",
    "ColumnsMissing",
    "Header",
    "Kind",
    "Mapped",
    "TableMap",
    "TableName",
]


class ColumnsMissing(BadInput):
    """A table lacks columns without which it can not be used."""

    code = "columns_missing"


@dataclass(frozen=True, slots=True)
class Header:
    """What a table's header offers: ``pairs`` is source name -> name as the table spells it."""

    pairs: Mapping[str, str]
    missing: tuple[str, ...]
    mandatory: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table after mapping.

    Attributes:
        frame: one row for each row kept; the index is the row's number at its source.
        rejected: one row for each row set aside: ``row, column, value, reason``.
        aside: the cells of those rows as they came, under source names.
        missing: mapped source columns the table lacks.
        ignored: columns of the table that nobody maps.
        mended: what was mended in how many cells.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    aside: pd.DataFrame
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    mended: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A mapping profile: how the three tables of a plant are read."""

    items: TableMap
    routings: TableMap
    results: TableMap

    @property
    def attributes(self) -> tuple[Column, ...]:
        """Item columns other than the key: what an item is described by."""
        return tuple(column for column in self.items if column.name != "ITEM_CD")

    def table(self, name: TableName) -> TableMap:
        """Return one of the three tables by name."""
        return {"items": self.items, "routings": self.routings, "results": self.results}[name]

    def __iter__(self) -> Iterator[tuple[TableName, TableMap]]:
        return ((name, self.table(name)) for name in TABLES)

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {name: table.to_json() for name, table in self}

    @classmethod
    def from_json(cls, document: Any) -> ColumnMap:
        """Rebuild a profile.

        Raises:
            BadProfile: when the document has another shape.
        """
        if not isinstance(document, Mapping) or set(document) != set(TABLES):
            raise BadProfile(f"A mapping profile is an object with exactly {', '.join(TABLES)}")
        return cls(**{name: TableMap.from_json(document[name], where=name) for name in TABLES})

    def validate(self) -> list[str]:
        """Return every problem in words; an empty list means the profile can be used."""
        found = [
            f"{what} of {name} and {other} are the same"
            for what in ("view", "file")
            for (name, table), (other, another) in combinations(self, 2)
            if getattr(table, what).casefold() == getattr(another, what).casefold()
        ]
        for name, table in self:
            found += [f"{name}: {problem}" for problem in declarations.problems(name, table)]
        return found

    def header(self, table: TableName, found: list[str]) -> Header:
        """Compare the columns a table has with those that are mapped."""
        mapped = self.table(table)
        pairs = resolve(mapped.sources, found)
        used = set(pairs.values())
        return Header(
            pairs=pairs,
            missing=tuple(source for source in mapped.sources if source not in pairs),
            mandatory=tuple(source for source in mapped.mandatory if source not in pairs),
            ignored=tuple(name for name in found if name not in used),
        )

    def read(self, table: TableName, frame: pd.DataFrame) -> Mapped:
        """Type the mapped source columns of a frame and set aside the rows that can not be read.

        Flags are checked and stay words, so that the result can be stored and read again.

        Args:
            table: which of the three tables it is.
            frame: cells as a driver or a file gave them, under the source's column names; the
                index is the number of each row at its source, as rejected rows report it.

        Raises:
            ColumnsMissing: when a mandatory column is not there, or a mapped one is there twice.
        """
        from registry.core import applying  # with pandas: who only declares does without

        return applying.read(self, table, frame)

    def apply(self, table: TableName, frame: pd.DataFrame) -> Mapped:
        """Map a frame to canonical names, types and units (see ``registry.core.tables``).

        Run times of a routing whose basis is the order stay minutes an order here, because only the
        work results know the order's quantity: ``registry.core.relating`` divides them.

        Raises:
            ColumnsMissing: when a mandatory column is not there, or a mapped one is there twice.
        """
        from registry.core import applying  # as above

        return applying.apply(self, table, frame)


def check_header(table: str, header: Header, found: list[str]) -> None:
    """Refuse a table without its mandatory columns, or with a mapped one twice.

    Raises:
        ColumnsMissing: naming the columns and what was found.
    """
    twice = sorted(name for name in header.pairs.values() if found.count(name) > 1)
    if twice:
        raise ColumnsMissing(f"{table}: column {', '.join(twice)} is there more than once")
    if header.mandatory:
        raise ColumnsMissing(
            f"{table}: mandatory column {', '.join(header.mandatory)} is missing; "
            f"found: {', '.join(found) or 'no columns at all'}",
            missing=list(header.mandatory),
        )
