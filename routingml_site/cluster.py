"""The queue's settings, and why each is what it is.

django-q2 only starts jobs; our own ``Job`` rows hold the truth.  Its defaults would run a long job
twice (``retry`` shorter than the run) or for ever (``max_attempts = 0``), so they are all stated.
"""

from __future__ import annotations

from typing import Any

DAY = 86_400
LONG_JOBS = "long"
"""Name of the second cluster: trainings and quality cycles never hold up short tasks."""


def queue_settings(*, workers: int, broker_url: str, synchronous: bool) -> dict[str, Any]:
    """Return ``Q_CLUSTER``: a cluster for short tasks and one worker for long jobs.

    Without ``broker_url`` (a Redis address) the application's own database is the broker.
    """
    timeout = DAY
    common: dict[str, Any] = {
        "queue_limit": 1,  # a pulled row's retry clock runs: pull only what starts at once
        "bulk": 1,
        "timeout": timeout,
        "retry": 7 * timeout,  # longer than any run, or the job would be delivered a second time
        "max_attempts": 1,
        "ack_failures": True,
        "recycle": 50,
    }
    broker: dict[str, Any] = {"redis": broker_url} if broker_url else {"orm": "default"}
    return {
        "name": "routingml",
        "workers": workers,
        **common,
        **broker,
        "poll": 0.1,
        "catch_up": False,  # a schedule missed while the machine was off runs once, not ten times
        "sync": synchronous,
        "save_limit": 1000,
        "label": "Queue",
        "ALT_CLUSTERS": {LONG_JOBS: {"workers": 1, **common}},
    }
