"""The list of security requirements names tests that are really there."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SHORT = {"accounts/test_": "accounts/tests/test_", "site/test_": "routingml_site/tests/test_"}


def test_every_test_that_the_list_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8"))
    assert len(named) > 60
    missing = []
    for path, function in named:
        for short, full in SHORT.items():
            path = path.replace(short, full, 1) if path.startswith(short) else path
        if f"def {function}(" not in (ROOT / path).read_text("utf-8"):
            missing.append(f"{path}::{function}")
    assert missing == []
