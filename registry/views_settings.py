"""The settings page: read by everybody, changed by engineers, as file or one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Ability, may, person
from registry import selectors
from registry.forms import ImportForm, SettingsForm
from registry.models import ConfigRevision
from registry.services import config, config_files

if TYPE_CHECKING:
    from django.http import HttpRequest

    from registry.core.errors import RoutingMLError

SHOWN_REVISIONS = 20


@require_http_methods(["GET", "POST"])
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show all settings; store those that somebody changed, or say of each what it can be."""
    current = selectors.config_revision()
    number = current.number if current else 0
    may_change = may(request.user, Ability.CONFIGURE)
    form = SettingsForm(
        selectors.iter_values(current),
        request.POST if request.method == "POST" else None,
        locked=not may_change,
        initial={"revision": number},
    )
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("registry:settings")
    context = {
        "form": form,
        "number": number,
        "current": current,
        "may_change": may_change,
        "import_form": ImportForm(),
        "revisions": ConfigRevision.objects.all()[:SHOWN_REVISIONS],
    }
    return render(request, "registry/settings.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Hand all settings out as a file."""
    response = HttpResponse(config_files.export(), content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="iter_training.yaml"'
    return response


@require_POST
@login_required
def load(request: HttpRequest) -> HttpResponse:
    """Set what a file says."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a YAML file first."))
        return redirect("registry:settings")
    upload = form.cleaned_data["file"]
    text = upload.read(config_files.LARGEST * 4).decode("utf-8-sig", errors="replace")
    before = selectors.config_revision()
    try:
        stored = config_files.load(text, by=person(request), comment=upload.name[:200])
    except (config.InvalidSettings, config_files.UnreadableFile, config.ConfigConflict) as error:
        _complain(request, error)
    else:
        _tell(request, before, stored)
    return redirect("registry:settings")


@require_POST
@login_required
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """Bring a revision back as a new one."""
    before = selectors.config_revision()
    try:
        _tell(request, before, config.restore(number, by=person(request)))
    except config.RevisionUnknown as error:
        raise Http404(error.message) from error
    except config.ConfigConflict as error:
        _complain(request, error)
    return redirect("registry:settings")


def _saved(request: HttpRequest, form: SettingsForm) -> bool:
    """Store what was typed; what is wrong is shown beside its field."""
    before = selectors.config_revision()
    try:
        stored = config.change_iter_training(
            values=form.typed(),
            by=person(request),
            comment=form.cleaned_data["comment"],
            based_on=form.cleaned_data["revision"],
        )
    except config.InvalidSettings as refused:
        form.refuse(refused.fields)
        return False
    except config.ConfigConflict:
        form.add_error(
            None,
            _(
                "Somebody changed the settings in the meantime. Note what you wanted, load the "
                "page again, then decide."
            ),
        )
        return False
    _tell(request, before, stored)
    return True


def _tell(
    request: HttpRequest, before: ConfigRevision | None, stored: ConfigRevision | None
) -> None:
    """Say what came of it."""
    if stored == before or stored is None:
        messages.info(request, _("Nothing is changed."))
        return
    text = _("Saved as revision %(number)s; in force at once.") % {"number": stored.number}
    messages.success(request, text)


def _complain(request: HttpRequest, error: RoutingMLError) -> None:
    """Say what is wrong, a message for each setting."""
    fields = getattr(error, "fields", None)
    texts = [f"{name}: {text}" for name, text in fields.items()] if fields else [error.message]
    for text in texts[:20]:
        messages.error(request, text)
