"""The declarations a mapping profile is made of: one ERP column, one ERP table.

A ``Column`` says what a source column is called inside the product, how its cells are read, and,
for a time, its unit and what it is the time of.  Only declared columns are ever read: the
declaration is the whitelist.  Columns that name people can not be declared at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal, get_args

from registry.core.errors import BadInput

TableName = Literal["items", "routings", "results"]
TABLES: tuple[TableName, ...] = get_args(TableName)

PERSONAL = frozenset(
    {"WORKER_ID", "NC_PROGRAM_WRITER", "NC_WRITER_NM", "NC_REVIEWER", "NC_REVIEWER_NM"}
)
"""Source columns about people: never mapped, never loaded."""

MINUTES: Mapping[str, float] = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0}
"""Units of time a profile may name, in minutes."""


class BadProfile(BadInput):
    """A mapping profile can not be used; the message lists every reason."""

    code = "bad_profile"


class Kind(StrEnum):
    """How the cells of a column are read."""

    KEY = "key"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


class Basis(StrEnum):
    """What a run time is the time of."""

    ORDER = "order"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an ERP view and what it means.

    Attributes:
        source: its name in the ERP.
        name: its name in the product; item attributes may take any, the others take those of
            ``registry.core.tables``.
        kind: a KEY must be filled in every row, other kinds may be blank.
        unit: of a time: seconds, minutes or hours.
        unit_column: of a numeric attribute: the ``name`` of the attribute with its length unit.
        required: whether a table without this column is refused; a KEY always is.
        sentinels: figures of a numeric item attribute that mean "unknown".
        basis: of a run time: of the whole order, or of pieces.
        per: of a run time of pieces: the source column that says how many; one when it is blank.
        yes: of a FLAG: words that mean yes; ``no``: words that mean no.
    """

    source: str
    name: str
    kind: Kind
    unit: str | None = None
    unit_column: str | None = None
    required: bool = False
    sentinels: tuple[float, ...] = ()
    basis: Basis | None = None
    per: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    @property
    def mandatory(self) -> bool:
        """Whether a table without this column is refused."""
        return self.required or self.kind is Kind.KEY

    @property
    def minutes(self) -> float:
        """The column's unit in minutes, 1 when it is not a time."""
        return MINUTES[self.unit] if self.unit else 1.0

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source column that is read for this one."""
        return (self.source, self.per) if self.per else (self.source,)

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes, without what is as by default."""
        document: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                document[field.name] = list(value) if isinstance(value, tuple) else value
        return document

    @classmethod
    def from_json(cls, document: Any, *, where: str) -> Column:
        """Rebuild a column.

        Raises:
            BadProfile: when the document has another shape; ``where`` is named in the message.
        """
        given = _checked(document, cls, where)
        try:
            return cls(
                source=_text(given["source"]),
                name=_text(given["name"]),
                kind=Kind(given["kind"]),
                unit=_optional_text(given.get("unit")),
                unit_column=_optional_text(given.get("unit_column")),
                required=bool(given.get("required", False)),
                sentinels=tuple(float(number) for number in given.get("sentinels", ())),
                basis=Basis(given["basis"]) if given.get("basis") else None,
                per=_optional_text(given.get("per")),
                yes=tuple(_text(word) for word in given.get("yes", ())),
                no=tuple(_text(word) for word in given.get("no", ())),
            )
        except (TypeError, ValueError) as error:
            raise BadProfile(f"{where}: {error}") from None


@dataclass(frozen=True, slots=True)
class TableMap:
    """One ERP view (and the file it travels as) with the columns that are read from it."""

    view: str
    file: str
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source column that may be read, each once."""
        return tuple(dict.fromkeys(source for column in self for source in column.sources))

    @property
    def mandatory(self) -> tuple[str, ...]:
        """Source columns without which the table is refused."""
        return tuple(column.source for column in self if column.mandatory)

    def named(self, name: str) -> Column | None:
        """Return the column with this name inside the product."""
        return next((column for column in self if column.name == name), None)

    def sources_of(self, names: Iterable[str]) -> list[str]:
        """Return the sources of columns that must be there, such as a key's, in this order."""
        sources = {column.name: column.source for column in self}
        return [sources[name] for name in names]

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        columns = [column.to_json() for column in self]
        return {"view": self.view, "file": self.file, "columns": columns}

    @classmethod
    def from_json(cls, document: Any, *, where: str) -> TableMap:
        """Rebuild a table.

        Raises:
            BadProfile: when the document has another shape.
        """
        given = _checked(document, cls, where)
        columns = given["columns"]
        if not isinstance(columns, list):
            raise BadProfile(f"{where}: columns must be a list")
        return cls(
            view=str(given["view"]),
            file=str(given["file"]),
            columns=tuple(
                Column.from_json(column, where=f"{where}, column {number}")
                for number, column in enumerate(columns, start=1)
            ),
        )


def resolve(wanted: Iterable[str], found: Iterable[str]) -> dict[str, str]:
    """Pair wanted column names with those that are there: same spelling first, then any case."""
    present = list(found)
    exact = set(present)
    folded = {name.strip().casefold(): name for name in reversed(present)}
    pairs: dict[str, str] = {}
    for name in wanted:
        match = name if name in exact else folded.get(name.strip().casefold())
        if match is not None:
            pairs[name] = match
    return pairs


def _checked(document: Any, shape: type, where: str) -> Mapping[str, Any]:
    """Return the document when its keys are those of ``shape``."""
    if not isinstance(document, Mapping):
        raise BadProfile(f"{where}: expected an object, found {type(document).__name__}")
    known = {field.name for field in fields(shape)}
    needed = {"source", "name", "kind"} if shape is Column else known
    if unknown := sorted(set(document) - known):
        raise BadProfile(f"{where}: unknown setting {', '.join(unknown)}")
    if absent := sorted(needed - set(document)):
        raise BadProfile(f"{where}: {', '.join(absent)} is missing")
    return document


def _text(value: Any) -> str:
    """Return a text that is one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a text, found {value!r}")
    return value


def _optional_text(value: Any) -> str | None:
    """Return a text that is one, or nothing."""
    return None if value is None else _text(value)
