"""Ana decides in the administration which version answers, with both versions before her eyes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from registry import selectors
from registry.models import ModelVersion
from registry.services import versions
from registry.tests.factories import FIRST, SECOND, THIRD, make_version, metrics_of, spoil

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]
LIST = "/admin/registry/modelversion/"
ROLL_BACK = f"{LIST}rollback/"
ANA = "ana@plant.example"


def active_name() -> str:
    active = selectors.champion()
    return active.name if active else ""


def activate_page(version: ModelVersion) -> str:
    return f"{LIST}{version.pk}/activate/"


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def champion() -> ModelVersion:
    version = make_version(FIRST)
    versions.activate(version, by=ANA)
    return version


def test_the_list_shows_headline_figures_beside_the_best_baseline(
    ana_browser: Client, champion: ModelVersion
) -> None:
    make_version(SECOND, metrics=metrics_of(None))
    text = text_of(ana_browser, LIST)

    assert "87.0 % ▲ baseline 22.0 %" in text
    assert "9.0 % ▲ baseline 15.0 %" in text
    assert "not measurable" in text
    assert "✓ Active" in text


def test_the_list_says_who_activated_what_when_and_in_whose_place(
    ana_browser: Client, champion: ModelVersion
) -> None:
    versions.activate(make_version(SECOND), by="ben@plant.example")
    text = text_of(ana_browser, LIST)

    assert f"by ben@plant.example, in place of {FIRST}" in text
    assert "by ana@plant.example, in place of none" in text


def test_the_confirmation_shows_both_versions_and_says_better_and_worse_in_words(
    ana_browser: Client, champion: ModelVersion
) -> None:
    challenger = make_version(SECOND, metrics=metrics_of(0.90, wape=0.12, bias=None))
    text = text_of(ana_browser, activate_page(challenger))

    assert "Right routing first 87.0 % 90.0 % +3.0 points ▲ better" in text
    assert "Error of run times 9.0 % 12.0 % +3.0 points ▼ worse" in text
    assert "Likeness of the sequence 98.0 % 98.0 % +0.0 points = the same" in text
    assert "Run times too long or short not measurable not measurable not measurable" in text
    assert active_name() == FIRST


def test_a_baseline_that_does_better_is_a_warning(
    ana_browser: Client, champion: ModelVersion
) -> None:
    challenger = make_version(SECOND, metrics=metrics_of(wape=0.2))
    text = text_of(ana_browser, activate_page(challenger))

    assert "A simple baseline is better than" in text
    assert "15.0 % (gradient boosting) against 20.0 %" in text
    assert "measured on different data" not in text


def test_figures_from_other_data_are_said_to_compare_roughly(
    ana_browser: Client, champion: ModelVersion
) -> None:
    challenger = make_version(SECOND, dataset_hash="d2")

    assert "measured on different data" in text_of(ana_browser, activate_page(challenger))


def test_the_confirmation_says_what_the_training_found_on_items_that_both_had_not_seen(
    ana_browser: Client, champion: ModelVersion
) -> None:
    metrics = metrics_of(0.9)
    metrics["backtest"]["items"] = 60  # a sample of the same tables
    worse = {"wins": False, "words": ["The typical error is 13.9% higher."]}
    metrics["comparison"] = {"champion": FIRST, "overall": {"items": 60}, "verdict": worse}
    challenger = make_version(SECOND, metrics=metrics)
    text = text_of(ana_browser, activate_page(challenger))
    assert "unseen by both: The typical error is 13.9% higher." in text
    assert "measured on different data" in text


def test_ana_activates_the_challenger(ana_browser: Client, champion: ModelVersion) -> None:
    challenger = make_version(SECOND)
    response = ana_browser.post(activate_page(challenger), {"champion": FIRST}, follow=True)

    assert f"Version {SECOND} answers now." in response.content.decode()
    assert active_name() == SECOND
    assert selectors.history()[0].by == ANA


def test_the_first_version_of_all_is_activated_the_same_way(ana_browser: Client) -> None:
    version = make_version(FIRST)
    assert "no version answers now" in text_of(ana_browser, activate_page(version))

    ana_browser.post(activate_page(version), {"champion": ""})
    assert active_name() == FIRST


def test_ana_rolls_back(ana_browser: Client, champion: ModelVersion) -> None:
    versions.activate(make_version(SECOND), by=ANA)
    assert f"Roll back: {FIRST}" in text_of(ana_browser, ROLL_BACK)

    ana_browser.post(ROLL_BACK, {"champion": SECOND})
    assert active_name() == FIRST


def test_rolling_back_with_nothing_before_says_so(
    ana_browser: Client, champion: ModelVersion
) -> None:
    response = ana_browser.get(ROLL_BACK, follow=True)

    assert "nothing to roll back to" in response.content.decode()


def test_a_decision_on_an_old_page_changes_nothing(
    ana_browser: Client, champion: ModelVersion
) -> None:
    challenger = make_version(SECOND)
    versions.activate(make_version(THIRD), by=ANA)
    response = ana_browser.post(activate_page(challenger), {"champion": FIRST}, follow=True)

    assert "in the meantime" in response.content.decode()
    assert active_name() == THIRD


def test_a_spoilt_version_is_refused_with_the_reason(
    ana_browser: Client, champion: ModelVersion
) -> None:
    challenger = make_version(SECOND)
    spoil(SECOND)
    response = ana_browser.post(activate_page(challenger), {"champion": FIRST}, follow=True)

    assert "its checksum is wrong" in response.content.decode()
    assert active_name() == FIRST


def test_a_version_that_is_not_ready_offers_no_button_and_says_why(ana_browser: Client) -> None:
    version = make_version(FIRST, metrics=metrics_of(recall=0.9))
    response = ana_browser.get(activate_page(version))

    assert "cannot be activated" in response.content.decode()
    assert 'type="submit" value="Activate"' not in response.content.decode()


def test_a_versions_page_shows_everything_and_lets_nothing_be_edited(
    ana_browser: Client, champion: ModelVersion
) -> None:
    response = ana_browser.get(f"{LIST}{champion.pk}/change/")
    page = response.content.decode()

    assert "Actuals inside the 80 % interval" in page
    assert champion.manifest_digest in page
    assert 'name="_save"' not in page
    assert ana_browser.post(f"{LIST}{champion.pk}/change/", {"name": "x"}).status_code == 403
    assert ana_browser.get(f"{LIST}add/").status_code == 403
    assert ana_browser.post(f"{LIST}{champion.pk}/delete/").status_code == 403


def test_otto_the_auditor_looks_but_does_not_decide(otto: User, champion: ModelVersion) -> None:
    from django.test import Client

    browser = Client()
    browser.force_login(otto)
    versions.activate(make_version(SECOND), by=ANA)

    assert browser.get(LIST).status_code == 200
    assert browser.get("/admin/registry/activation/").status_code == 200
    assert browser.post(activate_page(champion), {"champion": SECOND}).status_code == 403
    assert browser.post(ROLL_BACK, {"champion": SECOND}).status_code == 403
    assert active_name() == SECOND


def test_ben_the_planner_does_not_get_in(ben_browser: Client, champion: ModelVersion) -> None:
    challenger = make_version(SECOND)

    assert ben_browser.post(activate_page(challenger), {"champion": FIRST}).status_code == 403
    assert active_name() == FIRST


def test_a_link_from_another_site_cannot_activate(ana: User, champion: ModelVersion) -> None:
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)
    challenger = make_version(SECOND)

    assert browser.post(activate_page(challenger), {"champion": FIRST}).status_code == 403
    assert active_name() == FIRST


def test_the_history_reads_from_now_to_the_beginning(
    ana_browser: Client, champion: ModelVersion
) -> None:
    versions.activate(make_version(SECOND), by=ANA)
    versions.roll_back(by=ANA)
    text = text_of(ana_browser, "/admin/registry/activation/")

    assert text.index(f"{FIRST} Rolled back to {SECOND}") < text.index(
        f"{SECOND} Activated {FIRST}"
    )


def test_the_list_asks_the_database_no_more_for_more_versions(
    ana_browser: Client, champion: ModelVersion
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ana_browser.get(LIST)
        return len(captured)

    few = queries()
    make_version(SECOND), make_version(THIRD)
    assert queries() == few
