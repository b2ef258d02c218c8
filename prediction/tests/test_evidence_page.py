"""Every minute opens down to the work results that it came from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from prediction.tests.test_pages import ask, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from registry.core.model import RoutingModel
    from routingml_site.plant import Plant

pytestmark = pytest.mark.usefixtures("answering")


def reported_operation(browser: Client, model: RoutingModel) -> tuple[str, list[str], str]:
    """Ask until an operation rests on work results: address, items behind it, operation."""
    for code in model.item_codes:
        page = ask(browser, way="code", code=code, leave_out="on")
        for candidate in page.context["prediction"].candidates[:1]:
            for operation in candidate.operations:
                if operation.run.evidence:
                    href = f"/predict/{page.context['row'].pk}/times/?item=0&rank=1"
                    assert f"job={operation.job}" in page.content.decode()
                    codes = [*operation.run.evidence, *operation.setup.evidence]
                    return f"{href}&job={operation.job}", codes, operation.job
    pytest.fail("no operation rests on work results")


def test_the_minutes_of_an_operation_open_to_single_work_results(
    ben_browser: Client, tiny_model: RoutingModel, tiny_plant: Plant, data_dir: Path
) -> None:
    address, codes, job = reported_operation(ben_browser, tiny_model)
    without = text_of(ben_browser.get(address))
    assert "The ERP does not answer" in without and codes[0] in without
    results = tiny_plant.plain().work_order_results
    with closing(sqlite3.connect(data_dir / "erp.sqlite3")) as erp:
        results.to_sql("BI_WORK_ORDER_RESULTS", erp, index=False)
    mine = results[results["ITEM_CD"].isin(set(codes)) & (results["JOB_CD"] == job)]
    hours, pieces = (
        pd.to_numeric(mine[name], errors="coerce") for name in ("MACH_WORKED_HOURS", "ORDER_QTY")
    )
    minutes = set((60 * hours / pieces).round(6))
    reports = ben_browser.get(address).context["reports"]
    assert 0 < reports.count <= len(mine)
    for each in reports.shown:
        assert each.item in codes
        assert each.run_minutes is None or round(each.run_minutes, 6) in minutes


def test_an_operation_that_is_not_proposed_is_not_found(ben_browser: Client, code: str) -> None:
    row = ask(ben_browser, way="code", code=code, leave_out="on").context["row"]
    assert ben_browser.get(f"/predict/{row.pk}/times/?job=NO_SUCH").status_code == 404
