"""The address without a path."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from routingml_site import nav


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page that this person may open."""
    links = nav.links(request.user, request.path)
    if links:
        return HttpResponseRedirect(links[0].href)
    return render(request, "home.html")
