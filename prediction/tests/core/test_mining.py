"""Orders that routings keep, found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prediction.core.mining import Mined, mined, orders
from prediction.core.rules import check
from prediction.tests.core.test_drafts import STEPS

if TYPE_CHECKING:
    from registry.core.model import RoutingModel

CODES = ("SAW", "TURN", "INSP", "WASH")
SAW, TURN, INSP, WASH = range(4)


def pairs(found: list[Mined]) -> list[tuple[str, str, int, int]]:
    return [(each.before, each.after, each.both, each.kept) for each in found]


def test_an_order_that_all_routings_keep_is_found_with_its_support() -> None:
    found = mined([((SAW, TURN), 30), ((TURN, INSP), 25)], CODES)
    assert pairs(found) == [("SAW", "TURN", 30, 30), ("TURN", "INSP", 25, 25)]


def test_what_follows_from_two_orders_is_not_said_again() -> None:
    found = mined([((SAW, TURN, INSP), 30)], CODES)
    assert pairs(found) == [("SAW", "TURN", 30, 30), ("TURN", "INSP", 30, 30)]


def test_few_routings_and_mixed_orders_say_nothing() -> None:
    assert mined([((SAW, TURN), 19)], CODES) == []
    assert mined([((SAW, TURN), 30), ((TURN, SAW), 30)], CODES) == []


def test_an_operation_between_two_of_another_keeps_no_order() -> None:
    assert mined([((INSP, TURN, INSP), 50)], CODES) == []


def test_one_typing_error_in_a_thousand_is_forgiven_and_counted() -> None:
    found = mined([((SAW, WASH), 999), ((WASH, SAW), 1)], CODES)
    assert pairs(found) == [("SAW", "WASH", 1000, 999)]


def test_what_is_found_becomes_a_rule_that_holds() -> None:
    rule = Mined("PLATE", "TURN", 50, 50).rule
    (violation,) = check([rule], STEPS)
    assert violation.rule == "PLATE before TURN"


def test_the_routings_of_a_plant_keep_the_orders_found_in_them(tiny_model: RoutingModel) -> None:
    library = tiny_model.base.library
    found = orders(library)
    assert found
    best = found[0]
    jobs = [library.job_codes(library.jobs_of_sequence(n)) for n in range(library.sequence_count)]
    both = [each for each in jobs if best.before in each and best.after in each]
    assert all(each.index(best.before) < each.index(best.after) for each in both)
