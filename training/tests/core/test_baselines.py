"""The simple ways a version must beat do what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from registry.core.items import RawItems
from registry.core.progress import tell_nobody
from registry.core.routing import Item
from training.core import baselines
from training.core.baselines import Known, Plain
from training.core.dataset import prepare
from training.tests.core.shops import ATTRIBUTES, described, jobs_of, shop


@pytest.fixture(scope="module")
def known() -> Known:
    """Sixty items of the shop."""
    return Known.of(prepare(shop(60, 4), ATTRIBUTES))


def plain(known: Known, *items: dict[str, object]) -> Plain:
    """Return items as the baselines see them."""
    raw = RawItems.from_items(
        [Item(str(n), a) for n, a in enumerate(items)], [a.name for a in ATTRIBUTES]
    )
    return baselines.plain_of(raw, known)


def test_the_nearest_item_of_an_items_twin_is_that_item(known: Known) -> None:
    for propose in (baselines.one_hot_nearest, baselines.predecessor):
        for number in (0, 17, 59):
            (proposals,) = propose(known, plain(known, described(number)))
            assert proposals[0] == jobs_of(described(number))
            assert len(set(proposals)) == len(proposals) <= baselines.SHOWN


def test_a_groups_commonest_routing_is_proposed_and_the_plants_for_strangers(known: Known) -> None:
    asked = plain(known, {"KIND": "PLATE"}, {"KIND": "GEAR"}, {})
    by_group = baselines.group_commonest(known, asked, column="KIND")
    by_plant = baselines.plant_commonest(known, asked)
    made = [jobs_of(described(n)) for n in range(60)]
    plates = [jobs for jobs in made if jobs[0] == "SAW"]
    assert by_group[0][0] == max(set(plates), key=plates.count)
    assert by_group[1] == by_group[2] == by_plant[0]
    assert made.count(by_plant[0][0]) == max(made.count(jobs) for jobs in made)


def test_a_group_that_the_plant_does_not_know_is_no_group(known: Known) -> None:
    asked = plain(known, {"KIND": "PLATE"})
    nowhere = baselines.group_commonest(known, asked, column="NO_SUCH_COLUMN")
    assert nowhere == baselines.plant_commonest(known, asked)


def test_every_way_answers_items_of_which_nothing_is_known(known: Known) -> None:
    for propose in baselines.SEQUENCE_BASELINES.values():
        asked = plain(known, {}, {"KIND": "NEVER SEEN", "OD": "1e300"})
        proposals = propose(known, asked, tell_nobody)
        assert all(len(found) >= 1 for found in proposals)


def test_a_size_that_no_item_has_is_no_obstacle() -> None:
    source = shop(12)
    source.items["OD"] = np.nan
    blank = Known.of(prepare(source, ATTRIBUTES))
    for propose in baselines.SEQUENCE_BASELINES.values():
        assert propose(blank, plain(blank, described(1)), tell_nobody)[0]


def test_plain_boosting_learns_minutes_and_needs_work_results(known: Known) -> None:
    asked, item = plain(known, described(0)), np.zeros(2, dtype=int)
    minutes = baselines.boosted_minutes(known, asked, item, ["TURN", "INSP"])
    assert minutes is not None
    assert minutes[0] > 2 * minutes[1] > 0
    untimed = Known.of(prepare(shop(60, reports=0), ATTRIBUTES))
    assert baselines.boosted_minutes(untimed, asked, item, ["TURN", "INSP"]) is None


def test_where_no_operation_was_found_there_are_no_minutes_to_learn_for(known: Known) -> None:
    nobody = np.zeros(0, dtype=int)
    assert baselines.boosted_minutes(known, plain(known, described(0)), nobody, []) is None


def test_items_without_any_size_are_compared_by_their_words() -> None:
    words_only = Known.of(prepare(shop(12), ATTRIBUTES[:3]))
    raw = RawItems.from_items([Item("X", {"KIND": "PLATE"})], ["KIND"])
    asked = baselines.plain_of(raw, words_only)
    assert baselines.one_hot_nearest(words_only, asked)[0][0][0] == "SAW"
