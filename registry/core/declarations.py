"""What a mapping profile must obey, checked table by table, each fault said in words.

The rules come from ``registry.core.tables``: which columns routings and work results have, of which
type, and which of them nothing can be learned without.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from registry.core.columns import MINUTES, PERSONAL, Basis, Column, Kind, TableMap, TableName
from registry.core.tables import RESULT_COLUMNS, ROUTING_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMAS: dict[TableName, dict[str, str]] = {
    "items": {"ITEM_CD": "str"},
    "routings": ROUTING_COLUMNS,
    "results": RESULT_COLUMNS,
}
KEYS: dict[TableName, tuple[str, ...]] = {
    "items": ("ITEM_CD",),
    "routings": ("ITEM_CD", "ROUT_NO", "PROC_SEQ", "JOB_CD"),
    "results": ("ITEM_CD", "PROC_SEQ", "JOB_CD"),
}
"""Columns that every profile must map as a KEY: without them a row says nothing."""

KINDS: dict[str, frozenset[Kind]] = {
    "str": frozenset({Kind.TEXT, Kind.KEY}),
    "int": frozenset({Kind.KEY}),
    "float": frozenset({Kind.NUMBER}),
    "bool": frozenset({Kind.FLAG}),
    "date": frozenset({Kind.DATE}),
}

FILE_NAME = r"\w[\w .-]*"
"""A table's file is named without folder and suffix."""


def problems(name: TableName, table: TableMap) -> list[str]:
    """Return every fault of one table's declarations in words."""
    found = [] if table.view.strip() else ["view is blank"]
    if not re.fullmatch(FILE_NAME, table.file):
        found.append(f"file {table.file!r} is not the plain name of a file")
    found += _repeated("the name", (column.name for column in table))
    found += _repeated("the source column", (column.source for column in table))
    found += [
        f"{key} is not mapped as a key" for key in KEYS[name] if not _is_key(table.named(key))
    ]
    if name == "items" and len(table.columns) < 2:
        found.append("no attribute is mapped")
    for column in table:
        found += [f"{column.source}: {fault}" for fault in _faults(name, table, column)]
    return found


def _is_key(column: Column | None) -> bool:
    return column is not None and column.kind is Kind.KEY


def _repeated(what: str, names: Iterable[str]) -> list[str]:
    counts = Counter(name.casefold() for name in names)
    return [f"{what} {name} is used {n} times" for name, n in counts.items() if n > 1]


def _faults(name: TableName, table: TableMap, column: Column) -> Iterator[str]:
    """Yield what is wrong with one column."""
    personal = [source for source in column.sources if source.strip().upper() in PERSONAL]
    if personal:
        yield "is personal data and can not be read"
    if name == "items":
        yield from _attribute_faults(table, column)
    else:
        yield from _schema_faults(name, table, column)
    if column.kind is Kind.FLAG:
        yield from _word_faults(column)
    elif column.yes or column.no:
        yield "words for yes and no belong to a flag"


def _attribute_faults(table: TableMap, column: Column) -> Iterator[str]:
    if column.name != "ITEM_CD" and column.kind not in {Kind.TEXT, Kind.NUMBER}:
        yield "an item attribute is a text or a number"
    if (column.unit_column or column.sentinels) and column.kind is not Kind.NUMBER:
        yield "only a number has a unit column or figures that mean unknown"
    if column.unit_column and table.named(column.unit_column) is None:
        yield f"its unit column {column.unit_column} is not mapped"
    if column.unit or column.basis or column.per:
        yield "unit, basis and per are for times, not for item attributes"


def _schema_faults(name: TableName, table: TableMap, column: Column) -> Iterator[str]:
    kind = SCHEMAS[name].get(column.name)
    if kind is None:
        yield f"{column.name} is not a column of {name}"
        return
    if column.kind not in KINDS[kind]:
        allowed = " or ".join(sorted(KINDS[kind]))
        yield f"{column.name} must be of kind {allowed}, not {column.kind}"
    if column.unit_column or column.sentinels:
        yield "unit columns and sentinels are for item attributes"
    if column.name.endswith("_MINUTES"):
        if column.unit not in MINUTES:
            yield f"a time needs a unit: {', '.join(MINUTES)}"
    elif column.unit:
        yield "only a time has a unit"
    yield from _basis_faults(name, table, column)


def _basis_faults(name: TableName, table: TableMap, column: Column) -> Iterator[str]:
    if column.name != "RUN_MINUTES":
        if column.basis or column.per:
            yield "basis and per are for run times"
    elif column.basis is None:
        yield "a run time needs a basis: order or piece"
    elif column.basis is Basis.ORDER and column.per:
        yield "per is for the basis piece"
    elif column.basis is Basis.ORDER and name == "results" and table.named("ORDER_QTY") is None:
        yield "the basis order needs ORDER_QTY"


def _word_faults(column: Column) -> Iterator[str]:
    if not column.yes or not column.no:
        yield "a flag needs words for yes and words for no"
    both = {word.casefold() for word in column.yes} & {word.casefold() for word in column.no}
    if both:
        yield f"{', '.join(sorted(both))} can not mean both yes and no"
