"""The plots of a comparison: versions and candidates side by side, overall and by family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from registry import numbers
from registry.core.plots import Axis, Drawing, Form, Plot, Row, Series, table_of
from training import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_FAMILIES = 12
"""Families drawn, the largest."""
COLOURS = ("accent", "ink-soft", "line-strong", "subcontract", "good")


def of_versions(versus: Mapping[str, Any]) -> list[Plot]:
    """Draw a version beside the champion and the simple ways; nothing where it had no rival."""
    if not versus.get("overall"):
        return []
    known = versus["families"]
    families = sorted(known, key=lambda line: -line["items"])[:MOST_FAMILIES]
    lines = [(_("All items"), versus["overall"]), *((line["family"], line) for line in families)]
    names = [_("This version"), versus["champion"], _("Best simple way")]
    figures = {
        "trim_mae": _("Typical error, minutes a piece: shorter is better"),
        "process_match": _("Operations right: longer is better"),
    }
    return [
        _bars(
            title,
            [label for label, _line in lines],
            [
                (name, [line.get(f"{key}{of}") for _label, line in lines])
                for name, of in zip(names, ("", "_before", "_simple"), strict=True)
            ],
            percent=key == "process_match",
            items=[line["items"] for _label, line in lines],
            note=_of_the_largest(len(known)),
        )
        for key, title in figures.items()
    ]


def of_candidates(candidates: Mapping[str, Any]) -> list[Plot]:
    """Draw the typical error of each way to learn times; nothing where none competed."""
    results = candidates.get("results") or {}
    if not results:
        return []
    known = candidates.get("families") or {}  # a version made before they were counted has none
    families = sorted(known, key=lambda name: -known[name])[:MOST_FAMILIES]
    rivals = []
    for name, each in results.items():
        values = [each["trim_mae"], *(each["families"].get(family) for family in families)]
        rivals.append((str(wording.CANDIDATES.get(name, name)), values))
    title = _("Typical error, minutes a piece: shorter is better")
    items = [candidates["items"], *(known[name] for name in families)]
    labels = [_("All items"), *families]
    return [_bars(title, labels, rivals, items=items, note=_of_the_largest(len(known)))]


def _of_the_largest(families: int) -> str:
    """Say so where only some families are drawn."""
    if families <= MOST_FAMILIES:
        return ""
    return _("The %(drawn)s largest of %(all)s item families.") % {
        "drawn": MOST_FAMILIES,
        "all": numbers.number(families, 0),
    }


def _bars(
    title: str,
    labels: Sequence[str],
    rivals: Sequence[tuple[str, Sequence[float | None]]],
    *,
    percent: bool = False,
    items: Sequence[int],
    note: str,
) -> Plot:
    """Draw rivals side by side for each label; the table says of how many items."""

    def told(value: float | None) -> str:
        if value is None:
            return _("not measurable")
        return numbers.percent(value, 1) if percent else numbers.number(value)

    series = [
        Series(name, values, [told(value) for value in values], colour, Form.BARS)
        for (name, values), colour in zip(rivals, COLOURS, strict=False)
    ]
    drawing = Drawing(labels, series, Axis(percent=percent), Axis(kind="category"))
    head, rows = table_of(drawing, _("Item family"))
    head.insert(1, _("Items"))
    counts = [numbers.number(count, 0) for count in items]
    rows = [Row(row.name, [count, *row.values]) for row, count in zip(rows, counts, strict=True)]
    return Plot(title, drawing, head, rows, note=note)
