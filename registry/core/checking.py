"""How the views of an ERP stand to a mapping profile, without reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.core.erp import ErpReader, ErpViewMissing

if TYPE_CHECKING:
    from registry.core.mapping import ColumnMap, TableName


@dataclass(frozen=True, slots=True)
class TableCheck:
    """How a view of the ERP stands to its mapping; ``rows`` is None when there is no such view."""

    view: str
    rows: int | None
    mapped: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the view is there with every mandatory column."""
        return self.rows is not None and not self.mandatory


def check_tables(*, columns: ColumnMap, reader: ErpReader) -> dict[TableName, TableCheck]:
    """Compare the ERP's views with a profile without reading them.

    Raises:
        ErpUnreachable: when the ERP does not answer.
    """
    return {name: _check(name, columns, reader) for name, _ in columns}


def _check(name: TableName, columns: ColumnMap, reader: ErpReader) -> TableCheck:
    view = columns.table(name).view
    try:
        header = columns.header(name, reader.columns(view))
        rows = reader.count(view)
    except ErpViewMissing:
        return TableCheck(view, None)
    return TableCheck(
        view, rows, tuple(header.pairs), header.missing, header.mandatory, header.ignored
    )
