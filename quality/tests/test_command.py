"""The command: figures on the screen, and an exit code that a script can go by."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from quality.core.alerts import Limits
from quality.models import QualityCycle
from quality.services import settings
from quality.tests.conftest import Erp

pytestmark = pytest.mark.django_db


def test_it_prints_the_figures_and_where_the_reports_are(
    erp: Erp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "Limits", lambda **_: Limits(process_match=0.1))
    call_command("quality_cycle", sample_size=30, strategy="recent_bias", seed=5)
    told = capsys.readouterr().out
    cycle = QualityCycle.objects.get()
    assert f"cycle {cycle.pk}: finished" in told
    assert "30 of 294 items measured" in told
    assert "process_match" in told
    assert f"cycle-{cycle.pk:08d}" in told
    assert (cycle.strategy, cycle.seed) == ("recent_bias", 5)


def test_an_alert_is_exit_code_one(
    erp: Erp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        settings, "current", lambda **_: settings.CycleSettings(limits=Limits(mae=0.001))
    )
    with pytest.raises(SystemExit) as ended:
        call_command("quality_cycle")
    assert ended.value.code == 1
    assert "ALERT Critical: mae" in capsys.readouterr().out


def test_what_cannot_run_says_why(db: None) -> None:
    with pytest.raises(CommandError, match="No model version is active"):
        call_command("quality_cycle")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--sample-size", "0", "from 1"), ("--seed", "-1", "from 0"), ("--seed", "x", "from 0")],
)
def test_a_number_that_cannot_be_is_told_with_what_can_be(
    option: str, value: str, told: str
) -> None:
    with pytest.raises(CommandError, match=f"{option}.*{told}"):
        call_command("quality_cycle", f"{option}={value}")
