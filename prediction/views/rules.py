"""The rules in force, and those that the plant's routings propose."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Ability, may, person
from prediction.core.rules import Severity
from prediction.models import RoutingRule
from prediction.services import rule_words, rules
from prediction.views.predictions import Page
from registry.core.errors import RoutingMLError


class RulesView(Page):
    """What routings are checked against; engineers accept what was found in history."""

    ability = Ability.READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show rules and proposals; without an active version there are no proposals."""
        try:
            proposals = rules.proposals()
        except RoutingMLError:
            proposals = []
        rows = [
            {
                "row": row,
                "name": rule_words.rule_name(row.name),
                "severity": rule_words.SEVERITIES[Severity(row.severity)],
                "says": json.dumps(row.document, ensure_ascii=False),
                "items": json.dumps(row.items, ensure_ascii=False) if row.items else "",
            }
            for row in RoutingRule.objects.all()
        ]
        context = {
            "rows": rows,
            "proposals": proposals,
            "may_configure": may(request.user, Ability.CONFIGURE),
            "may_administer": may(request.user, Ability.ADMINISTER),
        }
        return render(request, "prediction/rules.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put a proposed rule into force."""
        try:
            row = rules.accept(name=request.POST.get("accept", ""), by=person(request))
        except rules.NoProposal as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("%(rule)s is in force as a warning.") % {"rule": row.name})
        return redirect("prediction:rules")
