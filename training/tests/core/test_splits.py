"""What is held out is newer than what is learned, and never both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tests.core.libraries import library
from training.core import splits

AGES = st.lists(st.one_of(st.just(np.nan), st.integers(0, 9).map(float)), min_size=2, max_size=12)


@given(AGES, st.floats(0.05, 0.6))
def test_nothing_that_is_learned_is_newer_than_what_is_held_out(
    ages: list[float], share: float
) -> None:
    plant = library([["AB"] if n % 4 else [] for n in range(len(ages) + 1)], ages=[0.0, *ages])
    held = splits.newest(plant, share)
    kept = splits.others(plant, held)
    assert set(held) | set(kept) == set(range(len(plant)))
    assert not set(held) & set(kept)
    assert set(held) <= set(plant.routed)
    age = np.nan_to_num(plant.arrays["age"], nan=-1.0)
    learned = [age[row] for row in kept if row in plant.routed]
    assert max(learned, default=-1.0) <= min(age[held], default=np.inf)


def test_a_fifth_is_held_out_the_newest_in_the_order_of_rows() -> None:
    ages = [5.0, 9.0, 1.0, 8.0, np.nan, 2.0, 3.0, 4.0, 0.0, 6.0]
    plant = library([["A"]] * 10, ages=ages)
    assert splits.newest(plant, 0.2).tolist() == [1, 3]
    assert splits.newest(plant, 0.5, limit=1).tolist() == [1]


def test_of_two_items_one_is_held_out_and_of_one_none() -> None:
    assert splits.newest(library([["A"], ["A"]]), 0.2).tolist() == [1]
    assert splits.newest(library([["A"]]), 0.2).tolist() == []


@pytest.mark.parametrize("items", [1, 2, 4, 17])
def test_folds_hold_out_every_routed_item_once(items: int) -> None:
    plant = library([*[["A"]] * items, []])
    dealt = splits.folds(plant, 5, seed=3)
    assert sorted(np.concatenate(dealt).tolist()) == list(range(items))
    assert all(len(part) and (np.diff(part) > 0).all() for part in dealt)
    again = splits.folds(plant, 5, seed=3)
    assert [part.tolist() for part in again] == [part.tolist() for part in dealt]
