"""Items that can be made the same way, together: one group for each proposed routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prediction.core.comparison import Total, setup_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.core.routing import Prediction


@dataclass(frozen=True, slots=True)
class Group:
    """Items whose best candidates have the same operations in the same order.

    Attributes:
        jobs: the operations.
        predictions: the answers, the surest first.
        setup: minutes of setting up once for all of them: the longest of their setups.
        apart: minutes of setting up for each of them.
    """

    jobs: tuple[str, ...]
    predictions: tuple[Prediction, ...]
    setup: Total
    apart: Total

    @property
    def least_confidence(self) -> float:
        """How sure the least sure answer of the group is."""
        return self.predictions[-1].confidence


def grouped(predictions: Sequence[Prediction]) -> list[Group]:
    """Return the items by their proposed routing, the largest group first.

    An item that needs a planner, or has no candidate, belongs to no group.
    """
    by_jobs: dict[tuple[str, ...], list[Prediction]] = {}
    for prediction in predictions:
        if prediction.candidates and not prediction.abstained:
            by_jobs.setdefault(prediction.candidates[0].jobs, []).append(prediction)
    groups = [_group(jobs, members) for jobs, members in by_jobs.items()]
    return sorted(groups, key=lambda group: (-len(group.predictions), group.jobs))


def _group(jobs: tuple[str, ...], members: Sequence[Prediction]) -> Group:
    sure_first = sorted(members, key=lambda each: (-each.confidence, each.item))
    setups = [setup_total(each.candidates[0]) for each in sure_first]
    longest = max(setups, key=lambda setup: setup.minutes or 0.0)
    apart = setups[0]
    for setup in setups[1:]:
        apart = apart.plus(setup)
    return Group(jobs, tuple(sure_first), longest, apart)
