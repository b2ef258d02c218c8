"""Limits on how often something may be tried, counted in the database.

A try is counted *before* it is made, by one conditional update: of any number of parallel tries at
most as many get through as the limit says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import Counter

ROUNDS = 5
"""How often two that begin a window at the same moment try again."""


class TooManyTries(AccountError):
    """The limit is reached; ``wait`` says for how many seconds."""

    code = "too_many_tries"

    def __init__(self, wait: int) -> None:
        minutes = max(1, -(-wait // 60))
        message = _("Too many tries. Try again in %(minutes)s minutes.") % {"minutes": minutes}
        super().__init__(message, wait=wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` tries of a kind in each ``window``."""

    kind: str
    most: int
    window: timedelta


def take(limit: Limit, subject: str) -> None:
    """Count one try of a subject.

    Raises:
        TooManyTries: there have been as many as the limit allows.
    """
    wait = _take(limit, subject[:254], timezone.now())
    if wait is not None:
        raise TooManyTries(wait)


def allows(limit: Limit, subject: str) -> bool:
    """Count one try and return whether the limit allows it."""
    return _take(limit, subject[:254], timezone.now()) is None


def give_back(limit: Limit, subject: str) -> None:
    """Uncount one try: it was none."""
    rows = Counter.objects.filter(kind=limit.kind, subject=subject[:254], count__gt=0)
    rows.update(count=F("count") - 1)


def clear(limit: Limit, subject: str) -> None:
    """Forget all tries of a subject."""
    Counter.objects.filter(kind=limit.kind, subject=subject[:254]).delete()


def forget_old() -> int:
    """Delete the counters whose window is over; return how many."""
    deleted, _by_model = Counter.objects.filter(ends_at__lte=timezone.now()).delete()
    return deleted


def _take(limit: Limit, subject: str, now: datetime) -> int | None:
    """Count one try; return ``None``, or the seconds to wait when the limit is reached."""
    rows = Counter.objects.filter(kind=limit.kind, subject=subject)
    ends_at = now + limit.window
    for _round in range(ROUNDS):
        if rows.filter(ends_at__gt=now, count__lt=limit.most).update(count=F("count") + 1):
            return None
        if rows.filter(ends_at__lte=now).update(count=1, ends_at=ends_at):
            return None
        full = rows.filter(ends_at__gt=now, count__gte=limit.most).first()
        if full is not None:
            return max(1, int((full.ends_at - now).total_seconds()))
        try:
            with transaction.atomic():
                Counter.objects.create(kind=limit.kind, subject=subject, count=1, ends_at=ends_at)
        except IntegrityError:
            continue
        return None
    return int(limit.window.total_seconds())
