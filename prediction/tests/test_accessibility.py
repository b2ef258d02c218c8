"""axe finds nothing to complain about on the pages of the workbench, in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from prediction.tests.test_browser import answered, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["answered", "signed_in"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("answering"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def complaints(page: Page) -> list[str]:
    """Return what axe finds: the rule, and the first places."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found: dict[str, Any] = axe.Axe().run(page, options=RULES).response
    assert found["passes"], "axe looked at nothing"
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answer_and_its_ways_are_accessible(answered: Page, scheme: Any) -> None:
    answered.emulate_media(color_scheme=scheme)
    result = answered.url
    for address in (result, f"{result}?weights=material_first", f"{result}steps/"):
        answered.goto(address)
        assert complaints(answered) == [], address


@pytest.mark.parametrize("way", ["code", "describe", "list", "file"])
def test_every_way_of_asking_is_accessible(signed_in: Page, way: str) -> None:
    signed_in.goto(f"/predict/?way={way}")
    assert complaints(signed_in) == []
