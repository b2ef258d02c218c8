from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from routingml_site.plant import Plant, write_plant
from routingml_site.plant.columns import (
    ITEM_COLUMNS,
    RESULT_COLUMNS,
    ROUTING_COLUMNS,
    TRUTH_COLUMNS,
    WORKER_COLUMN,
)

PERSONAL = ("NC_WRITER_NM", "NC_REVIEWER_NM", "NC_PROGRAM_WRITER", "NC_REVIEWER")


def test_the_views_have_the_columns_of_the_erp_in_number() -> None:
    assert (len(ITEM_COLUMNS), len(ROUTING_COLUMNS), len(RESULT_COLUMNS)) == (41, 52, 12)
    for columns in (ITEM_COLUMNS, ROUTING_COLUMNS, RESULT_COLUMNS):
        assert len(set(columns)) == len(columns)


def test_every_table_has_its_columns_in_order(plant: Plant) -> None:
    assert tuple(plant.item_info) == ITEM_COLUMNS
    assert tuple(plant.new_items) == ITEM_COLUMNS
    assert tuple(plant.routing) == ROUTING_COLUMNS
    assert tuple(plant.work_order_results) == (*RESULT_COLUMNS, WORKER_COLUMN)
    assert tuple(plant.new_results) == (*RESULT_COLUMNS, WORKER_COLUMN)
    assert tuple(plant.new_truth) == TRUTH_COLUMNS


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_files_carry_the_same_rows_under_the_same_headers(
    plant: Plant, tmp_path: Path, form: str
) -> None:
    write_plant(plant, tmp_path, form)
    read = pd.read_parquet if form == "parquet" else pd.read_csv
    names = {
        "item_info": plant.item_info,
        "routing": plant.routing,
        "work_order_results": plant.work_order_results,
        "new_items": plant.new_items,
        "new_items_truth": plant.new_truth,
        "new_work_order_results": plant.new_results,
    }
    assert {path.stem for path in tmp_path.iterdir()} == set(names)
    for name, frame in names.items():
        found = read(tmp_path / f"{name}.{form}")
        assert list(found) == list(frame)
        assert len(found) == len(frame)


def test_csv_keeps_korean_text_and_codes_as_they_are(plant: Plant, tmp_path: Path) -> None:
    write_plant(plant, tmp_path)
    found = pd.read_csv(tmp_path / "routing.csv", dtype=str, encoding="utf-8")
    assert found["JOB_NM"].tolist() == plant.routing["JOB_NM"].tolist()
    assert found["ROUT_NO"].tolist() == plant.routing["ROUT_NO"].tolist()
    assert found["VALID_TO_DT"].str.startswith("2999-12-31").mean() > 0.9


def test_personal_columns_are_there_to_be_left_out(plant: Plant) -> None:
    assert plant.work_order_results[WORKER_COLUMN].notna().all()
    for name in PERSONAL:
        assert 0 < plant.routing[name].notna().mean() < 1
    assert not set(PERSONAL) & {*plant.item_info, *plant.new_items, *plant.new_truth}


def test_nothing_about_a_routing_follows_from_who_wrote_or_worked(plant: Plant) -> None:
    """Ben's model may lose these columns without losing anything: they are drawn by chance."""
    written = plant.routing[plant.routing["NC_WRITER_NM"].notna()]
    shares = pd.crosstab(written["JOB_CD"], written["NC_WRITER_NM"], normalize="index")
    many = written["JOB_CD"].value_counts().loc[lambda n: n > 150].index
    assert len(many) > 0
    assert (shares.loc[many] - 1 / 6).abs().to_numpy().max() < 0.12
