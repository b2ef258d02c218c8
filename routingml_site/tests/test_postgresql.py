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
SUITE = (
    "accounts/tests/test_audit.py",  # one head held by many; JSON that reads back to the same hash
    "accounts/tests/test_constraints.py",  # what the database itself refuses
    "accounts/tests/test_lockout.py",  # tries counted by conditional updates
    "accounts/tests/test_parallel.py",  # many at once
    "accounts/tests/test_sessions.py",  # the oldest by time; what ends is ended in one update
    "accounts/tests/test_sign_in.py",  # a token is used once
    "accounts/tests/test_signup.py",  # one address in any case; a decision taken back whole
    "accounts/tests/test_second_factor.py::test_a_code_is_good_once_even_for_who_looked_over_evas_shoulder",
    "accounts/tests/test_second_factor.py::test_a_recovery_code_signs_in_once",
    "registry/tests/test_version_lifecycle.py",  # one active version, whoever decides meanwhile
    "registry/tests/test_config.py",  # revisions in order, settings as JSON
)
"""What hangs on the database.  Pages, forms and rules about roles are the same on every one."""


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
