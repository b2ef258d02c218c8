"""PostgreSQL as the application's database, on a real server started for the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from routingml_site import servers

pytestmark = pytest.mark.slow
SUITE = ("accounts", "registry/tests/test_version_lifecycle.py", "registry/tests/test_config.py")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of a server of our own, which ends with the test."""
    try:
        with servers.postgresql() as server:
            yield server.url
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


def test_accounts_versions_and_settings_behave_the_same_on_postgresql(postgresql: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *SUITE],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": postgresql},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
