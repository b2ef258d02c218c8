"""PostgreSQL as the application's database, on a real server started for the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SUITE = ("accounts", "registry/tests/test_version_lifecycle.py", "registry/tests/test_config.py")
SERVER_USER = "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; Debian's package brings this account."""


def run_as_server(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], user=SERVER_USER, check=True, cwd="/")


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of a server of our own, which ends with the test."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed")
    bin_folder, home = PROGRAMS[-1].parent, Path(tempfile.mkdtemp(prefix="routingml-pg-"))
    if SERVER_USER:
        shutil.chown(home, SERVER_USER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = home / "data"
    run_as_server(bin_folder / "initdb", "--auth=trust", "--no-sync", "-U", "routingml", "-D", data)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {home}"
    control = (bin_folder / "pg_ctl", "-D", data, "-w")
    try:
        run_as_server(*control, "-l", home / "log", "-o", options, "start")
        yield f"postgresql://routingml@127.0.0.1:{port}/postgres"
    finally:
        run_as_server(*control, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


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
