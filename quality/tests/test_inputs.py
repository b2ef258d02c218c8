"""What planners ask for, beside what they asked for before; nobody's name is looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from prediction.models import Channel, PredictionRequest
from quality.models import Alert
from quality.tests.conftest import Erp
from quality.tests.test_cycles import run
from quality.views import wording

pytestmark = pytest.mark.django_db


def ask(
    material: str, places: range, days_ago: int, channel: str = Channel.PAGE, **other: Any
) -> None:
    """Store one request of a planner about described items."""
    items = [
        {"ITEM_CD": f"N{n}", "attributes": {"ITEM_MATERIAL": material, "OUTDIAMETER": 10 + n}}
        for n in places
    ]
    PredictionRequest.objects.create(
        asked_at=timezone.now() - timedelta(days=days_ago), channel=channel, model_version="v",
        top_k=5, first_item="N", item_count=len(items), abstained_count=0, error_count=0,
        milliseconds=1, items=items, results={}, **other,
    )  # fmt: skip


def test_a_material_nobody_asked_for_before_is_named(erp: Erp) -> None:
    ask("SUS304", range(100), days_ago=60)
    ask("SUS304", range(100, 130), days_ago=1)
    ask("UNOBTAINIUM", range(130, 140), days_ago=1)
    told = run(20).findings["asked"]
    assert (told["items"], told["earlier"]) == (40, 100)
    (alert,) = Alert.objects.filter(rule="new_value")
    assert alert.subject == "ITEM_MATERIAL=UNOBTAINIUM"
    assert wording.sentence(alert) == (
        "Planners ask for items with a value of ITEM_MATERIAL that the version does not know: "
        "UNOBTAINIUM (10 of 40)."
    )


def test_one_item_asked_for_again_and_again_is_one(erp: Erp) -> None:
    for _ in range(20):
        ask("UNOBTAINIUM", range(3), days_ago=1)
    assert run(20).findings["asked"] == {"items": 3, "earlier": 0, "columns": []}


def test_before_there_are_earlier_requests_it_is_shown_and_nothing_is_raised(erp: Erp) -> None:
    ask("UNOBTAINIUM", range(40), days_ago=1)
    told = run(20).findings["asked"]
    materials = {one["column"]: one for one in told["columns"]}["ITEM_MATERIAL"]
    assert materials["new_values"] == {"UNOBTAINIUM": 40}
    assert materials["psi"] > materials["limit"]
    assert not Alert.objects.filter(rule="new_value").exists()


def test_cycles_and_questions_about_known_items_are_not_what_planners_ask_for(erp: Erp) -> None:
    ask("UNOBTAINIUM", range(40), days_ago=1, channel=Channel.QUALITY)
    ask("UNOBTAINIUM", range(40), days_ago=1, leave_out=True)
    assert run(20).findings["asked"]["items"] == 0
