"""Prediction requests in Django admin, and the constraints on their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from prediction.models import Channel, PredictionRequest

if TYPE_CHECKING:
    from django.test import Client

LIST = "/admin/prediction/predictionrequest/"


def make(**changes: Any) -> PredictionRequest:
    """Store a request for two items."""
    fields: dict[str, Any] = {
        "channel": Channel.API,
        "model_version": "2026.11.21_1",
        "top_k": 5,
        "first_item": "G-1",
        "item_count": 2,
        "abstained_count": 1,
        "error_count": 1,
        "milliseconds": 4.2,
        "items": [{"ITEM_CD": "G-1", "attributes": None}],
        "results": {"answers": [], "errors": []},
    }
    return PredictionRequest.objects.create(**fields | changes)


@pytest.mark.django_db
def test_ana_reads_requests_and_nobody_changes_them(ana_browser: Client) -> None:
    row = make()
    assert "G-1" in ana_browser.get(LIST).content.decode()
    page = ana_browser.get(f"{LIST}{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert ana_browser.get(f"{LIST}add/").status_code == 403
    assert ana_browser.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert ana_browser.get(LIST, {"q": "G-1"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "impossible",
    [
        {"error_count": 2},
        {"channel": "carrier pigeon"},
        {"item_count": 0, "abstained_count": 0, "error_count": 0},
        {"milliseconds": -1},
    ],
)
def test_a_row_that_cannot_be_true_is_refused_by_the_database(impossible: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**impossible)


@pytest.mark.django_db
def test_a_request_is_shown_by_its_first_item_and_leads_to_its_page() -> None:
    row = make()
    assert "G-1 (2)" in str(row)
    assert row.get_absolute_url() == f"/predict/{row.pk}/"
