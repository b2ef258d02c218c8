"""The three ways of asking on the page: which form, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from prediction.forms import CodeForm, CodesForm, DescribeForm
from prediction.models import Channel, PredictionRequest
from prediction.services import known_items, predictions
from prediction.views import wording
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms
    from django.http import QueryDict
    from django.utils.functional import Promise


SHOWN_ERRORS = 5
"""Reasons that are shown when not one item of a list can be answered."""


class Way(StrEnum):
    """How somebody says what is to be routed."""

    CODE = "code"
    DESCRIBE = "describe"
    LIST = "list"


LABELS: dict[Way, Promise] = {
    Way.CODE: _("Item code"),
    Way.DESCRIBE: _("Describe an item"),
    Way.LIST: _("List of codes"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One way of asking, as a tab."""

    label: Promise
    href: str
    current: bool


def way_of(given: QueryDict) -> Way:
    """Return the chosen way, the first one when none or no such."""
    try:
        return Way(given.get("way", Way.CODE))
    except ValueError:
        return Way.CODE


def tabs(way: Way) -> list[Tab]:
    """Return the tabs, with the chosen one marked."""
    page = reverse("prediction:predict")
    return [Tab(LABELS[each], f"{page}?way={each}", each is way) for each in Way]


def empty_form(way: Way, given: QueryDict) -> forms.Form:
    """Return the form to fill; ``code`` and ``like`` in the address fill in what they can."""
    if way is Way.LIST:
        return CodesForm()
    if way is Way.DESCRIBE:
        like = known_items.find(given.get("like", ""))
        return DescribeForm(
            columns=known_items.columns(), initial=dict(like.attributes) if like else {}
        )
    return CodeForm(initial={"code": given.get("code", "")})


def filled_form(way: Way, given: QueryDict) -> forms.Form:
    """Return the form as it was sent."""
    if way is Way.LIST:
        return CodesForm(given)
    if way is Way.DESCRIBE:
        return DescribeForm(given, columns=known_items.columns())
    return CodeForm(given)


def ask(way: Way, form: forms.Form, person: str) -> PredictionRequest | None:
    """Ask what a valid form says; when nothing can be answered, tell the form why."""
    try:
        answer = predictions.predict(channel=Channel.PAGE, by=person, **_question(way, form))
    except RoutingMLError as error:
        form.add_error(None, error.message)
        return None
    if answer.predictions:
        return answer.request
    for failed in answer.errors[:SHOWN_ERRORS]:
        form.add_error(None, wording.failure(failed.item, failed.code, failed.message))
    return None


def _question(way: Way, form: forms.Form) -> Mapping[str, Any]:
    if isinstance(form, DescribeForm):
        return {"records": [form.record()]}
    codes = form.cleaned_data["codes"] if way is Way.LIST else [form.cleaned_data["code"]]
    return {"codes": codes, "leave_out": form.cleaned_data["leave_out"]}
