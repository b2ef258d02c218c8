"""The tiny plant in an ERP file of its own, read by the version that was trained on it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from quality.services import asking
from registry.models import ModelVersion
from routingml_site.plant import Plant

VIEWS = ("BI_ITEM_INFO_VIEW", "BI_ROUTING_VIEW", "BI_WORK_ORDER_RESULTS")


class Erp:
    """The plant's ERP, to be changed by a test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, view: str) -> pd.DataFrame:
        """Return a view."""
        with sqlite3.connect(self.path) as connection:
            return pd.read_sql_query(f"SELECT * FROM {view}", connection)  # noqa: S608 -- a declared view

    def write(self, view: str, frame: pd.DataFrame) -> None:
        """Replace a view."""
        table = frame.copy()
        for name in table.select_dtypes("datetime"):
            table[name] = table[name].astype(str)
        with sqlite3.connect(self.path) as connection:
            table.to_sql(view, connection, if_exists="replace", index=False)


@pytest.fixture(scope="session")
def tiny_erp(tiny_plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny plant's ERP, to copy."""
    erp = Erp(tmp_path_factory.mktemp("erp") / "erp.sqlite3")
    frames = (tiny_plant.item_info, tiny_plant.routing, tiny_plant.work_order_results)
    for view, frame in zip(VIEWS, frames, strict=True):
        erp.write(view, frame)
    return erp.path


@pytest.fixture
def erp(active_version: ModelVersion, tiny_erp: Path, data_dir: Path) -> Erp:
    """The ERP as it was when the active version was trained."""
    return Erp(Path(shutil.copy(tiny_erp, data_dir / "erp.sqlite3")))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(asking, "PAUSES", (0.0, 0.0))
