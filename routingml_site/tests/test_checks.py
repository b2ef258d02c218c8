"""What must hold before the site starts."""

from __future__ import annotations

import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from routingml_site import checks


def identities(found: list[Any]) -> list[str]:
    return [message.id for message in found]


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {
            "PROFILE": "production",
            "ALLOWED_HOSTS": "routingml.example",
            "SECRET_KEY": "".join(map(chr, range(33, 120))),
        },
    ],
)
def test_the_site_as_delivered_passes_in_development_and_in_production(
    profile: dict[str, str],
) -> None:
    options = ["--deploy"] if profile else []
    # The browser's fixture sets this for its own process; a shell would not.
    shell = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--fail-level", "WARNING", *options],
        cwd=settings.BASE_DIR,
        env=shell | profile,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_store_that_cannot_be_written_is_named_with_its_path(
    settings: Any, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    settings.MODELS_STORE = file
    (message,) = checks.folders_are_writable(None)
    assert str(file) in message.msg
    assert "MODELS_STORE" in message.msg


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_noticed(settings: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    settings.DATA_DIR = tmp_path / "var"
    assert identities(checks.folders_are_writable(None)) == ["routingml.E001"]


@pytest.mark.parametrize(
    ("name", "value", "identity"),
    [("retry", 60, "E002"), ("max_attempts", 0, "E003"), ("ack_failures", False, "E003")],
)
def test_a_queue_that_would_run_a_job_twice_is_refused(
    settings: Any, name: str, value: object, identity: str
) -> None:
    settings.Q_CLUSTER = deepcopy(settings.Q_CLUSTER)
    settings.Q_CLUSTER["ALT_CLUSTERS"]["long"][name] = value
    assert identities(checks.queue_is_sane(None)) == [f"routingml.{identity}"]


def test_a_kind_of_job_without_a_function_is_refused(settings: Any) -> None:
    settings.JOB_HANDLERS = {"train": "training.tasks.no_such_function"}
    (message,) = checks.job_handlers_import(None)
    assert "'train'" in message.msg


def test_several_workers_on_one_sqlite_file_are_warned_about(settings: Any) -> None:
    settings.SQLITE = True
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"workers": 4}
    assert identities(checks.one_worker_on_sqlite(None)) == ["routingml.W001"]
    settings.SQLITE = False
    assert checks.one_worker_on_sqlite(None) == []


def test_a_misspelt_role_does_not_stay_without_a_second_factor_unnoticed(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["administrator", "enginer"]
    (message,) = checks.second_factor_names_roles(None)
    assert "'enginer'" in message.msg
