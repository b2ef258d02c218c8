"""Jobs in Django admin can be read by those who oversee, and changed by nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from registry import kinds
from registry.models import Job
from registry.services import jobs

pytestmark = pytest.mark.django_db
LIST = "/admin/registry/job/"


@pytest.fixture
def job(data_dir: Path) -> Job:
    asked = jobs.claim(jobs.enqueue(kinds.TRAIN, {"seed": 42}, by="eva").pk)
    assert asked is not None
    jobs.fail(asked, "Only 3 items have a routing.")
    return asked


def test_ana_reads_a_job_with_its_log_and_cannot_change_it(ana_browser: Client, job: Job) -> None:
    assert "failed" in ana_browser.get(LIST).content.decode().lower()
    page = ana_browser.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "[WARNING] failed: Only 3 items have a routing." in page
    assert 'name="_save"' not in page
    for address in (f"{LIST}add/", f"{LIST}{job.pk}/delete/"):
        assert ana_browser.post(address).status_code == 403
    ana_browser.post(f"{LIST}{job.pk}/change/", {"state": "succeeded"})
    job.refresh_from_db()
    assert job.state == "failed"


def test_ben_has_no_business_there(ben_browser: Client, job: Job) -> None:
    assert ben_browser.get(f"{LIST}{job.pk}/change/").status_code == 403
