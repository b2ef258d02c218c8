"""The pages of cycles: the trend, one cycle, one item in it; and what is done on them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Ability, may, person
from quality import selectors
from quality.core import charts
from quality.models import QualityCycle, SampleResult
from quality.services import alerts, reports
from quality.views import plots, wording
from quality.views.base import tabs
from registry.core.errors import RoutingMLError
from registry.kinds import QUALITY_CYCLE
from registry.services import jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, QueryDict

RECENT_ALERTS = 12


@require_GET
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show how good the answers are: the trend, the alerts, the worst items."""
    family, operation = request.GET.get("family", ""), request.GET.get("operation", "")
    cycles = selectors.trend(_day(request.GET, "since"), _day(request.GET, "until"))
    last = cycles[-1] if cycles else None
    figures = _figures(cycles, family, operation)
    names = selectors.group_names()
    context = {
        "tabs": tabs("dashboard"),
        "cycles": cycles,
        "last": last,
        "stats": _stats(last) if last else [],
        "trends": plots.trends(cycles, figures) if len(cycles) > 1 else [],
        "alerts": _alerts(selectors.alerts()[:RECENT_ALERTS]),
        "open_alerts": selectors.alerts(only_open=True).count(),
        "worst": selectors.worst(last, family, operation) if last else [],
        "families": [(name, wording.group_name(name)) for name in names["family"]],
        "operations": names["operation"],
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "family": family,
        "operation": operation,
        "job": selectors.open_job(),
        "may_start": may(request.user, Ability.TRAIN),
        "history": selectors.listed()[:10],
    }
    return render(request, "quality/dashboard.html", context)


@require_GET
@login_required
def running(request: HttpRequest) -> HttpResponse:
    """Show how far the cycle is that runs."""
    return render(request, "quality/_running.html", {"job": selectors.open_job()})


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Queue a cycle."""
    if not may(request.user, Ability.TRAIN):
        raise PermissionDenied
    job = jobs.enqueue(QUALITY_CYCLE, {}, by=person(request))
    messages.success(request, _("The quality cycle is queued as job %(job)s.") % {"job": job.pk})
    return redirect("quality:dashboard")


@require_POST
@login_required
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody has seen an alert."""
    if not may(request.user, Ability.TRAIN):
        raise PermissionDenied
    try:
        alerts.acknowledge(pk, note=request.POST.get("note", ""), by=person(request))
    except RoutingMLError as error:
        raise Http404(error.message) from error
    messages.success(request, _("Noted."))
    return redirect("quality:dashboard")


@require_GET
@login_required
def cycle(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything about a cycle."""
    row = get_object_or_404(QualityCycle, pk=pk)
    context = {
        "tabs": tabs("dashboard"),
        "cycle": row,
        "strategy": wording.STRATEGIES.get(row.strategy, row.strategy),
        "stats": _stats(row) if row.metrics else [],
        "alerts": _alerts(row.alerts.order_by("pk")),
        "groups": [
            (wording.DIMENSIONS[name], _group_rows(rows))
            for name, rows in row.groups.items()
            if name in wording.DIMENSIONS
        ],
        "figure_names": [figure.label for figure in wording.GROUPED],
        "plots": plots.of_cycle(row, selectors.errors(row)),
        "retraining": wording.retraining(row.retraining),
        "shifts": row.findings.get("shifts", []),
        "worst": selectors.worst(row),
        "problems": row.results.exclude(problem="").defer("operations")[:50],
    }
    return render(request, "quality/cycle.html", context)


@require_GET
@login_required
def item(request: HttpRequest, pk: int, result: int) -> HttpResponse:
    """Show what was proposed for an item beside what the shop did."""
    row = get_object_or_404(SampleResult.objects.select_related("cycle"), pk=result, cycle_id=pk)
    proposed, actual = charts.timelines(row.operations)
    lanes = [(_("Proposed"), proposed), (_("In force, with reported times"), actual)]
    context = {"tabs": tabs("dashboard"), "row": row, "lanes": lanes}
    return render(request, "quality/item.html", context)


@require_GET
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Send the figures of all cycles as CSV, one row a cycle."""
    text = reports.summary_csv(list(selectors.listed()))
    headers = {"Content-Disposition": 'attachment; filename="quality-cycles.csv"'}
    return HttpResponse(f"\ufeff{text}", content_type="text/csv; charset=utf-8", headers=headers)


def _stats(row: QualityCycle) -> list[dict[str, Any]]:
    ends = row.metrics.get("intervals") or {}
    found = []
    for figure in wording.FIGURES:
        value, limit = row.figure(figure.name), row.limits.get(figure.limit)
        if figure.optional and value is None:
            continue
        reach = [figure.text(end) for end in ends.get(figure.name, [])]
        is_bad = False
        if value is not None and limit is not None:
            is_bad = value < limit if figure.name == "process_match" else value > limit
        found.append(
            {
                "label": figure.label,
                "value": figure.text(value),
                "interval": " … ".join(reach),
                "limit": figure.text(limit) if limit is not None else "",
                "is_bad": is_bad,
            }
        )
    return found


def _figures(
    cycles: Sequence[QualityCycle], family: str, operation: str
) -> dict[int, Mapping[str, Any]]:
    """Return the figures of each cycle, of all items or of one group of them."""
    if not family and not operation:
        return {row.pk: row.metrics for row in cycles}
    groups = selectors.groups_of(cycles, "family" if family else "operation")
    return {row.pk: groups[row.pk].get(family or operation, {}) for row in cycles}


def _alerts(rows: Any) -> list[tuple[Any, str]]:
    return [(row, wording.sentence(row)) for row in rows]


def _group_rows(rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": wording.group_name(name),
            "items": one.get("items"),
            "operations": one.get("operations"),
            "figures": [f.text(one[f.name]) if f.name in one else "" for f in wording.GROUPED],
        }
        for name, one in rows.items()
    ]


def _day(given: QueryDict, name: str) -> date | None:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        return None
