"""Account pages: ask for an account, wait, sign in and out; one's own password, keys, sign-ins."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import tokens
from accounts.errors import AccountError
from accounts.forms import CodeForm, ConfirmForm, KeyForm, PasswordForm, SignInForm, SignupForm
from accounts.models import ApiKey, SignIn, User
from accounts.permissions import first_of_all, person
from accounts.services import keys, passwords, sessions, signups
from accounts.services.second_factor import CodeNeeded


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
            somebody, pair = sessions.sign_in(request, session=True, **form.cleaned_data)
        except sessions.SignupPending:
            return redirect("accounts:waiting")
        except CodeNeeded as half:
            sessions.wait_for_code(request, half.person)
            return HttpResponseRedirect(
                f"{reverse('accounts:code')}?{urlencode({'next': following})}"
            )
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            return _welcome(somebody, pair, following)
    context = {"form": form, "next": following, "not_allowed": request.user.is_authenticated}
    return render(request, "accounts/login.html", context)


@never_cache
@csrf_protect
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask whose password was right for the code of their authenticator app."""
    somebody = sessions.who_waits(request)
    if somebody is None:
        return redirect("accounts:login")
    form = CodeForm(request.POST or None)
    following = _following(request)
    if request.method == "POST" and form.is_valid():
        try:
            pair = sessions.finish(request, somebody, **form.cleaned_data)
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            return _welcome(somebody, pair, following)
    return render(request, "accounts/code.html", {"form": form, "next": following})


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


@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own sign-ins and keys."""
    return _account(request, KeyForm(roles=keys.roles_for(person(request))))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; everything else is signed out."""
    somebody = person(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pair = passwords.change_password(request, somebody, session=True, **form.wanted())
        except AccountError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Your password is changed. Everywhere else you are out."))
            response = redirect("accounts:account")
            tokens.set_cookies(response, pair)
            return response
    context = {"form": form, "must_change": somebody.must_change_password}
    return render(request, "accounts/password.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def end_sign_in(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    """Sign out one browser or program of one's own, once the password was given again."""
    somebody = person(request)
    sign_in = get_object_or_404(SignIn, id=identity, user=somebody)
    what = _("%(where)s, signed in since %(when)s.") % {
        "where": sign_in.device or _("A program"),
        "when": f"{timezone.localtime(sign_in.started_at):%Y-%m-%d %H:%M}",
    }
    form = ConfirmForm(request.POST or None)
    if not _is_themselves(request, somebody, form):
        return _ask_password(request, form, _("Sign out another browser or program"), what)
    sessions.end_one(sign_in, by=somebody, request=request)
    return redirect("accounts:account")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everything of one's own but this browser, once the password was given again."""
    somebody = person(request)
    form = ConfirmForm(request.POST or None)
    if not _is_themselves(request, somebody, form):
        what = _("Every browser and program but this one is signed out.")
        return _ask_password(request, form, _("Sign out everywhere else"), what)
    here = request.session[sessions.SIGN_IN]
    sessions.end_all(somebody, by=somebody, request=request, keep=here)
    messages.success(request, _("You are signed in here alone."))
    return redirect("accounts:account")


@never_cache
@require_POST
def create_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    somebody = person(request)
    form = KeyForm(request.POST, roles=keys.roles_for(somebody))
    if not form.is_valid():
        return _account(request, form)
    try:
        key, text = keys.create_key(somebody, request=request, **form.cleaned_data)
    except AccountError as refused:
        form.add_error(None, refused.message)
        return _account(request, form)
    return render(request, "accounts/key.html", {"key": key, "secret": text})


@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key of one's own."""
    somebody = person(request)
    keys.revoke_key(get_object_or_404(ApiKey, pk=pk, user=somebody), by=somebody, request=request)
    return redirect("accounts:account")


def _is_themselves(request: HttpRequest, somebody: User, form: ConfirmForm) -> bool:
    """Return whether the right password was given; a wrong one counts like one at the door."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        sessions.check_password(request, email=somebody.email, **form.cleaned_data)
    except AccountError as refused:
        form.add_error(None, refused.message)
        return False
    return True


def _ask_password(request: HttpRequest, form: ConfirmForm, title: str, what: str) -> HttpResponse:
    """Ask for the password, saying what for."""
    context = {"form": form, "title": title, "what": what, "verb": _("Sign out")}
    return render(request, "accounts/confirm.html", context)


def _account(request: HttpRequest, form: KeyForm) -> HttpResponse:
    """Show the account page with a form for a key."""
    somebody, now = person(request), timezone.now()
    context = {
        "form": form,
        "keys": somebody.api_keys.all(),
        "sign_ins": SignIn.objects.good(now).filter(user=somebody).order_by("-seen_at"),
        "here": uuid.UUID(request.session[sessions.SIGN_IN]),
    }
    return render(request, "accounts/account.html", context)


def _welcome(somebody: User, pair: tokens.Pair, following: str) -> HttpResponse:
    """Lead to where the person wanted to go, or to what comes first, signed in for the API too."""
    response = HttpResponseRedirect(resolve_url(first_of_all(somebody) or following))
    tokens.set_cookies(response, pair)
    return response


def _following(request: HttpRequest) -> str:
    """Return where to go after signing in: an address of this site, never of another."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
