"""Where the points of a chart lie: the page only draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

WIDTH, HEIGHT = 480, 190
LEFT, RIGHT, TOP, BOTTOM = 66, 12, 14, 28
LANE_WIDTH = 640
NARROWEST = 14.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One value of a series, None where it was not measurable."""

    label: str
    href: str
    version: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A value at its place."""

    spot: Spot
    x: float
    y: float
    y_low: float
    y_high: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A series, its limit, and where the version changed; everything in the drawing's units."""

    points: tuple[Placed, ...]
    line: str
    limit: float | None
    limit_y: float | None
    marks: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, float], ...]
    first: str
    last: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM
    top: int = TOP


def trend(spots: Sequence[Spot], limit: float | None, *, top: float | None = None) -> Trend:
    """Place a series.

    Args:
        spots: oldest first.
        limit: the threshold.
        top: the largest value that can be, for shares.
    """
    known = [v for s in spots for v in (s.value, s.low, s.high) if v is not None]
    known += [limit] if limit is not None else []
    low, high = min([*known, 0.0]), max([*known, 0.0]) * 1.05
    high = high if high > low else 1.0
    high = min(high, top) if top is not None else high

    def y(value: float) -> float:
        share = (min(value, high) - low) / ((high - low) or 1.0)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    step = (WIDTH - LEFT - RIGHT) / max(len(spots) - 1, 1)
    points = []
    for number, spot in enumerate(spots):
        if spot.value is not None:
            ends = (spot.value if end is None else end for end in (spot.low, spot.high))
            x = round(LEFT + number * step, 1)
            points.append(Placed(spot, x, y(spot.value), *(y(end) for end in ends)))
    marks = [
        (round(LEFT + number * step, 1), spot.version)
        for number, spot in enumerate(spots)
        if number and spot.version != spots[number - 1].version
    ]
    ticks = [low + (high - low) * share for share in (0.0, 0.5, 1.0)]
    return Trend(
        points=tuple(points),
        line=" ".join(f"{point.x},{point.y}" for point in points),
        limit=limit,
        limit_y=None if limit is None else y(limit),
        marks=tuple(marks),
        ticks=tuple((y(tick), tick) for tick in ticks),
        first=spots[0].label if spots else "",
        last=spots[-1].label if spots else "",
    )


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the confidence in the curve: how sure, how right, how certain that is."""

    x: float
    y: float
    y_low: float
    y_high: float
    radius: float
    items: int


SQUARE = 300
"""Side of the curve's drawing, whose corner is at (``LEFT``, ``TOP``)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Right answers against sure ones; on the diagonal they are the same."""

    tenths: tuple[Tenth, ...]
    line: str
    left: int = LEFT
    right: int = LEFT + SQUARE
    top: int = TOP
    bottom: int = TOP + SQUARE
    width: int = LEFT + SQUARE + RIGHT
    height: int = TOP + SQUARE + 2 * BOTTOM


def reliability(rows: Sequence[Mapping[str, Any]]) -> Curve:
    """Place a reliability curve; a dot's area is its share of the items."""
    most = max((row["items"] for row in rows), default=1)

    def x(share: float) -> float:
        return round(LEFT + SQUARE * share, 1)

    def y(share: float) -> float:
        return round(TOP + SQUARE * (1 - share), 1)

    tenths = tuple(
        Tenth(
            x(row["confidence"]),
            y(row["right"]),
            y(row["low"]),
            y(row["high"]),
            round(3 + 5 * float(np.sqrt(row["items"] / most)), 1),
            row["items"],
        )
        for row in rows
    )
    return Curve(tenths, " ".join(f"{one.x},{one.y}" for one in tenths))


def sparkline(values: Sequence[float]) -> str:
    """Return shares from 0 to 1 as the points of a line in a drawing of 100 by 20."""
    step = 96 / max(len(values) - 1, 1)
    return " ".join(f"{2 + n * step:.1f},{18 - 16 * value:.1f}" for n, value in enumerate(values))


@dataclass(frozen=True, slots=True)
class Box:
    """An operation on a timeline."""

    job: str
    name: str
    state: str
    minutes: float | None
    x: float
    width: float


def timelines(operations: Sequence[Mapping[str, Any]]) -> tuple[list[Box], list[Box]]:
    """Return the proposed and the actual operations as boxes on one scale."""
    proposed = [one for one in operations if one["state"] != "missing"]
    actual = [one for one in operations if one["state"] != "extra"]
    longest = max((_total(proposed, "predicted"), _total(actual, "actual")))
    most = max(len(proposed), len(actual), 1)
    room = LANE_WIDTH - most * NARROWEST
    return _boxes(proposed, "predicted", longest, room), _boxes(actual, "actual", longest, room)


def _total(rows: Sequence[Mapping[str, Any]], name: str) -> float:
    return float(sum(row[name] or 0.0 for row in rows))


def _boxes(rows: Sequence[Mapping[str, Any]], name: str, longest: float, room: float) -> list[Box]:
    boxes, x = [], 0.0
    for row in rows:
        width = NARROWEST + room * (row[name] or 0.0) / (longest or 1.0)
        boxes.append(
            Box(row["job"], row["name"], row["state"], row[name], round(x, 1), round(width - 2, 1))
        )
        x += width
    return boxes
