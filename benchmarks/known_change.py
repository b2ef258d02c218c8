"""Does the product notice a change in the plant, name its cause, and keep quiet without one?

    .venv/bin/python benchmarks/known_change.py [--items 6000] [--months 20] [--json FILE]

Trains a version on the sample plant as it was some months before its end, then lets the months
pass: each month the ERP holds what came in it, and one quality cycle runs as the daily task does
it.  Once nothing changes; then, from the third month on, a resource is 30 % slower, a new material
comes in, or a column is no longer filled.  Everything happens in a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from quality.models import QualityCycle
    from routingml_site.benchmark.months import Change, PlantInTime

START = datetime(2023, 3, 1)
QUIET_FIRST, WATCHED_AFTER = 2, 2
SHARE = 0.3
"""Of the new items that have the new material."""


def main() -> None:
    """Run all stories and print what was noticed when."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=6000)
    parser.add_argument("--months", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="known-change-") as folder:
        set_up(Path(folder))
        from routingml_site.benchmark.months import PlantInTime
        from routingml_site.plant import make_plant

        time_line = PlantInTime(make_plant(options.items, 1, 1))
        train(time_line)
        told = {}
        for change in changes(time_line):
            say(f"\n{' '.join(change.alert)}, from {change.since:%Y-%m}")
            told[" ".join(change.alert)] = story(time_line, QUIET_FIRST + WATCHED_AFTER, change)
        say("\nnothing")
        told["nothing"] = story(time_line, options.months, None)
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


def set_up(folder: Path) -> None:
    """Let the product live in a folder of its own, and make its database."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="routingml_site.settings", ENV_FILE=os.devnull, DEBUG="1",
        DATA_DIR=str(folder / "var"), MODELS_STORE=str(folder / "models"), LOG_LEVEL="ERROR",
    )  # fmt: skip
    (folder / "var").mkdir()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def load(tables: Mapping[str, pd.DataFrame]) -> None:
    """Make the ERP hold some tables."""
    from django.conf import settings

    with sqlite3.connect(settings.DATA_DIR / "erp.sqlite3") as connection:
        for view, frame in tables.items():
            dates = frame.select_dtypes("datetime").astype("str")
            frame.assign(**dates).to_sql(view, connection, if_exists="replace", index=False)
            connection.execute(f'CREATE INDEX "{view}_key" ON "{view}" (ITEM_CD)')


def train(time_line: PlantInTime) -> None:
    """Train and activate a version of the plant as it was at the start."""
    from registry.core.progress import Silent
    from registry.services import versions
    from training.core.specs import TrainingSpec
    from training.services import runs

    load(time_line.until(START))
    started = time.perf_counter()
    done = runs.execute(spec=TrainingSpec(), progress=Silent(), by="benchmark")
    versions.activate(done.version, by="benchmark")
    say(f"trained {done.name} in {time.perf_counter() - started:.0f} s")


def changes(time_line: PlantInTime) -> Sequence[Change]:
    """Return what happens in each story."""
    from routingml_site.benchmark.months import MATERIAL, Change, months

    since = list(months(START, QUIET_FIRST))[-1]
    busy = time_line.busiest(START, since)
    return (
        Change(since, slower=busy),
        Change(since, column="ITEM_MATERIAL", value=MATERIAL, share=SHARE),
        Change(since, column="ITEM_GRP1NM"),
    )


def story(time_line: PlantInTime, count: int, change: Change | None) -> list[dict[str, Any]]:
    """Let months pass, with one cycle each; return what each cycle raised."""
    from quality.models import Alert, QualityCycle
    from quality.services import cycles, settings
    from registry.core.progress import Silent
    from routingml_site.benchmark.months import months

    Alert.objects.all().delete()
    QualityCycle.objects.all().delete()
    told = []
    for number, day in enumerate(months(START, count), start=1):
        load(time_line.until(day, *([change] if change else [])))
        started = time.perf_counter()
        wanted = settings.current(seed=number)
        cycle = cycles.execute(wanted=wanted, progress=Silent(), by="benchmark", today=day)
        told.append(row(cycle, day, change, time.perf_counter() - started))
        say(line(told[-1]))
    return told


def row(
    cycle: QualityCycle, day: datetime, change: Change | None, seconds: float
) -> dict[str, Any]:
    """Return one cycle in short."""
    raised = [(alert.rule, alert.subject) for alert in cycle.alerts.order_by("pk")]
    return {
        "month": f"{day:%Y-%m}",
        "raised": [" ".join(one).strip() for one in raised],
        "named": change is not None and change.alert in raised,
        "changed": change is not None and day > change.since,
        "new_items": cycle.findings["new_items"],
        "process_match": cycle.figure("process_match"),
        "trim_mae": cycle.figure("trim_mae"),
        "seconds": round(seconds, 1),
    }


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def line(one: Mapping[str, Any]) -> str:
    """Return a cycle as a line."""
    mark = "changed" if one["changed"] else ""
    return (
        f"  {one['month']}  {mark:8}{one['new_items']:4} new  {one['process_match']:.3f}  "
        f"{one['trim_mae']:.2f} min  {one['seconds']:4.1f} s  {', '.join(one['raised'])}"
    )


if __name__ == "__main__":
    main()
