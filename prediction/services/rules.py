"""Rules in force: shipped, changed by administrators, accepted from what was mined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from prediction import loader
from prediction.core.mining import Mined, orders
from prediction.core.rules import COMMON, Rule, Violation, check, rule_from_json
from prediction.core.shipped_rules import SHIPPED
from prediction.models import RoutingRule, RuleOrigin
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from prediction.core.drafts import Step


class NoProposal(BadInput):
    """Such a rule is not proposed."""

    code = "no_proposal"


def in_force() -> list[Rule]:
    """Return the rules that routings are checked against."""
    return [row.to_rule() for row in RoutingRule.objects.filter(is_active=True).order_by("pk")]


def violations(steps: Sequence[Step], attributes: Mapping[str, Any]) -> list[Violation]:
    """Return what a routing does against the rules in force, errors first."""
    return check(in_force(), steps, attributes)


def ship() -> int:
    """Add the rules that come with the product and are not there; return how many were added."""
    known = set(RoutingRule.objects.values_list("name", flat=True))
    missing = [shipped for shipped in SHIPPED if shipped["name"] not in known]
    for shipped in missing:
        _row(rule_from_json(shipped), RuleOrigin.SHIPPED, "", audit.SYSTEM).save()
    return len(missing)


def save(*, row: RoutingRule, by: User | str) -> None:
    """Store a rule as an administrator changed it."""
    before = RoutingRule.objects.filter(pk=row.pk).first()
    row.changed_at, row.changed_by = timezone.now(), str(by)
    with transaction.atomic():
        row.save()
        audit.record(
            action="prediction.rule.saved",
            by=by,
            target=row.name,
            before=_told(before) if before else None,
            after=_told(row),
        )


def remove(*, row: RoutingRule, by: User | str) -> None:
    """Take a rule away."""
    with transaction.atomic():
        audit.record(action="prediction.rule.removed", by=by, target=row.name, before=_told(row))
        row.delete()


def accept(*, name: str, by: User | str) -> RoutingRule:
    """Put a rule that was found in the plant's routings into force.

    Raises:
        NoProposal: it is not proposed, or somebody accepted it already.
    """
    gone = NoProposal(_("“%(name)s” is not proposed any more.") % {"name": name[:100]})
    found = next((each for each in proposals() if each.rule.name == name), None)
    if found is None:
        raise gone
    rule, evidence = found.rule, f"{found.kept} / {found.both}"
    row = _row(rule, RuleOrigin.MINED, evidence, str(by))
    try:
        save(row=row, by=by)
    except IntegrityError:  # somebody accepted it in the very same moment
        raise gone from None
    return row


def _row(rule: Rule, origin: RuleOrigin, evidence: str, by: str) -> RoutingRule:
    return RoutingRule(
        name=rule.name,
        kind=rule.kind.value,
        severity=rule.severity.value,
        document={key: value for key, value in rule.says.items() if key not in COMMON},
        items={column: list(values) for column, values in rule.items.items()},
        origin=origin,
        evidence=evidence,
        changed_by=by,
    )


def _told(row: RoutingRule) -> dict[str, Any]:
    return row.to_json() | {"in_force": row.is_active}


def proposals() -> list[Mined]:
    """Return orders that the active version's routings keep and that no rule says yet.

    Raises:
        RoutingMLError: no version is active, or it cannot be read.
    """
    global _mined
    loaded = loader.active()
    identity, found = _mined
    if identity != loaded.identity:
        found = orders(loaded.model.base.library)
        _mined = (loaded.identity, found)
    known = set(RoutingRule.objects.values_list("name", flat=True))
    return [each for each in found if each.rule.name not in known]


_mined: tuple[str, list[Mined]] = ("", [])
