"""What happens by itself: the month's training is asked for, and the calendar's rows are ours."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule

from accounts.models import User
from registry.services import config
from training import tasks
from training.models import RetrainingRequest

pytestmark = pytest.mark.django_db


def test_the_months_training_learns_from_the_newest_hundred_thousand() -> None:
    tasks.monthly_training()
    row = RetrainingRequest.objects.get()
    assert (row.reason, row.sample_size, row.asked_by) == ("schedule", 100_000, "system")


def test_the_settings_can_ask_for_all_items_or_for_no_training(eva: User) -> None:
    config.change_iter_training(values={"schedule": {"newest_items": 0}}, by=eva)
    tasks.monthly_training()
    assert RetrainingRequest.objects.get().sample_size is None

    config.change_iter_training(values={"schedule": {"monthly_training": False}}, by=eva)
    tasks.monthly_training()
    assert RetrainingRequest.objects.count() == 1


def test_the_calendar_is_set_up_by_one_command_and_everything_in_it_can_be_called() -> None:
    Schedule.objects.create(name="routingml.of_an_older_release", func="gone.away")
    Schedule.objects.create(name="made by hand", func="math.sqrt")
    call_command("setup_schedules")
    call_command("setup_schedules")

    rows = {row.name: row for row in Schedule.objects.all()}
    assert rows["routingml.monthly_training"].cron == "0 2 1 * *"
    assert rows["routingml.quality_cycle"].cron == "0 2 * * *"
    assert {"routingml.prune_versions", "routingml.reap_jobs", "routingml.heartbeat"} <= rows.keys()
    assert "routingml.of_an_older_release" not in rows
    assert "made by hand" in rows
    for name, row in rows.items():
        assert callable(import_string(row.func)), name
