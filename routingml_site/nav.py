"""The navigation, declared: which page, under which word, for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Ability, may
from accounts.services import signups


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the navigation."""

    label: Promise
    url_name: str
    ability: Ability
    waiting: Callable[[], int] | None = None
    """How many wait there for those who may administer."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page."""

    label: Promise
    href: str
    current: bool
    waiting: Callable[[], int] | None = None
    """Asked by the template alone: a fragment without the frame costs no query."""


ENTRIES = (
    Entry(_("Predict"), "prediction:predict", Ability.PREDICT),
    Entry(_("Drafts"), "prediction:draft_list", Ability.READ),
    Entry(_("Training"), "training:home", Ability.READ),
    Entry(_("Quality"), "quality:dashboard", Ability.READ),
    Entry(_("Model versions"), "registry:version_list", Ability.READ),
    Entry(_("Settings"), "registry:settings", Ability.READ),
    Entry(_("Administration"), "admin:index", Ability.AUDIT, signups.how_many_wait),
)


def links(user: Any, path: str) -> list[Link]:
    """Return what a person may open; the page that is open is marked."""
    decides = may(user, Ability.ADMINISTER)
    allowed = [entry for entry in ENTRIES if may(user, entry.ability)]
    return [
        Link(entry.label, href, path.startswith(href), entry.waiting if decides else None)
        for entry in allowed
        if (href := _href(entry))
    ]


def _href(entry: Entry) -> str:
    """Return where an entry leads, empty while that page does not exist."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""
