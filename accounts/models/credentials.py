"""What people and their programs are signed in with."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Role, User

BROWSERS = (
    ("Edg/", "Edge"), ("Whale/", "Whale"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
"""A sign in the User-Agent and what it stands for; the first that fits counts."""


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Reads sign-ins by whether they are good."""

    def good(self, now: datetime) -> Self:
        """Return those that have neither ended nor grown too old nor lain idle for too long."""
        return self.filter(
            ended_at=None, expires_at__gt=now, seen_at__gt=now - settings.SIGN_IN_IDLE
        )


class SignIn(models.Model):
    """One signed-in browser or program: the family of tokens that follow one another.

    ``token`` is the id of the only refresh token that is good now.  An older one coming back means
    that it was copied, and ends the whole sign-in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    token = models.UUIDField(default=uuid.uuid4)
    started_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(name="signin_user_open", fields=("user", "ended_at")),)

    def __str__(self) -> str:
        return f"{self.user_id} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"

    @property
    def device(self) -> str:
        """What it calls itself, in words: the browser and the system, or a program's own name."""
        system = next((word for mark, word in SYSTEMS if mark in self.agent), "")
        browser = next((word for mark, word in BROWSERS if mark in self.agent), "")
        return " · ".join((browser, system)) if browser and system else self.agent[:60]


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads keys by whether they are good."""

    def good(self, now: datetime) -> Self:
        """Return those that open something now."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class ApiKey(models.Model):
    """A program's key: acts for a person, within a role.  Only a hash of its secret is kept."""

    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("ends"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=254, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="apikey_revoked_at_and_by_together",
                condition=Q(revoked_at__isnull=True, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
            ),
            models.CheckConstraint(name="apikey_role_is_known", condition=Q(role__in=Role.values)),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_good(self) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class RecoveryCode(models.Model):
    """Stands in for an authenticator app that is lost, once.  Only a keyed hash of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="recoverycode_once", fields=("user", "digest")),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.used_at or 'good'}"
