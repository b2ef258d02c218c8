"""Old versions lose their files, never the one that answers nor those that one goes back to."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from registry import store
from registry.core.state import State
from registry.models import ModelVersion, VersionState
from registry.services import config, pruning, versions
from registry.services.versions import VersionNotReady
from registry.tests.factories import make_version

pytestmark = pytest.mark.django_db


def aged(number: int, days: int) -> ModelVersion:
    """A version that was made so many days ago."""
    version = make_version(f"2026.01.01_{number}")
    when = timezone.now() - timedelta(days=days)
    ModelVersion.objects.filter(pk=version.pk).update(created_at=when)
    version.refresh_from_db()
    return version


def live_since(version: ModelVersion, days: int, by: User) -> None:
    versions.activate(version, by=by)
    when = timezone.now() - timedelta(days=days)
    ModelVersion.objects.filter(pk=version.pk).update(activated_at=when)


def killed_before_its_row(models_store: Path, name: str, minutes: int) -> None:
    """Leave what a process leaves that is killed between moving a version and storing its row."""
    with store.staging() as folder:
        store.write(folder, {"part": State(meta={})}, {"name": name}, {})
        store.publish(folder, name)
    (mark,) = (models_store / "unsettled").iterdir()
    when = time.time() - 60 * minutes
    os.utime(mark, (when, when))


def names(*numbers: int) -> list[str]:
    return [f"2026.01.01_{number}" for number in numbers]


def test_versions_over_180_days_go_and_the_newest_three_stay(models_store: Path) -> None:
    for number, days in enumerate((400, 300, 200, 190, 185, 181), 1):
        aged(number, days)

    assert sorted(pruning.prune_versions()) == names(1, 2, 3)
    assert sorted(path.name for path in (models_store / "versions").iterdir()) == names(4, 5, 6)
    assert ModelVersion.objects.get(name=names(1)[0]).state == VersionState.REMOVED
    assert AuditEvent.objects.filter(action="registry.version.removed").count() == 3
    assert pruning.prune_versions() == []


def test_younger_ones_stay(models_store: Path, eva: User) -> None:
    for number in range(1, 6):
        aged(number, 179)
    assert pruning.prune_versions() == []
    config.change_iter_training(values={"schedule": {"version_days": 90}}, by=eva)
    assert sorted(pruning.prune_versions()) == names(1, 2)


def test_the_active_one_and_those_before_it_stay_however_old(models_store: Path, ana: User) -> None:
    old = [aged(number, 500 - number) for number in range(1, 6)]
    for version in old[:3]:
        live_since(version, 400, ana)
    for number in range(6, 9):
        aged(number, 1)

    assert sorted(pruning.prune_versions()) == names(4, 5)
    versions.roll_back(by=ana)
    assert store.version_path(names(2)[0]).exists()


def test_one_that_was_live_lately_stays(models_store: Path, ana: User) -> None:
    versions.activate(aged(1, 400), by=ana)
    for number in range(2, 9):
        live_since(aged(number, 300), 250, ana)
    removed = pruning.prune_versions()

    assert removed
    assert names(1)[0] not in removed


def test_a_removed_version_says_why_it_cannot_be_activated(models_store: Path, ana: User) -> None:
    for number in range(1, 5):
        aged(number, 400 - number)
    pruning.prune_versions()

    with pytest.raises(VersionNotReady, match="its files were removed"):
        versions.activate(ModelVersion.objects.get(name=names(1)[0]), by=ana)


def test_what_a_pruning_that_was_broken_off_left_is_removed_by_the_next(
    models_store: Path,
) -> None:
    version = aged(1, 400)
    ModelVersion.objects.filter(pk=version.pk).update(state=VersionState.REMOVED)
    pruning.prune_versions()
    assert not store.version_path(version.name).exists()
    assert not list((models_store / "staging").iterdir())


def test_a_version_whose_process_was_killed_before_its_row_is_removed(models_store: Path) -> None:
    killed_before_its_row(models_store, names(1)[0], minutes=11)
    with pytest.raises(store.VersionExists):
        versions.refuse_name(names(1)[0])  # before hours are spent on it

    assert pruning.prune_versions() == []
    assert not store.version_path(names(1)[0]).exists()
    assert make_version(names(1)[0]).state == VersionState.REGISTERED


def test_one_that_is_being_registered_by_another_host_stays(models_store: Path) -> None:
    killed_before_its_row(models_store, names(1)[0], minutes=5)
    pruning.prune_versions()
    assert store.version_path(names(1)[0]).exists()


def test_a_registered_version_stays_whatever_its_process_left(models_store: Path) -> None:
    version = make_version(names(1)[0])
    assert store.unsettled(older_than=0) == []

    (models_store / "unsettled" / version.name).touch()
    os.utime(models_store / "unsettled" / version.name, (0, 0))
    pruning.prune_versions()
    assert store.verify(version.name, version.manifest_digest)
    assert store.unsettled(older_than=0) == []


def test_a_folder_of_another_installation_stays(models_store: Path) -> None:
    killed_before_its_row(models_store, names(1)[0], minutes=11)
    store.settle(names(1)[0])  # its own installation knows it; here it has no row
    pruning.prune_versions()
    assert store.version_path(names(1)[0]).exists()
