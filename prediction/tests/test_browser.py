"""The pages in a real Chromium: what scripts add, and that nothing needs sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from registry.core.model import RoutingModel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("answering"),
]


def test_known_items_are_offered_while_ben_types(ben_page: Page, tiny_model: RoutingModel) -> None:
    code = tiny_model.item_codes[5]
    ben_page.goto("/predict/")
    ben_page.fill("#id_code", code[:-1])
    ben_page.wait_for_selector(f'#known-items option[value="{code}"]', state="attached")


def test_a_similar_item_is_laid_under_the_proposal_without_losing_the_place(
    answered: Page,
) -> None:
    card = answered.locator("#similar-3")
    name = card.locator("b").inner_text()
    card.focus()
    answered.keyboard.press("Enter")
    answered.wait_for_function(
        "name => document.querySelector('#beside h3').innerText.includes(name)", arg=name
    )
    assert answered.evaluate("document.activeElement.id") == "similar-3"
    assert answered.locator("#similar-3").get_attribute("aria-current") == "true"
    assert f"neighbour={name}" in answered.url
    answered.reload()
    assert name in answered.locator("#beside h3").inner_text()


def test_an_operation_shows_its_evidence_to_the_keyboard(answered: Page) -> None:
    operation = answered.locator(".lane-best .op[tabindex]").first
    assert not operation.locator(".op-more").is_visible()
    operation.focus()
    assert operation.locator(".op-more").is_visible()


def test_keys_lead_through_the_answer_and_are_shown(answered: Page) -> None:
    answered.wait_for_load_state("load")
    answered.keyboard.press("?")
    assert answered.locator("#keys").get_by_text("Next and previous similar item").is_visible()
    answered.keyboard.press("Escape")
    answered.keyboard.press("j")
    answered.keyboard.press("j")
    assert answered.evaluate("document.activeElement.id") == "similar-2"
    answered.keyboard.press("k")
    assert answered.evaluate("document.activeElement.id") == "similar-1"
    answered.locator(".lane-best > .cards > .op[tabindex]").first.focus()
    answered.keyboard.press("ArrowRight")
    assert answered.evaluate("document.activeElement.querySelector('.op-more').id") == "op-1-2"
    answered.keyboard.press("l")
    assert answered.evaluate("document.activeElement.id") == "lot"
    answered.keyboard.press("j")
    assert answered.evaluate("document.activeElement.id") == "lot", "keys do not act while typing"


def test_the_rows_can_be_as_wide_as_their_time(answered: Page) -> None:
    best = answered.locator(".lane-best > .cards > .op:not(.op-missing)")
    even = [box["width"] for box in (each.bounding_box() for each in best.all()) if box]
    answered.click("label[for=scale-time]")
    timed = [box["width"] for box in (each.bounding_box() for each in best.all()) if box]
    assert max(even) - min(even) < 2
    assert max(timed) - min(timed) > 20


def test_no_page_needs_sideways_scrolling(
    answered: Page, scrolls_sideways: Callable[..., list[int]]
) -> None:
    result = answered.url
    for address in (result, "/predict/", "/predict/?way=describe", "/predict/history/"):
        answered.goto(address)
        assert scrolls_sideways(answered, 360, 390, 900, 1440) == [], address
    answered.goto(result)
    answered.evaluate(
        "document.querySelectorAll('.verdict-figures b')"
        ".forEach((each) => (each.innerText = 'at least 12,345.67 min'))"
    )
    assert scrolls_sideways(answered, 360, 1440) == [], "totals of unknown parts"
