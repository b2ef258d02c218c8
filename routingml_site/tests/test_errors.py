"""Every failure of the API has one shape, and no failure shows its insides."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from rest_framework import exceptions
from rest_framework.test import APIClient

from accounts.errors import AccountError
from registry.core.errors import BadInput, NotEnoughData, RoutingMLError
from routingml_site import errors


class VeryBadInput(BadInput):
    code = "very_bad_input"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadInput("row 3, column RUN_TIME: not a number"), 400, "bad_input"),
        (VeryBadInput("worse"), 400, "very_bad_input"),
        (NotEnoughData("no routed items"), 409, "not_enough_data"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.ParseError(), 400, "parse_error"),
    ],
)
def test_an_expected_failure_becomes_the_envelope(error: Exception, status: int, code: str) -> None:
    response = errors.api_error(error, {})
    assert response is not None
    assert (response.status_code, response.data["error"]["code"]) == (status, code)
    assert set(response.data["error"]) == {"code", "message", "extra"}


def test_details_travel_as_extra() -> None:
    response = errors.api_error(BadInput("unknown item", item="X-1"), {})
    assert response is not None
    assert response.data["error"]["extra"] == {"item": "X-1"}


def test_a_bug_is_not_dressed_up_as_an_expected_failure() -> None:
    assert errors.api_error(ZeroDivisionError(), {}) is None


def every_kind(root: type[Any]) -> set[type[Any]]:
    return {root}.union(*(every_kind(kind) for kind in root.__subclasses__()))


@pytest.mark.parametrize("root", [RoutingMLError, AccountError])
def test_every_expected_failure_has_a_code_of_its_own_and_a_client_status(
    root: type[Any],
) -> None:
    kinds = {
        kind for kind in every_kind(root) if not kind.__module__.split(".")[-1].startswith("test_")
    }
    codes = [kind.code for kind in kinds if "code" in vars(kind)]
    assert len(codes) == len(set(codes))
    assert all(
        errors.STATUSES[next(base for base in kind.__mro__ if base in errors.STATUSES)] < 504
        for kind in kinds
    )


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ({"email": ["Enter an address."]}, "email: Enter an address."),
        ({"items": [{}, {"code": ["Too long."]}]}, "items[1].code: Too long."),
        ({"non_field_errors": ["Give codes or items."]}, "Give codes or items."),
        (["Not a list."], "Not a list."),
    ],
)
def test_the_message_names_the_field_that_is_wrong(detail: Any, message: str) -> None:
    response = errors.api_error(exceptions.ValidationError(detail), {})
    assert response is not None
    assert response.data["error"]["code"] == "invalid"
    assert response.data["error"]["message"] == message


def test_a_body_that_is_not_json_gets_a_clear_answer(anonymous_api: APIClient) -> None:
    response = anonymous_api.post("/api/auth/login", b"{not json", content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


def test_nobody_in_particular_is_asked_to_sign_in(anonymous_api: APIClient) -> None:
    response = anonymous_api.get("/api/auth/me")
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"


def test_an_unknown_address_is_json_for_programs_and_a_page_for_people(client: Client) -> None:
    assert client.get("/api/nowhere").json()["error"]["code"] == "not_found"
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing at this address." in page.content.decode()


@pytest.mark.parametrize("path", ["/api/health", "/login/"])
def test_a_bug_tells_only_the_number_to_ask_about(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret insides")

    monkeypatch.setattr("routingml_site.health.Response", broken)
    monkeypatch.setattr("accounts.views.SignInForm", broken)
    client.raise_request_exception = False
    response = client.get(path, headers={"X-Request-ID": "ask-about-this"})
    assert response.status_code == 500
    assert "ask-about-this" in response.content.decode()
    assert "secret insides" not in response.content.decode()


def test_a_stale_form_says_what_to_do() -> None:
    page = Client(enforce_csrf_checks=True).post("/login/", {})
    assert page.status_code == 403
    assert "load the page again" in page.content.decode()
