"""Versions and their history in Django admin: everything is read-only but the two decisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.readonly import ReadOnlyAdmin
from accounts.permissions import Ability, may, person
from registry import figures, selectors
from registry.core.errors import RoutingMLError
from registry.models import Activation, ModelVersion
from registry.services import versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from accounts.models import User

SIGNS = {
    figures.Verdict.BETTER: "▲",
    figures.Verdict.WORSE: "▼",
    figures.Verdict.SAME: "=",
    figures.Verdict.UNKNOWN: "",
}
LIST = "admin:registry_modelversion_changelist"


def _headline(figure: figures.Figure) -> Callable[[ModelVersion], SafeString]:
    """Return a column that shows one figure beside the best baseline's."""

    @admin.display(description=figure.label)
    def column(version: ModelVersion) -> SafeString:
        entry = figures.measured(version.metrics, figure)
        if not entry.baseline_text:
            return format_html("{}", entry.text)
        return format_html(
            '{} {}<br><small title="{}">{} {}</small>',
            entry.text,
            SIGNS[entry.verdict],
            figures.baseline_name(entry.baseline),
            _("baseline"),
            entry.baseline_short,
        )

    column.__name__ = figure.key
    return column


class ActivationInline(admin.TabularInline[Activation, ModelVersion]):
    """When a version was live."""

    model = Activation
    fk_name = "version"
    fields = readonly_fields = ("at", "kind", "previous", "by")
    extra = 0
    can_delete = False
    verbose_name_plural = gettext_lazy("history")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The history is written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The history is never changed."""
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Shows what each version can do; activates one, or rolls back, after a second look."""

    list_display = (
        "name", "state_pill", "decision", *map(_headline, figures.HEADLINES), "recall_text",
        "created_at", "activation",
    )  # fmt: skip
    view_on_site = False  # its page has a link of its own, with a better name
    search_fields = ("name", "created_by", "activated_by", "dataset_hash")
    date_hierarchy = "created_at"
    inlines = (ActivationInline,)
    fieldsets = (
        (None, {"fields": ("name", "state_pill", "decision")}),
        (gettext_lazy("Figures"), {"fields": ("figure_table", "recall_text")}),
        (gettext_lazy("Training"),
         {"fields": ("created_at", "created_by", "profile", "dataset_hash")}),
        (gettext_lazy("Last activation"), {"fields": ("activated_at", "activated_by")}),
        (gettext_lazy("Folder"), {"fields": ("size", "manifest_digest", "schema_hash")}),
    )  # fmt: skip

    class Media:
        """The verdicts' look."""

        css = {"all": ("css/pages/versions.css",)}

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_pill(self, version: ModelVersion) -> SafeString:
        """Show the state as word, sign and colour."""
        kind = " pill-good" if version.is_active else ""
        sign = "✓ " if version.is_active else ""
        return format_html(
            '<span class="pill{}">{}{}</span>', kind, sign, version.get_state_display()
        )

    @admin.display(description=gettext_lazy("recall of the search"), ordering="recall")
    def recall_text(self, version: ModelVersion) -> str:
        """Show the recall, or that there is none."""
        return _("not measurable") if version.recall is None else f"{version.recall:.4f}"

    @admin.display(description=gettext_lazy("last activated"), ordering="activated_at")
    def activation(self, version: ModelVersion) -> str:
        """Show when the version last went live, by whom and in whose place."""
        last = next(iter(version.activations.all()), None)
        if last is None:
            return _("never")
        when = localize(localtime(last.at))
        before = last.previous.name if last.previous else _("none")
        return _("%(when)s by %(who)s, in place of %(before)s") % {
            "when": when, "who": last.by, "before": before,
        }  # fmt: skip

    @admin.display(description=gettext_lazy("decision"))
    def decision(self, version: ModelVersion) -> SafeString:
        """Lead to what can be decided about this version."""
        if not version.is_active:
            href = reverse("admin:registry_modelversion_activate", args=[version.pk])
            return format_html('<a class="button" href="{}">{}</a>', href, _("Activate …"))
        if selectors.roll_back_target() is None:
            return format_html("{}", _("answers now"))
        href = reverse("admin:registry_modelversion_rollback")
        return format_html('<a class="button" href="{}">{}</a>', href, _("Roll back …"))

    @admin.display(description=gettext_lazy("on the same items"))
    def figure_table(self, version: ModelVersion) -> SafeString:
        """Show every figure beside the best baseline's."""
        rows = figures.table(version.metrics)
        return mark_safe(  # noqa: S308 -- a template's output, escaped there
            render_to_string("admin/registry/modelversion/_figures.html", {"rows": rows})
        )

    @admin.display(description=gettext_lazy("mapping profile"))
    def profile(self, version: ModelVersion) -> str:
        """Show name and revision of the profile that the data came through."""
        named = f"{version.profile_name} r{version.profile_revision}"
        return named if version.profile_name else _("none")

    @admin.display(description=gettext_lazy("size"), ordering="size_bytes")
    def size(self, version: ModelVersion) -> str:
        """Show the folder's size."""
        return f"{version.size_bytes / 1e6:,.1f} MB"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        """Bring each version's history along in one query."""
        newest_first = Activation.objects.newest_first().select_related("previous")
        history = Prefetch("activations", queryset=newest_first)
        return super().get_queryset(request).prefetch_related(history)

    def get_urls(self) -> list[URLPattern]:
        """Add the two decisions."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/activate/", wrap(self.activate), name="registry_modelversion_activate"),
            path("rollback/", wrap(self.roll_back), name="registry_modelversion_rollback"),
        ]
        return own + super().get_urls()

    def activate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show champion and challenger side by side; on POST let the challenger answer."""
        _administrator(request)
        version = self.get_object(request, str(pk))
        if version is None:
            raise Http404
        act = partial(versions.activate, version)
        return self._decide(request, version, act, _("Activate"), obstacle=_obstacle(version))

    def roll_back(self, request: HttpRequest) -> HttpResponse:
        """Show the active version and the one before; on POST go back to that."""
        _administrator(request)
        version = selectors.roll_back_target()
        if version is None:
            message = _("There is nothing to roll back to: no version was active before.")
            self.message_user(request, message, messages.ERROR)
            return HttpResponseRedirect(reverse(LIST))
        return self._decide(request, version, versions.roll_back, _("Roll back"))

    def _decide(
        self,
        request: HttpRequest,
        version: ModelVersion,
        act: Callable[..., Activation],
        verb: str,
        obstacle: str = "",
    ) -> HttpResponse:
        if request.method != "POST":
            return self._confirm(request, version, verb, obstacle)
        try:
            act(by=_administrator(request), instead_of=request.POST.get("champion", ""))
        except RoutingMLError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            message = _("Version %(name)s answers now.") % {"name": version.name}
            self.message_user(request, message, messages.SUCCESS)
        return HttpResponseRedirect(reverse(LIST))

    def _confirm(
        self, request: HttpRequest, version: ModelVersion, verb: str, obstacle: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb}: {version.name}",
            "verb": verb,
            "opts": self.opts,
            "comparison": selectors.comparison(version),
            "obstacle": obstacle,
        }
        return render(request, "admin/registry/modelversion/confirm_activate.html", context)


@admin.register(Activation)
class ActivationAdmin(ReadOnlyAdmin):
    """The history: what was live when, by whose decision, in whose place."""

    list_display = ("at", "version", "kind", "previous", "by")
    list_filter = ("kind",)
    search_fields = ("version__name", "by")
    list_select_related = ("version", "previous")
    date_hierarchy = "at"


def _administrator(request: HttpRequest) -> User:
    """Return who decides; only administrators do."""
    if not may(request.user, Ability.ADMINISTER):
        raise PermissionDenied
    return person(request)


def _obstacle(version: ModelVersion) -> str:
    """Return why the version may not go live, empty when it may."""
    try:
        versions.refuse_unless_ready(version)
    except RoutingMLError as error:
        return error.message
    return ""
