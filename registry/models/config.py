"""Runtime parameters as revisions: added, never edited; the newest is the one in force."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.mappings import RevisionIsFixed


class ConfigRevision(models.Model):
    """The parameters that differ from their defaults, from this revision until the next."""

    number = models.PositiveIntegerField(_("revision"), unique=True)
    values = models.JSONField(_("changed parameters"), default=dict)
    comment = models.CharField(_("why"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.CharField(_("who"), max_length=254)

    class Meta:
        verbose_name = _("configuration revision")
        verbose_name_plural = _("configuration")
        ordering = ("-number",)
        constraints = (
            models.CheckConstraint(
                name="configrevision_number_from_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="configrevision_created_by_somebody", condition=~Q(created_by="")
            ),
        )

    def __str__(self) -> str:
        return f"r{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the revision.

        Raises:
            RevisionIsFixed: when the row is already stored.
        """
        if not self._state.adding:
            raise RevisionIsFixed(f"{self} is stored and fixed: save a new revision instead")
        super().save(*args, **kwargs)
