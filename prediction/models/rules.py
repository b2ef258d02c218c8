"""Rules that routings must obey, as rows that an administrator edits."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prediction.core.rules import COMMON, BadRule, Rule, RuleKind, Severity, rule_from_json
from registry.job_words import said


class RuleOrigin(models.TextChoices):
    """Where a rule comes from."""

    SHIPPED = "shipped", _("shipped with the product")
    MINED = "mined", _("found in the plant's routings")
    OWN = "own", _("written here")


class RoutingRule(models.Model):
    """One rule; ``document`` holds what its kind needs, see ``prediction.core.rules``."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=[(kind.value, kind.value) for kind in RuleKind]
    )
    severity = models.CharField(
        _("severity"),
        max_length=10,
        choices=[
            (Severity.INFO.value, _("information")),
            (Severity.WARNING.value, _("warning")),
            (Severity.ERROR.value, _("error")),
        ],
        default=Severity.WARNING.value,
    )
    document = models.JSONField(_("condition and limit"), default=dict, blank=True)
    items = models.JSONField(
        _("only for items"),
        default=dict,
        blank=True,
        help_text=_('Columns and their values, for example {"PART_TYPE": ["14"]}; {} means all.'),
    )
    is_active = models.BooleanField(_("in force"), default=True)
    origin = models.CharField(
        _("origin"), max_length=10, choices=RuleOrigin, default=RuleOrigin.OWN, editable=False
    )
    evidence = models.CharField(_("evidence"), max_length=500, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    changed_by = models.CharField(_("changed by"), max_length=254, editable=False)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="routingrule_kind_is_known",
                condition=Q(kind__in=[kind.value for kind in RuleKind]),
            ),
            models.CheckConstraint(
                name="routingrule_severity_is_known",
                condition=Q(severity__in=[severity.value for severity in Severity]),
            ),
            models.CheckConstraint(
                name="routingrule_origin_is_known", condition=Q(origin__in=RuleOrigin.values)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what is no rule, naming every reason."""
        try:
            self.to_rule()
        except BadRule as error:
            problems = error.extra.get("problems", [error.message])
            raise ValidationError({"document": list(map(said, problems))}) from error

    def to_json(self) -> dict[str, Any]:
        """Return the rule as one object."""
        document = self.document if isinstance(self.document, dict) else {"document": self.document}
        says = {key: value for key, value in document.items() if key not in COMMON}
        common = {"name": self.name, "kind": self.kind, "severity": self.severity}
        return common | says | ({"items": self.items} if self.items else {})

    def to_rule(self) -> Rule:
        """Return the rule as the plain object that the core checks with.

        Raises:
            BadRule: when kind and condition do not fit.
        """
        return rule_from_json(self.to_json())
