"""How a plant's ERP is read, as rows: mapping profiles in revisions that are never edited."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.core.errors import RoutingMLError
from registry.core.mapping import ColumnMap


class RevisionIsFixed(RoutingMLError):
    """A stored revision was about to be edited; a change is a new revision."""

    code = "revision_is_fixed"


class Direction(models.TextChoices):
    """Whether a profile says how tables are read or how routings are written."""

    INPUT = "input", _("Input")
    OUTPUT = "output", _("Output")


class MappingProfile(models.Model):
    """One revision of a profile; of all input revisions exactly one is active."""

    name = models.CharField(_("name"), max_length=100)
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction, default=Direction.INPUT
    )
    revision = models.PositiveIntegerField(_("revision"))
    document = models.JSONField(_("document"))
    is_active = models.BooleanField(_("active"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.CharField(_("created by"), max_length=254)

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        ordering: ClassVar[list[str]] = ["direction", "name", "-revision"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["direction", "name", "revision"], name="mappingprofile_revision_once"
            ),
            models.UniqueConstraint(
                fields=["direction"],
                condition=Q(is_active=True),
                name="mappingprofile_one_active_per_direction",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values),
                name="mappingprofile_direction_is_known",
            ),
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="mappingprofile_revision_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} r{self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the revision.

        Raises:
            RevisionIsFixed: when the row is already stored.
        """
        if not self._state.adding:
            raise RevisionIsFixed(f"{self} is stored and fixed: save a new revision instead")
        super().save(*args, **kwargs)

    def to_columns(self) -> ColumnMap:
        """Return the profile as the plain object that the core works with."""
        return ColumnMap.from_json(self.document)
