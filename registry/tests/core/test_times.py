"""Times rest on what the shop reported, else on standards corrected by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from registry.core.library import RoutingLibrary
from registry.core.times import TimeTargets
from registry.tests.core.libraries import library

NAN = np.nan


def shop(count: int = 40, **changed: Any) -> RoutingLibrary:
    """Return items of one operation whose standard is 2 minutes but that take 6."""
    columns: dict[str, Any] = {"run": 2.0, "log_run": np.log(6.0), "run_count": 9}
    return library([["A"]] * count, **(columns | changed))


def test_a_standard_is_corrected_by_what_the_operation_usually_takes() -> None:
    unreported = np.arange(40) < 10
    target = TimeTargets.of(
        shop(log_run=np.where(unreported, NAN, np.log(6.0)), run_count=np.where(unreported, 0, 9)),
        "run",
    )
    assert target.actual
    assert np.exp(target.ratio[0]) == pytest.approx(3.0)
    np.testing.assert_allclose(np.exp(target.value), 6.0, rtol=1e-4)
    assert np.exp(target.centre[0]) == pytest.approx(6.0, rel=1e-4)


def test_many_reports_outweigh_the_standard_and_count_more_than_few() -> None:
    few = np.arange(40) < 20
    scattered = np.log(6.0) + np.where(few, 0.5, -0.5)
    target = TimeTargets.of(shop(log_run=scattered, run_count=np.where(few, 1, 200)), "run")
    assert target.weight[-1] > target.weight[0] > 0
    assert abs(target.value[-1] - scattered[-1]) < abs(target.value[0] - scattered[0])


def test_without_reports_the_standard_stands_and_without_both_nobody_knows() -> None:
    planned = TimeTargets.of(shop(log_run=NAN, run_count=0), "run")
    assert not planned.actual
    np.testing.assert_allclose(np.exp(planned.value), 2.0, rtol=1e-6)
    unknown = TimeTargets.of(shop(run=[0.0] * 20 + [NAN] * 20, log_run=NAN, run_count=0), "run")
    assert np.isnan(unknown.value).all()
    assert np.isnan(unknown.centre).all()
    assert not unknown.weight.any()
