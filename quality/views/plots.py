"""The plots of the pages of quality: what lies in them, and how it is said."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from quality.views import wording
from quality.views.wording import Unit
from registry import numbers
from registry.core.plots import Axis, Drawing, Form, Plot, Row, Series, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from quality.models import DriftCheck, QualityCycle
    from quality.selectors import Missing
    from quality.services.drift import Baseline
    from quality.views.wording import Figure

ERROR_BINS = 20
MOST_COLUMNS = 5
"""Columns whose missing values are drawn; the table of the page has them all."""
COLOURS = ("accent", "warn", "good", "subcontract", "ink-soft")


def trends(cycles: Sequence[QualityCycle], figures: Mapping[int, Mapping[str, Any]]) -> list[Plot]:
    """Return a plot for each figure that was measured.

    Args:
        cycles: oldest first.
        figures: of each cycle by its key, of all items or of a group of them.
    """
    found = []
    for figure in wording.FIGURES:
        values = [figures[row.pk].get(figure.name) for row in cycles]
        if any(value is not None for value in values):
            found.append(_trend(cycles, figure, values, [figures[row.pk] for row in cycles]))
    return found


def _trend(
    cycles: Sequence[QualityCycle],
    figure: Figure,
    values: Sequence[float | None],
    metrics: Sequence[Mapping[str, Any]],
) -> Plot:
    at = [_moment(row.started_at) for row in cycles]
    links = [row.get_absolute_url() for row in cycles]
    reach = [(one.get("intervals") or {}).get(figure.name) or (None, None) for one in metrics]
    ends = [" … ".join(figure.text(end) for end in pair if end is not None) for pair in reach]
    limit = cycles[-1].limits.get(figure.limit) if figure.limit else None
    told = [
        f"{when}<br>{figure.text(value)} {end and f'({end})'}<br>{row.model_version}"
        for when, value, end, row in zip(at, values, ends, cycles, strict=True)
    ]
    known = any(low is not None for low, _high in reach)
    series = Series(
        str(figure.label), values, told,
        low=[low for low, _high in reach] if known else (),
        high=[high for _low, high in reach] if known else (),
    )  # fmt: skip
    drawing = Drawing(
        at, [series], Axis(kind="date"), _axis_of(figure),
        links=links, limit=limit, marks=_changes(cycles, at),
    )  # fmt: skip
    rows = [
        Row(when, [row.model_version, figure.text(value), end], link)
        for when, row, value, end, link in zip(at, cycles, values, ends, links, strict=True)
    ]
    head = [_("Cycle"), _("Version"), str(figure.label), _("90 % interval")]
    says = figure.text([value for value in values if value is not None][-1])
    if limit is not None:
        says += f" · {_('threshold')} {figure.text(limit)}"
    return Plot(str(figure.label), drawing, head, rows, says)


def _axis_of(figure: Figure) -> Axis:
    title = _("min a piece") if figure.unit is Unit.MINUTES else ""
    return Axis(title, percent=figure.unit is Unit.SHARE)


def _changes(cycles: Sequence[QualityCycle], at: Sequence[str]) -> list[tuple[str, str]]:
    """Return from which cycle on another version answered."""
    return [
        (at[number], row.model_version)
        for number, row in enumerate(cycles)
        if number and row.model_version != cycles[number - 1].model_version
    ]


def of_cycle(cycle: QualityCycle, errors: Sequence[float]) -> dict[str, Plot]:
    """Return the plots of a cycle whose items have some mean errors, those that show something."""
    found = {}
    if rows := cycle.findings.get("reliability"):
        found["reliability"] = _reliability(rows)
    if len(errors) > 1:
        found["errors"] = _errors(np.array(errors))
    return found


def _reliability(rows: Sequence[Mapping[str, Any]]) -> Plot:
    """Draw how often answers were right against how sure they were."""
    most = max(row["items"] for row in rows)
    said, name = _("Said"), _("Right")
    reach = [f"{_percent(row['low'])} … {_percent(row['high'])}" for row in rows]
    told = [
        f"{said} {_percent(row['confidence'])}<br>{name} {_percent(row['right'])} ({ends})"
        for row, ends in zip(rows, reach, strict=True)
    ]
    series = Series(
        name, [row["right"] for row in rows], told,
        form=Form.DOTS, low=[row["low"] for row in rows], high=[row["high"] for row in rows],
        weights=[row["items"] / most for row in rows],
    )  # fmt: skip
    drawing = Drawing(
        [row["confidence"] for row in rows], [series],
        Axis(_("how sure it was"), percent=True), Axis(_("how often it was right"), percent=True),
        diagonal=True,
    )  # fmt: skip
    head = [_("Confidence"), _("Items"), said, name, _("90 % interval")]
    table = [
        Row(row["decile"], [
            str(row["items"]), _percent(row["confidence"]), _percent(row["right"]), ends,
        ])
        for row, ends in zip(rows, reach, strict=True)
    ]  # fmt: skip
    note = _("On the dotted line it is exactly as right as it says; under it, it is too sure. "
             "The bars are 90 % intervals, and a larger dot has more items.")  # fmt: skip
    title = _("How often answers were right, against how sure they were")
    return Plot(title, drawing, head, table, note=note)


def _errors(errors: np.ndarray) -> Plot:
    """Draw how far off the times of how many items were; the last bin holds the rest."""
    top = max(float(np.quantile(errors, 0.95)), 0.01)
    edges = np.linspace(0.0, top, ERROR_BINS)
    counts = np.histogram(errors, np.append(edges, np.inf))[0].tolist()
    ends = [f"{numbers.number(low)}-{numbers.number(high)}" for low, high in pairwise(edges)]
    ends.append(_("more than %(minutes)s") % {"minutes": numbers.number(top)})
    series = Series(_("Items"), counts, [str(count) for count in counts], form=Form.COLUMNS)
    drawing = Drawing(
        ends, [series], Axis(_("mean error of an item, min a piece"), "category"), Axis(_("Items"))
    )
    says = _("half of the items by less than %(minutes)s min") % {
        "minutes": numbers.number(float(np.median(errors)))
    }
    head, rows = table_of(drawing, _("Mean error, min a piece"))
    return Plot(_("How far off the times were"), drawing, head, rows, says)


def of_missing(cycles: Sequence[Missing]) -> list[Plot]:
    """Draw the missing values of the columns in which they changed the most."""
    names = sorted({name for one in cycles for name in one.rates})
    if len(cycles) < 2 or not names:
        return []

    def reach(name: str) -> tuple[float, float]:
        known = [one.rates[name] for one in cycles if name in one.rates]
        return max(known) - min(known), max(known)

    chosen = sorted(names, key=reach, reverse=True)[:MOST_COLUMNS]
    series = [
        Series(name, values, [_percent(value) for value in values], colour)
        for name, colour in zip(chosen, COLOURS, strict=False)
        for values in [[one.rates.get(name) for one in cycles]]
    ]
    drawing = Drawing([one.day for one in cycles], series, Axis(kind="date"), Axis(percent=True))
    head, rows = table_of(drawing, _("Cycle"))
    title = _("Missing values of the 500 newest items, where they changed the most")
    return [Plot(title, drawing, head, rows)]


def of_drift(checks: Sequence[DriftCheck], baseline: Baseline | None) -> list[Plot]:
    """Draw the looks of some days, and the newest one's answers beside those of the training.

    Args:
        checks: newest first.
        baseline: of the version that the newest look was about.
    """
    found = []
    measured = [one for one in reversed(checks) if one.similarity is not None]
    if len(measured) > 1:
        found += [
            _looks(measured, "similarity", _("Likeness of the nearest items moved by")),
            _looks(measured, "confidence", _("Confidence moved by")),
        ]
    if checks and checks[0].similarity is not None and checks[0].seen and baseline:
        for key, title, before in (
            ("similarity", _("Likeness of the nearest item"), baseline.similarity),
            ("confidence", _("Confidence"), baseline.confidence),
        ):
            found.append(_beside(title, checks[0].seen[key], before))
    return found


def _looks(checks: Sequence[DriftCheck], name: str, title: str) -> Plot:
    """Draw a distance over the looks, with the limit that chance alone rarely passes."""
    values, limits = ([getattr(one, key) for one in checks] for key in (name, f"{name}_limit"))
    series = [
        Series(title, values, [_distance(value) for value in values]),
        Series(_("alarm from"), limits, [_distance(value) for value in limits], "bad",
               is_limit=True),
    ]  # fmt: skip
    drawing = Drawing([_moment(one.at) for one in checks], series, Axis(kind="date"), Axis())
    head, rows = table_of(drawing, _("When"))
    return Plot(title, drawing, head, rows, _distance(values[-1]))


def _beside(title: str, now: Sequence[int], before: Sequence[int]) -> Plot:
    """Draw the shares of answers in each bin, at the training and now."""
    bins = [f"{100 * n // len(now)}-{100 * (n + 1) // len(now)} %" for n in range(len(now))]
    series = [
        Series(name, values, [_percent(value) for value in values], colour, Form.COLUMNS)
        for name, counts, colour in ((_("Last answers"), now, "accent"),
                                     (_("At the training"), before, "ink-soft"))
        for values in [(np.array(counts) / max(sum(counts), 1)).tolist()]
    ]  # fmt: skip
    drawing = Drawing(
        bins, series, Axis(title, "category"), Axis(_("share of answers"), percent=True)
    )
    head, rows = table_of(drawing, title)
    says = _("%(figure)s: last answers beside the training") % {"figure": title}
    return Plot(says, drawing, head, rows)


def _moment(at: datetime) -> str:
    """Return a moment in the plant's own time."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _percent(value: float | None) -> str:
    return "" if value is None else numbers.percent(value, 1)


def _distance(value: float | None) -> str:
    return "" if value is None else numbers.number(value, 3)
