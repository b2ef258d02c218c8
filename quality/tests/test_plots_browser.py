"""Plots in a real Chromium: under our policy, in both themes, by keyboard, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from quality.models import QualityCycle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAWN = ".plot .main-svg"


@pytest.fixture
def cycles(db: None, data_dir: object) -> list[QualityCycle]:
    """Two nights, each measured by another version."""
    return [
        QualityCycle.objects.create(
            state="finished", model_version=f"v{day}", measured=30, population=300,
            seed=42, sample_size=30, started_at=timezone.now() + timedelta(days=day),
            finished_at=timezone.now() + timedelta(days=day, minutes=1),
            limits={"process_match": 0.8}, metrics={
                "process_match": 0.9, "sample_count": 90,
                "intervals": {"process_match": [0.8, 0.95]},
            },
        )
        for day in (1, 2)
    ]  # fmt: skip


def test_a_trend_is_drawn_and_read_with_the_arrow_keys(
    eva_page: Page, cycles: list[QualityCycle]
) -> None:
    """What our policy forbids fails the test at its end."""
    eva_page.goto("/quality/")
    expect(eva_page.locator(DRAWN).first).to_be_visible()
    expect(eva_page.locator(".plot td").first).to_be_hidden()
    eva_page.locator("[data-plot]").focus()
    eva_page.keyboard.press("ArrowRight")
    expect(eva_page.locator("[data-told]")).to_contain_text("90.0 %")
    expect(eva_page.locator(".plot .hoverlayer")).to_contain_text("v1")
    eva_page.keyboard.press("ArrowRight")
    eva_page.keyboard.press("Enter")
    expect(eva_page).to_have_url(re.compile(f"{cycles[1].get_absolute_url()}$"))


def test_plots_follow_the_theme_and_are_light_on_paper(
    eva_page: Page, cycles: list[QualityCycle]
) -> None:
    eva_page.goto("/quality/")
    expect(eva_page.locator(DRAWN).first).to_be_visible()
    line = eva_page.locator(".plot .js-line").last
    light = str(line.evaluate("e => getComputedStyle(e).stroke"))
    eva_page.emulate_media(color_scheme="dark")
    expect(line).not_to_have_css("stroke", light)
    eva_page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(line).to_have_css("stroke", light)


def test_without_scripts_the_table_stands_open(
    chromium: Browser, eva_page: Page, cycles: list[QualityCycle], live_server: Any
) -> None:
    signed_in = eva_page.context.storage_state()
    plain = chromium.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=signed_in
    )
    page = plain.new_page()
    page.goto("/quality/")
    expect(page.locator(".plot td").first).to_be_visible()
    expect(page.locator("[data-plot]")).to_be_hidden()
    plain.close()
