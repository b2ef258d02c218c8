"""A prediction as rows of the plant's layout."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from prediction.core.export import BUILT_IN, COLUMNS, EXTRA, Cell, rows
from prediction.tests.answers import GLAND, TURNING, UNKNOWABLE, UNTIMED, WITH_PLATING, minutes

if TYPE_CHECKING:
    from registry.core.routing import Prediction

LAYOUT_TEXT = """
ITEM_CD CANDIDATE_ID ROUTING_SIGNATURE PRIORITY SIMILARITY_TIER PROC_SEQ INSIDE_FLAG
dbo_BI_ROUTING_VIEW_JOB_CD JOB_NM RES_CD RES_DIS TIME_UNIT MFG_LT QUEUE_TIME SETUP_TIME
MACH_WORKED_HOURS ACT_SETUP_TIME ACT_RUN_TIME WAIT_TIME MOVE_TIME RUN_TIME_QTY RUN_TIME_UNIT
BATCH_OPER BP_CD dbo_BI_ROUTING_VIEW_CUST_NM CUR_CD SUBCONTRACT_PRC TAX_TYPE MILESTONE_FLG INSP_FLG
ROUT_ORDER VALID_FROM_DT VALID_TO_DT dbo_BI_ROUTING_VIEW_REMARK ROUT_DOC DOC_INSIDE DOC_NO
NC_PROGRAM NC_PROGRAM_WRITER NC_WRITER_NM NC_WRITE_DATE NC_REVIEWER NC_REVIEWER_NM NC_REVIEW_DT
RAW_MATL_SIZE JAW_SIZE VALIDITY PROGRAM_REMARK OP_DRAW_NO MTMG_NUMB REFERENCE_ITEM_CD
SIMILARITY_SCORE
"""
BEYOND_TEXT = """
RANK RUN_TIME RUN_TIME_LO RUN_TIME_HI SETUP_TIME_LO SETUP_TIME_HI SUPPORT CONFIDENCE ABSTAINED
SAMPLE_COUNT TIME_SOURCE
"""
LAYOUT, BEYOND = LAYOUT_TEXT.split(), BEYOND_TEXT.split()


def table(prediction: Prediction, **options: dt.date) -> list[dict[str, Cell]]:
    """Return the rows as records."""
    names = [column.name for column in COLUMNS]
    return [dict(zip(names, row, strict=True)) for row in rows(prediction, **options)]


def test_the_columns_are_the_52_of_the_layout_then_the_eleven_beyond_it() -> None:
    assert [column.name for column in BUILT_IN] == LAYOUT
    assert [column.name for column in EXTRA] == BEYOND
    assert len(BUILT_IN) == 52


def test_every_operation_of_every_candidate_is_a_row_best_candidate_first() -> None:
    found = [(row["CANDIDATE_ID"], row["PROC_SEQ"], row["RANK"]) for row in table(GLAND)]
    assert [row["ROUT_ORDER"] for row in table(GLAND)] == [1, 2, 3, 1, 2]
    assert found == [
        ("G-999_C01", 10, 1),
        ("G-999_C01", 20, 1),
        ("G-999_C01", 30, 1),
        ("G-999_C02", 10, 2),
        ("G-999_C02", 20, 2),
    ]


def test_the_first_candidate_is_primary_and_the_rest_are_fallbacks() -> None:
    found = table(GLAND)
    assert found[0]["PRIORITY"] == "primary" and found[0]["SIMILARITY_TIER"] == "HIGH"
    assert found[-1]["PRIORITY"] == "fallback" and found[-1]["SIMILARITY_TIER"] == "LOW"
    assert found[0]["ROUTING_SIGNATURE"] == "TURN+PLATE+INSP"
    assert found[-1]["REFERENCE_ITEM_CD"] == "G-200" and found[-1]["SIMILARITY_SCORE"] == 0.72


def test_times_are_minutes_a_piece_and_machine_hours_are_hours_a_piece() -> None:
    turning = table(GLAND)[0]
    assert turning["TIME_UNIT"] == "분" and turning["RUN_TIME_QTY"] == 1
    assert turning["SETUP_TIME"] == 30.0 and turning["RUN_TIME"] == 6.0
    assert turning["MACH_WORKED_HOURS"] == 0.1
    assert turning["QUEUE_TIME"] == 60.0 and turning["MFG_LT"] is None
    assert (turning["RUN_TIME_LO"], turning["RUN_TIME_HI"]) == (3.0, 9.0)
    assert (turning["SETUP_TIME_LO"], turning["SETUP_TIME_HI"]) == (15.0, 45.0)


def test_actual_times_are_given_only_where_work_results_stand_behind_them() -> None:
    turning, plating, _ = table(GLAND)[:3]
    assert (turning["ACT_SETUP_TIME"], turning["ACT_RUN_TIME"]) == (30.0, 6.0)
    assert (plating["ACT_SETUP_TIME"], plating["ACT_RUN_TIME"]) == (None, None)
    assert (turning["TIME_SOURCE"], turning["SAMPLE_COUNT"]) == ("work_results", 12)
    assert plating["TIME_SOURCE"] == "model"


def test_a_time_that_nobody_knows_is_an_empty_cell_and_not_nought() -> None:
    answer = replace(GLAND, candidates=(replace(WITH_PLATING, operations=(UNTIMED,)),))
    (row,) = table(answer)
    names = ("RUN_TIME", "RUN_TIME_LO", "RUN_TIME_HI", "MACH_WORKED_HOURS", "ACT_RUN_TIME")
    assert [row[name] for name in names] == [None] * 5
    assert (row["SETUP_TIME"], row["TIME_SOURCE"], row["SAMPLE_COUNT"]) == (30.0, "unknown", 0)


def test_a_subcontracted_operation_names_its_partner_and_price() -> None:
    turning, plating, inspection = table(GLAND)[:3]
    assert turning["INSIDE_FLAG"] == "사내" and plating["INSIDE_FLAG"] == "외주"
    assert plating["BP_CD"] == "V-77"
    assert plating["dbo_BI_ROUTING_VIEW_CUST_NM"] == "Hankook Plating"
    assert (plating["SUBCONTRACT_PRC"], plating["CUR_CD"]) == (1250.0, "KRW")
    assert inspection["BP_CD"] is None and inspection["SUBCONTRACT_PRC"] is None


def test_names_of_writers_and_reviewers_are_never_filled() -> None:
    people = [name for name in LAYOUT if "WRITER" in name or "REVIEWER" in name]
    assert len(people) == 4
    assert all(row[name] is None for row in table(GLAND) for name in people)


def test_what_is_not_a_number_is_an_empty_cell() -> None:
    wild = TURNING._replace(run=minutes(float("inf")), queue_minutes=float("nan"))
    answer = replace(GLAND, candidates=(replace(WITH_PLATING, operations=(wild,)),))
    (row,) = table(answer)
    assert row["QUEUE_TIME"] is None and row["RUN_TIME"] is None


def test_a_routing_is_valid_from_the_given_day_on() -> None:
    row = table(GLAND, valid_from=dt.date(2026, 11, 21))[0]
    assert row["VALID_FROM_DT"] == dt.date(2026, 11, 21)
    assert row["VALID_TO_DT"] == dt.date(2999, 12, 31)
    assert table(GLAND)[0]["VALID_FROM_DT"] is None


def test_an_uncertain_answer_says_so_in_every_row_and_an_empty_one_has_no_rows() -> None:
    assert {row["ABSTAINED"] for row in table(GLAND)} == {"N"}
    assert {row["ABSTAINED"] for row in table(replace(GLAND, abstained=True))} == {"Y"}
    assert table(UNKNOWABLE) == []


def test_what_candidates_have_in_common_is_written_in_each_as_if_it_were_alone() -> None:
    best, second = GLAND.candidates
    second = replace(second, operations=(*second.operations, *best.operations))
    together = replace(GLAND, candidates=(best, second))
    alone = [replace(GLAND, candidates=(each,)) for each in (best, second)]
    assert table(together) == [row for each in alone for row in table(each)]
    assert [row["ROUT_ORDER"] for row in table(together)] == [1, 2, 3, 1, 2, 3, 4, 5]
