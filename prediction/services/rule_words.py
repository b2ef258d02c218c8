"""Violations in the reader's language: which rule, what was found, and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prediction.core.drafts import sequence_of
from prediction.core.rules import Fault, RuleKind, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import Promise

    from prediction.core.rules import Violation

FIELDS: dict[str, Promise] = {
    "setup_minutes": gettext_lazy("setup time"),
    "run_minutes": gettext_lazy("run time"),
    "queue_minutes": gettext_lazy("queue time"),
    "wait_minutes": gettext_lazy("wait time"),
    "move_minutes": gettext_lazy("move time"),
    "price": gettext_lazy("price"),
    "resource": gettext_lazy("resource"),
    "partner": gettext_lazy("subcontractor"),
    "currency": gettext_lazy("currency"),
    "job_name": gettext_lazy("name"),
    "operations": gettext_lazy("number of operations"),
    "setup_total": gettext_lazy("setup time of all operations"),
    "run_total": gettext_lazy("run time of all operations"),
}
TIMES = frozenset(name for name in FIELDS if name.endswith(("_minutes", "_total")))
LIMITED = frozenset({"value", "limit"})
SAID: dict[Fault, Promise] = {
    Fault.TOO_LOW: gettext_lazy("%(what)s is %(value)s; at least %(limit)s is allowed."),
    Fault.TOO_HIGH: gettext_lazy("%(what)s is %(value)s; at most %(limit)s is allowed."),
    Fault.FIELD_MISSING: gettext_lazy("%(what)s is missing."),
    Fault.OPERATION_MISSING: gettext_lazy("The routing has no operation %(job)s."),
    Fault.WRONG_ORDER: gettext_lazy("%(before)s must come before %(after)s; it comes after it."),
    Fault.NOT_TOGETHER: gettext_lazy("%(first)s and %(second)s may not be in one routing."),
    Fault.NOT_NEXT_TO: gettext_lazy("%(second)s may not follow %(first)s directly."),
    Fault.TOO_MANY: gettext_lazy("%(job)s is there %(value)s times; at most %(limit)s."),
    Fault.REPEATED: gettext_lazy("%(job)s is there %(value)s times in a row; at most %(limit)s."),
}
KINDS: dict[RuleKind, Promise] = {
    RuleKind.LIMIT: gettext_lazy("a limit"),
    RuleKind.REQUIRED: gettext_lazy("what must be there"),
    RuleKind.ORDER: gettext_lazy("an order of operations"),
    RuleKind.FORBIDDEN_PAIR: gettext_lazy("operations that exclude each other"),
    RuleKind.MAX_COUNT: gettext_lazy("how often an operation may occur"),
}
SEVERITIES: dict[Severity, Promise] = {
    Severity.INFO: gettext_lazy("note"),
    Severity.WARNING: gettext_lazy("warning"),
    Severity.ERROR: gettext_lazy("error"),
}
RULES: tuple[Promise, ...] = (
    gettext_lazy("A routing has an operation"),
    gettext_lazy("Setup time is not negative"),
    gettext_lazy("Run time is not negative"),
    gettext_lazy("Setup takes at most a day"),
    gettext_lazy("A piece takes at most a week"),
    gettext_lazy("In-house operations have a run time"),
    gettext_lazy("In-house operations have a resource"),
    gettext_lazy("Subcontracted operations have a subcontractor"),
    gettext_lazy("Subcontracted operations have no setup of ours"),
    gettext_lazy("A routing has at most 60 operations"),
    gettext_lazy("No operation twice in a row"),
)
"""Names of the shipped rules, so that they are translated; a plant's own are shown as written."""


def sentence(violation: Violation) -> str:
    """Return what was found, and the limit."""
    figures = violation.figures
    is_time = figures.get("field") in TIMES
    told = {
        name: written(value, is_time=is_time and name in LIMITED) for name, value in figures.items()
    }
    if "field" in figures:
        told["what"] = _what(figures)
    return str(SAID[violation.fault]) % told


def rule_name(name: str) -> str:
    """Return a rule's name, that of a shipped one in the reader's language."""
    return _(name)


def as_json(violations: Sequence[Violation]) -> list[dict[str, Any]]:
    """Return violations for programs and scripts, with their words."""
    return [
        {
            "rule": violation.rule,
            "rule_name": rule_name(violation.rule),
            "kind": violation.kind.value,
            "severity": violation.severity.value,
            "severity_name": str(SEVERITIES[violation.severity]),
            "places": list(violation.places),
            "sequences": [sequence_of(place) for place in violation.places],
            "message": sentence(violation),
        }
        for violation in violations
    ]


def _what(figures: Any) -> str:
    field = str(FIELDS.get(figures["field"], figures["field"]))
    if "job" not in figures:
        return field
    return _("%(job)s: %(field)s") % {"job": figures["job"], "field": field}


def written(value: Any, *, is_time: bool) -> str:
    """Return a code as it is, a number as people write it; minutes with their unit."""
    if isinstance(value, float):
        value = round(value, 4)
        value = int(value) if value.is_integer() else value
    if not isinstance(value, int | float):
        return str(value)
    number = number_format(value, force_grouping=True)
    return _("%(number)s min") % {"number": number} if is_time else number
