"""Single work results as the ERP has them: what the minutes of an operation come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from prediction import loader
from prediction.services.newcomers import QUICK
from prediction.services.predictions import columns_of
from registry.core import erp_urls
from registry.core.items import is_blank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from registry.core.erp import ErpReader
    from registry.core.mapping import ColumnMap

MOST = 200
"""Work results that are shown, the newest first."""


@dataclass(frozen=True, slots=True)
class WorkResult:
    """One report of the shop: minutes of setup for the order, and of running for a piece."""

    item: str
    day: dt.date | None
    resource: str
    quantity: float | None
    setup_minutes: float | None
    run_minutes: float | None


@dataclass(frozen=True, slots=True)
class Reports:
    """The newest work results of an operation, and how many there are."""

    shown: tuple[WorkResult, ...]
    count: int


def reported(codes: Sequence[str], job: str) -> Reports:
    """Return what the shop reported for an operation of these items.

    Raises:
        RoutingMLError: no version is active, or the ERP does not answer.
    """
    columns = columns_of(loader.active())
    with erp_urls.open_reader(
        settings.ERP_URL, base=settings.BASE_DIR, timeouts=QUICK, sleep=lambda _seconds: None
    ) as reader:
        frame = _read(reader, list(dict.fromkeys(codes)), columns)
    mine = frame[frame["JOB_CD"] == job]
    if "REPORT_DT" in mine:
        mine = mine.sort_values("REPORT_DT", ascending=False, kind="stable")
    return Reports(tuple(map(_result, mine.head(MOST).to_dict("records"))), len(mine))


def _read(reader: ErpReader, codes: list[str], columns: ColumnMap) -> pd.DataFrame:
    table = columns.results
    header = columns.header("results", reader.columns(table.view))
    key = next(column.source for column in table if column.name == "ITEM_CD")
    frame = reader.find(table.view, list(header.pairs), key, codes)
    return columns.apply("results", frame).frame


def _result(row: dict[Any, Any]) -> WorkResult:
    day: Any = row.get("REPORT_DT")
    return WorkResult(
        item=str(row["ITEM_CD"]),
        day=None if is_blank(day) else day.date(),
        resource="" if is_blank(row.get("RES_CD")) else str(row["RES_CD"]),
        quantity=_known(row.get("ORDER_QTY")),
        setup_minutes=_known(row.get("SETUP_MINUTES")),
        run_minutes=_known(row.get("RUN_MINUTES")),
    )


def _known(value: Any) -> float | None:
    return None if is_blank(value) else float(value)
