"""Notices reach a chat and a mailbox; an address that does not answer harms nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from registry.models import Job, JobState
from registry.services import config, jobs, notices
from registry.tasks import job_ended

pytestmark = pytest.mark.django_db


class Chat:
    """A chat on this machine that remembers what it was told."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.answer = 200
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                assert self.headers["Content-Type"] == "application/json"
                chat.bodies.append(json.loads(self.rfile.read(length)))
                self.send_response(chat.answer)
                if chat.answer == 302:
                    self.send_header("Location", f"{chat.url}/elsewhere")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    """A chat that Slack's and Teams' addresses lead to."""
    found = Chat()
    settings.SLACK_WEBHOOK_URL, settings.TEAMS_WEBHOOK_URL = f"{found.url}/slack", ""
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def ended() -> Job:
    """A training that ended well."""
    job = jobs.enqueue("train", {}, by="eva@plant.example")
    return _end(job, JobState.SUCCEEDED, result={"version": "2026.11.21_1"})


def _end(job: Job, state: JobState, **values: Any) -> Job:
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **values)
    job.refresh_from_db()
    return job


def test_the_end_of_a_training_reaches_the_chat(
    chat: Chat, ended: Job, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job_ended(ended.pk)
    assert chat.bodies == [{"text": f"*Training {ended.pk} finished*\n2026.11.21_1"}]


def test_a_job_tells_of_its_end_by_itself(
    chat: Chat, django_capture_on_commit_callbacks: Any
) -> None:
    job = jobs.claim(jobs.enqueue("train", {}, by="eva@plant.example").pk)
    assert job
    with django_capture_on_commit_callbacks(execute=True):
        jobs.fail(job, "The ERP does not answer: <timeout>.")
    assert chat.bodies == [
        {"text": f"*Training {job.pk} failed*\nThe ERP does not answer: &lt;timeout&gt;."}
    ]


@pytest.mark.parametrize(
    ("wins", "told"),
    [(True, "대표 오차 0.82\u00a0분, 2026.11.20_1보다 34 % 나음"), (False, "보다 낫지 않음")],
)
def test_a_plant_that_reads_korean_is_told_in_korean(
    chat: Chat,
    settings: Any,
    ended: Job,
    wins: bool,
    told: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.LANGUAGE_CODE = "ko"
    compared = {"champion": "2026.11.20_1", "overall": {"trim_mae": 0.82},
                "verdict": {"wins": wins, "gain": 0.342}}  # fmt: skip
    ended.result |= {"metrics": {"comparison": compared}}
    ended.save()
    broken = _end(jobs.enqueue("train", {}, by="eva"), JobState.LOST, error=jobs.GONE)
    with django_capture_on_commit_callbacks(execute=True):
        job_ended(ended.pk)
        job_ended(broken.pk)
    assert told in chat.bodies[0]["text"]
    assert "워커가 사라졌습니다" in chat.bodies[1]["text"]


def test_a_version_that_shares_too_few_items_with_the_active_one_is_told_all_the_same(
    chat: Chat, ended: Job, django_capture_on_commit_callbacks: Any
) -> None:
    compared = {"champion": "2026.11.20_1", "overall": {"trim_mae": 0.82},
                "verdict": {"wins": False, "gain": None}}  # fmt: skip
    ended.result |= {"metrics": {"comparison": compared}}
    ended.save()
    with django_capture_on_commit_callbacks(execute=True):
        job_ended(ended.pk)
    assert "not better than 2026.11.20_1" in chat.bodies[0]["text"]


def test_teams_gets_a_card_and_the_mailbox_a_message(chat: Chat, settings: Any) -> None:
    settings.SLACK_WEBHOOK_URL, settings.TEAMS_WEBHOOK_URL = "", f"{chat.url}/teams"
    settings.EMAIL_HOST, settings.NOTICE_EMAILS = "smtp.plant.example", ["eva@plant.example"]

    assert notices.send("Version b is better\nthan a", "4 %") == {"teams": True, "email": True}
    card = chat.bodies[0]["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == ["Version b is better\nthan a", "4 %"]
    assert mail.outbox[0].subject == "RoutingML: Version b is better than a"


def test_a_chat_that_nobody_answers_harms_nothing(
    settings: Any, ended: Job, django_capture_on_commit_callbacks: Any
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.SLACK_WEBHOOK_URL = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        settings.TEAMS_WEBHOOK_URL = "http://127.0.0.1:1/"
        assert notices.send("t", "x") == {"slack": False, "teams": False}
        with django_capture_on_commit_callbacks(execute=True):
            job_ended(ended.pk)
    ended.refresh_from_db()
    assert ended.state == JobState.SUCCEEDED


def test_a_chat_that_never_answers_is_given_up(settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.SLACK_WEBHOOK_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        settings.NOTICE_TIMEOUT_SECONDS = 0.2
        assert notices.send("t", "x") == {"slack": False}


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_chat_that_refuses_or_sends_elsewhere_has_not_been_told(chat: Chat, status: int) -> None:
    chat.answer = status
    assert notices.send("t", "x") == {"slack": False}
    assert len(chat.bodies) == 1


@pytest.mark.parametrize("url", ["file:///etc/hostname", "nonsense", "http://[broken"])
def test_what_is_no_address_of_the_web_is_not_opened(settings: Any, url: str) -> None:
    settings.SLACK_WEBHOOK_URL = url
    assert notices.send("t", "x") == {"slack": False}


def test_the_settings_say_what_is_told(
    chat: Chat, eva: User, ended: Job, django_capture_on_commit_callbacks: Any
) -> None:
    config.change_iter_training(values={"reports": {"notify": ["failed"]}}, by=eva)
    with django_capture_on_commit_callbacks(execute=True):
        job_ended(ended.pk)
    assert chat.bodies == []


def test_a_planners_batch_is_nobody_elses_business(
    chat: Chat, django_capture_on_commit_callbacks: Any
) -> None:
    job = _end(jobs.enqueue("predict_batch", {}, by="ben@plant.example"), JobState.FAILED)
    with django_capture_on_commit_callbacks(execute=True):
        job_ended(job.pk)
    assert chat.bodies == []


def test_a_job_that_is_gone_is_no_trouble() -> None:
    job_ended(4711)
