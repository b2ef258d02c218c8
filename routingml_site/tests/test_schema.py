"""The API's own description: complete, valid, and readable without another host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

UNDESCRIBED = {"/api/schema/", "/api/docs/"}


def api_paths(patterns: list[URLPattern | URLResolver], before: str = "/") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= api_paths(pattern.url_patterns, here)
        elif here.startswith("/api/"):
            found.add(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here))
    return found


def test_the_description_is_valid_and_complete_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    assert file.stat().st_size > 1000


@pytest.mark.django_db
def test_every_address_of_the_api_is_described(ben_browser: Client) -> None:
    described = set(ben_browser.get("/api/schema/?format=json").json()["paths"])
    assert described == api_paths(get_resolver().url_patterns) - UNDESCRIBED


@pytest.mark.django_db
def test_the_documentation_page_loads_nothing_from_another_host(ben_browser: Client) -> None:
    page = ben_browser.get("/api/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_the_documentation_is_for_those_who_are_signed_in(client: Client) -> None:
    assert client.get("/api/docs/").status_code == 401
