"""A planner gets who, where, for how much and how long from the items made alike."""

from __future__ import annotations

import numpy as np
import pytest

from registry.core.intervals import TimeIntervals
from registry.core.library import RoutingLibrary
from registry.core.neighbourhood import Nearby, Practice
from registry.core.proposals import Proposer
from registry.core.routing import UNKNOWN_TIME, Operation, TimeSource
from registry.core.times import KINDS, TimeModel
from registry.tests.core.libraries import library

NAN = np.nan
Near = dict[int, Practice]


@pytest.fixture
def mixed() -> RoutingLibrary:
    """Three items: two make A in-house on Y and X, one buys A from Z; B has nothing."""
    return library(
        [["AB"], ["AB"], ["AB"]],
        outsourced=[False, False, False, False, True, False],
        resource=[1, -1, 0, -1, -1, -1],
        partner=[-1, -1, 1, -1, 2, -1],
        price=[NAN, NAN, NAN, NAN, 70.0, NAN],
        currency=[-1, -1, -1, -1, 0, -1],
        queue=[30.0, NAN, 50.0, NAN, NAN, NAN],
        log_run=[np.log(4.0), NAN, NAN, NAN, NAN, NAN],
        run_count=[5, 0, 0, 0, 0, 0],
    )


def proposer(packed: RoutingLibrary, residual: float = 0.0) -> Proposer:
    """Return a proposer without trees whose work results lie ``residual`` above the model."""
    known = np.array([packed.arrays[f"operation_{kind}_count"] > 0 for kind in KINDS])
    offsets = np.tile(np.array([-0.2, -0.1, 0.0, 0.3])[:, None, None], (1, 2, 2))
    times = TimeModel(np.zeros(0, int), (), np.zeros((2, 2)), np.array([[True, False]] * 2))
    residuals = np.where(known, residual, NAN)
    return Proposer(packed, times, TimeIntervals(offsets), residuals, ["I0", "I1", "I2"])


def near(asked: Proposer, *groups: tuple[list[int], float], own: int | None = None) -> Near:
    """Return what groups of item rows, each at its cosine, do about A and B."""
    rows = [np.array(members) for members, _ in groups]
    cosines = np.array([cosine for _, cosine in groups])
    (said,) = asked.practices([Nearby(rows, cosines, own)], [[0, 1]])
    return said


def operation(
    asked: Proposer,
    job: int,
    said: Near,
    log_minutes: tuple[float, float] = (0.0, 0.0),
    support: float = 1.0,
) -> Operation:
    """Return the operation at the first place of a proposal."""
    return asked.operation(10, job, said, log_minutes, support)


def test_neighbours_decide_who_makes_it_where_and_how_long_it_waits(mixed: RoutingLibrary) -> None:
    asked = proposer(mixed)
    said = near(asked, ([0], 1), ([1], 0.99), ([2], 0.5))
    made = operation(asked, 0, said, (np.log(3.0), np.log(10.0)), 0.9)
    assert (made.job, made.job_name, made.support) == ("A", "JOB A", 0.9)
    assert not made.outsourced
    assert made.outsourced_share < 0.01
    assert made.resource is not None
    assert (made.resource.code, [c.code for c in made.resource_alternates]) == ("Y", ["X"])
    assert (made.partner, made.price, made.currency) == (None, None, None)
    assert made.queue_minutes == 40.0
    assert made.wait_minutes is None


def test_an_operation_that_neighbours_buy_has_their_partner_and_price(
    mixed: RoutingLibrary,
) -> None:
    asked = proposer(mixed)
    bought = operation(asked, 0, near(asked, ([2], 1)))
    assert bought.outsourced
    assert bought.partner is not None
    assert (bought.partner.code, bought.price, bought.currency) == ("Z", 70.0, "X")
    assert bought.resource is None


def test_the_neighbours_reports_are_named_and_draw_the_time_towards_them(
    mixed: RoutingLibrary,
) -> None:
    slower = proposer(mixed, residual=0.5)
    run = operation(slower, 0, near(slower, ([0], 1)), (np.log(3.0), 0.0)).run
    assert (run.source, run.sample_count, run.evidence) == (TimeSource.WORK_RESULTS, 5, ("I0",))
    low, optimal, minutes, high = np.array([run.low, run.optimal, run.minutes, run.high], float)
    assert 3.0 < minutes < 3.0 * np.exp(0.5)
    assert low < optimal < minutes < high == run.safe


def test_without_reports_nearby_the_model_or_the_standard_speaks(mixed: RoutingLibrary) -> None:
    asked = proposer(mixed)
    said = near(asked, ([1], 1))
    assert operation(asked, 0, said).run.source is TimeSource.MODEL
    assert operation(asked, 1, said).run.source is TimeSource.STANDARD


def test_a_time_that_nobody_knows_is_unknown_and_a_standard_of_nought_is_nought() -> None:
    packed = library([["AB"]], run=[0.0, NAN])
    asked = proposer(packed)
    said = near(asked, ([0], 1))
    free, unheard_of = (operation(asked, job, said, (NAN, NAN)) for job in (0, 1))
    assert (free.run.source, free.run.minutes, free.run.high) == (TimeSource.STANDARD, 0.0, 0.0)
    assert (free.setup, unheard_of.run) == (UNKNOWN_TIME, UNKNOWN_TIME)
    assert (unheard_of.run.source, unheard_of.run.minutes) == (TimeSource.UNKNOWN, None)


def test_an_item_left_out_is_not_asked_about_its_own_operations(mixed: RoutingLibrary) -> None:
    asked = proposer(mixed)
    with_own = near(asked, ([0, 1], 1))
    without = near(asked, ([0, 1], 1), own=0)
    assert operation(asked, 0, with_own).run.sample_count == 5
    assert operation(asked, 0, without).run.sample_count == 0
    assert [choice for choice, _ in with_own[0].resources] == [0, 1]
    assert [choice for choice, _ in without[0].resources] == [0]


def test_where_no_neighbour_has_the_operation_the_whole_plant_is_asked(
    mixed: RoutingLibrary,
) -> None:
    asked = proposer(mixed)
    made = operation(asked, 0, near(asked), support=0.0)
    assert made.outsourced_share == pytest.approx(1 / 3)
    assert made.resource is not None
    assert made.run.sample_count == 0
    assert made.run.evidence == ()
