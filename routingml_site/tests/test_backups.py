"""A site that was lost comes back as it was; a backup that is not whole changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings

from routingml_site import backups
from routingml_site.backups import BackupFailed, BackupUnusable, SiteInUse
from routingml_site.tiny import VERSION

if TYPE_CHECKING:
    from accounts.models import User
    from registry.models import ModelVersion

MANAGE = (sys.executable, str(Path(django_settings.BASE_DIR) / "manage.py"))
ANA = """
from accounts.models import User
User.objects.create_user("ana@plant.example", "a long passphrase", role="administrator", by="t")
"""


def manage(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of a site that lives in a folder, and makes its own keys for the audit log."""
    own = os.environ | {"DATA_DIR": str(home), "MODELS_STORE": str(home / "models")}
    own.pop("SECRET_KEY", None)
    return subprocess.run(
        [*MANAGE, *arguments], env=own, capture_output=True, text=True, check=False
    )


@pytest.fixture
def written(active_version: ModelVersion, data_dir: Path, tmp_path: Path) -> Path:
    """A backup of the tests' own site."""
    (data_dir / "quality").mkdir()
    (data_dir / "quality" / "report.md").write_text("# Report", encoding="utf-8")
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "app.log").write_text("a line", encoding="utf-8")
    return backups.back_up(tmp_path / "backup.zip").path


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a backup again, with something else in it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def says(parts: dict[str, bytes], **told: Any) -> None:
    """Change what a backup says of itself."""
    parts["backup.json"] = json.dumps(json.loads(parts["backup.json"]) | told).encode()


def outside(parts: dict[str, bytes]) -> None:
    files = json.loads(parts["backup.json"])["files"]
    parts["../evil"] = b"evil"
    says(parts, files=files | {"../evil": "0"})


def without_a_report(parts: dict[str, bytes]) -> None:
    del parts["data/quality/report.md"]


def without_a_word(parts: dict[str, bytes]) -> None:
    del parts["backup.json"]


def another_report(parts: dict[str, bytes]) -> None:
    parts["data/quality/report.md"] = b"# Another"


DAMAGES: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a file is another": (another_report, "report.md is not what was written"),
    "a file is missing": (without_a_report, "cannot be read"),
    "it says nothing": (without_a_word, "no backup of this product"),
    "it leads elsewhere": (outside, "outside of the site"),
    "its form is newer": (lambda parts: says(parts, format=9), "newer release"),
    "its tables are newer": (lambda parts: says(parts, migrations=["registry.9999_x"]), "9999_x"),
}


@pytest.mark.django_db
def test_a_backup_has_what_makes_the_site_and_only_its_owner_may_read_it(
    written: Path, active_version: ModelVersion
) -> None:
    with zipfile.ZipFile(written) as archive:
        names, manifest = set(archive.namelist()), json.loads(archive.read("backup.json"))
    assert {"databases/app.sqlite3", "data/quality/report.md", "backup.json"} <= names
    assert f"versions/{active_version.name}/manifest.json" in names
    assert not any(name.startswith("data/logs") for name in names)
    assert manifest["active"] == active_version.name
    assert manifest["proof"]["signature"]
    assert os.name == "nt" or stat.S_IMODE(written.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_backup_never_takes_the_place_of_another(written: Path) -> None:
    before = written.read_bytes()
    with pytest.raises(BackupFailed, match="Name a new file"):
        backups.back_up(written)
    assert written.read_bytes() == before


@pytest.mark.django_db
def test_what_cannot_be_written_leaves_nothing_half(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="could not be written"):
        backups.back_up(tmp_path / "nowhere" / "backup.zip")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_is_not_whole_changes_nothing(
    written: Path, data_dir: Path, damage: str
) -> None:
    change, expected = DAMAGES[damage]
    changed(written, change)
    before = sorted(data_dir.rglob("*"))
    with pytest.raises(BackupUnusable, match=expected):
        backups.restore(written, replace=True)
    assert sorted(data_dir.rglob("*")) == before


@pytest.mark.django_db
def test_a_file_that_is_no_backup_is_refused(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no archive", encoding="utf-8")
    for name, expected in (("notes.zip", "is no backup"), ("none.zip", "There is no file")):
        with pytest.raises(BackupUnusable, match=expected):
            backups.restore(tmp_path / name, replace=True)


@pytest.mark.django_db
def test_a_site_that_is_there_is_not_replaced_unasked(ana: User, tmp_path: Path) -> None:
    with pytest.raises(SiteInUse, match="--replace"):
        backups.restore(tmp_path / "backup.zip")


@pytest.mark.slow
def test_a_broken_site_comes_back_and_answers_as_before(
    tiny_program: str, migrated_database: Path, tmp_path: Path
) -> None:
    home, backup, name = tmp_path / "home", str(tmp_path / "backup.zip"), VERSION
    home.mkdir()
    shutil.copy(migrated_database, home)
    assert manage(home, "shell", "-v0", "-c", ANA + tiny_program).returncode == 0
    assert manage(home, "backup", backup).returncode == 0
    (home / "models" / "versions" / name / "manifest.json").write_text("{}", encoding="utf-8")
    (home / "secret_key").unlink()
    refused = manage(home, "restore", backup)
    assert refused.returncode == 1 and "--replace" in refused.stderr
    restored = manage(home, "restore", "--replace", backup)
    assert restored.returncode == 0, restored.stderr
    assert f"Version {name} answers as it did" in restored.stdout
    assert manage(home, "verify_audit").returncode == 0
    (before,) = home.glob("before-restoring-*")
    assert (before / "databases" / "app.sqlite3").is_file()
    assert (before / "versions" / name / "manifest.json").read_text("utf-8") == "{}"
