"""Candidates as rows of one timeline."""

from __future__ import annotations

from dataclasses import replace

from prediction.core.comparison import Mark
from prediction.core.timeline import WIDTH_STEPS, known_cards, lanes
from prediction.tests.answers import GLAND, TURNING, UNTIMED, WITH_PLATING, minutes


def test_every_row_shares_one_scale_and_ends_where_its_minutes_end() -> None:
    best, other = lanes(GLAND.candidates, 1)
    assert abs(sum(card.width for card in best.cards) + best.rest - WIDTH_STEPS) <= 1
    assert other.rest > best.rest
    turning = [lane.cards[0].width for lane in (best, other)]
    assert turning[0] == turning[1]


def test_a_larger_lot_shifts_width_from_setup_to_running() -> None:
    small, large = lanes(GLAND.candidates, 1)[0], lanes(GLAND.candidates, 1000)[0]
    assert large.cards[1].width > small.cards[1].width
    assert large.lot.minutes == 35 + 1000 * 12


def test_differences_to_the_best_candidate_are_marked_in_place() -> None:
    best, other = lanes(GLAND.candidates, 1)
    assert best.differences == 0
    assert [card.mark for card in other.cards] == [Mark.SAME, Mark.MISSING, Mark.SAME]
    assert other.differences == 1
    assert other.cards[1].job_name == "도금" and other.cards[1].operation is None


def test_an_operation_that_takes_no_time_can_still_be_seen() -> None:
    nothing = TURNING._replace(setup=minutes(0), run=minutes(0))
    (lane,) = lanes([replace(WITH_PLATING, operations=(nothing,))], 1)
    assert lane.cards[0].width == 1


def test_an_operation_of_unknown_time_is_the_narrowest_and_breaks_no_scale() -> None:
    untimed = UNTIMED._replace(setup=UNTIMED.run)
    known, other = lanes([replace(WITH_PLATING, operations=(TURNING, untimed))], 1)[0].cards
    assert known.width > other.width == 1
    (lane,) = lanes([replace(WITH_PLATING, operations=(untimed,))], 1)
    assert (lane.cards[0].width, lane.lot.minutes) == (1, None)


def test_no_candidates_make_no_rows() -> None:
    assert lanes([], 1) == ()


def test_a_known_routing_is_laid_beside_the_proposal_with_names() -> None:
    cards = known_cards(["TURN", "GRIND"], ["TURN", "PLATE"], {"TURN": "선삭"})
    assert [(card.job_name, card.mark) for card in cards] == [
        ("선삭", Mark.SAME),
        ("PLATE", Mark.MISSING),
        ("GRIND", Mark.ADDED),
    ]
