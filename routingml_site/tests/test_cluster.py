"""The queue's settings: no job twice, no job for ever."""

from __future__ import annotations

from typing import Any

import pytest

from registry import kinds
from routingml_site.cluster import LONG_JOBS, queue_settings


def clusters(**given: Any) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"workers": 1, "broker_url": "", "synchronous": False} | given
    queue = queue_settings(**asked)
    return [queue, queue["ALT_CLUSTERS"][LONG_JOBS]]


def test_a_job_is_never_delivered_again_while_it_may_still_run() -> None:
    assert all(cluster["retry"] > cluster["timeout"] for cluster in clusters())


def test_a_failed_job_is_not_repeated() -> None:
    for cluster in clusters():
        assert (cluster["max_attempts"], cluster["ack_failures"]) == (1, True)


def test_a_worker_takes_only_what_it_starts_at_once() -> None:
    for cluster in clusters():
        assert (cluster["queue_limit"], cluster["bulk"]) == (1, 1)


def test_long_jobs_have_a_single_worker_of_their_own() -> None:
    short, long = clusters(workers=3)
    assert (short["workers"], long["workers"]) == (3, 1)


def test_schedules_missed_while_the_machine_was_off_are_not_caught_up() -> None:
    assert clusters()[0]["catch_up"] is False


@pytest.mark.parametrize(
    ("address", "broker"),
    [("", {"orm": "default"}), ("redis://h:6379/0", {"redis": "redis://h:6379/0"})],
)
def test_the_database_is_the_broker_until_redis_is_named(
    address: str, broker: dict[str, str]
) -> None:
    queue = clusters(broker_url=address)[0]
    assert {key: queue[key] for key in ("orm", "redis") if key in queue} == broker


def test_long_jobs_are_sent_to_the_cluster_that_runs_them() -> None:
    assert kinds.LONG_JOBS == LONG_JOBS
