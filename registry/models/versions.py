"""Model versions and what was live when, as rows; the row says which version is active."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import figures

NAME_PATTERN = r"[0-9]{4}\.(0[1-9]|1[0-2])\.(0[1-9]|[12][0-9]|3[01])_[1-9][0-9]{0,5}"
"""``YYYY.MM.DD_build``: the day, and a counter within it."""


class VersionState(models.TextChoices):
    """Where a version is in its life."""

    REGISTERED = "registered", _("Registered")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")
    REMOVED = "removed", _("Removed")


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Chainable questions about versions."""

    def active(self) -> Self:
        """Return the version that answers, as a set of one or none."""
        return self.filter(state=VersionState.ACTIVE)

    def of_day(self, day: str) -> Self:
        """Return the versions of a day, written ``YYYY.MM.DD``."""
        return self.filter(name__startswith=f"{day}_")


class ModelVersion(models.Model):
    """One trained model: its folder's identity and figures, and whether it answers.

    ``metrics`` is the folder's ``metrics.json``, so that lists and pages need not open the folder.
    """

    name = models.CharField(
        _("version"), max_length=20, unique=True, validators=[RegexValidator(rf"^{NAME_PATTERN}\Z")]
    )
    state = models.CharField(
        _("state"), max_length=20, choices=VersionState, default=VersionState.REGISTERED
    )
    created_at = models.DateTimeField(_("trained"), default=timezone.now)
    created_by = models.CharField(_("trained by"), max_length=254)
    activated_at = models.DateTimeField(_("last activated"), null=True, blank=True)
    activated_by = models.CharField(_("last activated by"), max_length=254, blank=True)
    reload_count = models.PositiveIntegerField(default=0, editable=False)
    manifest_digest = models.CharField(_("manifest checksum"), max_length=64)
    size_bytes = models.BigIntegerField(_("size in bytes"))
    schema_hash = models.CharField(_("schema"), max_length=128, blank=True)
    dataset_hash = models.CharField(_("data set"), max_length=128, blank=True)
    profile_name = models.CharField(_("mapping profile"), max_length=100, blank=True)
    profile_revision = models.CharField(_("profile revision"), max_length=20, blank=True)
    recall = models.FloatField(_("recall of the search"), null=True, blank=True)
    metrics = models.JSONField(_("figures"), default=dict)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                name="modelversion_one_active",
                fields=("state",),
                condition=Q(state=VersionState.ACTIVE),
            ),
            models.CheckConstraint(
                name="modelversion_state_is_known", condition=Q(state__in=VersionState.values)
            ),
            models.CheckConstraint(
                name="modelversion_created_by_somebody", condition=~Q(created_by="")
            ),
            models.CheckConstraint(
                name="modelversion_activated_at_and_by_together",
                condition=Q(activated_at__isnull=True, activated_by="")
                | (Q(activated_at__isnull=False) & ~Q(activated_by="")),
            ),
            models.CheckConstraint(
                name="modelversion_active_was_activated",
                condition=~Q(state=VersionState.ACTIVE) | Q(activated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="modelversion_recall_is_a_share",
                condition=Q(recall__isnull=True) | Q(recall__gte=0, recall__lte=1),
            ),
            models.CheckConstraint(
                name="modelversion_size_not_negative", condition=Q(size_bytes__gte=0)
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the version's own page."""
        return reverse("registry:version_detail", args=[self.name])

    @property
    def headlines(self) -> list[figures.Measured]:
        """The few figures that lists show."""
        return figures.headlines(self.metrics)

    @property
    def is_active(self) -> bool:
        """Whether this version answers."""
        return self.state == VersionState.ACTIVE


class ActivationKind(models.TextChoices):
    """How a version came to be live."""

    ACTIVATED = "activated", _("Activated")
    ROLLED_BACK = "rolled_back", _("Rolled back to")


class HistoryIsFixed(TypeError):
    """Somebody tried to change or delete a row of the history."""


class ActivationQuerySet(models.QuerySet["Activation"]):
    """Reads the history; offers no way to change it."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise HistoryIsFixed("activations are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise HistoryIsFixed("activations are never deleted")

    def newest_first(self) -> Self:
        """Return the history as it is read: what is live now comes first."""
        return self.order_by("-pk")


class Activation(models.Model):
    """One entry of the history: which version went live, in whose place, when and by whom.

    ``returns_to`` is the activation that a roll back of this one brings back.  It makes the history
    a stack: rolling back twice goes two versions back, and not to the version just left.
    """

    version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("version"),
        on_delete=models.PROTECT,
        related_name="activations",
    )
    previous = models.ForeignKey(
        ModelVersion,
        verbose_name=_("in place of"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    returns_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    kind = models.CharField(_("how"), max_length=20, choices=ActivationKind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.CharField(_("who"), max_length=254)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="activation_kind_is_known", condition=Q(kind__in=ActivationKind.values)
            ),
            models.CheckConstraint(name="activation_by_somebody", condition=~Q(by="")),
            models.CheckConstraint(
                name="activation_replaces_another",
                condition=Q(previous__isnull=True) | ~Q(previous=F("version")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_id} {timezone.localtime(self.at):%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; an existing one is refused."""
        if not self._state.adding:
            raise HistoryIsFixed("activations are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise HistoryIsFixed("activations are never deleted")
