"""The rules in force, and those that the plant's routings propose."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import Ability, may, person
from prediction.core.rules import BadRule, Severity
from prediction.models import RoutingRule
from prediction.services import known_items, rule_sentences, rule_words, rules
from prediction.views.predictions import Page
from registry.core.errors import RoutingMLError


class RulesView(Page):
    """What routings are checked against; engineers accept what was found in history."""

    ability = Ability.READ

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show rules and proposals; without an active version there are no proposals."""
        try:
            proposals, names = rules.proposals(), known_items.operation_names()
        except RoutingMLError:
            proposals, names = [], {}
        context = {
            "rows": [_shown(row) for row in RoutingRule.objects.all()],
            "proposals": [
                (each, names.get(each.before, ""), names.get(each.after, "")) for each in proposals
            ],
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


def _shown(row: RoutingRule) -> dict[str, Any]:
    """Return a rule as a planner reads it; one that cannot be understood says why."""
    try:
        rule = row.to_rule()
        says = f"{rule_sentences.demand(rule)} {rule_sentences.family(rule)}".strip()
    except BadRule as error:
        says = error.message
    return {
        "row": row,
        "name": rule_words.rule_name(row.name),
        "severity": rule_words.SEVERITIES[Severity(row.severity)],
        "says": says,
        "evidence": row.evidence.split(" / "),
    }
