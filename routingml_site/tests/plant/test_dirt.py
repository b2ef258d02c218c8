from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from routingml_site.plant import Plant

SIZES = ["OUTDIAMETER", "INDIAMETER", "OUTTHICKNESS"]
ROUTING_KEY = ["ITEM_CD", "ROUT_NO", "PROC_SEQ"]


def share(mask: pd.Series) -> float:
    return float(mask.mean())


def minutes(results: pd.DataFrame) -> pd.Series:
    """Return reported minutes a piece over the operation's median."""
    made = results[results["ORDER_QTY"] > 0]
    each = made["MACH_WORKED_HOURS"] * 60 / made["ORDER_QTY"]
    return each / each.groupby(made["JOB_CD"]).transform("median")


@pytest.mark.parametrize(
    ("column", "rate"),
    [
        ("ITEM_NM_ENG", 1.0),
        ("DRAW_USE", 1.0),
        ("GROUP3", 0.99),
        ("RAW_MATL_KINDNM", 0.97),
        ("SealTypeGrup", 0.84),
        ("ROTATE_CTRCLOCKWISE", 0.76),
        ("OUTDIAMETER", 0.52),
        ("INDIAMETER", 0.52),
        ("OUTTHICKNESS", 0.52),
    ],
)
def test_columns_are_as_empty_as_in_the_erp(plant: Plant, column: str, rate: float) -> None:
    assert share(plant.item_info[column].isna()) == pytest.approx(rate, abs=0.03)


def test_a_blank_string_stands_for_missing_too(plant: Plant) -> None:
    assert 0.01 < share(plant.item_info["ITEM_MATERIAL"].str.strip() == "") < 0.03
    assert share(plant.item_info["ROTATE_CLOCKWISE"] == "") > 0.3


def test_sizes_are_unknown_in_over_half_the_rows_and_say_so_in_three_ways(plant: Plant) -> None:
    items = plant.item_info
    known = items[SIZES].gt(0) & items[SIZES].lt(9999)
    assert (known.mean() < 0.5).all()
    assert (items[SIZES] == 0).mean().between(0.02, 0.09).all()
    assert (items[SIZES] == 9999).to_numpy().any()


def test_texts_carry_sizes_that_the_columns_lack(plant: Plant) -> None:
    items = plant.item_info
    unknown = ~(items["OUTDIAMETER"].gt(0) & items["OUTDIAMETER"].lt(9999))
    sized = items["ITEM_SPEC"].str.contains(r"\d+(?:\.\d+)?\D{1,6}\d+(?:\.\d+)?\D{1,6}\d", na=False)
    assert share(sized[unknown]) > 0.75


def test_units_are_written_in_every_case_and_inches_are_inches(plant: Plant) -> None:
    units = plant.item_info["OUTDIAMETER_UNIT"]
    counts = units.value_counts(normalize=True, dropna=False)
    assert counts["MM"] > 5 * counts["mm"] > 0
    assert 0.4 < share(units.isna()) < 0.65
    sizes = plant.item_info["OUTDIAMETER"].where(lambda s: (s > 0) & (s < 9999))
    inches = units.str.upper() == "INCH"
    assert 0.005 < share(inches) < 0.03
    assert sizes[inches].median() < sizes[units == "MM"].median() / 10


def test_one_material_goes_by_many_spellings(plant: Plant) -> None:
    written = set(plant.item_info["ITEM_MATERIAL"].dropna())
    assert len(written & {"SUS316L", "316L", "316 L", "sus-316l", "STS 316L", "SUS 316 L"}) >= 4


def test_korean_and_english_stand_side_by_side_in_uneven_case(plant: Plant) -> None:
    names = plant.item_info["ITEM_NM"]
    assert 0.1 < share(names.str.contains("[가-힣]")) < 0.5
    assert share(names.str.islower()) > 0.03
    assert share(names.str.isupper()) > 0.3


def test_part_types_have_two_giants_and_a_long_tail(plant: Plant) -> None:
    counts = plant.item_info["PART_TYPE"].value_counts(normalize=True)
    assert counts.index[:2].tolist() == ["KBM", "233"]
    assert counts["KBM"] == pytest.approx(0.16, abs=0.03)
    assert counts["233"] == pytest.approx(0.12, abs=0.03)
    assert len(counts) > 150
    assert (counts < 0.002).sum() > 80


def test_some_items_equal_another_in_everything_but_the_code(plant: Plant) -> None:
    twins = plant.item_info.drop(columns="ITEM_CD").duplicated()
    assert 0.04 < share(twins) < 0.12
    assert plant.item_info["ITEM_CD"].is_unique


def test_drawing_numbers_are_half_as_many_as_items(plant: Plant) -> None:
    assert 0.45 < plant.item_info["DRAW_NO"].nunique() / len(plant.item_info) < 0.7


def test_nearly_all_items_are_routed_and_some_in_two_ways(plant: Plant) -> None:
    routed = plant.routing[plant.routing["ITEM_CD"].isin(plant.item_info["ITEM_CD"])]
    assert 0.93 < routed["ITEM_CD"].nunique() / len(plant.item_info) < 0.99
    ways = routed.groupby("ROUT_NO")["ITEM_CD"].nunique() / routed["ITEM_CD"].nunique()
    assert ways["02"] == pytest.approx(0.07, abs=0.025)
    assert 0.005 < ways["09"] < 0.04


def test_expired_routings_say_when_they_ended(plant: Plant) -> None:
    ended = plant.routing["VALID_TO_DT"] < pd.Timestamp("2900-01-01")
    assert set(plant.routing.loc[ended, "ROUT_NO"]) == {"09"}
    assert (plant.routing["VALID_FROM_DT"] < plant.routing["VALID_TO_DT"]).all()


def test_routing_keys_repeat_and_some_routings_belong_to_no_item(plant: Plant) -> None:
    again = plant.routing.duplicated(ROUTING_KEY)
    assert 0.0005 < share(again) < 0.01
    stray = ~plant.routing["ITEM_CD"].isin(plant.item_info["ITEM_CD"])
    assert 0 < share(stray) < 0.01


def test_operations_are_numbered_by_tens_mostly(plant: Plant) -> None:
    first = plant.routing.groupby(["ITEM_CD", "ROUT_NO"])["PROC_SEQ"].min()
    assert share(first == 10) == pytest.approx(0.9, abs=0.04)
    assert set(first) == {5, 10, 100}


def test_subcontracted_operations_name_a_partner_and_a_price(plant: Plant) -> None:
    flags = plant.routing["INSIDE_FLAG"]
    assert set(flags) == {"사내", "외주", "Y", "N"}
    outside = flags.isin(["외주", "N"])
    assert 0.03 < share(outside) < 0.15
    assert 0.9 < share(plant.routing.loc[outside, "BP_CD"].notna()) < 1
    assert plant.routing.loc[~outside, "BP_CD"].isna().all()
    priced = plant.routing["SUBCONTRACT_PRC"].notna()
    assert priced.equals(plant.routing["BP_CD"].notna())


def test_standard_times_are_wrong_by_operation(plant: Plant) -> None:
    routing = plant.routing.drop_duplicates(ROUTING_KEY)
    standard = routing["RUN_TIME"] / routing["RUN_TIME_QTY"]
    actual = plant.work_order_results.groupby(["ITEM_CD", "ROUT_NO", "PROC_SEQ"])[
        ["MACH_WORKED_HOURS", "ORDER_QTY"]
    ].sum()
    each = (actual["MACH_WORKED_HOURS"] * 60 / actual["ORDER_QTY"]).replace(np.inf, np.nan)
    joined = routing.assign(standard=standard).join(each.rename("actual"), on=ROUTING_KEY)
    joined = joined[joined["standard"] > 0]
    wrong = (joined["standard"] / joined["actual"]).groupby(joined["JOB_CD"]).median()
    assert wrong["LT02"] < 0.85
    assert wrong["CL01"] > 1.2
    assert set(routing["RUN_TIME_QTY"]) == {1.0, 10.0, 100.0}


def test_a_third_of_the_items_have_no_report_and_a_few_have_hundreds(plant: Plant) -> None:
    results = plant.work_order_results
    silent = ~plant.item_info["ITEM_CD"].isin(results["ITEM_CD"])
    assert share(silent) == pytest.approx(0.35, abs=0.05)
    counts = results["ITEM_CD"].value_counts()
    assert counts.max() > 20 * counts.median()
    assert 1.8 < len(results) / len(plant.routing) < 3.2


def test_reports_carry_typing_errors_in_their_share(plant: Plant) -> None:
    results = plant.work_order_results
    nothing = share(results["MACH_WORKED_HOURS"] == 0)
    unknown = share(results["ORDER_QTY"] == 0)
    ratio = minutes(results)
    tenfold, sixtyfold = share(ratio.between(7, 14)), share(ratio > 25)
    assert nothing == pytest.approx(0.014, abs=0.005)
    assert unknown == pytest.approx(0.007, abs=0.004)
    assert 0.004 < tenfold < 0.02
    assert 0.002 < sixtyfold < 0.012


def test_some_reports_name_no_machine_or_are_there_twice(plant: Plant) -> None:
    results = plant.work_order_results
    assert share(results["RES_CD"].isna()) == pytest.approx(0.04, abs=0.01)
    assert 0.0005 < share(results.duplicated()) < 0.006


def test_nobody_reports_before_the_routing_was_entered(plant: Plant) -> None:
    born = plant.routing.groupby("ITEM_CD")["INSRT_DT"].min()
    first = plant.work_order_results.groupby("ITEM_CD")["REPORT_DT"].min()
    known = first.index.intersection(born.index)
    assert (first[known] > born[known]).all()


def test_routings_were_entered_over_eight_years(plant: Plant) -> None:
    entered = plant.routing["INSRT_DT"]
    assert 7.5 < (entered.max() - entered.min()).days / 365 < 8.7
    years = entered.dt.year.value_counts(normalize=True)
    assert years.max() < 0.25


def test_newer_items_are_made_of_newer_materials(plant: Plant) -> None:
    items = plant.item_info
    silicon = items["ITEM_MATERIAL"].str.contains("(?i)^s-?sic|^sic", na=False)
    bonded = items["ITEM_MATERIAL"].str.contains("(?i)^rb-?sic|RB", na=False)
    half = len(items) // 2
    before = silicon[:half].sum() / bonded[:half].sum()
    after = silicon[half:].sum() / bonded[half:].sum()
    assert after > before
