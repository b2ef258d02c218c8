"""People in Django admin: signups, roles, new passwords, lists of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from accounts.forms import ApproveForm, ListForm, RejectForm
from accounts.models import SignupState, User
from accounts.services import people, sessions, signups

EDITABLE = ("name", "role", "is_active")


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Decides about signups, and changes role and standing; people ask for accounts themselves."""

    list_display = ("email", "name", "role", "state", "is_active", "requested_at", "decided_by")
    list_filter = ("state", "role", "is_active")
    search_fields = ("email", "name")
    ordering = ("-requested_at",)
    actions = ("approve", "reject", "reset_password", "reset_second_factor", "sign_out")
    change_list_template = "admin/accounts/user/change_list.html"
    change_form_template = "admin/accounts/user/change_form.html"
    fields = (
        "email", *EDITABLE, "state", "requested_at", "decided_at", "decided_by", "decision_reason",
        "last_login", "second_factor_since",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts begin with a signup."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: their name stays in drafts and decisions."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Return all but the editable ones; before approval nothing is editable."""
        open_ones = EDITABLE if obj and obj.state == SignupState.APPROVED else ()
        return tuple(field for field in self.fields if field not in open_ones)

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: forms.ModelForm[User],
        change: bool,  # noqa: FBT001 -- Django's signature
    ) -> None:
        """Hand the change to the service, with what it was before."""
        before = {name: form.initial[name] for name in form.changed_data}
        by = permissions.person(request)
        try:
            people.change_person(obj, by=by, before=before, request=request)
        except people.NotYourself as refused:
            raise PermissionDenied(refused.message) from refused

    @admin.action(description=_("Approve the chosen signups …"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Ask for the role, then let them in."""

        def decide(person: User, role: str) -> None:
            signups.approve_signup(
                person, by=permissions.person(request), role=role, request=request
            )

        return self._decide(request, queryset, ApproveForm, decide, _("Approve"))

    @admin.action(description=_("Reject the chosen signups …"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Ask for the reason, then turn them down."""

        def decide(person: User, reason: str) -> None:
            signups.reject_signup(
                person, by=permissions.person(request), reason=reason, request=request
            )

        return self._decide(request, queryset, RejectForm, decide, _("Reject"))

    @admin.action(description=_("Give one-time passwords …"), permissions=["change"])
    def reset_password(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Ask first, then give each a new password and show them, this once."""
        if "confirmed" not in request.POST:
            return self._confirm(request, queryset, forms.Form(), _("Give one-time passwords"))
        given = []
        for person in queryset:
            try:
                password = people.reset_password(
                    person, by=permissions.person(request), request=request
                )
            except people.NotApproved as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                given.append((person, password))
        return self._show(request, given) if given else None

    @admin.action(description=_("Take away the second factor …"), permissions=["change"])
    def reset_second_factor(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Ask first, then let each of them sign in with the password alone."""
        if "confirmed" not in request.POST:
            verb = _("Take away the second factor")
            return self._confirm(request, queryset, forms.Form(), verb)
        by = permissions.person(request)
        for person in queryset:
            try:
                people.reset_second_factor(person, by=by, request=request)
            except people.NotYourself as refused:
                self.message_user(request, refused.message, messages.ERROR)
            else:
                done = _("Without a second factor now: %(email)s") % {"email": person}
                self.message_user(request, done)
        return None

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every sign-in of the chosen people."""
        for person in queryset:
            sessions.end_all(person, by=permissions.person(request), request=request)
            self.message_user(request, _("Signed out everywhere: %(email)s") % {"email": person})

    def get_urls(self) -> list[URLPattern]:
        """Add the page that reads a list of people."""
        view = self.admin_site.admin_view(self.import_people)
        return [path("import/", view, name="accounts_user_import"), *super().get_urls()]

    def import_people(self, request: HttpRequest) -> HttpResponse:
        """Read a CSV file; add everybody in it, or nobody and say what is wrong."""
        form = ListForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                listed = people.read_list(form.cleaned_data["file"])
            except people.ListUnreadable as error:
                for line in error.extra.get("wrong", [error.message]):
                    form.add_error("file", line)
            else:
                by = permissions.person(request)
                return self._show(request, people.create_people(listed, by=by, request=request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add people from a list"),
            "opts": self.opts,
            "form": form,
        }
        return render(request, "admin/accounts/user/import.html", context)

    def _show(self, request: HttpRequest, given: list[tuple[User, str]]) -> HttpResponse:
        """Show one-time passwords, this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("One-time passwords"),
            "opts": self.opts,
            "given": given,
            "hours": settings.ONE_TIME_PASSWORD_HOURS,
        }
        response = render(request, "admin/accounts/user/passwords.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _confirm(
        self, request: HttpRequest, queryset: QuerySet[User], form: forms.Form, verb: Any
    ) -> HttpResponse:
        """Show whom it is about and what else must be said."""
        context = {
            **self.admin_site.each_context(request),
            "title": verb,
            "action": request.POST.get("action"),
            "people": queryset,
            "form": form,
            "opts": self.opts,
        }
        return render(request, "admin/accounts/user/decide.html", context)

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[User],
        form_class: type[forms.Form],
        decide: Callable[..., None],
        verb: Any,
    ) -> HttpResponse | None:
        """Show the confirmation page, or carry out what was confirmed on it."""
        form = form_class(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._confirm(request, queryset, form, verb)
        for person in queryset:
            try:
                decide(person, **form.cleaned_data)
            except signups.AlreadyDecided as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, f"{person.get_state_display()}: {person}")
        return None
