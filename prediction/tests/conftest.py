"""What tests of the shell share: an active version, an empty cache, codes and new items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client
    from playwright.sync_api import Page

    from prediction.models import Draft
    from registry.core.model import RoutingModel
    from registry.models import ModelVersion
    from routingml_site.plant import Plant


@pytest.fixture
def answering(
    active_version: ModelVersion, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelVersion]:
    """The tiny version answers, nothing is kept yet, and the ERP is not there."""
    from prediction.services import newcomers, predictions

    predictions.forget()
    monkeypatch.setattr(newcomers, "_silent_until", 0.0)
    yield active_version
    predictions.forget()


@pytest.fixture
def code(tiny_model: RoutingModel) -> str:
    """An item that the version knows."""
    return tiny_model.item_codes[0]


@pytest.fixture
def answered(ben_page: Page, code: str) -> Page:
    """Ben's page with the answer for a known item, asked on the page."""
    ben_page.goto("/predict/")
    ben_page.fill("#id_code", code)
    ben_page.check("#id_leave_out")
    ben_page.keyboard.press("Enter")
    ben_page.wait_for_selector(".lane-best")
    return ben_page


@pytest.fixture
def records(tiny_plant: Plant) -> list[dict[str, Any]]:
    """Five new items without a routing, as the ERP tells of them."""
    rows = tiny_plant.new_items.head(5).to_dict("records")
    return [{str(name): value for name, value in row.items() if value == value} for row in rows]


@pytest.fixture
def draft(answering: ModelVersion, ben_browser: Client, code: str) -> Draft:
    """Ben's draft, begun with the button under an answer."""
    from prediction.models import Draft
    from prediction.tests.test_pages import ask

    answer = ask(ben_browser, way="code", code=code, leave_out="on")
    request = answer.redirect_chain[-1][0].rstrip("/").rpartition("/")[2]
    begun = ben_browser.post("/drafts/begin/", {"request": request, "place": 0, "rank": 1})
    draft = Draft.objects.get()
    assert begun.headers["Location"] == draft.get_absolute_url()
    return draft
