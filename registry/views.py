"""Pages about versions: which ones there are, what each can do, what was live when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import Ability, may
from registry import selectors
from registry.models import ModelVersion

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE_SIZE = 25
SHOWN_PERIODS = 10


@require_GET
@login_required
def version_list(request: HttpRequest) -> HttpResponse:
    """Show which version answers, all versions, and the newest part of the history."""
    pages = Paginator(ModelVersion.objects.all(), PAGE_SIZE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "champion": selectors.champion(),
        "history": selectors.history(SHOWN_PERIODS),
        "may_decide": may(request.user, Ability.ADMINISTER),
    }
    return render(request, "registry/version_list.html", context)


@require_GET
@login_required
def version_detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one version's figures beside the baselines', and where it comes from."""
    try:
        version = selectors.version_named(name)
    except selectors.VersionUnknown as error:
        raise Http404(error.message) from error
    context = {
        "about": selectors.about(version),
        "may_decide": may(request.user, Ability.ADMINISTER),
    }
    return render(request, "registry/version_detail.html", context)
