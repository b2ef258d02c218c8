"""Formatting for templates: units, states, small drawings.  No queries here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from prediction.core.writers import called
from prediction.words import ATTRIBUTES
from registry import job_words as words
from registry import numbers

if TYPE_CHECKING:
    from registry.models import JobLine

register = template.Library()

PILL_KINDS: dict[str, str] = {
    "active": "good",
    "approved": "good",
    "succeeded": "good",
    "ready": "",
    "pending": "warn",
    "queued": "",
    "running": "busy",
    "cancelled": "",
    "retired": "",
    "rejected": "bad",
    "failed": "bad",
    "errored": "bad",
    "lost": "bad",
    "broken": "bad",
}
"""State of a row to the look of its pill; what is not listed is neutral."""
HOUR, DAY = 60, 24 * 60
"""Minutes."""
SPARK_WIDTH, SPARK_HEIGHT = 120, 28


def _known(value: float | None) -> bool:
    """Return whether there is a number to show."""
    return value is not None and math.isfinite(value)


class Interval(Protocol):
    """Minutes with their interval: of one operation, or of a whole routing."""

    @property
    def minutes(self) -> float | None:
        """The estimate."""

    @property
    def low(self) -> float | None:
        """The lower end."""

    @property
    def high(self) -> float | None:
        """The upper end."""


@register.filter
def minutes(value: float | None, digits: int = 1) -> str:
    """Write minutes with their unit, or that nobody knows them."""
    if value is None or not _known(value):
        return pgettext("time", "unknown")
    return _("%(number)s min") % {"number": numbers.number(value, digits)}


@register.filter
def typed(value: float | None) -> str:
    """Write minutes as somebody types them into a field: two digits, more where they are there."""
    if value is None or not _known(value):
        return ""
    short = f"{value:.2f}"
    return short if float(short) == value else str(value)


@register.filter
def lead_time(value: float | None) -> str:
    """Write a long time as one says it: minutes, hours and minutes, or days and hours."""
    if value is None or not _known(value) or round(value) < HOUR:
        return minutes(value, 0)
    if round(value) < DAY:
        return _hours(value)
    hours = round(value / HOUR)
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}


@register.filter
def total(value: Interval, digits: int = 1) -> str:
    """Write the minutes of a sum; where a part of it is unknown, it is at least that."""
    return _at_least(value, minutes(value.minutes, digits))


@register.filter
def work_time(value: Interval) -> str:
    """Write the minutes of an order: from two hours on in hours and minutes."""
    return _at_least(value, _worked(value.minutes))


@register.filter
def work_interval(value: Interval) -> str:
    """Write the ends of an order's interval as ``work_time`` writes its middle."""
    if value.low is None or value.high is None or not _is_long(value.minutes):
        return interval(value)
    return f"{_worked(value.low)} – {_worked(value.high)}"  # noqa: RUF001 -- a dash, as one writes it


def _is_long(value: float | None) -> bool:
    return value is not None and _known(value) and value >= 2 * HOUR


def _worked(value: float | None) -> str:
    if value is None or not _is_long(value):
        return minutes(value)
    return _hours(value)


def _hours(value: float) -> str:
    hours, rest = divmod(round(value), HOUR)
    return _("%(hours)s h %(minutes)s min") % {"hours": numbers.number(hours, 0), "minutes": rest}


def _at_least(value: Interval, told: str) -> str:
    """Return what was written, as the least where a part of the sum is unknown."""
    if value.minutes is None or value.high is not None:
        return told
    return _("at least %(minutes)s") % {"minutes": told}


@register.filter
def interval(value: Interval, digits: int = 1) -> str:
    """Write the ends of an interval, nothing where one of them is unknown."""
    if value.low is None or value.high is None:
        return ""
    return f"{numbers.number(value.low, digits)}–{numbers.number(value.high, digits)}"  # noqa: RUF001 -- a dash, as one writes it


@register.filter
def cell_minutes(value: float | None, digits: int = 1) -> str:
    """Write minutes in a column that has their unit in its head: a dash where unknown."""
    if value is None or not _known(value):
        return format_html('<abbr title="{}">–</abbr>', pgettext("time", "unknown"))  # noqa: RUF001 -- a dash, as one writes it
    return numbers.number(value, digits)


@register.filter
def figure(value: float | None, digits: int = 2) -> str:
    """Write a number with a fixed count of digits, so that a column lines up."""
    if value is None or not _known(value):
        return _("not measurable")
    return numbers.number(value, digits)


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """Write a share from 0 to 1 as percent."""
    if value is None or not _known(value):
        return _("not measurable")
    return numbers.percent(value, digits)


@register.filter
def duration(seconds: float | None) -> str:
    """Write a running time as on a clock, nothing while there is none."""
    if seconds is None or not _known(seconds):
        return ""
    minutes_, rest = divmod(int(seconds), 60)
    hours, minutes_ = divmod(minutes_, 60)
    return f"{hours}:{minutes_:02}:{rest:02}" if hours else f"{minutes_}:{rest:02}"


@register.filter
def sure(value: float) -> str:
    """Write how sure an answer is; nothing is ever 100 % sure."""
    return numbers.sure(value)


@register.simple_tag
def pill(state: str, label: str) -> SafeString:
    """Draw a state: its word, its sign and its colour."""
    kind = PILL_KINDS.get(state, "")
    return format_html('<span class="pill{}">{}</span>', f" pill-{kind}" if kind else "", label)


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """Draw a series as a small line; gaps are skipped, the label says it in words."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return format_html('<span class="soft">{}</span>', _("not measurable"))
    low = min(value for _place, value in known)
    span = max(value for _place, value in known) - low or 1.0
    points = " ".join(
        f"{place * SPARK_WIDTH / (len(values) - 1):.1f},"
        f"{SPARK_HEIGHT - (value - low) * SPARK_HEIGHT / span:.1f}"
        for place, value in known
    )
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        points,
    )


@register.filter
def column_word(name: str) -> str:
    """Return what people call a column of the item master, nothing when it has no word."""
    return str(ATTRIBUTES.get(name, ""))


@register.filter
def file_format(name: str) -> str:
    """Return what people call a file format."""
    return called(name)


@register.filter
def job_words(text: str) -> str:
    """Return a step or reason of a job in the reader's language."""
    return words.said(text)


@register.filter
def job_line(line: JobLine) -> str:
    """Return a line of a job's log in the reader's language."""
    return words.line(line)
