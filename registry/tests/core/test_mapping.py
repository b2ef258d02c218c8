"""A plant's own tables become the product's: names, types, units, and what is no use."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from registry.core import casting
from registry.core.columns import PERSONAL
from registry.core.mapping import BadProfile, ColumnMap, ColumnsMissing, TableName
from registry.core.relating import relate
from registry.core.tables import RESULT_COLUMNS, ROUTING_COLUMNS, Tables
from registry.tests.core import plants

SEAL = plants.columns()


def related(
    profile: ColumnMap, items: pd.DataFrame, routings: pd.DataFrame, results: pd.DataFrame
) -> tuple[Tables, dict[TableName, pd.DataFrame]]:
    return relate(
        profile,
        {
            "items": profile.apply("items", items),
            "routings": profile.apply("routings", routings),
            "results": profile.apply("results", results),
        },
    )


# Cells -------------------------------------------------------------------------------------------


def test_codes_are_text_whatever_they_came_as() -> None:
    cells = ["00123", 10.0, 7, Decimal("10.00"), " A-1 ", "", "  ", None, float("nan")]
    found = casting.codes(pd.Series(cells, dtype=object)).values
    assert found[:5].tolist() == ["00123", "10", "7", "10", "A-1"]
    assert found[5:].isna().all()


@pytest.mark.parametrize(
    "cell",
    ["2999-12-31", "29991231", "2999/12/31", "2999.12.31", "2999-12-31T00:00:00+09:00",
     29991231, dt.date(2999, 12, 31), np.datetime64("2999-12-31", "s")],
)  # fmt: skip
def test_a_date_is_understood_in_every_form_an_erp_writes_it(cell: Any) -> None:
    cast = casting.dates(pd.Series([cell]))
    assert cast.values.tolist() == [pd.Timestamp("2999-12-31")]
    assert not cast.bad.any()


def test_a_date_of_zeros_is_no_date_and_a_word_is_a_wrong_one() -> None:
    cast = casting.dates(pd.Series(["00000000", "tomorrow", "2024-13-01", None]))
    assert cast.values.isna().all()
    assert cast.bad.tolist() == [False, True, True, False]
    assert cast.mended == {"no date": 1}


@pytest.mark.parametrize(
    ("cell", "number"), [("1,234.5", 1234.5), ("\uff11\uff12", 12.0), (" 7 ", 7.0)]
)
def test_a_number_may_be_written_the_way_people_write_numbers(cell: str, number: float) -> None:
    assert casting.numbers(pd.Series([cell])).values.tolist() == [number]


@pytest.mark.parametrize("cell", ["12,5", "abc", "1;2", "12 min"])
def test_what_is_not_surely_a_number_is_none(cell: str) -> None:
    assert casting.numbers(pd.Series([cell])).bad.tolist() == [True]


@pytest.mark.parametrize("cells", [["-5", "inf", "nan", "3"], [-5.0, np.inf, np.nan, 3.0]])
def test_impossible_figures_become_missing_and_are_counted(cells: list[Any]) -> None:
    cast = casting.numbers(pd.Series(cells))
    assert cast.values.isna().tolist() == [True, True, True, False]
    assert cast.mended == {"not a finite number": 1, "negative": 1}
    assert not cast.bad.any()


def test_an_attribute_number_may_carry_its_unit_and_never_rejects_the_item() -> None:
    cast = casting.numbers(pd.Series(["85.0 mm", "unknown", "12"]), attribute=True)
    assert cast.values.tolist()[::2] == [85.0, 12.0]
    assert cast.mended == {"no number in it": 1}
    assert not cast.bad.any()


# The seal plant ----------------------------------------------------------------------------------


def test_routings_come_out_with_every_canonical_column_and_type() -> None:
    frame = SEAL.apply("routings", plants.routings()).frame
    kinds = {"str": "str", "int": "int64", "float": "float64", "bool": "bool"}
    for name, kind in ROUTING_COLUMNS.items():
        wanted = "datetime64[us]" if kind == "date" else kinds[kind]
        assert str(frame[name].dtype) == wanted, name
    assert list(frame.columns) == list(ROUTING_COLUMNS)


def test_run_time_is_divided_by_its_quantity_and_a_blank_quantity_is_one() -> None:
    mapped = SEAL.apply("routings", plants.routings())
    assert mapped.frame["RUN_MINUTES"].tolist() == [2.5, 8.0]
    assert mapped.mended["RUN_TIME_QTY: blank, read as 1"] == 1


def test_a_quantity_of_zero_makes_the_run_time_unknown() -> None:
    frame = SEAL.apply("routings", plants.routings(RUN_TIME_QTY=["0", "-2"])).frame
    assert frame["RUN_MINUTES"].isna().all()


@pytest.mark.parametrize(
    ("inside", "outside"), [("사내", "외주"), ("Y", "N"), ("y ", " n"), ("in", "OUT")]
)
def test_in_house_and_subcontract_are_known_by_the_profile_s_words(
    inside: str, outside: str
) -> None:
    frame = SEAL.apply("routings", plants.routings(INSIDE_FLAG=[inside, outside])).frame
    assert frame["OUTSOURCED"].tolist() == [False, True]


def test_reported_hours_of_an_order_become_minutes_a_piece() -> None:
    mapped = SEAL.apply("results", plants.results())
    assert list(mapped.frame.columns) == list(RESULT_COLUMNS)
    assert mapped.frame["RUN_MINUTES"].tolist()[0] == pytest.approx(2 * 60 / 40)
    assert mapped.frame["SETUP_MINUTES"].tolist() == [30.0, 0.0]


def test_an_order_of_nothing_has_no_time_a_piece_and_is_counted() -> None:
    mapped = SEAL.apply("results", plants.results())
    assert np.isnan(mapped.frame["RUN_MINUTES"].tolist()[1])
    assert mapped.mended["ORDER_QTY: zero, time a piece unknown"] == 1


def test_units_and_basis_are_the_profile_s() -> None:
    document = plants.document()
    run = next(c for c in document["results"]["columns"] if c["name"] == "RUN_MINUTES")
    run |= {"unit": "seconds", "basis": "piece"}
    frame = ColumnMap.from_json(document).apply("results", plants.results()).frame
    assert frame["RUN_MINUTES"].tolist() == pytest.approx([2 / 60, 1.5 / 60])


def test_sizes_keep_their_unit_and_sentinels_for_the_cleaning_that_requests_pass_too() -> None:
    frame = SEAL.apply("items", plants.items()).frame
    assert frame["OUTDIAMETER"].tolist() == [85.0, 3.5]
    assert frame["OUTDIAMETER_UNIT"].tolist() == ["MM", "inch"]
    column = SEAL.items.named("OUTDIAMETER")
    assert column is not None
    assert (column.unit_column, column.sentinels) == ("OUTDIAMETER_UNIT", (0.0, 9999.0))


def test_a_text_of_ten_thousand_characters_comes_through_whole() -> None:
    frame = SEAL.apply("items", plants.items(ITEM_SPEC=["가" * 10_000, None])).frame
    assert len(frame["ITEM_SPEC"].tolist()[0]) == 10_000


# What is set aside -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("PROC_SEQ", "10.5", "not a whole number"),
        ("PROC_SEQ", "ten", "not a whole number"),
        ("SETUP_TIME", "soon", "not a number"),
        ("INSRT_DT", "yesterday", "not a date"),
        ("INSIDE_FLAG", "maybe", "neither yes"),
        ("JOB_CD", " ", "blank, but part of the key"),
        ("RUN_TIME_QTY", "some", "not a number"),
    ],
)
def test_a_wrong_cell_is_reported_with_row_and_column_and_its_row_set_aside(
    column: str, cell: str, reason: str
) -> None:
    frame = plants.routings(**{column: [cell, plants.routings()[column].tolist()[1]]})
    mapped = SEAL.apply("routings", frame.set_axis([2, 3]))
    assert mapped.frame.index.tolist() == [3]
    (line,) = mapped.rejected.to_dict("records")
    assert (line["row"], line["column"]) == (2, column)
    assert line["value"] == ("" if reason.startswith("blank") else cell)
    assert reason in line["reason"]
    assert mapped.aside["ITEM_CD"].tolist() == ["00123"]


def test_a_row_with_two_faults_is_counted_once() -> None:
    frame = plants.routings(PROC_SEQ=["x", "20"], SETUP_TIME=["y", "1"])
    assert len(SEAL.apply("routings", frame).rejected) == 1


def test_a_table_without_a_mandatory_column_is_refused_with_what_it_has() -> None:
    with pytest.raises(ColumnsMissing, match=r"JOB_CD is missing; found: ITEM_CD, ROUT_NO"):
        SEAL.apply("routings", plants.routings().drop(columns="JOB_CD"))


def test_missing_and_unmapped_columns_are_named() -> None:
    mapped = SEAL.apply("results", plants.results())
    assert mapped.missing == ("RES_CD",)
    assert mapped.ignored == ("WORKER_ID",)


def test_headers_are_found_in_any_case_and_with_spaces() -> None:
    frame = plants.items().rename(columns={"ITEM_CD": " item_cd ", "ITEM_NM": "Item_Nm"})
    assert SEAL.apply("items", frame).frame["ITEM_NM"].tolist() == ["슬리브", "GLAND"]


def test_a_mapped_column_that_stands_twice_is_refused() -> None:
    frame = pd.concat([plants.items(), plants.items()[["ITEM_NM"]]], axis=1)
    with pytest.raises(ColumnsMissing, match="ITEM_NM is there more than once"):
        SEAL.apply("items", frame)


@pytest.mark.parametrize("table", ["items", "routings", "results"])
def test_an_empty_table_keeps_its_columns(table: TableName) -> None:
    sources = list(SEAL.table(table).sources)
    mapped = SEAL.apply(table, pd.DataFrame(columns=sources))
    assert len(mapped.frame) == 0
    assert "ITEM_CD" in mapped.frame.columns


# Seen together -----------------------------------------------------------------------------------


def test_a_repeated_key_keeps_its_first_row() -> None:
    items = plants.items(ITEM_CD=["00123", "00123"])
    routings = plants.routings(PROC_SEQ=["10", "10"])
    tables, aside = related(SEAL, items, routings, plants.results())
    assert tables.items["ITEM_NM"].tolist() == ["슬리브"]
    assert tables.routings["JOB_CD"].tolist() == ["LT01"]
    assert aside["items"]["row"].tolist() == [1]
    assert aside["routings"]["value"].tolist() == ["00123 01 10"]


def test_a_routing_that_lost_a_row_is_not_taught_as_a_shorter_one() -> None:
    routings = plants.routings(SETUP_TIME=["soon", "0"])
    tables, aside = related(SEAL, plants.items(), routings, plants.results())
    assert tables.routings.empty
    assert aside["routings"]["reason"].tolist() == [
        "not a number",
        "another row of this routing was set aside",
    ]


def test_rows_that_refer_to_no_item_are_counted_and_kept_out() -> None:
    items = plants.items(ITEM_CD=["X", "Y"])
    tables, aside = related(SEAL, items, plants.routings(), plants.results())
    assert (len(tables.routings), len(tables.results)) == (0, 0)
    assert aside["routings"]["reason"].unique().tolist() == ["refers to no item"]
    assert len(aside["results"]) == 2


def test_standard_hours_of_an_order_are_divided_by_the_item_s_usual_quantity() -> None:
    profile = plants.columns("adventureworks")
    items = pd.DataFrame({"ProductID": [514, 515], "Name": ["A", "B"]})
    steps = pd.DataFrame(
        {"ProductID": [514, 515], "RoutingNo": 1, "OperationSequence": 6, "LocationID": 50,
         "StandardHours": 3.0}
    )  # fmt: skip
    orders = pd.DataFrame(
        {"ProductID": 514, "OperationSequence": 6, "LocationID": 50, "OrderQty": [2, 4, 30],
         "ActualResourceHrs": 3.0}
    )  # fmt: skip
    tables, _ = related(profile, items, steps, orders)
    assert tables.routings["RUN_MINUTES"].tolist()[0] == 3 * 60 / 4
    assert np.isnan(tables.routings["RUN_MINUTES"].tolist()[1])


# Profiles ----------------------------------------------------------------------------------------


def test_a_profile_survives_json() -> None:
    assert ColumnMap.from_json(SEAL.to_json()) == SEAL


@pytest.mark.parametrize("person", sorted(PERSONAL))
def test_columns_about_people_can_not_be_mapped_in_any_spelling(person: str) -> None:
    document = plants.document()
    document["routings"]["columns"][4]["source"] = person.lower()
    problems = ColumnMap.from_json(document).validate()
    assert problems == [f"routings: {person.lower()}: is personal data and can not be read"]


@pytest.mark.parametrize(
    ("table", "name", "change", "problem"),
    [
        ("routings", "JOB_CD", {"name": "JOB"}, "JOB_CD is not mapped as a key"),
        ("routings", "JOB_NM", {"name": "RES_CD"}, "the name res_cd is used 2 times"),
        ("routings", "SETUP_MINUTES", {"unit": "days"}, "a time needs a unit"),
        ("routings", "RUN_MINUTES", {"basis": None}, "a run time needs a basis"),
        ("routings", "JOB_NM", {"unit": "hours"}, "only a time has a unit"),
        ("routings", "INSRT_DT", {"kind": "text"}, "must be of kind date"),
        ("routings", "OUTSOURCED", {"yes": []}, "a flag needs words"),
        ("routings", "OUTSOURCED", {"yes": ["y"]}, "y can not mean both"),
        ("items", "OUTDIAMETER", {"unit_column": "NOWHERE"}, "unit column NOWHERE is not mapped"),
        ("items", "ITEM_NM", {"kind": "date"}, "an item attribute is a text or a number"),
        ("results", "ORDER_QTY", {"name": "BAD_QTY"}, "the basis order needs ORDER_QTY"),
    ],
)
def test_every_fault_of_a_profile_is_said_in_words(
    table: str, name: str, change: dict[str, Any], problem: str
) -> None:
    document = plants.document()
    column = next(c for c in document[table]["columns"] if c["name"] == name)
    column |= change
    assert problem in " / ".join(ColumnMap.from_json(document).validate())


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("view", " ", "items: view is blank"),
        ("file", "../item_info", "is not the plain name of a file"),
        ("file", "", "is not the plain name of a file"),
        ("view", "bi_routing_view", "view of items and routings are the same"),
        ("file", "routing", "file of items and routings are the same"),
    ],
)
def test_views_and_files_must_be_told_apart(setting: str, value: str, problem: str) -> None:
    document = plants.document()
    document["items"][setting] = value
    assert problem in " / ".join(ColumnMap.from_json(document).validate())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "colour"}, "'colour' is not a valid Kind"),
        ({"sauce": "A"}, "unknown setting sauce"),
        ({"sentinels": ["many"]}, "items, column 1"),
        ({"source": 7}, "expected a text, found 7"),
    ],
)
def test_a_document_of_another_shape_is_refused_with_the_place(
    change: dict[str, Any], problem: str
) -> None:
    document = plants.document()
    document["items"]["columns"][0] |= change
    with pytest.raises(BadProfile, match=problem):
        ColumnMap.from_json(document)


@pytest.mark.parametrize(
    "document", [None, [], {"items": {}}, {"items": 1, "routings": 2, "results": 3}]
)
def test_what_is_no_profile_at_all_is_refused(document: Any) -> None:
    with pytest.raises(BadProfile):
        ColumnMap.from_json(document)
