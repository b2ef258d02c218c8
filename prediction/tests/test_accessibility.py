"""axe finds nothing to complain about on any page of the workbench, in both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

from prediction.models import PredictionRequest, RoutingRule
from prediction.services import drafts, rules

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from accounts.models import User
    from registry.core.model import RoutingModel

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("answering"),
]
SCHEMES: dict[Literal["light", "dark"], Any] = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
"""What is looked at in each theme: they differ in colours alone."""
WAYS = [f"/predict/?way={way}" for way in ("code", "describe", "list", "file")]
LISTS = ["/predict/history/", "/drafts/", "/rules/", "/output-profiles/", "/drafts/export/"]


def complaints(page: Page, rules: Any) -> list[str]:
    """Return what axe, which the page has to have, finds: the rule, and the first places."""
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(options)", options)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
    ]


def test_every_page_of_the_workbench_is_accessible_in_both_themes(
    answered: Page, ben: User, tiny_model: RoutingModel
) -> None:
    result, row = answered.url, PredictionRequest.objects.get()
    rules.ship()
    editor, closed = (drafts.begin(request=row, by=ben) for _each in range(2))
    warned = drafts.save(draft=editor, steps=editor.to_steps()[::-1], revision=1, by=ben)
    RoutingRule.objects.filter(severity="error").delete()
    approved = drafts.approve(draft=closed, revision=1, reason="as always", by=ben)
    answered.goto("/predict/?way=list")
    answered.fill("#id_codes", "\n".join([*tiny_model.item_codes[:3], "NO-SUCH"]))
    answered.click("main form button.button-primary")
    answered.wait_for_selector(".answers")
    job = row.results["answers"][0]["candidates"][0]["ROUTING_SIGNATURE"].split("+")[0]
    pages = [
        *(result, f"{result}?weights=material_first", f"{result}steps/"),
        f"{result}times/?item=0&rank=1&job={job}",
        *(warned.get_absolute_url(), approved.get_absolute_url(), answered.url),
        *(f"/drafts/export/?draft={approved.pk}", *WAYS, *LISTS),
    ]
    found = {}
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for address in pages:
        answered.goto(address)
        answered.evaluate(axe.axe_script)
        for scheme, rules_of in SCHEMES.items():
            answered.emulate_media(color_scheme=scheme)
            found[f"{scheme} {address}"] = complaints(answered, rules_of)
    assert {where: each for where, each in found.items() if each} == {}
