"""Samples: the same for the same seed, fair to small strata, kinder to what is recent."""

from __future__ import annotations

import numpy as np
import pytest

from quality.core.sampling import Plan, Population, Strategy, allot, draw, weights

TODAY = 20_000.0
MANY = [f"I{n:04}" for n in range(1000)]


def plant(order: list[int] | None = None) -> Population:
    order = order or list(range(len(MANY)))
    strata = ["RARE" if n < 3 else "RING" if n % 2 else "SEAL" for n in order]
    days = np.array([TODAY - (5 if n >= 900 else 2000) for n in order])
    return Population([MANY[n] for n in order], strata, days)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_the_same_seed_draws_the_same_items_in_whatever_order_the_database_gives_them(
    strategy: Strategy,
) -> None:
    plan = Plan(50, strategy, seed=7)
    shuffled = np.random.default_rng(0).permutation(len(MANY)).tolist()
    drawn = draw(plant(), plan, today=TODAY)
    assert drawn == draw(plant(shuffled), plan, today=TODAY)
    assert drawn != draw(plant(), Plan(50, strategy, seed=8), today=TODAY)
    assert len(set(drawn)) == 50


def test_every_stratum_is_there_and_the_large_ones_in_proportion() -> None:
    drawn = draw(plant(), Plan(100, Strategy.STRATIFIED), today=TODAY)
    rare = [code for code in drawn if code < "I0003"]
    odd = [code for code in drawn if int(code[1:]) % 2]
    assert len(rare) == 1
    assert 47 <= len(odd) <= 53


def test_what_was_routed_lately_is_drawn_more_often() -> None:
    recent = [
        sum(code >= "I0900" for code in draw(plant(), Plan(100, strategy), today=TODAY))
        for strategy in (Strategy.RANDOM, Strategy.RECENT_BIAS)
    ]
    assert recent[0] < 20 < 35 < recent[1]


def test_items_of_unknown_age_can_be_drawn_as_well() -> None:
    population = Population(["A", "B"], ["", ""], np.array([np.nan, TODAY]))
    assert draw(population, Plan(1, Strategy.RECENT_BIAS), today=TODAY)


def test_a_small_population_is_taken_whole_and_none_gives_none() -> None:
    assert draw(plant(), Plan(5000), today=TODAY) == MANY
    assert draw(Population([], [], np.array([])), Plan(5), today=TODAY) == []


def test_more_strata_than_places_leave_the_smallest_out() -> None:
    assert allot(np.array([5, 1, 9]), 2).tolist() == [1, 0, 1]
    assert allot(np.array([1, 1, 98]), 50).tolist() == [1, 1, 48]
    assert allot(np.array([2, 2]), 4).tolist() == [2, 2]


def test_a_rare_kind_is_in_the_sample_and_counts_as_often_as_it_occurs() -> None:
    strata = [f"RARE{n}" if n < 200 else "RING" for n in range(1000)]
    population = Population(MANY, strata, np.full(1000, TODAY))
    right = {code: float(name == "RING") for code, name in zip(MANY, strata, strict=True)}
    plan = Plan(400, Strategy.STRATIFIED)
    drawn = draw(population, plan, today=TODAY)
    weight = weights(population, plan, drawn)
    assert sum(code < "I0200" for code in drawn) == 200, "each is there, half of the sample"
    assert sum(weight.values()) == pytest.approx(len(drawn))
    share = sum(weight[code] * right[code] for code in drawn) / len(drawn)
    assert share == pytest.approx(0.8), "of the plant; of the sample it is a half"


@pytest.mark.parametrize("strategy", [Strategy.RANDOM, Strategy.RECENT_BIAS])
def test_where_nothing_is_divided_every_item_counts_once(strategy: Strategy) -> None:
    plan = Plan(50, strategy)
    drawn = draw(plant(), plan, today=TODAY)
    assert set(weights(plant(), plan, drawn).values()) == {1.0}
