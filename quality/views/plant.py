"""The pages about the plant: drift of what is asked, the state of the data, the quality log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Ability, may, person
from quality import selectors
from quality.core import charts
from quality.core.drift import BAND_LIMITS, WINDOW
from quality.models import CycleState
from quality.services import drift, reports
from quality.views import plots
from quality.views.base import tabs
from training.wording import DRIFT_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from quality.selectors import Missing

LEVELS = ("INFO", "WARNING", "ERROR")
SHOWN_LOOKS = 50
"""Looks in the table of the page; there is one every ten minutes, and the plots have all."""
BANDS = {
    "none": gettext_lazy("Not moved"),
    "slight": gettext_lazy("Moved slightly"),
    "clear": gettext_lazy("Moved clearly"),
    "severe": gettext_lazy("Moved severely"),
}
FAULTS = {
    "without_routing": gettext_lazy("Without a routing"),
    "described_alike": gettext_lazy("Described exactly like another item"),
    "unit_conflicts": gettext_lazy("Sizes in different units"),
    "sizes_out_of_range": gettext_lazy("Sizes out of range"),
}


@require_GET
@login_required
def drift_page(request: HttpRequest) -> HttpResponse:
    """Show whether planners ask for other things than before."""
    status, summary, newest = drift.status(), drift.summary(7), selectors.newest()
    version = status["model_version"]
    context = {
        "tabs": tabs("drift"),
        "status": status,
        "says": BANDS[status["band"]],
        "reasons": [DRIFT_REASONS[reason] for reason in status["reasons"]],
        "looks": [(row, BANDS[row.band]) for row in summary["rows"][:SHOWN_LOOKS]],
        "checks": summary["checks"],
        "plots": plots.of_drift(summary["rows"], drift.baseline_of(version) if version else None),
        "bands": BAND_LIMITS,
        "window": WINDOW,
        "columns": newest.findings.get("columns", []) if newest else [],
        "asked": newest.findings.get("asked", {}) if newest else {},
        "may_reset": may(request.user, Ability.ADMINISTER),
    }
    return render(request, "quality/drift.html", context)


@require_POST
@login_required
def drift_reset(request: HttpRequest) -> HttpResponse:
    """Let what was before no longer count."""
    if not may(request.user, Ability.ADMINISTER):
        raise PermissionDenied
    drift.reset(by=person(request), note=request.POST.get("note", ""))
    messages.success(request, _("Drift is counted anew from now on."))
    return redirect("quality:drift")


@require_GET
@login_required
def data_page(request: HttpRequest) -> HttpResponse:
    """Show what is wrong with the master data."""
    newest = selectors.newest()
    audit = newest.findings.get("audit", {}) if newest else {}
    nulls, cycles = selectors.nulls(), selectors.missing_over_time()
    context = {
        "tabs": tabs("data"),
        "cycle": newest,
        "audit": audit,
        "faults": _faults(audit),
        "new_items": nulls["new_items"],
        "columns": _missing(nulls, cycles),
        "plots": plots.of_missing(cycles),
    }
    return render(request, "quality/data.html", context)


@require_GET
@login_required
def log_page(request: HttpRequest) -> HttpResponse:
    """Show the newest lines of the quality log; a poll gets the lines alone."""
    level = request.GET.get("level", "")
    level = level if level in LEVELS else ""
    lines = [_in_words(line) for line in selectors.log_lines(reports.log_file(), level)]
    context = {"tabs": tabs("log"), "lines": lines, "level": level, "levels": LEVELS}
    is_poll = bool(request.headers.get("HX-Request"))
    return render(request, "quality/_log_lines.html" if is_poll else "quality/log.html", context)


@require_GET
@login_required
def log_download(request: HttpRequest) -> HttpResponse:
    """Send the whole quality log."""
    path = reports.log_file()
    content = path.read_bytes() if path.exists() else b""
    headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=headers)


def _in_words(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of the log with its moment and its state as a reader takes them."""
    state = CycleState(line["state"]).label
    return {**line, "at": datetime.fromisoformat(line["at"]), "state": state}


def _faults(audit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each kind of fault, with how many items have it and the first of them."""
    examples = audit.get("examples", {})
    return [
        {"label": label, "count": audit[name], "items": examples.get(name, [])}
        for name, label in FAULTS.items()
        if name in audit
    ]


def _missing(nulls: Mapping[str, Any], cycles: Sequence[Missing]) -> list[dict[str, Any]]:
    """Return the missing values by column, each with its line over the cycles and its ends."""
    found = []
    for column in nulls["columns"]:
        shares = [one.rates[column["column"]] for one in cycles if column["column"] in one.rates]
        ends = {"first": shares[0], "last": shares[-1]} if shares else {}
        found.append(column | {"line": charts.sparkline(shares)} | ends)
    return found
