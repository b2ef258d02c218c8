"""A routing step by step: which operation may come next, given those already chosen.

Two voices are kept apart.  Similar items that begin as chosen tell what they did next; the network
tells which known pair of operations suits the item.  What a similar item does comes first, because
somebody has made it that way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from registry.core.answers import PROC_STEP, nearby, supports
from registry.core.base import Base, Retrieved
from registry.core.errors import BadInput
from registry.core.library import RoutingLibrary
from registry.core.proposals import Proposer
from registry.core.routing import Operation

ASKED_ITEMS = 30
SHOWN = 8
SHARPNESS = 0.05
"""Cosine distance over which an item's say falls to 1/e."""
LEAST_CHANCE = 0.01
FINISHED = -1


class UnknownOperation(BadInput):
    """The plant has no such operation."""

    code = "unknown_operation"


@dataclass(frozen=True, slots=True)
class NextOperation:
    """One choice.

    Attributes:
        job: the operation's code, "" for "the routing ends here".
        job_name: its name.
        items: similar items that go on this way.
        asked: similar items that begin as chosen; where none does, that have the last operation.
        chance: how well the pair suits the item, as the network sees it; 0 when no item of the
            plant has the pair.
    """

    job: str
    job_name: str
    items: int
    asked: int
    chance: float


@dataclass(frozen=True, slots=True)
class Stepwise:
    """What was chosen, with times and resources, and what may come next."""

    operations: tuple[Operation, ...]
    choices: tuple[NextOperation, ...]

    @property
    def jobs(self) -> tuple[str, ...]:
        """Codes of the chosen operations."""
        return tuple(operation.job for operation in self.operations)


def numbers_of(library: RoutingLibrary, chosen: Sequence[str]) -> list[int]:
    """Return the numbers of operations.

    Raises:
        UnknownOperation: the plant has no such operation.
    """
    known = {code: number for number, code in enumerate(library.names["jobs"])}
    for code in chosen:
        if code not in known:
            raise UnknownOperation(f"The plant has no operation {code[:60]}.", job=code[:60])
    return [known[code] for code in chosen]


def chosen_operations(
    proposer: Proposer,
    found: Retrieved,
    own: int | None,
    chosen: Sequence[int],
    minutes: Mapping[int, tuple[float, float]],
) -> tuple[Operation, ...]:
    """Return the chosen operations as the similar items do them."""
    (near,) = proposer.practices([nearby(found, own)], [chosen])
    support = supports(found.pool)
    return tuple(
        proposer.operation(PROC_STEP * place, job, near, minutes[job], support.get(job, 0.0))
        for place, job in enumerate(chosen, start=1)
    )


def next_operations(
    base: Base, found: Retrieved, log_odds: np.ndarray, prefix: Sequence[int]
) -> tuple[NextOperation, ...]:
    """Return what may follow, the likeliest first; that the routing ends is always among it.

    Args:
        base: what the model has learned.
        found: the item's neighbours.
        log_odds: (outputs,) of the item.
        prefix: numbers of the operations already chosen.
    """
    followers, says = _of_items(base.library, found, prefix)
    votes: dict[int, float] = {}
    for job, say in zip(followers, says, strict=True):
        votes[job] = votes.get(job, 0.0) + say
    chances = _of_network(base, log_odds, prefix, LEAST_CHANCE)
    if not votes and not chances.keys() - {FINISHED}:
        chances = _of_network(base, log_odds, prefix, 0.0)
    choices = sorted(
        {*votes, *chances},
        key=lambda job: (-votes.get(job, 0.0), -chances.get(job, 0.0), job),
    )
    choices = choices[:SHOWN]
    if prefix and FINISHED not in choices:
        choices.append(FINISHED)
    names = base.library.names
    return tuple(
        NextOperation(
            job="" if job == FINISHED else names["jobs"][job],
            job_name="" if job == FINISHED else names["job_names"][job],
            items=followers.count(job),
            asked=len(followers),
            chance=chances.get(job, 0.0),
        )
        for job in choices
    )


def _of_items(
    library: RoutingLibrary, found: Retrieved, prefix: Sequence[int]
) -> tuple[list[int], list[float]]:
    """Return what the similar items do next, and how much each counts."""
    near = _near(library, found)
    chosen = tuple(prefix)
    alike = [(jobs, len(chosen), say) for jobs, say in near if jobs[: len(chosen)] == chosen]
    if not alike and chosen:
        last = chosen[-1]
        alike = [(jobs, jobs.index(last) + 1, say) for jobs, say in near if last in jobs]
    followers = [jobs[at] if at < len(jobs) else FINISHED for jobs, at, _ in alike]
    return followers, [say for _, _, say in alike]


def _near(library: RoutingLibrary, found: Retrieved) -> list[tuple[tuple[int, ...], float]]:
    """Return the routings of the nearest items, and how much each counts."""
    near: list[tuple[tuple[int, ...], float]] = []
    top = float(found.cosines[0]) if len(found.cosines) else 0.0
    for cosine, members in zip(found.cosines.tolist(), found.rows, strict=True):
        say = float(np.exp((cosine - top) / SHARPNESS))
        for row in members[: ASKED_ITEMS - len(near)].tolist():
            near.append((library.jobs_of_sequence(library.sequences_of(row)[0]), say))
    return near


def _of_network(
    base: Base, log_odds: np.ndarray, prefix: Sequence[int], least: float
) -> dict[int, float]:
    """Return the chance of each operation that has often followed the last one."""
    jobs = base.book.vocabulary.jobs
    last = prefix[-1] if prefix else jobs
    found: dict[int, float] = {}
    for job, place in base.book.followers.get(last, ()):
        chance = float(1 / (1 + np.exp(-log_odds[place])))
        if chance >= least and job not in prefix:
            found[FINISHED if job == jobs + 1 else job] = chance
    return found
