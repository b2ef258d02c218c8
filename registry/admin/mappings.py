"""Mapping profiles in Django admin: a change is a new revision, activation asks twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Ability, may
from registry import numbers
from registry.core.errors import RoutingMLError
from registry.core.mapping import ColumnMap
from registry.models import Direction, MappingProfile
from registry.services import mappings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

OUTPUT_PAGE = "prediction:output_profiles"
"""Where output profiles are written, tried and chosen: it knows what an output column may be."""
LIST = "admin:registry_mappingprofile_changelist"


class _Readable(json.JSONEncoder):
    """JSON as a person writes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"indent": 2, "ensure_ascii": False})


class ProfileForm(forms.ModelForm[MappingProfile]):
    """Name and document of a new revision."""

    document = forms.JSONField(
        label=gettext_lazy("document"),
        encoder=_Readable,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 100, "spellcheck": "false"}),
    )

    class Meta:
        model = MappingProfile
        fields = ("name", "document")

    def clean_document(self) -> Any:
        """Refuse a document that is no valid profile, naming every reason."""
        document = self.cleaned_data["document"]
        try:
            problems = ColumnMap.from_json(document).validate()
        except RoutingMLError as error:
            raise forms.ValidationError(error.message) from error
        if problems:
            raise forms.ValidationError([forms.ValidationError(problem) for problem in problems])
        return document


@admin.register(MappingProfile)
class MappingProfileAdmin(admin.ModelAdmin[MappingProfile]):
    """Every revision to read, a form that adds one, and the choice of the active one."""

    form = ProfileForm
    list_display = ("__str__", "direction", "is_active", "created_at", "created_by", "decision")
    list_filter = ("direction", "is_active")
    search_fields = ("name", "created_by")

    def get_fields(
        self, request: HttpRequest, obj: MappingProfile | None = None
    ) -> tuple[str, ...]:
        """Show a stored revision as it is, a new one as a form."""
        if obj is None:
            return ("name", "document")
        shown = ("name", "revision", "direction", "is_active", "created_at", "created_by")
        return (*shown, "decision", "pretty")

    def get_readonly_fields(
        self, request: HttpRequest, obj: MappingProfile | None = None
    ) -> tuple[str, ...]:
        """Show everything of a stored revision read-only."""
        return self.get_fields(request, obj) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form with the revision that the new one starts from."""
        number = numbers.whole(request.GET.get("from")) or 0
        origin = MappingProfile.objects.filter(direction=Direction.INPUT, pk=number).first()
        return {"name": origin.name, "document": origin.document} if origin else {}

    @admin.display(description=gettext_lazy("document"))
    def pretty(self, profile: MappingProfile) -> SafeString:
        """Show the document in lines."""
        return format_html("<pre>{}</pre>", json.dumps(profile.document, cls=_Readable))

    @admin.display(description=gettext_lazy("decision"))
    def decision(self, profile: MappingProfile) -> SafeString:
        """Lead to a new revision, and to activation."""
        if profile.direction == Direction.OUTPUT:
            page = reverse(OUTPUT_PAGE)
            return format_html('<a href="{}?from={}">{}</a>', page, profile.pk, _("New revision …"))
        add = reverse("admin:registry_mappingprofile_add")
        revise = format_html('<a href="{}?from={}">{}</a>', add, profile.pk, _("New revision …"))
        if profile.is_active:
            return revise
        href = reverse("admin:registry_mappingprofile_activate", args=[profile.pk])
        return format_html('<a class="button" href="{}">{}</a> {}', href, _("Activate …"), revise)

    def save_model(
        self,
        request: HttpRequest,
        obj: MappingProfile,
        form: Any,
        change: bool,  # noqa: FBT001 -- Django's signature
    ) -> None:
        """Hand the form to the service."""
        saved = mappings.save_profile(
            name=obj.name, document=form.cleaned_data["document"], by=str(request.user)
        )
        obj.pk, obj.revision = saved.pk, saved.revision

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Tell the slower of two people that the other was faster."""
        try:
            return super().add_view(request, form_url, extra_context)
        except mappings.ProfileConflict as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse(LIST))

    def get_urls(self) -> list[URLPattern]:
        """Add the decision."""
        view = self.admin_site.admin_view(self.activate)
        name = "registry_mappingprofile_activate"
        return [path("<int:pk>/activate/", view, name=name), *super().get_urls()]

    def activate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask once more; on POST read the ERP with this profile from now on."""
        if not may(request.user, Ability.CONFIGURE):
            raise PermissionDenied
        profile = self.get_object(request, str(pk))
        if profile is None:
            raise Http404
        if profile.direction == Direction.OUTPUT:
            return HttpResponseRedirect(reverse(OUTPUT_PAGE))
        if request.method != "POST":
            return self._confirm(request, profile)
        try:
            mappings.activate_profile(profile=profile, by=str(request.user))
        except RoutingMLError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            message = _("The ERP is read with %(name)s now.") % {"name": profile}
            self.message_user(request, message, messages.SUCCESS)
        return HttpResponseRedirect(reverse(LIST))

    def _confirm(self, request: HttpRequest, profile: MappingProfile) -> HttpResponse:
        title = _("Activate %(name)s") % {"name": profile}
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "champion": mappings.active_profile(),
            "challenger": profile,
        }
        return render(request, "admin/registry/mappingprofile/confirm_activate.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those add revisions who may configure."""
        return may(request.user, Ability.CONFIGURE)

    def has_change_permission(
        self, request: HttpRequest, obj: MappingProfile | None = None
    ) -> bool:
        """A revision is never edited."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: MappingProfile | None = None
    ) -> bool:
        """A revision is never deleted."""
        return False
