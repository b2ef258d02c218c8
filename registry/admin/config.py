"""Runtime parameters in Django admin: a form made from the declarations adds a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Ability, may
from registry import selectors
from registry.models import ConfigRevision
from registry.params import PARAMETERS
from registry.services import config

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from registry.params import Parameter


def _field(parameter: Parameter) -> forms.Field:
    """Return the form field of a parameter."""
    if parameter.choices:
        return forms.ChoiceField(
            label=parameter.label, help_text=parameter.help, choices=parameter.choices
        )
    return forms.IntegerField(
        label=parameter.label,
        help_text=parameter.help,
        min_value=parameter.least,
        max_value=parameter.most,
    )


class _CommentForm(forms.ModelForm[ConfigRevision]):
    class Meta:
        model = ConfigRevision
        fields = ("comment",)

    def clean(self) -> dict[str, Any]:
        """Ask for a change: a revision that changes nothing would only be noise."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and parameters_of(cleaned) == selectors.runtime_config():
            raise forms.ValidationError(_("Nothing is changed."))
        return cleaned


def parameters_of(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a filled-in form."""
    return {parameter.name: cleaned.get(parameter.name) for parameter in PARAMETERS}


ConfigForm = type(
    "ConfigForm", (_CommentForm,), {parameter.name: _field(parameter) for parameter in PARAMETERS}
)


@admin.register(ConfigRevision)
class ConfigRevisionAdmin(admin.ModelAdmin[ConfigRevision]):
    """Every revision to read; a change is a new revision, filled in with what is in force."""

    form = ConfigForm
    list_display = ("number", "created_at", "created_by", "values", "comment")
    search_fields = ("created_by", "comment")

    def get_fields(
        self, request: HttpRequest, obj: ConfigRevision | None = None
    ) -> tuple[str, ...]:
        """Show a stored revision as it is, a new one as a form."""
        if obj:
            return ("number", "created_at", "created_by", "values", "comment")
        return (*(parameter.name for parameter in PARAMETERS), "comment")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form with the parameters in force."""
        return dict(selectors.runtime_config())

    def save_model(
        self,
        request: HttpRequest,
        obj: ConfigRevision,
        form: Any,
        change: bool,  # noqa: FBT001 -- Django's signature
    ) -> None:
        """Hand the form to the service."""
        values = parameters_of(form.cleaned_data)
        saved = config.change(values=values, by=str(request.user), comment=obj.comment)
        if saved:
            obj.pk, obj.number = saved.pk, saved.number

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Tell the slower of two people that the other was faster."""
        try:
            return super().add_view(request, form_url, extra_context)
        except config.ConfigConflict as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:registry_configrevision_changelist"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those change parameters who may configure."""
        return may(request.user, Ability.CONFIGURE)

    def has_change_permission(
        self, request: HttpRequest, obj: ConfigRevision | None = None
    ) -> bool:
        """A revision is never edited."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: ConfigRevision | None = None
    ) -> bool:
        """A revision is never deleted."""
        return False
