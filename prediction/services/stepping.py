"""Build a routing step by step: what was chosen, and what may come next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from prediction import loader
from prediction.core.asking import Asked, described, items_of, named
from prediction.services import newcomers, predictions
from registry.core.errors import BadInput
from registry.core.routing import Candidate, CandidateSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.routing import Item
    from registry.core.stepwise import Stepwise

SEPARATOR = "+"
LONGEST = 60
"""Operations that a routing built this way may have."""


class NoItem(BadInput):
    """The item is not known, or cannot be taken as it is described."""

    code = "no_item"


def step(
    told: str | Mapping[str, object], chosen: Sequence[str], *, leave_out: bool
) -> tuple[str, Stepwise]:
    """Return the version that answers, and the step of an item by its code or described.

    Raises:
        NoItem: it is not known, or not described well.
        UnknownOperation: something that was chosen is no operation.
        RoutingMLError: no version is active.
    """
    loaded = loader.active()
    columns = predictions.columns_of(loaded)
    if isinstance(told, str):
        (asked,) = newcomers.look_up(named([told], loaded.model.item), columns)
    else:
        items, _ignored = items_of([told], columns.items)
        (asked,) = described(items, settings.PREDICTION_MAX_TEXT)
    return loaded.name, step_of(loaded, _item(asked), chosen, leave_out=leave_out)


def step_of(
    loaded: loader.LoadedModel, item: Item, chosen: Sequence[str], *, leave_out: bool
) -> Stepwise:
    """Return the step of an item.

    Raises:
        UnknownOperation: something that was chosen is no operation.
    """
    return loaded.model.stepwise(item, chosen, leave_out=leave_out)


def candidate_of(found: Stepwise) -> Candidate:
    """Return what was chosen so far as a candidate."""
    return Candidate(1, found.operations, 0.0, 0.0, None, CandidateSource.COMPOSED)


def codes_of(chosen: str) -> list[str]:
    """Return the operations that an address or a form names, as many as a routing may have."""
    return [code for code in chosen.split(SEPARATOR) if code][:LONGEST]


def _item(asked: Asked) -> Item:
    if asked.item is None:
        raise NoItem(asked.error.message if asked.error else "There is no item.")
    return asked.item
