"""Tables in files: CSV, Excel and Parquet, well made and badly made."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from registry.core.file_formats import FileUnreadable
from registry.core.files import NoTables, find_files, open_file, read_items
from registry.core.mapping import ColumnsMissing
from registry.tests.core import plants

if TYPE_CHECKING:
    from pathlib import Path

SEAL = plants.columns()
TEXT = "ITEM_CD,ITEM_NM\n00123,슬리브\n00124,글랜드\n"


def rows_of(path: Path, *names: str) -> list[list[Any]]:
    """Return the rows of a file with these columns."""
    chunks = open_file(path, SEAL.items).chunks(names, 1)
    return [row for chunk in chunks for row in chunk.frame.to_numpy().tolist()]


def workbook(path: Path, rows: list[list[Any]], *merged: str, before: str = "") -> Path:
    """Write an Excel file whose last sheet has the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if before:
        sheet["A1"] = before
        sheet = book.create_sheet("data")
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


# CSV ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_korean_text_is_read_in_every_encoding_a_plant_uses(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "item_info.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert rows_of(path, "ITEM_CD", "ITEM_NM") == [["00123", "슬리브"], ["00124", "글랜드"]]


def test_a_compressed_file_and_other_separators_are_read(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv.gz"
    path.write_bytes(gzip.compress(TEXT.replace(",", ";").encode("cp949")))
    assert rows_of(path, "ITEM_NM") == [["슬리브"], ["글랜드"]]


def test_text_with_line_breaks_and_quotation_marks_is_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv"
    path.write_text('ITEM_CD,ITEM_NM\n1,"6"" pipe,\nlong"\n', encoding="utf-8")
    assert rows_of(path, "ITEM_NM") == [['6" pipe,\nlong']]


def test_lines_that_do_not_fit_the_header_are_set_aside_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv"
    path.write_text('A,B\n1,2\n3\n4,5,6\n\n"x"y,7\n8,9\n', encoding="utf-8")
    (chunk,) = open_file(path, SEAL.items).chunks(["A"])
    assert chunk.frame.index.tolist() == [2, 6]
    assert chunk.rejected["row"].tolist() == [3, 4, 5]
    assert chunk.rejected["reason"].tolist()[:2] == [
        "1 fields instead of 2",
        "3 fields instead of 2",
    ]


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv"
    path.write_text('A,B\n1,2\n"3,4\n5,6\n', encoding="utf-8")
    with pytest.raises(FileUnreadable, match="opened in line 3 is never closed"):
        list(open_file(path, SEAL.items).chunks(["A"]))


def test_a_header_with_an_open_quotation_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv"
    path.write_text('ITEM_CD,"ITEM_NM\n1,2\n', encoding="utf-8")
    with pytest.raises(FileUnreadable, match="damaged"):
        open_file(path, SEAL.items)


def test_a_workbook_with_a_damaged_part_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [["ITEM_CD"], ["1"]])
    with zipfile.ZipFile(whole) as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"<broken" if "sheet1" in name else good.read(name))
    with pytest.raises(FileUnreadable, match="damaged"):
        read_items(tmp_path / "bad.xlsx", SEAL)


def test_bytes_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv"
    path.write_bytes(b"A,B\n1,\xff\xff\xff\n")
    with pytest.raises(FileUnreadable, match="neither UTF-8 nor CP949"):
        open_file(path, SEAL.items)


def test_a_truncated_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "item_info.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 100)[:60])
    with pytest.raises(FileUnreadable, match="can not be read"):
        open_file(path, SEAL.items)


@pytest.mark.parametrize("text", ["", "\n", "ITEM_CD,ITEM_NM\n"])
def test_an_empty_file_has_no_rows(tmp_path: Path, text: str) -> None:
    path = tmp_path / "item_info.csv"
    path.write_text(text)
    assert list(open_file(path, SEAL.items).chunks([])) == []


# Excel --------------------------------------------------------------------------------------------


def test_excel_numbers_that_are_codes_lose_their_decimal_point(tmp_path: Path) -> None:
    path = workbook(tmp_path / "items.xlsx", [["ITEM_CD", "ITEM_NM"], [10.0, "A"], ["007", 12]])
    items, rejected = read_items(path, SEAL)
    assert [item.code for item in items] == ["10", "007"]
    assert items[1].attributes == {"ITEM_NM": "12"}
    assert rejected.empty


def test_a_header_below_a_merged_title_is_found(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["품목 정보", None],
        [None, None],
        ["ITEM_CD", "ITEM_NM"],
        ["00123", "슬리브"],
    ]
    path = workbook(tmp_path / "items.xlsx", rows, "A1:B1")
    file = open_file(path, SEAL.items)
    (chunk,) = file.chunks(["ITEM_NM"])
    assert chunk.frame["ITEM_NM"].to_dict() == {4: "슬리브"}


def test_a_header_of_two_rows_with_merged_cells_is_read_as_one(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["ITEM_CD", "치수", None],
        [None, "OUTDIAMETER", "INDIAMETER"],
        ["00123", 85, 60],
    ]
    path = workbook(tmp_path / "items.xlsx", rows, "A1:A2", "B1:C1")
    items, _ = read_items(path, SEAL)
    assert items[0].attributes == {"OUTDIAMETER": 85.0, "INDIAMETER": 60.0}


def test_the_sheet_with_the_table_need_not_be_the_first(tmp_path: Path) -> None:
    rows = [["ITEM_CD", "ITEM_NM"], ["1", "A"]]
    path = workbook(tmp_path / "items.xlsx", rows, before="Read me")
    assert [item.code for item in read_items(path, SEAL)[0]] == ["1"]


def test_a_workbook_without_the_columns_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = workbook(tmp_path / "items.xlsx", [["품목", "이름"], ["1", "A"]])
    with pytest.raises(ColumnsMissing, match="ITEM_CD is missing; found: 품목, 이름"):
        read_items(path, SEAL)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.xlsx"
    path.write_text("ITEM_CD\n1\n")
    with pytest.raises(FileUnreadable, match="damaged or not what its name says"):
        read_items(path, SEAL)


# Parquet ------------------------------------------------------------------------------------------


def test_parquet_keeps_text_numbers_and_dates(tmp_path: Path) -> None:
    frame = plants.routings(
        PROC_SEQ=[10, 20],
        SETUP_TIME=[30.0, None],
        INSRT_DT=list(pd.to_datetime(["2020-03-01"] * 2)),
    )
    frame.to_parquet(tmp_path / "routing.parquet")
    (chunk,) = open_file(tmp_path / "routing.parquet", SEAL.routings).chunks(list(frame.columns))
    mapped = SEAL.apply("routings", chunk.frame)
    assert mapped.frame["ITEM_CD"].tolist() == ["00123", "00123"]
    assert mapped.frame["INSRT_DT"].tolist() == [pd.Timestamp("2020-03-01")] * 2
    assert mapped.rejected.empty


def test_whole_number_codes_with_gaps_stay_whole(tmp_path: Path) -> None:
    codes = pd.array([2**60 + 1, None], dtype="Int64")
    pd.DataFrame({"ITEM_CD": codes, "ITEM_NM": ["A", "B"]}).to_parquet(tmp_path / "i.parquet")
    items, rejected = read_items(tmp_path / "i.parquet", SEAL)
    assert [item.code for item in items] == [str(2**60 + 1)]
    assert rejected["reason"].tolist() == ["blank, but part of the key"]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_parquet_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "item_info.parquet"
    plants.items().to_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileUnreadable, match="damaged or not what its name says"):
        open_file(path, SEAL.items)


# Folders and items --------------------------------------------------------------------------------


def test_files_are_known_by_the_profile_s_names_or_the_general_ones(tmp_path: Path) -> None:
    for name in ("Products.CSV", "routing.parquet", "work_orders.csv.gz", "notes.txt"):
        (tmp_path / name).touch()
    found = find_files(tmp_path, plants.columns("adventureworks"))
    assert {table: path.name for table, path in found.items()} == {
        "items": "Products.CSV",
        "routings": "routing.parquet",
        "results": "work_orders.csv.gz",
    }


def test_a_folder_without_any_table_is_answered_with_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NoTables, match=r"none of item_info\.\*, routing.*it has notes\.txt"):
        find_files(tmp_path, SEAL)


@pytest.mark.parametrize(("name", "said"), [("nowhere", "does not exist"), ("a.csv", "is a file")])
def test_a_wrong_folder_is_said_to_be_one(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "a.csv").touch()
    with pytest.raises(NoTables, match=said):
        find_files(tmp_path / name, SEAL)


def test_two_files_for_one_table_are_not_guessed_between(tmp_path: Path) -> None:
    for name in ("item_info.csv", "item_info.xlsx"):
        (tmp_path / name).touch()
    with pytest.raises(NoTables, match=r"item_info\.csv, item_info\.xlsx\): keep one"):
        find_files(tmp_path, SEAL)


@pytest.mark.parametrize("name", ["item_info.xls", "item_info.txt", "item_info"])
def test_a_file_of_unknown_form_is_answered_with_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(FileUnreadable, match=r"none of \.csv, \.csv\.gz, \.xlsx"):
        open_file(tmp_path / name, SEAL.items)


def test_a_folder_in_a_file_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "item_info.csv").mkdir()
    with pytest.raises(FileUnreadable, match="is not a file"):
        open_file(tmp_path / "item_info.csv", SEAL.items)


def test_items_of_a_file_have_what_is_filled_and_repeated_ones_are_set_aside(
    tmp_path: Path,
) -> None:
    frame = plants.items(ITEM_CD=["1", "1"], ITEM_NM=["", "x"], OUTDIAMETER=["85.0 mm", "1"])
    frame.to_csv(tmp_path / "new.csv", index=False)
    items, rejected = read_items(tmp_path / "new.csv", SEAL)
    assert [(item.code, dict(item.attributes)) for item in items] == [
        ("1", {"OUTDIAMETER": 85.0, "OUTDIAMETER_UNIT": "MM"})
    ]
    assert rejected["row"].tolist() == [3]
    assert "first one is taken" in rejected["reason"].tolist()[0]
