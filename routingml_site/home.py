"""The address without a path."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from routingml_site import nav


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page that this person may open."""
    links = nav.links(request.user, request.path)
    if links:
        return HttpResponseRedirect(links[0].href)
    return render(request, "home.html")


@require_GET
def icon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for it by its old name to the product's sign."""
    return HttpResponseRedirect(static("img/mark.svg"))
