"""What a monitor asks: alive, ready, and if not, why not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule

from accounts.models import User
from registry import store
from registry.services import versions
from registry.tests.factories import make_version
from routingml_site import health


def ready(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/api/health/ready")
    return response.status_code, response.json()["checks"]


def test_alive_needs_no_database_and_no_sign_in(client: Client) -> None:
    assert client.get("/api/health").json()["status"] == "ok"


@pytest.mark.django_db
def test_without_an_active_version_the_site_is_alive_and_not_ready(client: Client) -> None:
    status, checks = ready(client)
    assert status == 503
    assert checks == {"database": "ok", "model": "no version is active", "disk": "ok"}


@pytest.mark.django_db
def test_with_an_active_version_whose_files_are_there_it_is_ready(
    client: Client, models_store: Path, ana: User
) -> None:
    versions.activate(make_version(), by=ana)
    assert ready(client)[0] == 200


@pytest.mark.django_db
def test_an_active_version_without_its_files_is_named(
    client: Client, models_store: Path, ana: User
) -> None:
    version = make_version()
    versions.activate(version, by=ana)
    store.unpublish(version.name)
    status, checks = ready(client)
    assert status == 503
    assert version.name in checks["model"]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_said_without_its_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise DatabaseError("password=hunter2")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
    response = client.get("/api/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "the database does not answer"
    assert "hunter2" not in response.content.decode()


@pytest.mark.django_db
def test_a_disk_too_full_for_another_version_is_measured(client: Client, settings: Any) -> None:
    settings.DISK_LEAST_FREE_MB = 10**12
    assert ready(client)[1]["disk"].endswith("MB needed")


def test_a_store_that_does_not_exist_yet_is_measured_where_it_will_be(
    settings: Any, tmp_path: Path
) -> None:
    settings.MODELS_STORE = tmp_path / "not" / "yet"
    assert health.disk() == "ok"


@pytest.mark.django_db
def test_a_monitor_learns_whether_a_worker_runs(client: Client) -> None:
    def told() -> str:
        return str(client.get("/api/health/ready").json()["worker"])

    assert "setup_schedules" in told()
    call_command("setup_schedules")
    assert told() == "ok"
    long_ago = timezone.now() - timedelta(minutes=12)
    Schedule.objects.filter(name="routingml.heartbeat").update(next_run=long_ago)
    assert told() == "no worker for 12 minutes"
