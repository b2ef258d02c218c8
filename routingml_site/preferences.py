"""What a browser remembers about how pages look; the language is Django's own view."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEME_COOKIE = "theme"
THEMES = ("system", "light", "dark")
YEAR = 365 * 86_400


def theme(request: HttpRequest) -> str:
    """Return the chosen theme, or ``system``."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep a theme in this browser and go back to the page."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    response.set_cookie(
        THEME_COOKIE,
        chosen if chosen in THEMES else THEMES[0],
        max_age=YEAR,
        samesite="Lax",
        secure=settings.BEHIND_TLS,
    )
    return response
