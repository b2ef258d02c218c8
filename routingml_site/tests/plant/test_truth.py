from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from routingml_site.plant import Plant

KEY = ["ITEM_CD", "ROUT_NO"]


def sequences(table: pd.DataFrame) -> pd.Series:
    """Return the operations of each routing in order."""
    ordered = table.drop_duplicates([*KEY, "PROC_SEQ"]).sort_values([*KEY, "PROC_SEQ"])
    return ordered.groupby(KEY)["JOB_CD"].agg(tuple)


def test_every_new_item_has_at_least_one_valid_routing(plant: Plant) -> None:
    primary = plant.new_truth[plant.new_truth["ROUT_NO"] == "01"]
    assert set(primary["ITEM_CD"]) == set(plant.new_items["ITEM_CD"])
    assert set(plant.new_truth["ROUT_NO"]) <= {"01", "02"}


def test_new_items_are_known_to_no_other_table(plant: Plant) -> None:
    new = set(plant.new_items["ITEM_CD"])
    assert not new & set(plant.item_info["ITEM_CD"])
    assert not new & set(plant.routing["ITEM_CD"])
    assert not new & set(plant.work_order_results["ITEM_CD"])


def test_alternatives_are_listed_and_really_differ(plant: Plant) -> None:
    valid = sequences(plant.new_truth).unstack("ROUT_NO")
    second = valid["02"].notna()
    assert 0.03 < second.mean() < 0.13
    assert (valid.loc[second, "01"] != valid.loc[second, "02"]).all()


def test_operations_of_the_truth_are_numbered_by_tens_and_known_to_the_shop(plant: Plant) -> None:
    steps = plant.new_truth.groupby(KEY)["PROC_SEQ"]
    assert (steps.min() == 10).all()
    assert (steps.max() == 10 * steps.size()).all()
    assert set(plant.new_truth["JOB_CD"]) <= set(plant.routing["JOB_CD"])
    assert plant.new_truth["RES_CD"].isin(plant.routing["RES_CD"]).mean() > 0.98


def test_a_partner_is_named_exactly_where_the_work_goes_out(plant: Plant) -> None:
    out = plant.new_truth["OUTSOURCED"] == "Y"
    assert 0.03 < out.mean() < 0.15
    assert out.equals(plant.new_truth["BP_CD"].notna())


def test_the_truth_has_minutes_for_every_operation(plant: Plant) -> None:
    assert (plant.new_truth[["SETUP_MINUTES", "RUN_MINUTES"]] > 0).all(axis=None)


def test_reports_of_new_items_scatter_around_the_expected_minutes(plant: Plant) -> None:
    results = plant.new_results[plant.new_results["ORDER_QTY"] > 0]
    each = results["MACH_WORKED_HOURS"] * 60 / results["ORDER_QTY"]
    expected = results.merge(plant.new_truth, on=[*KEY, "PROC_SEQ"])["RUN_MINUTES"].to_numpy()
    ratio = np.log(each.where(each > 0) / expected).dropna()
    assert ratio.median() == pytest.approx(0, abs=0.02)
    spread = (ratio.quantile(0.84) - ratio.quantile(0.16)) / 2
    assert spread == pytest.approx(0.25, abs=0.04)


def test_setups_of_new_items_scatter_around_the_expected_minutes(plant: Plant) -> None:
    results = plant.new_results[plant.new_results["SETUP_HOURS"] > 0]
    expected = results.merge(plant.new_truth, on=[*KEY, "PROC_SEQ"])["SETUP_MINUTES"].to_numpy()
    ratio = np.log(results["SETUP_HOURS"] * 60 / expected)
    assert ratio.median() == pytest.approx(0, abs=0.03)


def test_run_times_do_not_depend_on_the_order_quantity(plant: Plant) -> None:
    results = plant.new_results[
        (plant.new_results["ORDER_QTY"] > 0) & (plant.new_results["MACH_WORKED_HOURS"] > 0)
    ]
    each = results["MACH_WORKED_HOURS"] * 60 / results["ORDER_QTY"]
    expected = results.merge(plant.new_truth, on=[*KEY, "PROC_SEQ"])["RUN_MINUTES"].to_numpy()
    ratio = np.log(each / expected)
    small, large = results["ORDER_QTY"] <= 5, results["ORDER_QTY"] >= 40
    assert ratio[small].median() == pytest.approx(ratio[large].median(), abs=0.05)


def test_reports_of_new_items_are_of_their_primary_routing(plant: Plant) -> None:
    assert set(plant.new_results["ROUT_NO"]) == {"01"}
    primary = plant.new_truth[plant.new_truth["ROUT_NO"] == "01"]
    told = plant.new_results[["ITEM_CD", "PROC_SEQ", "JOB_CD"]].drop_duplicates()
    assert len(told.merge(primary, on=["ITEM_CD", "PROC_SEQ", "JOB_CD"])) == len(told)


def test_most_new_routings_have_happened_before_but_not_all_have_to(plant: Plant) -> None:
    known = set(sequences(plant.routing))
    primary = sequences(plant.new_truth).xs("01", level="ROUT_NO")
    assert primary.isin(known).mean() > 0.95


def test_equal_items_are_mostly_planned_alike_and_sometimes_not(plant: Plant) -> None:
    """Planners slip in five to eight routings of a hundred, so about twice as many twins differ."""
    main = sequences(plant.routing).xs("01", level="ROUT_NO")
    columns = [name for name in plant.item_info if name != "ITEM_CD"]
    group = plant.item_info.groupby(columns, dropna=False).ngroup()
    routed = plant.item_info.assign(group=group, main=plant.item_info["ITEM_CD"].map(main))
    pairs = routed.dropna(subset="main").groupby("group")["main"].agg(["size", "nunique"])
    differ = (pairs.loc[pairs["size"] == 2, "nunique"] > 1).mean()
    assert 0.04 < differ < 0.25
