"""The drawings of a comparison: versions and candidates side by side, overall and by family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from training import wording
from training.core import bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import Promise

    from training.core.bars import Chart

MOST_FAMILIES = 12
"""Families drawn; the table has them all."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, what it shows, and what its colours stand for."""

    title: str
    series: Sequence[str | Promise]
    chart: Chart


def of_versions(versus: Mapping[str, Any]) -> list[Plot]:
    """Draw a version beside the champion and the simple ways; nothing where it had no rival."""
    if not versus.get("overall"):
        return []
    families = sorted(versus["families"], key=lambda line: -line["items"])[:MOST_FAMILIES]
    lines = [(_("All items"), versus["overall"]), *((line["family"], line) for line in families)]
    series = [_("This version"), versus["champion"], _("Best simple way")]
    figures = {
        "trim_mae": _("Typical error, minutes a piece: shorter is better"),
        "process_match": _("Operations right: longer is better"),
    }
    return [
        Plot(
            title,
            series,
            bars.chart(
                [
                    (label, [line.get(f"{key}{of}") for of in ("", "_before", "_simple")])
                    for label, line in lines
                ],
                percent=key == "process_match",
            ),
        )
        for key, title in figures.items()
    ]


def of_candidates(candidates: Mapping[str, Any]) -> list[Plot]:
    """Draw the typical error of each way to learn times; nothing where none competed."""
    results = candidates.get("results") or {}
    if not results:
        return []
    names = list(results)
    of_family = [results[name].get("families") or {} for name in names]
    rows = [(_("All items"), [results[name]["trim_mae"] for name in names])]
    rows += [
        (family, [each.get(family) for each in of_family])
        for family in list(of_family[0])[:MOST_FAMILIES]
    ]
    title = _("Typical error, minutes a piece: shorter is better")
    return [Plot(title, [wording.CANDIDATES.get(name, name) for name in names], bars.chart(rows))]
