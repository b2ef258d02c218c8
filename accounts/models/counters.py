"""How often something was tried."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """How often one subject did one kind of thing in a window of time.

    Counted in the database, so that several processes and parallel requests count together.
    """

    kind = models.CharField(_("kind"), max_length=20)
    subject = models.CharField(_("of whom"), max_length=254)
    count = models.PositiveIntegerField(_("count"), default=0)
    ends_at = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        ordering = ("-ends_at",)
        constraints = (
            models.UniqueConstraint(name="counter_one_per_subject", fields=("kind", "subject")),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
