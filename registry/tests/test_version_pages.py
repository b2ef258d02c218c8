"""Everybody who is signed in reads which version answers and how good it is, honestly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from registry.services import versions
from registry.tests.factories import FIRST, SECOND, make_version, metrics_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]
LIST = "/models/"
ANA = "ana@plant.example"


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_the_list_opens_with_the_version_that_answers(ben_browser: Client) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    make_version(SECOND, metrics=metrics_of(None))
    text = text_of(ben_browser, LIST)

    assert f"Version {FIRST} answers since" in text
    assert f"activated by {ANA}" in text
    assert "87.0 % baseline 22.0 %" in text
    assert "not measurable" in text


def test_the_list_tells_what_answered_when(ben_browser: Client) -> None:
    versions.activate(make_version(FIRST), by=ANA)
    versions.activate(make_version(SECOND), by=ANA)
    text = text_of(ben_browser, LIST)

    assert re.search(rf"{SECOND} Activated {FIRST} \S+ \S+ now {ANA}", text)
    assert re.search(rf"{FIRST} Activated none \S+ \S+ \S+ \S+ {ANA}", text)


def test_without_versions_the_list_says_what_to_do(ben_browser: Client) -> None:
    text = text_of(ben_browser, LIST)

    assert "No version answers yet" in text
    assert "the command “train”" in text


def test_a_versions_page_shows_every_figure_beside_every_baseline(ben_browser: Client) -> None:
    make_version(FIRST, profile_name="seal plant", profile_revision=2)
    text = text_of(ben_browser, f"{LIST}{FIRST}/")

    assert "Right routing first 87.0 % 22.0 % 19.0 % not measurable ▲ better" in text
    assert "Run times too long or short not measurable" in text
    assert "Measured on 1000 items that the model had not seen" in text.replace(",", "")
    assert "seal plant r2" in text
    assert "Never yet." in text


def test_a_version_that_a_baseline_beats_says_so_on_top(ben_browser: Client) -> None:
    make_version(FIRST, metrics=metrics_of(0.1))
    text = text_of(ben_browser, f"{LIST}{FIRST}/")

    warning = "A simple baseline is better in “Right routing first”: 22.0 %"
    assert text.index(warning) < text.index("Beside the simple ways")


def test_a_version_without_any_figures_still_has_a_page(ben_browser: Client) -> None:
    make_version(FIRST, metrics={})
    text = text_of(ben_browser, f"{LIST}{FIRST}/")

    assert "Right routing first not measurable" in text
    assert "0.0 %" not in text


def test_what_training_wrote_down_is_shown(ben_browser: Client) -> None:
    metrics = metrics_of() | {
        "duration_seconds": 61.4,
        "peak_memory_mb": 812,
        "dataset": {"routed_items": 5300, "missing": {"GROUP3": 0.99}},
        "libraries": {"numpy": "2.4.0"},
    }
    make_version(FIRST, metrics=metrics)
    text = text_of(ben_browser, f"{LIST}{FIRST}/")

    assert "Training took 61 s Most memory 812 MB Items with a routing 5,300 numpy 2.4.0" in text


@pytest.mark.parametrize("name", ["2026.11.21_9", "nonsense"])
def test_an_unknown_version_is_not_found(ben_browser: Client, name: str) -> None:
    assert ben_browser.get(f"{LIST}{name}/").status_code == 404


def test_only_ana_is_led_to_the_decision(ben_browser: Client, ana_browser: Client) -> None:
    make_version(FIRST)
    address = f"{LIST}{FIRST}/"

    assert "/activate/" in ana_browser.get(address).content.decode()
    assert "/activate/" not in ben_browser.get(address).content.decode()


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    response = client.get(LIST)

    assert response.status_code == 302
    assert "/login/" in response["Location"]
