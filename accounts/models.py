"""People who sign in, what they are signed in with, and the record of who did what."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is here for; ``permissions.ABILITIES`` says what each role may do."""

    PLANNER = "planner", _("Planner")
    ENGINEER = "engineer", _("Engineer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class SignupState(models.TextChoices):
    """How far a request for an account is."""

    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is kept in lower case, so that one person has one account."""

    def create_user(
        self,
        email: str,
        password: str,
        *,
        role: str = Role.PLANNER,
        name: str = "",
        by: str = "setup",
    ) -> User:
        """Create somebody who may sign in at once, without the signup's waiting."""
        user = self.model(email=email.strip().lower(), name=name, role=role)
        user.state = SignupState.APPROVED
        user.is_active = True
        user.decided_at = timezone.now()
        user.decided_by = by
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        """Create an administrator from the command line."""
        return self.create_user(
            email, password, role=Role.ADMINISTRATOR, by="command line", **fields
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a person by address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person: pending until an administrator decides, then active in one role."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.PLANNER)
    state = models.CharField(
        _("signup"), max_length=20, choices=SignupState, default=SignupState.PENDING
    )
    is_active = models.BooleanField(_("may sign in"), default=False)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=254, blank=True)
    decision_reason = models.CharField(_("reason"), max_length=500, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(
                name="user_decided_at_and_by_together",
                condition=Q(decided_at__isnull=True, decided_by="")
                | (Q(decided_at__isnull=False) & ~Q(decided_by="")),
            ),
            models.CheckConstraint(
                name="user_pending_means_undecided",
                condition=Q(state=SignupState.PENDING, decided_at__isnull=True)
                | (~Q(state=SignupState.PENDING) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="user_active_only_when_approved",
                condition=Q(is_active=False) | Q(state=SignupState.APPROVED),
            ),
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="user_state_is_known", condition=Q(state__in=SignupState.values)
            ),
        )

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Keep the address in lower case."""
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        """Return the name, or the address when there is none."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return what the page header calls this person."""
        return self.get_full_name()

    @property
    def is_administrator(self) -> bool:
        """Whether this person decides about people and versions."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Whether Django admin opens: administrators change things there, auditors read."""
        return self.is_active and self.role in (Role.ADMINISTRATOR, Role.AUDITOR)

    @property
    def is_superuser(self) -> bool:
        """Whether everything in Django admin is open."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer Django admin: an administrator may do all, an auditor look at all."""
        viewing = perm.partition(".")[2].startswith("view_")
        return self.is_administrator or (self.is_staff and viewing)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        """Answer Django admin about several permissions."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django admin whether an app is shown."""
        return self.is_staff


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
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(name="signin_user_open", fields=("user", "ended_at")),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"


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

    def about(self, target: str) -> Self:
        """Return what happened to one thing."""
        return self.filter(target=target)


class AuditEvent(models.Model):
    """Who did what to which thing.  No foreign keys: the row outlives whatever it speaks of."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    action = models.CharField(_("action"), max_length=100, db_index=True)
    actor = models.CharField(_("who"), max_length=254)
    target = models.CharField(_("what"), max_length=254, db_index=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-at", "-id")

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
