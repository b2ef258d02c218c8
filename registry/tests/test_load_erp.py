"""``load_erp``: files into the embedded ERP, whole or not at all, with nothing lost in silence."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from registry.core.progress import Silent
from registry.core.reading import ReadReport, read_tables
from registry.services import extracts, mappings
from registry.tests.core import plants

if TYPE_CHECKING:
    from pathlib import Path

    from django.conf import LazySettings

    from registry.core.tables import Tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def seal_files(tmp_path: Path) -> Path:
    """A folder with the seal plant's three files."""
    return plants.write_seal_plant(tmp_path / "seal")


@pytest.fixture
def other_files(tmp_path: Path) -> Path:
    """A folder with the three files of a plant of another shape."""
    return plants.write_other_plant(tmp_path / "other")


def load(folder: Path, *options: str) -> str:
    """Run the command and return what it prints."""
    out = io.StringIO()
    call_command("load_erp", str(folder), *options, stdout=out)
    return out.getvalue()


def read() -> tuple[Tables, ReadReport]:
    """Read the embedded ERP as a training would."""
    with mappings.open_reader() as reader:
        columns = mappings.active_profile().to_columns()
        return read_tables(columns=columns, reader=reader, progress=Silent())


def stored(data_dir: Path, view: str) -> pd.DataFrame:
    """Return a table of the embedded ERP as it is kept."""
    db = sqlite3.connect(data_dir / "erp.sqlite3")
    frame = pd.read_sql_query(f'SELECT * FROM "{view}"', db, dtype=object)  # noqa: S608 -- a declared view
    db.close()
    return frame


def rejected_rows(data_dir: Path, name: str) -> list[dict[str, str]]:
    """Return the lines of a rejected rows' file."""
    (path,) = (data_dir / "rejected").glob(f"*/{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_seal_plant_s_files_can_be_read_as_its_tables(seal_files: Path, data_dir: Path) -> None:
    printed = load(seal_files)
    tables, _ = read()
    assert tables.items["ITEM_CD"].tolist() == ["00123", "00124"]
    assert tables.routings["RUN_MINUTES"].tolist() == [2.5, 8.0]
    assert tables.routings["OUTSOURCED"].tolist() == [False, True]
    assert tables.results["RUN_MINUTES"].tolist()[0] == 3.0
    assert "BI_ROUTING_VIEW" in printed
    assert "seal_plant r1 is the active profile." in printed


def test_a_plant_of_another_shape_loads_through_its_profile_and_is_read_next(
    other_files: Path, data_dir: Path
) -> None:
    assert "adventureworks r1 is now the active profile" in load(
        other_files, "--profile", "adventureworks"
    )
    tables, _ = read()
    assert tables.routings["JOB_NM"].tolist() == ["Subassembly", "Final Assembly"]
    assert tables.routings["RUN_MINUTES"].tolist() == [3 * 60 / 3, 4 * 60 / 3]
    assert tables.results["RUN_MINUTES"].tolist() == [90.0, 45.0, 80.0]


def test_loading_with_the_first_profile_again_switches_back(
    seal_files: Path, other_files: Path, data_dir: Path
) -> None:
    load(seal_files)
    load(other_files, "--profile", "adventureworks")
    load(seal_files, "--profile", "seal_plant")
    assert mappings.active_profile().name == "seal_plant"
    assert len(read()[0].items) == 2


def test_loading_twice_is_loading_once(seal_files: Path, data_dir: Path) -> None:
    load(seal_files)
    load(seal_files)
    assert len(stored(data_dir, "BI_ROUTING_VIEW")) == 2
    assert list(data_dir.glob("erp.sqlite3*")) == [data_dir / "erp.sqlite3"]


def test_people_are_never_loaded(seal_files: Path, data_dir: Path) -> None:
    plants.routings(NC_PROGRAM_WRITER=["Kim", "Lee"], NC_REVIEWER_NM=["Park", "Choi"]).to_csv(
        seal_files / "routing.csv", index=False
    )
    plants.results(ORDER_QTY=["some", "4"]).to_csv(
        seal_files / "work_order_results.csv", index=False
    )
    load(seal_files)
    kept = (data_dir / "erp.sqlite3").read_bytes()
    aside = next((data_dir / "rejected").glob("*/work_order_results.csv")).read_bytes()
    for word in (b"Kim", b"Park", b"W01", b"WORKER_ID", b"NC_REVIEWER"):
        assert word not in kept + aside


def test_values_are_kept_in_natural_types(seal_files: Path, data_dir: Path) -> None:
    load(seal_files)
    items, steps = stored(data_dir, "BI_ITEM_INFO_VIEW"), stored(data_dir, "BI_ROUTING_VIEW")
    assert items["ITEM_CD"].tolist() == ["00123", "00124"]
    assert items["OUTDIAMETER"].tolist() == [85, 3.5]
    assert steps["PROC_SEQ"].tolist() == [10, 20]
    assert steps["INSRT_DT"].tolist() == ["2020-03-01T08:00:00", "2020-03-01T00:00:00"]
    assert steps["INSIDE_FLAG"].tolist() == ["사내", "외주"]


def test_rejected_rows_are_written_with_row_column_reason_and_their_cells(
    seal_files: Path, data_dir: Path
) -> None:
    plants.results(MACH_WORKED_HOURS=["two", "1.5"]).to_csv(
        seal_files / "work_order_results.csv", index=False
    )
    printed = load(seal_files)
    (line,) = rejected_rows(data_dir, "work_order_results")
    assert (line["file"], line["row"], line["column"], line["value"]) == (
        "work_order_results.csv", "2", "MACH_WORKED_HOURS", "two",
    )  # fmt: skip
    assert (line["reason"], line["JOB_CD"]) == ("not a number", "LT01")
    assert "rejected: MACH_WORKED_HOURS: not a number (1)" in printed
    assert "rejected rows are in" in printed


def test_a_routing_that_lost_a_row_is_set_aside_whole(seal_files: Path, data_dir: Path) -> None:
    more = plants.routings(ROUT_NO=["02", "02"], SETUP_TIME=["soon", "1"])
    both = pd.concat([plants.routings(), more])
    both.to_csv(seal_files / "routing.csv", index=False)
    load(seal_files)
    assert stored(data_dir, "BI_ROUTING_VIEW")["ROUT_NO"].tolist() == ["01", "01"]
    reasons = [line["reason"] for line in rejected_rows(data_dir, "routing")]
    assert reasons == ["not a number", "another row of this routing was set aside"]


def test_a_routing_with_a_torn_line_is_set_aside_whole(seal_files: Path, data_dir: Path) -> None:
    path = seal_files / "routing.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] += ",one too many"
    path.write_text("\n".join([*lines, "00124,01,10,LT01"]), encoding="utf-8")
    with pytest.raises(CommandError, match="none of its 3 rows could be read"):
        load(seal_files)
    aside = rejected_rows(data_dir, "routing")
    assert [(line["row"], line["reason"]) for line in aside] == [
        ("3", "12 fields instead of 11"),
        ("4", "4 fields instead of 11"),
        ("2", "another row of this routing was set aside"),
    ]


def test_a_repeated_key_keeps_its_first_row(seal_files: Path, data_dir: Path) -> None:
    items = pd.concat([plants.items(), plants.items(ITEM_NM=["again", "again"])])
    items.to_csv(seal_files / "item_info.csv", index=False)
    load(seal_files)
    assert stored(data_dir, "BI_ITEM_INFO_VIEW")["ITEM_NM"].tolist() == ["슬리브", "GLAND"]
    lines = rejected_rows(data_dir, "item_info")
    assert [(line["row"], line["value"]) for line in lines] == [("4", "00123"), ("5", "00124")]


def test_rows_that_refer_to_no_item_are_counted(seal_files: Path, data_dir: Path) -> None:
    plants.items(ITEM_CD=["X", "Y"]).to_csv(seal_files / "item_info.csv", index=False)
    printed = load(seal_files)
    assert "BI_ROUTING_VIEW: 2 rows refer to no item: they are left out of training" in printed
    assert read()[0].routings.empty


def test_cp949_excel_and_parquet_files_load_alike(seal_files: Path, data_dir: Path) -> None:
    plants.items().to_csv(seal_files / "item_info.csv", index=False, encoding="cp949")
    (seal_files / "routing.csv").unlink()
    plants.routings().to_excel(seal_files / "routing.xlsx", index=False)
    (seal_files / "work_order_results.csv").unlink()
    plants.results().to_parquet(seal_files / "work_order_results.parquet")
    load(seal_files)
    tables, _ = read()
    assert tables.items["ITEM_NM"].tolist() == ["슬리브", "GLAND"]
    assert tables.routings["RUN_MINUTES"].tolist() == [2.5, 8.0]
    assert tables.results["ORDER_QTY"].tolist() == [40.0, 0.0]


# What a load leaves alone -------------------------------------------------------------------------


def test_a_table_without_a_new_file_stays_as_it_was(seal_files: Path, data_dir: Path) -> None:
    load(seal_files)
    (seal_files / "routing.csv").unlink()
    plants.items(ITEM_NM=["new", "new"]).to_csv(seal_files / "item_info.csv", index=False)
    assert "kept as it" in load(seal_files)
    tables, _ = read()
    assert tables.items["ITEM_NM"].tolist() == ["new", "new"]
    assert len(tables.routings) == 2


def test_a_table_of_another_plant_does_not_stay(
    seal_files: Path, other_files: Path, data_dir: Path
) -> None:
    load(other_files, "--profile", "adventureworks")
    (seal_files / "work_order_results.csv").unlink()
    assert "no file work_order_results.*: the table is absent" in load(
        seal_files, "--profile", "seal_plant"
    )
    assert read()[1]["results"].absent


def spoil(folder: Path, how: str) -> None:
    """Make one of the folder's files unusable."""
    match how:
        case "truncated Parquet":
            (folder / "work_order_results.csv").unlink()
            plants.results().to_parquet(folder / "work_order_results.parquet")
            path = folder / "work_order_results.parquet"
            path.write_bytes(path.read_bytes()[:-20])
        case "mandatory column missing":
            plants.routings().drop(columns="JOB_CD").to_csv(folder / "routing.csv", index=False)
        case "no row can be read":
            plants.results(PROC_SEQ=["a", "b"]).to_csv(
                folder / "work_order_results.csv", index=False
            )
        case "open quotation mark":
            path = folder / "work_order_results.csv"
            path.write_text(path.read_text(encoding="utf-8") + '"\n', encoding="utf-8")
        case "empty file":
            (folder / "routing.csv").write_text("")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("truncated Parquet", "damaged"),
        ("mandatory column missing", r"routing\.csv: mandatory column JOB_CD is missing; found"),
        ("no row can be read", "none of its 2 rows could be read: PROC_SEQ: not a whole number"),
        ("open quotation mark", "never closed"),
        ("empty file", "found: no columns at all"),
    ],
)
def test_a_load_that_fails_changes_nothing(
    seal_files: Path, data_dir: Path, how: str, said: str
) -> None:
    load(seal_files)
    before = (data_dir / "erp.sqlite3").read_bytes()
    spoil(seal_files, how)
    with pytest.raises(CommandError, match=said):
        load(seal_files, "--profile", "seal_plant")
    assert (data_dir / "erp.sqlite3").read_bytes() == before
    assert list(data_dir.glob("erp.sqlite3*")) == [data_dir / "erp.sqlite3"]


def test_a_load_that_fails_does_not_switch_the_profile(other_files: Path, data_dir: Path) -> None:
    (other_files / "products.csv").write_text("ProductID,Name\n,\n")
    with pytest.raises(CommandError):
        load(other_files, "--profile", "adventureworks")
    assert mappings.active_profile().name == "seal_plant"


def test_a_file_with_only_a_header_is_an_empty_table(seal_files: Path, data_dir: Path) -> None:
    plants.results().head(0).to_csv(seal_files / "work_order_results.csv", index=False)
    load(seal_files)
    assert read()[0].results.empty
    assert not read()[1]["results"].absent


def test_what_a_killed_load_left_is_cleared_away(seal_files: Path, data_dir: Path) -> None:
    (data_dir / "erp.sqlite3.loading-999999999").write_text("half a table")
    load(seal_files)
    assert list(data_dir.glob("erp.sqlite3*")) == [data_dir / "erp.sqlite3"]


# Refusals -----------------------------------------------------------------------------------------


def test_files_of_another_profile_are_recognised_and_the_command_is_given(
    other_files: Path, data_dir: Path
) -> None:
    with pytest.raises(CommandError, match="look like profile adventureworks: run load_erp") as no:
        load(other_files)
    assert f"{other_files} --profile adventureworks" in str(no.value)


@pytest.mark.parametrize(
    ("folder", "options", "said"),
    [
        ("nowhere", [], "does not exist"),
        (".", [], r"has none of item_info\.\*"),
        (".", ["--profile", "moon"], "no mapping profile 'moon'; there is adventureworks, seal_pl"),
    ],
)
def test_what_can_not_be_loaded_is_refused_in_words(
    tmp_path: Path, data_dir: Path, folder: str, options: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        load(tmp_path / folder, *options)
    assert not (data_dir / "erp.sqlite3").exists()


def test_a_real_erp_is_never_written_to(seal_files: Path, settings: LazySettings) -> None:
    settings.ERP_URL = "postgresql://reader@erp/plant"
    with pytest.raises(CommandError, match="only ever read"):
        load(seal_files)


def test_a_disk_that_can_not_be_written_is_reported(
    seal_files: Path, data_dir: Path, settings: Any
) -> None:
    settings.ERP_URL = f"sqlite:///{data_dir.as_posix()}"  # a folder stands where the file should
    with pytest.raises(extracts.ExtractFailed, match="can not be written"):
        extracts.load(folder=seal_files)
