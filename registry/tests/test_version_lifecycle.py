"""Versions are registered, activated, rolled back, retired; one answers, and it is known who."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from registry import selectors, store
from registry.core.artifacts import VersionMissing, VersionTampered
from registry.models import Activation, ModelVersion, VersionState
from registry.models.versions import HistoryIsFixed
from registry.services import versions
from registry.services.versions import VersionConflict, VersionNotReady
from registry.tests.factories import FIRST, SECOND, THIRD, make_version, metrics_of, spoil

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]


def active_name() -> str:
    active = selectors.champion()
    return active.name if active else ""


def test_a_new_version_is_registered_and_answers_nobody() -> None:
    version = make_version(profile_name="seal plant", profile_revision=3)

    assert version.state == VersionState.REGISTERED
    assert active_name() == ""
    assert (version.created_by, version.activated_at, version.activated_by) == (
        "ana@plant.example", None, "",
    )  # fmt: skip
    assert (version.schema_hash, version.dataset_hash) == ("s1", "d1")
    assert (version.profile_name, version.profile_revision) == ("seal plant", "3")


def test_a_row_carries_the_folders_identity_size_and_figures() -> None:
    version = make_version(metrics=metrics_of(0.5, recall=0.995, wape=float("nan")))
    manifest = store.verify(version.name, version.manifest_digest)

    assert version.size_bytes == manifest.size > 0
    assert version.recall == 0.995
    assert version.metrics["backtest"]["model"]["wape"] is None


def test_ana_activates_a_version_and_it_is_written_down(ana: User) -> None:
    version = make_version()
    activation = versions.activate(version, by=ana)

    assert active_name() == FIRST
    assert (version.state, version.activated_by) == (VersionState.ACTIVE, ana.email)
    assert (activation.by, activation.previous) == (ana.email, None)
    event = AuditEvent.objects.get(action="registry.version.activated")
    assert (event.actor, event.target, event.before, event.after) == (ana.email, FIRST, None, FIRST)


def test_the_version_before_retires_when_another_is_activated(ana: User) -> None:
    first, second = make_version(FIRST), make_version(SECOND)
    versions.activate(first, by=ana)
    activation = versions.activate(second, by=ana)

    first.refresh_from_db()
    assert (first.state, active_name()) == (VersionState.RETIRED, SECOND)
    assert activation.previous == first


def test_the_database_refuses_a_second_active_version(ana: User) -> None:
    make_version(FIRST), versions.activate(make_version(SECOND), by=ana)

    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(state=VersionState.ACTIVE, activated_by="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "live"},
        {"activated_by": "somebody"},
        {"state": VersionState.ACTIVE},
        {"created_by": ""},
        {"recall": 1.5},
        {"size_bytes": -1},
    ],
)
def test_the_database_refuses_rows_that_cannot_be(wrong: dict[str, object]) -> None:
    make_version()

    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(**wrong)


@pytest.mark.parametrize("name", ["2026.11.21", "2026.13.01_1", "../../etc_1", "2026.11.21_0", ""])
def test_a_name_that_is_not_one_is_refused(name: str) -> None:
    with pytest.raises(Exception, match="not a version name"):
        make_version(name)
    assert not ModelVersion.objects.exists()


def test_a_name_is_given_once() -> None:
    version = make_version()

    with pytest.raises(store.VersionExists, match=FIRST):
        make_version(metrics=metrics_of(0.1))
    assert store.verify(FIRST, version.manifest_digest)


def test_a_name_is_not_given_again_after_its_folder_is_gone() -> None:
    make_version()
    shutil.rmtree(store.version_path(FIRST))

    with pytest.raises(store.VersionExists):
        make_version()


def test_where_the_shared_folder_has_gone_no_version_is_begun_out_of_its_sight(
    models_store: Path,
) -> None:
    make_version()
    shutil.move(models_store / "versions", models_store / "elsewhere")  # no longer mounted

    for begin in (versions.next_name, lambda: versions.refuse_name(SECOND)):
        with pytest.raises(store.StoreUnwritable, match="Mount it again"):
            begin()
    with pytest.raises(store.StoreUnwritable, match="Mount it again"):
        make_version(SECOND)
    assert not (models_store / "versions").exists()

    shutil.move(models_store / "elsewhere", models_store / "versions")
    make_version(SECOND)


def test_a_row_that_cannot_be_stored_leaves_no_folder() -> None:
    with pytest.raises(IntegrityError):
        make_version(metrics=metrics_of(recall=7.0))

    assert not store.version_path(FIRST).exists()


@pytest.mark.parametrize(("recall", "why"), [(0.98, "0.9800"), (None, "was not measured")])
def test_a_search_that_finds_too_little_never_goes_live(
    ana: User, recall: float | None, why: str
) -> None:
    version = make_version(metrics=metrics_of(recall=recall))

    with pytest.raises(VersionNotReady, match=why):
        versions.activate(version, by=ana)
    assert active_name() == ""


def test_a_spoilt_version_is_not_activated_and_the_old_one_stays(ana: User) -> None:
    versions.activate(make_version(FIRST), by=ana)
    spoilt = make_version(SECOND)
    spoil(SECOND)

    with pytest.raises(VersionTampered):
        versions.activate(spoilt, by=ana)
    assert active_name() == FIRST
    assert Activation.objects.count() == 1


def test_another_genuine_version_in_its_place_is_not_activated(
    ana: User, models_store: Path
) -> None:
    make_version(FIRST)
    shutil.copytree(models_store, models_store.parent / "copy")
    ModelVersion.objects.all().delete()
    shutil.rmtree(store.version_path(FIRST))
    version = make_version(FIRST, metrics=metrics_of(0.99))
    shutil.rmtree(store.version_path(FIRST))
    shutil.copytree(models_store.parent / "copy" / "versions" / FIRST, store.version_path(FIRST))

    with pytest.raises(VersionTampered, match="not the one that was registered"):
        versions.activate(version, by=ana)


def test_the_active_version_is_not_activated_again(ana: User) -> None:
    version = make_version()
    versions.activate(version, by=ana)

    with pytest.raises(VersionConflict, match="active already"):
        versions.activate(version, by=ana)


def test_of_two_who_decide_on_the_same_champion_the_second_is_told(ana: User) -> None:
    first, second = make_version(FIRST), make_version(SECOND)
    versions.activate(first, by=ana, instead_of="")

    with pytest.raises(VersionConflict, match="in the meantime"):
        versions.activate(second, by=ana, instead_of="")
    assert active_name() == FIRST


def test_a_row_that_changed_under_our_hands_is_not_overwritten(ana: User) -> None:
    stale = make_version()
    versions.retire(ModelVersion.objects.get(), by=ana)

    with pytest.raises(VersionConflict, match="in the meantime"):
        versions.activate(stale, by=ana)
    assert (active_name(), Activation.objects.count()) == ("", 0)


def test_rolling_back_returns_to_the_one_before(ana: User) -> None:
    versions.activate(make_version(FIRST), by=ana)
    versions.activate(make_version(SECOND), by=ana)
    activation = versions.roll_back(by=ana)

    assert active_name() == FIRST
    assert (activation.kind, str(activation.previous)) == ("rolled_back", SECOND)
    assert AuditEvent.objects.filter(action="registry.version.rolled_back", target=FIRST).exists()


def test_rolling_back_twice_goes_two_back_and_never_to_the_version_just_left(ana: User) -> None:
    for name in (FIRST, SECOND, THIRD):
        versions.activate(make_version(name), by=ana)

    went = []
    for _ in range(2):
        versions.roll_back(by=ana)
        went.append(active_name())
    assert went == [SECOND, FIRST]
    with pytest.raises(VersionConflict, match="nothing to roll back to"):
        versions.roll_back(by=ana)


def test_after_a_roll_back_a_new_activation_can_be_rolled_back_too(ana: User) -> None:
    versions.activate(make_version(FIRST), by=ana)
    second = make_version(SECOND)
    versions.activate(second, by=ana)
    versions.roll_back(by=ana)
    second.refresh_from_db()
    versions.activate(second, by=ana)

    assert selectors.roll_back_target() == ModelVersion.objects.get(name=FIRST)
    versions.roll_back(by=ana)
    assert active_name() == FIRST


def test_rolling_back_to_a_lost_folder_is_refused_and_the_active_one_stays(ana: User) -> None:
    versions.activate(make_version(FIRST), by=ana)
    versions.activate(make_version(SECOND), by=ana)
    shutil.rmtree(store.version_path(FIRST))

    with pytest.raises(VersionMissing, match="activate another version"):
        versions.roll_back(by=ana)
    assert active_name() == SECOND


def test_the_history_says_what_was_live_when_by_whom_and_instead_of_what(ana: User) -> None:
    versions.activate(make_version(FIRST), by=ana)
    versions.activate(make_version(SECOND), by="command line")
    versions.roll_back(by=ana)

    now, before, oldest = selectors.history()
    assert [period.version for period in (now, before, oldest)] == [FIRST, SECOND, FIRST]
    assert [period.previous for period in (now, before, oldest)] == [SECOND, FIRST, ""]
    assert [period.by for period in (now, before, oldest)] == [ana.email, "command line", ana.email]
    assert (now.until, before.until, oldest.until) == (None, now.since, before.since)


def test_the_history_cannot_be_rewritten(ana: User) -> None:
    activation = versions.activate(make_version(), by=ana)

    for rewrite in (
        activation.save,
        activation.delete,
        Activation.objects.all().delete,
        lambda: Activation.objects.update(by="somebody else"),
    ):
        with pytest.raises(HistoryIsFixed):
            rewrite()


def test_a_version_set_aside_can_still_be_activated(ana: User) -> None:
    version = make_version()
    versions.retire(version, by=ana)
    assert version.state == VersionState.RETIRED

    versions.activate(version, by=ana)
    assert active_name() == FIRST


def test_the_active_version_cannot_be_retired(ana: User) -> None:
    version = make_version()
    versions.activate(version, by=ana)

    with pytest.raises(VersionConflict, match="activate another"):
        versions.retire(version, by=ana)
    assert active_name() == FIRST


def test_what_nobody_in_particular_does_is_done_by_the_system() -> None:
    versions.activate(make_version(), by=None)

    assert selectors.history()[0].by == "system"


def test_invalidating_makes_the_active_version_look_new(ana: User) -> None:
    versions.activate(make_version(), by=ana)
    before = selectors.active_version()
    versions.invalidate_caches(by=ana)

    assert selectors.active_version() != before
    assert AuditEvent.objects.filter(action="registry.version.reloaded", target=FIRST).exists()


def test_without_an_active_version_there_is_nothing_to_invalidate(ana: User) -> None:
    with pytest.raises(selectors.NoActiveVersion, match="activate NAME"):
        versions.invalidate_caches(by=ana)


def test_names_of_a_day_count_on_after_rows_and_folders(models_store: Path) -> None:
    first = versions.next_name()
    make_version(first)
    shutil.rmtree(store.version_path(first))
    (models_store / "versions" / first.replace("_1", "_4")).mkdir(parents=True)

    assert first.endswith("_1")
    assert versions.next_name() == first.replace("_1", "_5")
