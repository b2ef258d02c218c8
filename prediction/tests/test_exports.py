"""Answers as a file: whole or not at all, with what could not be answered beside it."""

from __future__ import annotations

import csv
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from prediction.core.asking import ItemError
from prediction.core.writers import TableFormat
from prediction.services import exports
from prediction.services.exports import CannotWrite, NothingAnswered
from prediction.services.predictions import Answer
from prediction.tests.answers import GLAND, UNKNOWABLE
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registry.core.routing import Prediction

UNKNOWN = ItemError("X-404", "unknown_item", "Item X-404 is not known.")


def answer(*predictions: Prediction, errors: tuple[ItemError, ...] = ()) -> Answer:
    return Answer("2026.11.21_1", predictions, errors, (), 0.1)


def write(path: Path, *answers: Answer) -> exports.ExportReport:
    return exports.export_file(path, TableFormat.CSV, answers, valid_from=None)


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_item_is_in_the_file_or_in_the_errors_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    report = write(path, answer(GLAND, UNKNOWABLE, errors=(UNKNOWN,)))
    assert {row["ITEM_CD"] for row in records(path)} == {"G-999"}
    assert report.errors_path == tmp_path / "out.csv.errors.csv"
    assert records(report.errors_path) == [
        {"ITEM_CD": "X-404", "CODE": "unknown_item", "REASON": "Item X-404 is not known."},
        {"ITEM_CD": "X-1", "CODE": "no_routing", "REASON": UNKNOWABLE.reason},
    ]
    assert (report.items, report.abstained, report.lines) == (1, 0, 5)


def test_answers_of_several_batches_follow_one_another(tmp_path: Path) -> None:
    second = replace(GLAND, item="G-1000", abstained=True, doubt=UNKNOWABLE.doubt)
    report = write(tmp_path / "out.csv", answer(GLAND), answer(second))
    codes = [row["ITEM_CD"] for row in records(tmp_path / "out.csv")]
    assert codes == ["G-999"] * 5 + ["G-1000"] * 5
    assert (report.items, report.abstained, len(report.first_abstained)) == (2, 1, 1)


def test_an_item_asked_twice_is_written_once_and_told(tmp_path: Path) -> None:
    report = write(tmp_path / "out.csv", answer(GLAND), answer(GLAND))
    assert report.lines == 5
    assert [error.code for error in report.errors] == ["asked_twice"]


def test_errors_of_an_earlier_run_do_not_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write(path, answer(GLAND, errors=(UNKNOWN,)))
    report = write(path, answer(GLAND))
    assert report.errors_path is None
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_an_item_that_a_spreadsheet_would_calculate_stays_a_text_among_the_errors(
    tmp_path: Path,
) -> None:
    formula = ItemError("=1+1", "unknown_item", "@SUM(1) is not known.")
    write(tmp_path / "out.csv", answer(GLAND, errors=(formula,)))
    (row,) = records(tmp_path / "out.csv.errors.csv")
    assert (row["ITEM_CD"], row["REASON"]) == ("'=1+1", "'@SUM(1) is not known.")


def test_when_nothing_can_be_answered_an_earlier_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    with pytest.raises(NothingAnswered, match=r"None of 2 items.*X-404: Item X-404 is not known"):
        write(path, answer(UNKNOWABLE, errors=(UNKNOWN,)))
    assert path.read_text() == "mine"
    assert len(records(tmp_path / "out.csv.errors.csv")) == 2


def test_a_failure_in_the_middle_leaves_no_half_written_file(tmp_path: Path) -> None:
    def failing() -> Iterator[Answer]:
        yield answer(GLAND)
        raise RoutingMLError("the disk of the ERP is on fire")

    with pytest.raises(RoutingMLError, match="on fire"):
        exports.export_file(tmp_path / "out.csv", TableFormat.CSV, failing(), valid_from=None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"Cannot write .*nowhere/out\.csv: No such file"):
        write(tmp_path / "nowhere" / "out.csv", answer(GLAND))


def test_the_file_can_be_read_by_those_who_may_read_new_files(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    write(tmp_path / "out.csv", answer(GLAND))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (plain, tmp_path / "out.csv")}
    assert len(modes) == 1


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_download_is_the_same_content_in_every_format(table_format: TableFormat) -> None:
    content = exports.export_bytes(answer(GLAND), table_format, valid_from=None)
    beginnings = {
        TableFormat.CSV: b"ITEM_CD,",
        TableFormat.JSON: b"[\n{",
        TableFormat.XML: b"<?xml",
        TableFormat.XLSX: b"PK",
        TableFormat.PARQUET: b"PAR1",
    }
    assert content.startswith(beginnings[table_format])
