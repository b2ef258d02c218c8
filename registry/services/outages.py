"""Getting over a database that goes away for a moment while a job runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, close_old_connections

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSE_SECONDS = 0.5


def unless_away(call: Callable[[], T], otherwise: T) -> T:
    """Return what a call returns, or something else while the database does not answer."""
    try:
        return call()
    except DatabaseError as error:
        log.warning("job.database.away", extra={"reason": str(error)})
        close_old_connections()
        return otherwise


def outlast(call: Callable[[], T], seconds: float) -> T:
    """Return what a call returns, called again until the database answers.

    Raises:
        DatabaseError: it has not answered for so many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except DatabaseError as error:
            if time.monotonic() >= deadline:
                raise
            log.warning("job.database.away", extra={"reason": str(error)})
            close_old_connections()
            time.sleep(PAUSE_SECONDS)
