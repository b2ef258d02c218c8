"""What all pages of quality have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence

TABS = (
    (_("Quality"), "quality:dashboard"),
    (_("Drift"), "quality:drift"),
    (_("Data"), "quality:data"),
    (_("Log"), "quality:log"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages."""

    label: Promise | str
    href: str
    current: bool


def tabs(current: str) -> Sequence[Tab]:
    """Return the pages, the open one marked."""
    return [Tab(label, reverse(name), name == f"quality:{current}") for label, name in TABS]
