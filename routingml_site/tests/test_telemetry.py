"""What Prometheus reads."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


def samples(api: APIClient) -> dict[tuple[str, str, str], float]:
    """Return what was counted by name, route and status, all methods together."""
    text = api.get("/api/metrics").content.decode()
    found: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            key = (sample.name, labels.get("route", ""), labels.get("status", ""))
            found[key] += sample.value
    return dict(found)


def test_answers_are_counted_by_route_and_status(ben_api: APIClient, client: Client) -> None:
    before = samples(ben_api).get(("routingml_requests_total", "login/", "200"), 0.0)
    client.get("/login/")
    after = samples(ben_api)
    assert after["routingml_requests_total", "login/", "200"] == before + 1
    assert after["routingml_request_seconds_count", "login/", ""] >= 1


def test_addresses_made_up_by_a_scanner_do_not_become_series(
    ben_api: APIClient, client: Client
) -> None:
    client.get("/wp-login.php?made=up")
    client.generic("BREW", "/login/")
    text = ben_api.get("/api/metrics").content.decode()
    assert "wp-login" not in text
    assert "BREW" not in text


def test_the_same_figures_are_there_as_json(ben_api: APIClient) -> None:
    ben_api.get("/api/metrics")
    families = ben_api.get("/api/metrics/json").json()
    assert any(entry["labels"]["route"] for entry in families["routingml_requests"])


def test_figures_are_for_those_who_are_signed_in(anonymous_api: APIClient) -> None:
    assert anonymous_api.get("/api/metrics").status_code == 401
