from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from registry.core.errors import BadInput
from routingml_site.plant import Plant, make_plant, write_plant
from routingml_site.plant.files import FORMATS

TABLES = [field.name for field in fields(Plant)]


@pytest.mark.parametrize("name", TABLES)
def test_the_same_seed_makes_the_same_table(plant: Plant, name: str) -> None:
    again = make_plant(2000, 300, 5)
    assert_frame_equal(getattr(again, name), getattr(plant, name))


def test_another_seed_makes_another_plant() -> None:
    one, other = make_plant(60, 5, 1), make_plant(60, 5, 2)
    assert not one.item_info["ITEM_SPEC"].equals(other.item_info["ITEM_SPEC"])
    assert set(one.item_info["ITEM_CD"]) != set(other.item_info["ITEM_CD"])


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, form: str) -> None:
    one = write_plant(make_plant(80, 6, 9), tmp_path / "one", form)
    other = write_plant(make_plant(80, 6, 9), tmp_path / "other", form)
    assert [path.name for path in one] == [path.name for path in other]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, other, strict=True))


def test_coded_columns_say_the_same_in_a_fraction_of_the_memory(plant: Plant) -> None:
    small = make_plant(2000, 300, 5, coded_columns=True)
    for name in TABLES:
        assert_frame_equal(getattr(small.plain(), name), getattr(plant, name))
    assert small.routing.memory_usage(deep=True).sum() < (
        0.5 * plant.routing.memory_usage(deep=True).sum()
    )


def test_coded_and_plain_plants_are_written_alike(tmp_path: Path) -> None:
    coded = write_plant(make_plant(80, 6, 9, coded_columns=True), tmp_path / "coded")
    plain = write_plant(make_plant(80, 6, 9), tmp_path / "plain")
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(coded, plain, strict=True))


def test_texts_arrive_as_ordinary_strings(plant: Plant) -> None:
    kinds = {str(kind) for name in TABLES for kind in getattr(plant, name).dtypes}
    assert kinds == {"str", "float64", "int64", "datetime64[s]"}


@pytest.mark.parametrize("items", [1, 2, 30])
def test_a_plant_may_be_tiny(items: int) -> None:
    plant = make_plant(items, 1, 0)
    assert len(plant.item_info) == items
    assert plant.new_truth["ITEM_CD"].unique().tolist() == plant.new_items["ITEM_CD"].tolist()


@pytest.mark.parametrize("seed", range(20))
def test_a_single_item_makes_a_plant_whether_it_is_routed_and_reported_or_not(seed: int) -> None:
    plant = make_plant(1, 0, seed)
    assert plant.routing["ITEM_CD"].nunique() <= 1
    assert set(plant.work_order_results["ITEM_CD"]) <= set(plant.routing["ITEM_CD"])


def test_a_plant_may_have_no_new_items() -> None:
    plant = make_plant(40, 0, 1)
    assert plant.new_items.empty
    assert plant.new_truth.empty
    assert plant.new_results.empty


@pytest.mark.parametrize(("items", "new", "seed"), [(0, 5, 1), (10, -1, 1), (10, 1, -1)])
def test_a_plant_that_cannot_be_is_refused_in_words(items: int, new: int, seed: int) -> None:
    with pytest.raises(BadInput, match="at least 1 known item"):
        make_plant(items, new, seed)


def test_an_unknown_format_is_refused_in_words(plant: Plant, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="csv or parquet, not as 'xml'"):
        write_plant(plant, tmp_path / "out", "xml")
    assert not (tmp_path / "out").exists()
