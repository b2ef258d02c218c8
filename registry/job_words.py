"""What jobs say, in the reader's language.

Steps, log lines and reasons are stored in English, and the log file keeps them so; pages, notices
and the API's ``current_step``, ``error`` and ``outcome`` say them in the reader's language.  Each
shape that they can have stands here or in ``job_reasons``; what has none is shown as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from registry.core.progress import DETAIL
from registry.job_reasons import REASONS

if TYPE_CHECKING:
    from registry.models import JobLine

SHAPES = (
    _("asked for by %(who)s, again after job %(job)s"),
    _("asked for by %(who)s"),
    _("command line (%(who)s)"),
    _("command line"),
    _("quality cycle %(number)s"),
    _("drift"),
    _("quality"),
    _("system"),
    _("started"),
    _("starting its process"),
    _("loading the program"),
    _("%(seconds)s s of computing"),
    _("succeeded"),
    _("failed: %(why)s"),
    _("errored: %(why)s"),
    _("lost: %(why)s"),
    _("cancelled by %(who)s"),
    _("cancel asked by %(who)s"),
    _("reading the ERP tables"),
    _("%(table)s: %(count)s rows"),
    _("%(table)s: %(count)s codes"),
    _("%(table)s: %(count)s items"),
    _("relating the tables"),
    _("preparing fold %(number)s of %(count)s"),
    _("fold %(number)s of %(count)s, %(name)s"),
    _("%(number)s of %(count)s folds done"),
    _("trying settings of %(name)s"),
    _("reading attributes"),
    _("learning which items are made alike"),
    _("epoch %(number)s of %(count)s"),
    _("batch %(number)s of %(count)s"),
    _("all fits: %(share)s"),
    _("judging the candidates"),
    _("indexing"),
    _("learning times"),
    _("summing up habits"),
    _("predicting %(number)s of %(count)s items"),
    _("predicted"),
    _("asking about items held out"),
    _("comparing with what was made"),
    _("comparing with %(name)s"),
    _("calibrating"),
    _("cleaning the tables"),
    _("measuring a simple way: %(name)s"),
    _("backtest done"),
    _("calibrated"),
    _("writing the version"),
    _("registered"),
    _("measured; nothing is kept"),
    _("opening the version"),
    _("opening %(name)s"),
    _("adding items"),
    _("measuring the search"),
    _("working out the figures"),
    _("storing the results"),
    _("Reading the items"),
    _("%(number)s of %(count)s items"),
    _("%(number)s of %(count)s rows"),
    _("done"),
    _("The typical error is %(gain)s lower (90 %% interval: %(low)s to %(high)s)."),
    _("Only %(items)s items can be compared; %(least)s are needed."),
    _("No times are known to compare with."),
    _("The typical error is %(loss)s higher."),
    _("The typical error is the same; %(least)s lower are asked for."),
    _("The typical error is only %(gain)s lower; %(least)s are asked for."),
    _("The gain may be chance: it lies between %(low)s and %(high)s (90 %% interval)."),
    _("Operations are found worse: %(match)s."),
    _("the cluster cannot be reached: fitting on this machine"),
    *REASONS,
)
NESTED = ("why", "reason", "who")
"""Places of a shape that hold another text of this kind."""
PERCENT = re.compile(r"(\d+ %) (.+)", re.DOTALL)
PLACE = re.compile(r"%\\\((\w+)\\\)s")


def _matcher(shape: str) -> re.Pattern[str]:
    """Return what finds the places of a shape in a text."""
    return re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(shape)).replace("%%", "%"), re.DOTALL)


MATCHERS = tuple((shape, _matcher(shape)) for shape in SHAPES)


def said(text: str) -> str:
    """Return a step, a message or a reason in the reader's language."""
    if percent := PERCENT.fullmatch(text):
        return f"{percent[1]} {said(percent[2])}"
    return DETAIL.join(_part(part) for part in text.split(DETAIL))


def line(stored: JobLine) -> str:
    """Return a log line in the reader's language, in its form."""
    text = str(stored)
    return text.removesuffix(stored.message) + said(stored.message)


def has_shape(text: str) -> bool:
    """Whether a part of a step or message can be translated."""
    return any(matcher.fullmatch(text) for _shape, matcher in MATCHERS)


def _part(text: str) -> str:
    for shape, matcher in MATCHERS:
        if found := matcher.fullmatch(text):
            values = found.groupdict()
            values |= {place: said(values[place]) for place in NESTED if place in values}
            return gettext(shape) % values if values else gettext(shape)
    return text
