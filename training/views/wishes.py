"""What can be done with a request for a retraining on the training page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import person
from training.models import RetrainingRequest
from training.services import retraining

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back that has not begun."""
    row = get_object_or_404(RetrainingRequest, pk=pk)
    if retraining.withdraw(row, by=person(request)):
        messages.success(request, _("The request is withdrawn."))
    else:
        messages.error(request, _("This request has begun or is over: cancel its job instead."))
    return redirect("training:home")
