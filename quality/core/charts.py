"""Where the small drawings inside tables and timelines lie: the page only draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANE_WIDTH = 640
NARROWEST = 14.0


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
