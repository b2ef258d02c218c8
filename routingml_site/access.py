"""Who may open which address: the one table, and what holds requests against it.

``accounts.permissions.ABILITIES`` says what each role may do; ``RULES`` says which of these things
an address is.  ``security.AccessMiddleware`` holds pages and Django admin against it before
their view runs; the API has it as its default permission.  An address without a rule opens to
nobody, and fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import ResolverMatch
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.throttling import BaseThrottle

from accounts import limits
from accounts.permissions import Ability, is_personally, may

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Door(StrEnum):
    """What an address asks for when it is no ability."""

    OPEN = "open"
    """Nothing: everybody, signed in or not."""
    PERSON = "person"
    """To be somebody, whatever the role, a one-time password included; no API key."""


Need = Ability | Door


@dataclass(frozen=True, slots=True)
class Rule:
    """What one address asks for: to look at it, and to change something there.

    ``heavy`` ones are counted by person and minute.  ``noted`` is the action that the audit log
    gets each time somebody has taken something away from there.
    """

    reads: Need
    writes: Need
    heavy: bool = False
    noted: str = ""

    def need(self, method: str | None) -> Need:
        """Return what a method asks for."""
        return self.reads if method in SAFE_METHODS else self.writes


def _all(need: Need, *, heavy: bool = False, noted: str = "") -> Rule:
    return Rule(need, need, heavy=heavy, noted=noted)


OPEN, PERSON = _all(Door.OPEN), _all(Door.PERSON)
READ, PREDICT = _all(Ability.READ), _all(Ability.PREDICT)
ADMINISTER = _all(Ability.ADMINISTER)
RULES: dict[str, Rule] = {
    # the frame
    "home": PERSON,
    "icon": OPEN,
    "set_theme": OPEN,
    "set_language": OPEN,
    "health": OPEN,
    "health_ready": OPEN,
    "metrics": READ,
    "metrics_json": READ,
    "schema": READ,
    "docs": READ,
    # people
    "admin_login": OPEN,
    "admin_logout": OPEN,
    "admin_password": OPEN,
    "accounts:login": OPEN,
    "accounts:logout": OPEN,
    "accounts:signup": OPEN,
    "accounts:waiting": OPEN,
    "accounts:account": PERSON,
    "accounts:password": PERSON,
    "accounts:code": OPEN,
    "accounts:second_factor": PERSON,
    "accounts:second_factor_off": PERSON,
    "accounts:recovery_codes": PERSON,
    "accounts:end_sign_in": PERSON,
    "accounts:end_others": PERSON,
    "accounts:create_key": READ,
    "accounts:revoke_key": PERSON,
    "accounts:api_signup": OPEN,
    "accounts:api_login": OPEN,
    "accounts:api_refresh": OPEN,
    "accounts:api_logout": PERSON,
    "accounts:api_me": READ,
    "accounts:api_password": PERSON,
    "accounts:api_keys": PERSON,
    "accounts:api_key": PERSON,
    "accounts:api_users": ADMINISTER,
    "accounts:api_approve": ADMINISTER,
    "accounts:api_reject": ADMINISTER,
    "accounts:api_reset_password": ADMINISTER,
    "accounts:api_reset_second_factor": ADMINISTER,
    "accounts:api_audit": _all(Ability.AUDIT),
    # Django admin: auditors look, administrators change.  A rule of its own comes before this one.
    "admin:*": Rule(Ability.AUDIT, Ability.ADMINISTER),
    "admin:accounts_user_import": ADMINISTER,
    "admin:registry_mappingprofile_activate": ADMINISTER,
    "admin:registry_modelversion_activate": ADMINISTER,
    "admin:registry_modelversion_rollback": ADMINISTER,
    "admin:accounts_auditevent_export": _all(
        Ability.AUDIT, heavy=True, noted="accounts.audit.exported"
    ),
    # predictions
    "prediction:predict": _all(Ability.PREDICT, heavy=True),
    "prediction:items": READ,
    "prediction:history": READ,
    "prediction:result": READ,
    "prediction:export": _all(Ability.READ, heavy=True, noted="prediction.exported"),
    "prediction:batch": READ,
    "prediction:batch_item": _all(Ability.PREDICT, heavy=True),
    "prediction:batch_cancel": PREDICT,
    "prediction:batch_file": _all(Ability.READ, heavy=True, noted="prediction.exported"),
    "prediction:export_job": READ,
    "prediction:export_cancel": PREDICT,
    "prediction:export_file": _all(Ability.READ, heavy=True, noted="prediction.exported"),
    "prediction:api_export_job": Rule(Ability.READ, Ability.PREDICT),
    "prediction:api_export_file": _all(Ability.READ, heavy=True, noted="prediction.exported"),
    "prediction:api_batches": _all(Ability.PREDICT, heavy=True),
    "prediction:api_batch": Rule(Ability.READ, Ability.PREDICT),
    "prediction:api_batch_file": _all(Ability.READ, heavy=True, noted="prediction.exported"),
    "prediction:steps": READ,
    "prediction:times": READ,
    "prediction:api_next": _all(Ability.PREDICT, heavy=True),
    "prediction:api_predict": _all(Ability.PREDICT, heavy=True),
    "prediction:api_similar": _all(Ability.PREDICT, heavy=True),
    "prediction:api_groups": _all(Ability.PREDICT, heavy=True),
    "prediction:api_time": _all(Ability.PREDICT, heavy=True),
    # drafts and rules
    "prediction:draft_list": READ,
    "prediction:draft_begin": PREDICT,
    "prediction:draft_palette": READ,
    "prediction:draft": Rule(Ability.READ, Ability.PREDICT),
    "prediction:draft_checks": READ,
    "prediction:draft_approve": PREDICT,
    "prediction:draft_reopen": PREDICT,
    "prediction:draft_restore": PREDICT,
    "prediction:draft_export": Rule(Ability.READ, Ability.PREDICT, heavy=True),
    "prediction:rules": Rule(Ability.READ, Ability.CONFIGURE),
    "prediction:output_profiles": Rule(Ability.READ, Ability.CONFIGURE),
    "prediction:api_draft_export": _all(Ability.PREDICT, heavy=True),
    "prediction:api_drafts": Rule(Ability.READ, Ability.PREDICT),
    "prediction:api_draft": Rule(Ability.READ, Ability.PREDICT),
    "prediction:api_draft_validate": PREDICT,
    "prediction:api_draft_approve": PREDICT,
    "prediction:api_rules_validate": PREDICT,
    "prediction:api_batch_export": _all(Ability.PREDICT, heavy=True),
    "prediction:api_drafts_export": _all(Ability.PREDICT, heavy=True),
    "prediction:api_drafts_staging": _all(Ability.PREDICT, heavy=True),
    "prediction:api_profiles": Rule(Ability.READ, Ability.CONFIGURE),
    "prediction:api_profile": READ,
    "prediction:api_profile_activate": _all(Ability.CONFIGURE),
    "prediction:api_profile_preview": _all(Ability.CONFIGURE, heavy=True),
    # trainings and other jobs
    "training:home": Rule(Ability.READ, Ability.TRAIN),
    "training:job": READ,
    "training:live": READ,
    "training:cancel": _all(Ability.TRAIN),
    "training:retry": _all(Ability.TRAIN),
    "training:withdraw": _all(Ability.TRAIN),
    "training:api_start": _all(Ability.TRAIN, heavy=True),
    "training:api_queue": READ,
    "training:api_jobs": READ,
    "training:api_cancel": _all(Ability.TRAIN),
    "training:api_status": READ,
    "training:api_log": READ,
    "training:api_events": READ,
    "training:api_retry": _all(Ability.TRAIN, heavy=True),
    # quality and drift
    "quality:dashboard": READ,
    "quality:start": _all(Ability.TRAIN, heavy=True),
    "quality:running": READ,
    "quality:export": _all(Ability.READ, heavy=True, noted="quality.exported"),
    "quality:acknowledge": _all(Ability.TRAIN),
    "quality:cycle": READ,
    "quality:item": READ,
    "quality:drift": READ,
    "quality:drift_reset": ADMINISTER,
    "quality:data": READ,
    "quality:log": READ,
    "quality:log_download": _all(Ability.READ, heavy=True, noted="quality.log.exported"),
    "quality:api_cycles": Rule(Ability.READ, Ability.TRAIN),
    "quality:api_cycle": READ,
    "quality:api_report_json": _all(Ability.READ, heavy=True, noted="quality.exported"),
    "quality:api_report_csv": _all(Ability.READ, heavy=True, noted="quality.exported"),
    "quality:api_report_md": _all(Ability.READ, heavy=True, noted="quality.exported"),
    "quality:api_alerts": READ,
    "quality:api_acknowledge": _all(Ability.TRAIN),
    "quality:api_nulls": READ,
    "quality:api_drift_status": READ,
    "quality:api_drift_summary": READ,
    "quality:api_drift_reset": ADMINISTER,
    # versions and settings
    "registry:version_list": READ,
    "registry:version_detail": READ,
    "registry:api_versions": READ,
    "registry:api_active": READ,
    "registry:api_history": READ,
    "registry:api_rollback": ADMINISTER,
    "registry:api_invalidate": ADMINISTER,
    "registry:api_version": READ,
    "registry:api_activate": ADMINISTER,
    "registry:api_config": Rule(Ability.READ, Ability.CONFIGURE),
    "registry:api_config_history": READ,
    "registry:api_config_restore": _all(Ability.CONFIGURE),
    "registry:api_iter_training": Rule(Ability.READ, Ability.CONFIGURE),
    "registry:api_iter_training_reload": ADMINISTER,
    "registry:settings": Rule(Ability.READ, Ability.CONFIGURE),
    "registry:settings_export": _all(Ability.READ, noted="registry.config.exported"),
    "registry:settings_import": _all(Ability.CONFIGURE),
    "registry:settings_restore": _all(Ability.CONFIGURE),
}
"""Name of an address to its rule; ``namespace:*`` stands for the others of a namespace."""


def rule_of(match: ResolverMatch | None) -> Rule | None:
    """Return the rule of an address, if there is one."""
    if match is None:
        return None
    return RULES.get(match.view_name) or RULES.get(f"{match.namespace}:*")


def opens(user: Any, need: Need) -> bool:
    """Return whether somebody has what an address asks for."""
    if need is Door.OPEN:
        return True
    return is_personally(user) if need is Door.PERSON else may(user, Ability(need))


class AllowedByTable(BasePermission):
    """The API's default: what the table says."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask the table; an address without a rule opens to nobody."""
        rule = rule_of(request._request.resolver_match)
        return rule is not None and opens(request.user, rule.need(request.method))


class HeavyThrottle(BaseThrottle):
    """Counts what a person asks of the heavy addresses of the API."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count one call; the refusal says how long to wait."""
        rule = rule_of(request._request.resolver_match)
        if rule is not None and rule.heavy:
            limits.take(heavy_work(), str(request.user))
        return True


def heavy_work() -> limits.Limit:
    """Return how much of the heavy work one person may ask for."""
    return limits.Limit("heavy", settings.HEAVY_PER_MINUTE, timedelta(minutes=1))
