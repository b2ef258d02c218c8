from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command


def test_the_command_writes_six_files_and_names_them(tmp_path: Path) -> None:
    said = StringIO()
    call_command("make_plant", str(tmp_path), "--items=50", "--new=4", "--seed=3", stdout=said)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "item_info.csv",
        "routing.csv",
        "work_order_results.csv",
        "new_items.csv",
        "new_items_truth.csv",
        "new_work_order_results.csv",
    }
    assert all(name in said.getvalue() for name in names)
    assert len(pd.read_csv(tmp_path / "item_info.csv")) == 50
    assert len(pd.read_csv(tmp_path / "new_items.csv")) == 4


def test_the_command_writes_parquet_on_request(tmp_path: Path) -> None:
    call_command("make_plant", str(tmp_path), "--items=50", "--new=4", "--format=parquet")
    found = pd.read_parquet(tmp_path / "routing.parquet")
    assert {"ITEM_CD", "JOB_CD"} <= set(found)


def test_an_impossible_plant_is_refused_without_a_trace(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least 1 known item"):
        call_command("make_plant", str(tmp_path / "out"), "--items=0")
    assert not (tmp_path / "out").exists()
