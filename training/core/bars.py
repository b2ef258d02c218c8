"""Where the bars of a comparison lie: the page only draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, RIGHT = 640, 190, 56
BAR, GAP, TOP = 14, 12, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One value: of which series, where, how long; ``text`` stands at its end."""

    series: int
    y: int
    width: float
    text: str
    text_x: float
    text_y: int


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one line of the comparison."""

    label: str
    label_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Groups of bars from one scale, in the drawing's units."""

    groups: tuple[Group, ...]
    height: int
    width: int = WIDTH
    left: int = LEFT
    bar: int = BAR


def chart(rows: Sequence[tuple[str, Sequence[float | None]]], *, percent: bool = False) -> Chart:
    """Place rows of a label and one value for each series; None where it is not known.

    Args:
        rows: from top to bottom.
        percent: whether values are shares.
    """
    known = [value for _, values in rows for value in values if value is not None]
    longest = 1.0 if percent else max([*known, 0.0]) or 1.0
    groups, y = [], TOP
    for label, values in rows:
        bars: list[Bar] = []
        for series, value in enumerate(values):
            if value is None:
                continue
            width = round((WIDTH - LEFT - RIGHT) * max(value, 0.0) / longest, 1)
            text = f"{value:.1%}" if percent else f"{value:.2f}"
            place = y + len(bars) * BAR
            bars.append(Bar(series, place, width, text, LEFT + width + 6, place + BAR - 3))
        groups.append(Group(label, y + len(bars) * BAR // 2 + 4, tuple(bars)))
        y += len(bars) * BAR + GAP
    return Chart(tuple(groups), y)
