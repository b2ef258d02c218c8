"""Logs that a program can read, a person can follow, and nobody can steal a secret from."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client

from registry import context
from routingml_site import logs


def record(event: str, **extra: Any) -> logging.LogRecord:
    log = logging.getLogger("test")
    return log.makeRecord("test", logging.INFO, "file", 1, event, (), None, extra=extra)


def as_json(entry: logging.LogRecord) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(logs.JsonFormatter().format(entry))
    return parsed


def test_a_line_is_one_json_object_with_the_event_and_what_varied() -> None:
    entry = as_json(record("training.run.finished", version="2026.11.21_1", 품목="글랜드"))
    assert entry["event"] == "training.run.finished"
    assert (entry["level"], entry["logger"]) == ("INFO", "test")
    assert (entry["version"], entry["품목"]) == ("2026.11.21_1", "글랜드")
    assert entry["at"].endswith("+00:00")


def test_the_job_and_the_person_are_named_without_being_passed_along() -> None:
    tokens = [(context.job_id, context.job_id.set("7")), (context.actor, context.actor.set("ana"))]
    try:
        entry = as_json(record("step"))
    finally:
        for variable, token in tokens:
            variable.reset(token)
    assert (entry["job_id"], entry["actor"]) == ("7", "ana")
    assert "job_id" not in as_json(record("step"))


@pytest.mark.parametrize("name", ["password", "SECRET_KEY", "access_token", "cookies"])
def test_what_is_called_a_secret_is_never_written(name: str) -> None:
    line = logs.JsonFormatter().format(record("sign_in", **{name: "hunter2-hunter2"}))
    assert "hunter2" not in line
    assert "hunter2" not in logs.TextFormatter().format(record("sign_in", **{name: "hunter2"}))


def test_a_bug_brings_its_traceback_on_the_same_line() -> None:
    try:
        raise ZeroDivisionError("oops")
    except ZeroDivisionError:
        entry = record("failed")
        entry.exc_info = sys.exc_info()
    line = logs.JsonFormatter().format(entry)
    assert "\n" not in line
    assert "ZeroDivisionError: oops" in json.loads(line)["traceback"]


def test_a_person_reads_the_event_first_and_then_the_pairs() -> None:
    assert logs.TextFormatter().format(record("loaded", rows=3)).endswith("INFO    loaded rows=3")


@pytest.mark.django_db
def test_every_answer_is_one_line_that_carries_the_request_id(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "routingml.access"):
        response = client.get("/login/", headers={"X-Request-ID": "from-the-proxy"})
    assert response["X-Request-ID"] == "from-the-proxy"
    line = vars(caplog.records[0])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/login/", 200)


def test_a_request_id_that_could_forge_log_lines_is_replaced(client: Client) -> None:
    response = client.get("/api/health", headers={"X-Request-ID": "x\nlevel=ERROR"})
    assert len(response["X-Request-ID"]) == 32


def test_monitors_do_not_fill_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "routingml.access"):
        client.get("/api/health")
    assert caplog.records == []
