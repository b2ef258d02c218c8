"""Settings of iterative training: declared once, checked field by field, kept as revisions."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, User
from registry import selectors
from registry.iter_training import SECTIONS, SETTINGS, Sampling, Thresholds
from registry.models import ConfigRevision
from registry.services import config, mappings
from registry.setting_types import Setting

pytestmark = pytest.mark.django_db


def test_nine_sections_are_in_force_with_the_usual_values() -> None:
    now = config.iter_training()

    assert len(SECTIONS) == 9
    assert now.sampling == Sampling(500, "stratified", "PART_TYPE", 42, 30, 100)
    assert now.thresholds == Thresholds(5.0, 3.5, 0.80, 0.5, 3, 0.10)
    assert (now.queue.most_waiting, now.queue.retries, now.queue.pause_seconds) == (3, 2, 60)
    assert (now.training.folds, now.training.least_improvement) == (5, 0.05)
    assert (now.reports.keep, now.schedule.cycle_seconds) == (30, 3600)
    assert (now.cache.seconds, now.cache.entries) == (3600, 1000)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_default_is_a_value_that_its_setting_can_have(setting: Setting) -> None:
    assert setting.kind.clean(setting.default) == setting.default
    assert str(setting.label)
    assert str(setting.help)


def test_a_change_is_in_force_at_once_and_says_who(eva: User) -> None:
    values = {"sampling": {"sample_size": 50}, "training": {"candidates": ["mlp", "baseline"]}}
    revision = config.change_iter_training(values=values, by=eva, comment="small plant")

    now = config.iter_training()
    assert (now.sampling.sample_size, now.training.candidates) == (50, ("baseline", "mlp"))
    assert now.sampling.seed == 42
    assert revision
    assert (revision.number, revision.created_by) == (1, eva.email)
    assert AuditEvent.objects.filter(action="registry.config.changed", actor=eva.email).exists()


def test_runtime_parameters_and_settings_do_not_disturb_each_other(eva: User) -> None:
    config.change(values={"top_k": 7}, by=eva)
    config.change_iter_training(values={"sampling": {"seed": 7}}, by=eva)
    config.change(values={"top_k": 8}, by=eva)

    assert config.iter_training().sampling.seed == 7
    assert selectors.runtime_config()["top_k"] == 8


def test_the_cache_is_one_truth_under_two_names(eva: User, settings: Any) -> None:
    settings.PREDICTION_CACHE_SIZE = 77
    assert config.iter_training().cache.entries == 77

    config.change_iter_training(values={"cache": {"entries": 5}}, by=eva)
    assert selectors.runtime_config()["prediction_cache_size"] == 5


def test_every_wrong_field_is_named_with_what_it_can_be(eva: User) -> None:
    wrong = {
        "sampling": {"sample_size": 0, "strategy": "best", "seed": True, "sample": 1},
        "thresholds": {"mae": "5", "process_match": 1.01, "cv": float("nan")},
        "training": {"candidates": []},
        "schedule": {"daily_cycle": 1},
        "colours": {"red": 1},
        "queue": 3,
    }
    with pytest.raises(config.InvalidSettings) as refused:
        config.change_iter_training(values=wrong, by=eva)

    assert refused.value.fields.keys() == {
        "sampling.sample_size", "sampling.strategy", "sampling.seed", "sampling.sample",
        "thresholds.mae", "thresholds.process_match", "thresholds.cv", "training.candidates",
        "schedule.daily_cycle", "colours", "queue",
    }  # fmt: skip
    assert refused.value.fields["sampling.sample_size"] == "Give a whole number from 1 to 100,000."
    assert not ConfigRevision.objects.exists()


def test_one_wrong_field_changes_none_of_the_others(eva: User) -> None:
    with pytest.raises(config.InvalidSettings):
        config.change_iter_training(values={"sampling": {"seed": 7, "sample_size": -1}}, by=eva)
    assert config.iter_training().sampling.seed == 42


def test_a_column_that_items_do_not_have_divides_none(eva: User) -> None:
    mappings.active_profile()
    with pytest.raises(config.InvalidSettings, match="Items have no column NOPE; they have "):
        config.change_iter_training(values={"sampling": {"stratify_by": "NOPE"}}, by=eva)
    config.change_iter_training(values={"sampling": {"stratify_by": "ITEM_MATERIAL"}}, by=eva)
    assert config.iter_training().sampling.stratify_by == "ITEM_MATERIAL"


def test_none_brings_a_setting_back_to_its_default(eva: User) -> None:
    config.change_iter_training(values={"sampling": {"seed": 7}}, by=eva)
    revision = config.change_iter_training(values={"sampling": {"seed": None}}, by=eva)

    assert revision
    assert revision.values == {}


def test_who_saves_what_somebody_else_has_changed_is_told(eva: User) -> None:
    config.change_iter_training(values={"sampling": {"seed": 7}}, by=eva, based_on=0)
    with pytest.raises(config.ConfigConflict, match="in the meantime"):
        config.change_iter_training(values={"sampling": {"seed": 8}}, by=eva, based_on=0)
    assert config.iter_training().sampling.seed == 7


def test_any_revision_comes_back_as_a_new_one(ana: User) -> None:
    config.change_iter_training(values={"sampling": {"seed": 7}}, by=ana)
    config.change_iter_training(values={"sampling": {"seed": 8}}, by=ana)
    restored = config.restore(1, by=ana)

    assert restored
    assert (restored.number, restored.comment) == (3, "back to r1")
    assert config.iter_training().sampling.seed == 7
    config.restore(0, by=ana)
    assert config.iter_training().sampling.seed == 42
    with pytest.raises(config.RevisionUnknown):
        config.restore(99, by=ana)


def test_a_stored_value_that_this_release_no_longer_takes_gives_way_to_the_default() -> None:
    ConfigRevision.objects.create(
        number=1, values={"sampling.seed": "x", "gone.away": 1}, created_by="ana"
    )
    assert config.iter_training().sampling.seed == 42
