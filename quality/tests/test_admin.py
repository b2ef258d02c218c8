"""Quality in the administration: to read, never to edit."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from quality.models import Alert, QualityCycle
from quality.tests.conftest import Erp
from quality.tests.test_cycles import STRICT, run

pytestmark = pytest.mark.django_db
NAMES = ["qualitycycle", "sampleresult", "alert", "driftcheck", "driftreset"]


@pytest.mark.parametrize("name", NAMES)
def test_ana_reads_every_list(erp: Erp, ana_browser: Client, name: str) -> None:
    assert ana_browser.get(reverse(f"admin:quality_{name}_changelist")).status_code == 200


def test_a_cycle_and_its_alert_open_and_cannot_be_changed(erp: Erp, ana_browser: Client) -> None:
    cycle = run(20, limits=STRICT)
    alert = Alert.objects.get(rule="mae")
    for row in (cycle, alert):
        here = reverse(f"admin:quality_{row._meta.model_name}_change", args=[row.pk])
        assert ana_browser.get(here).status_code == 200
        assert ana_browser.post(here, {"state": "failed", "note": "x"}).status_code == 403
    assert QualityCycle.objects.get(pk=cycle.pk).state == "finished"


def test_nothing_of_quality_is_added_or_deleted_by_hand(ana_browser: Client) -> None:
    for name in NAMES:
        assert ana_browser.get(reverse(f"admin:quality_{name}_add")).status_code == 403
    registered = {model._meta.model_name for model in admin.site._registry}
    assert set(NAMES) <= registered
