"""``check_erp``: what the active mapping profile finds in the configured ERP."""

from __future__ import annotations

import io
import sqlite3
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from registry.services import extracts
from registry.tests.core import plants

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def check() -> str:
    """Run the command and return what it prints."""
    out = io.StringIO()
    call_command("check_erp", stdout=out)
    return out.getvalue()


def test_rows_are_counted_and_missing_columns_named(data_dir: Path, tmp_path: Path) -> None:
    extracts.load(folder=plants.write_seal_plant(tmp_path / "files"))
    printed = check()
    assert "read with seal_plant r1" in printed
    assert str(data_dir / "erp.sqlite3") in printed
    assert "BI_ROUTING_VIEW: mapped columns missing: RES_CD, RES_DIS, QUEUE_TIME" in printed


def test_columns_nobody_maps_are_named(data_dir: Path) -> None:
    db = sqlite3.connect(data_dir / "erp.sqlite3")
    plants.items(SECRET=["a", "b"]).to_sql("BI_ITEM_INFO_VIEW", db, index=False)
    plants.routings().to_sql("BI_ROUTING_VIEW", db, index=False)
    db.close()
    printed = check()
    assert "BI_ITEM_INFO_VIEW: columns nobody maps: SECRET" in printed
    assert "not there" in printed  # work results, which a plant may lack


def test_an_erp_that_training_could_not_read_ends_with_an_error(data_dir: Path) -> None:
    db = sqlite3.connect(data_dir / "erp.sqlite3")
    plants.items().rename(columns={"ITEM_CD": "CODE"}).to_sql("BI_ITEM_INFO_VIEW", db, index=False)
    db.close()
    with pytest.raises(CommandError, match="BI_ITEM_INFO_VIEW, BI_ROUTING_VIEW can not be read"):
        check()


def test_an_erp_that_is_not_there_is_reported_in_words(data_dir: Path) -> None:
    with pytest.raises(CommandError, match="does not exist yet: fill it with load_erp DIR"):
        check()
