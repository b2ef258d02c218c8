"""Runtime parameters change as revisions: checked, written down, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEvent
from registry import params, selectors
from registry.models import ConfigRevision
from registry.models.mappings import RevisionIsFixed
from registry.params import InvalidParameter
from registry.services import config

if TYPE_CHECKING:
    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User

pytestmark = pytest.mark.django_db


def test_before_anybody_changes_something_defaults_and_settings_are_in_force(
    settings: Any,
) -> None:
    settings.PREDICTION_CACHE_SIZE = 77

    values = selectors.runtime_config()
    assert (values["prediction_cache_size"], values["top_k"]) == (77, 5)
    assert values.keys() == params.BY_NAME.keys()


def test_a_change_is_in_force_at_once_and_written_down(ana: User) -> None:
    revision = config.change(values={"top_k": 7}, by=ana, comment="more choice")

    assert selectors.runtime_config()["top_k"] == 7
    assert revision
    assert (revision.number, revision.created_by, revision.comment) == (1, ana.email, "more choice")
    event = AuditEvent.objects.get(action="registry.config.changed")
    assert (event.actor, event.before, event.after) == (ana.email, {}, {"top_k": 7})


def test_other_parameters_stay_as_they_were(ana: User) -> None:
    config.change(values={"top_k": 7}, by=ana)
    config.change(values={"abstention": "never"}, by=ana)

    values = selectors.runtime_config()
    assert (values["top_k"], values["abstention"]) == (7, "never")
    assert ConfigRevision.objects.count() == 2


def test_none_brings_a_parameter_back_to_its_default(ana: User) -> None:
    config.change(values={"top_k": 7}, by=ana)
    revision = config.change(values={"top_k": None}, by=ana)

    assert selectors.runtime_config()["top_k"] == 5
    assert revision
    assert revision.values == {}


def test_no_change_is_no_revision(ana: User) -> None:
    first = config.change(values={"top_k": 7}, by=ana)

    assert config.change(values={"top_k": 7}, by=ana) == first
    assert config.change(values={"abstention": "version"}, by=ana) == first
    assert ConfigRevision.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"top_k": 0}, "from 1 to 50"),
        ({"top_k": 51}, "from 1 to 50"),
        ({"top_k": "5"}, "whole number"),
        ({"top_k": True}, "whole number"),
        ({"top_k": 2.5}, "whole number"),
        ({"abstention": "sometimes"}, "one of version, never"),
        ({"abstention": ["version"]}, "one of version, never"),
        ({"colour": "red"}, "There are: prediction_cache_size"),
    ],
)
def test_a_value_that_cannot_be_changes_nothing(
    ana: User, values: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidParameter, match=why):
        config.change(values={"prediction_cache_size": 1, **values}, by=ana)
    assert not ConfigRevision.objects.exists()


def test_a_revision_is_never_edited(ana: User) -> None:
    revision = config.change(values={"top_k": 7}, by=ana)

    assert revision
    with pytest.raises(RevisionIsFixed):
        revision.save()


def test_of_two_changes_at_the_same_time_the_second_is_told(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.change(values={"top_k": 7}, by=ana)
    monkeypatch.setattr(selectors, "config_revision", lambda: None)

    with pytest.raises(config.ConfigConflict, match="in the meantime"):
        config.change(values={"top_k": 9}, by=ana)


def test_a_parameter_that_this_release_no_longer_knows_is_ignored() -> None:
    ConfigRevision.objects.create(number=1, values={"gone": 1, "top_k": 9}, created_by="ana")

    values = selectors.runtime_config()
    assert "gone" not in values
    assert values["top_k"] == 9


@pytest.mark.parametrize("parameter", params.PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_default_is_a_value_that_its_parameter_can_have(parameter: params.Parameter) -> None:
    assert parameter.clean(parameter.default) == parameter.default
    assert parameter.clean(selectors.defaults()[parameter.name]) is not None


def test_eva_reads_and_changes_parameters_from_a_program(eva_api: APIClient) -> None:
    response = eva_api.patch("/api/config/runtime", {"values": {"top_k": 8}, "comment": "trial"})

    assert response.status_code == 200
    body = eva_api.get("/api/config/runtime").json()
    values = {entry["name"]: entry["value"] for entry in body["parameters"]}
    assert (body["revision"], values["top_k"]) == (1, 8)
    assert eva_api.get("/api/config/history").json()["results"][0]["comment"] == "trial"


def test_ben_reads_parameters_but_does_not_change_them(ben_api: APIClient) -> None:
    assert ben_api.get("/api/config/runtime").status_code == 200
    assert ben_api.patch("/api/config/runtime", {"values": {"top_k": 8}}).status_code == 403
    assert selectors.runtime_config()["top_k"] == 5


def test_a_wrong_value_from_a_program_is_a_bad_request(eva_api: APIClient) -> None:
    response = eva_api.patch("/api/config/runtime", {"values": {"top_k": 99}})

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_parameter"


def test_ana_changes_parameters_in_the_administration(ana_browser: Client) -> None:
    page = ana_browser.get("/admin/registry/configrevision/add/")
    assert "Candidates in an answer" in page.content.decode()

    form = dict(selectors.runtime_config())
    response = ana_browser.post(
        "/admin/registry/configrevision/add/", {**form, "top_k": 9, "comment": "trial"}
    )
    assert response.status_code == 302
    assert selectors.runtime_config()["top_k"] == 9
    assert ConfigRevision.objects.get().values == {"top_k": 9}


def test_the_administration_says_which_value_cannot_be(ana_browser: Client) -> None:
    form = dict(selectors.runtime_config())
    page = ana_browser.post("/admin/registry/configrevision/add/", {**form, "top_k": 99})

    assert "less than or equal to 50" in page.content.decode()
    assert not ConfigRevision.objects.exists()
