"""The ways of asking on the page: which form, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from prediction.core.writers import TableFormat
from prediction.forms import CodeForm, CodesForm, DescribeForm, FileForm
from prediction.models import Channel
from prediction.services import batch_jobs, known_items, predictions
from prediction.services.batch_jobs import Wanted
from prediction.views import wording
from registry import job_words
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import Promise

    from prediction.services.known_items import Known
    from registry.models import Job


SHOWN_ERRORS = 5
"""Reasons that are shown when not one item of a list can be answered."""


class Way(StrEnum):
    """How somebody says what is to be routed."""

    CODE = "code"
    DESCRIBE = "describe"
    LIST = "list"
    FILE = "file"


LABELS: dict[Way, Promise] = {
    Way.CODE: _("Item code"),
    Way.DESCRIBE: _("Describe an item"),
    Way.LIST: _("List of codes"),
    Way.FILE: _("File"),
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
    if way is Way.FILE:
        return FileForm()
    if way is Way.DESCRIBE:
        like = known_items.find(given.get("like", ""))
        return DescribeForm(
            columns=known_items.columns(), initial=dict(like.attributes) if like else {}
        )
    return CodeForm(initial={"code": given.get("code", "")})


def filled_form(way: Way, given: QueryDict, files: MultiValueDict[str, Any]) -> forms.Form:
    """Return the form as it was sent."""
    if way is Way.FILE:
        return FileForm(given, files)
    if way is Way.LIST:
        return CodesForm(given)
    if way is Way.DESCRIBE:
        return DescribeForm(given, columns=known_items.columns())
    return CodeForm(given)


def ask(way: Way, form: forms.Form, person: str) -> str:
    """Ask what a valid form says; return where the answer is.

    When nothing can be answered, the form is told why and there is no place to go.
    """
    try:
        if isinstance(form, FileForm) or _is_long(form):
            job = _ask_as_job(form, person)
            return reverse("prediction:batch", args=[job.pk])
        answer = predictions.predict(channel=Channel.PAGE, by=person, **_question(way, form))
    except RoutingMLError as error:
        form.add_error(None, job_words.said(error.message))
        return ""
    if answer.predictions and answer.request:
        return answer.request.get_absolute_url()
    for failed in answer.errors[:SHOWN_ERRORS]:
        form.add_error(None, wording.failure(failed.item, failed.code, failed.message))
    return ""


def meant(way: Way, form: forms.Form, unknown: str) -> list[Known]:
    """Return the items that may be meant by a code that leads to none.

    ``unknown`` is the one to start a description from, "" where there is none or it is known.
    """
    if way is Way.DESCRIBE:
        return known_items.search(unknown) if unknown else []
    return known_items.search(form["code"].value()) if way is Way.CODE and form.errors else []


def _is_long(form: forms.Form) -> bool:
    return len(form.cleaned_data.get("codes", ())) > settings.PREDICTION_MAX_ITEMS


def _ask_as_job(form: forms.Form, person: str) -> Job:
    given = form.cleaned_data
    table_format = TableFormat(given.get("format", TableFormat.XLSX))
    wanted = Wanted(table_format, leave_out=given["leave_out"])
    if isinstance(form, FileForm):
        return batch_jobs.ask_file(given["file"], wanted, by=person)
    return batch_jobs.ask_list(wanted, codes=known_items.separated(given["codes"]), by=person)


def _question(way: Way, form: forms.Form) -> Mapping[str, Any]:
    if isinstance(form, DescribeForm):
        return {"records": [form.record()]}
    given = form.cleaned_data
    codes = known_items.separated(given["codes"]) if way is Way.LIST else [given["code"]]
    return {"codes": codes, "leave_out": given["leave_out"]}
