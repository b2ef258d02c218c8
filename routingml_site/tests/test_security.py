"""Headers, cookies, sizes, and what is written down when something is taken away."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts import audit, limits
from accounts.admin.log import as_cell
from accounts.models import AuditEvent, User
from routingml_site import env, schedules

pytestmark = pytest.mark.django_db
EXPORT = "/admin/accounts/auditevent/export/"


@pytest.mark.parametrize(
    "path", ["/login/", "/models/", "/admin/", "/api/docs/", "/api/models", "/nowhere"]
)
def test_every_answer_forbids_scripts_inside_pages_frames_and_guessing(
    ana_browser: Client, path: str
) -> None:
    headers = ana_browser.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"] or "no-cache" in headers["Cache-Control"]
    assert "Server" not in headers


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json"])
@pytest.mark.parametrize("path", ["/predict/", "/api/predict", "/login/"])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    ben_browser: Client, settings: Any, path: str, kind: str
) -> None:
    settings.MAX_REQUEST_BYTES = 2000
    answer = ben_browser.generic("POST", path, b"x" * 2001, kind)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_a_length_that_is_no_number_is_refused(ben_browser: Client) -> None:
    answer = ben_browser.get("/models/", CONTENT_LENGTH="many")
    assert answer.status_code == 413


def test_a_form_without_its_csrf_token_is_refused(ben: User, password: str) -> None:
    client = Client(enforce_csrf_checks=True)
    given = {"email": ben.email, "password": password}
    assert client.post("/login/", given).status_code == 403
    client.force_login(ben)
    for path in ("/account/password/", "/account/keys/", "/logout/", "/predict/", "/theme/"):
        assert client.post(path, {}).status_code == 403, path
    api = client.post("/api/models/rollback", {}, content_type="application/json")
    assert api.status_code == 403


def test_behind_tls_cookies_are_bound_to_the_host_and_https_is_kept() -> None:
    program = """
import json, django; django.setup()
from django.conf import settings as s
from accounts import tokens
print(json.dumps({n: getattr(s, n) for n in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
  "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
  "SECURE_SSL_REDIRECT", "LANGUAGE_COOKIE_SECURE")} | {"access": tokens.ACCESS_COOKIE}))
"""
    secret = "x" * env.SECRET_LENGTH
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=os.environ | {
            "DJANGO_SETTINGS_MODULE": "routingml_site.settings", "PROFILE": "production",
            "SECRET_KEY": secret, "MODEL_SIGNING_KEY": secret, "ALLOWED_HOSTS": "x.example",
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {
        "SESSION_COOKIE_NAME": "__Host-sessionid", "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True, "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 365 * 86_400, "SECURE_SSL_REDIRECT": True,
        "LANGUAGE_COOKIE_SECURE": True, "access": "__Secure-access_token",
    }  # fmt: skip


def test_the_auditor_takes_the_log_away_as_filtered_and_that_is_written_down(
    otto: User, client: Client
) -> None:
    client.force_login(otto)
    audit.record(action="x.done", by="ana", target='=HYPERLINK("http://evil")', after={"a": 1})
    audit.record(action="y.done", by="ana", target="thing")
    answer = client.get(f"{EXPORT}?action=x.done")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [(row["number"], row["target"]) for row in rows] == [
        ("1", '\'=HYPERLINK("http://evil")')
    ]
    entry = AuditEvent.objects.get(action="accounts.audit.exported")
    assert (entry.actor, entry.target) == (otto.email, f"GET {EXPORT}?action=x.done")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_formula_becomes_text(text: str) -> None:
    assert as_cell(text) == f"'{text}"


def test_the_planner_takes_no_log_away(ben_browser: Client) -> None:
    assert ben_browser.get(EXPORT).status_code == 403


def test_the_queues_own_tables_are_not_in_admin(ana_browser: Client) -> None:
    """A schedule there names any function to be called, and tasks are unpickled."""
    assert "django_q" not in ana_browser.get("/admin/").content.decode()


def test_the_nightly_task_sweeps_counters_whose_window_is_over() -> None:
    limits.take(limits.Limit("x", 1, timedelta(seconds=-1)), "old")
    assert schedules.tidy() == 1
