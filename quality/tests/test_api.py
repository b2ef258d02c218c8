"""Quality over the API: start, read, take away, acknowledge; drift."""

from __future__ import annotations

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEvent
from prediction.models import Channel, PredictionRequest
from quality import tasks
from quality.models import Alert, DriftCheck, QualityCycle
from quality.services import drift
from quality.tests.conftest import Erp
from quality.tests.test_cycles import STRICT, run
from registry.models import Job, ModelVersion
from training.models import RetrainingRequest
from training.services import retraining

pytestmark = pytest.mark.django_db


def test_an_engineer_starts_a_cycle_and_a_planner_only_reads(
    eva_api: APIClient, ben_api: APIClient, data_dir: object
) -> None:
    answer = eva_api.post("/api/quality/cycles", {"sample_size": 5, "strategy": "random"})
    assert answer.status_code == 202
    job = Job.objects.get(pk=answer.json()["job_id"])
    assert (job.kind, job.parameters["sample_size"]) == ("quality_cycle", 5)
    assert ben_api.post("/api/quality/cycles", {}).status_code == 403
    assert ben_api.get("/api/quality/cycles").json()["count"] == 0


@pytest.mark.parametrize("given", [{"sample_size": 0}, {"strategy": "luck"}, {"seed": "x"}])
def test_settings_that_make_no_sense_are_refused(
    eva_api: APIClient, given: dict[str, object]
) -> None:
    answer = eva_api.post("/api/quality/cycles", given)
    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_a_cycle_is_read_as_figures_and_taken_away_as_a_report(
    erp: Erp, ben_api: APIClient
) -> None:
    cycle = run(20)
    here = f"/api/quality/cycles/{cycle.pk}"
    assert ben_api.get(here).json()["groups"]["family"]
    assert ben_api.get("/api/quality/cycles").json()["results"][0]["measured"] == 20
    assert len(ben_api.get(f"{here}/report.json").json()["items"]) == 20
    table = ben_api.get(f"{here}/report.csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 21
    assert "# Quality of the routings" in ben_api.get(f"{here}/report.md").content.decode()
    assert ben_api.get("/api/quality/cycles/987").json()["error"]["code"] == "cycle_unknown"
    nulls = {one["column"]: one for one in ben_api.get("/api/quality/nulls").json()["columns"]}
    assert 0 < nulls["ITEM_MATERIAL"]["missing"] < 1


def test_an_alert_is_acknowledged_once_seen(erp: Erp, eva_api: APIClient) -> None:
    run(20, limits=STRICT)
    (alert,) = [
        one
        for one in eva_api.get("/api/quality/alerts?open=true").json()["results"]
        if one["rule"] == "mae"
    ]
    answer = eva_api.post(f"/api/quality/alerts/{alert['id']}/acknowledge", {"note": "known"})
    assert (answer.json()["note"], answer.status_code) == ("known", 200)
    assert Alert.objects.get(pk=alert["id"]).acknowledged_by == "eva@plant.example"
    assert AuditEvent.objects.filter(action="quality.alert.acknowledged").exists()
    assert eva_api.post("/api/quality/alerts/987/acknowledge", {}).status_code == 404


def asked(similarity: float, count: int, version: str) -> None:
    """Store a request of a planner about some new items."""
    best = {
        "SIMILARITY_SCORE": similarity, "CONFIDENCE": 0.9, "REFERENCE_ITEM_CD": "K1",
    }  # fmt: skip
    answers = [{"ITEM_CD": f"N{n}", "candidates": [best]} for n in range(count)]
    PredictionRequest.objects.create(
        channel=Channel.API, model_version=version, top_k=5, first_item="N0", item_count=count,
        abstained_count=0, error_count=0, milliseconds=1, items=[],
        results={"answers": answers, "errors": []},
    )  # fmt: skip


def with_baseline(version: ModelVersion) -> None:
    """Let a version have written down similar and sure answers."""
    bins = [0] * 17
    unseen = {"similarity": [*bins, 40, 120, 40], "confidence": [*bins, 20, 180, 0]}
    version.metrics = {**version.metrics, "unseen": unseen}
    version.save(update_fields=["metrics"])


def test_answers_that_have_moved_are_one_event_until_somebody_starts_anew(
    active_version: ModelVersion, ana_api: APIClient, ben_api: APIClient
) -> None:
    with_baseline(active_version)
    asked(0.3, 150, active_version.name)
    drift.check()
    drift.check()
    told = ben_api.get("/api/drift/status").json()
    assert (told["band"], told["events"], told["answers"]) == ("severe", 1, 150)
    assert (told["should_retrain"], told["reasons"]) == (True, ["severe"])
    summary = ben_api.get("/api/drift/summary?days=7").json()
    assert (summary["checks"], summary["events"], len(summary["rows"])) == (2, 1, 2)
    assert ben_api.post("/api/drift/reset", {}).status_code == 403
    assert ana_api.post("/api/drift/reset", {"note": "trained"}).json()["should_retrain"] is False
    assert drift.check() is None, "what was asked before no longer counts"


def test_answers_that_have_moved_ask_for_one_retraining(
    active_version: ModelVersion, ana_api: APIClient
) -> None:
    with_baseline(active_version)
    tasks.check_drift()
    assert not RetrainingRequest.objects.exists(), "nobody has asked anything yet"
    asked(0.3, 150, active_version.name)
    for _ in range(2):
        tasks.check_drift()
    row = RetrainingRequest.objects.get()
    assert (row.reason, row.asked_by, row.state) == ("drift", "drift", "waiting")
    assert (row.evidence["version"], row.evidence["why"]) == (active_version.name, "severe")
    assert row.evidence["similarity"]["value"] > row.evidence["similarity"]["limit"]
    retraining.withdraw(row, by="eva")
    tasks.check_drift()
    assert RetrainingRequest.objects.count() == 1, "the same cause asks once"
    ana_api.post("/api/drift/reset", {})
    asked(0.3, 150, active_version.name)
    tasks.check_drift()
    assert RetrainingRequest.objects.count() == 2, "somebody started anew, and it moved again"


def test_known_items_and_cycles_do_not_count_as_drift(active_version: ModelVersion) -> None:
    asked(0.9, 120, active_version.name)
    PredictionRequest.objects.update(channel=Channel.QUALITY)
    assert drift.live(active_version.name).similarity == []


def test_nothing_asked_is_no_drift(ben_api: APIClient) -> None:
    told = ben_api.get("/api/drift/status").json()
    assert (told["band"], told["should_retrain"], told["similarity"]) == ("none", False, None)
    assert not DriftCheck.objects.exists()
    assert not QualityCycle.objects.filter(started_at__gt=timezone.now()).exists()
