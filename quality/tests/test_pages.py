"""The pages of quality, as a reader sees them."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from prediction.models import Draft
from quality import selectors
from quality.core import charts
from quality.core.evaluation import SMALL
from quality.models import Alert, DriftCheck, QualityCycle, SampleResult
from quality.services import reports
from quality.tests.conftest import Erp
from quality.tests.test_cycles import STRICT, run
from quality.views import plots, wording
from registry.models import Job

pytestmark = pytest.mark.django_db


def drawings(text: str) -> list[dict[str, Any]]:
    """Return what the script of a page would draw."""
    return [
        json.loads(found) for found in re.findall(r'<script type="application/json">(.*?)<', text)
    ]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


PAGES = ["/quality/", "/quality/drift", "/quality/data", "/quality/log"]


@pytest.mark.parametrize("address", PAGES)
def test_before_the_first_cycle_every_page_says_what_will_come(
    ben_browser: Client, data_dir: object, address: str
) -> None:
    assert "None" not in page(ben_browser, address)


def test_the_trend_has_points_a_threshold_and_a_table_behind_it(
    erp: Erp, ben_browser: Client
) -> None:
    cycles = [run(20), run(20, seed=1)]
    text = page(ben_browser, "/quality/")
    right = drawings(text)[0]
    (series,) = right["series"]
    assert series["values"] == [cycle.metrics["process_match"] for cycle in cycles]
    assert series["low"][0] <= series["values"][0] <= series["high"][0]
    assert right["limit"] == cycles[-1].limits["process_match"]
    assert right["links"] == [cycle.get_absolute_url() for cycle in cycles]
    assert text.count("As a table") == len(drawings(text)) >= 6
    assert all(f'href="{cycle.get_absolute_url()}"' in text for cycle in cycles)
    assert "Measure now" not in text, "planners read"


def test_filters_leave_one_family_and_one_operation(erp: Erp, ben_browser: Client) -> None:
    cycle = run(40)
    run(40, seed=1)
    family = next(iter(cycle.groups["family"]))
    (drawn, *_others) = drawings(page(ben_browser, f"/quality/?family={quote(family)}"))
    assert drawn["series"][0]["values"][0] == cycle.groups["family"][family]["process_match"]
    operation = next(iter(cycle.groups["operation"]))
    assert drawings(page(ben_browser, f"/quality/?operation={operation}"))
    assert not drawings(page(ben_browser, "/quality/?until=2001-01-01"))
    assert page(ben_browser, "/quality/?since=nonsense")


def test_a_cycle_and_an_item_in_it_open_down_to_the_minutes(erp: Erp, ben_browser: Client) -> None:
    cycle = run(20)
    text = page(ben_browser, cycle.get_absolute_url())
    worst = SampleResult.objects.filter(mean_error__isnull=False).order_by("-mean_error")[0]
    assert f'href="{worst.get_absolute_url()}"' in text
    text = page(ben_browser, worst.get_absolute_url())
    assert text.count("lane-box") == sum(
        2 if one["state"] == "both" else 1 for one in worst.operations
    )
    assert ben_browser.get(f"/quality/cycles/{cycle.pk}/items/987654").status_code == 404


def test_an_engineer_starts_a_cycle_and_notes_an_alert(
    erp: Erp, eva_browser: Client, ben_browser: Client
) -> None:
    run(20, limits=STRICT)
    alert = Alert.objects.get(rule="mae")
    assert "I have seen it" in page(eva_browser, "/quality/")
    eva_browser.post(f"/quality/alerts/{alert.pk}/acknowledge", {"note": "a new machine"})
    assert "seen by eva@plant.example: “a new machine”" in page(ben_browser, "/quality/")
    eva_browser.post("/quality/start")
    job = Job.objects.get(kind="quality_cycle")
    assert f"job {job.pk} waits" in page(eva_browser, "/quality/running")
    assert ben_browser.post("/quality/start").status_code == 403


def test_the_log_is_filtered_by_level_and_taken_away(erp: Erp, ben_browser: Client) -> None:
    cycle = run(20, limits=STRICT)
    link = f'href="{cycle.get_absolute_url()}"'
    assert link in page(ben_browser, "/quality/log")
    assert link not in page(ben_browser, "/quality/log?level=INFO")
    assert "quality.cycle.ended" in page(ben_browser, "/quality/log/download")
    rows = page(ben_browser, "/quality/cycles.csv")
    assert "process_match_low" in rows


def test_the_curve_of_the_confidence_has_a_dot_for_each_tenth(
    erp: Erp, ben_browser: Client
) -> None:
    cycle = run(60)
    curve, errors = drawings(page(ben_browser, cycle.get_absolute_url()))
    tenths = cycle.findings["reliability"]
    assert curve["diagonal"]
    assert curve["at"] == [one["confidence"] for one in tenths]
    assert curve["series"][0]["values"] == [one["right"] for one in tenths]
    timed = cycle.results.filter(mean_error__isnull=False).count()
    assert sum(errors["series"][0]["values"]) == timed


def test_missing_values_have_a_line_over_the_cycles(erp: Erp, ben_browser: Client) -> None:
    cycles = [run(20), run(20, seed=1)]
    text = page(ben_browser, "/quality/data")
    share = cycles[-1].findings["missing"]["ITEM_MATERIAL"]
    assert f"{share * 100:.1f} % → {share * 100:.1f} %" in text
    assert text.count("<polyline") == len(cycles[-1].findings["missing"])
    (drawn,) = drawings(text)
    assert len(drawn["at"]) == 2


def test_what_planners_kept_of_their_proposals_stands_beside_the_figures(
    erp: Erp, ben_browser: Client
) -> None:
    run(20)
    assert "kept by planners" not in page(ben_browser, "/quality/")
    version = QualityCycle.objects.get().model_version
    for adoption, changed in ((1.0, 0), (0.5, 3)):
        Draft.objects.create(
            item="K1", model_version=version, proposal={"operations": []}, operations=[],
            owner="ben", saved_by="ben", state="exported", approved_at=timezone.now(),
            approved_by="ben", adoption=adoption, edit_distance=changed,
        )  # fmt: skip
    cycle = run(20, seed=1)
    assert (cycle.metrics["drafts"], cycle.metrics["adoption"]) == (2, 0.75)
    text = page(ben_browser, "/quality/")
    assert "kept by planners" in text
    assert "75.0 %" in text
    assert "1.50" in text


def test_the_data_page_names_what_a_plant_can_put_right(erp: Erp, ben_browser: Client) -> None:
    cycle = run(20)
    text = page(ben_browser, "/quality/data")
    audit = cycle.findings["audit"]
    assert audit["standards"][0]["item"] in text
    (code, _nothing) = audit["examples"]["without_routing"][0]
    assert f'<th scope="row">{code}</th>' in text
    assert 'Material <span class="small soft">ITEM_MATERIAL</span>' in text


def test_a_trend_leaves_a_gap_where_nothing_was_measured() -> None:
    day = timezone.now()
    cycles = [
        QualityCycle(pk=pk, model_version=version, started_at=day + timedelta(days=pk))
        for pk, version in ((1, "v1"), (2, "v1"), (3, "v2"))
    ]
    figures: dict[int, dict[str, Any]] = {
        1: {"wape": 0.5},
        2: {},
        3: {"wape": 0.9, "intervals": {"wape": [0.8, 1.0]}},
    }
    (plot,) = plots.trends(cycles, figures)
    drawn, (series,) = plot.drawing, plot.drawing.series
    assert series.values == [0.5, None, 0.9]
    assert series.low == [None, None, 0.8]
    assert drawn.marks == [(drawn.at[2], "v2")]
    assert [row.values[1] for row in plot.rows] == ["50.0 %", "not measurable", "90.0 %"]
    assert plots.trends([], {}) == []


def test_plots_and_lists_tell_the_plants_time_of_day_as_the_tables_do(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Seoul"
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)  # half past three of the next day there
    cycles = [QualityCycle(pk=pk, started_at=late) for pk in (1, 2)]
    (trend, *_others) = plots.trends(cycles, {1: {"mae": 1.0}, 2: {"mae": 2.0}})
    looks = [
        DriftCheck(pk=pk, at=late, similarity=0.1, similarity_limit=0.2, confidence=0.1,
                   confidence_limit=0.2)
        for pk in (1, 2)
    ]  # fmt: skip
    (moved, *_others) = plots.of_drift(looks, None)
    assert trend.drawing.at == moved.drawing.at == ["2026-11-21 03:30"] * 2
    assert str(cycles[0]) == "1 2026-11-21"
    assert str(looks[0]).startswith("2026-11-21 03:30")
    assert reports.about(cycles[0])["started_at"] == "2026-11-21T03:30:00+09:00"


def test_every_row_of_the_table_of_cycles_has_its_figures_under_their_names(
    ben_browser: Client,
) -> None:
    def stored(state: str, **metrics: Any) -> None:
        QualityCycle.objects.create(
            asked_by="eva", seed=1, sample_size=9, state=state, finished_at=timezone.now(),
            metrics=metrics,
        )  # fmt: skip

    stored("finished", mae=1.5, bias=0.25, intervals={"mae": [1.0, 2.0], "bias": [0.1, 0.4]})
    stored("finished", exact_match=0.5, bias=0.75, intervals={"exact_match": [0.4, 0.6]})
    stored("failed")
    table = csv.DictReader(page(ben_browser, "/quality/cycles.csv").lstrip("\ufeff").splitlines())
    failed, second, first = table
    assert (first["mae"], first["mae_high"], first["bias"]) == ("1.5", "2.0", "0.25")
    assert (second["exact_match_low"], second["bias"], second["mae"]) == ("0.4", "0.75", "")
    assert (failed["state"], failed["bias"]) == ("failed", "")


def test_the_worst_items_of_the_small_families_are_those_of_no_family_of_its_own() -> None:
    cycle = QualityCycle.objects.create(
        asked_by="eva", seed=1, sample_size=3, groups={"family": {"RING": {}, SMALL: {}}}
    )
    for item, family in (("A", "RING"), ("B", "RARE"), ("C", "ODD")):
        SampleResult.objects.create(cycle=cycle, item=item, family=family, mean_error=1.0)
    assert [row.item for row in selectors.worst(cycle, SMALL)] == ["B", "C"]
    assert [row.item for row in selectors.worst(cycle, "RING")] == ["A"]


def test_both_timelines_share_one_scale() -> None:
    def row(state: str, predicted: float | None, actual: float | None) -> dict[str, object]:
        return {"job": "A", "name": "a", "state": state, "predicted": predicted, "actual": actual}

    proposed, actual = charts.timelines([row("both", 1.0, 9.0), row("missing", None, 1.0)])
    assert [box.state for box in actual] == ["both", "missing"]
    assert proposed[0].width < actual[0].width
    assert charts.timelines([]) == ([], [])


def test_an_alert_that_is_nearly_over_does_not_claim_that_the_figure_is_bad() -> None:
    alert = Alert(rule="process_match", value=0.81, limit=0.8)
    assert "back within its threshold" in wording.sentence(alert)
    alert.value = 0.7
    assert "back within" not in wording.sentence(alert)
    slower = Alert(
        rule="plant_shift", subject="LT01", value=0.3, limit=0.15,
        details={"change": 0.3, "reports": 40},
    )  # fmt: skip
    assert wording.sentence(slower) == "Resource LT01 has become 30 % slower (40 reports)."
