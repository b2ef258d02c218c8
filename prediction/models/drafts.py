"""Routings that planners work on: the newest state, and every state before it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prediction.core import drafted, drafts
from prediction.models.requests import PredictionRequest
from registry.core.routing import Prediction


class DraftState(models.TextChoices):
    """Where a draft stands."""

    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    EXPORTED = "exported", _("exported")


class DraftQuerySet(models.QuerySet["Draft"]):
    """Chainable filters."""

    def newest_first(self) -> Self:
        """Order by when somebody last saved it."""
        return self.order_by("-saved_at", "-pk")

    def without_content(self) -> Self:
        """Leave the large columns in the database, for lists."""
        return self.defer("proposal", "attributes", "operations")


class Draft(models.Model):
    """One routing on its way from a proposal to the ERP.

    ``proposal`` is the candidate that it began with, with the evidence of each operation.
    ``revision`` rises with every save: a save that starts from an older one is a conflict.
    The feedback is filled when the draft is approved: ``adoption`` is the share of the proposed
    operations that were kept, ``edit_distance`` how many were inserted, removed or replaced.
    People are kept by name, not by foreign key: the row outlives the account.
    """

    item = models.CharField(_("item"), max_length=200, db_index=True)
    title = models.CharField(_("name"), max_length=300, blank=True)
    attributes = models.JSONField(_("item as asked"), default=dict)
    request = models.ForeignKey(
        PredictionRequest,
        verbose_name=_("prediction request"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="drafts",
    )
    model_version = models.CharField(_("version"), max_length=100)
    proposal = models.JSONField(_("proposal"))
    operations = models.JSONField(_("operations"))
    revision = models.PositiveIntegerField(_("revision"), default=1)
    state = models.CharField(
        _("state"), max_length=10, choices=DraftState, default=DraftState.OPEN, db_index=True
    )
    owner = models.CharField(_("owner"), max_length=254)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, db_index=True)
    saved_by = models.CharField(_("saved by"), max_length=254)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=254, blank=True)
    reason = models.CharField(_("why, in spite of warnings"), max_length=1000, blank=True)
    adoption = models.FloatField(_("kept of the proposal"), null=True, blank=True)
    edit_distance = models.PositiveIntegerField(_("operations changed"), null=True, blank=True)
    retimed = models.PositiveIntegerField(_("times changed"), null=True, blank=True)
    reassigned = models.PositiveIntegerField(_("resources changed"), null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = (
            models.CheckConstraint(
                name="draft_state_is_known", condition=Q(state__in=DraftState.values)
            ),
            models.CheckConstraint(name="draft_revision_from_one", condition=Q(revision__gte=1)),
            models.CheckConstraint(
                name="draft_approved_at_and_by",
                condition=Q(state="open", approved_at=None, approved_by="", adoption=None)
                | (
                    ~Q(state="open")
                    & Q(approved_at__isnull=False, adoption__isnull=False)
                    & ~Q(approved_by="")
                ),
            ),
            models.CheckConstraint(
                name="draft_adoption_is_a_share",
                condition=Q(adoption=None) | Q(adoption__gte=0, adoption__lte=1),
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.item}"

    def get_absolute_url(self) -> str:
        """Return the page where it is edited."""
        return reverse("prediction:draft", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state == DraftState.OPEN

    def to_steps(self) -> drafts.Steps:
        """Return the operations as the plain objects that the core works with."""
        return drafts.from_json(self.operations, len(self.proposal["operations"]))

    def to_proposal(self) -> drafts.Steps:
        """Return the proposed operations in the same form."""
        return drafted.proposed_steps(self.proposal)

    def to_prediction(self) -> Prediction:
        """Return the draft in the form that exports write."""
        return drafted.prediction_of(self.item, self.proposal, self.to_steps())


class DraftRevision(models.Model):
    """One saved state of a draft: added, never edited."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    operations = models.JSONField(_("operations"))
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.CharField(_("saved by"), max_length=254)

    class Meta:
        verbose_name = _("revision of a draft")
        verbose_name_plural = _("revisions of drafts")
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["draft", "number"], name="draftrevision_once"),
        )

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.number}"
