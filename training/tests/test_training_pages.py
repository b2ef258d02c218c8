"""The Training page: start, follow, stop, do again, and read in plain words what came of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from registry.models import Job
from registry.services import config, jobs, versions
from registry.tests.factories import FIRST, SECOND, make_version, metrics_of
from training.core.comparison import compare
from training.services import starts
from training.tests.core.test_comparison import measured

pytestmark = pytest.mark.django_db
HOME = "/training/"


@pytest.fixture(autouse=True)
def house(data_dir: Path, models_store: Path) -> None:
    """An empty house."""


def waiting(**asked: Any) -> Job:
    return starts.start(by="eva@plant.example", **asked)


def running(**asked: Any) -> Job:
    job = jobs.claim(waiting(**asked).pk)
    assert job is not None
    return job


def succeeded(*, registered: bool = True, **result: Any) -> Job:
    job = running()
    jobs.succeed(job, {"version": SECOND, "registered": registered, "champion": None} | result)
    return job


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(browser: Client, address: str) -> str:
    main = page_of(browser, address).split("<main", 1)[-1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def poll(browser: Client, job: Job, after: int = 0) -> str:
    return page_of(browser, f"{HOME}jobs/{job.pk}/live/?after={after}")


def test_eva_starts_a_training_on_the_page_and_is_led_to_its_job(eva_browser: Client) -> None:
    assert "Nothing was trained here yet" in text_of(eva_browser, HOME)
    answer = eva_browser.post(
        HOME, {"strategy": "full", "sample_size": "500", "version_name": "", "dry_run": "on"}
    )
    job = Job.objects.get()
    assert answer.headers["Location"] == f"{HOME}jobs/{job.pk}/"
    wish = {key: job.parameters[key] for key in ("version_name", "sample_size", "dry_run")}
    assert wish == {"version_name": None, "sample_size": 500, "dry_run": True}
    text = text_of(eva_browser, HOME)
    assert "A training waits" in text
    assert "newest 500 items · dry run · eva@plant.example" in text


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"strategy": "full", "sample_size": "0"}, "greater than or equal to 1"),
        ({"strategy": "full", "version_name": "spring"}, "is not a version name"),
        ({"strategy": "incremental"}, "No model version is active"),
        ({}, "required"),
    ],
)
def test_a_form_that_cannot_work_comes_back_with_the_reason(
    eva_browser: Client, asked: dict[str, str], says: str
) -> None:
    answer = eva_browser.post(HOME, asked)
    assert says in answer.content.decode()
    assert not Job.objects.exists()


def test_ben_reads_the_page_and_finds_nothing_to_press(ben_browser: Client) -> None:
    job = waiting()
    page = page_of(ben_browser, HOME) + page_of(ben_browser, f"{HOME}jobs/{job.pk}/")
    assert "Start a training" not in page
    assert 'data-opens="cancel-job"' not in page
    for action in ("cancel", "retry"):
        assert ben_browser.post(f"{HOME}jobs/{job.pk}/{action}/").status_code == 403
    assert ben_browser.post(HOME, {"strategy": "full"}).status_code == 403


def test_a_poll_brings_the_new_lines_only_and_goes_on_while_the_job_is_open(
    eva_browser: Client,
) -> None:
    job = running()
    jobs.report(job, 30, "fold 1 of 5")
    first = poll(eva_browser, job)
    assert "started" in first
    assert 'value="30"' in first
    assert f"{HOME}jobs/{job.pk}/live/?after=3" in first
    jobs.report(job, 31, "fold 2 of 5")
    second = poll(eva_browser, job, after=3)
    assert "fold 2 of 5" in second
    assert "started" not in second
    assert "after=4" in second
    assert "job-log" not in poll(eva_browser, job, after=4), "nothing new, nothing added"


def test_the_last_poll_tells_the_end_and_asks_for_no_further_one(eva_browser: Client) -> None:
    job = running()
    jobs.fail(job, "Only 3 items have a routing.")
    answer = eva_browser.get(f"{HOME}jobs/{job.pk}/live/?after=2")
    page = answer.content.decode()
    assert answer.headers["HX-Trigger"] == "job-ended"
    assert "every 1s" not in page
    assert "Training failed" in page
    assert "Only 3 items have a routing." in page
    assert "Do it again" in page


def test_waiting_trainings_say_how_many_go_before_them(eva_browser: Client) -> None:
    running()
    waiting()
    third = waiting()
    assert "2 trainings go before it" in text_of(eva_browser, f"{HOME}jobs/{third.pk}/")
    text = text_of(eva_browser, HOME)
    assert "A training is running" in text
    assert f"Waiting Training {third.pk - 1} eva@plant.example" in text


def test_eva_stops_a_job_and_does_it_again(eva_browser: Client, eva: User) -> None:
    job = waiting(sample_size=300)
    eva_browser.post(f"{HOME}jobs/{job.pk}/cancel/")
    eva_browser.post(f"{HOME}jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert (job.state, job.cancel_by) == ("cancelled", eva.email)
    text = text_of(eva_browser, f"{HOME}jobs/{job.pk}/")
    assert f"Cancelled by {eva.email}. The active version is as it was." in text
    answer = eva_browser.post(f"{HOME}jobs/{job.pk}/retry/")
    again = Job.objects.waiting().get()
    assert answer.headers["Location"] == f"{HOME}jobs/{again.pk}/"
    assert (again.retry_of, again.parameters) == (job, job.parameters)
    eva_browser.post(f"{HOME}jobs/{again.pk}/retry/")
    assert Job.objects.count() == 2, "what has not ended is not done again"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (4.2, "4.20 min typical error a piece, 16 % better."),
        (5.5, "5.50 min typical error a piece, 10 % worse."),
        (5.0, "5.00 min typical error a piece, as good as the active version."),
        (None, "its typical error is not measurable"),
    ],
)
def test_the_end_is_told_in_one_sentence_against_the_version_that_was_active(
    eva_browser: Client, error: float | None, says: str
) -> None:
    versions.activate(make_version(FIRST, metrics=metrics_of(trim_mae=5.0)), by="ana")
    make_version(SECOND)
    job = succeeded(champion=FIRST, metrics=metrics_of(trim_mae=error))
    text = text_of(eva_browser, f"{HOME}jobs/{job.pk}/").replace("\u00a0", " ")
    assert says in text
    assert f"Active then: {FIRST}" in text
    assert f"Open version {SECOND}" in text


def test_the_boxes_of_the_form_say_what_competes(eva_browser: Client, eva: User) -> None:
    config.change_iter_training(values={"training": {"candidates": ["mlp"]}}, by=eva)
    page = page_of(eva_browser, HOME)
    assert re.findall(r'value="(\w+)"[^>]* checked', page) == ["mlp"], "as the settings say"
    chosen = {"strategy": "full", "candidates": ["baseline", "stacking"]}
    eva_browser.post(HOME, chosen)
    assert Job.objects.get().parameters["candidates"] == ["baseline", "stacking"]
    assert "competing: What the nearest items took" in text_of(eva_browser, HOME)


def test_an_increment_learns_nothing_whatever_the_boxes_say(eva_browser: Client) -> None:
    versions.activate(make_version(FIRST), by="ana")
    eva_browser.post(HOME, {"strategy": "incremental", "candidates": ["mlp"]})
    assert Job.objects.get().parameters["candidates"] == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (0.8, "0.80 min typical error a piece, 20 % better."),
        (0.98, f"not better than the active version. The typical error is only 2.0% lower; "
               f"5% are asked for. {FIRST} goes on answering; the new version is kept"),
    ],
)  # fmt: skip
def test_items_that_both_had_not_seen_say_which_is_better(
    eva_browser: Client, error: float, says: str
) -> None:
    versions.activate(make_version(FIRST, metrics=metrics_of(trim_mae=5.0)), by="ana")
    make_version(SECOND)
    old, new = ({"match": 0.9, "errors": [each] * 2} for each in (1.0, error))
    beside = compare(measured(0, 60, new), measured(0, 60, old), champion=FIRST)
    metrics = metrics_of(trim_mae=error) | {"comparison": beside.to_json()}
    job = succeeded(champion=FIRST, metrics=metrics)
    assert says in text_of(eva_browser, f"{HOME}jobs/{job.pk}/").replace("\u00a0", " ")


def test_the_comparison_holds_champion_new_version_and_the_best_simple_way(
    eva_browser: Client,
) -> None:
    others = metrics_of(0.80, trim_mae=5.0)
    others["backtest"]["items"] = 900
    make_version(FIRST, metrics=others)
    make_version(SECOND)
    job = succeeded(champion=FIRST, metrics=metrics_of(0.87, trim_mae=4.0))
    text = text_of(eva_browser, f"{HOME}jobs/{job.pk}/").replace("\u00a0", " ")
    assert (
        "Right routing first 87.0 % 80.0 % +7.0 points ▲ better 22.0 % (copy of the nearest" in text
    )
    assert "Error of run times 9.0 % 9.0 % +0.0 points = the same" in text
    assert "Measured on 1000 items" in text
    assert text.count("The active version was measured on other items") == 2


def test_an_active_version_that_was_never_measured_is_not_measurable(eva_browser: Client) -> None:
    make_version(FIRST, metrics=metrics_of() | {"backtest": None})
    make_version(SECOND)
    job = succeeded(champion=FIRST, metrics=metrics_of(0.87, trim_mae=4.0))
    text = text_of(eva_browser, f"{HOME}jobs/{job.pk}/").replace("\u00a0", " ")
    assert "Right routing first 87.0 % not measurable not measurable not measurable 22.0 %" in text
    assert "was not measured when it was made" in text
    assert "on other items" not in text
    assert "Not measurable. Nothing is known of how" in text


def test_a_first_training_and_a_dry_run_say_what_they_are(eva_browser: Client) -> None:
    job = succeeded(registered=False, metrics=metrics_of(trim_mae=4.2))
    text = text_of(eva_browser, f"{HOME}jobs/{job.pk}/").replace("\u00a0", " ")
    assert "Training finished: 4.20 min typical error a piece." in text
    assert "Dry run: no version was kept." in text
    assert "Open version" not in text
    unmeasured = succeeded(registered=False, metrics={"backtest": None})
    assert "accuracy is not measurable" in text_of(eva_browser, f"{HOME}jobs/{unmeasured.pk}/")


@pytest.mark.parametrize(
    ("added", "flagged", "says"),
    [
        (0, 0, "Nothing to add"),
        (1, 2, "1 item was added. 2 items ask for a full training. G-1, G-2"),
        (1200, 7, "1,200 items were added. 7 items ask for a full training. G-1, G-2 …"),
    ],
)
def test_an_incremental_training_says_what_it_added(
    eva_browser: Client, added: int, flagged: int, says: str
) -> None:
    told = {"added": added, "flagged": flagged, "first_flagged": ["G-1", "G-2"][:flagged]}
    job = succeeded(registered=False, metrics=None, waiting=0, **told)
    assert says in text_of(eva_browser, f"{HOME}jobs/{job.pk}/")


def test_the_history_says_what_came_of_a_training_that_made_no_version(
    eva_browser: Client,
) -> None:
    jobs.cancel(waiting(), by="eva")
    dry = running(dry_run=True)
    jobs.succeed(dry, {"version": SECOND, "registered": False, "metrics": None})
    succeeded(registered=False, metrics=None, skipped="Nothing has changed in the ERP tables.")
    text = text_of(eva_browser, HOME).split("History")[1]
    for says in ("cancelled by eva", "Dry run: no version was kept.", "Nothing has changed"):
        assert says in text


def test_the_history_is_narrowed_by_state_and_kind(eva_browser: Client) -> None:
    cancelled = jobs.cancel(waiting(), by="eva")
    lost = running()
    jobs.fail(lost, "no data", traceback="")
    text = text_of(eva_browser, f"{HOME}?state=cancelled").split("History")[1]
    assert f"Training {cancelled.pk}" in text
    assert f"Training {lost.pk}" not in text
    assert "no data" in text_of(eva_browser, f"{HOME}?state=failed")
    assert "There is no such job." in text_of(eva_browser, f"{HOME}?state=lost")
    assert f"Training {lost.pk}" in text_of(eva_browser, f"{HOME}?state=nonsense&kind=nonsense")


def test_a_bug_shows_its_traceback_to_engineers_only(
    eva_browser: Client, ben_browser: Client
) -> None:
    job = running()
    jobs.fail(job, "KeyError: 'x'", traceback="Traceback (most recent call last)")
    address = f"{HOME}jobs/{job.pk}/"
    assert "Training broke down" in text_of(ben_browser, address)
    assert "Traceback" in text_of(eva_browser, address)
    assert "Traceback" not in text_of(ben_browser, address)


def test_a_long_running_time_is_written_as_on_a_clock(eva_browser: Client) -> None:
    job = running()
    started = job.started_at
    assert started is not None
    Job.objects.filter(pk=job.pk).update(started_at=started.replace(year=started.year - 1))
    assert re.search(r"running time \d{4}:\d\d:\d\d", text_of(eva_browser, f"{HOME}jobs/{job.pk}/"))


def test_a_job_that_is_not_there_is_a_page_that_says_so(eva_browser: Client) -> None:
    for end in ("", "live/"):
        assert eva_browser.get(f"{HOME}jobs/987/{end}").status_code == 404
