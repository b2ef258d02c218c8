"""The record of who did what."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AppendOnly(TypeError):
    """Somebody tried to change or delete an audit row."""


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    """Reads audit rows; offers no way to change them."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("audit rows are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnly("audit rows are never deleted")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: rows are added one by one, each after the one before."""
        raise AppendOnly("audit rows are added by audit.record alone")

    def about(self, target: str) -> Self:
        """Return what happened to one thing."""
        return self.filter(target=target)


class AuditEvent(models.Model):
    """Who did what to which thing.  No foreign keys: the row outlives whatever it speaks of.

    Rows form a chain: each carries the hash of the one before, so that a row that was changed,
    taken out or put in between shows.  ``audit.record`` alone adds them.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    action = models.CharField(_("action"), max_length=100, db_index=True)
    actor = models.CharField(_("who"), max_length=254)
    api_key = models.CharField(_("with API key"), max_length=20, blank=True)
    target = models.CharField(_("what"), max_length=254, db_index=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    previous = models.CharField(_("hash of the one before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; an existing one is refused."""
        if not self._state.adding:
            raise AppendOnly("audit rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("audit rows are never deleted")


class AuditHead(models.Model):
    """The end of the chain, one row.  Whoever adds an entry holds it until the transaction ends.

    It also gives away that the newest entries were taken out.
    """

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="audithead_is_one_row", condition=models.Q(pk=1)),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"
