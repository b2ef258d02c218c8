"""The log of a running job in a real Chromium: it follows its end, and lets the reader read."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from registry.models import Job
from registry.services import job_lines, jobs
from training.services import starts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def house(data_dir: Path, models_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty house, in which the test is the worker."""
    monkeypatch.setattr(jobs, "_offer", lambda job: None)


@pytest.fixture
def running() -> Job:
    job = jobs.claim(starts.start(by="eva").pk)
    assert job is not None
    for number in range(60):
        job_lines.add(job, f"epoch {number}")
    return job


@pytest.fixture
def followed(eva_page: Page, running: Job) -> Page:
    """Eva's page of the running job."""
    eva_page.goto(f"/training/jobs/{running.pk}/")
    return eva_page


def from_end(page: Page) -> float:
    return float(
        page.locator("[data-log]").evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight")
    )


def test_the_log_follows_its_end_unless_the_reader_has_scrolled_up(
    followed: Page, running: Job
) -> None:
    assert from_end(followed) < 2
    job_lines.add(running, "a line that comes later")
    expect(followed.get_by_text("a line that comes later")).to_be_visible()
    assert from_end(followed) < 2
    followed.locator("[data-log]").evaluate("e => { e.scrollTop = 100 }")
    again = followed.get_by_role("button", name="Follow the end again")
    expect(again).to_be_visible()
    job_lines.add(running, "one while reading")
    expect(followed.get_by_text("one while reading")).to_be_attached()
    assert followed.locator("[data-log]").evaluate("e => e.scrollTop") == 100
    again.click()
    assert from_end(followed) < 2
    expect(again).to_be_hidden()


def test_the_end_is_told_where_the_job_is_watched(followed: Page, running: Job) -> None:
    followed.get_by_role("button", name="Stop …").click()
    expect(followed.get_by_role("dialog")).to_be_visible()
    jobs.fail(running, "Only 3 items have a routing.")
    expect(followed.get_by_text("Training failed")).to_be_visible()
    expect(followed.get_by_role("dialog")).to_be_hidden()
    expect(followed.get_by_role("button", name="Do it again")).to_be_visible()
    lines = followed.locator("#job-log li").all_inner_texts()
    assert lines == [str(line) for line in job_lines.after(running, 0)]


def test_eva_starts_a_training_watches_it_stops_it_and_does_it_again(eva_page: Page) -> None:
    eva_page.goto("/training/")
    for box in eva_page.get_by_role("group", name="Ways to learn").get_by_role("checkbox").all():
        expect(box).to_be_checked()
        box.uncheck()
    eva_page.get_by_role("button", name="Start", exact=True).click()
    expect(eva_page.get_by_text("next; waits for a worker")).to_be_visible()
    job = jobs.claim(Job.objects.get().pk)
    assert job is not None
    assert job.parameters["candidates"] == []
    jobs.report(job, 36, "learning which items are made alike · epoch 3 of 97")
    expect(eva_page.get_by_text("epoch 3 of 97")).to_be_visible()
    eva_page.get_by_role("button", name="Stop …").click()
    eva_page.get_by_role("button", name="Stop it").click()
    expect(eva_page.get_by_text("is being stopped")).to_be_visible()
    jobs.break_off(job)
    expect(eva_page.get_by_text("Training cancelled")).to_be_visible()
    eva_page.get_by_role("button", name="Do it again").click()
    expect(eva_page.get_by_text(f"Done again after Training {job.pk}")).to_be_visible()
