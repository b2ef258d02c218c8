"""A plant whose months pass: quiet while nothing changes, each change named soon after it came.

The long story, with twenty quiet months and one change at a time, is benchmarks/known_change.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from quality.core.alerts import Limits
from quality.core.sampling import Plan
from quality.models import Alert, QualityCycle
from quality.services import cycles
from quality.services.settings import CycleSettings
from quality.tests.conftest import Erp
from registry.core.progress import Silent
from registry.services import versions
from routingml_site.benchmark.months import MATERIAL, Change, PlantInTime, months
from routingml_site.plant import make_plant
from training.core.specs import TrainingSpec
from training.services import runs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
START = datetime(2023, 3, 1)
LENIENT = Limits(mae=99.0, trim_mae=99.0, process_match=0.0, cv=9.0)
"""A tiny network is no good; this is about the plant."""
PLANT_RULES = ("plant_shift", "missing", "new_value")


@pytest.fixture
def time_line(data_dir: Path, models_store: Path, tiny_spec: TrainingSpec) -> PlantInTime:
    """A plant of 1,500 items, and an active version of what it was at the start."""
    time_line = PlantInTime(make_plant(1500, 1, 1))
    load(Erp(data_dir / "erp.sqlite3"), time_line, START)
    hasty = replace(tiny_spec, network=replace(tiny_spec.network, max_epochs=2))
    made = runs.execute(spec=hasty, progress=Silent(), with_backtest=False, by="eva")
    assert made.version is not None
    versions.activate(made.version, by="eva")
    return time_line


def load(erp: Erp, time_line: PlantInTime, day: datetime, *changes: Change) -> None:
    for view, frame in time_line.until(day, *changes).items():
        erp.write(view, frame)


def cycle_of(day: datetime, seed: int) -> QualityCycle:
    wanted = CycleSettings(Plan(60, seed=seed, window_days=60), limits=LENIENT)
    return cycles.execute(wanted=wanted, progress=Silent(), by="eva", today=day)


def raised() -> set[tuple[str, str]]:
    rows = Alert.objects.filter(rule__in=PLANT_RULES)
    return {(alert.rule, alert.subject) for alert in rows}


def test_each_change_is_named_within_two_cycles_and_nothing_else_is(
    time_line: PlantInTime, data_dir: Path
) -> None:
    erp = Erp(data_dir / "erp.sqlite3")
    days = list(months(START, 6))
    since = days[3]
    happened = (
        Change(since, slower=time_line.busiest(START, since), factor=1.6),
        Change(since, column="ITEM_MATERIAL", value=MATERIAL, share=0.4),
        Change(since, column="ITEM_GRP1NM"),
    )
    for number, day in enumerate(days[:4]):
        load(erp, time_line, day, *happened)
        cycle_of(day, number)
    assert raised() == set(), "nothing had changed yet"
    for number, day in enumerate(days[4:], start=4):
        load(erp, time_line, day, *happened)
        cycle_of(day, number)
    assert raised() == {change.alert for change in happened}
