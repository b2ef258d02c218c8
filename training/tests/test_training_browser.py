"""The log of a running job in a real Chromium: it follows its end, and lets the reader read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from registry.models import Job
from registry.services import job_lines, jobs
from training.services import starts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def running(data_dir: Path, models_store: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(jobs, "_offer", lambda job: None)  # it is this test that is the worker
    job = jobs.claim(starts.start(by="eva").pk)
    assert job is not None
    for number in range(60):
        job_lines.add(job, f"epoch {number}")
    return job


@pytest.fixture
def followed(page: Page, eva: User, running: Job, live_server: Any) -> Page:
    """Eva's page of the running job."""
    client = Client()
    client.force_login(eva)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/training/jobs/{running.pk}/")
    return page


def from_end(page: Page) -> float:
    return float(
        page.locator("#job-log").evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight")
    )


def test_the_log_follows_its_end_unless_the_reader_has_scrolled_up(
    followed: Page, running: Job
) -> None:
    assert from_end(followed) < 2
    job_lines.add(running, "a line that comes later")
    expect(followed.get_by_text("a line that comes later")).to_be_visible()
    assert from_end(followed) < 2
    followed.locator("#job-log").evaluate("e => { e.scrollTop = 100 }")
    again = followed.get_by_role("button", name="Follow the end again")
    expect(again).to_be_visible()
    job_lines.add(running, "one while reading")
    expect(followed.get_by_text("one while reading")).to_be_attached()
    assert followed.locator("#job-log").evaluate("e => e.scrollTop") == 100
    again.click()
    assert from_end(followed) < 2
    expect(again).to_be_hidden()


def test_the_end_is_told_where_the_job_is_watched(followed: Page, running: Job) -> None:
    followed.get_by_role("button", name="Cancel").click()
    expect(followed.get_by_role("dialog")).to_be_visible()
    jobs.fail(running, "Only 3 items have a routing.")
    expect(followed.get_by_text("Training failed")).to_be_visible()
    expect(followed.get_by_role("dialog")).to_be_hidden()
    expect(followed.get_by_role("button", name="Do it again")).to_be_visible()
    lines = followed.locator("#job-log li").all_inner_texts()
    assert lines == [str(line) for line in job_lines.after(running, 0)]
