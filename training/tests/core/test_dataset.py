"""What cannot be used is left out and counted, and equal data have equal names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from registry.core.errors import NotEnoughData
from registry.core.known import known_routings
from registry.core.tables import Tables
from training.core.dataset import TrainingSet, prepare
from training.tests.core.shops import ATTRIBUTES, operation, report, shop, tables

ITEMS = [{"ITEM_CD": code, "KIND": "SEAL"} for code in ("A", "B", "C")]


def prepared(
    routings: list[dict[str, Any]], results: list[dict[str, Any]] | None = None
) -> TrainingSet:
    """Prepare the three items with the given rows."""
    return prepare(tables(ITEMS, routings, results or []), ATTRIBUTES)


def jobs(data: TrainingSet, item: str) -> list[tuple[str, ...]]:
    """Return the routings of an item as operation codes."""
    row = data.raw.book.row(item)
    assert row is not None
    return [tuple(o.job for o in r.operations) for r in known_routings(data.library, row)]


def test_operations_come_in_the_order_of_their_sequence_not_of_their_rows() -> None:
    data = prepared([operation("A", 20, "TURN"), operation("A", 10, "CUT")])
    assert jobs(data, "A") == [("CUT", "TURN")]
    assert jobs(data, "B") == []
    assert data.statistics["items"] == 3
    assert data.statistics["routed_items"] == 1


def test_routings_of_items_that_nobody_knows_are_left_out_and_counted() -> None:
    data = prepared([operation("A", 10, "CUT"), operation("GHOST", 10, "WELD")])
    assert data.statistics["counts"]["operations of unknown items"] == 1
    assert data.library.names["jobs"] == ("CUT",)


def test_rows_that_came_twice_count_once() -> None:
    twice = Tables(
        pd.DataFrame([*ITEMS, {"ITEM_CD": "A", "KIND": "BUSH"}]),
        *[
            getattr(tables(ITEMS, [operation("A", 10, "CUT")] * 2), n)
            for n in ("routings", "results")
        ],
    )
    data = prepare(twice, ATTRIBUTES)
    assert data.statistics["counts"]["duplicate items"] == 1
    assert data.statistics["counts"]["duplicate operations"] == 1
    assert jobs(data, "A") == [("CUT",)]
    assert data.raw.item(0).attributes["KIND"] == "SEAL"


def test_an_expired_routing_is_left_out_unless_the_item_has_no_other() -> None:
    old = {"VALID_TO_DT": "2020-12-31"}
    data = prepared(
        [
            operation("A", 10, "SAW", ROUT_NO="1", **old),
            operation("A", 10, "CUT", ROUT_NO="2", VALID_TO_DT="2099-12-31"),
            operation("B", 10, "SAW", **old),
            operation("C", 10, "CUT"),
        ]
    )
    assert jobs(data, "A") == [("CUT",)]
    assert jobs(data, "B") == [("SAW",)]
    assert data.statistics["counts"]["operations of expired routings"] == 1


def test_an_items_alternative_routings_are_all_kept() -> None:
    data = prepared(
        [operation("A", 10, "CUT", ROUT_NO="1"), operation("A", 10, "SAW", ROUT_NO="2")]
    )
    assert sorted(jobs(data, "A")) == [("CUT",), ("SAW",)]


def test_reports_give_their_operation_its_time_and_strays_are_counted() -> None:
    data = prepared(
        [operation("A", 10, "CUT", RUN_MINUTES=2.0), operation("B", 10, "CUT", RUN_MINUTES=2.0)],
        [report("A", 10, "CUT", 4.0), report("A", 10, "CUT", 9.0), report("GHOST", 10, "CUT", 1.0),
         report("A", 20, "WELD", 1.0)],
    )  # fmt: skip
    (timed,) = known_routings(data.library, 0)[0].operations
    assert timed.actual_run_minutes == pytest.approx(6.0)
    assert timed.sample_count == 2
    (untimed,) = known_routings(data.library, 1)[0].operations
    assert untimed.actual_run_minutes is None
    assert untimed.run_minutes == 2.0
    assert data.statistics["counts"]["reports of no known operation"] == 2


def test_no_work_results_at_all_is_a_training_set_of_unknown_times() -> None:
    data = prepared([operation("A", 10, "CUT")])
    assert np.isnan(data.library.arrays["operation_log_run"]).all()
    assert data.statistics["cv"] is None
    assert data.statistics["work_results"] == 0


def test_an_items_age_is_its_earliest_routing_and_may_be_unknown() -> None:
    data = prepared(
        [
            operation("A", 10, "CUT", INSRT_DT="1970-01-11"),
            operation("A", 20, "TURN", INSRT_DT="1970-01-03"),
            operation("B", 10, "CUT", INSRT_DT=None),
        ]
    )
    np.testing.assert_equal(data.library.arrays["age"], [2.0, np.nan, np.nan])


def test_the_commonest_name_of_an_operation_is_shown_and_its_code_when_it_has_none() -> None:
    names = ["Cutting", "Cuting", "Cutting"]
    rows = [operation(i, 10, "CUT", JOB_NM=n) for i, n in zip("ABC", names, strict=True)]
    data = prepared([*rows, operation("A", 20, "TURN")])
    assert data.library.names["job_names"] == ("Cutting", "TURN")


@pytest.mark.parametrize("routings", [[], [operation("GHOST", 10, "CUT")]])
def test_nothing_to_learn_from_is_said_in_words(routings: list[dict[str, Any]]) -> None:
    with pytest.raises(NotEnoughData, match="No item has a routing"):
        prepared(routings)


def test_no_items_is_said_in_words() -> None:
    with pytest.raises(NotEnoughData, match="no items"):
        prepare(tables(pd.DataFrame({"ITEM_CD": pd.Series([], dtype="str")})), ATTRIBUTES)


def test_equal_data_have_equal_hashes_and_any_change_another() -> None:
    name = prepare(shop(6), ATTRIBUTES).content_hash
    assert prepare(shop(6), ATTRIBUTES).content_hash == name
    others = []
    for table, column, value in (
        ("items", "OD", 77.0), ("routings", "JOB_CD", "WELD"), ("results", "RUN_MINUTES", 7.5),
    ):  # fmt: skip
        changed = shop(6)
        getattr(changed, table).loc[0, column] = value
        others.append(prepare(changed, ATTRIBUTES).content_hash)
    fewer = shop(6)
    others.append(
        prepare(Tables(fewer.items, fewer.routings, fewer.results[:-1]), ATTRIBUTES).content_hash
    )
    assert len({name, *others}) == 5


def test_the_share_of_missing_values_is_told_for_every_attribute() -> None:
    items: list[dict[str, Any]] = [
        {"ITEM_CD": "A", "KIND": "SEAL"},
        {"ITEM_CD": "B", "KIND": None},
    ]
    data = prepare(tables(items, [operation("A", 10, "CUT")]), ATTRIBUTES)
    assert data.statistics["missing_rates"]["KIND"] == 0.5
    assert data.statistics["missing_rates"]["OD"] == 1.0
