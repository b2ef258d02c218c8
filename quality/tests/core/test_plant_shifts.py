"""A resource that has become slower is named, and months without a change stay quiet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quality.core import plant_shifts

SINCE = np.datetime64("2026-11-01")
RESOURCES = [f"R{n}" for n in range(20)]


def reports(
    rng: np.random.Generator, slower: dict[str, float] | None = None, items: int = 300
) -> pd.DataFrame:
    """Return a year of reports of 300 items, each at one resource, and some of this month."""
    slower = slower or {}
    item = np.repeat(np.arange(items), 8)
    is_now = np.tile(np.arange(8) >= 6, items)
    resource = np.array(RESOURCES)[item % len(RESOURCES)]
    usual = np.exp(rng.normal(1, 1, items))[item]
    factor = np.where(is_now, [slower.get(name, 1.0) for name in resource], 1.0)
    return pd.DataFrame(
        {
            "ITEM_CD": [f"I{n}" for n in item],
            "JOB_CD": "TURN",
            "RES_CD": resource,
            "REPORT_DT": np.where(is_now, SINCE, SINCE - np.timedelta64(90, "D")),
            "RUN_MINUTES": usual * factor * np.exp(rng.normal(0, 0.25, len(item))),
        }
    )


def test_a_resource_that_has_become_slower_is_named() -> None:
    shifts = plant_shifts.found_in(reports(np.random.default_rng(1), {"R7": 1.3}), SINCE)
    real = [shift for shift in shifts if shift.is_real]
    assert [shift.resource for shift in real] == ["R7"]
    assert 0.2 < real[0].change < 0.4
    (signal,) = plant_shifts.signals_of(shifts)
    assert (signal.rule, signal.subject, signal.is_bad) == ("plant_shift", "R7", True)


def test_twenty_months_without_a_change_stay_quiet() -> None:
    rng = np.random.default_rng(2)
    months = [plant_shifts.found_in(reports(rng), SINCE) for _ in range(20)]
    assert [shift for month in months for shift in month if shift.is_real] == []


def test_typing_errors_do_not_make_a_resource_slower() -> None:
    table = reports(np.random.default_rng(3))
    table.loc[table.index % 10 == 7, "RUN_MINUTES"] *= 60
    assert not any(shift.is_real for shift in plant_shifts.found_in(table, SINCE))


def test_without_reports_nothing_is_said() -> None:
    assert plant_shifts.found_in(reports(np.random.default_rng(4)).iloc[:0], SINCE) == []
    older = reports(np.random.default_rng(4))
    assert plant_shifts.found_in(older, np.datetime64("2030-01-01")) == []


def test_a_few_pairs_that_agree_by_chance_are_no_slower_resource() -> None:
    table = reports(np.random.default_rng(5), items=20 * plant_shifts.FEWEST_PAIRS)
    now = table["REPORT_DT"] >= SINCE
    few = (table["RES_CD"] == "R3") & now
    usual = table[~now].groupby("ITEM_CD")["RUN_MINUTES"].median()
    table.loc[few, "RUN_MINUTES"] = table.loc[few, "ITEM_CD"].map(usual) * 1.2
    (shift,) = [one for one in plant_shifts.found_in(table, SINCE) if one.resource == "R3"]
    assert 0.19 < shift.change < 0.21
    assert not shift.is_real
