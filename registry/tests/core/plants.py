"""The smallest plants that tests read: a seal plant and one of another shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from registry.core.mapping import ColumnMap

PROFILES = Path(__file__).resolve().parents[2] / "profiles"


def document(name: str = "seal_plant") -> dict[str, Any]:
    """Return a shipped profile's document."""
    return dict(json.loads((PROFILES / f"{name}.json").read_text(encoding="utf-8")))


def columns(name: str = "seal_plant") -> ColumnMap:
    """Return a shipped profile."""
    return ColumnMap.from_json(document(name))


def items(**changed: list[Any]) -> pd.DataFrame:
    """Return two items; ``changed`` columns are put in their place or added."""
    rows: dict[str, list[Any]] = {
        "ITEM_CD": ["00123", "00124"],
        "ITEM_NM": ["슬리브", "GLAND"],
        "OUTDIAMETER": ["85.0", "3.5"],
        "OUTDIAMETER_UNIT": ["MM", "inch"],
    }
    return pd.DataFrame(rows | changed)


def routings(**changed: list[Any]) -> pd.DataFrame:
    """Return a routing of two operations, the second subcontracted."""
    rows: dict[str, list[Any]] = {
        "ITEM_CD": ["00123", "00123"],
        "ROUT_NO": ["01", "01"],
        "PROC_SEQ": ["10", "20"],
        "JOB_CD": ["LT01", "HT01"],
        "JOB_NM": ["선반", "열처리"],
        "INSIDE_FLAG": ["사내", "외주"],
        "SETUP_TIME": ["30", "0"],
        "RUN_TIME": ["25", "8"],
        "RUN_TIME_QTY": ["10", ""],
        "INSRT_DT": ["2020-03-01 08:00:00", "20200301"],
        "VALID_TO_DT": ["2999-12-31", "2999-12-31"],
    }
    return pd.DataFrame(rows | changed)


def results(**changed: list[Any]) -> pd.DataFrame:
    """Return two work reports."""
    rows: dict[str, list[Any]] = {
        "ITEM_CD": ["00123", "00123"],
        "ROUT_NO": ["01", ""],
        "PROC_SEQ": ["10", "20"],
        "JOB_CD": ["LT01", "HT01"],
        "REPORT_DT": ["2021-05-06", "2021-05-07"],
        "SETUP_HOURS": ["0.5", "0"],
        "MACH_WORKED_HOURS": ["2", "1.5"],
        "ORDER_QTY": ["40", "0"],
        "BAD_QTY": ["0", "1"],
        "WORKER_ID": ["W01", "W02"],
    }
    return pd.DataFrame(rows | changed)


def write_seal_plant(folder: Path) -> Path:
    """Write the seal plant as CSV files under the general names."""
    folder.mkdir(parents=True, exist_ok=True)
    items().to_csv(folder / "item_info.csv", index=False)
    routings().to_csv(folder / "routing.csv", index=False)
    results().to_csv(folder / "work_order_results.csv", index=False)
    return folder


def write_other_plant(folder: Path) -> Path:
    """Write a plant in the shape of the shipped example: other names, hours of the whole order."""
    folder.mkdir(parents=True, exist_ok=True)
    products = {"ProductID": [514, 515], "Name": ["Bracket", "Frame"], "StandardCost": [1.5, 2.5]}
    steps = {
        "ProductID": [514, 514],
        "RoutingNo": [1, 1],
        "OperationSequence": [6, 7],
        "LocationID": [50, 60],
        "LocationName": ["Subassembly", "Final Assembly"],
        "StandardHours": [3.0, 4.0],
        "FirstSeen": ["2013-06-02", "2013-06-02"],
    }
    orders = {
        "ProductID": [514, 514, 514],
        "OperationSequence": [6, 6, 7],
        "LocationID": [50, 50, 60],
        "ActualEndDate": ["2013-06-19", "2013-07-19", "2013-06-20"],
        "OrderQty": [2, 4, 3],
        "ScrappedQty": [0, 0, 0],
        "ActualResourceHrs": [3.0, 3.0, 4.0],
    }
    pd.DataFrame(products).to_csv(folder / "products.csv", index=False)
    pd.DataFrame(steps).to_csv(folder / "routings.csv", index=False)
    pd.DataFrame(orders).to_csv(folder / "work_orders.csv.gz", index=False)
    return folder
