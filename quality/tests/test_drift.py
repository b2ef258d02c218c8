"""What live answers are compared with: what the training wrote down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from quality import tasks
from quality.core.drift import look
from quality.models import DriftCheck
from quality.services import drift
from quality.tests.test_api import asked
from registry.core.confidence import Confidence
from registry.core.model import RoutingModel
from registry.core.state import State
from registry.models import ModelVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_baseline(active_version: ModelVersion, tiny_model: RoutingModel) -> ModelVersion:
    """The active version, with what its training says about items it had not seen."""
    active_version.metrics = {**active_version.metrics, "unseen": tiny_model.confidence.unseen}
    active_version.save(update_fields=["metrics"])
    return active_version


def test_a_training_writes_down_how_it_answered_about_every_item_it_had_held_out(
    tiny_model: RoutingModel,
) -> None:
    unseen = tiny_model.confidence.unseen
    assert sum(unseen["similarity"]) == sum(unseen["confidence"]) == 294
    assert sum(unseen["known_similarity"]) == sum(unseen["known_confidence"]) == 294
    again = Confidence.from_state(tiny_model.confidence.to_state())
    assert again.unseen == unseen


def test_the_baseline_is_of_the_figures_that_live_answers_carry(tiny_model: RoutingModel) -> None:
    items = [tiny_model.item(code) for code in tiny_model.item_codes[:200]]
    known = [item for item in items if item is not None]
    answers = tiny_model.predict(known, leave_out=True, explain=False)
    live = [one.candidates[0].confidence for one in answers]
    assert look(live, tiny_model.confidence.unseen["confidence"]).band == "none"


def test_versions_from_before_it_was_written_can_still_be_read(tiny_model: RoutingModel) -> None:
    meta = dict(tiny_model.confidence.to_state().meta)
    del meta["unseen"]
    old = Confidence.from_state(State(meta=meta))
    assert old == replace(tiny_model.confidence, unseen={})


def test_a_week_of_looks_is_told_whole() -> None:
    looks = [
        DriftCheck(at=timezone.now() - n * timedelta(minutes=10), model_version="v", answers=1)
        for n in range(7 * 24 * 6)
    ]
    DriftCheck.objects.bulk_create(looks)
    summary = drift.summary(7)
    assert len(summary["rows"]) == summary["checks"] >= 7 * 24 * 6 - 1


def test_looks_of_long_ago_go_and_events_stay() -> None:
    now = timezone.now()
    for days, is_event in ((0, False), (179, False), (181, False), (181, True)):
        at = now - timedelta(days=days)
        DriftCheck.objects.create(
            at=at, model_version="v", answers=1, band="none", is_event=is_event
        )
    assert tasks.prune_drift() == 1
    assert list(DriftCheck.objects.filter(at__lt=now - drift.KEPT).values_list("is_event")) == [
        (True,)
    ]


def test_live_answers_are_held_against_the_training_from_the_first_hour(
    with_baseline: ModelVersion,
) -> None:
    asked(0.3, 150, with_baseline.name)
    found = drift.check()
    assert found is not None
    assert found.is_event


def test_a_file_that_is_sent_again_and_again_moves_nothing(with_baseline: ModelVersion) -> None:
    for _time in range(5):
        asked(0.3, 30, with_baseline.name)
    stream = drift.live(with_baseline.name)
    assert stream.similarity == [0.3] * 30 and stream.confidence == [0.9] * 30
    found = drift.check()
    assert found is not None and not found.is_event, "thirty items are too few"
