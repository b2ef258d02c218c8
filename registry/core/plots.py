"""What a plot shows, as plain lists: the page draws it, and shows the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Form(StrEnum):
    """How a series is drawn; ``bars`` lie, ``columns`` stand."""

    LINE = "line"
    DOTS = "dots"
    BARS = "bars"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Series:
    """Values over the positions of a plot; None where nothing was measured.

    Attributes:
        name: what it stands for.
        values: one for each position.
        told: how each value is said, with its unit.
        colour: a colour of ``tokens.css``.
        form: how it is drawn.
        low, high: ends of the values' intervals, or nothing.
        weights: how much stands behind each value, 0 to 1, or nothing.
        is_limit: whether it is a threshold that moves.
    """

    name: str
    values: Sequence[float | None]
    told: Sequence[str]
    colour: str = "accent"
    form: Form = Form.LINE
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    weights: Sequence[float] = ()
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands along an axis; ``kind`` is ``date``, ``category`` or ``linear``."""

    title: str = ""
    kind: str = "linear"
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the script draws.

    Attributes:
        at: the positions: moments, names or numbers.
        series: what lies there.
        x, y: the axes.
        links: a page for each position, or none.
        limit: a threshold, or none.
        marks: positions from which something else holds, and its name.
        diagonal: whether both axes are to be equal.
    """

    at: Sequence[str | float]
    series: Sequence[Series]
    x: Axis
    y: Axis
    links: Sequence[str] = ()
    limit: float | None = None
    marks: Sequence[tuple[str, str]] = ()
    diagonal: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what it is about, the page it leads to, and its values."""

    name: str
    values: Sequence[str]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with its finding above it, a note below it and its table behind it."""

    title: str
    drawing: Drawing
    head: Sequence[str]
    rows: Sequence[Row]
    says: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the drawing as the script reads it."""
        return asdict(self.drawing)


def table_of(drawing: Drawing, first: str) -> tuple[list[str], list[Row]]:
    """Return head and rows of the table behind a drawing: a column for each series.

    Args:
        drawing: what is drawn.
        first: what its positions are called.
    """
    links = drawing.links or [""] * len(drawing.at)
    rows = [
        Row(str(at), [series.told[place] for series in drawing.series], link)
        for place, (at, link) in enumerate(zip(drawing.at, links, strict=True))
    ]
    return [first, *(series.name for series in drawing.series)], rows
