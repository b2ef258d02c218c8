"""A routing built step by step: each choice says who does it; unknown operations are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registry.core.stepwise import UnknownOperation

if TYPE_CHECKING:
    from registry.core.model import RoutingModel
    from registry.core.routing import Item


@pytest.fixture
def item(tiny_model: RoutingModel) -> Item:
    """An item that the model knows."""
    found = tiny_model.item(tiny_model.item_codes[0])
    assert found is not None
    return found


def test_following_the_first_choice_leads_to_the_end_of_a_routing_that_was_made(
    tiny_model: RoutingModel, item: Item
) -> None:
    chosen: list[str] = []
    for _ in range(40):
        first = tiny_model.stepwise(item, chosen).choices[0]
        if not first.job:
            break
        chosen.append(first.job)
    near = {each.jobs for each in tiny_model.predict([item])[0].neighbours}
    assert tuple(chosen) in near


def test_choices_say_how_many_similar_items_do_so_and_never_repeat_one(
    tiny_model: RoutingModel, item: Item
) -> None:
    choices = tiny_model.stepwise(item, []).choices
    assert len({each.job for each in choices}) == len(choices)
    assert sum(each.items for each in choices) <= choices[0].asked == 30
    assert choices[0].items >= 1
    assert all(0 <= each.chance <= 1 for each in choices)


def test_a_beginning_that_nobody_has_is_continued_by_those_that_have_its_last_operation(
    tiny_model: RoutingModel, item: Item
) -> None:
    (neighbour, *_) = tiny_model.predict([item])[0].neighbours
    turned = [*reversed(neighbour.jobs[:2])]
    choices = tiny_model.stepwise(item, turned).choices
    assert choices
    assert not {each.job for each in choices if not each.items} & set(turned)


def test_what_was_chosen_carries_times_and_sequence_numbers(
    tiny_model: RoutingModel, item: Item
) -> None:
    (neighbour, *_) = tiny_model.predict([item])[0].neighbours
    told = tiny_model.stepwise(item, neighbour.jobs)
    assert told.jobs == neighbour.jobs
    assert [each.sequence for each in told.operations] == [
        10 * place for place in range(1, len(neighbour.jobs) + 1)
    ]
    proposed = {each.job: each for each in tiny_model.predict([item])[0].candidates[0].operations}
    assert all(
        each.run == proposed[each.job].run for each in told.operations if each.job in proposed
    )


def test_an_operation_that_the_plant_does_not_have_is_named(
    tiny_model: RoutingModel, item: Item
) -> None:
    with pytest.raises(UnknownOperation, match="no operation TELEPORT"):
        tiny_model.stepwise(item, ["TELEPORT"])
