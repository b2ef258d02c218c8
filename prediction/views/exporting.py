"""Routings on their way out: a preview that checks, then a file or the staging table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permissions import Ability, may, person
from prediction.core.draft_files import FileKind
from prediction.core.output_profile import BadOutputProfile, CellFault, built_in
from prediction.models import PredictionRequest
from prediction.services import draft_exports, export_jobs, output_profiles
from prediction.views.batches import found_batch
from prediction.views.predictions import MEDIA_TYPES, Page
from registry import numbers
from registry.core.errors import RoutingMLError
from registry.models import Direction, MappingProfile
from registry.services import mappings

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import Promise

    from prediction.core.export import Cell

MEDIA = {FileKind(each.value): media for each, media in MEDIA_TYPES.items()} | {
    FileKind.CSV_CP949: "text/csv; charset=cp949",
    FileKind.SQL: "application/sql; charset=utf-8",
}
LABELS: dict[FileKind, Promise | str] = {
    FileKind.CSV: gettext_lazy("CSV for Excel (UTF-8)"),
    FileKind.CSV_CP949: gettext_lazy("CSV for older programs (CP949)"),
    FileKind.XLSX: "Excel",
    FileKind.JSON: "JSON",
    FileKind.XML: "XML",
    FileKind.PARQUET: "Parquet",
    FileKind.SQL: gettext_lazy("SQL script (INSERT)"),
}
FAULTS: dict[CellFault, Promise] = {
    CellFault.MISSING: gettext_lazy("is missing"),
    CellFault.TOO_LONG: gettext_lazy("is longer than %(limit)s letters"),
    CellFault.TOO_LOW: gettext_lazy("is below %(limit)s"),
    CellFault.TOO_HIGH: gettext_lazy("is above %(limit)s"),
    CellFault.WRONG_TYPE: gettext_lazy("is no number"),
}
SHOWN_ROWS = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell of the preview."""

    text: str
    is_number: bool
    fault: str


class ExportDraftsView(Page):
    """Preview, download, insert."""

    ability = Ability.READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what would be written and what is wrong with it."""
        return self._page(request, request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the file, or insert the rows."""
        given, to_staging = request.POST, request.POST.get("to") == "staging"
        try:
            table = _table(given)
            if _is_for_a_job(given, table):
                return _in_the_background(request, table, to_staging=to_staging)
            if to_staging:
                count = draft_exports.insert(table=table, by=person(request))
                text = ngettext(
                    "%(count)s row inserted into %(table)s.",
                    "%(count)s rows inserted into %(table)s.",
                    count,
                )
                told = {"count": count, "table": table.profile.table}
                messages.success(request, text % told)
                return redirect("prediction:draft_list")
            kind = _kind(given)
            content = draft_exports.write(table=table, kind=kind, by=person(request))
        except RoutingMLError as error:
            return self._page(request, given, error)
        name = f"routing-{timezone.localtime():%Y%m%d-%H%M%S}.{kind.suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=MEDIA[kind], headers=headers)

    def _page(
        self, request: HttpRequest, given: QueryDict, error: RoutingMLError | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "error": error,
            "chosen": [
                (name, value)
                for name in ("answer", "batch", "draft")
                for value in given.getlist(name)
            ],
            "back": _back(given),
            "kinds": [(kind.value, LABELS[kind]) for kind in FileKind],
            "staging": bool(settings.STAGING_URL),
            "may_export": may(request.user, Ability.PREDICT),
            "may_configure": may(request.user, Ability.CONFIGURE),
        }
        try:
            table = _table(given)
        except RoutingMLError as refused:
            context |= {"table": None, "error": error or refused}
        else:
            context |= {"table": table, "cells": _cells(table), "faults": _faults(table)}
            context["profiles"] = _profiles(table.profile_name)
            context["is_long"] = _is_for_a_job(given, table)
        return render(
            request, "prediction/export.html", context, status=409 if context["error"] else 200
        )


class ProfilesView(Page):
    """Output profiles: every revision, a form for the next one, the choice of the active one."""

    ability = Ability.READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; ``from`` names the revision that a new one starts from."""
        number = numbers.whole(request.GET.get("from"))
        origin = None if number is None else _output(number)
        document = origin.document if origin else built_in()
        return self._page(request, origin.name if origin else "", _readable(document))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save a revision, or use one."""
        try:
            if "use" in request.POST:
                _use(request)
                return redirect("prediction:output_profiles")
            name, text = request.POST.get("name", ""), request.POST.get("document", "")
            row = output_profiles.save(name=name, document=_parsed(text), by=person(request))
        except RoutingMLError as error:
            given = request.POST
            return self._page(request, given.get("name", ""), given.get("document", ""), error)
        messages.success(request, _("%(profile)s is saved.") % {"profile": row})
        return redirect("prediction:output_profiles")

    def _page(
        self, request: HttpRequest, name: str, document: str, error: RoutingMLError | None = None
    ) -> HttpResponse:
        rows = output_profiles.revisions()
        context = {
            "rows": rows,
            "active": output_profiles.active().name,
            "built_in": output_profiles.BUILT_IN_NAME,
            "built_in_is_active": not any(row.is_active for row in rows),
            "name": name,
            "document": document,
            "error": error,
            "may_configure": may(request.user, Ability.CONFIGURE),
        }
        status = 409 if error else 200
        return render(request, "prediction/output_profiles.html", context, status=status)


def _use(request: HttpRequest) -> None:
    wanted = request.POST.get("use", "")
    if wanted == output_profiles.BUILT_IN_NAME:
        output_profiles.use_built_in(by=person(request))
        return
    mappings.activate_profile(profile=_output(numbers.whole(wanted)), by=person(request))


def _output(number: int | None) -> MappingProfile:
    return get_object_or_404(MappingProfile, pk=number, direction=Direction.OUTPUT)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        told = {"reason": str(error)[:200]}
        message = _("The document is no JSON: %(reason)s") % told
        raise BadOutputProfile(message) from None


def _readable(document: Any) -> str:
    """Return a profile as a person writes it: one column a line."""
    columns = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in document["columns"])
    table = json.dumps(document.get("table", ""), ensure_ascii=False)
    return f'{{\n  "table": {table},\n  "columns": [\n    {columns}\n  ]\n}}'


def _table(given: QueryDict) -> draft_exports.Table:
    """Return the drafts that were chosen, a whole answer, or a whole batch."""
    using = output_profiles.named(given.get("profile", ""))
    drafts, answer, batch = (_numbers(given, name) for name in ("draft", "answer", "batch"))
    if batch:
        return draft_exports.table_of_batch(found_batch(batch[0]), using)
    if answer:
        row = get_object_or_404(PredictionRequest, pk=answer[0])
        return draft_exports.table_of_answer(row, using)
    return draft_exports.table_of(drafts, using)


def _is_for_a_job(given: QueryDict, table: draft_exports.Table) -> bool:
    """Return whether it is a batch of more rows than a page writes while somebody waits."""
    return bool(_numbers(given, "batch")) and export_jobs.is_long(table)


def _in_the_background(
    request: HttpRequest, table: draft_exports.Table, *, to_staging: bool
) -> HttpResponse:
    """Let a worker write it."""
    given = request.POST
    batch = found_batch(_numbers(given, "batch")[0])
    using = output_profiles.named(given.get("profile", ""))
    kind = None if to_staging else _kind(given)
    job = export_jobs.ask(batch, table, using, kind, by=person(request))
    return redirect("prediction:export_job", job.pk)


def _back(given: QueryDict) -> tuple[str, str]:
    """Return where the routings came from: address and words."""
    answer, batch = _numbers(given, "answer"), _numbers(given, "batch")
    if batch:
        return reverse("prediction:batch", args=batch[:1]), _("Back to the batch")
    if answer:
        return reverse("prediction:result", args=answer[:1]), _("Back to the answer")
    return reverse("prediction:draft_list"), _("Drafts")


def _profiles(chosen: str) -> list[tuple[str, str, bool]]:
    """Return the profiles that may be chosen: value, name, and whether it is the chosen one."""
    known = [(str(row.pk), str(row)) for row in output_profiles.revisions()]
    built_in = (output_profiles.BUILT_IN_NAME, output_profiles.BUILT_IN_NAME)
    return [(value, name, name == chosen) for value, name in (built_in, *known)]


def _numbers(given: QueryDict, name: str) -> list[int]:
    sent = map(numbers.whole, given.getlist(name))
    return [number for number in sent if number is not None]


def _kind(given: QueryDict) -> FileKind:
    name = given.get("format", "")
    return FileKind(name) if name in set(FileKind) else FileKind.CSV


def _cells(table: draft_exports.Table) -> list[list[Shown]]:
    wrong = {(each.row, each.column): _said(each.fault, each.limit) for each in table.wrong}
    return [
        [
            Shown(_text(cell), isinstance(cell, int | float), wrong.get((number, name), ""))
            for name, cell in zip(table.names, row, strict=True)
        ]
        for number, row in enumerate(islice(table.rows, SHOWN_ROWS), start=1)
    ]


def _faults(table: draft_exports.Table) -> list[str]:
    return [
        _("Row %(row)s, %(column)s %(fault)s.")
        % {"row": each.row, "column": each.column, "fault": _said(each.fault, each.limit)}
        for each in table.wrong[:20]
    ]


def _said(fault: CellFault, limit: float | None) -> str:
    return str(FAULTS[fault]) % {"limit": limit}


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
