"""Account pages: ask for an account, wait, sign in, sign out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import tokens
from accounts.errors import AccountError
from accounts.forms import SignInForm, SignupForm
from accounts.models import User
from accounts.services import sessions, signups


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password, and go where the person wanted to go."""
    form = SignInForm(request.POST or None)
    following = _following(request)
    if request.method == "POST" and form.is_valid():
        try:
            _user, pair = sessions.sign_in(request, session=True, **form.cleaned_data)
        except sessions.SignupPending:
            return redirect("accounts:waiting")
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            response = HttpResponseRedirect(following)
            tokens.set_cookies(response, pair)
            return response
    context = {"form": form, "next": following, "not_allowed": request.user.is_authenticated}
    return render(request, "accounts/login.html", context)


@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Ask for an account; then wait."""
    form = SignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signups.request_signup(request=request, **form.cleaned_data)
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("accounts:waiting")
    return render(request, "accounts/signup.html", {"form": form})


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "accounts/waiting.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and its tokens."""
    if isinstance(request.user, User):
        sessions.sign_out(request, by=request.user)
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    tokens.clear_cookies(response)
    return response


def _following(request: HttpRequest) -> str:
    """Return where to go after signing in: an address of this site, never of another."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
