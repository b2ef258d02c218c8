"""Versions that were activated by themselves, and have yet to prove themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models import ModelVersion


class ProbationState(models.TextChoices):
    """How a probation stands."""

    OPEN = "open", _("On probation")
    PASSED = "passed", _("Passed")
    ROLLED_BACK = "rolled_back", _("Went back")
    ENDED = "ended", _("Ended by somebody")


class Probation(models.Model):
    """A version's probation; ``reference`` holds the figures that it is held against."""

    version = models.ForeignKey(
        ModelVersion, models.CASCADE, related_name="+", verbose_name=_("version")
    )
    previous = models.ForeignKey(
        ModelVersion, models.CASCADE, related_name="+", verbose_name=_("in place of")
    )
    reference = models.JSONField(_("figures before"), default=dict)
    cycles = models.JSONField(_("quality cycles"), default=list)
    state = models.CharField(
        _("state"), max_length=20, choices=ProbationState, default=ProbationState.OPEN
    )
    why = models.TextField(_("why"), blank=True)
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("probation")
        verbose_name_plural = _("probations")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                name="probation_state_is_known", condition=Q(state__in=ProbationState.values)
            ),
            models.CheckConstraint(
                name="probation_ended_has_an_end",
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="probation_one_open", fields=("state",), condition=Q(state="open")
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"
