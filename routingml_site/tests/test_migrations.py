"""Migrations: none is missing, each has a name that says what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

OURS = ("accounts", "registry", "training", "prediction", "quality")


def migration_files() -> list[Path]:
    base = Path(settings.BASE_DIR)
    return [
        path
        for app in OURS
        for path in sorted((base / app / "migrations").glob("*.py"))
        if path.stem != "__init__"
    ]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_is_named_after_its_subject() -> None:
    assert len(migration_files()) > 3
    for path in migration_files():
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+", path.stem), path
        assert "_auto_" not in path.stem
        assert path.stem.split("_", 1)[1] != "initial", f"{path}: name the subject"


def test_two_migrations_of_an_app_never_share_a_number() -> None:
    numbers = [(path.parts[-3], path.stem[:4]) for path in migration_files()]
    assert len(set(numbers)) == len(numbers)


def test_no_migration_mixes_data_and_schema() -> None:
    for path in migration_files():
        text = path.read_text("utf-8")
        runs_code = "RunPython" in text or "RunSQL" in text
        changes_schema = re.search(r"migrations\.(Create|Add|Alter|Remove|Rename|Delete)", text)
        assert not (runs_code and changes_schema), path
