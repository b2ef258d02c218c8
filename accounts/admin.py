"""People and the audit log in Django admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from accounts.forms import ApproveForm, RejectForm
from accounts.models import AuditEvent, SignupState, User
from accounts.services import people, signups

EDITABLE = ("name", "role", "is_active")


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Decides about signups, and changes role and standing; people ask for accounts themselves."""

    list_display = ("email", "name", "role", "state", "is_active", "requested_at", "decided_by")
    list_filter = ("state", "role", "is_active")
    search_fields = ("email", "name")
    ordering = ("-requested_at",)
    actions = ("approve", "reject")
    fields = (
        "email", *EDITABLE, "state", "requested_at", "decided_at", "decided_by", "decision_reason",
        "last_login",
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
        people.change_person(obj, by=permissions.person(request), before=before, request=request)

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
            context = {
                **self.admin_site.each_context(request),
                "title": verb,
                "action": request.POST.get("action"),
                "people": queryset,
                "form": form,
                "opts": self.opts,
            }
            return render(request, "admin/accounts/user/decide.html", context)
        for person in queryset:
            try:
                decide(person, **form.cleaned_data)
            except signups.AlreadyDecided as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                self.message_user(request, f"{person.get_state_display()}: {person}")
        return None


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin[AuditEvent]):
    """The record of who did what: to read, to search, never to change."""

    list_display = ("at", "actor", "action", "target", "address")
    list_filter = ("action",)
    search_fields = ("actor", "target", "request_id")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries are written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        """Entries are never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        """Entries are never deleted."""
        return False
