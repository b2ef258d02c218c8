"""Handing tasks to the queue."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_q.tasks import async_task


def hand_over(task: str, *arguments: Any, **options: Any) -> None:
    """Hand a task to the queue once the transaction is over.

    A broker that is away is told in the log and stops nothing: what has to be done stands in our
    own rows.
    """

    def offer() -> None:  # no partial: when it fails, Django asks for its name
        async_task(task, *arguments, **options)

    transaction.on_commit(offer, robust=True)
