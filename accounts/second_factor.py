"""Pages of one's own second factor: set up an app, new recovery codes, turn it off."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.forms import SecondFactorForm
from accounts.models import User
from accounts.permissions import person
from accounts.services import second_factor, sessions

NEW = "second_factor_salt"
"""Where a session keeps what the secret follows from, until the app has shown its first code."""


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show how an app is set up and take its first code; or show that one is set up."""
    somebody = person(request)
    if somebody.has_second_factor:
        return _show_it(request, somebody)
    salt = request.session.setdefault(NEW, second_factor.new_salt())
    form = SecondFactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _check_password(request, somebody, form)
            codes = second_factor.set_up(
                somebody,
                salt=salt,
                code=form.cleaned_data["code"],
                request=request,
                keep=request.session[sessions.SIGN_IN],
            )
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            del request.session[NEW]
            return _show_codes(request, codes)
    context = {
        "form": form,
        "secret": second_factor.secret_of(salt),
        "picture": _picture(second_factor.address_of(somebody, salt)),
        "needed": somebody.lacks_second_factor,
    }
    return render(request, "accounts/second_factor_new.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """Give new recovery codes, once code and password were given."""
    somebody = person(request)
    if not somebody.has_second_factor:
        return redirect("accounts:second_factor")
    form = SecondFactorForm(request.POST or None)
    if not _is_themselves(request, somebody, form):
        what = _("The codes that you have now are good for nothing then.")
        return _ask(request, form, _("New recovery codes"), what)
    return _show_codes(request, second_factor.renew_recovery_codes(somebody, request=request))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def turn_off(request: HttpRequest) -> HttpResponse:
    """Sign in with the password alone from now on, once code and password were given."""
    somebody = person(request)
    if not somebody.has_second_factor:
        return redirect("accounts:second_factor")
    form = SecondFactorForm(request.POST or None)
    if _is_themselves(request, somebody, form):
        try:
            second_factor.take_away(somebody, by=somebody, request=request)
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("You sign in with your password alone now."))
            return redirect("accounts:account")
    what = _("Whoever knows your password can sign in as you then.")
    return _ask(request, form, _("Turn the second factor off"), what)


def _show_it(request: HttpRequest, somebody: User) -> HttpResponse:
    """Show the second factor that is set up."""
    context = {
        "left": second_factor.recovery_codes_left(somebody),
        "needed": somebody.role in settings.REQUIRE_SECOND_FACTOR,
    }
    return render(request, "accounts/second_factor.html", context)


def _is_themselves(request: HttpRequest, somebody: User, form: SecondFactorForm) -> bool:
    """Return whether the right password and a good code were given; wrong ones are counted."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        _check_password(request, somebody, form)
        second_factor.check(somebody, form.cleaned_data["code"], request)
    except AccountError as refused:
        form.add_error(None, refused.message)
        return False
    return True


def _check_password(request: HttpRequest, somebody: User, form: SecondFactorForm) -> None:
    sessions.check_password(request, email=somebody.email, password=form.cleaned_data["password"])


def _ask(request: HttpRequest, form: SecondFactorForm, title: str, what: str) -> HttpResponse:
    """Ask for code and password, saying what for."""
    context = {"form": form, "title": title, "what": what, "verb": title}
    return render(request, "accounts/confirm.html", context)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show recovery codes, this once."""
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


def _picture(text: str) -> str:
    """Return a QR code as the address of a picture, dark on light in both themes."""
    return str(segno.make(text).svg_data_uri(scale=4, light="#fff"))
