"""People, what they are here for, and how far their request for an account is."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
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
    one_time_until = models.DateTimeField(_("one-time password until"), null=True, blank=True)
    """When set, the password was given by an administrator: it ends then, and opens nothing but
    the page where it is changed."""
    second_factor_salt = models.CharField(max_length=64, blank=True, editable=False)
    """What the secret of the person's authenticator app follows from, with the site's key."""
    second_factor_step = models.BigIntegerField(default=0, editable=False)
    """The half minute whose code was used last: no code is good twice."""
    second_factor_since = models.DateTimeField(_("second factor since"), null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()
    scope: str | None = None
    """The role of the API key that is being used, which narrows what the person may do."""
    api_key: str = ""
    """What that key begins with, for the audit log."""

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
            models.CheckConstraint(
                name="user_second_factor_whole_or_none",
                condition=Q(second_factor_since__isnull=True, second_factor_salt="")
                | (Q(second_factor_since__isnull=False) & ~Q(second_factor_salt="")),
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
    def must_change_password(self) -> bool:
        """Whether nothing is open yet but the page where the password is changed."""
        return self.one_time_until is not None

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code as well."""
        return self.second_factor_since is not None

    @property
    def lacks_second_factor(self) -> bool:
        """Whether nothing is open yet but the page where a second factor is set up."""
        return self.role in settings.REQUIRE_SECOND_FACTOR and not self.has_second_factor

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
