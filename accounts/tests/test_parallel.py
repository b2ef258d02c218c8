"""What holds when many come at once, on a real database file or server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """What fifty wrong passwords and fifty entries, ten at a time, left behind."""
    home: Path = tmp_path_factory.mktemp("parallel")
    if "DATABASE_URL" not in os.environ:
        shutil.copy(request.getfixturevalue("migrated_database"), home)
    surroundings = {"DATA_DIR": str(home), "LOCKOUT_TRIES": "10", "LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-m", "accounts.tests.parallel"],
        cwd=settings.BASE_DIR,
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_of_fifty_parallel_guesses_exactly_the_allowed_ones_are_looked_at(
    outcome: dict[str, Any],
) -> None:
    assert outcome["codes"] == {"sign_in_refused": 10, "too_many_tries": 40}


def test_entries_written_at_once_form_one_unbroken_chain(outcome: dict[str, Any]) -> None:
    assert outcome["written"] == 50
    assert outcome["wrong"] == []
