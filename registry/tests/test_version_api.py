"""Programs ask which versions there are and what was live when; only Ana's may switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from registry import selectors
from registry.services import versions
from registry.tests.factories import FIRST, SECOND, make_version, metrics_of, spoil

if TYPE_CHECKING:
    from rest_framework.test import APIClient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]
ANA = "ana@plant.example"


def active_name() -> str:
    active = selectors.champion()
    return active.name if active else ""


def error_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_ben_lists_versions_with_their_figures_beside_the_baselines(ben_api: APIClient) -> None:
    make_version(FIRST)
    make_version(SECOND, metrics=metrics_of(None))

    body = ben_api.get("/api/models").json()
    assert body["count"] == 2
    newest, oldest = body["results"]
    assert (newest["version"], oldest["version"]) == (SECOND, FIRST)
    assert oldest["figures"][0] == {
        "name": "exact_match",
        "value": 0.87,
        "baseline": "onehot_nearest",
        "baseline_value": 0.22,
        "verdict": "better",
    }
    assert newest["figures"][0]["value"] is None


def test_the_active_version_tells_manifest_and_metrics(ben_api: APIClient) -> None:
    versions.activate(make_version(FIRST, profile={"name": "seal plant"}), by=ANA)

    body = ben_api.get("/api/models/active").json()
    assert body["version"] == FIRST
    assert body["manifest"]["details"]["profile"] == {"name": "seal plant"}
    assert body["metrics"]["backtest"]["items"] == 1000
    assert body["problem"] == ""


def test_without_an_active_version_the_answer_says_what_to_do(ben_api: APIClient) -> None:
    response = ben_api.get("/api/models/active")

    assert error_of(response) == (503, "no_active_version")
    assert "activate" in response.json()["error"]["message"]


def test_a_lost_manifest_is_told_and_the_row_is_still_shown(ben_api: APIClient) -> None:
    from registry import store

    make_version(FIRST)
    (store.version_path(FIRST) / "manifest.json").unlink()

    body = ben_api.get(f"/api/models/{FIRST}").json()
    assert body["manifest"] is None
    assert "manifest.json" in body["problem"]


@pytest.mark.parametrize("name", ["2026.11.21_99", "nonsense", "..%2f..%2fetc"])
def test_an_unknown_version_is_not_found(ben_api: APIClient, name: str) -> None:
    assert ben_api.get(f"/api/models/{name}").status_code == 404


def test_ana_activates_and_rolls_back(ana_api: APIClient) -> None:
    for name in (FIRST, SECOND):
        make_version(name)
        response = ana_api.post(f"/api/models/{name}/activate")
        assert (response.status_code, response.json()["state"]) == (200, "active")

    response = ana_api.post("/api/models/rollback", {"instead_of": SECOND})
    assert (response.status_code, response.json()["version"]) == (200, FIRST)
    assert active_name() == FIRST
    assert selectors.history()[0].by == ANA


@pytest.mark.parametrize("who", ["ben_api", "eva_api", "otto_api", "anonymous_api"])
@pytest.mark.parametrize("path", [f"{FIRST}/activate", "rollback", "cache/invalidate"])
def test_nobody_but_administrators_switches(
    request: pytest.FixtureRequest, who: str, path: str
) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    versions.activate(make_version(SECOND), by=ANA)

    response = request.getfixturevalue(who).post(f"/api/models/{path}")
    assert response.status_code in (401, 403)
    assert active_name() == SECOND


def test_a_program_that_saw_another_champion_changes_nothing(ana_api: APIClient) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    make_version(SECOND)

    response = ana_api.post(f"/api/models/{SECOND}/activate", {"instead_of": "2026.01.01_1"})
    assert error_of(response) == (409, "version_conflict")
    assert active_name() == FIRST


def test_a_version_that_is_not_ready_is_refused_with_the_reason(ana_api: APIClient) -> None:
    make_version(FIRST, metrics=metrics_of(recall=0.5))

    response = ana_api.post(f"/api/models/{FIRST}/activate")
    assert error_of(response) == (409, "version_not_ready")
    assert response.json()["error"]["extra"] == {"version": FIRST, "recall": 0.5}


def test_a_spoilt_version_is_refused_and_the_file_is_named(ana_api: APIClient) -> None:
    make_version(FIRST)
    spoil(FIRST)

    response = ana_api.post(f"/api/models/{FIRST}/activate")
    assert error_of(response) == (503, "version_tampered")
    assert response.json()["error"]["extra"]["file"] == "part/numbers.npy"


def test_rolling_back_without_a_version_before_is_a_conflict(ana_api: APIClient) -> None:
    assert error_of(ana_api.post("/api/models/rollback")) == (409, "version_conflict")


def test_ana_has_caches_invalidated(ana_api: APIClient) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    before = selectors.active_version()

    assert ana_api.post("/api/models/cache/invalidate").status_code == 200
    assert selectors.active_version() != before


def test_the_history_is_paged_and_newest_first(otto_api: APIClient) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    versions.activate(make_version(SECOND), by=ANA)

    body = otto_api.get("/api/models/history").json()
    now, before = body["results"]
    assert (body["count"], now["version"], now["until"]) == (2, SECOND, None)
    assert (before["version"], before["until"], before["by"]) == (FIRST, now["since"], ANA)


def test_the_list_is_closed_to_strangers(anonymous_api: APIClient) -> None:
    assert anonymous_api.get("/api/models").status_code == 401


def test_a_monitor_reads_which_version_answers(ana_api: APIClient) -> None:
    versions.activate(make_version(FIRST), by=ANA)

    text = ana_api.get("/api/metrics").content.decode()
    assert f'routingml_active_version{{version="{FIRST}"}} 1.0' in text
    assert 'routingml_version_switches_total{kind="activated"}' in text
